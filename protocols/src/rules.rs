//! What rules of the configuration have to do with a window.

use zbus::{DeserializeDict, SerializeDict, Type};

/// One rule and one window. On the wire `a{sv}`; what is `None` is absent.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct RuleOutcome {
    /// `u`. Its place in the configuration, from 1.
    pub number: u32,
    /// `s`. What the configuration calls it.
    pub name: Option<String>,
    /// `b`.
    pub matches: bool,
    /// `s`. Why it matches, or why not: a sentence about the window, as `it`.
    pub reason: String,
    /// `as`. What it gives to windows that it matches, as in the configuration.
    pub says: Vec<String>,
}

/// A property that a window has of a rule. On the wire `a{sv}`.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct RuleInForce {
    /// `s`. As in the configuration.
    pub property: String,
    /// `s`.
    pub value: String,
    /// `u`. The number of the rule.
    pub rule: u32,
    /// `b`. It counted as the window opened; the rule need not match any more.
    pub opening: bool,
}
