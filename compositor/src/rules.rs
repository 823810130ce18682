//! What rules of the configuration have this process do.

use glasshouse_core::{
    Caller, Command, Refusal, WindowId,
    rules::{Explanation, InForce, RUNS, RUNS_WITHIN, RuleReport},
};
use glasshouse_protocols::rules::{RuleInForce, RuleOutcome};

use crate::State;

impl State {
    /// A rule has started to match: its commands are carried out as those of the person, each for itself.
    pub(crate) fn run_for(&mut self, window: WindowId, rule: &str, commands: Vec<Command>) {
        for command in commands {
            let text = command.to_string();
            match self.run(&Caller::Person, command) {
                Ok(()) => tracing::debug!(window = window.0, rule, command = text, "a rule has run"),
                Err(refusal) => {
                    tracing::warn!(window = window.0, rule, command = text, %refusal, "a command of a rule was not carried out")
                }
            }
        }
    }

    /// A rule runs too often for a window.
    pub(crate) fn rule_held(&mut self, window: WindowId, rule: &str) {
        let pid = self.desktop.window(window).and_then(|info| info.pid);
        let sentence = format!(
            "{rule} ran more than {RUNS} times in {} s for window {window} and is held back; does one of its commands make it match again?",
            RUNS_WITHIN.as_secs()
        );
        tracing::warn!("{sentence}");
        self.alert("warning", "rule-loops", sentence, pid);
    }

    /// What rules have to do with a window, for the wire.
    ///
    /// # Errors
    ///
    /// There is no such window.
    pub(crate) fn wire_rules(&self, window: u64) -> Result<(Vec<RuleOutcome>, Vec<RuleInForce>), Refusal> {
        let Explanation { rules, in_force } = self.desktop.explain(WindowId(window))?;
        let outcome = |report: RuleReport| RuleOutcome {
            number: report.number,
            name: report.name,
            matches: report.matches,
            reason: report.reason,
            says: report.says.into_iter().map(|(word, value)| format!("{word} = {value}")).collect(),
        };
        let in_force =
            in_force.into_iter().map(|InForce { property, value, rule, opening }| RuleInForce { property, value, rule, opening });
        Ok((rules.into_iter().map(outcome).collect(), in_force.collect()))
    }
}
