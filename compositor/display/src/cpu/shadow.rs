//! Soft shadows of rounded rectangles.
//!
//! A Gaussian-blurred rounded rectangle is, in each row of the rectangle, a difference of two error functions; the rows are then
//! summed with a Gaussian. Only the rows that cross the round corners need a sum, the straight part has a closed form as well. (After
//! E. Wallace, "Fast Rounded Rectangle Shadows".) The quarter that comes out is kept: all windows of one style share it, because
//! between the corners a shadow does not change.

use euclid::Vector2D;
use glasshouse_scene::{Color, Physical, PhysicalRect};

use super::Scratch;
use super::blend::{Mask, Source, over};
use super::canvas::Canvas;
use super::coverage::Rounded;
use super::fill::dithered;
use crate::plan::bayer_threshold;

/// Quarters kept. A desktop has two or three styles; menus and tooltips that are smaller than their blur have their own.
const MAX_QUARTERS: usize = 16;

/// Shapes of shadows that were drawn lately.
#[derive(Debug, Default)]
pub(crate) struct ShadowCache(Vec<Quarter>);

/// One shadow as the plan says it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shadow {
    pub(super) area: PhysicalRect,
    pub(super) radius: f32,
    pub(super) sigma: f32,
    pub(super) offset: Vector2D<i32, Physical>,
    pub(super) color: Color,
}

impl Shadow {
    pub(super) fn paint(&self, canvas: &mut Canvas<'_>, rects: &[PhysicalRect], cache: &mut ShadowCache, scratch: &mut Scratch) {
        let quarter = cache.quarter(self.area, self.radius, self.sigma);
        let window = Rounded::new(self.area, self.radius);
        let outer = self.area.translate(self.offset).inflate(quarter.spread, quarter.spread);
        let black = self.color.red == 0.0 && self.color.green == 0.0 && self.color.blue == 0.0;
        for rect in rects {
            let width = rect.size.width.max(0) as usize;
            scratch.pixels.resize(width * rect.size.height.max(0) as usize, 0);
            for (row, y) in scratch.pixels.chunks_exact_mut(width.max(1)).zip(rect.y_range()) {
                let thresholds: [f32; 8] = std::array::from_fn(|x| bayer_threshold(x as i32, y));
                let inside = self.area.y_range().contains(&y);
                let line = quarter.line((y - outer.min_y()).min(outer.max_y() - 1 - y));
                let thresholds = thresholds.iter().cycle().skip(rect.min_x().rem_euclid(8) as usize);
                for ((to, x), threshold) in row.iter_mut().zip(rect.x_range()).zip(thresholds) {
                    let mut strength = line.at((x - outer.min_x()).min(outer.max_x() - 1 - x));
                    if inside && self.area.x_range().contains(&x) {
                        strength *= 1.0 - window.at(x, y);
                    }
                    let Color { red, green, blue, alpha } = self.color;
                    *to = if black {
                        // The usual shadow needs one channel only.
                        ((alpha * strength * 255.0 + threshold) as u32).min(255) << 24
                    } else {
                        let [red, green, blue, alpha] = [red, green, blue, alpha].map(|channel| channel * strength);
                        dithered(Color { red, green, blue, alpha }, *threshold)
                    };
                }
            }
            over(canvas, *rect, Source::Pixels(&mut scratch.pixels), Mask::None);
        }
    }
}

impl ShadowCache {
    pub(crate) fn quarter(&mut self, area: PhysicalRect, radius: f32, sigma: f32) -> &Quarter {
        let spread = (sigma * 3.0).ceil() as i32;
        // From here on the opposite edge is too far away to be felt.
        let enough = 2 * (radius.ceil() as i32 + spread + 1);
        let key = Key {
            width: area.size.width.min(enough),
            height: area.size.height.min(enough),
            radius: radius.to_bits(),
            sigma: sigma.to_bits(),
        };
        let quarter = match self.0.iter().position(|quarter| quarter.key == key) {
            Some(index) => self.0.remove(index),
            None => Quarter::new(key, spread, radius, sigma.max(0.1)),
        };
        self.0.truncate(MAX_QUARTERS - 1);
        self.0.insert(0, quarter);
        match self.0.first() {
            Some(quarter) => quarter,
            None => &EMPTY,
        }
    }
}

static EMPTY: Quarter = Quarter { key: Key { width: 0, height: 0, radius: 0, sigma: 0 }, spread: 0, width: 0, strengths: Vec::new() };

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    width: i32,
    height: i32,
    radius: u32,
    sigma: u32,
}

/// The upper left quarter of a shadow, from its outermost pixel to the middle; the rest is mirrored.
#[derive(Debug)]
pub(crate) struct Quarter {
    pub(crate) key: Key,
    pub(crate) spread: i32,
    pub(crate) width: usize,
    pub(crate) strengths: Vec<f32>,
}

#[derive(Debug, Clone, Copy)]
struct Line<'a>(&'a [f32]);

impl Line<'_> {
    /// At a distance from the shadow's outer edge; beyond the middle it stays as it is.
    fn at(&self, distance: i32) -> f32 {
        match usize::try_from(distance) {
            Ok(index) => self.0.get(index).or(self.0.last()).copied().unwrap_or(0.0),
            Err(_) => 0.0,
        }
    }
}

impl Quarter {
    fn line(&self, distance: i32) -> Line<'_> {
        let Ok(index) = usize::try_from(distance) else { return Line(&[]) };
        let mut rows = self.strengths.chunks_exact(self.width.max(1));
        let last = rows.len().saturating_sub(1);
        Line(rows.nth(index.min(last)).unwrap_or_default())
    }

    fn new(key: Key, spread: i32, radius: f32, sigma: f32) -> Self {
        let (half_width, half_height) = (key.width as f32 / 2.0, key.height as f32 / 2.0);
        let width = (key.width + 2 * spread + 1) / 2;
        let height = (key.height + 2 * spread + 1) / 2;
        let edge = |distance: f32| 0.5 * (1.0 + erf(distance / (sigma * std::f32::consts::SQRT_2)));
        // A row of the rectangle that reaches `extent` to both sides, blurred, at `x` from the middle.
        let blurred_row = |extent: f32| -> Vec<f32> {
            (0..width)
                .map(|x| {
                    let x = x as f32 + 0.5 - spread as f32 - half_width;
                    edge(x + extent) - edge(x - extent)
                })
                .collect()
        };
        let straight = (half_height - radius).max(0.0);
        let straight_row = blurred_row(half_width);
        // Rows through the corners, at heights `middle` above the centre, each `step` high.
        let steps = ((radius / (sigma * 0.25).clamp(0.25, 1.0)).ceil() as usize).min(512);
        let step = radius / steps.max(1) as f32;
        let corner_rows: Vec<(f32, Vec<f32>)> = (0..steps)
            .map(|index| {
                let into = (index as f32 + 0.5) * step;
                let extent = half_width - radius + (radius * radius - into * into).max(0.0).sqrt();
                (straight + into, blurred_row(extent))
            })
            .collect();
        let mut strengths = Vec::with_capacity((width * height).max(0) as usize);
        for y in 0..height {
            let y = y as f32 + 0.5 - spread as f32 - half_height;
            let weight = edge(y + straight) - edge(y - straight);
            let start = strengths.len();
            strengths.extend(straight_row.iter().map(|strength| strength * weight));
            let Some(line) = strengths.get_mut(start..) else { continue };
            for (middle, row) in &corner_rows {
                let between = |centre: f32| edge(y - centre + step / 2.0) - edge(y - centre - step / 2.0);
                let weight = between(*middle) + between(-middle);
                line.iter_mut().zip(row).for_each(|(to, strength)| *to += strength * weight);
            }
        }
        Self { key, spread, width: width.max(0) as usize, strengths }
    }
}

/// The error function, within 1.5e-7. Source: Abramowitz and Stegun, 7.1.26.
fn erf(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let poly = t * (0.254_829_6 + t * (-0.284_496_74 + t * (1.421_413_7 + t * (-1.453_152 + t * 1.061_405_4))));
    (1.0 - poly * (-x * x).exp()).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use euclid::{Point2D, Rect, Size2D};

    /// A rounded rectangle convolved with a Gaussian, the slow way.
    fn oracle(area: PhysicalRect, radius: f32, sigma: f32, x: i32, y: i32) -> f32 {
        let shape = Rounded::new(area, radius);
        let reach = (sigma * 4.0).ceil() as i32;
        let weight = |d: i32| (-(d * d) as f32 / (2.0 * sigma * sigma)).exp();
        let total: f32 = (-reach..=reach).map(weight).sum();
        let mut sum = 0.0;
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                if area.contains(Point2D::new(x + dx, y + dy)) {
                    sum += shape.at(x + dx, y + dy) * weight(dx) * weight(dy);
                }
            }
        }
        sum / (total * total)
    }

    #[test]
    fn the_closed_form_is_the_blurred_rectangle() {
        for (width, height, radius, sigma) in [(60, 50, 8.0, 4.0), (9, 14, 3.0, 5.0), (80, 11, 0.0, 3.0), (40, 40, 20.0, 2.0)] {
            let area = Rect::new(Point2D::new(0, 0), Size2D::new(width, height));
            let mut cache = ShadowCache::default();
            let quarter = cache.quarter(area, radius, sigma);
            let outer = area.inflate(quarter.spread, quarter.spread);
            for y in outer.y_range().step_by(3) {
                for x in outer.x_range().step_by(3) {
                    let line = quarter.line((y - outer.min_y()).min(outer.max_y() - 1 - y));
                    let actual = line.at((x - outer.min_x()).min(outer.max_x() - 1 - x));
                    let expected = oracle(area, radius, sigma, x, y);
                    assert!((actual - expected).abs() < 0.012, "{width}x{height} at ({x}, {y}): {actual} instead of {expected}");
                }
            }
        }
    }
}
