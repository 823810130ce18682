// One colour in a rounded rectangle.
//   rect, mask, radius: physical px.  top: the colour, premultiplied.
// Source: our own.  CPU twin: display/src/cpu/fill.rs, fill_masked().
struct FillVertex {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(flat) mask: vec4f,
    @location(1) @interpolate(flat) color: vec4f,
    @location(2) @interpolate(flat) radius: f32,
}

@vertex
fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) instance: u32) -> FillVertex {
    let it = instances[instance];
    return FillVertex(to_clip(corner(it.rect, index), it.target_size), it.mask, it.top, it.radius);
}

@fragment
fn fragment(in: FillVertex) -> @location(0) vec4f {
    return in.color * rounded_coverage(in.position.xy - in.mask.xy, in.mask.zw, in.radius);
}
