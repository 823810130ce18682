//! Commands of rules, and what keeps a rule from starting itself over and over.
//!
//! A command of a rule can make its own rule stop matching and match again. So a rule runs at most once for a window within one turn of
//! the desktop, and at most [`RUNS`] times within [`RUNS_WITHIN`]; what is beyond that is left out, and said once.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use crate::{
    command::{Command, WindowRef},
    ids::{Timestamp, WindowId},
};

/// How often a rule runs for one window within [`RUNS_WITHIN`]. A person who moves a window to and fro is slower.
pub const RUNS: usize = 5;
pub const RUNS_WITHIN: Duration = Duration::from_secs(10);

/// When rules ran for a window, by their numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Runs(BTreeMap<usize, Ran>);

#[derive(Debug, Clone, PartialEq, Default)]
struct Ran {
    at: VecDeque<Timestamp>,
    /// It was said that it runs too often.
    said: bool,
}

/// Whether a rule runs that has started to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    Yes,
    /// It has run in this turn already.
    InThisTurn,
    /// `first`: nobody was told yet.
    TooOften {
        first: bool,
    },
}

impl Runs {
    pub(super) fn start(&mut self, rule: usize, now: Timestamp) -> Run {
        let ran = self.0.entry(rule).or_default();
        while ran.at.front().is_some_and(|at| now.since(*at) >= RUNS_WITHIN) {
            ran.at.pop_front();
        }
        if ran.at.back() == Some(&now) {
            return Run::InThisTurn;
        }
        if ran.at.len() >= RUNS {
            return Run::TooOften { first: !std::mem::replace(&mut ran.said, true) };
        }
        ran.at.push_back(now);
        Run::Yes
    }

    /// For rules that have other numbers now. Those that are not among them are gone.
    pub(super) fn renumbered(self, numbers: &BTreeMap<usize, usize>) -> Self {
        Self(self.0.into_iter().filter_map(|(was, ran)| Some((*numbers.get(&was)?, ran))).collect())
    }
}

impl Command {
    /// The same command with this window in place of the focused one.
    pub(crate) fn about(mut self, window: WindowId) -> Self {
        self.each_window(&mut |asked| {
            if *asked == WindowRef::Focused {
                *asked = WindowRef::Id(window);
            }
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Timestamp {
        Timestamp(Duration::from_millis(ms))
    }

    #[test]
    fn a_rule_runs_once_a_turn_and_not_too_often() {
        let mut runs = Runs::default();
        assert_eq!(runs.start(0, at(0)), Run::Yes);
        assert_eq!(runs.start(0, at(0)), Run::InThisTurn);
        assert_eq!(runs.start(1, at(0)), Run::Yes, "another rule has its own count");
        for ms in 1..5 {
            assert_eq!(runs.start(0, at(ms)), Run::Yes);
        }
        assert_eq!(runs.start(0, at(5)), Run::TooOften { first: true });
        assert_eq!(runs.start(0, at(6)), Run::TooOften { first: false });
        assert_eq!(runs.start(0, at(10_000)), Run::Yes, "the first was long ago");
        assert_eq!(runs.start(0, at(10_000)), Run::InThisTurn);
    }

    #[test]
    fn a_command_of_a_rule_is_about_its_window() {
        let about = |line: &str| line.parse::<Command>().unwrap().about(WindowId(7)).to_string();
        assert_eq!(about("set-floating on"), "set-floating --window 7 on");
        assert_eq!(about("move-to-workspace 2"), "move-to-workspace --window 7 2");
        assert_eq!(about("set-floating on --window last"), "set-floating --window last on");
        assert_eq!(about("focus-window focused"), "focus-window 7");
        assert_eq!(about("spawn foot"), "spawn foot");
    }
}
