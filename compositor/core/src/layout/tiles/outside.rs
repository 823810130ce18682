//! Windows whose places a program says.

use std::{collections::BTreeMap, sync::Arc};

use glasshouse_scene::{LogicalRect, LogicalSize};

use super::{Arrangement, Axis, Input, Layout, Monocle, Options, Outline, Place, Placement, Tiling, along, list, near, span::LONGEST};
use crate::{
    Direction, WindowId,
    outside::{Fallback, LayoutName},
};

/// An order of windows, and what was last said about it. Whatever the program does, every window has a place: what it said is used as long
/// as it is about these windows in this area, and else the fallback arranges them.
#[derive(Debug, Clone, PartialEq)]
pub struct Outside {
    name: LayoutName,
    windows: Vec<WindowId>,
    /// What somebody asked for with a resize, per window. A zero means that nobody did in that dimension.
    wishes: BTreeMap<WindowId, LogicalSize>,
    /// A text for the program, which only that understands.
    parameters: String,
    /// How the program has registered.
    pub(crate) terms: Terms,
    pub(crate) said: Option<Arc<Said>>,
}

/// What a program said when it registered, as far as the layout itself has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms {
    pub fallback: Fallback,
    /// Whether it heeds sizes that somebody asks for.
    pub resizes: bool,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    /// The area that it was about.
    pub(crate) area: LogicalRect,
    /// One for each window, in the order of the question.
    pub(crate) tiles: Vec<Placement>,
}

impl Outside {
    pub(super) fn new(name: LayoutName) -> Self {
        Self { name, windows: Vec::new(), wishes: BTreeMap::new(), parameters: String::new(), terms: Terms::default(), said: None }
    }

    pub(super) fn of(name: LayoutName, windows: &[(WindowId, Option<LogicalSize>)], parameters: &str) -> Self {
        Self {
            windows: windows.iter().map(|(window, _)| *window).collect(),
            // From a file that somebody edited, a wish may be no size.
            wishes: windows.iter().filter_map(|(window, wish)| Some((*window, wish.filter(is_size)?))).collect(),
            // No zero can be sent to the program.
            parameters: parameters.replace('\0', ""),
            ..Self::new(name)
        }
    }

    /// How the program has registered, and what it said: that does not go with the structure.
    pub(super) fn keep_terms_of(&mut self, other: &Self) {
        if self.name == other.name {
            self.terms = other.terms;
            self.said.clone_from(&other.said);
        }
    }

    pub fn name(&self) -> LayoutName {
        self.name
    }

    pub fn parameters(&self) -> &str {
        &self.parameters
    }

    pub(crate) fn set_parameters(&mut self, parameters: &str) {
        parameters.clone_into(&mut self.parameters);
    }

    /// The size that somebody asked for; a zero: nobody did in that dimension.
    pub(crate) fn wish(&self, window: WindowId) -> Option<LogicalSize> {
        self.wishes.get(&window).copied()
    }

    /// As [`Tiling::resize_to`]. A length that is there already is a wish only where another one may be about to be fulfilled.
    pub(super) fn resize_to(&mut self, window: WindowId, width: Option<f64>, height: Option<f64>, input: &Input<'_>) -> bool {
        let Some(now) = self.arrange(input).rect(window) else { return false };
        let wish = self.wish(window).unwrap_or_default();
        let mut changed = false;
        for (edge, wanted, length, wished) in
            [(Direction::Right, width, now.width(), wish.width), (Direction::Down, height, now.height(), wish.height)]
        {
            if let Some(wanted) = wanted.filter(|wanted| *wanted != length || wished != 0.0) {
                changed |= self.resize(window, edge, wanted - length, input);
            }
        }
        changed
    }

    pub(crate) fn forget_wishes(&mut self) {
        self.wishes.clear();
    }

    pub(super) fn windows_mut(&mut self) -> &mut Vec<WindowId> {
        &mut self.windows
    }

    pub(super) fn outline(&self) -> Outline {
        Outline::Outside {
            name: self.name,
            windows: self.windows.iter().map(|window| (*window, self.wish(*window))).collect(),
            parameters: self.parameters.clone(),
        }
    }

    /// The order in which the program is asked about them, with a window that is about to come.
    pub(crate) fn order_with(&self, newcomer: Option<WindowId>, beside: Option<WindowId>) -> Vec<WindowId> {
        let mut order = self.windows.clone();
        if let Some(newcomer) = newcomer.filter(|newcomer| !order.contains(newcomer)) {
            order.insert(list::index_for(&order, beside.map_or(Place::Last, Place::After)), newcomer);
        }
        order
    }

    /// What the program said, if it is about these windows in this area.
    fn said(&self, input: &Input<'_>) -> Option<Vec<Placement>> {
        let said = self.said.as_ref().filter(|said| said.area == input.rect() && said.tiles.len() == self.windows.len())?;
        if self.windows.iter().zip(&said.tiles).all(|(window, tile)| *window == tile.window) {
            return Some(said.tiles.clone());
        }
        // The order is another one, and the program is being asked what that means.
        let tiles: BTreeMap<WindowId, Placement> = said.tiles.iter().map(|tile| (tile.window, *tile)).collect();
        self.windows.iter().map(|window| tiles.get(window).copied()).collect()
    }

    fn fall_back(&self, input: &Input<'_>) -> Arrangement {
        self.terms.fallback.over(&self.windows, input.options).arrange(input)
    }
}

fn is_size(size: &LogicalSize) -> bool {
    [size.width, size.height].iter().all(|length| (0.0..=LONGEST).contains(length))
}

impl Fallback {
    /// It follows from the order of the windows alone, so that there is nothing to remember and nothing out of view.
    fn over(self, windows: &[WindowId], options: &Options) -> Tiling {
        match self {
            Self::MasterStack => Outline::MasterStack {
                windows: windows.iter().map(|window| (*window, 1.0)).collect(),
                masters: options.master_stack.masters,
                fraction: options.master_stack.fraction,
                side: options.master_stack.side,
            }
            .build(options),
            Self::Grid => Outline::Grid(windows.to_vec()).build(options),
            Self::Monocle => Tiling::Monocle(Monocle::of(windows)),
        }
    }
}

impl Layout for Outside {
    fn insert(&mut self, window: WindowId, place: Place, _input: &Input<'_>) {
        if !self.contains(window) {
            self.windows.insert(list::index_for(&self.windows, place), window);
        }
    }

    fn remove(&mut self, window: WindowId) -> bool {
        let before = self.windows.len();
        self.windows.retain(|other| *other != window);
        self.wishes.remove(&window);
        self.windows.len() < before
    }

    /// Nothing is remembered of the focus.
    fn settle(&mut self, _input: &Input<'_>) {}

    fn arrange(&self, input: &Input<'_>) -> Arrangement {
        match self.said(input) {
            // Whoever has the focus is seen: the program is asked again, and meanwhile this is not what it meant.
            Some(tiles) if tiles.iter().all(|tile| tile.visible || Some(tile.window) != input.focused) => {
                Arrangement { tiles, tabs: Vec::new() }
            }
            _ => self.fall_back(input),
        }
    }

    fn neighbour(&self, window: WindowId, direction: Direction, arrangement: &Arrangement) -> Option<WindowId> {
        near::neighbour(window, direction, arrangement)
    }

    /// Exchanges it with its neighbour in the order: what that means, the program says.
    fn move_window(&mut self, window: WindowId, direction: Direction, input: &Input<'_>) -> bool {
        self.neighbour(window, direction, &self.arrange(input)).is_some_and(|other| self.swap(window, other))
    }

    fn swap(&mut self, one: WindowId, other: WindowId) -> bool {
        list::swap(&mut self.windows, one, other)
    }

    /// A wish, which the program is told of. `false` if it has said that it heeds none.
    fn resize(&mut self, window: WindowId, edge: Direction, outwards: f64, input: &Input<'_>) -> bool {
        let Some(now) = self.arrange(input).rect(window).filter(|_| self.terms.resizes && outwards.is_finite()) else { return false };
        let before = self.wishes.get(&window).copied();
        let mut wish = before.unwrap_or_default();
        let (wanted, length, most) = match along(edge).0 {
            Axis::Horizontal => (&mut wish.width, now.width(), input.area.width()),
            Axis::Vertical => (&mut wish.height, now.height(), input.area.height()),
        };
        *wanted = (length + outwards).round().clamp(1.0, most.max(1.0));
        self.wishes.insert(window, wish);
        before != Some(wish)
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
