//! One column: its windows, its width, and the heights in it.

use glasshouse_scene::LogicalRect;

use super::super::{
    Axis, Input, Placement, Tab,
    span::{self, LONGEST, Part, SHORTEST, Span},
    tabs::{self, Strip},
};
use crate::WindowId;

/// How wide a column is, before the smallest and largest widths of its windows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Width {
    /// A part of the area: columns whose fractions sum up to one fill it exactly, with gaps between them.
    Fraction(f64),
    /// In logical units.
    Fixed(f64),
}

impl Width {
    /// With a number that is one.
    pub(super) fn tamed(self) -> Self {
        match self {
            Self::Fraction(fraction) => Self::Fraction(if fraction.is_finite() { fraction } else { 0.5 }),
            Self::Fixed(length) => Self::Fixed(if length.is_nan() { SHORTEST } else { length.clamp(SHORTEST, LONGEST) }),
        }
    }

    /// In logical units; at least one.
    pub(super) fn resolve(self, input: &Input<'_>) -> f64 {
        self.of(input.extents().0.length(), input)
    }

    /// As a part of `room`.
    pub(super) fn of(self, room: f64, input: &Input<'_>) -> f64 {
        let length = match self {
            Self::Fraction(fraction) => (room + input.gap()) * fraction - input.gap(),
            Self::Fixed(length) => length,
        };
        if length.is_nan() { SHORTEST } else { span::quantize(length.clamp(SHORTEST, LONGEST)) }
    }
}

/// How the windows of a column share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sharing {
    /// One above the other.
    #[default]
    Stacked,
    /// One at a time, below a row of titles. There is one title even for a single window, so that a second one changes no size.
    Tabbed,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tile {
    pub(super) window: WindowId,
    /// Of the height, about one on average.
    pub(super) weight: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    /// Never empty while the column is one of a layout.
    pub(super) tiles: Vec<Tile>,
    /// The tile that last had the focus: it is shown if the column is tabbed, and focus comes back to it.
    pub(super) active: usize,
    pub(super) width: Width,
    /// As wide as the area; `width` is kept for the time after.
    pub(super) full: bool,
    pub(super) sharing: Sharing,
}

impl Column {
    pub(super) fn new(window: WindowId, width: Width) -> Self {
        Self { tiles: vec![Tile { window, weight: 1.0 }], active: 0, width, full: false, sharing: Sharing::default() }
    }

    pub(super) fn position(&self, window: WindowId) -> Option<usize> {
        self.tiles.iter().position(|tile| tile.window == window)
    }

    /// Adds a window at the bottom, with the height of an average one.
    pub(super) fn push(&mut self, window: WindowId) {
        let weight = span::mean(self.tiles.iter().map(|tile| tile.weight));
        self.tiles.push(Tile { window, weight });
    }

    /// Adds a window at a place, with the height of an average one.
    pub(super) fn insert(&mut self, index: usize, window: WindowId) {
        let weight = span::mean(self.tiles.iter().map(|tile| tile.weight));
        let index = index.min(self.tiles.len());
        if index <= self.active && !self.tiles.is_empty() {
            self.active += 1;
        }
        self.tiles.insert(index, Tile { window, weight });
    }

    pub(super) fn remove(&mut self, index: usize) -> Option<WindowId> {
        if index >= self.tiles.len() {
            return None;
        }
        let tile = self.tiles.remove(index);
        if index < self.active {
            self.active -= 1;
        }
        self.active = self.active.min(self.tiles.len().saturating_sub(1));
        Some(tile.window)
    }

    /// The tile that is seen if only one can be.
    pub(super) fn shown(&self, focused: Option<WindowId>) -> usize {
        focused.and_then(|window| self.position(window)).unwrap_or(self.active)
    }

    pub(super) fn active_window(&self) -> Option<WindowId> {
        self.tiles.get(self.active).map(|tile| tile.window)
    }

    /// In logical units, within what all of its windows can have; where they contradict each other, the widest smallest width counts.
    pub(super) fn width(&self, input: &Input<'_>) -> f64 {
        let wanted = if self.full { input.extents().0.length() } else { self.width.resolve(input) };
        let (min, max) = self.tiles.iter().fold((SHORTEST, f64::INFINITY), |(min, max), tile| {
            let limits = input.limits(tile.window);
            (limits.min.width.max(min), limits.max.width.min(max))
        });
        span::quantize(wanted.min(max).max(min))
    }

    pub(super) fn parts(&self, input: &Input<'_>) -> Vec<Part> {
        self.tiles.iter().map(|tile| input.limits(tile.window).part(tile.weight, Axis::Vertical)).collect()
    }

    /// Of the tiles of a stacked column.
    pub(super) fn heights(&self, input: &Input<'_>) -> Vec<Span> {
        span::cut(input.extents().1, input.gap(), &self.parts(input))
    }

    /// Adds this column, which reaches over `x`, to an arrangement.
    pub(super) fn place(&self, x: Span, visible: bool, input: &Input<'_>, tiles: &mut Vec<Placement>, tabs: &mut Vec<Tab>) {
        match self.sharing {
            Sharing::Stacked => tiles.extend(self.tiles.iter().zip(self.heights(input)).map(|(tile, y)| Placement {
                window: tile.window,
                rect: span::rect(x, y),
                visible,
            })),
            Sharing::Tabbed => {
                let area: LogicalRect = span::rect(x, input.extents().1);
                let (titles, rect) = tabs::titles(area, Strip::Tabbed, input.title(), self.tiles.len());
                let shown = self.shown(input.focused);
                for (index, (tile, title)) in self.tiles.iter().zip(titles).enumerate() {
                    let active = index == shown;
                    tiles.push(Placement { window: tile.window, rect, visible: visible && active });
                    if visible && !title.is_empty() {
                        tabs.push(Tab { rect: title, window: tile.window, windows: 1, active });
                    }
                }
            }
        }
    }
}
