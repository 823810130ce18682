// The one texture of a draw: a client's surface, or the shape of a shadow. Surfaces are premultiplied, sRGB-encoded, and never *UnormSrgb:
// clients blend encoded values.
@group(1) @binding(0) var source: texture_2d<f32>;
@group(1) @binding(1) var filtering: sampler;
