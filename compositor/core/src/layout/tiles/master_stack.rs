//! Masters at one side, the others stacked at the other side.

use super::{
    Arrangement, Axis, DropTarget, Input, Layout, MasterStackOptions, NewWindow, Place, Placement, along, list, near,
    span::{self, Part, Span},
    step,
};
use crate::{Direction, WindowId};

/// The side of the area that masters have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Side {
    #[default]
    Left,
    Right,
    Top,
    Bottom,
}

/// The first few windows, the masters, share one part of the area, the others the rest.
///
/// ```text
/// +-------+---+    Sizes belong to places, not to windows: a window that moves takes the size of the place it comes to.
/// |       | 2 |    A group that has no windows takes no room.
/// |   1   +---+
/// |       | 3 |
/// +-------+---+
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MasterStack {
    windows: Vec<WindowId>,
    /// Of each place within its group, in the order of the windows. About one on average.
    weights: Vec<f64>,
    masters: usize,
    fraction: f64,
    side: Side,
}

/// So that an edge of a group that was pushed to its limit can still be found and dragged back.
const FRACTIONS: std::ops::RangeInclusive<f64> = 0.05..=0.95;

impl MasterStack {
    pub fn new(options: &MasterStackOptions) -> Self {
        let mut new = Self { windows: Vec::new(), weights: Vec::new(), masters: 1, fraction: 0.5, side: options.side };
        new.set_masters(options.masters);
        new.set_fraction(options.fraction);
        new
    }

    /// All windows with their weights.
    pub(super) fn weighted(&self) -> Vec<(WindowId, f64)> {
        self.windows.iter().copied().zip(self.weights.iter().copied()).collect()
    }

    /// These windows instead of those that it has.
    pub(super) fn fill(&mut self, windows: &[(WindowId, f64)]) {
        self.windows = windows.iter().map(|(window, _)| *window).collect();
        self.weights = windows.iter().map(|(_, weight)| span::mean(std::iter::once(*weight))).collect();
    }

    pub fn masters(&self) -> usize {
        self.masters
    }

    /// How many windows are masters. With zero all are in the stack, which has the whole area then.
    pub fn set_masters(&mut self, masters: usize) {
        self.masters = masters;
    }

    pub fn fraction(&self) -> f64 {
        self.fraction
    }

    /// What part of the area the masters have, within 0.05 and 0.95. It does not count while there are only masters or none.
    pub fn set_fraction(&mut self, fraction: f64) {
        if !fraction.is_nan() {
            self.fraction = fraction.clamp(*FRACTIONS.start(), *FRACTIONS.end());
        }
    }

    pub fn side(&self) -> Side {
        self.side
    }

    pub fn set_side(&mut self, side: Side) {
        self.side = side;
    }

    pub fn is_master(&self, window: WindowId) -> bool {
        self.windows.iter().take(self.masters).any(|other| *other == window)
    }

    /// Makes `window` the first master, and moves those before it back by one place. The first master itself changes places with the
    /// second window, as dwm's zoom does. `false` if there is nothing to change.
    pub fn promote(&mut self, window: WindowId) -> bool {
        match self.index(window) {
            Some(0) if self.windows.len() > 1 => self.windows.swap(0, 1),
            Some(index) if index > 0 => {
                let window = self.windows.remove(index);
                self.windows.insert(0, window);
            }
            _ => return false,
        }
        true
    }

    /// All places of both groups are equal again. The masters' part of the area stays.
    pub fn reset_sizes(&mut self) {
        self.weights.fill(1.0);
    }

    /// The axis along which the windows of a group lie.
    pub(super) fn stacking(&self) -> Axis {
        self.axis().0.across()
    }

    /// Sizes stay with the places; a window from elsewhere brings an average one.
    pub(super) fn drop_window(&mut self, window: WindowId, target: DropTarget) {
        let is_new = !self.contains(window);
        list::drop_window(&mut self.windows, window, target);
        if is_new && let Some(index) = self.index(window) {
            self.weights.insert(index.min(self.weights.len()), 1.0);
        }
    }

    fn index(&self, window: WindowId) -> Option<usize> {
        self.windows.iter().position(|other| *other == window)
    }

    /// Along which axis the groups lie beside each other, and whether the masters come first on it.
    fn axis(&self) -> (Axis, bool) {
        match self.side {
            Side::Left => (Axis::Horizontal, true),
            Side::Right => (Axis::Horizontal, false),
            Side::Top => (Axis::Vertical, true),
            Side::Bottom => (Axis::Vertical, false),
        }
    }

    /// The groups that have windows, as ranges of indices: masters, then the stack.
    fn groups(&self) -> Vec<std::ops::Range<usize>> {
        let (count, masters) = (self.windows.len(), self.masters.min(self.windows.len()));
        [0..masters, masters..count].into_iter().filter(|group| !group.is_empty()).collect()
    }

    fn part(&self, index: usize, axis: Axis, input: &Input<'_>) -> Option<Part> {
        let weight = *self.weights.get(index)?;
        Some(input.limits(*self.windows.get(index)?).part(weight, axis))
    }

    fn parts(&self, group: std::ops::Range<usize>, axis: Axis, input: &Input<'_>) -> Vec<Part> {
        group.filter_map(|index| self.part(index, axis, input)).collect()
    }

    /// The groups as parts of the area, in the order in which they lie: not the masters first if they are at the right or the bottom.
    fn group_parts(&self, groups: &[std::ops::Range<usize>], input: &Input<'_>) -> Vec<Part> {
        let (axis, masters_first) = self.axis();
        let group_part = |(number, group): (usize, &std::ops::Range<usize>)| {
            let parts = self.parts(group.clone(), axis, input);
            let weight = if number == 0 { self.fraction } else { 1.0 - self.fraction };
            let most = |length: fn(&Part) -> f64| parts.iter().map(length).fold(0.0_f64, f64::max);
            Part { weight, least: most(|part| part.least), min: most(|part| part.min), max: most(|part| part.max) }
        };
        let mut parts: Vec<Part> = groups.iter().enumerate().map(group_part).collect();
        if !masters_first {
            parts.reverse();
        }
        parts
    }

    /// Of the groups, in the order of `groups`.
    fn group_spans(&self, groups: &[std::ops::Range<usize>], input: &Input<'_>) -> Vec<Span> {
        let (axis, masters_first) = self.axis();
        let mut spans = span::cut(axis.of(input.rect()), input.gap(), &self.group_parts(groups, input));
        if !masters_first {
            spans.reverse();
        }
        spans
    }
}

impl Layout for MasterStack {
    fn insert(&mut self, window: WindowId, place: Place, input: &Input<'_>) {
        if self.contains(window) {
            return;
        }
        let place = match (input.options.master_stack.new_window, place) {
            (NewWindow::First, Place::After(_) | Place::Before(_)) => Place::First,
            (NewWindow::Last, Place::After(_) | Place::Before(_)) => Place::Last,
            (_, place) => place,
        };
        let index = list::index_for(&self.windows, place);
        self.windows.insert(index, window);
        self.weights.insert(index, 1.0);
    }

    fn remove(&mut self, window: WindowId) -> bool {
        let Some(index) = self.index(window) else { return false };
        self.windows.remove(index);
        self.weights.remove(index);
        true
    }

    /// Nothing depends on the focus.
    fn settle(&mut self, _input: &Input<'_>) {}

    fn arrange(&self, input: &Input<'_>) -> Arrangement {
        let (axis, _) = self.axis();
        let groups = self.groups();
        let mut tiles = Vec::with_capacity(self.windows.len());
        for (group, along) in groups.iter().zip(self.group_spans(&groups, input)) {
            let parts = self.parts(group.clone(), axis.across(), input);
            let spans = span::cut(axis.across().of(input.rect()), input.gap(), &parts);
            let windows = self.windows.iter().skip(group.start);
            tiles.extend(windows.zip(spans).map(|(window, across)| Placement {
                window: *window,
                rect: axis.rect(along, across),
                visible: true,
            }));
        }
        Arrangement { tiles, tabs: Vec::new() }
    }

    fn neighbour(&self, window: WindowId, direction: Direction, arrangement: &Arrangement) -> Option<WindowId> {
        near::neighbour(window, direction, arrangement)
    }

    /// Exchanges it with its neighbour. There and back is nothing within a group.
    fn move_window(&mut self, window: WindowId, direction: Direction, input: &Input<'_>) -> bool {
        self.neighbour(window, direction, &self.arrange(input)).is_some_and(|other| self.swap(window, other))
    }

    fn swap(&mut self, one: WindowId, other: WindowId) -> bool {
        list::swap(&mut self.windows, one, other)
    }

    /// The edge between the groups changes the masters' part of the area, others the places at both sides.
    fn resize(&mut self, window: WindowId, edge: Direction, outwards: f64, input: &Input<'_>) -> bool {
        let groups = self.groups();
        let Some(index) = self.index(window) else { return false };
        let Some(number) = groups.iter().position(|group| group.contains(&index)) else { return false };
        let (axis, masters_first) = self.axis();
        let (edge_axis, forward) = along(edge);
        let by = if forward { outwards } else { -outwards };
        if edge_axis == axis {
            let mut spans = self.group_spans(&groups, input);
            if !masters_first {
                spans.reverse();
            }
            let position = if masters_first { number } else { groups.len() - 1 - number };
            let Some(other) = step(position, forward, groups.len()) else { return false };
            let Some(weights) = span::shift(&spans, &self.group_parts(&groups, input), position.min(other), by) else { return false };
            let Some(masters) = (if masters_first { weights.first() } else { weights.last() }) else { return false };
            let before = self.fraction;
            self.set_fraction(masters / weights.iter().sum::<f64>());
            return self.fraction != before;
        }
        let Some(group) = groups.get(number) else { return false };
        let position = index - group.start;
        let Some(other) = step(position, forward, group.len()) else { return false };
        let parts = self.parts(group.clone(), axis.across(), input);
        let spans = span::cut(axis.across().of(input.rect()), input.gap(), &parts);
        let Some(weights) = span::shift(&spans, &parts, position.min(other), by) else { return false };
        for (weight, new) in self.weights.iter_mut().skip(group.start).zip(weights) {
            *weight = new;
        }
        true
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
