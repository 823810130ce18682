//! What stands where a surface cannot be shown: quiet stripes, and a sign when there is room for one.

use glasshouse_scene::{Color, PhysicalRect};

use super::Scratch;
use super::blend::{Mask, Source, over};
use super::canvas::Canvas;
use super::coverage::mask_bytes;
use super::fill::pixel;
use crate::plan::RoundedMask;

const DARK: Color = Color::rgb(0x22252d, 1.0);
const LIGHT: Color = Color::rgb(0x282c36, 1.0);
const SIGN: Color = Color::rgb(0x6b7386, 1.0);

/// Width of two stripes along a row, in pixels.
const PERIOD: f32 = 32.0;

/// A smaller area than this shows no sign.
const ROOM: i32 = 72;

pub(super) fn paint(
    canvas: &mut Canvas<'_>,
    rects: &[PhysicalRect],
    area: PhysicalRect,
    opacity: f32,
    mask: Option<RoundedMask>,
    scratch: &mut Scratch,
) {
    for rect in rects {
        if opacity >= 1.0 && mask.is_none() {
            for (y, row) in canvas.rows_mut(*rect) {
                row.iter_mut().zip(rect.x_range()).for_each(|(to, x)| *to = placeholder(area, x, y));
            }
            continue;
        }
        scratch.pixels.clear();
        for y in rect.y_range() {
            scratch.pixels.extend(rect.x_range().map(|x| placeholder(area, x, y)));
        }
        mask_bytes(mask, opacity, *rect, &mut scratch.mask);
        over(canvas, *rect, Source::Pixels(&mut scratch.pixels), Mask::Bytes(&mut scratch.mask));
    }
}

/// The placeholder's pixel at a point of the target.
pub fn placeholder(area: PhysicalRect, x: i32, y: i32) -> u32 {
    // Stripes, their edges smoothed over one pixel.
    let (along_x, along_y) = (x - area.min_x(), y - area.min_y());
    let phase = ((along_x + along_y) as f32 + 0.5).rem_euclid(PERIOD) - PERIOD / 2.0;
    let light = (PERIOD / 4.0 - phase.abs() + 0.5).clamp(0.0, 1.0);
    let background = mix(DARK, LIGHT, light);
    if area.size.width < ROOM || area.size.height < ROOM {
        return pixel(background);
    }
    let centre = area.center();
    pixel(mix(background, SIGN, sign((x - centre.x) as f32 + 0.5, (y - centre.y) as f32 + 0.5)))
}

/// Coverage of an exclamation mark in a circle around the origin.
fn sign(x: f32, y: f32) -> f32 {
    let ring = ((x * x + y * y).sqrt() - 17.0).abs() - 1.25;
    let stroke_y = (y + 3.0).abs() - 5.0;
    let stroke = (x * x + stroke_y.max(0.0).powi(2)).sqrt() - 1.5;
    let dot = (x * x + (y - 7.5).powi(2)).sqrt() - 1.75;
    (0.5 - ring.min(stroke).min(dot)).clamp(0.0, 1.0)
}

fn mix(from: Color, to: Color, part: f32) -> Color {
    let blend = |from: f32, to: f32| from + (to - from) * part;
    Color { red: blend(from.red, to.red), green: blend(from.green, to.green), blue: blend(from.blue, to.blue), alpha: 1.0 }
}
