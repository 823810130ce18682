// A surface that is turned, enlarged, translucent or rounded.
//   rect, mask, radius: physical px.  origin, along_x, along_y, bounds: texels.  amount: opacity.  The sampler is nearest or linear.
//   Beyond `bounds` the nearest texel inside counts, which is what clamping to the centres of the outermost texels gives for both.
// Source: our own.  CPU twin: display/src/cpu/sample.rs, sample(), and display/src/cpu/axis.rs for the filter.
struct SurfaceVertex {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(flat) mask: vec4f,
    @location(1) @interpolate(flat) bounds: vec4f,
    @location(2) @interpolate(flat) along: vec4f,
    @location(3) @interpolate(flat) origin: vec4f,
    // Texel, radius, opacity.
    @location(4) @interpolate(flat) rest: vec4f,
    @location(5) @interpolate(flat) opaque_from: f32,
}

@vertex
fn vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) instance: u32) -> SurfaceVertex {
    let it = instances[instance];
    let bounds = vec4f(it.bounds.xy + 0.5, it.bounds.zw - 0.5);
    return SurfaceVertex(
        to_clip(corner(it.rect, index), it.target_size),
        it.mask,
        bounds,
        vec4f(it.along_x, it.along_y),
        vec4f(it.origin, it.rect.xy),
        vec4f(it.texel, it.radius, it.amount),
        it.opaque_from,
    );
}

@fragment
fn fragment(in: SurfaceVertex) -> @location(0) vec4f {
    let local = in.position.xy - in.origin.zw;
    let at = clamp(in.origin.xy + in.along.xy * local.x + in.along.zw * local.y, in.bounds.xy, in.bounds.zw);
    let color = textureSampleLevel(source, filtering, at * in.rest.xy, 0.0);
    let coverage = rounded_coverage(in.position.xy - in.mask.xy, in.mask.zw, in.rest.z);
    return vec4f(color.rgb, max(color.a, in.opaque_from)) * (coverage * in.rest.w);
}
