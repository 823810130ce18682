//! Windows in an order, and nothing else: what the layouts without containers have in common.

use super::{DropSide, DropTarget, Place};
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

/// Puts a window before or after another one, or in its place; see [`DropSide::Middle`]. The other one is there.
pub(super) fn drop_window(windows: &mut Vec<WindowId>, window: WindowId, target: DropTarget) {
    if target.side == DropSide::Middle && swap(windows, window, target.window) {
        return;
    }
    windows.retain(|other| *other != window);
    let after = matches!(target.side, DropSide::Right | DropSide::Bottom);
    let place = if after { Place::After(target.window) } else { Place::Before(target.window) };
    windows.insert(index_for(windows, place), window);
}
