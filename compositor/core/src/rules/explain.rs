//! Why a window is treated as it is: which rules match it, why each of the others does not, and which rule each property is from.

use super::{
    WindowRule, called,
    matching::Subject,
    property::{Lasting, Property},
};
use crate::{command::Refusal, desktop::Desktop, ids::WindowId, window::Window};

/// What rules have to do with a window.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Explanation {
    /// One for each rule, in the order of the configuration.
    pub rules: Vec<RuleReport>,
    /// What the window has of rules, each property once.
    pub in_force: Vec<InForce>,
}

/// What one rule has to do with a window.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleReport {
    /// From 1.
    pub number: u32,
    pub name: Option<String>,
    pub matches: bool,
    /// Why it matches, or why not: a sentence about the window, as `it`.
    pub reason: String,
    /// The properties that it would give, as in the configuration.
    pub says: Vec<(String, String)>,
}

/// A property and where it is from.
#[derive(Debug, Clone, PartialEq)]
pub struct InForce {
    pub property: String,
    pub value: String,
    /// The number of the rule, from 1.
    pub rule: u32,
    /// It counted as the window opened; the rule need not match any more.
    pub opening: bool,
}

impl Desktop {
    /// What rules have to do with a window now.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoWindow`].
    pub fn explain(&self, window: WindowId) -> Result<Explanation, Refusal> {
        let id = self.resolve_window(&window.into())?;
        let Some(window) = self.windows.get(id) else { return Err(Refusal::NotMapped(id)) };
        let subject = self.subject_of(window);
        let mut explanation = Explanation::default();
        let mut in_force = |said: Vec<Property>, rule: u32, opening: bool| {
            for Property { word, value, .. } in said {
                explanation.in_force.retain(|other| other.property != word);
                explanation.in_force.push(InForce { property: word.to_owned(), value, rule, opening });
            }
        };
        for ((index, rule), number) in self.settings.rules.windows.iter().enumerate().zip(1_u32..) {
            let (matches, reason) = rule.judge(&subject);
            let (opening, lasting) = (rule.opening.said(), rule.lasting.said());
            let given = opening.iter().chain(&lasting).map(|property| (property.word.to_owned(), property.value.clone()));
            let says = given.chain(rule.run.iter().map(|command| ("run".to_owned(), command.to_string()))).collect();
            explanation.rules.push(RuleReport { number, name: rule.name.clone(), matches, reason, says });
            if window.ruled.opened.matched.contains(&index) {
                in_force(opening, number, true);
            }
            if matches {
                in_force(lasting, number, false);
            }
        }
        Ok(explanation)
    }

    /// The rule that a property of a window is from, as it is called in sentences: the last that matches and says something about it.
    pub(crate) fn rule_behind(&self, window: &Window, says: impl Fn(&Lasting) -> bool) -> Option<String> {
        let subject = self.subject_of(window);
        let rules = self.settings.rules.windows.iter().enumerate().rev();
        let mut said = rules.filter(|(_, rule)| says(&rule.lasting) && rule.matches(&subject));
        said.next().map(|(index, rule)| called(index, rule.name.as_deref()))
    }
}

impl WindowRule {
    /// Whether it matches, and why or why not.
    fn judge(&self, subject: &Subject<'_>) -> (bool, String) {
        if let Some(index) = self.except.iter().position(|except| except.matches(subject)) {
            return (false, format!("it is excepted by except {}", index + 1));
        }
        if self.any_of.is_empty() {
            return (true, "the rule is about all windows".to_owned());
        }
        if let Some(index) = self.any_of.iter().position(|one| one.matches(subject)) {
            return (true, format!("it is what match {} says", index + 1));
        }
        let misses = self.any_of.iter().filter_map(|one| one.miss(subject)).map(|miss| miss.sentence(subject));
        (false, misses.collect::<Vec<_>>().join("; "))
    }
}
