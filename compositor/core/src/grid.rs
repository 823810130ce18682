//! The pixel grid of an output or of another view, seen from logical space: the only place where core rounds.

use euclid::{Point2D, Rect, Size2D};
use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize, PhysicalPoint, PhysicalRect, PhysicalSize, geometry::MAX_EXTENT};

use crate::command::Direction;

/// No coordinate leaves this range. A thousand of the largest outputs fit into it, and sums of a few such numbers fit into `i32`.
const LIMIT: f64 = (1 << 24) as f64;

/// Pixels of size 1 / `scale` that start at `origin`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Grid {
    pub(crate) origin: LogicalPoint,
    pub(crate) scale: f64,
}

impl Default for Grid {
    fn default() -> Self {
        Self { origin: LogicalPoint::zero(), scale: 1.0 }
    }
}

impl Grid {
    /// The nearest corner of a pixel.
    pub(crate) fn snap(self, point: LogicalPoint) -> LogicalPoint {
        self.to_logical(self.pixel(point))
    }

    /// The nearest whole number of pixels, in logical units.
    pub(crate) fn snap_size(self, size: LogicalSize) -> LogicalSize {
        let pixels = self.pixel_size(size);
        LogicalSize::new(f64::from(pixels.width) / self.scale, f64::from(pixels.height) / self.scale)
    }

    /// The nearest corner of a pixel, counted in pixels from the origin.
    pub(crate) fn pixel(self, point: LogicalPoint) -> PhysicalPoint {
        PhysicalPoint::new(whole((point.x - self.origin.x) * self.scale), whole((point.y - self.origin.y) * self.scale))
    }

    /// The pixel that holds this point.
    pub(crate) fn pixel_below(self, point: LogicalPoint) -> PhysicalPoint {
        let floor = |x: f64| whole((x + 1e-9).floor());
        PhysicalPoint::new(floor((point.x - self.origin.x) * self.scale), floor((point.y - self.origin.y) * self.scale))
    }

    pub(crate) fn pixel_size(self, size: LogicalSize) -> PhysicalSize {
        PhysicalSize::new(whole(size.width * self.scale).max(0), whole(size.height * self.scale).max(0))
    }

    /// Both edges rounded, so that what touches in logical space touches on the screen.
    pub(crate) fn pixels(self, rect: LogicalRect) -> PhysicalRect {
        let (min, max) = (self.pixel(rect.min()), self.pixel(rect.max()));
        Rect::new(min, Size2D::new((max.x - min.x).max(0), (max.y - min.y).max(0)))
    }

    /// The pixels that lie inside of the rectangle as a whole.
    pub(crate) fn pixels_inside(self, rect: LogicalRect) -> PhysicalRect {
        // A millionth of a pixel absorbs the error of the division by the scale.
        let up = |x: f64| whole((x - 1e-6).ceil());
        let down = |x: f64| whole((x + 1e-6).floor());
        let (x, y) = (up((rect.min_x() - self.origin.x) * self.scale), up((rect.min_y() - self.origin.y) * self.scale));
        let max_x = down((rect.max_x() - self.origin.x) * self.scale);
        let max_y = down((rect.max_y() - self.origin.y) * self.scale);
        Rect::new(Point2D::new(x, y), Size2D::new((max_x - x).max(0), (max_y - y).max(0)))
    }

    pub(crate) fn to_logical(self, pixel: PhysicalPoint) -> LogicalPoint {
        LogicalPoint::new(self.origin.x + f64::from(pixel.x) / self.scale, self.origin.y + f64::from(pixel.y) / self.scale)
    }

    pub(crate) fn to_logical_rect(self, rect: PhysicalRect) -> LogicalRect {
        let size = LogicalSize::new(f64::from(rect.size.width) / self.scale, f64::from(rect.size.height) / self.scale);
        Rect::new(self.to_logical(rect.origin), size)
    }

    /// A length that a client or a setting gave, in whole pixels; at least one if it is not zero.
    pub(crate) fn length(self, length: f64) -> i32 {
        if length <= 0.0 { 0 } else { whole(length * self.scale).max(1) }
    }
}

/// The nearest whole number within the limit. `NaN` is 0.
fn whole(value: f64) -> i32 {
    value.clamp(-LIMIT, LIMIT).round() as i32
}

/// A coordinate that arithmetic cannot carry out of range. `NaN` is 0.
pub(crate) fn tame(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(-LIMIT, LIMIT) }
}

pub(crate) fn tame_point(point: LogicalPoint) -> LogicalPoint {
    LogicalPoint::new(tame(point.x), tame(point.y))
}

/// A client's number within what anything can be.
pub(crate) fn tame_i32(value: i32) -> i32 {
    value.clamp(-MAX_EXTENT, MAX_EXTENT)
}

/// Moves `rect` into `bounds`, as little as possible. What does not fit is aligned to the left and the top, because titles and
/// menus are there.
pub(crate) fn pull_in(rect: LogicalRect, bounds: LogicalRect) -> LogicalPoint {
    let x = rect.min_x().min(bounds.max_x() - rect.width()).max(bounds.min_x());
    let y = rect.min_y().min(bounds.max_y() - rect.height()).max(bounds.min_y());
    LogicalPoint::new(x, y)
}

pub(crate) fn centred(size: LogicalSize, on: LogicalRect) -> LogicalPoint {
    let centre = on.center();
    LogicalPoint::new(centre.x - size.width / 2.0, centre.y - size.height / 2.0)
}

/// How far `to` lies in a direction; sideways counts double, because it is not what was asked for. `None`: not in that direction.
pub(crate) fn distance(from: LogicalPoint, to: LogicalPoint, direction: Direction) -> Option<f64> {
    let by = to - from;
    let (ahead, aside) = match direction {
        Direction::Left => (-by.x, by.y),
        Direction::Right => (by.x, by.y),
        Direction::Up => (-by.y, by.x),
        Direction::Down => (by.y, by.x),
    };
    (ahead > 0.5).then_some(ahead + 2.0 * aside.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_survives_the_way_through_logical_space() {
        for scale in [0.25, 1.0, 1.2, 1.25, 1.5, 121.0 / 120.0, 8.0] {
            let grid = Grid { origin: LogicalPoint::new(1367.0, -40.0), scale };
            for x in [-50_000, -1, 0, 1, 3, 1919, 16_384] {
                let pixel = PhysicalPoint::new(x, -x);
                assert_eq!(grid.pixel(grid.to_logical(pixel)), pixel, "{scale}");
            }
        }
    }

    #[test]
    fn numbers_out_of_range_are_tamed() {
        let grid = Grid { origin: LogicalPoint::zero(), scale: 8.0 };
        for value in [f64::NAN, f64::INFINITY, f64::MAX, -f64::MAX] {
            let rect = grid.pixels(LogicalRect::new(LogicalPoint::new(value, value), LogicalSize::new(value, value)));
            assert!(rect.size.width >= 0 && rect.origin.x.checked_add(rect.size.width).is_some());
        }
    }
}
