//! One window at a time, over the whole area.

use super::{Arrangement, Input, Layout, Place, Placement, along, list, step};
use crate::{Direction, WindowId};

/// All windows on top of each other; the one with the focus is seen.
///
/// Left and up lead to the window before in the order, right and down to the next one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Monocle {
    windows: Vec<WindowId>,
    /// The one that is seen while none of them has the focus. `None` until one had it.
    active: Option<WindowId>,
}

impl Monocle {
    pub(super) fn of(windows: &[WindowId]) -> Self {
        Self { windows: windows.to_vec(), active: None }
    }

    pub(super) fn windows_mut(&mut self) -> &mut Vec<WindowId> {
        &mut self.windows
    }

    fn shown(&self, input: &Input<'_>) -> Option<WindowId> {
        let known = |window: &WindowId| self.windows.contains(window);
        input.focused.filter(known).or(self.active.filter(known)).or(self.windows.first().copied())
    }

    fn index(&self, window: WindowId) -> Option<usize> {
        self.windows.iter().position(|other| *other == window)
    }
}

impl Layout for Monocle {
    fn insert(&mut self, window: WindowId, place: Place, _input: &Input<'_>) {
        if !self.contains(window) {
            self.windows.insert(list::index_for(&self.windows, place), window);
        }
    }

    /// The next in the order is seen then, or else the one before.
    fn remove(&mut self, window: WindowId) -> bool {
        let Some(index) = self.index(window) else { return false };
        self.windows.remove(index);
        if self.active == Some(window) {
            self.active = self.windows.get(index).or(self.windows.last()).copied();
        }
        true
    }

    fn settle(&mut self, input: &Input<'_>) {
        self.active = self.shown(input);
    }

    fn arrange(&self, input: &Input<'_>) -> Arrangement {
        let (rect, shown) = (input.rect(), self.shown(input));
        let tiles = self.windows.iter().map(|window| Placement { window: *window, rect, visible: Some(*window) == shown }).collect();
        Arrangement { tiles, tabs: Vec::new() }
    }

    fn neighbour(&self, window: WindowId, direction: Direction, _arrangement: &Arrangement) -> Option<WindowId> {
        let next = step(self.index(window)?, along(direction).1, self.windows.len())?;
        self.windows.get(next).copied()
    }

    /// Exchanges it with its neighbour in the order.
    fn move_window(&mut self, window: WindowId, direction: Direction, _input: &Input<'_>) -> bool {
        let Some(index) = self.index(window) else { return false };
        let Some(next) = step(index, along(direction).1, self.windows.len()) else { return false };
        self.windows.swap(index, next);
        true
    }

    fn swap(&mut self, one: WindowId, other: WindowId) -> bool {
        list::swap(&mut self.windows, one, other)
    }

    /// Never: every window has the whole area.
    fn resize(&mut self, _window: WindowId, _edge: Direction, _outwards: f64, _input: &Input<'_>) -> bool {
        false
    }

    fn windows(&self) -> Vec<WindowId> {
        self.windows.clone()
    }

    fn contains(&self, window: WindowId) -> bool {
        self.windows.contains(&window)
    }

    fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }
}
