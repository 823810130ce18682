//! Windows in an order, and nothing else: what the layouts without containers have in common.

use super::Place;
use crate::WindowId;

/// Where in `windows` a new one goes.
pub(super) fn index_for(windows: &[WindowId], place: Place) -> usize {
    let position = |window| windows.iter().position(|other| *other == window);
    match place {
        Place::After(window) => position(window).map_or(windows.len(), |index| index + 1),
        Place::Before(window) => position(window).unwrap_or(0),
        Place::First => 0,
        Place::Last => windows.len(),
    }
}

/// Exchanges two windows. `false` if one is missing or both are the same.
pub(super) fn swap(windows: &mut [WindowId], one: WindowId, other: WindowId) -> bool {
    let position = |window| windows.iter().position(|other| *other == window);
    match (position(one), position(other)) {
        (Some(one), Some(other)) if one != other => {
            windows.swap(one, other);
            true
        }
        _ => false,
    }
}
