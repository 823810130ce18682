//! Any of the layouts, as one type.

use super::{Arrangement, Columns, Grid, Input, Layout, MasterStack, Monocle, Options, Outside, Place, Terms, Tree};
use crate::{Direction, WindowId, outside::LayoutName};

/// Which layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TilingKind {
    /// Columns on a strip without end, of which the output shows a part.
    Columns,
    /// Containers in containers.
    Tree,
    /// Masters at one side, the others stacked at the other side.
    MasterStack,
    /// Rows and columns of equal cells.
    Grid,
    /// One window at a time.
    Monocle,
    /// As a program says.
    Outside(LayoutName),
}

impl TilingKind {
    /// Those that need nobody else.
    pub const ALL: [Self; 5] = [Self::Columns, Self::Tree, Self::MasterStack, Self::Grid, Self::Monocle];
}

impl std::fmt::Display for TilingKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Columns => "columns",
            Self::Tree => "tree",
            Self::MasterStack => "master-stack",
            Self::Grid => "grid",
            Self::Monocle => "monocle",
            Self::Outside(name) => name.as_str(),
        })
    }
}

/// The windows of one workspace in one of the layouts. What is special to a layout is reached by a `match`.
#[derive(Debug, Clone, PartialEq)]
pub enum Tiling {
    Columns(Columns),
    Tree(Tree),
    MasterStack(MasterStack),
    Grid(Grid),
    Monocle(Monocle),
    Outside(Outside),
}

impl Default for Tiling {
    fn default() -> Self {
        Self::Grid(Grid::default())
    }
}

impl Tiling {
    /// A layout without windows.
    pub fn new(kind: TilingKind, options: &Options) -> Self {
        match kind {
            TilingKind::Columns => Self::Columns(Columns::default()),
            TilingKind::Tree => Self::Tree(Tree::default()),
            TilingKind::MasterStack => Self::MasterStack(MasterStack::new(&options.master_stack)),
            TilingKind::Grid => Self::Grid(Grid::default()),
            TilingKind::Monocle => Self::Monocle(Monocle::default()),
            TilingKind::Outside(name) => Self::Outside(Outside::new(name)),
        }
    }

    pub fn kind(&self) -> TilingKind {
        match self {
            Self::Columns(_) => TilingKind::Columns,
            Self::Tree(_) => TilingKind::Tree,
            Self::MasterStack(_) => TilingKind::MasterStack,
            Self::Grid(_) => TilingKind::Grid,
            Self::Monocle(_) => TilingKind::Monocle,
            Self::Outside(layout) => TilingKind::Outside(layout.name()),
        }
    }

    /// How the program has registered. `None`: none arranges it.
    pub(crate) fn terms(&self) -> Option<Terms> {
        if let Self::Outside(layout) = self { Some(layout.terms) } else { None }
    }

    /// The same windows in the same order in another layout. Sizes and containers do not survive; the same kind changes nothing.
    pub fn switched(&self, kind: TilingKind, input: &Input<'_>) -> Self {
        if kind == self.kind() {
            return self.clone();
        }
        let mut new = Self::new(kind, input.options);
        let mut before = None;
        for window in self.windows() {
            new.insert(window, before.map_or(Place::Last, Place::After), input);
            before = Some(window);
        }
        // A layout that puts newcomers elsewhere gets them at the end, one by one.
        if new.windows() != self.windows() {
            new = Self::new(kind, input.options);
            self.windows().into_iter().for_each(|window| new.insert(window, Place::Last, input));
        }
        new.settle(input);
        new
    }

    /// Gives `window` this width and height as far as its layout can; `None` leaves one as it is. It is the edge at the right or the bottom
    /// that moves, or else the other one. `false` if nothing could be changed.
    pub fn resize_to(&mut self, window: WindowId, width: Option<f64>, height: Option<f64>, input: &Input<'_>) -> bool {
        if let Self::Outside(layout) = self {
            return layout.resize_to(window, width, height, input);
        }
        let mut changed = false;
        for (wanted, edges) in [(width, [Direction::Right, Direction::Left]), (height, [Direction::Down, Direction::Up])] {
            let Some(wanted) = wanted else { continue };
            for edge in edges {
                // What the first edge could not give, the second one may.
                let Some(rect) = self.arrange(input).rect(window) else { return false };
                let length = if edge == Direction::Right || edge == Direction::Left { rect.width() } else { rect.height() };
                changed |= wanted != length && self.resize(window, edge, wanted - length, input);
            }
        }
        changed
    }
}

/// Calls the same method of whichever layout it is.
macro_rules! each {
    ($tiling:expr, $layout:ident => $call:expr) => {
        match $tiling {
            Tiling::Columns($layout) => $call,
            Tiling::Tree($layout) => $call,
            Tiling::MasterStack($layout) => $call,
            Tiling::Grid($layout) => $call,
            Tiling::Monocle($layout) => $call,
            Tiling::Outside($layout) => $call,
        }
    };
}

impl Layout for Tiling {
    fn insert(&mut self, window: WindowId, place: Place, input: &Input<'_>) {
        each!(self, layout => layout.insert(window, place, input));
    }

    fn remove(&mut self, window: WindowId) -> bool {
        each!(self, layout => layout.remove(window))
    }

    fn settle(&mut self, input: &Input<'_>) {
        each!(self, layout => layout.settle(input));
    }

    fn arrange(&self, input: &Input<'_>) -> Arrangement {
        each!(self, layout => layout.arrange(input))
    }

    fn neighbour(&self, window: WindowId, direction: Direction, arrangement: &Arrangement) -> Option<WindowId> {
        each!(self, layout => layout.neighbour(window, direction, arrangement))
    }

    fn move_window(&mut self, window: WindowId, direction: Direction, input: &Input<'_>) -> bool {
        each!(self, layout => layout.move_window(window, direction, input))
    }

    fn swap(&mut self, one: WindowId, other: WindowId) -> bool {
        each!(self, layout => layout.swap(one, other))
    }

    fn resize(&mut self, window: WindowId, edge: Direction, outwards: f64, input: &Input<'_>) -> bool {
        each!(self, layout => layout.resize(window, edge, outwards, input))
    }

    fn windows(&self) -> Vec<WindowId> {
        each!(self, layout => layout.windows())
    }

    fn contains(&self, window: WindowId) -> bool {
        each!(self, layout => layout.contains(window))
    }

    fn is_empty(&self) -> bool {
        each!(self, layout => layout.is_empty())
    }
}
