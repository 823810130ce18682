//! Which part of the strip is seen.

use super::{
    super::{Centring, Input, span},
    Column, Columns,
};
use crate::WindowId;

/// Where the view stands.
///
/// It is kept in relation to a column, so that whatever happens to the left of that does not move what a person looks at.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct View {
    /// An index into the columns: the one that last had the focus. Or their number: where the next column would begin.
    pub(super) anchor: usize,
    /// From the left edge of the anchor to the left edge of the view, to the right, in logical units.
    pub(super) offset: f64,
    /// The anchor has been taken away: the view may move to show no more emptiness than it must.
    pub(super) fill: bool,
    /// The newest window, until something is settled.
    pub(super) newest: Option<WindowId>,
    /// What to go back to when the newest window, which has got the focus, goes.
    pub(super) before: Option<Before>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Before {
    pub(super) newest: WindowId,
    /// Which window had the focus, and where the view stood in relation to its column.
    focused: WindowId,
    offset: f64,
}

/// Where columns begin and how wide they are, from the left edge of the first.
pub(super) struct Extents {
    lefts: Vec<f64>,
    widths: Vec<f64>,
    /// Where a next column would begin.
    end: f64,
    gap: f64,
}

impl Extents {
    pub(super) fn left(&self, column: usize) -> f64 {
        self.lefts.get(column).copied().unwrap_or(self.end)
    }

    pub(super) fn width(&self, column: usize) -> f64 {
        self.widths.get(column).copied().unwrap_or(0.0)
    }

    fn right(&self, column: usize) -> f64 {
        self.left(column) + self.width(column)
    }

    /// The length of the whole strip.
    pub(super) fn length(&self) -> f64 {
        (self.end - self.gap).max(0.0)
    }
}

impl Columns {
    pub(super) fn extents(&self, input: &Input<'_>) -> Extents {
        let (gap, mut end) = (input.gap(), 0.0);
        let widths: Vec<f64> = self.columns.iter().map(|column| column.width(input)).collect();
        let mut lefts = Vec::with_capacity(widths.len());
        for width in &widths {
            lefts.push(end);
            end += width + gap;
        }
        Extents { lefts, widths, end, gap }
    }

    /// Where the view stands now, before it follows the focus.
    fn standing(&self, extents: &Extents) -> f64 {
        extents.left(self.view.anchor) + self.view.offset
    }

    /// The column with the focus, and the left edge of the view from the left edge of the strip.
    ///
    /// A focused column that is wider than the view is aligned to the left, because titles and menus are there, unless it fills the view
    /// already: a person may have scrolled in it. If no window of the
    /// layout has the focus, the view stays where it is.
    pub(super) fn look(&self, extents: &Extents, input: &Input<'_>) -> (usize, f64) {
        let view = input.extents().0.length();
        let standing = self.standing(extents);
        let focused = input.focused.and_then(|window| self.column_of(window));
        let active = focused.unwrap_or(self.view.anchor).min(self.columns.len().saturating_sub(1));
        if input.held {
            return (active, standing);
        }
        let (left, right) = (extents.left(active), extents.right(active));
        let options = &input.options.columns;
        let centred = left + (extents.width(active) - view) / 2.0;
        if extents.width(active) > view {
            // Any part of it will do, as long as nothing else is in view.
            let fills = left <= standing && standing + view <= right;
            return (active, if fills { standing } else { left });
        }
        let single = options.centre_single && self.columns.len() == 1;
        if options.centring == Centring::Always || single {
            return (active, span::quantize(centred));
        }
        let mut at = standing;
        if self.view.fill {
            at = at.min(extents.length() - view).max(0.0);
        }
        let in_view = left >= at && right <= at + view;
        if focused.is_some() && !in_view {
            // Both columns are only known here if the one before is still there.
            let together = extents.right(active.max(self.view.anchor)) - extents.left(active.min(self.view.anchor));
            let overflows = active != self.view.anchor && self.view.anchor < self.columns.len() && together > view;
            at = if options.centring == Centring::OnOverflow && overflows { centred } else { at.clamp(right - view, left) };
        }
        (active, span::quantize(at))
    }

    /// Takes note of where the view stands.
    pub(super) fn settle_view(&mut self, input: &Input<'_>) {
        let extents = self.extents(input);
        let (active, left) = self.look(&extents, input);
        let focused = input.focused.filter(|window| self.columns.get(active).is_some_and(|column| column.position(*window).is_some()));
        if active != self.view.anchor {
            let came_from = self.columns.get(self.view.anchor).and_then(Column::active_window);
            let before = |newest, came_from| Before { newest, focused: came_from, offset: self.view.offset };
            self.view.before = match (self.view.newest.filter(|newest| Some(*newest) == focused), came_from) {
                (Some(newest), Some(came_from)) => Some(before(newest, came_from)),
                _ => None,
            };
        }
        self.view.newest = None;
        self.view.fill = false;
        self.stand(active, left, &extents);
    }

    /// The end of a swipe that would have gone on for `ahead` logical units, to the right if positive. The view comes to stand at the edge of
    /// the column that is nearest to there, or in the middle of one where that is wanted. Answers which window to give the focus to: the one
    /// that has it, if its column is in view as a whole, or else the last of the column of which most is seen.
    pub fn settle_on(&mut self, ahead: f64, input: &Input<'_>) -> Option<WindowId> {
        let extents = self.extents(input);
        let (active, left) = self.look(&extents, input);
        let view = input.extents().0.length();
        let centred = input.options.columns.centring == Centring::Always;
        let (first, last) = (left.min(0.0), left.max((extents.length() - view).max(0.0)));
        let wanted = left + if ahead.is_finite() { ahead } else { 0.0 };
        let places = (0..self.columns.len()).flat_map(|column| match centred {
            true => [extents.left(column) + (extents.width(column) - view) / 2.0; 2],
            false => [extents.left(column), extents.right(column) - view].map(|place| place.clamp(first, last)),
        });
        let place = places.min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()))?;
        let anchor = self.view.anchor.min(self.columns.len().saturating_sub(1));
        self.stand(anchor, span::quantize(place), &extents);
        self.view.fill = false;
        let in_view = extents.left(active) >= place && extents.right(active) <= place + view;
        let focused = input.focused.filter(|window| in_view && !centred && self.column_of(*window) == Some(active));
        focused.or_else(|| self.columns.get(self.most_seen(&extents, place, view, active)?)?.active_window())
    }

    /// The column of which most is in view. Among equals the nearest to the focus: it stays where it is unless more is seen of another column.
    pub(super) fn most_seen(&self, extents: &Extents, left: f64, view: f64, active: usize) -> Option<usize> {
        let seen = |column: usize| {
            let start = extents.left(column);
            (start + extents.width(column)).min(left + view) - start.max(left)
        };
        (0..self.columns.len()).max_by(|a, b| seen(*a).total_cmp(&seen(*b)).then(b.abs_diff(active).cmp(&a.abs_diff(active))))
    }

    /// Puts the left edge of the view at `left`, in relation to `anchor`.
    pub(super) fn stand(&mut self, anchor: usize, left: f64, extents: &Extents) {
        self.view.anchor = anchor;
        self.view.offset = left - extents.left(anchor);
    }

    /// Changes the order of columns and windows, without moving the view in relation to the columns at the left that stay.
    pub(super) fn with_view_kept(&mut self, input: &Input<'_>, change: impl FnOnce(&mut Self)) {
        let left = self.standing(&self.extents(input));
        let anchor = self.columns.get(self.view.anchor).and_then(Column::active_window);
        change(self);
        let anchor = anchor.and_then(|window| self.column_of(window)).unwrap_or(self.columns.len());
        self.stand(anchor, left, &self.extents(input));
    }

    /// A column was put in at `index`.
    pub(super) fn column_inserted(&mut self, index: usize) {
        // Where the anchor is no column but the end of the strip, that is where the new one begins.
        if index < self.view.anchor || (index == self.view.anchor && index + 1 < self.columns.len()) {
            self.view.anchor += 1;
        }
    }

    /// The column at `index`, whose last window was `window`, has been taken out.
    pub(super) fn column_removed(&mut self, index: usize, window: WindowId) {
        if index < self.view.anchor {
            self.view.anchor -= 1;
        } else if index == self.view.anchor {
            let before = self.view.before.filter(|before| before.newest == window);
            match before.and_then(|before| Some((self.column_of(before.focused)?, before.offset))) {
                Some((column, offset)) => (self.view.anchor, self.view.offset) = (column, offset),
                None => self.view.fill = true,
            }
            self.view.before = None;
        }
        if self.columns.is_empty() {
            self.view = View::default();
        }
    }
}
