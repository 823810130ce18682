// The soft shadow of a rounded rectangle, dithered, and not inside of that rectangle.
//   rect, area, mask, radius: physical px; `area` is the whole shadow with its soft rim, `mask` the window.  top: premultiplied.
//   The texture is the upper left quarter of the blurred shape, 16 bits per texel in two channels; the rest is mirrored, and beyond its
//   edge the middle goes on. The CPU makes it once per style, so a pixel costs one read instead of fifty error functions.
// Source: E. Wallace, "Fast Rounded Rectangle Shadows".  CPU twin: display/src/cpu/shadow.rs, Shadow.
struct ShadowVertex {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(flat) mask: vec4f,
    @location(1) @interpolate(flat) color: vec4f,
    @location(2) @interpolate(flat) area: vec4f,
    @location(3) @interpolate(flat) radius: f32,
}

@vertex
fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) instance: u32) -> ShadowVertex {
    let it = instances[instance];
    return ShadowVertex(to_clip(corner(it.rect, index), it.target_size), it.mask, it.top, it.area, it.radius);
}

@fragment
fn fragment(in: ShadowVertex) -> @location(0) vec4f {
    let pixel = floor(in.position.xy);
    let edge = min(pixel - in.area.xy, in.area.zw - 1.0 - pixel);
    let at = clamp(vec2i(edge), vec2i(0), vec2i(textureDimensions(source)) - 1);
    let bytes = textureLoad(source, at, 0).xy;
    let inside = rounded_coverage(in.position.xy - in.mask.xy, in.mask.zw, in.radius);
    let outside = select(0.0, 1.0, min(edge.x, edge.y) >= 0.0);
    let strength = (bytes.x * 256.0 + bytes.y) / 257.0 * outside * (1.0 - inside);
    return dithered(in.color * strength, bayer_threshold(vec2u(pixel)));
}
