//! Undo: what a command changed, and how it is put back.
//!
//! A command's change is the difference of two [`Arrangement`]s, not a command that does the opposite: so whatever follows from a command
//! (a window raised, one pushed to another output) goes back too. What happened since by itself stays: new windows keep their place, closed
//! ones stay closed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use glasshouse_scene::OutputId;

use crate::{
    command::{Command, Entry, Refusal, Scopes, Undo},
    desktop::Desktop,
    effect::{Effect, Effects},
    ids::WindowId,
    output::Output,
    window::{Floating, Home, Modes, Phase},
    workspace::Workspace,
};

/// How many commands can be undone.
const KEPT: usize = 100;

/// Everything that commands of the kind [`Undo::Arrangement`] change.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Arrangement {
    pub(crate) windows: BTreeMap<WindowId, Place>,
    /// Bottom to top, focus history.
    pub(crate) orders: [Vec<WindowId>; 2],
    pub(crate) workspaces: Vec<Workspace>,
    /// The output with the focus.
    pub(crate) focused: Option<OutputId>,
    pub(crate) outputs: Vec<Output>,
}

/// Where a window is, as far as somebody chose it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    pub(crate) modes: Modes,
    pub(crate) home: Home,
    pub(crate) float: Floating,
    pub(crate) marks: BTreeSet<String>,
}

/// One command, or one transaction.
#[derive(Debug, Clone, PartialEq)]
struct Done {
    text: String,
    change: Change,
}

#[derive(Debug, Clone, PartialEq)]
enum Change {
    Arrangement(Box<Difference>),
    /// An edge carried it out, and would do so again.
    Commands(Box<Inverse>),
    No(&'static str),
}

/// Two commands that undo each other.
#[derive(Debug, Clone, PartialEq)]
struct Inverse {
    back: Command,
    again: Command,
}

/// Only what differs, so that a hundred of them are small.
#[derive(Debug, Clone, PartialEq)]
struct Difference {
    windows: BTreeMap<WindowId, (Place, Place)>,
    orders: [Option<(Vec<WindowId>, Vec<WindowId>)>; 2],
    workspaces: Option<(Vec<Workspace>, Vec<Workspace>)>,
    focused: (Option<OutputId>, Option<OutputId>),
    outputs: Option<(Vec<Output>, Vec<Output>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Towards {
    Before,
    After,
}

impl Towards {
    fn of<T>(self, pair: &(T, T)) -> &T {
        match self {
            Self::Before => &pair.0,
            Self::After => &pair.1,
        }
    }
}

/// What was done and what was undone, the newest last.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Journal {
    done: VecDeque<Done>,
    undone: Vec<Done>,
    known: u64,
}

impl Journal {
    /// How many changes it has ever been told of.
    pub(crate) fn known(&self) -> u64 {
        self.known
    }

    /// Forgets the changes that it was told of since it knew so many, as far as they are about windows.
    fn forget_since(&mut self, known: u64) {
        while self.known > known && self.done.back().is_some_and(|done| matches!(done.change, Change::Arrangement(_))) {
            self.done.pop_back();
            self.known -= 1;
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.done.len()
    }

    fn push(&mut self, done: Done) {
        self.undone.clear();
        self.known += 1;
        self.done.push_back(done);
        if self.done.len() > KEPT {
            self.done.pop_front();
        }
    }
}

impl Difference {
    fn between(before: &Arrangement, after: Arrangement) -> Option<Self> {
        let windows: BTreeMap<_, _> = after
            .windows
            .into_iter()
            .filter_map(|(id, place)| {
                let was = before.windows.get(&id).filter(|was| **was != place)?;
                Some((id, (was.clone(), place)))
            })
            .collect();
        let pair = |before: &Vec<WindowId>, after: Vec<WindowId>| (*before != after).then(|| (before.clone(), after));
        let [a, b] = after.orders;
        let [x, y] = &before.orders;
        let orders = [pair(x, a), pair(y, b)];
        let workspaces = (before.workspaces != after.workspaces).then(|| (before.workspaces.clone(), after.workspaces));
        let focused = (before.focused, after.focused);
        let same = |a: &Output, b: &Output| (a.id, a.chosen()) == (b.id, b.chosen());
        let outputs_same =
            before.outputs.len() == after.outputs.len() && before.outputs.iter().zip(&after.outputs).all(|(a, b)| same(a, b));
        let outputs = (!outputs_same).then(|| (before.outputs.clone(), after.outputs));
        let same_orders = orders.iter().all(Option::is_none) && workspaces.is_none() && focused.0 == focused.1;
        let nothing = windows.is_empty() && same_orders && outputs.is_none();
        (!nothing).then_some(Self { windows, orders, workspaces, focused, outputs })
    }
}

impl Desktop {
    pub(crate) fn arrangement(&self) -> Arrangement {
        let place = |window: &crate::window::Window| Place {
            modes: window.modes,
            home: window.home.clone(),
            float: window.float,
            marks: window.marks.clone(),
        };
        Arrangement {
            windows: self.windows.iter().map(|window| (window.id, place(window))).collect(),
            orders: [self.windows.stack.clone(), self.windows.history.clone()],
            workspaces: self.workspaces.snapshot(),
            focused: self.workspaces.focused,
            outputs: self.outputs.all().cloned().collect(),
        }
    }

    /// Whether a command is remembered, or would only stand in the way of others: keys and pictures do.
    fn is_remembered(command: &Command) -> bool {
        let scope = Entry::named(command.name()).map(|entry| entry.scope);
        !matches!(scope, Some(Scopes::INPUT | Scopes::CAPTURE))
            && !matches!(
                command,
                Command::Undo {}
                    | Command::Redo {}
                    | Command::ReloadConfig {}
                    | Command::Quit {}
                    // What comes of them is remembered when it has ended.
                    | Command::BeginMove { .. }
                    | Command::BeginResize { .. }
                    | Command::EndDrag {}
                    | Command::CancelDrag {}
            )
    }

    /// Remembers what these commands have changed since `before`.
    pub(crate) fn remember_change(&mut self, commands: &[Command], before: &Arrangement) {
        let remembered: Vec<&Command> = commands.iter().filter(|command| Self::is_remembered(command)).collect();
        if remembered.is_empty() {
            return;
        }
        let text = remembered.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        if let Some(difference) = Difference::between(before, self.arrangement()) {
            self.journal.push(Done { text, change: Change::Arrangement(Box::new(difference)) });
        } else if let Some(why) = remembered.iter().find_map(|command| why_not(command)) {
            self.journal.push(Done { text, change: Change::No(why) });
        }
    }

    /// A command was refused half-way: nothing has happened.
    pub(crate) fn put_back(&mut self, before: &Arrangement) {
        let Some(difference) = Difference::between(before, self.arrangement()) else { return };
        if let Err(refusal) = self.put(&difference, Towards::Before, &mut Effects::new()) {
            tracing::error!(%refusal, "what a refused command has changed cannot be put back");
        }
    }

    /// A drag has ended: what it has changed since `before` is one step, with what was done meanwhile.
    pub(crate) fn remember_drag(&mut self, drag: &Command, before: &Arrangement, known: u64) {
        if let Some(difference) = Difference::between(before, self.arrangement()) {
            self.journal.forget_since(known);
            self.journal.push(Done { text: drag.to_string(), change: Change::Arrangement(Box::new(difference)) });
        }
    }

    /// A drag is cancelled: the windows of this family, workspaces and focus are what they were. Outputs, and other windows that somebody
    /// has moved meanwhile, stay what they are.
    pub(crate) fn put_drag_back(&mut self, before: &Arrangement, family: &[WindowId], effects: &mut Effects) {
        let Some(mut difference) = Difference::between(before, self.arrangement()) else { return };
        difference.outputs = None;
        difference.windows.retain(|id, _| family.contains(id));
        if let Err(refusal) = self.put(&difference, Towards::Before, effects) {
            tracing::error!(%refusal, "a drag cannot be put back");
        }
    }

    /// An edge carried out this command. `back` undoes it; `None` if nothing does.
    pub fn remember(&mut self, command: Command, back: Option<Command>) {
        if !Self::is_remembered(&command) {
            return;
        }
        let change = match back {
            Some(back) => Change::Commands(Box::new(Inverse { back, again: command.clone() })),
            None => Change::No(why_not(&command).unwrap_or("it changed nothing")),
        };
        self.journal.push(Done { text: command.to_string(), change });
    }

    /// What was done so far is the beginning: nobody wants to undo the start of the desktop.
    pub fn begin(&mut self) {
        self.journal = Journal::default();
    }

    /// What `undo` would put back.
    pub fn undoable(&self) -> Option<&str> {
        self.journal.done.back().map(|done| done.text.as_str())
    }

    /// What `redo` would do again.
    pub fn redoable(&self) -> Option<&str> {
        self.journal.undone.last().map(|done| done.text.as_str())
    }

    /// While something is dragged, it is that which is undone.
    pub(crate) fn undo(&mut self, effects: &mut Effects) -> Result<(), Refusal> {
        if self.cancel_grab(effects) {
            return Ok(());
        }
        let done = self.journal.done.pop_back().ok_or(Refusal::NothingToUndo)?;
        match &done.change {
            Change::No(why) => {
                return Err(Refusal::CannotUndo { command: done.text, why });
            }
            Change::Arrangement(difference) => self.put(difference, Towards::Before, effects)?,
            Change::Commands(inverse) => effects.push(Effect::Run { command: inverse.back.clone() }),
        }
        self.journal.undone.push(done);
        Ok(())
    }

    pub(crate) fn redo(&mut self, effects: &mut Effects) -> Result<(), Refusal> {
        if self.cancel_grab(effects) {
            return Ok(());
        }
        let done = self.journal.undone.pop().ok_or(Refusal::NothingToRedo)?;
        match &done.change {
            Change::No(_) => {}
            Change::Arrangement(difference) => self.put(difference, Towards::After, effects)?,
            Change::Commands(inverse) => effects.push(Effect::Run { command: inverse.again.clone() }),
        }
        self.journal.done.push_back(done);
        Ok(())
    }

    fn put(&mut self, difference: &Difference, towards: Towards, effects: &mut Effects) -> Result<(), Refusal> {
        let moved = match &difference.outputs {
            Some(outputs) => self.put_outputs(towards.of::<Vec<_>>(outputs), effects)?,
            None => BTreeMap::new(),
        };
        let new = |output: OutputId| moved.get(&output).copied().unwrap_or(output);
        for (id, places) in &difference.windows {
            let (Some(window), place) = (self.windows.get_mut(*id), towards.of(places)) else { continue };
            if window.modes.minimized != place.modes.minimized {
                window.appears = true;
            }
            window.modes = place.modes;
            if window.home.workspace != place.home.workspace {
                // Where it was is another screen now, or none.
                window.appears = true;
            }
            window.home = place.home.clone();
            window.home.before_fullscreen = window.home.before_fullscreen.map(|(workspace, output)| (workspace, new(output)));
            window.float = place.float;
        }
        // First all lose theirs: one may have gone from one to another.
        for id in difference.windows.keys() {
            self.give_marks(*id, &BTreeSet::new());
        }
        for (id, places) in &difference.windows {
            self.give_marks(*id, &towards.of(places).marks);
        }
        let [stack, history] = &difference.orders;
        // What is new since keeps out of the way: right below the last, that is the one on top or with the focus.
        for (order, now) in [(stack, &mut self.windows.stack), (history, &mut self.windows.history)] {
            if let Some(order) = order {
                *now = merged(towards.of::<Vec<_>>(order), now, 1);
            }
        }
        let workspaces = difference.workspaces.as_ref().map(|workspaces| towards.of::<Vec<_>>(workspaces));
        let wanted = workspaces.cloned().unwrap_or_else(|| self.workspaces.snapshot()).into_iter();
        self.put_workspaces(wanted.map(|workspace| Workspace { output: workspace.output.map(new), ..workspace }).collect());
        let focused = towards.of(&difference.focused).map(new);
        if let Some(focused) = focused.filter(|focused| self.outputs.get(*focused).is_some()) {
            self.workspaces.focused = Some(focused);
            self.workspaces.pointed = None;
        }
        if difference.orders.iter().any(Option::is_some) {
            self.clicked_layer = None;
        }
        self.touch();
        Ok(())
    }

    /// Makes the workspaces what they were. What has windows or a name since stays, and windows that are new stay where they are.
    fn put_workspaces(&mut self, wanted: Vec<Workspace>) {
        let now = self.workspaces.snapshot();
        let mut list = wanted;
        for workspace in &mut list {
            let known = now.iter().find(|known| known.id == workspace.id);
            if workspace.output.is_some_and(|output| self.outputs.get(output).is_none()) {
                // Its output was unplugged since.
                workspace.active = false;
                workspace.output = known.and_then(|known| known.output);
                workspace.lost = known.and_then(|known| known.lost.clone());
            }
            if known.is_some_and(|known| known.output != workspace.output) {
                for window in self.windows.iter_mut().filter(|window| window.home.workspace == Some(workspace.id)) {
                    window.appears = true;
                }
            }
        }
        let new = now.into_iter().filter(|known| !known.is_dynamic_and_empty());
        for mut workspace in new.filter(|known| list.iter().all(|wanted| wanted.id != known.id)).collect::<Vec<_>>() {
            workspace.active &= !list.iter().any(|wanted| wanted.active && wanted.output == workspace.output);
            list.push(workspace);
        }
        // New windows come at the end of the tiles.
        let order: Vec<WindowId> = list.iter().flat_map(|workspace| workspace.windows.clone()).collect();
        let mapped = self.windows.iter().filter(|window| window.phase == Phase::Mapped).map(|window| window.id);
        let mut members: Vec<WindowId> = mapped.collect();
        members.sort_by_key(|id| order.iter().position(|other| other == id).unwrap_or(usize::MAX));
        for workspace in &mut list {
            let here = |id: &WindowId| self.windows.get(*id).is_some_and(|window| window.home.workspace == Some(workspace.id));
            workspace.windows = members.iter().copied().filter(here).collect();
        }
        for window in self.windows.iter_mut() {
            window.home.workspace = window.home.workspace.filter(|id| list.iter().any(|workspace| workspace.id == *id));
        }
        self.workspaces.put(list);
    }

    /// Makes the outputs what they were. Answers which new numbers those have that were gone.
    fn put_outputs(&mut self, wanted: &[Output], effects: &mut Effects) -> Result<BTreeMap<OutputId, OutputId>, Refusal> {
        let mut moved = BTreeMap::new();
        let now = self.outputs.all().map(|output| output.id);
        let unwanted: Vec<OutputId> = now.filter(|id| wanted.iter().all(|output| output.id != *id)).collect();
        for output in wanted {
            if self.outputs.any(output.id).is_some_and(|now| now.chosen() != output.chosen()) {
                self.put_output(output, effects)?;
            }
        }
        for output in wanted.iter().filter(|output| self.outputs.any(output.id).is_none()).cloned().collect::<Vec<_>>() {
            // Somebody may have plugged it in again since.
            if self.outputs.any_named(&output.mode.name).is_some() {
                continue;
            }
            self.add_output(output.mode.clone(), output.placed, effects)?;
            if let Some(new) = self.outputs.any_named(&output.mode.name).map(|new| new.id) {
                moved.insert(output.id, new);
                self.put_output(&Output { id: new, ..output.clone() }, effects)?;
            }
        }
        for id in unwanted {
            self.remove_output(id, effects)?;
        }
        let order: Vec<OutputId> = wanted.iter().map(|output| moved.get(&output.id).copied().unwrap_or(output.id)).collect();
        self.reorder_outputs(&order, effects);
        // What was remembered about the old number is meant for the new one.
        for done in self.journal.done.iter_mut().chain(&mut self.journal.undone) {
            if let Change::Arrangement(difference) = &mut done.change {
                difference.rename(&moved);
            }
        }
        Ok(moved)
    }
}

impl Difference {
    fn rename(&mut self, moved: &BTreeMap<OutputId, OutputId>) {
        let new = |id: OutputId| moved.get(&id).copied().unwrap_or(id);
        for (before, after) in self.windows.values_mut() {
            for place in [before, after] {
                place.home.before_fullscreen = place.home.before_fullscreen.map(|(workspace, output)| (workspace, new(output)));
            }
        }
        if let Some((before, after)) = &mut self.workspaces {
            for workspace in before.iter_mut().chain(after) {
                workspace.output = workspace.output.map(new);
            }
        }
        self.focused = (self.focused.0.map(new), self.focused.1.map(new));
        if let Some((before, after)) = &mut self.outputs {
            for output in before.iter_mut().chain(after) {
                output.id = new(output.id);
            }
        }
    }
}

fn why_not(command: &Command) -> Option<&'static str> {
    match Entry::named(command.name())?.undo {
        Undo::No(why) => Some(why),
        Undo::Arrangement | Undo::Inverse => None,
    }
}

/// `wanted` as far as it still exists, and what is new so many places before its end.
pub(crate) fn merged(wanted: &[WindowId], now: &[WindowId], behind: usize) -> Vec<WindowId> {
    let mut order: Vec<WindowId> = wanted.iter().copied().filter(|id| now.contains(id)).collect();
    let new = now.iter().copied().filter(|id| !wanted.contains(id));
    let at = order.len().saturating_sub(behind);
    order.splice(at..at, new);
    order
}
