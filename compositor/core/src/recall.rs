//! Which workspaces of a memory are which of those that are here, and how those come back that are not.

use std::{collections::BTreeMap, sync::Arc};

use glasshouse_scene::{LogicalPoint, LogicalSize, OutputId};

use crate::{
    desktop::Desktop,
    grid::{tame_i32, tame_point},
    ids::{WindowId, WorkspaceId},
    layout::tiles::{Options, Outline, Terms, Tiling},
    memory::{Memory, RememberedWindow, RememberedWorkspace},
    window::Floating,
    workspace::{Lost, Workspace},
};

/// The workspaces of a memory.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Places {
    pub(crate) workspaces: Vec<RememberedWorkspace>,
    /// Those that are here, by their places in the memory.
    pub(crate) known: BTreeMap<usize, WorkspaceId>,
}

impl Workspace {
    /// Gives one without windows the layout of another, and what that has to know before any window is there.
    pub(crate) fn begin_as(&mut self, was: &RememberedWorkspace, options: &Options) {
        self.layout = was.layout;
        if let Some(outline @ Outline::Outside { .. }) = &was.tiles {
            self.tiling = Arc::new(outline.renamed(|_| None).build(options));
            self.agree_on(was.terms);
        }
    }

    /// A program has registered its layout like this before.
    pub(crate) fn agree_on(&mut self, terms: Option<Terms>) {
        if let Some(terms) = terms.filter(|terms| self.tiling.terms().is_some_and(|now| now != *terms))
            && let Tiling::Outside(layout) = Arc::make_mut(&mut self.tiling)
        {
            layout.terms = terms;
        }
    }
}

impl Desktop {
    pub(crate) fn output_named(&self, name: Option<&str>) -> Option<OutputId> {
        self.outputs.iter().find(|output| Some(output.mode.name.as_str()) == name).map(|output| output.id)
    }

    /// A memory's workspaces as far as they are here: by name, and the others by their places on their outputs.
    pub(crate) fn places(&self, memory: &Memory) -> Places {
        let mut places = Places { workspaces: memory.workspaces.clone(), known: BTreeMap::new() };
        for output in self.outputs.iter() {
            let mut here = self.workspaces.on(output.id).filter(|workspace| workspace.name.is_none());
            for (index, was) in memory.workspaces.iter().enumerate() {
                if was.name.is_none() && was.output.as_deref() == Some(output.mode.name.as_str()) {
                    places.known.extend(here.next().map(|workspace| (index, workspace.id)));
                }
            }
        }
        for (index, was) in memory.workspaces.iter().enumerate() {
            let found = self.workspaces.iter().find(|workspace| workspace.name.is_some() && workspace.name == was.name);
            places.known.extend(found.map(|workspace| (index, workspace.id)));
        }
        places
    }

    /// The workspace that was remembered. If it is not here, it is made anew at its place, or on another output, from which it returns.
    pub(crate) fn recall_workspace(&mut self, places: &mut Places, index: usize) -> Option<WorkspaceId> {
        let was = places.workspaces.get(index)?.clone();
        if let Some(known) = places.known.get(&index).filter(|known| self.workspaces.get(**known).is_some()) {
            return Some(*known);
        }
        let there = self.output_named(was.output.as_deref());
        let output = there.or_else(|| self.refuge());
        let here = |id: &&WorkspaceId| self.workspaces.get(**id).is_some_and(|workspace| workspace.output == output);
        let before = places.known.range(index + 1..).map(|(_, id)| id).find(here).copied();
        let after = places.known.range(..index).rev().map(|(_, id)| id).find(here).copied();
        let name = was.name.clone().filter(|name| self.workspaces.iter().all(|other| other.name.as_ref() != Some(name)));
        let id = self.workspaces.insert(output, before, after);
        if let Some(workspace) = self.workspaces.get_mut(id) {
            workspace.name = name;
            workspace.begin_as(&was, &self.settings.tiles);
            let returns_to = was.returns_to.or_else(|| was.output.filter(|_| there.is_none()));
            workspace.lost = returns_to.map(|output| Lost { output, index, tiling: None });
        }
        places.known.insert(index, id);
        Some(id)
    }

    /// Gives a window the states and the place that one had. Its ranks are the caller's business.
    pub(crate) fn put_window(&mut self, id: WindowId, was: &RememberedWindow, places: &mut Places) {
        if let Some(to) = was.workspace.and_then(|index| self.recall_workspace(places, index)) {
            self.enter_workspace(id, to);
        }
        let before_fullscreen = was.before_fullscreen.and_then(|index| {
            let known = places.known.get(&index).and_then(|id| self.workspaces.get(*id));
            let output = known.and_then(|workspace| workspace.output);
            let output = output.or_else(|| self.output_named(places.workspaces.get(index)?.output.as_deref()))?;
            known.or_else(|| self.workspaces.active_on(output)).map(|workspace| (workspace.id, output))
        });
        let Some(window) = self.windows.get_mut(id) else { return };
        if window.modes.minimized != was.modes.minimized {
            window.appears = true;
        }
        window.modes = was.modes;
        window.home.before_fullscreen = before_fullscreen;
        self.give_marks(id, &was.marks);
        let Some(window) = self.windows.get(id) else { return };
        let origin = self.float_base(window).unwrap_or_default().to_vector();
        // Without its output, as if that had just gone.
        let is_lost = self.workspace_of(window).is_some_and(|workspace| workspace.lost.is_some());
        let Some(window) = self.windows.get_mut(id) else { return };
        let whole = |length: f64| f64::from(tame_i32(length.round() as i32).max(1));
        let size = was.size.map(|size| window.limited(LogicalSize::new(whole(size.width), whole(size.height))));
        let at: Option<LogicalPoint> = was.at.map(|at| tame_point(at + origin));
        window.float = Floating { at, size, ..Floating::default() };
        window.home.away = was.away.or(was.at).map(tame_point).filter(|_| is_lost);
        let shown_on = self.windows.get(id).and_then(|window| self.home_of(window)).map(|output| output.id);
        if let (Some(output), Some(window)) = (shown_on, self.windows.get_mut(id)) {
            window.floats_on(output);
        }
    }
}
