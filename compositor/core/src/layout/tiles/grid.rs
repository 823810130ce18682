//! Rows and columns, as near to a square as they can be.

use super::{Arrangement, Axis, Input, Layout, Limits, Place, Placement, list, near, span};
use crate::{Direction, WindowId};

/// Cells of equal size; the last row has what is left and fills the width.
///
/// ```text
/// +---+---+---+    An area that is higher than wide is filled by columns instead, and the last column has what is left.
/// | 1 | 2 | 3 |
/// +---+-+-+---+
/// |  4  |  5  |
/// +-----+-----+
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grid {
    windows: Vec<WindowId>,
}

impl Grid {
    pub(super) fn of(windows: &[WindowId]) -> Self {
        Self { windows: windows.to_vec() }
    }

    pub(super) fn windows_mut(&mut self) -> &mut Vec<WindowId> {
        &mut self.windows
    }
}

/// How many cells a full line has, with as many lines as is the nearest whole number to the root.
fn cells_in_line(count: usize) -> usize {
    let lines = (count as f64).sqrt().round().max(1.0) as usize;
    count.div_ceil(lines).max(1)
}

/// What holds for cells that lie in one line across, and so share their length.
fn common(limits: impl Iterator<Item = Limits>) -> Limits {
    limits.fold(Limits::NONE, Limits::over)
}

impl Layout for Grid {
    fn insert(&mut self, window: WindowId, place: Place, _input: &Input<'_>) {
        if !self.contains(window) {
            self.windows.insert(list::index_for(&self.windows, place), window);
        }
    }

    fn remove(&mut self, window: WindowId) -> bool {
        let before = self.windows.len();
        self.windows.retain(|other| *other != window);
        self.windows.len() < before
    }

    /// Nothing depends on the focus.
    fn settle(&mut self, _input: &Input<'_>) {}

    fn arrange(&self, input: &Input<'_>) -> Arrangement {
        let (area, gap) = (input.rect(), input.gap());
        // Lines are rows, one below the other, in a wide area.
        let axis = Axis::longer(area);
        let cells = cells_in_line(self.windows.len());
        let limits: Vec<Limits> = self.windows.iter().map(|window| input.limits(*window)).collect();
        let heights: Vec<_> = limits.chunks(cells).map(|line| common(line.iter().copied()).part(1.0, axis.across())).collect();
        let across = span::cut(axis.across().of(area), gap, &heights);
        // Full lines have the same cuts, so that cells stand exactly above each other.
        let full = |cell: usize| limits.chunks_exact(cells).filter_map(move |line| line.get(cell)).copied();
        let widths: Vec<_> = (0..cells).map(|cell| common(full(cell)).part(1.0, axis)).collect();
        let full = span::cut(axis.of(area), gap, &widths);
        let mut tiles = Vec::with_capacity(self.windows.len());
        for (line, (windows, across)) in self.windows.chunks(cells).zip(across).enumerate() {
            let last: Vec<_>;
            let along = if windows.len() == cells {
                &full
            } else {
                let left = limits.iter().skip(line * cells);
                last = span::cut(axis.of(area), gap, &left.map(|limits| limits.part(1.0, axis)).collect::<Vec<_>>());
                &last
            };
            tiles.extend(windows.iter().zip(along).map(|(window, along)| Placement {
                window: *window,
                rect: axis.rect(*along, across),
                visible: true,
            }));
        }
        Arrangement { tiles, tabs: Vec::new() }
    }

    fn neighbour(&self, window: WindowId, direction: Direction, arrangement: &Arrangement) -> Option<WindowId> {
        near::neighbour(window, direction, arrangement)
    }

    /// Exchanges it with its neighbour. There and back is nothing among full rows.
    fn move_window(&mut self, window: WindowId, direction: Direction, input: &Input<'_>) -> bool {
        self.neighbour(window, direction, &self.arrange(input)).is_some_and(|other| self.swap(window, other))
    }

    fn swap(&mut self, one: WindowId, other: WindowId) -> bool {
        list::swap(&mut self.windows, one, other)
    }

    /// Never: cells are equal.
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
