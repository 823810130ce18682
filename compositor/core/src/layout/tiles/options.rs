//! How the layouts behave: what a person configures once, as opposed to what changes with every window.

use super::{Side, Width};

/// The options of all layouts. They travel with the input, so a change of the configuration counts from the next arrangement on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    pub columns: ColumnsOptions,
    pub tree: TreeOptions,
    pub master_stack: MasterStackOptions,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ColumnsOptions {
    /// How wide a new column is.
    pub width: Width,
    /// What cycling through widths goes through. With an empty list it does nothing.
    pub presets: Vec<Width>,
    /// The same for the heights of windows that share a column: parts of the area's height.
    pub height_presets: Vec<Width>,
    pub centring: Centring,
    /// Whether a column that is alone stands in the middle.
    pub centre_single: bool,
}

impl Default for ColumnsOptions {
    /// Halves, and thirds to cycle through.
    fn default() -> Self {
        // As one would write them down: less than a hundredth of a pixel from thirds.
        let presets = [33.333, 50.0, 66.667].map(|percent| Width::Fraction(percent / 100.0)).to_vec();
        Self { width: Width::Fraction(0.5), height_presets: presets.clone(), presets, centring: Centring::default(), centre_single: false }
    }
}

/// Where the view goes when another column gets the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Centring {
    /// As little as possible until that column is in view.
    #[default]
    Never,
    /// Until that column is in the middle.
    Always,
    /// Until that column is in the middle, if it does not fit into the view together with the one that had the focus before; else as
    /// little as possible.
    OnOverflow,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TreeOptions {
    /// Whether a new window splits the one beside it along its longer side, as if that had been split by hand before.
    pub automatic: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MasterStackOptions {
    /// How many masters a new layout has.
    pub masters: usize,
    /// What part of the area the masters have in a new layout, between 0 and 1.
    pub fraction: f64,
    /// At which side the masters are in a new layout.
    pub side: Side,
    pub new_window: NewWindow,
}

impl Default for MasterStackOptions {
    fn default() -> Self {
        Self { masters: 1, fraction: 0.5, side: Side::Left, new_window: NewWindow::default() }
    }
}

/// Where a window goes that opens beside another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NewWindow {
    /// Where it is asked for.
    #[default]
    Beside,
    /// It becomes the first master.
    First,
    /// At the end of the stack.
    Last,
}
