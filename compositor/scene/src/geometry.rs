//! Units and the eight output and buffer transforms.

use euclid::{Box2D, Point2D, Rect, Size2D};
use serde::{Deserialize, Serialize};

/// Shared by all outputs, y down, fractional; 1.0 is one pixel at scale 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Logical {}

/// One view's pixel grid, origin top-left; whole numbers wherever something is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Physical {}

/// A client buffer's pixels, before its transform and viewport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Buffer {}

pub type LogicalPoint = Point2D<f64, Logical>;
pub type LogicalSize = Size2D<f64, Logical>;
pub type LogicalRect = Rect<f64, Logical>;
pub type PhysicalPoint = Point2D<i32, Physical>;
pub type PhysicalSize = Size2D<i32, Physical>;
pub type PhysicalRect = Rect<i32, Physical>;

/// The largest extent of anything a client can ask for, in its own units.
///
/// X11 and pixman hold coordinates in 16 bits; what is larger than this cannot be drawn anywhere.
pub const MAX_EXTENT: i32 = 32_767;

/// The eight ways to turn a rectangle of pixels, with the meaning and the numbers of `wl_output.transform`.
///
/// As a buffer transform it says how the client turned its contents; as an output transform, how the output is mounted.
/// Rotations are counter-clockwise, as in the protocol; flips come first, around a vertical axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Transform {
    #[default]
    Normal,
    Rotated90,
    Rotated180,
    Rotated270,
    Flipped,
    Flipped90,
    Flipped180,
    Flipped270,
}

impl Transform {
    pub const ALL: [Transform; 8] = [
        Self::Normal,
        Self::Rotated90,
        Self::Rotated180,
        Self::Rotated270,
        Self::Flipped,
        Self::Flipped90,
        Self::Flipped180,
        Self::Flipped270,
    ];

    /// The transform with this `wl_output.transform` number, or `None` if there is none.
    pub fn from_wire(number: u32) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    pub fn to_wire(self) -> u32 {
        self as u32
    }

    pub fn swaps_axes(self) -> bool {
        matches!(self, Self::Rotated90 | Self::Rotated270 | Self::Flipped90 | Self::Flipped270)
    }

    pub fn inverse(self) -> Self {
        match self {
            Self::Rotated90 => Self::Rotated270,
            Self::Rotated270 => Self::Rotated90,
            other => other, // The flips are mirrors: each is its own inverse.
        }
    }

    /// The size of a `size` rectangle after this transform.
    pub fn apply_size<T: Copy, A, B>(self, size: Size2D<T, A>) -> Size2D<T, B> {
        if self.swaps_axes() { Size2D::new(size.height, size.width) } else { Size2D::new(size.width, size.height) }
    }

    /// Maps a point of an upright rectangle of `size` into the transformed one.
    ///
    /// For a buffer transform: from surface orientation (`size` in surface orientation) to where that point lies in the buffer.
    pub fn apply_point<A, B>(self, point: Point2D<f64, A>, size: Size2D<f64, A>) -> Point2D<f64, B> {
        let (x, y, w, h) = (point.x, point.y, size.width, size.height);
        let (x, y) = match self {
            Self::Normal => (x, y),
            Self::Rotated90 => (y, w - x),
            Self::Rotated180 => (w - x, h - y),
            Self::Rotated270 => (h - y, x),
            Self::Flipped => (w - x, y),
            Self::Flipped90 => (y, x),
            Self::Flipped180 => (x, h - y),
            Self::Flipped270 => (h - y, w - x),
        };
        Point2D::new(x, y)
    }

    /// Maps a rectangle inside an upright rectangle of `size` into the transformed one.
    pub fn apply_rect<A, B>(self, rect: Rect<f64, A>, size: Size2D<f64, A>) -> Rect<f64, B> {
        let a: Point2D<f64, B> = self.apply_point(rect.min(), size);
        let b: Point2D<f64, B> = self.apply_point(rect.max(), size);
        Box2D::new(a.min(b), a.max(b)).to_rect()
    }
}

/// The part of `rect` inside `bounds`, or `None` if nothing is left. Never overflows.
pub fn clamp_rect<U>(rect: Rect<i32, U>, bounds: Rect<i32, U>) -> Option<Rect<i32, U>> {
    let min_x = rect.origin.x.max(bounds.origin.x);
    let min_y = rect.origin.y.max(bounds.origin.y);
    let max_x = rect.origin.x.saturating_add(rect.size.width).min(bounds.origin.x.saturating_add(bounds.size.width));
    let max_y = rect.origin.y.saturating_add(rect.size.height).min(bounds.origin.y.saturating_add(bounds.size.height));
    (max_x > min_x && max_y > min_y).then(|| Rect::new(Point2D::new(min_x, min_y), Size2D::new(max_x - min_x, max_y - min_y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transform_followed_by_its_inverse_is_identity() {
        let size: Size2D<f64, Logical> = Size2D::new(30.0, 20.0);
        let point = Point2D::new(7.0, 3.0);
        for transform in Transform::ALL {
            let there: Point2D<f64, Buffer> = transform.apply_point(point, size);
            let back: Point2D<f64, Logical> = transform.inverse().apply_point(there, transform.apply_size(size));
            assert_eq!(back, point, "{transform:?}");
        }
    }

    /// What `wl_output.transform` says in words, and what weston's clients and grim do.
    #[test]
    fn rotations_are_counter_clockwise_and_come_after_the_flip() {
        let size: Size2D<f64, Logical> = Size2D::new(30.0, 20.0);
        let top_left = |transform: Transform| -> (f64, f64) {
            let there: Point2D<f64, Buffer> = transform.apply_point(Point2D::new(0.0, 0.0), size);
            (there.x, there.y)
        };
        assert_eq!(top_left(Transform::Rotated90), (0.0, 30.0), "the top left corner comes to the bottom left");
        assert_eq!(top_left(Transform::Rotated180), (30.0, 20.0));
        assert_eq!(top_left(Transform::Rotated270), (20.0, 0.0));
        assert_eq!(top_left(Transform::Flipped), (30.0, 0.0));
        assert_eq!(top_left(Transform::Flipped90), (0.0, 0.0));
        assert_eq!(top_left(Transform::Flipped270), (20.0, 30.0));
    }

    #[test]
    fn wire_numbers_go_there_and_back() {
        for transform in Transform::ALL {
            assert_eq!(Transform::from_wire(transform.to_wire()), Some(transform));
        }
        assert_eq!(Transform::from_wire(8), None);
    }

    #[test]
    fn clamping_survives_the_largest_integers() {
        let rect: Rect<i32, Physical> = Rect::new(Point2D::new(5, 5), Size2D::new(i32::MAX, i32::MAX));
        let bounds = Rect::new(Point2D::new(0, 0), Size2D::new(10, 10));
        assert_eq!(clamp_rect(rect, bounds), Some(Rect::new(Point2D::new(5, 5), Size2D::new(5, 5))));
    }
}
