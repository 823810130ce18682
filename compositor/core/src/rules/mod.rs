//! Rules: what the configuration says about windows and layer surfaces, as they open and as they change.
//!
//! A rule says which windows it is about ([`WindowMatch`]) and what it gives them: [`Opening`] once, [`Lasting`] as long as it matches, and
//! commands each time that it starts to match. Where rules contradict each other the later one counts, for each property on its own.

mod explain;
mod hidden;
mod judge;
mod layers;
mod matching;
mod open;
mod pattern;
mod property;
mod runs;

pub use explain::{Explanation, InForce, RuleReport};
pub use layers::{LayerLasting, LayerMatch, LayerRule};
pub use matching::{State, Text, WindowMatch, WindowType};
pub use pattern::{MAX_PATTERN, Pattern, PatternError};
pub use property::{Destination, InhibitIdle, Lasting, Opening, Property};
pub use runs::{RUNS, RUNS_WITHIN};

pub(crate) use judge::{Judging, Ruled};
pub(crate) use layers::LayerRuled;

use crate::command::Command;

/// More rules than this, of either kind, are a mistake of whatever wrote them.
pub const MAX_RULES: usize = 1000;

/// All rules, in the order of the configuration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rules {
    pub windows: Vec<WindowRule>,
    pub layers: Vec<LayerRule>,
}

/// What the configuration says about some windows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WindowRule {
    /// What its owner calls it.
    pub name: Option<String>,
    /// It is about windows that one of these matches. Empty: about all.
    pub any_of: Vec<WindowMatch>,
    /// But not about those that one of these matches.
    pub except: Vec<WindowMatch>,
    pub opening: Opening,
    pub lasting: Lasting,
    /// Carried out each time that the rule starts to match a window, with that window in place of the focused one.
    pub run: Vec<Command>,
}

/// How a rule is called in sentences: its number, from 1, and its name if it has one.
pub(crate) fn called(index: usize, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("rule {} ({name})", index + 1),
        None => format!("rule {}", index + 1),
    }
}
