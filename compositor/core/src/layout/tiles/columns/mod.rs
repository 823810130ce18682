//! Columns on a strip without end, of which the output shows a part.

mod column;
mod moves;
mod view;

use super::{
    Arrangement, ColumnOutline, Input, Layout, Place, along,
    span::{self, Span},
    step,
};
use crate::{Direction, WindowId};
use column::{Column, Tile};
pub use column::{Sharing, Width};
pub use moves::ColumnTarget;
use view::View;

/// The scrolling layout.
///
/// ```text
///         the output
///        +-----------------+        A window opens in a column of its own, to the right of the one with the focus. That never resizes
/// +------|+-------+ +------|+       another window: the strip grows, and the view follows the focus.
/// |      ||   2   | |      ||
/// |   1  |+-------+ |   4  ||       The windows of a column lie one above the other, or are tabs: then one is seen at a time.
/// |      ||   3   | |      ||
/// +------|+-------+ +------|+       A window that is moved to the left or the right takes its column past the next one if it is alone in
///        +-----------------+        it, and leaves its column otherwise. Up and down it moves within its column.
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Columns {
    columns: Vec<Column>,
    view: View,
}

impl Columns {
    /// The windows of each column, from the left to the right and from the top to the bottom.
    pub fn columns(&self) -> Vec<Vec<WindowId>> {
        self.columns.iter().map(|column| column.tiles.iter().map(|tile| tile.window).collect()).collect()
    }

    pub(super) fn outline(&self) -> Vec<ColumnOutline> {
        let weighted = |column: &Column| column.tiles.iter().map(|tile| (tile.window, tile.weight)).collect();
        let outline =
            |column: &Column| ColumnOutline { windows: weighted(column), width: column.width, full: column.full, sharing: column.sharing };
        self.columns.iter().map(outline).collect()
    }

    pub(super) fn from_outline(columns: &[ColumnOutline]) -> Self {
        let tile = |(window, weight): &(WindowId, f64)| Tile { window: *window, weight: span::mean(std::iter::once(*weight)) };
        let column = |column: &ColumnOutline| Column {
            tiles: column.windows.iter().map(tile).collect(),
            active: 0,
            width: column.width.tamed(),
            full: column.full,
            sharing: column.sharing,
        };
        let columns = columns.iter().filter(|column| !column.windows.is_empty()).map(column).collect();
        Self { columns, view: View::default() }
    }

    /// Takes over where another strip's view stands, and which tile of each column had the focus.
    pub(super) fn look_where(&mut self, other: &Self) {
        for column in &mut self.columns {
            let active = other.columns.iter().filter_map(Column::active_window).find_map(|window| column.position(window));
            column.active = active.unwrap_or(0);
        }
        let anchor = other.columns.get(other.view.anchor).and_then(Column::active_window);
        let anchor = anchor.and_then(|window| self.column_of(window)).unwrap_or(self.columns.len());
        self.view = View { anchor, offset: other.view.offset, ..View::default() };
    }

    fn column_of(&self, window: WindowId) -> Option<usize> {
        self.columns.iter().position(|column| column.position(window).is_some())
    }

    /// The index of its column, and its index in there.
    fn find(&self, window: WindowId) -> Option<(usize, usize)> {
        self.columns.iter().enumerate().find_map(|(index, column)| Some((index, column.position(window)?)))
    }
}

impl Layout for Columns {
    /// The window gets a column of its own, beside the column of the window in `place`.
    fn insert(&mut self, window: WindowId, place: Place, input: &Input<'_>) {
        if self.contains(window) {
            return;
        }
        let index = match place {
            Place::After(other) => self.column_of(other).map_or(self.columns.len(), |index| index + 1),
            Place::Before(other) => self.column_of(other).unwrap_or(0),
            Place::First => 0,
            Place::Last => self.columns.len(),
        };
        self.columns.insert(index, Column::new(window, input.options.columns.width));
        self.column_inserted(index);
        self.view.newest = Some(window);
    }

    fn remove(&mut self, window: WindowId) -> bool {
        let Some((index, tile)) = self.find(window) else { return false };
        let Some(column) = self.columns.get_mut(index) else { return false };
        column.remove(tile);
        if column.tiles.is_empty() {
            self.columns.remove(index);
            self.column_removed(index, window);
        }
        true
    }

    fn settle(&mut self, input: &Input<'_>) {
        if let Some((column, tile)) = input.focused.and_then(|window| self.find(window))
            && let Some(column) = self.columns.get_mut(column)
        {
            column.active = tile;
        }
        if !self.columns.is_empty() {
            self.settle_view(input);
        }
    }

    fn arrange(&self, input: &Input<'_>) -> Arrangement {
        let extents = self.extents(input);
        let (_, view_left) = self.look(&extents, input);
        let view = input.extents().0;
        let mut arrangement = Arrangement::default();
        for (index, column) in self.columns.iter().enumerate() {
            let start = view.start + (extents.left(index) - view_left);
            let x = Span { start, end: start + extents.width(index) };
            let visible = x.start < view.end && view.start < x.end;
            column.place(x, visible, input, &mut arrangement.tiles, &mut arrangement.tabs);
        }
        arrangement
    }

    /// To the left and the right: the window that last had the focus in the next column. Up and down: in the column, tabs too.
    fn neighbour(&self, window: WindowId, direction: Direction, _arrangement: &Arrangement) -> Option<WindowId> {
        let (index, tile) = self.find(window)?;
        match direction {
            Direction::Left | Direction::Right => {
                let next = step(index, along(direction).1, self.columns.len())?;
                self.columns.get(next)?.active_window()
            }
            Direction::Up | Direction::Down => {
                let column = self.columns.get(index)?;
                let next = step(tile, along(direction).1, column.tiles.len())?;
                column.tiles.get(next).map(|tile| tile.window)
            }
        }
    }

    /// There and back is nothing for a window that is alone in its column, and up and down for all.
    fn move_window(&mut self, window: WindowId, direction: Direction, input: &Input<'_>) -> bool {
        let Some((index, tile)) = self.find(window) else { return false };
        let Some(column) = self.columns.get_mut(index) else { return false };
        let forward = along(direction).1;
        match direction {
            Direction::Up | Direction::Down => {
                let Some(next) = step(tile, forward, column.tiles.len()) else { return false };
                column.tiles.swap(tile, next);
                column.active = match column.active {
                    active if active == tile => next,
                    active if active == next => tile,
                    active => active,
                };
                true
            }
            Direction::Left | Direction::Right if column.tiles.len() == 1 => {
                self.move_column(window, if forward { ColumnTarget::Right } else { ColumnTarget::Left }, input)
            }
            Direction::Left | Direction::Right => self.expel_to(index, tile, if forward { index + 1 } else { index }, input),
        }
    }

    fn swap(&mut self, one: WindowId, other: WindowId) -> bool {
        let (Some((a, i)), Some((b, j))) = (self.find(one), self.find(other)) else { return false };
        for (column, tile, window) in [(a, i, other), (b, j, one)] {
            if let Some(tile) = self.columns.get_mut(column).and_then(|column| column.tiles.get_mut(tile)) {
                tile.window = window;
            }
        }
        one != other
    }

    /// The left and the right edge change the width of the column, and no other one's; the edge at the other side stays where it is. Edges
    /// between stacked windows change both.
    fn resize(&mut self, window: WindowId, edge: Direction, outwards: f64, input: &Input<'_>) -> bool {
        let Some((index, tile)) = self.find(window) else { return false };
        let (_, forward) = along(edge);
        match edge {
            Direction::Left | Direction::Right => {
                let extents = self.extents(input);
                let (anchor, left) = self.look(&extents, input);
                let before = extents.width(index);
                if !outwards.is_finite() || !self.change_width(window, Width::Fixed(before + outwards), input) {
                    return false;
                }
                let grown = self.extents(input).width(index) - before;
                if !forward {
                    self.stand(anchor, left + grown, &self.extents(input));
                }
                grown != 0.0
            }
            Direction::Up | Direction::Down => {
                let Some(column) = self.columns.get_mut(index).filter(|column| column.sharing == Sharing::Stacked) else { return false };
                let Some(other) = step(tile, forward, column.tiles.len()) else { return false };
                let by = if forward { outwards } else { -outwards };
                let Some(weights) = span::shift(&column.heights(input), &column.parts(input), tile.min(other), by) else { return false };
                for (tile, weight) in column.tiles.iter_mut().zip(weights) {
                    tile.weight = weight;
                }
                true
            }
        }
    }

    fn windows(&self) -> Vec<WindowId> {
        self.columns.iter().flat_map(|column| &column.tiles).map(|tile| tile.window).collect()
    }

    fn contains(&self, window: WindowId) -> bool {
        self.column_of(window).is_some()
    }

    fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }
}
