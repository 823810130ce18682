// Coverage of a rounded rectangle, 0 to 1, anti-aliased over one physical pixel.
//   p, half_size: physical px from the centre, y down.  radius: px.  Multiply the premultiplied colour by it.
// Source: I. Quilez, 2D distance functions, "Rounded Box".  CPU twin: display/src/cpu/coverage.rs, rounded_coverage().
fn rounded_coverage(p: vec2f, half_size: vec2f, radius: f32) -> f32 {
    let q = abs(p) - half_size + radius;
    let distance = min(max(q.x, q.y), 0.0) + length(max(q, vec2f(0.0))) - radius;
    return clamp(0.5 - distance, 0.0, 1.0);
}
