//! From the formats of `wl_shm` to premultiplied ARGB8888.

use glasshouse_scene::ShmFormat;

const OPAQUE: u32 = 0xff00_0000;

/// Whether pixels of this format can be copied as they are.
pub(crate) fn is_native(format: ShmFormat) -> bool {
    matches!(format, ShmFormat::Argb8888 | ShmFormat::Xrgb8888)
}

/// Converts `pixels.len()` pixels from `bytes`. Formats without alpha become opaque.
pub(super) fn decode(format: ShmFormat, bytes: &[u8], pixels: &mut [u32]) {
    match format {
        ShmFormat::Argb8888 => words(bytes, pixels, |word| word),
        ShmFormat::Xrgb8888 => words(bytes, pixels, |word| word | OPAQUE),
        ShmFormat::Abgr8888 => words(bytes, pixels, swap_red_blue),
        ShmFormat::Xbgr8888 => words(bytes, pixels, |word| swap_red_blue(word) | OPAQUE),
        ShmFormat::Rgba8888 => words(bytes, pixels, |word| word.rotate_right(8)),
        ShmFormat::Rgbx8888 => words(bytes, pixels, |word| word >> 8 | OPAQUE),
        ShmFormat::Bgra8888 => words(bytes, pixels, u32::swap_bytes),
        ShmFormat::Bgrx8888 => words(bytes, pixels, |word| word.swap_bytes() | OPAQUE),
        ShmFormat::Argb2101010 => words(bytes, pixels, |word| ten_bits(word, 20, 0) | two_bit_alpha(word)),
        ShmFormat::Xrgb2101010 => words(bytes, pixels, |word| ten_bits(word, 20, 0) | OPAQUE),
        ShmFormat::Abgr2101010 => words(bytes, pixels, |word| ten_bits(word, 0, 20) | two_bit_alpha(word)),
        ShmFormat::Xbgr2101010 => words(bytes, pixels, |word| ten_bits(word, 0, 20) | OPAQUE),
        ShmFormat::Rgb565 => each(bytes, pixels, |pixel: [u8; 2]| rgb565(u32::from(u16::from_le_bytes(pixel)))),
        ShmFormat::Rgb888 => each(bytes, pixels, |[b, g, r]: [u8; 3]| argb(0xff, r, g, b)),
        ShmFormat::Bgr888 => each(bytes, pixels, |[r, g, b]: [u8; 3]| argb(0xff, r, g, b)),
        ShmFormat::Abgr16161616f => each(bytes, pixels, |pixel: [u8; 8]| half_floats(u64::from_le_bytes(pixel))),
        ShmFormat::Xbgr16161616f => each(bytes, pixels, |pixel: [u8; 8]| half_floats(u64::from_le_bytes(pixel)) | OPAQUE),
    }
}

fn words(bytes: &[u8], pixels: &mut [u32], convert: impl Fn(u32) -> u32) {
    each(bytes, pixels, |pixel: [u8; 4]| convert(u32::from_le_bytes(pixel)));
}

fn each<const N: usize>(bytes: &[u8], pixels: &mut [u32], convert: impl Fn([u8; N]) -> u32) {
    let (chunks, _) = bytes.as_chunks::<N>();
    for (to, from) in pixels.iter_mut().zip(chunks) {
        *to = convert(*from);
    }
}

fn argb(alpha: u8, red: u8, green: u8, blue: u8) -> u32 {
    u32::from_be_bytes([alpha, red, green, blue])
}

fn swap_red_blue(word: u32) -> u32 {
    word & 0xff00_ff00 | (word & 0xff) << 16 | word >> 16 & 0xff
}

/// The colour of a 2-10-10-10 word, each channel rounded to 8 bits.
fn ten_bits(word: u32, red_shift: u32, blue_shift: u32) -> u32 {
    let channel = |shift: u32| ((word >> shift & 0x3ff) * 255 + 511) / 1023;
    channel(red_shift) << 16 | channel(10) << 8 | channel(blue_shift)
}

fn two_bit_alpha(word: u32) -> u32 {
    ((word >> 30) * 85) << 24
}

fn rgb565(word: u32) -> u32 {
    let (red, green, blue) = (word >> 11 & 0x1f, word >> 5 & 0x3f, word & 0x1f);
    OPAQUE | (red << 3 | red >> 2) << 16 | (green << 2 | green >> 4) << 8 | (blue << 3 | blue >> 2)
}

fn half_floats(word: u64) -> u32 {
    let channel = |shift: u32| {
        let value = half_to_f32((word >> shift & 0xffff) as u16);
        // Unlike `clamp`, `max` also turns NaN into a number.
        #[allow(clippy::manual_clamp)]
        let value = value.max(0.0).min(1.0);
        (value * 255.0 + 0.5) as u32
    };
    channel(48) << 24 | channel(0) << 16 | channel(16) << 8 | channel(32)
}

/// IEEE 754 binary16. Subnormal numbers are below half a step of 8 bits: zero.
fn half_to_f32(half: u16) -> f32 {
    let half = u32::from(half);
    let (sign, exponent, mantissa) = (half >> 15 << 31, half >> 10 & 0x1f, half & 0x3ff);
    match exponent {
        0 => 0.0,
        31 => f32::from_bits(sign | 0x7f80_0000 | mantissa << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | mantissa << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::encode;

    #[test]
    fn every_format_decodes_to_the_colour_that_was_encoded() {
        for format in ShmFormat::ALL {
            for color in [[0xff, 0xff, 0, 0], [0xff, 0, 0xff, 0], [0xff, 0, 0, 0xff], [0xff, 0xff, 0x80, 0], [0, 0, 0, 0]] {
                let bytes = encode(format, color);
                assert_eq!(bytes.len() as u32, format.bytes_per_pixel());
                let mut pixel = [0];
                decode(format, &bytes, &mut pixel);
                let [a, r, g, b] = pixel[0].to_be_bytes();
                let expected = if format.has_alpha() { color[0] } else { 0xff };
                assert_eq!(a, expected, "{format:?}");
                for (actual, wanted) in [r, g, b].into_iter().zip(&color[1..]) {
                    let tolerance = if format == ShmFormat::Rgb565 { 4 } else { 0 };
                    assert!(actual.abs_diff(*wanted) <= tolerance, "{format:?}: {actual} instead of {wanted}");
                }
            }
        }
    }

    #[test]
    fn half_floats_out_of_range_are_clamped() {
        let bits = |half: u16| half_floats(u64::from(half)) >> 16 & 0xff;
        assert_eq!((bits(0xbc00), bits(0x4000), bits(0x7c00), bits(0x7e00)), (0, 255, 255, 0)); // -1, 2, infinity, NaN.
    }
}
