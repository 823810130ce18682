// A surface shown at less than half its size: the mean of all texels under a pixel, weighted by a triangle.
//   rect, mask, radius: physical px.  origin, along_x, along_y, bounds: texels.  amount: opacity.
//   A triangle of more than 16 texels to either side skips some, because a client chooses how far it is shrunk and we pay for it.
// Source: our own.  CPU twin: display/src/cpu/axis.rs, Axis (Filter::Area), and display/src/cpu/filter.rs.
struct AreaVertex {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(flat) mask: vec4f,
    @location(1) @interpolate(flat) bounds: vec4f,
    @location(2) @interpolate(flat) along: vec4f,
    @location(3) @interpolate(flat) origin: vec4f,
    // Radius, opacity, opaque from.
    @location(4) @interpolate(flat) rest: vec3f,
}

const MAX_SUPPORT: f32 = 16.0;

@vertex
fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) instance: u32) -> AreaVertex {
    let it = instances[instance];
    return AreaVertex(
        to_clip(corner(it.rect, index), it.target_size),
        it.mask,
        it.bounds,
        vec4f(it.along_x, it.along_y),
        vec4f(it.origin, it.rect.xy),
        vec3f(it.radius, it.amount, it.opaque_from),
    );
}

@fragment
fn fragment(in: AreaVertex) -> @location(0) vec4f {
    let local = in.position.xy - in.origin.zw;
    let centre = in.origin.xy + in.along.xy * local.x + in.along.zw * local.y;
    // One of the two is zero on each axis.
    let support = clamp(abs(in.along.xy) + abs(in.along.zw), vec2f(1.0), vec2f(MAX_SUPPORT));
    let first = ceil(centre - support - 0.5);
    let count = vec2i(clamp(floor(centre + support - 0.5) - first, vec2f(0.0), vec2f(2.0 * MAX_SUPPORT + 1.0)));
    let low = vec2i(in.bounds.xy);
    let high = vec2i(in.bounds.zw) - 1;
    var sum = vec4f(0.0);
    var total = 0.0;
    for (var y = 0; y <= count.y; y++) {
        let row = first.y + f32(y);
        let row_weight = 1.0 - abs(row + 0.5 - centre.y) / support.y;
        for (var x = 0; x <= count.x; x++) {
            let column = first.x + f32(x);
            let weight = row_weight * (1.0 - abs(column + 0.5 - centre.x) / support.x);
            sum += textureLoad(source, clamp(vec2i(vec2f(column, row)), low, high), 0) * weight;
            total += weight;
        }
    }
    let color = sum / max(total, 1e-6);
    let coverage = rounded_coverage(in.position.xy - in.mask.xy, in.mask.zw, in.rest.x);
    return vec4f(color.rgb, max(color.a, in.rest.z)) * (coverage * in.rest.y);
}
