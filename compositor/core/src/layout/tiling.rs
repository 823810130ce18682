//! The tiling layout: one master on the left, the others stacked on the right.

use euclid::{Point2D, Rect, Size2D};
use glasshouse_scene::{LogicalRect, LogicalSize, PhysicalRect};

use crate::grid::Grid;

/// How tiles are cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cut {
    pub(crate) gap: f64,
    /// The master's part of the width.
    pub(crate) master: f64,
}

/// Tiles for windows with these smallest sizes, in their order; the first is the master.
///
/// All edges lie on `grid`. Tiles do not overlap and do not leave `area`, as long as there is a pixel for each; smallest sizes are
/// respected as far as they fit, and where they do not, nobody's are.
pub(crate) fn tile(area: LogicalRect, smallest: &[LogicalSize], cut: Cut, grid: Grid) -> Vec<LogicalRect> {
    let Some((master, stack)) = smallest.split_first() else { return Vec::new() };
    let area = grid.pixels_inside(area);
    let pixels = |length: f64| (length.clamp(0.0, 1e6) * grid.scale).ceil() as i32;
    let (gap_x, outer_x) = split(area.origin.x, area.size.width, if stack.is_empty() { 1 } else { 2 }, grid.length(cut.gap));
    let (gap_y, outer_y) = split(area.origin.y, area.size.height, stack.len().max(1) as i32, grid.length(cut.gap));
    let mut tiles = Vec::with_capacity(smallest.len());
    let mut add = |x: i32, y: i32, width: i32, height: i32| {
        // Without a pixel for each they lie on each other: a tile outside of the area would be lost.
        let (width, height) = (width.max(1), height.max(1));
        let at = Point2D::new(x.min(area.max_x() - width).max(area.min_x()), y.min(area.max_y() - height).max(area.min_y()));
        let pixels: PhysicalRect = Rect::new(at, Size2D::new(width, height));
        tiles.push(grid.to_logical_rect(pixels));
    };
    // The master keeps its height when the stack's gaps shrink: only the outer ones count for it.
    if stack.is_empty() {
        add(outer_x.0, outer_y.0, outer_x.1, outer_y.1);
        return tiles;
    }
    let room = outer_x.1 - gap_x;
    let stack_smallest = stack.iter().map(|size| pixels(size.width)).max().unwrap_or(0).max(1);
    let master_smallest = pixels(master.width).max(1);
    let wanted = (f64::from(room) * cut.master.clamp(0.1, 0.9)).round() as i32;
    let master_width = if master_smallest.saturating_add(stack_smallest) <= room {
        wanted.clamp(master_smallest, room - stack_smallest)
    } else {
        wanted.clamp(1, (room - 1).max(1))
    };
    add(outer_x.0, outer_y.0, master_width, outer_y.1);
    let stack_x = outer_x.0 + master_width + gap_x;
    let heights: Vec<i32> = stack.iter().map(|size| pixels(size.height)).collect();
    let mut y = outer_y.0;
    for height in share(outer_y.1 - gap_y * (stack.len() as i32 - 1), &heights) {
        add(stack_x, y, room - master_width, height);
        y += height + gap_y;
    }
    tiles
}

/// The gap in pixels, and start and length of what is left of an extent between the two outer gaps. On an extent that is too small
/// for `count` tiles of some size, gaps shrink first.
fn split(start: i32, extent: i32, count: i32, gap: i32) -> (i32, (i32, i32)) {
    let gap = gap.min(extent / (2 * (count + 1))).max(0);
    (gap, (start + gap, extent - 2 * gap))
}

/// Divides `total` pixels equally, except that nobody gets less than his smallest, if all of them fit.
fn share(total: i32, smallest: &[i32]) -> Vec<i32> {
    let fits = smallest.iter().map(|size| i64::from(*size)).sum::<i64>() <= i64::from(total);
    let mut fixed = vec![false; smallest.len()];
    loop {
        let taken: i32 = smallest.iter().zip(&fixed).filter(|(_, fixed)| **fixed).map(|(size, _)| *size).sum();
        let mut left = fixed.iter().filter(|fixed| !**fixed).count() as i32;
        let mut room = total - taken;
        let mut shares = Vec::with_capacity(smallest.len());
        for (size, fixed) in smallest.iter().zip(&fixed) {
            if *fixed {
                shares.push(*size);
                continue;
            }
            // What remains divided by how many remain: the remainder goes to the lower ones, pixel by pixel.
            let part = if left > 0 { room / left } else { 0 };
            shares.push(part);
            room -= part;
            left -= 1;
        }
        let mut again = false;
        for ((size, share), fixed) in smallest.iter().zip(&shares).zip(&mut fixed) {
            if fits && !*fixed && share < size {
                *fixed = true;
                again = true;
            }
        }
        if !again {
            return shares;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glasshouse_scene::LogicalPoint;
    use proptest::prelude::*;

    #[test]
    fn smallest_sizes_are_respected_if_they_fit() {
        assert_eq!(share(100, &[0, 0, 0]), [33, 33, 34]);
        assert_eq!(share(100, &[70, 0, 0]), [70, 15, 15]);
        assert_eq!(share(100, &[70, 20, 0]), [70, 20, 10]);
        assert_eq!(share(100, &[70, 40, 0]), [33, 33, 34]);
        assert_eq!(share(100, &[]), [0; 0]);
    }

    proptest! {
        #[test]
        fn tiles_fill_the_area_without_overlap_on_the_grid(
            width in 40.0..4000.0_f64, height in 300.0..3000.0_f64, x in -100.0..100.0_f64, scale in 30..960_i32, gap in 0.0..40.0_f64,
            smallest in proptest::collection::vec((0..3000_i32, 0..3000_i32), 1..9),
        ) {
            let grid = Grid { origin: LogicalPoint::new(7.0, -3.0), scale: f64::from(scale) / 120.0 };
            let area = LogicalRect::new(LogicalPoint::new(x, x), LogicalSize::new(width, height));
            let smallest: Vec<LogicalSize> = smallest.into_iter().map(|(w, h)| LogicalSize::new(w.into(), h.into())).collect();
            let tiles = tile(area, &smallest, Cut { gap, master: 0.5 }, grid);
            prop_assert_eq!(tiles.len(), smallest.len());
            for (index, tile) in tiles.iter().enumerate() {
                prop_assert!(area.inflate(1e-6, 1e-6).contains_rect(tile), "{:?} leaves {:?}", tile, area);
                let pixels = grid.pixels(*tile);
                prop_assert!((grid.to_logical(pixels.origin) - tile.origin).length() < 1e-6);
                for other in tiles.iter().skip(index + 1) {
                    prop_assert!(!pixels.intersects(&grid.pixels(*other)), "{:?} overlaps {:?}", tile, other);
                }
            }
        }
    }
}
