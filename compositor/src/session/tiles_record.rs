//! How the tiles of a workspace lay, on the disk. Windows are their numbers in the memory.

use glasshouse_core::{
    WindowId,
    command::Argument,
    outside::{LayoutName, MAX_PARAMETERS},
    tiles::{ColumnOutline, ContainerLayout, ContainerOutline, NodeOutline, Outline, Sharing, Side, Width},
};
use glasshouse_scene::LogicalSize;
use serde::{Deserialize, Serialize};

/// [`Outline`] on the disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TilesRecord {
    Columns(Vec<ColumnRecord>),
    Tree(ContainerRecord),
    MasterStack {
        windows: Vec<(u64, f64)>,
        masters: usize,
        fraction: f64,
        side: String,
    },
    Grid(Vec<u64>),
    Monocle(Vec<u64>),
    /// A layout that a program offers, under its name; with the sizes that somebody asked for.
    Outside {
        name: String,
        windows: Vec<(u64, Option<[f64; 2]>)>,
        parameters: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ColumnRecord {
    windows: Vec<(u64, f64)>,
    /// As in a command: `50%`, or logical pixels.
    width: String,
    full: bool,
    tabbed: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ContainerRecord {
    layout: String,
    children: Vec<(NodeRecord, f64)>,
    kept: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum NodeRecord {
    Window(u64),
    Container(ContainerRecord),
}

/// The value of a word of ours. One that this version does not have is the default.
fn read<T: Argument>(word: &str, default: T) -> T {
    T::parse(word).unwrap_or(default)
}

fn written<T: Argument>(value: &T) -> String {
    value.words().join(" ")
}

fn weighted(windows: &[(WindowId, f64)]) -> Vec<(u64, f64)> {
    windows.iter().map(|(window, weight)| (window.0, *weight)).collect()
}

fn unweighted(windows: Vec<(u64, f64)>) -> Vec<(WindowId, f64)> {
    windows.into_iter().map(|(window, weight)| (WindowId(window), weight)).collect()
}

impl From<&Outline> for TilesRecord {
    fn from(outline: &Outline) -> Self {
        let numbers = |windows: &[WindowId]| windows.iter().map(|window| window.0).collect();
        match outline {
            Outline::Columns(columns) => Self::Columns(columns.iter().map(ColumnRecord::from).collect()),
            Outline::Tree(root) => Self::Tree(root.into()),
            Outline::MasterStack { windows, masters, fraction, side } => {
                Self::MasterStack { windows: weighted(windows), masters: *masters, fraction: *fraction, side: written(side) }
            }
            Outline::Grid(windows) => Self::Grid(numbers(windows)),
            Outline::Monocle(windows) => Self::Monocle(numbers(windows)),
            Outline::Outside { name, windows, parameters } => Self::Outside {
                name: name.to_string(),
                windows: windows.iter().map(|(window, wish)| (window.0, wish.map(|wish| wish.to_array()))).collect(),
                parameters: parameters.clone(),
            },
        }
    }
}

impl From<TilesRecord> for Outline {
    fn from(record: TilesRecord) -> Self {
        let windows = |numbers: Vec<u64>| numbers.into_iter().map(WindowId).collect();
        match record {
            TilesRecord::Columns(columns) => Self::Columns(columns.into_iter().map(ColumnOutline::from).collect()),
            TilesRecord::Tree(root) => Self::Tree(root.into()),
            TilesRecord::MasterStack { windows, masters, fraction, side } => {
                Self::MasterStack { windows: unweighted(windows), masters, fraction, side: read(&side, Side::default()) }
            }
            TilesRecord::Grid(numbers) => Self::Grid(windows(numbers)),
            TilesRecord::Monocle(numbers) => Self::Monocle(windows(numbers)),
            TilesRecord::Outside { name, windows: numbers, parameters } => match LayoutName::new(&name) {
                Ok(name) => Self::Outside {
                    name,
                    windows: numbers.into_iter().map(|(window, wish)| (WindowId(window), wish.map(LogicalSize::from))).collect(),
                    // From a file that somebody edited.
                    parameters: Some(parameters).filter(|text| text.len() <= MAX_PARAMETERS).unwrap_or_default(),
                },
                Err(_) => Self::Grid(windows(numbers.into_iter().map(|(window, _)| window).collect())),
            },
        }
    }
}

impl From<&ColumnOutline> for ColumnRecord {
    fn from(column: &ColumnOutline) -> Self {
        let tabbed = column.sharing == Sharing::Tabbed;
        Self { windows: weighted(&column.windows), width: written(&column.width), full: column.full, tabbed }
    }
}

impl From<ColumnRecord> for ColumnOutline {
    fn from(record: ColumnRecord) -> Self {
        let sharing = if record.tabbed { Sharing::Tabbed } else { Sharing::Stacked };
        let width = read(&record.width, Width::Fraction(0.5));
        Self { windows: unweighted(record.windows), width, full: record.full, sharing }
    }
}

impl From<&ContainerOutline> for ContainerRecord {
    fn from(container: &ContainerOutline) -> Self {
        let node = |node: &NodeOutline| match node {
            NodeOutline::Window(window) => NodeRecord::Window(window.0),
            NodeOutline::Container(container) => NodeRecord::Container(container.into()),
        };
        let children = container.children.iter().map(|(child, weight)| (node(child), *weight)).collect();
        Self { layout: written(&container.layout), children, kept: container.kept }
    }
}

impl From<ContainerRecord> for ContainerOutline {
    fn from(record: ContainerRecord) -> Self {
        let node = |node: NodeRecord| match node {
            NodeRecord::Window(number) => NodeOutline::Window(WindowId(number)),
            NodeRecord::Container(container) => NodeOutline::Container(container.into()),
        };
        let children = record.children.into_iter().map(|(child, weight)| (node(child), weight)).collect();
        Self { layout: read(&record.layout, ContainerLayout::default()), children, kept: record.kept }
    }
}
