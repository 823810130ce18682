//! Rings around windows.

use glasshouse_scene::{Color, PhysicalRect};

use super::Scratch;
use super::blend::{Mask, Source, over};
use super::canvas::Canvas;
use super::coverage::Rounded;
use super::fill::{gradient_color, pixel};

/// A ring: one rounded rectangle without a smaller one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Border {
    pub(super) area: PhysicalRect,
    pub(super) radius: f32,
    pub(super) width: f32,
    pub(super) top: Color,
    pub(super) bottom: Color,
}

impl Border {
    pub(super) fn paint(&self, canvas: &mut Canvas<'_>, rects: &[PhysicalRect], scratch: &mut Scratch) {
        let outer = Rounded::new(self.area, self.radius);
        let inner = outer.inset(self.width);
        for rect in rects {
            let width = rect.size.width.max(0) as usize;
            scratch.pixels.resize(width * rect.size.height.max(0) as usize, 0);
            for (row, y) in scratch.pixels.chunks_exact_mut(width.max(1)).zip(rect.y_range()) {
                let color = gradient_color(self.area, self.top, self.bottom, y);
                for (to, x) in row.iter_mut().zip(rect.x_range()) {
                    let coverage = (outer.at(x, y) - inner.at(x, y)).max(0.0);
                    let Color { red, green, blue, alpha } = color;
                    *to = pixel(Color { red: red * coverage, green: green * coverage, blue: blue * coverage, alpha: alpha * coverage });
                }
            }
            over(canvas, *rect, Source::Pixels(&mut scratch.pixels), Mask::None);
        }
    }
}
