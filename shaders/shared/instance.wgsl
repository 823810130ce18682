// What one instanced rectangle is told. Every effect uses the same layout, so that one storage buffer and one bind group serve all of them;
// an effect reads only the fields that its own header names.
//   All positions and lengths are physical pixels of the target, y down, unless said otherwise.  Colours are premultiplied, sRGB-encoded.
// Rust twin: display/src/gpu/instance.rs, Instance (a test compares the offsets).
struct Instance {
    // Pixels to paint: min x, min y, max x, max y. Whole numbers, inside of the target.
    rect: vec4f,
    // A rounded rectangle: centre x, centre y, half width, half height. Half sizes of a million mean that nothing is cut.
    mask: vec4f,
    // A rectangle that the effect is anchored to: min x, min y, max x, max y.
    area: vec4f,
    // The colour, or the upper end of a gradient.
    top: vec4f,
    // The lower end of a gradient.
    bottom: vec4f,
    // Texels that may be read: min x, min y, max x, max y.
    bounds: vec4f,
    // The texture coordinate, in texels, of the upper left corner of `rect`, and the step of one pixel to the right and down.
    origin: vec2f,
    along_x: vec2f,
    along_y: vec2f,
    // Of the whole target.
    target_size: vec2f,
    // One texel in normalised coordinates.
    texel: vec2f,
    // Of `mask`.
    radius: f32,
    // Opacity, or the width of a border.
    amount: f32,
    // 1: the result is opaque, whatever the texture says. 0: it is as the texture says.
    opaque_from: f32,
}

@group(0) @binding(0) var<storage, read> instances: array<Instance>;

// The corner of `rect` that belongs to a vertex of a triangle strip of four.
fn corner(rect: vec4f, vertex: u32) -> vec2f {
    return vec2f(select(rect.x, rect.z, (vertex & 1u) != 0u), select(rect.y, rect.w, (vertex & 2u) != 0u));
}

// From pixels of the target to clip space, where y points up.
fn to_clip(p: vec2f, size: vec2f) -> vec4f {
    return vec4f(p.x / size.x * 2.0 - 1.0, 1.0 - p.y / size.y * 2.0, 0.0, 1.0);
}
