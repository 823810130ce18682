//! What changed: a bounded list of rectangles that may overlap.

use euclid::{Point2D, Rect, Size2D};
use serde::{Deserialize, Serialize};

use crate::{Buffer, geometry::clamp_rect};

/// Changed rectangles of a buffer. Never more than [`Damage::MAX_RECTS`]: more are merged into their bounding box.
///
/// Damage may say too much, never too little.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Damage {
    /// Nothing changed.
    #[default]
    None,
    /// Everything may have changed.
    Full,
    /// These rectangles, clipped to the buffer, not empty.
    Rects(Vec<Rect<i32, Buffer>>),
}

impl Damage {
    /// Past this many, one larger rectangle costs less than the list.
    pub const MAX_RECTS: usize = 16;

    /// The damage of one commit, clipped to a buffer of `size`.
    pub fn from_rects(rects: impl IntoIterator<Item = Rect<i32, Buffer>>, size: Size2D<i32, Buffer>) -> Self {
        let bounds = Rect::new(Point2D::zero(), size);
        let mut damage = Self::None;
        for rect in rects {
            let Some(rect) = clamp_rect(rect, bounds) else { continue };
            if rect == bounds {
                return Self::Full;
            }
            damage.push(rect);
        }
        damage
    }

    fn push(&mut self, rect: Rect<i32, Buffer>) {
        match self {
            Self::Full => {}
            Self::None => *self = Self::Rects(vec![rect]),
            Self::Rects(rects) => {
                if rects.iter().any(|known| known.contains_rect(&rect)) {
                    return;
                }
                rects.retain(|known| !rect.contains_rect(known));
                rects.push(rect);
                if rects.len() > Self::MAX_RECTS {
                    let bounds = rects.iter().copied().reduce(|a, b| a.union(&b)).unwrap_or(rect);
                    *rects = vec![bounds];
                }
            }
        }
    }

    /// Adds what an earlier content changed that nobody has drawn.
    pub fn merge(&mut self, earlier: &Damage) {
        match earlier {
            Self::None => {}
            Self::Full => *self = Self::Full,
            Self::Rects(rects) => rects.iter().for_each(|rect| self.push(*rect)),
        }
    }

    /// The rectangles for a buffer of `size`.
    pub fn rects(&self, size: Size2D<i32, Buffer>) -> Vec<Rect<i32, Buffer>> {
        let bounds = Rect::new(Point2D::zero(), size);
        match self {
            Self::None => Vec::new(),
            Self::Full => vec![bounds],
            Self::Rects(rects) => rects.iter().filter_map(|rect| clamp_rect(*rect, bounds)).collect(),
        }
    }

    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x: i32, y: i32, w: i32, h: i32) -> Rect<i32, Buffer> {
        Rect::new(Point2D::new(x, y), Size2D::new(w, h))
    }

    #[test]
    fn damage_is_clipped_to_the_buffer() {
        let size = Size2D::new(10, 10);
        assert_eq!(Damage::from_rects([rect(-5, -5, 7, 7)], size), Damage::Rects(vec![rect(0, 0, 2, 2)]));
        assert_eq!(Damage::from_rects([rect(20, 0, 5, 5), rect(0, 0, -3, 4)], size), Damage::None);
        assert_eq!(Damage::from_rects([rect(-1, -1, i32::MAX, i32::MAX)], size), Damage::Full);
    }

    #[test]
    fn a_flood_of_rectangles_becomes_one() {
        let damage = Damage::from_rects((0..1000).map(|i| rect(i % 100 * 2, i / 100 * 2, 1, 1)), Size2D::new(300, 300));
        let Damage::Rects(rects) = &damage else { panic!("{damage:?}") };
        assert!(rects.len() <= Damage::MAX_RECTS);
        assert!((0..1000).all(|i| rects.iter().any(|known| known.contains_rect(&rect(i % 100 * 2, i / 100 * 2, 1, 1)))));
    }
}
