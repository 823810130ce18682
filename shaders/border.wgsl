// A ring inside of a rounded rectangle: its coverage minus that of the same rectangle inset by the ring's width.
//   rect, area, mask, radius, amount: physical px; `mask` is the outer edge, `amount` the width, `area` what the gradient runs over.
//   top, bottom: premultiplied.
// Source: our own.  CPU twin: display/src/cpu/border.rs, Border.
struct BorderVertex {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(flat) mask: vec4f,
    @location(1) @interpolate(flat) top: vec4f,
    @location(2) @interpolate(flat) bottom: vec4f,
    // Upper edge, height, radius, width.
    @location(3) @interpolate(flat) run: vec4f,
}

@vertex
fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) instance: u32) -> BorderVertex {
    let it = instances[instance];
    let run = vec4f(it.area.y, max(it.area.w - it.area.y, 1.0), it.radius, it.amount);
    return BorderVertex(to_clip(corner(it.rect, index), it.target_size), it.mask, it.top, it.bottom, run);
}

@fragment
fn fragment(in: BorderVertex) -> @location(0) vec4f {
    let p = in.position.xy - in.mask.xy;
    let inner_half = in.mask.zw - in.run.w;
    // A ring as wide as the rectangle has no inside.
    let hollow = select(0.0, 1.0, min(inner_half.x, inner_half.y) > 0.0);
    let inner = hollow * rounded_coverage(p, inner_half, max(in.run.z - in.run.w, 0.0));
    let coverage = max(rounded_coverage(p, in.mask.zw, in.run.z) - inner, 0.0);
    let along = clamp((in.position.y - in.run.x) / in.run.y, 0.0, 1.0);
    return (in.top + (in.bottom - in.top) * along) * coverage;
}
