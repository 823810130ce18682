// A vertical gradient in a rounded rectangle, dithered so that it does not band.
//   rect, area, mask, radius: physical px; `area` is what the gradient runs over.  top, bottom: premultiplied, at its edges.
// Source: our own.  CPU twin: display/src/cpu/fill.rs, Gradient.
struct GradientVertex {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(flat) mask: vec4f,
    @location(1) @interpolate(flat) top: vec4f,
    @location(2) @interpolate(flat) bottom: vec4f,
    // Upper edge, height, radius.
    @location(3) @interpolate(flat) run: vec3f,
}

@vertex
fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) instance: u32) -> GradientVertex {
    let it = instances[instance];
    let run = vec3f(it.area.y, max(it.area.w - it.area.y, 1.0), it.radius);
    return GradientVertex(to_clip(corner(it.rect, index), it.target_size), it.mask, it.top, it.bottom, run);
}

@fragment
fn fragment(in: GradientVertex) -> @location(0) vec4f {
    let along = clamp((in.position.y - in.run.x) / in.run.y, 0.0, 1.0);
    let color = dithered(in.top + (in.bottom - in.top) * along, bayer_threshold(vec2u(in.position.xy)));
    return color * rounded_coverage(in.position.xy - in.mask.xy, in.mask.zw, in.run.z);
}
