// What stands where a surface cannot be shown: quiet stripes, and an exclamation mark in a circle.
//   rect, area, mask, radius: physical px; the stripes are anchored to `area`.  bounds.xy: the centre of the sign; bounds.z: 1 if there is
//   room for it.  amount: opacity.
// Source: our own.  CPU twin: display/src/cpu/placeholder.rs, placeholder().
struct PlaceholderVertex {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(flat) mask: vec4f,
    // Where the stripes begin, and the centre of the sign.
    @location(1) @interpolate(flat) anchor: vec4f,
    // Radius, opacity, whether there is a sign.
    @location(2) @interpolate(flat) rest: vec3f,
}

const DARK = vec3f(34.0, 37.0, 45.0) / 255.0;
const LIGHT = vec3f(40.0, 44.0, 54.0) / 255.0;
const SIGN = vec3f(107.0, 115.0, 134.0) / 255.0;
// Width of two stripes along a row.
const PERIOD: f32 = 32.0;

@vertex
fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) instance: u32) -> PlaceholderVertex {
    let it = instances[instance];
    let anchor = vec4f(it.area.xy, it.bounds.xy);
    let rest = vec3f(it.radius, it.amount, it.bounds.z);
    return PlaceholderVertex(to_clip(corner(it.rect, index), it.target_size), it.mask, anchor, rest);
}

fn sign_coverage(p: vec2f) -> f32 {
    let ring = abs(length(p) - 17.0) - 1.25;
    let stroke = length(vec2f(p.x, max(abs(p.y + 3.0) - 5.0, 0.0))) - 1.5;
    let dot = length(vec2f(p.x, p.y - 7.5)) - 1.75;
    return clamp(0.5 - min(min(ring, stroke), dot), 0.0, 1.0);
}

@fragment
fn fragment(in: PlaceholderVertex) -> @location(0) vec4f {
    let along = floor(in.position.xy) - in.anchor.xy;
    let sum = along.x + along.y + 0.5;
    let phase = sum - floor(sum / PERIOD) * PERIOD - PERIOD / 2.0;
    let light = clamp(PERIOD / 4.0 - abs(phase) + 0.5, 0.0, 1.0);
    let sign = sign_coverage(in.position.xy - in.anchor.zw) * in.rest.z;
    let color = mix(mix(DARK, LIGHT, light), SIGN, sign);
    let coverage = rounded_coverage(in.position.xy - in.mask.xy, in.mask.zw, in.rest.x);
    return vec4f(color, 1.0) * (coverage * in.rest.y);
}
