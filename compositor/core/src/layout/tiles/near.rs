//! Neighbours by geometry, for layouts whose structure says nothing about directions.

use glasshouse_scene::LogicalRect;

use super::{Arrangement, along};
use crate::{Direction, WindowId};

/// The visible tile beside `window`, beyond its edge in `direction`, that lies nearest; among equals the one that shares the longest part of
/// the edge, then the first in the order.
pub(super) fn neighbour(window: WindowId, direction: Direction, arrangement: &Arrangement) -> Option<WindowId> {
    let from = arrangement.rect(window)?;
    let (axis, _) = along(direction);
    let others = arrangement.tiles.iter().filter(|tile| tile.visible && tile.window != window);
    let ranked = others.filter_map(|tile| {
        let distance = distance(from, tile.rect, direction);
        let (mine, theirs) = (axis.across().of(from), axis.across().of(tile.rect));
        let shared = mine.end.min(theirs.end) - mine.start.max(theirs.start);
        (distance >= 0.0 && shared > 0.0).then_some((distance, -shared, tile.window))
    });
    ranked.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))).map(|(.., window)| window)
}

/// From the edge of `from` in `direction` to the near edge of `to`.
fn distance(from: LogicalRect, to: LogicalRect, direction: Direction) -> f64 {
    match direction {
        Direction::Left => from.min_x() - to.max_x(),
        Direction::Right => to.min_x() - from.max_x(),
        Direction::Up => from.min_y() - to.max_y(),
        Direction::Down => to.min_y() - from.max_y(),
    }
}
