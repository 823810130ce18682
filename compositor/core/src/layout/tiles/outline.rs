//! The structure of a layout as plain values: to write it down, to compare two, and to give it to other windows.

use glasshouse_scene::LogicalSize;

use super::{
    Columns, ContainerLayout, Grid, Layout, MasterStack, Monocle, Options, Outside, Sharing, Side, Tiling, TilingKind, Tree, Width,
};
use crate::{WindowId, outside::LayoutName};

/// Who is beside whom and how large, without what follows from the focus: the view of a strip, and which tab is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Outline {
    Columns(Vec<ColumnOutline>),
    /// The outermost container.
    Tree(ContainerOutline),
    MasterStack {
        /// With their weights within their group.
        windows: Vec<(WindowId, f64)>,
        masters: usize,
        fraction: f64,
        side: Side,
    },
    Grid(Vec<WindowId>),
    Monocle(Vec<WindowId>),
    Outside {
        name: LayoutName,
        /// With the sizes that somebody asked for; a zero: nobody did in that dimension.
        windows: Vec<(WindowId, Option<LogicalSize>)>,
        parameters: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct ColumnOutline {
    /// With their parts of the height, about one on average.
    pub windows: Vec<(WindowId, f64)>,
    pub width: Width,
    /// As wide as the area, until it is not any more.
    pub full: bool,
    pub sharing: Sharing,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ContainerOutline {
    pub layout: ContainerLayout,
    /// With their parts of a split, about one on average.
    pub children: Vec<(NodeOutline, f64)>,
    /// Somebody asked for it, so it stays when it has one child only.
    pub kept: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum NodeOutline {
    Window(WindowId),
    Container(ContainerOutline),
}

impl Outline {
    pub fn kind(&self) -> TilingKind {
        match self {
            Self::Columns(_) => TilingKind::Columns,
            Self::Tree(_) => TilingKind::Tree,
            Self::MasterStack { .. } => TilingKind::MasterStack,
            Self::Grid(_) => TilingKind::Grid,
            Self::Monocle(_) => TilingKind::Monocle,
            Self::Outside { name, .. } => TilingKind::Outside(*name),
        }
    }

    /// All windows in the order in which focus goes round.
    pub fn windows(&self) -> Vec<WindowId> {
        let first = |windows: &[(WindowId, f64)]| windows.iter().map(|(window, _)| *window).collect::<Vec<_>>();
        match self {
            Self::Columns(columns) => columns.iter().flat_map(|column| first(&column.windows)).collect(),
            Self::Tree(root) => {
                let mut windows = Vec::new();
                root.each_window(&mut |window| windows.push(window));
                windows
            }
            Self::MasterStack { windows, .. } => first(windows),
            Self::Grid(windows) | Self::Monocle(windows) => windows.clone(),
            Self::Outside { windows, .. } => windows.iter().map(|(window, _)| *window).collect(),
        }
    }

    /// The same for other windows. Those for which there is none are left out, as if they had been closed.
    ///
    /// Where two become the same one, the first keeps its place.
    pub fn renamed(&self, new: impl Fn(WindowId) -> Option<WindowId>) -> Self {
        let mut taken = std::collections::BTreeSet::new();
        let mut new = |window: WindowId| new(window).filter(|new| taken.insert(*new));
        let mut weighted =
            |windows: &[(WindowId, f64)]| windows.iter().filter_map(|(window, weight)| Some((new(*window)?, *weight))).collect::<Vec<_>>();
        match self {
            Self::Columns(columns) => {
                let columns = columns.iter().map(|column| ColumnOutline { windows: weighted(&column.windows), ..column.clone() });
                Self::Columns(columns.filter(|column| !column.windows.is_empty()).collect())
            }
            Self::Tree(root) => Self::Tree(root.renamed(&mut new)),
            Self::MasterStack { windows, masters, fraction, side } => {
                Self::MasterStack { windows: weighted(windows), masters: *masters, fraction: *fraction, side: *side }
            }
            Self::Grid(windows) => Self::Grid(windows.iter().filter_map(|window| new(*window)).collect()),
            Self::Monocle(windows) => Self::Monocle(windows.iter().filter_map(|window| new(*window)).collect()),
            Self::Outside { name, windows, parameters } => Self::Outside {
                name: *name,
                windows: windows.iter().filter_map(|(window, wish)| Some((new(*window)?, *wish))).collect(),
                parameters: parameters.clone(),
            },
        }
    }

    /// The layout that has this structure. Weights that are no sizes count as one.
    pub fn build(&self, options: &Options) -> Tiling {
        // From a file that somebody edited, a window may come twice.
        let clean = self.renamed(Some);
        match &clean {
            Self::Columns(columns) => Tiling::Columns(Columns::from_outline(columns)),
            Self::Tree(root) => Tiling::Tree(Tree::from_outline(root)),
            Self::MasterStack { windows, masters, fraction, side } => {
                let mut new = MasterStack::new(&options.master_stack);
                new.set_masters(*masters);
                new.set_fraction(*fraction);
                new.set_side(*side);
                new.fill(windows);
                Tiling::MasterStack(new)
            }
            Self::Grid(windows) => Tiling::Grid(Grid::of(windows)),
            Self::Monocle(windows) => Tiling::Monocle(Monocle::of(windows)),
            Self::Outside { name, windows, parameters } => Tiling::Outside(Outside::of(*name, windows, parameters)),
        }
    }
}

impl ContainerOutline {
    fn each_window(&self, f: &mut impl FnMut(WindowId)) {
        for (child, _) in &self.children {
            match child {
                NodeOutline::Window(window) => f(*window),
                NodeOutline::Container(container) => container.each_window(f),
            }
        }
    }

    fn renamed(&self, new: &mut impl FnMut(WindowId) -> Option<WindowId>) -> Self {
        let mut renamed = |child: &NodeOutline| match child {
            NodeOutline::Window(window) => new(*window).map(NodeOutline::Window),
            NodeOutline::Container(container) => Some(NodeOutline::Container(container.renamed(new))),
        };
        let children = self.children.iter().filter_map(|(child, weight)| Some((renamed(child)?, *weight))).collect();
        Self { layout: self.layout, children, kept: self.kept }
    }
}

impl Tiling {
    pub fn outline(&self) -> Outline {
        match self {
            Self::Columns(columns) => Outline::Columns(columns.outline()),
            Self::Tree(tree) => Outline::Tree(tree.outline()),
            Self::MasterStack(layout) => Outline::MasterStack {
                windows: layout.weighted(),
                masters: layout.masters(),
                fraction: layout.fraction(),
                side: layout.side(),
            },
            Self::Grid(grid) => Outline::Grid(grid.windows()),
            Self::Monocle(monocle) => Outline::Monocle(monocle.windows()),
            Self::Outside(layout) => layout.outline(),
        }
    }

    /// With `window` again where it was when the layout looked like `before`. `None`: the others have been arranged anew since.
    pub fn put_back(&self, window: WindowId, before: &Outline, options: &Options) -> Option<Self> {
        let here = |id: WindowId| self.contains(id).then_some(id);
        // Built, because a container goes with its last window.
        if before.renamed(here).build(options).outline() != self.outline() {
            return None;
        }
        Some(self.rebuilt(&before.renamed(|id| if id == window { Some(id) } else { here(id) }), options))
    }

    /// The layout of this structure, which looks where this one does, and belongs to the same program.
    pub fn rebuilt(&self, outline: &Outline, options: &Options) -> Self {
        let mut new = outline.build(options);
        match (&mut new, self) {
            (Self::Columns(new), Self::Columns(now)) => new.look_where(now),
            (Self::Outside(new), Self::Outside(now)) => new.keep_terms_of(now),
            _ => {}
        }
        new
    }

    /// The same layout for other windows: those for which there is none leave it.
    #[must_use]
    pub fn renamed(&self, options: &Options, new: impl Fn(WindowId) -> Option<WindowId>) -> Self {
        self.outline().renamed(new).build(options)
    }
}
