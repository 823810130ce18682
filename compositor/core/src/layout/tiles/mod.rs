//! The tiling layouts: pure data structures that say where windows go.
//!
//! A layout holds the windows of one workspace and their arrangement; it knows nothing of surfaces, outputs or time. All of them answer to
//! [`Layout`], and [`Tiling`] is any of them. What is special to one (columns, splits, masters) is a method of that one.
//!
//! ```
//! use glasshouse_core::{Direction, WindowId, tiles::{Constraints, Input, Layout, Options, Place, Tiling, TilingKind}};
//! use euclid::rect;
//!
//! let options = Options::default();
//! let no_constraints = |_| Constraints::default();
//! let input = Input { area: rect(0.0, 0.0, 1000.0, 600.0), gap: 10.0, title: 20.0, options: &options, windows: &no_constraints, shortest: 1.0, focused: None, held: false };
//! let mut tiling = Tiling::new(TilingKind::Columns, &options);
//! tiling.insert(WindowId(1), Place::Last, &input);
//! tiling.insert(WindowId(2), Place::After(WindowId(1)), &input);
//! let arrangement = tiling.arrange(&input);
//! assert_eq!(arrangement.rect(WindowId(2)), Some(rect(505.0, 0.0, 495.0, 600.0)));
//! assert_eq!(tiling.neighbour(WindowId(2), Direction::Left, &arrangement), Some(WindowId(1)));
//! ```
//!
//! # Units, rounding, sizes
//!
//! Layouts work in logical units and do not round to pixels: whoever uses an arrangement snaps **edges** (not sizes) to the grid of the
//! output. Edges that touch are equal bit for bit, so both round to the same pixel. With more windows than pixels a tile may be smaller
//! than a pixel; snapping has to give it one.
//!
//! A tile is never empty and never leaves the area, except that [`Columns`] reach beyond it to the left and the right. When smallest sizes
//! do not fit, gaps shrink first; then the sizes shrink, in proportion to the smallest sizes, but none to less than a pixel as long as
//! there is one for each. Columns do not shrink in width: the strip grows. Largest sizes are kept as long as another tile can take what is left; else tiles fill the area, and it is up to the caller to
//! centre a window that cannot fill its tile.

mod columns;
mod drop;
mod grid;
mod list;
mod master_stack;
mod monocle;
mod near;
mod options;
mod outline;
mod outside;
mod span;
mod tabs;
#[cfg(test)]
mod tests;
mod tiling;
mod tree;

pub use columns::{ColumnTarget, Columns, Sharing, Width};
pub use drop::{DropSide, DropTarget};
pub use grid::Grid;
pub use master_stack::{MasterStack, Side};
pub use monocle::Monocle;
pub use options::{Centring, ColumnsOptions, MasterStackOptions, NewWindow, Options, TreeOptions};
pub use outline::{ColumnOutline, ContainerOutline, NodeOutline, Outline};
pub(crate) use outside::Said;
pub use outside::{Outside, Terms};
pub use tiling::{Tiling, TilingKind};
pub use tree::{ContainerLayout, Split, Tree};

use glasshouse_scene::{LogicalRect, LogicalSize};

use crate::{Direction, WindowId, grid::tame};
use span::{LONGEST, SHORTEST, Span};

/// What a layout has to know to place its windows.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The part of the output for tiles: without panels and without outer gaps. At least one unit wide and high; less counts as one.
    pub area: LogicalRect,
    /// Between neighbouring tiles.
    pub gap: f64,
    /// The height of one title in a tabbed or stacked container. With zero no titles are listed.
    pub title: f64,
    pub options: &'a Options,
    /// What sizes each window can have; it is asked for windows of this layout only.
    pub windows: &'a dyn Fn(WindowId) -> Constraints,
    /// How long and wide a tile has to be so that it is seen: a pixel in logical units. One unit at least; less counts as one.
    pub shortest: f64,
    /// The window with the keyboard focus. It is always visible if it is one of this layout's.
    pub focused: Option<WindowId>,
    /// Fingers hold the view of columns: it stays where they put it, wherever the focus is.
    pub held: bool,
}

/// The sizes that a window can have; a zero means that there is no limit. Where they contradict each other, the smallest size counts.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Constraints {
    pub min: LogicalSize,
    pub max: LogicalSize,
}

/// Where one window goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    pub window: WindowId,
    pub rect: LogicalRect,
    /// Whether any of it can be seen. Not so for a tab in the background, a column out of view, and what a monocle covers.
    pub visible: bool,
}

/// A title in a tabbed or stacked container. Only those of visible containers are listed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tab {
    pub rect: LogicalRect,
    /// Whose title it shows, and who gets the focus by a click on it: of the windows behind this tab, the one that last had it.
    pub window: WindowId,
    /// How many windows are behind this tab.
    pub windows: usize,
    /// Whether what is behind this tab is shown.
    pub active: bool,
}

/// Where everything goes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arrangement {
    /// One for each window, in the order of the layout.
    pub tiles: Vec<Placement>,
    /// From the outermost container inwards, in their order.
    pub tabs: Vec<Tab>,
}

impl Arrangement {
    /// Where `window` goes. `None` if it is not in the layout.
    pub fn rect(&self, window: WindowId) -> Option<LogicalRect> {
        self.tiles.iter().find(|tile| tile.window == window).map(|tile| tile.rect)
    }
}

/// Where a new window is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Next to this window, or last if it is not in the layout.
    After(WindowId),
    /// Next to this window, or first if it is not in the layout.
    Before(WindowId),
    /// At the left or top edge, as when a window comes from the output on the left.
    First,
    /// At the right or bottom edge.
    Last,
}

/// What all tiling layouts can do.
///
/// Methods take the [`Input`] where the result depends on geometry. An unknown window is never an error: nothing happens, and `false` or
/// `None` says so.
pub trait Layout {
    /// Adds a window. One that is there already stays where it is.
    fn insert(&mut self, window: WindowId, place: Place, input: &Input<'_>);

    /// Takes a window out; taking out what was just put in leads back to the arrangement before. Answers whether it was there.
    fn remove(&mut self, window: WindowId) -> bool;

    /// Takes note of the focus and the area: the tab that is shown, and where a scrolled view stands. To be called when either has
    /// changed. [`arrange`](Self::arrange) gives the same before and after.
    fn settle(&mut self, input: &Input<'_>);

    /// Where everything goes. The same layout and input always give the same answer.
    fn arrange(&self, input: &Input<'_>) -> Arrangement;

    /// The next window in `direction`, given where things are. `None` at the edge of the layout.
    fn neighbour(&self, window: WindowId, direction: Direction, arrangement: &Arrangement) -> Option<WindowId>;

    /// Moves a window one step. `false` means that it is at the edge, and may go on to another output.
    fn move_window(&mut self, window: WindowId, direction: Direction, input: &Input<'_>) -> bool;

    /// Exchanges two windows and nothing else. `false` if one is unknown or both are the same.
    fn swap(&mut self, one: WindowId, other: WindowId) -> bool;

    /// Moves the edge of `window` at the side `edge` outwards by this many logical units, or inwards if negative, as far as the sizes of
    /// the windows at both sides allow. `false` if it cannot be moved at all, for instance because it is at the edge of the area.
    fn resize(&mut self, window: WindowId, edge: Direction, outwards: f64, input: &Input<'_>) -> bool;

    /// All windows in the order in which focus goes round.
    fn windows(&self) -> Vec<WindowId>;

    fn contains(&self, window: WindowId) -> bool;

    fn is_empty(&self) -> bool;
}

impl Input<'_> {
    /// The area along both axes, tamed, and cut to the quantum inwards.
    fn extents(&self) -> (Span, Span) {
        let extent = |start: f64, length: f64| {
            let (start, length) = (tame(start), tame(length).min(LONGEST));
            let (start, end) = (span::quantize_up(start), span::quantize_down(start + length));
            Span { start, end: end.max(start + SHORTEST) }
        };
        (extent(self.area.min_x(), self.area.width()), extent(self.area.min_y(), self.area.height()))
    }

    /// The area as layouts take it.
    pub(crate) fn rect(&self) -> LogicalRect {
        let (x, y) = self.extents();
        span::rect(x, y)
    }

    fn gap(&self) -> f64 {
        span::quantize(tame(self.gap).clamp(0.0, LONGEST))
    }

    fn title(&self) -> f64 {
        span::quantize(tame(self.title).clamp(0.0, LONGEST))
    }

    fn limits(&self, window: WindowId) -> Limits {
        let Constraints { min, max } = (self.windows)(window);
        let shortest = span::quantize_up(tame(self.shortest).clamp(SHORTEST, LONGEST));
        let smallest = |length: f64| tame(length).clamp(shortest, LONGEST);
        let largest = |length: f64, min: f64| if length > 0.0 { tame(length).clamp(min, LONGEST) } else { f64::INFINITY };
        let min = LogicalSize::new(smallest(min.width), smallest(min.height));
        Limits {
            least: LogicalSize::splat(shortest),
            min,
            max: LogicalSize::new(largest(max.width, min.width), largest(max.height, min.height)),
        }
    }
}

/// Constraints with all cases resolved: `min` is at least `least`, with which whatever is in it can still be seen, `max` at least `min` or
/// infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Limits {
    least: LogicalSize,
    min: LogicalSize,
    max: LogicalSize,
}

impl Limits {
    /// Of nothing at all.
    const NONE: Self = Self { least: LogicalSize::new(0.0, 0.0), min: LogicalSize::new(0.0, 0.0), max: LogicalSize::new(0.0, 0.0) };

    /// Of what lies on each other or across a line, and so shares its size; a largest size counts only if all have one.
    fn over(self, other: Self) -> Self {
        Self { least: self.least.max(other.least), min: self.min.max(other.min), max: self.max.max(other.max) }
    }

    fn part(self, weight: f64, axis: Axis) -> span::Part {
        match axis {
            Axis::Horizontal => span::Part { weight, least: self.least.width, min: self.min.width, max: self.max.width },
            Axis::Vertical => span::Part { weight, least: self.least.height, min: self.min.height, max: self.max.height },
        }
    }
}

/// In which of two directions things follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Axis {
    Horizontal,
    Vertical,
}

impl Axis {
    fn across(self) -> Self {
        match self {
            Self::Horizontal => Self::Vertical,
            Self::Vertical => Self::Horizontal,
        }
    }

    /// The longer one; what is wide is cut side by side.
    fn longer(rect: LogicalRect) -> Self {
        if rect.width() >= rect.height() { Self::Horizontal } else { Self::Vertical }
    }

    fn of(self, rect: LogicalRect) -> Span {
        match self {
            Self::Horizontal => span::horizontal(rect),
            Self::Vertical => span::vertical(rect),
        }
    }

    /// The rectangle that reaches from `along` this axis and `across` the other.
    fn rect(self, along: Span, across: Span) -> LogicalRect {
        match self {
            Self::Horizontal => span::rect(along, across),
            Self::Vertical => span::rect(across, along),
        }
    }
}

/// Along which axis a direction goes, and whether towards the end of it.
fn along(direction: Direction) -> (Axis, bool) {
    match direction {
        Direction::Left => (Axis::Horizontal, false),
        Direction::Right => (Axis::Horizontal, true),
        Direction::Up => (Axis::Vertical, false),
        Direction::Down => (Axis::Vertical, true),
    }
}

/// The index one step on, if there is one below `count`.
fn step(index: usize, forward: bool, count: usize) -> Option<usize> {
    if forward { Some(index + 1).filter(|next| *next < count) } else { index.checked_sub(1) }
}
