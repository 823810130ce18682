//! Which rules match which windows now, and what follows.
//!
//! A window is judged again only if something that rules look at is another ([`Facts`]), so a title that changes costs one window's
//! patterns and not those of all.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Lasting, WindowRule, called,
    matching::{State, States, Subject, WindowType},
    open::Opened,
    runs::{Run, Runs},
};
use crate::{
    desktop::Desktop,
    effect::{Effect, Effects},
    ids::{Timestamp, WindowId, WorkspaceId},
    window::{Phase, Window},
};

/// What the desktop keeps to judge windows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Judging {
    /// When the desktop began: the first time that anything was settled.
    began: Option<Timestamp>,
    /// The newest time.
    pub(crate) now: Timestamp,
    /// How workspaces are called and where they are, and a number that is another one whenever that is.
    places: BTreeMap<WorkspaceId, (Place, u64)>,
    last_place: u64,
    /// Rules were read: windows that they match now have not started to.
    fresh: bool,
    /// Some window was judged since there were no rules.
    in_use: bool,
    /// How often a window was judged, for tests and measurements.
    pub(crate) judged: u64,
}

#[derive(Debug, Clone, PartialEq)]
struct Place {
    number: u32,
    name: Option<String>,
    output: Option<String>,
}

/// What is the same as long as the same rules match.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Facts {
    /// Counts up with every change of a text.
    text: u64,
    kind: WindowType,
    place: Option<u64>,
    states: States,
    is_open: bool,
}

/// What rules say about a window.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Ruled {
    /// Counts up with every change of a text.
    pub(crate) text: u64,
    facts: Option<Facts>,
    /// The numbers of the rules that match it since it is shown.
    started: BTreeSet<usize>,
    pub(crate) lasting: Lasting,
    pub(crate) opened: Opened,
    runs: Runs,
}

impl Ruled {
    /// The window is not shown any more. When it is again, rules start to match it again.
    pub(crate) fn unmapped(&mut self) {
        self.facts = None;
        self.started.clear();
    }

    /// A text that rules look at is another.
    pub(crate) fn text_changed(&mut self) {
        self.text += 1;
    }
}

impl WindowRule {
    pub(crate) fn matches(&self, subject: &Subject<'_>) -> bool {
        (self.any_of.is_empty() || self.any_of.iter().any(|one| one.matches(subject)))
            && !self.except.iter().any(|one| one.matches(subject))
    }
}

impl Desktop {
    /// The configuration has other rules: every window is judged anew. What rules that are there again have started stays started.
    pub(crate) fn rules_changed(&mut self, before: &[WindowRule]) {
        let now = &self.settings.rules.windows;
        let again: BTreeMap<usize, usize> =
            before.iter().enumerate().filter_map(|(was, rule)| Some((was, now.iter().position(|other| other == rule)?))).collect();
        for window in self.windows.iter_mut() {
            window.ruled.facts = None;
            window.ruled.runs = std::mem::take(&mut window.ruled.runs).renumbered(&again);
            window.ruled.opened.renumber(&again);
        }
        self.judging.fresh = true;
        self.layers.list.iter_mut().for_each(|layer| layer.ruled = Default::default());
    }

    /// Judges windows of which something is another.
    pub(crate) fn judge(&mut self, now: Timestamp, effects: &mut Effects) {
        self.judging.began.get_or_insert(now);
        self.judging.now = now;
        for window in self.windows.iter_mut().filter(|window| window.phase != Phase::Created) {
            window.ruled.opened.at.get_or_insert(now);
        }
        let fresh = std::mem::take(&mut self.judging.fresh);
        if self.settings.rules.windows.is_empty() && !std::mem::take(&mut self.judging.in_use) {
            return;
        }
        self.judging.in_use = !self.settings.rules.windows.is_empty();
        self.look_at_places();
        let ids = self.windows.ids();
        // A window may open on a workspace that is made for it, and others have other numbers then.
        for id in &ids {
            self.open_by_rules(*id);
        }
        for id in ids {
            self.judge_window(id, fresh, effects);
        }
    }

    /// Judges one window, if something of it is another.
    fn judge_window(&mut self, id: WindowId, fresh: bool, effects: &mut Effects) {
        let Some(window) = self.windows.get(id).filter(|window| window.phase != Phase::Created) else { return };
        if window.ruled.facts == Some(self.rule_facts(window)) {
            return;
        }
        self.judging.judged += 1;
        let facts = self.rule_facts(window);
        let rules = std::sync::Arc::clone(&self.settings.rules);
        let matched = self.matching(window);
        let mut lasting = Lasting::default();
        matched.iter().filter_map(|index| rules.windows.get(*index)).for_each(|rule| lasting.lay(&rule.lasting));
        let started: Vec<usize> = matched.difference(&window.ruled.started).copied().collect();
        let limits_before = (window.ruled.lasting.min_size, window.ruled.lasting.max_size);
        let may_run = window.phase == Phase::Mapped && !self.lock.on && !fresh;
        let now = self.judging.now;
        let Some(window) = self.windows.get_mut(id) else { return };
        window.ruled.facts = Some(facts);
        let limited = (lasting.min_size, lasting.max_size) != limits_before;
        window.ruled.lasting = lasting;
        // Nothing is done about a window before it is shown: then all rules that match it start to.
        window.ruled.started = if window.phase == Phase::Mapped { matched } else { BTreeSet::new() };
        if limited {
            window.float.size = window.float.size.map(|size| window.limited(size));
        }
        if may_run {
            for index in started {
                let Some(rule) = rules.windows.get(index).filter(|rule| !rule.run.is_empty()) else { continue };
                let called = called(index, rule.name.as_deref());
                match window.ruled.runs.start(index, now) {
                    Run::Yes => {
                        let commands = rule.run.iter().map(|command| command.clone().about(id)).collect();
                        effects.push(Effect::RunFor { window: id, rule: called, commands });
                    }
                    Run::TooOften { first: true } => effects.push(Effect::RuleHeld { window: id, rule: called }),
                    Run::TooOften { first: false } | Run::InThisTurn => {
                        tracing::debug!(window = id.0, rule = called, "a rule is held back");
                    }
                }
            }
        }
    }

    /// The numbers of the rules that match a window now, whatever is known of it.
    pub(crate) fn matching(&self, window: &Window) -> BTreeSet<usize> {
        let subject = self.subject_of(window);
        let rules = self.settings.rules.windows.iter().enumerate();
        rules.filter(|(_, rule)| rule.matches(&subject)).map(|(index, _)| index).collect()
    }

    /// What rules look at of a window.
    pub(crate) fn subject_of<'a>(&'a self, window: &'a Window) -> Subject<'a> {
        let place = window.home.workspace.and_then(|id| self.judging.places.get(&id)).map(|(place, _)| place);
        let began = self.judging.began.unwrap_or(self.judging.now);
        Subject {
            app_id: &window.app_id,
            title: &window.title,
            tag: &window.tag,
            unit: window.client.unit.as_deref().unwrap_or_default(),
            kind: window_type(window),
            number: place.map(|place| place.number),
            workspace: place.and_then(|place| place.name.as_deref()),
            output: place.and_then(|place| place.output.as_deref()),
            opened_after: window.ruled.opened.at.unwrap_or(self.judging.now).since(began),
            states: self.states_of(window),
        }
    }

    fn states_of(&self, window: &Window) -> States {
        States::default()
            .with(State::Focused, self.has_focus(window))
            .with(State::Floating, self.floats(window))
            .with(State::Fullscreen, window.modes.fullscreen)
            .with(State::Maximized, window.modes.maximized)
            .with(State::Minimized, window.modes.minimized)
            .with(State::Urgent, window.urgent)
            .with(State::Unresponsive, window.unresponsive)
            .with(State::Sandboxed, window.client.sandboxed)
    }

    fn rule_facts(&self, window: &Window) -> Facts {
        let place = window.home.workspace.and_then(|id| self.judging.places.get(&id)).map(|(_, number)| *number);
        Facts {
            text: window.ruled.text,
            kind: window_type(window),
            place,
            states: self.states_of(window),
            is_open: window.phase == Phase::Mapped,
        }
    }

    /// Notices workspaces that have other names, numbers or outputs.
    pub(super) fn look_at_places(&mut self) {
        let mut before = std::mem::take(&mut self.judging.places);
        let mut places = BTreeMap::new();
        for workspace in self.workspaces.iter() {
            let output = workspace.output.and_then(|output| self.outputs.get(output));
            let number = u32::try_from(self.workspaces.index(workspace.id)).unwrap_or(u32::MAX).saturating_add(1);
            let now = Place { number, name: workspace.name.clone(), output: output.map(|output| output.mode.name.clone()) };
            let entry = match before.remove(&workspace.id) {
                Some(entry) if entry.0 == now => entry,
                _ => {
                    self.judging.last_place += 1;
                    (now, self.judging.last_place)
                }
            };
            places.insert(workspace.id, entry);
        }
        self.judging.places = places;
    }
}

pub(super) fn window_type(window: &Window) -> WindowType {
    match (window.parent.is_some(), window.is_dialog()) {
        (true, _) => WindowType::Dialog,
        (false, true) => WindowType::FixedSize,
        (false, false) => WindowType::Window,
    }
}
