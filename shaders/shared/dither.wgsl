// Ordered dithering with Bayer's 8x8 matrix, exact on both executors.
//   p: the target pixel, whole numbers.  The result is a threshold from 0 to 1, in steps of 1/64.
// CPU twin: display/src/plan.rs, bayer_threshold().
fn bayer_threshold(p: vec2u) -> f32 {
    let d = p.x ^ p.y;
    let y = p.y;
    let rank = ((d & 1u) << 5u) | ((y & 1u) << 4u) | ((d & 2u) << 2u) | ((y & 2u) << 1u) | ((d & 4u) >> 1u) | ((y & 4u) >> 2u);
    return (f32(rank) + 0.5) / 64.0;
}

// A colour in whole steps of 8 bits, rounded up from `1 - threshold` on, so that the target stores it without rounding again.
// CPU twin: display/src/cpu/fill.rs, dithered().
fn dithered(color: vec4f, threshold: f32) -> vec4f {
    return clamp(floor(color * 255.0 + threshold), vec4f(0.0), vec4f(255.0)) / 255.0;
}
