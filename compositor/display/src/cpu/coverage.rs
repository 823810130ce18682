//! Rounded rectangles, anti-aliased over one pixel.

use glasshouse_scene::PhysicalRect;

use crate::plan::RoundedMask;

/// Coverage of a rounded rectangle, 0 to 1, at `(x, y)` from its centre, with half extents `half` and one `radius`.
///
/// Exact in the interior, within a fiftieth of the true area at the rim. Source: I. Quilez, 2D distance functions, "Rounded Box".
pub fn rounded_coverage((x, y): (f32, f32), half: (f32, f32), radius: f32) -> f32 {
    let (qx, qy) = (x.abs() - half.0 + radius, y.abs() - half.1 + radius);
    let (outside_x, outside_y) = (qx.max(0.0), qy.max(0.0));
    let distance = qx.max(qy).min(0.0) + (outside_x * outside_x + outside_y * outside_y).sqrt() - radius;
    (0.5 - distance).clamp(0.0, 1.0)
}

/// A rounded rectangle with its centre worked out.
#[derive(Debug, Clone, Copy)]
pub struct Rounded {
    centre: (f32, f32),
    half: (f32, f32),
    radius: f32,
}

impl Rounded {
    pub fn new(area: PhysicalRect, radius: f32) -> Self {
        let half = (area.size.width as f32 / 2.0, area.size.height as f32 / 2.0);
        Self { centre: (area.min_x() as f32 + half.0, area.min_y() as f32 + half.1), half, radius }
    }

    /// The same, smaller by `width` on every side.
    pub fn inset(self, width: f32) -> Self {
        let half = (self.half.0 - width, self.half.1 - width);
        Self { half, radius: (self.radius - width).max(0.0), ..self }
    }

    /// Coverage of the pixel `(x, y)`.
    pub fn at(&self, x: i32, y: i32) -> f32 {
        if self.half.0 <= 0.0 || self.half.1 <= 0.0 {
            return 0.0;
        }
        rounded_coverage((x as f32 + 0.5 - self.centre.0, y as f32 + 0.5 - self.centre.1), self.half, self.radius)
    }
}

/// The coverage of `mask` times `opacity` over `rect`, one byte per pixel, rows padded to whole words as pixman wants them.
pub fn mask_bytes(mask: Option<RoundedMask>, opacity: f32, rect: PhysicalRect, words: &mut Vec<u32>) {
    let (width, height) = (rect.size.width.max(0) as usize, rect.size.height.max(0) as usize);
    let row_words = width.div_ceil(4);
    words.clear();
    words.resize(row_words * height, 0);
    let shape = mask.map(|mask| Rounded::new(mask.area, mask.radius));
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(words);
    for (row, y) in bytes.chunks_exact_mut((row_words * 4).max(1)).zip(rect.y_range()) {
        for (byte, x) in row.iter_mut().zip(rect.x_range()) {
            let coverage = shape.map_or(1.0, |shape| shape.at(x, y));
            *byte = (coverage * opacity * 255.0 + 0.5) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use euclid::{Point2D, Rect, Size2D};

    #[test]
    fn coverage_agrees_with_counting_points() {
        let area = Rect::new(Point2D::new(0, 0), Size2D::new(24, 20));
        let shape = Rounded::new(area, 7.0);
        for (x, y) in area.x_range().flat_map(|x| area.y_range().map(move |y| (x, y))) {
            let mut inside = 0;
            for (i, j) in (0..16).flat_map(|i| (0..16).map(move |j| (i, j))) {
                let (px, py) = (x as f32 + (i as f32 + 0.5) / 16.0 - 12.0, y as f32 + (j as f32 + 0.5) / 16.0 - 10.0);
                let (qx, qy) = ((px.abs() - 5.0).max(0.0), (py.abs() - 3.0).max(0.0));
                inside += i32::from(qx * qx + qy * qy <= 49.0);
            }
            let exact = inside as f32 / 256.0;
            assert!((shape.at(x, y) - exact).abs() < 0.12, "({x}, {y}): {} instead of {exact}", shape.at(x, y));
        }
    }

    #[test]
    fn straight_edges_are_not_blurred() {
        let shape = Rounded::new(Rect::new(Point2D::new(3, 3), Size2D::new(40, 40)), 8.0);
        assert_eq!((shape.at(3, 20), shape.at(2, 20), shape.at(20, 42), shape.at(20, 43)), (1.0, 0.0, 1.0, 0.0));
    }
}
