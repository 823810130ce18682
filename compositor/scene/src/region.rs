//! Sets of pixels as disjoint rectangles.

use euclid::{Point2D, Rect, Size2D};
use serde::{Deserialize, Serialize};

use crate::geometry::clamp_rect;

/// A set of pixels: rectangles that are not empty and do not overlap, in no particular order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Region<U> {
    rects: Vec<Rect<i32, U>>,
}

impl<U> Default for Region<U> {
    fn default() -> Self {
        Self { rects: Vec::new() }
    }
}

impl<U> From<Rect<i32, U>> for Region<U> {
    fn from(rect: Rect<i32, U>) -> Self {
        let mut region = Self::default();
        region.add(rect);
        region
    }
}

impl<U> Region<U> {
    pub fn rects(&self) -> &[Rect<i32, U>] {
        &self.rects
    }

    pub fn is_empty(&self) -> bool {
        self.rects.is_empty()
    }

    /// The number of pixels.
    pub fn area(&self) -> i64 {
        self.rects.iter().map(|rect| i64::from(rect.size.width) * i64::from(rect.size.height)).sum()
    }

    /// The smallest rectangle that holds the whole set; `None` if it is empty.
    pub fn bounds(&self) -> Option<Rect<i32, U>> {
        self.rects.iter().copied().reduce(|a, b| a.union(&b))
    }

    pub fn contains(&self, point: Point2D<i32, U>) -> bool {
        self.rects.iter().any(|rect| rect.contains(point))
    }

    pub fn add(&mut self, rect: Rect<i32, U>) {
        if rect.is_empty() {
            return;
        }
        self.subtract(rect);
        self.rects.push(rect);
    }

    pub fn subtract(&mut self, hole: Rect<i32, U>) {
        if hole.is_empty() || !self.rects.iter().any(|rect| rect.intersects(&hole)) {
            return;
        }
        let mut rest = Vec::with_capacity(self.rects.len() + 3);
        for rect in self.rects.drain(..) {
            let Some(cut) = clamp_rect(hole, rect) else {
                rest.push(rect);
                continue;
            };
            let mut keep = |min_x: i32, min_y: i32, max_x: i32, max_y: i32| {
                if max_x > min_x && max_y > min_y {
                    rest.push(Rect::new(Point2D::new(min_x, min_y), Size2D::new(max_x - min_x, max_y - min_y)));
                }
            };
            keep(rect.min_x(), rect.min_y(), rect.max_x(), cut.min_y());
            keep(rect.min_x(), cut.min_y(), cut.min_x(), cut.max_y());
            keep(cut.max_x(), cut.min_y(), rect.max_x(), cut.max_y());
            keep(rect.min_x(), cut.max_y(), rect.max_x(), rect.max_y());
        }
        self.rects = rest;
    }

    pub fn union_with(&mut self, other: &Region<U>) {
        other.rects.iter().for_each(|rect| self.add(*rect));
    }

    pub fn subtract_region(&mut self, other: &Region<U>) {
        other.rects.iter().for_each(|rect| self.subtract(*rect));
    }

    /// The part inside of `rect`.
    #[must_use]
    pub fn clipped(&self, rect: Rect<i32, U>) -> Self {
        Self { rects: self.rects.iter().filter_map(|known| clamp_rect(*known, rect)).collect() }
    }

    /// Replaces the set by its bounding box once it has more than `limit` rectangles. For damage only: it may grow.
    pub fn simplify(&mut self, limit: usize) {
        if self.rects.len() > limit
            && let Some(bounds) = self.bounds()
        {
            self.rects = vec![bounds];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Physical, testing::Random};
    use std::collections::BTreeSet;

    /// The obvious slow version.
    type Pixels = BTreeSet<(i32, i32)>;

    fn pixels(rect: Rect<i32, Physical>) -> Pixels {
        (rect.min_x()..rect.max_x()).flat_map(|x| (rect.min_y()..rect.max_y()).map(move |y| (x, y))).collect()
    }

    #[test]
    fn a_region_equals_the_set_of_its_pixels() {
        for seed in 1..1000u64 {
            let mut state = Random::new(seed);
            let (mut region, mut oracle) = (Region::<Physical>::default(), Pixels::new());
            for _ in 0..12 {
                let origin = Point2D::new(state.below(12), state.below(12));
                let rect = Rect::new(origin, Size2D::new(state.below(8), state.below(8)));
                if state.below(3) > 0 {
                    region.add(rect);
                    oracle.extend(pixels(rect));
                } else {
                    region.subtract(rect);
                    pixels(rect).iter().for_each(|pixel| {
                        oracle.remove(pixel);
                    });
                }
                assert_eq!(region.area(), oracle.len() as i64, "seed {seed}: rectangles overlap or are missing");
                let seen: Pixels = region.rects().iter().flat_map(|rect| pixels(*rect)).collect();
                assert_eq!(seen, oracle, "seed {seed}");
            }
        }
    }
}
