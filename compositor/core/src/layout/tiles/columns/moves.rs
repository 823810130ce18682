//! What is special to columns: moving them, taking windows in and out, and their widths.

use super::{
    super::{
        DropSide, DropTarget,
        span::{self, SHORTEST, Span},
    },
    Column, Columns, Direction, Input, Sharing, Width, along,
};
use crate::WindowId;

/// A column, seen from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnTarget {
    /// The next one to the left.
    Left,
    /// The next one to the right.
    Right,
    /// The leftmost.
    First,
    /// The rightmost.
    Last,
}

/// Wider by more than this counts as wider, when the next preset is looked for.
const TOLERANCE: f64 = 1.0;

impl Columns {
    /// The window to give the focus to in order to go to another column: the one that last had it there. `None` if that is the same column
    /// or there is none.
    pub fn window_in(&self, from: WindowId, target: ColumnTarget) -> Option<WindowId> {
        let index = self.column_of(from)?;
        let target = self.target(index, target)?;
        self.columns.get(target)?.active_window()
    }

    /// Moves the column of `window`. `false` if it is there already.
    pub fn move_column(&mut self, window: WindowId, target: ColumnTarget, input: &Input<'_>) -> bool {
        let Some(index) = self.column_of(window) else { return false };
        let Some(target) = self.target(index, target) else { return false };
        self.with_view_kept(input, |columns| {
            let column = columns.columns.remove(index);
            columns.columns.insert(target, column);
        });
        true
    }

    fn target(&self, index: usize, target: ColumnTarget) -> Option<usize> {
        let target = match target {
            ColumnTarget::Left => index.checked_sub(1)?,
            ColumnTarget::Right => index + 1,
            ColumnTarget::First => 0,
            ColumnTarget::Last => self.columns.len().saturating_sub(1),
        };
        (target != index && target < self.columns.len()).then_some(target)
    }

    /// Takes the top window of the next column to the right into the column of `window`, at its bottom. `false` if there is none.
    pub fn consume(&mut self, window: WindowId, input: &Input<'_>) -> bool {
        let Some(index) = self.column_of(window) else { return false };
        let Some(taken) = self.columns.get(index + 1).and_then(|column| column.tiles.first()).map(|tile| tile.window) else { return false };
        self.consume_into(taken, index, input)
    }

    /// Puts the bottom window of the column of `window` into a column of its own, to the right of it. `false` if it has one window only.
    pub fn expel(&mut self, window: WindowId, input: &Input<'_>) -> bool {
        let Some(index) = self.column_of(window) else { return false };
        let Some(last) = self.columns.get(index).and_then(|column| column.tiles.len().checked_sub(1)) else { return false };
        last > 0 && self.expel_to(index, last, index + 1, input)
    }

    /// If `window` is alone in its column: takes it into the next column on that side, at its bottom. Otherwise: puts it into a column of
    /// its own on that side. `false` if there is no column on that side, or the direction is up or down.
    pub fn consume_or_expel(&mut self, window: WindowId, direction: Direction, input: &Input<'_>) -> bool {
        let Some((index, tile)) = self.find(window) else { return false };
        let target = match direction {
            Direction::Left => ColumnTarget::Left,
            Direction::Right => ColumnTarget::Right,
            Direction::Up | Direction::Down => return false,
        };
        if self.columns.get(index).is_some_and(|column| column.tiles.len() > 1) {
            return self.expel_to(index, tile, if along(direction).1 { index + 1 } else { index }, input);
        }
        let Some(target) = self.target(index, target) else { return false };
        self.consume_into(window, target, input)
    }

    /// Takes `window` out of its column, and puts it at the bottom of the column at `target`, an index from before.
    fn consume_into(&mut self, window: WindowId, target: usize, input: &Input<'_>) -> bool {
        let Some((from, tile)) = self.find(window) else { return false };
        self.with_view_kept(input, |columns| {
            if let Some(column) = columns.columns.get_mut(target) {
                column.push(window);
            }
            if let Some(column) = columns.columns.get_mut(from) {
                column.remove(tile);
            }
            columns.columns.retain(|column| !column.tiles.is_empty());
        });
        true
    }

    /// Takes a window out of the column at `index`, and gives it a new column of the same width at `target`.
    pub(super) fn expel_to(&mut self, index: usize, tile: usize, target: usize, input: &Input<'_>) -> bool {
        self.with_view_kept(input, |columns| {
            let Some(column) = columns.columns.get_mut(index) else { return };
            let Some(window) = column.remove(tile) else { return };
            let new = Column { full: column.full, ..Column::new(window, column.width) };
            columns.columns.insert(target, new);
        });
        true
    }

    /// At the left or the right it gets a column of its own beside that of the target, at the top or the bottom it comes into that one; the
    /// middle makes tabs of it.
    pub(in crate::layout::tiles) fn drop_window(&mut self, window: WindowId, target: DropTarget, input: &Input<'_>) {
        self.with_view_kept(input, |columns| {
            let picked = columns.pick_up(window, input);
            let Some((index, tile)) = columns.find(target.window) else { return columns.columns.push(picked) };
            match target.side {
                DropSide::Left => columns.columns.insert(index, picked),
                DropSide::Right => columns.columns.insert(index + 1, picked),
                side => {
                    let Some(column) = columns.columns.get_mut(index) else { return };
                    column.insert(if side == DropSide::Top { tile } else { tile + 1 }, window);
                    if side == DropSide::Middle {
                        column.sharing = Sharing::Tabbed;
                    }
                }
            }
        });
    }

    /// Takes a window out, as the column that it is or would have alone.
    fn pick_up(&mut self, window: WindowId, input: &Input<'_>) -> Column {
        let new = || Column::new(window, input.options.columns.width);
        let Some((index, tile)) = self.find(window) else { return new() };
        let Some(column) = self.columns.get_mut(index) else { return new() };
        if column.tiles.len() == 1 {
            return self.columns.remove(index);
        }
        column.remove(tile);
        Column { full: column.full, ..Column::new(window, column.width) }
    }

    /// How wide the column of `window` wants to be, and whether it is as wide as the area instead.
    pub fn width(&self, window: WindowId) -> Option<(Width, bool)> {
        let column = self.columns.get(self.column_of(window)?)?;
        Some((column.width, column.full))
    }

    /// Gives the column of `window` another width. `false` if it has it already.
    pub fn set_width(&mut self, window: WindowId, width: Width, input: &Input<'_>) -> bool {
        let resolved = width.resolve(input);
        // A width that is no number, or out of range, is not remembered as it is.
        let width = match width {
            Width::Fraction(fraction) if (0.0..=100.0).contains(&fraction) => width,
            Width::Fraction(_) | Width::Fixed(_) => Width::Fixed(resolved),
        };
        let Some(column) = self.column_mut(window) else { return false };
        let before = (column.width, column.full);
        (column.width, column.full) = (width, false);
        before != (column.width, column.full)
    }

    /// Like [`set_width`](Self::set_width), but what the windows cannot have is not remembered: so that an edge, dragged beyond its
    /// limit and back, follows at once. `false` if nothing would be seen of it.
    pub(super) fn change_width(&mut self, window: WindowId, width: Width, input: &Input<'_>) -> bool {
        let Some(column) = self.column_mut(window) else { return false };
        let before = column.width(input);
        let possible = Column { width, full: false, ..column.clone() }.width(input);
        if possible == before {
            return false;
        }
        (column.width, column.full) = (Width::Fixed(possible), false);
        true
    }

    /// Gives the column of `window` the next wider of the preset widths, or the next narrower one; after the last comes the first.
    /// `false` if there are no presets.
    pub fn cycle_width(&mut self, window: WindowId, wider: bool, input: &Input<'_>) -> bool {
        let Some(column) = self.column_mut(window) else { return false };
        let presets = &input.options.columns.presets;
        let now = if column.full { input.extents().0.length() } else { column.width.resolve(input) };
        let known = presets.iter().position(|preset| !column.full && *preset == column.width);
        let next = match known {
            Some(index) if wider => (index + 1) % presets.len(),
            Some(index) => (index + presets.len() - 1) % presets.len(),
            None if wider => presets.iter().position(|preset| preset.resolve(input) > now + TOLERANCE).unwrap_or(0),
            None => presets.iter().rposition(|preset| preset.resolve(input) < now - TOLERANCE).unwrap_or(presets.len().saturating_sub(1)),
        };
        let Some(width) = presets.get(next) else { return false };
        (column.width, column.full) = (*width, false);
        true
    }

    /// Makes the column of `window` as wide as the area, or gives it back its own width. `false` if nothing changes.
    pub fn set_full_width(&mut self, window: WindowId, full: bool) -> bool {
        let Some(column) = self.column_mut(window) else { return false };
        std::mem::replace(&mut column.full, full) != full
    }

    /// How the windows in the column of `window` share it.
    pub fn sharing(&self, window: WindowId) -> Option<Sharing> {
        Some(self.columns.get(self.column_of(window)?)?.sharing)
    }

    /// Stacks the windows in the column of `window`, or makes them tabs. `false` if nothing changes.
    pub fn set_sharing(&mut self, window: WindowId, sharing: Sharing) -> bool {
        let Some(column) = self.column_mut(window) else { return false };
        std::mem::replace(&mut column.sharing, sharing) != sharing
    }

    /// Gives `window` the next taller of the preset heights, or the next lower one; after the last comes the first. Those that it cannot have
    /// are passed over. The others in its column share the rest as they did. `false` if there is nothing to share, or no such preset.
    pub fn cycle_height(&mut self, window: WindowId, taller: bool, input: &Input<'_>) -> bool {
        let Some((index, tile)) = self.find(window) else { return false };
        let Some(column) = self.columns.get_mut(index).filter(|column| column.sharing == Sharing::Stacked) else { return false };
        let lengths: Vec<f64> = column.heights(input).into_iter().map(Span::length).collect();
        let Some(now) = lengths.get(tile).copied() else { return false };
        let total: f64 = lengths.iter().sum();
        let room = input.extents().1.length();
        let mut presets: Vec<f64> = input.options.columns.height_presets.iter().map(|preset| preset.of(room, input)).collect();
        // From the nearest one in that direction on, and round.
        let beyond = |preset: &f64| if taller { *preset > now + TOLERANCE } else { *preset < now - TOLERANCE };
        presets.sort_by(|a, b| if taller { a.total_cmp(b) } else { b.total_cmp(a) });
        let first = presets.iter().position(beyond).unwrap_or(0);
        presets.rotate_left(first);
        let before: Vec<f64> = column.tiles.iter().map(|tile| tile.weight).collect();
        for wanted in presets {
            let wanted = wanted.clamp(SHORTEST, (total - SHORTEST).max(SHORTEST));
            let others = (total - wanted) / (total - now).max(SHORTEST);
            let lengths: Vec<f64> =
                lengths.iter().enumerate().map(|(other, length)| if other == tile { wanted } else { length * others }).collect();
            for (tile, weight) in column.tiles.iter_mut().zip(span::weights(&lengths)) {
                tile.weight = weight;
            }
            let got = column.heights(input).get(tile).map_or(now, |span| span.length());
            if (got - now).abs() > TOLERANCE {
                return true;
            }
        }
        for (tile, weight) in column.tiles.iter_mut().zip(before) {
            tile.weight = weight;
        }
        false
    }

    /// Makes the windows in the column of `window` equally high again.
    pub fn reset_heights(&mut self, window: WindowId) -> bool {
        let Some(column) = self.column_mut(window) else { return false };
        column.tiles.iter_mut().for_each(|tile| tile.weight = 1.0);
        true
    }

    /// Puts the column of `window` into the middle of the view. It stays there until the focus goes to a column that is not in view.
    pub fn centre_column(&mut self, window: WindowId, input: &Input<'_>) -> bool {
        let Some(index) = self.column_of(window) else { return false };
        let extents = self.extents(input);
        let left = extents.left(index) + (extents.width(index) - input.extents().0.length()) / 2.0;
        let anchor = self.view.anchor.min(self.columns.len().saturating_sub(1));
        self.stand(anchor, span::quantize(left), &extents);
        self.view.fill = false;
        true
    }

    /// Moves the view over the strip by this many logical units, to the right if positive, but not beyond the ends. Answers which window to
    /// give the focus to, so that the view moves from there as little as possible: the one that last had it in the column of which most is
    /// seen. For the end of a swipe; while fingers are down it is enough to draw everything beside its place.
    pub fn scroll(&mut self, by: f64, input: &Input<'_>) -> Option<WindowId> {
        let extents = self.extents(input);
        let (active, left) = self.look(&extents, input);
        let view = input.extents().0.length();
        let most = (extents.length() - view).max(0.0);
        let by = if by.is_nan() { 0.0 } else { by };
        let left = span::quantize((left + by).clamp(left.min(0.0), left.max(most)));
        let anchor = self.view.anchor.min(self.columns.len().saturating_sub(1));
        self.stand(anchor, left, &extents);
        self.view.fill = false;
        let best = self.most_seen(&extents, left, view, active)?;
        self.columns.get(best)?.active_window()
    }

    fn column_mut(&mut self, window: WindowId) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.position(window).is_some())
    }
}
