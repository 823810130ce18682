//! Clears, fills and gradients.

use glasshouse_scene::{Color, PhysicalRect};

use super::Scratch;
use super::blend::{Mask, Source, over, over_color};
use super::canvas::Canvas;
use super::coverage::mask_bytes;
use crate::plan::{RoundedMask, bayer_threshold};

/// The 8-bit pixel of a colour, each channel rounded.
pub fn pixel(color: Color) -> u32 {
    dithered(color, 0.5)
}

/// The pixel with each channel rounded up from `1 - threshold` on.
pub(super) fn dithered(color: Color, threshold: f32) -> u32 {
    let channel = |value: f32| ((value * 255.0 + threshold) as i32).clamp(0, 255) as u32;
    channel(color.alpha) << 24 | channel(color.red) << 16 | channel(color.green) << 8 | channel(color.blue)
}

/// Writes one colour.
pub(super) fn write(canvas: &mut Canvas<'_>, rects: &[PhysicalRect], color: Color) {
    let pixel = pixel(color);
    for rect in rects {
        canvas.rows_mut(*rect).for_each(|(_, row)| row.fill(pixel));
    }
}

pub(super) fn fill(canvas: &mut Canvas<'_>, rects: &[PhysicalRect], color: Color) {
    if color.alpha >= 1.0 {
        write(canvas, rects, color);
    } else {
        over_color(canvas, rects, color);
    }
}

pub(super) fn fill_masked(canvas: &mut Canvas<'_>, rects: &[PhysicalRect], color: Color, mask: RoundedMask, scratch: &mut Scratch) {
    for rect in rects {
        mask_bytes(Some(mask), 1.0, *rect, &mut scratch.mask);
        over(canvas, *rect, Source::Color(color), Mask::Bytes(&mut scratch.mask));
    }
}

/// The colour of a vertical gradient over `area` at the centres of row `y`.
pub(super) fn gradient_color(area: PhysicalRect, top: Color, bottom: Color, y: i32) -> Color {
    let along = ((y as f32 + 0.5 - area.min_y() as f32) / area.size.height.max(1) as f32).clamp(0.0, 1.0);
    let mix = |from: f32, to: f32| from + (to - from) * along;
    Color {
        red: mix(top.red, bottom.red),
        green: mix(top.green, bottom.green),
        blue: mix(top.blue, bottom.blue),
        alpha: mix(top.alpha, bottom.alpha),
    }
}

/// A vertical gradient and where it runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gradient {
    pub(super) area: PhysicalRect,
    pub(super) top: Color,
    pub(super) bottom: Color,
}

impl Gradient {
    /// The dither pattern repeats every eight pixels, and with it the row.
    fn row(&self, y: i32) -> [u32; 8] {
        let color = gradient_color(self.area, self.top, self.bottom, y);
        std::array::from_fn(|x| dithered(color, bayer_threshold(x as i32, y)))
    }

    pub(super) fn paint(&self, canvas: &mut Canvas<'_>, rects: &[PhysicalRect], mask: Option<RoundedMask>, scratch: &mut Scratch) {
        let opaque = self.top.alpha >= 1.0 && self.bottom.alpha >= 1.0 && mask.is_none();
        for rect in rects {
            if opaque {
                canvas.rows_mut(*rect).for_each(|(y, row)| repeat(row, self.row(y), rect.min_x()));
                continue;
            }
            let width = rect.size.width.max(0) as usize;
            scratch.pixels.resize(width * rect.size.height.max(0) as usize, 0);
            for (row, y) in scratch.pixels.chunks_exact_mut(width.max(1)).zip(rect.y_range()) {
                repeat(row, self.row(y), rect.min_x());
            }
            mask_bytes(mask, 1.0, *rect, &mut scratch.mask);
            let mask = if mask.is_some() { Mask::Bytes(&mut scratch.mask) } else { Mask::None };
            over(canvas, *rect, Source::Pixels(&mut scratch.pixels), mask);
        }
    }
}

/// Repeats the pattern, which stands at target columns divisible by eight, over a row that begins at column `x`.
fn repeat(row: &mut [u32], mut pattern: [u32; 8], x: i32) {
    pattern.rotate_left(x.rem_euclid(8) as usize);
    for chunk in row.chunks_mut(8) {
        for (to, from) in chunk.iter_mut().zip(pattern) {
            *to = from;
        }
    }
}
