//! Workspaces: which there are, in which order, and which of them outputs show.
//!
//! Every output has its own, and always exactly one empty one at the end, so that there is no need to create any. An empty one goes when
//! one leaves it, unless it has a name. Everything here is bookkeeping; what it means for windows is in `workspaces.rs`.

use std::{collections::BTreeMap, sync::Arc};

use glasshouse_scene::{LogicalPoint, OutputId};

use crate::{
    command::LayoutKind,
    ids::{WindowId, WorkspaceId},
    layout::tiles::{Outline, Tiling},
    output::MAX_OUTPUTS,
};

/// A workspace, as others see it.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkspaceInfo {
    pub id: WorkspaceId,
    /// Its place on its output, from 1.
    pub index: u32,
    /// `None`: it goes when it is empty and left.
    pub name: Option<String>,
    /// `None`: there is no output at all.
    pub output: Option<OutputId>,
    /// Its output shows it.
    pub active: bool,
    /// It is where the keyboard is, and where windows open.
    pub focused: bool,
    /// A window on it asks for attention.
    pub urgent: bool,
    pub layout: LayoutKind,
    /// In the order of tiles, those that float among them.
    pub windows: Vec<WindowId>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Workspace {
    pub(crate) id: WorkspaceId,
    pub(crate) name: Option<String>,
    pub(crate) output: Option<OutputId>,
    /// Its output shows it.
    pub(crate) active: bool,
    /// Counts up with every change of focus. 0: never.
    pub(crate) focused_at: u64,
    /// Counts up whenever an output shows another one: what is shown again when the shown one goes.
    pub(crate) shown_at: u64,
    /// `None`: as the settings say.
    pub(crate) layout: Option<LayoutKind>,
    /// Its mapped windows, the tiles in their order. Those that float keep their place among them.
    pub(crate) windows: Vec<WindowId>,
    /// How its tiles lie. Shared with what undo remembers.
    pub(crate) tiling: Arc<Tiling>,
    /// How its tiles lay when a window of it began to float or was minimized, the newest last: it comes back there.
    pub(crate) left: Vec<(WindowId, Arc<Outline>)>,
    /// The output it was on when that went away. It returns when one of that name does.
    pub(crate) lost: Option<Lost>,
    /// Where its last output was, while it has none: what floats is moved by as much as its output is.
    pub(crate) left_at: LogicalPoint,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lost {
    pub(crate) output: String,
    /// Its place among the workspaces there.
    pub(crate) index: usize,
    /// How its tiles lay, with what was in view. `None`: it was never there since the desktop was started.
    pub(crate) tiling: Option<Arc<Tiling>>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Workspaces {
    /// Those of one output in their order; how those of different outputs lie among each other means nothing.
    list: Vec<Workspace>,
    /// The output with the focused workspace. `None`: there is no output.
    pub(crate) focused: Option<OutputId>,
    /// The output that the pointer went to since the focus changed: windows open there.
    pub(crate) pointed: Option<OutputId>,
    /// Per name of an output that went away, what it showed. `None`: the empty one at the end.
    shown: BTreeMap<String, Option<WorkspaceId>>,
    last_id: u64,
    ticks: u64,
}

impl Workspaces {
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Workspace> {
        self.list.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Workspace> {
        self.list.iter_mut()
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn get(&self, id: WorkspaceId) -> Option<&Workspace> {
        self.list.iter().find(|workspace| workspace.id == id)
    }

    pub(crate) fn get_mut(&mut self, id: WorkspaceId) -> Option<&mut Workspace> {
        self.list.iter_mut().find(|workspace| workspace.id == id)
    }

    /// Those of an output, in order.
    pub(crate) fn on(&self, output: OutputId) -> impl DoubleEndedIterator<Item = &Workspace> {
        self.list.iter().filter(move |workspace| workspace.output == Some(output))
    }

    /// Those that have no output.
    pub(crate) fn homeless(&self) -> Vec<WorkspaceId> {
        self.list.iter().filter(|workspace| workspace.output.is_none()).map(|workspace| workspace.id).collect()
    }

    /// What an output shows.
    pub(crate) fn active_on(&self, output: OutputId) -> Option<&Workspace> {
        self.on(output).find(|workspace| workspace.active)
    }

    pub(crate) fn focused(&self) -> Option<&Workspace> {
        self.active_on(self.focused?)
    }

    /// The place of a workspace on its output, from 0.
    pub(crate) fn index(&self, id: WorkspaceId) -> usize {
        let output = self.get(id).and_then(|workspace| workspace.output);
        self.list.iter().filter(|workspace| workspace.output == output).position(|workspace| workspace.id == id).unwrap_or(0)
    }

    /// Lets its output show a workspace.
    pub(crate) fn activate(&mut self, id: WorkspaceId) {
        let Some(output) = self.get(id).and_then(|workspace| workspace.output) else { return };
        let now = self.tick();
        for workspace in self.list.iter_mut().filter(|workspace| workspace.output == Some(output)) {
            workspace.active = workspace.id == id;
            if workspace.active {
                workspace.shown_at = now;
            }
        }
    }

    /// Shows a workspace and puts the focus there. Answers whether that is new.
    pub(crate) fn focus(&mut self, id: WorkspaceId) -> bool {
        let Some(output) = self.get(id).and_then(|workspace| workspace.output) else { return false };
        self.pointed = None;
        if self.focused == Some(output) && self.active_on(output).is_some_and(|active| active.id == id) {
            return false;
        }
        self.activate(id);
        self.focused = Some(output);
        let now = self.tick();
        if let Some(workspace) = self.get_mut(id) {
            workspace.focused_at = now;
        }
        true
    }

    fn tick(&mut self) -> u64 {
        self.ticks += 1;
        self.ticks
    }

    /// The one that was focused most recently, of those that fit.
    pub(crate) fn most_recent(&self, fits: impl Fn(&Workspace) -> bool) -> Option<&Workspace> {
        self.list.iter().rev().filter(|workspace| fits(workspace)).max_by_key(|workspace| workspace.focused_at)
    }

    /// A new one, before or after another one of its output, or else before all others.
    pub(crate) fn insert(&mut self, output: Option<OutputId>, before: Option<WorkspaceId>, after: Option<WorkspaceId>) -> WorkspaceId {
        let position = |id: Option<WorkspaceId>| self.list.iter().position(|workspace| Some(workspace.id) == id);
        let at = position(before).or_else(|| position(after).map(|after| after + 1));
        let at = at.or_else(|| self.list.iter().position(|workspace| workspace.output == output)).unwrap_or(self.list.len());
        let new = Workspace { output, ..self.create() };
        let id = new.id;
        self.list.insert(at, new);
        id
    }

    fn create(&mut self) -> Workspace {
        self.last_id += 1;
        Workspace {
            id: WorkspaceId(self.last_id),
            name: None,
            output: None,
            active: false,
            focused_at: 0,
            shown_at: 0,
            layout: None,
            windows: Vec::new(),
            tiling: Arc::default(),
            left: Vec::new(),
            lost: None,
            left_at: LogicalPoint::zero(),
        }
    }

    /// Takes a window out of whatever order it is in.
    pub(crate) fn forget(&mut self, window: WindowId) {
        for workspace in &mut self.list {
            workspace.windows.retain(|other| *other != window);
        }
    }

    /// Puts a workspace on an output, behind all others that are not empty. It is not shown there yet.
    pub(crate) fn place(&mut self, id: WorkspaceId, output: OutputId) {
        let Some(at) = self.list.iter().position(|workspace| workspace.id == id) else { return };
        let mut workspace = self.list.remove(at);
        workspace.output = Some(output);
        workspace.active = false;
        let last = self.list.iter().rposition(|other| other.output == Some(output) && !other.is_dynamic_and_empty());
        let first = self.list.iter().position(|other| other.output == Some(output));
        self.list.insert(last.map(|last| last + 1).or(first).unwrap_or(self.list.len()), workspace);
    }

    /// Lets two workspaces change places. What an output showed, it goes on showing if it still has it.
    pub(crate) fn swap(&mut self, one: WorkspaceId, other: WorkspaceId) {
        let position = |id| self.list.iter().position(|workspace| workspace.id == id);
        let (Some(a), Some(b)) = (position(one), position(other)) else { return };
        let place = |index: usize| self.list.get(index).map(|workspace| (workspace.output, workspace.active));
        let (Some((output_a, active_a)), Some((output_b, active_b))) = (place(a), place(b)) else { return };
        self.list.swap(a, b);
        if output_a != output_b {
            for (id, output, active) in [(one, output_b, active_b), (other, output_a, active_a)] {
                if let Some(workspace) = self.get_mut(id) {
                    (workspace.output, workspace.active) = (output, active);
                }
            }
            for id in [one, other] {
                if self.get(id).is_some_and(|workspace| workspace.active) {
                    self.activate(id);
                }
            }
        }
    }

    /// An output goes away: its workspaces have none until they get another one. Answers what it showed, unless that was nothing.
    pub(crate) fn lose(&mut self, output: OutputId, name: &str, position: LogicalPoint) -> Option<WorkspaceId> {
        let shown = self.active_on(output).filter(|active| !active.is_dynamic_and_empty()).map(|active| active.id);
        if self.shown.len() >= MAX_OUTPUTS && !self.shown.contains_key(name) {
            self.shown.pop_first();
        }
        self.shown.insert(name.to_owned(), shown);
        self.list.retain(|workspace| workspace.output != Some(output) || !workspace.is_dynamic_and_empty());
        for (index, workspace) in self.list.iter_mut().filter(|workspace| workspace.output == Some(output)).enumerate() {
            let tiling = Some(Arc::clone(&workspace.tiling));
            workspace.lost.get_or_insert(Lost { output: name.to_owned(), index, tiling });
            workspace.output = None;
            workspace.active = false;
            workspace.left_at = position;
        }
        for known in [&mut self.pointed, &mut self.focused] {
            *known = known.filter(|known| *known != output);
        }
        shown
    }

    /// Those that were on an output of this name when it went away, in their order.
    pub(crate) fn lost_with(&self, name: &str) -> Vec<WorkspaceId> {
        let lost = |workspace: &Workspace| workspace.lost.as_ref().filter(|lost| lost.output == name).map(|lost| lost.index);
        let mut ids: Vec<_> = self.list.iter().filter_map(|workspace| Some((lost(workspace)?, workspace.id))).collect();
        ids.sort_unstable();
        ids.into_iter().map(|(_, id)| id).collect()
    }

    /// An output of this name is back, and so are its workspaces: it shows what it showed.
    pub(crate) fn show_again(&mut self, output: OutputId, name: &str) {
        match self.shown.remove(name) {
            Some(Some(id)) if self.get(id).is_some_and(|workspace| workspace.output == Some(output)) => self.activate(id),
            Some(None) => {
                let end = Workspace { output: Some(output), ..self.create() };
                let id = end.id;
                self.list.push(end);
                self.activate(id);
            }
            _ => {}
        }
    }

    /// Restores the rules: one empty workspace at the end of each output, none in between that is not shown, and each output shows one.
    pub(crate) fn tidy(&mut self, outputs: &[OutputId]) {
        self.list.retain(|workspace| workspace.output.is_some() || !workspace.is_dynamic_and_empty());
        for output in outputs {
            if self.active_on(*output).is_none()
                && let Some(id) = self.on(*output).rev().max_by_key(|workspace| workspace.shown_at).map(|workspace| workspace.id)
            {
                self.activate(id);
            }
            let kept = self.on(*output).filter(|workspace| !workspace.is_dynamic_and_empty()).count();
            let (mut before, mut end) = (0, None);
            let mut gone = Vec::new();
            for workspace in self.on(*output) {
                if !workspace.is_dynamic_and_empty() {
                    before += 1;
                } else if before < kept {
                    gone.extend((!workspace.active).then_some(workspace.id));
                } else if end.is_none() {
                    end = Some(workspace.id);
                } else {
                    // Of several at the end the one that is shown stays.
                    gone.extend(if workspace.active { end.replace(workspace.id) } else { Some(workspace.id) });
                }
            }
            self.list.retain(|workspace| !gone.contains(&workspace.id));
            if end.is_none() {
                let new = Workspace { output: Some(*output), ..self.create() };
                let id = new.id;
                let last = self.list.iter().rposition(|workspace| workspace.output == Some(*output));
                self.list.insert(last.map_or(self.list.len(), |last| last + 1), new);
                if self.active_on(*output).is_none() {
                    self.activate(id);
                }
            }
        }
    }

    /// Puts them into this order; others come after.
    pub(crate) fn reorder(&mut self, order: &[WorkspaceId]) {
        self.list.sort_by_key(|workspace| order.iter().position(|id| *id == workspace.id).unwrap_or(usize::MAX));
    }

    /// What undo keeps.
    pub(crate) fn snapshot(&self) -> Vec<Workspace> {
        self.list.clone()
    }

    /// Undo: makes the list this one.
    pub(crate) fn put(&mut self, list: Vec<Workspace>) {
        self.list = list;
    }
}

impl Workspace {
    /// Nobody would miss it.
    pub(crate) fn is_dynamic_and_empty(&self) -> bool {
        self.name.is_none() && self.windows.is_empty()
    }
}
