//! What is worth remembering of a desktop, as a plain value: for one that is started again, and for snapshots.
//!
//! Ids mean nothing after a restart, so windows are recognised by what their clients say ([`Likeness`]), and outputs by their names.

use std::collections::{BTreeMap, BTreeSet};

use glasshouse_scene::{LogicalPoint, LogicalSize};

use crate::{
    command::{LayoutKind, OutputMode},
    desktop::Desktop,
    ids::{OutputId, WindowId, WorkspaceId},
    layout::tiles::{Outline, Terms},
    output::Output,
    rules::Pattern,
    window::{Modes, Phase, Window},
    workspace::Workspace,
};

/// Everything that a desktop can be given back after it has ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Memory {
    /// In the order in which they were added.
    pub outputs: Vec<RememberedOutput>,
    /// Those that have windows or a name or are shown, each output's in their order, without the empty ones at the end.
    pub workspaces: Vec<RememberedWorkspace>,
    /// The name of the output with the focus.
    pub focused_output: Option<String>,
    /// In the order of their creation.
    pub windows: Vec<RememberedWindow>,
}

/// An output, as somebody asked for it.
#[derive(Debug, Clone, PartialEq)]
pub struct RememberedOutput {
    pub mode: OutputMode,
    /// Where somebody put it. `None`: to the right of those before it.
    pub placed: Option<LogicalPoint>,
    pub enabled: bool,
    pub powered: bool,
    /// The name of the output that it shows, or shows when that is there.
    pub mirror: Option<String>,
}

/// A workspace, and what its windows say with their [`RememberedWindow::workspace`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RememberedWorkspace {
    pub name: Option<String>,
    /// The name of the output it was on.
    pub output: Option<String>,
    /// The name of the output that it returns to when that is there again.
    pub returns_to: Option<String>,
    /// Its output showed it. If that showed none of these, it was the empty one at the end.
    pub active: bool,
    /// `None`: as the settings say.
    pub layout: Option<LayoutKind>,
    /// How its tiles lay; they are numbered as [`Memory::windows`] are. `None`: one beside the other, in the order of their ranks.
    pub tiles: Option<Outline>,
    /// How the program of its layout has registered, for as long as that is not there. `None`: the layout is one of the desktop's own.
    pub terms: Option<Terms>,
}

/// A window that was shown: how to recognise it, and where it was.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RememberedWindow {
    pub app_id: String,
    pub title: String,
    /// What its title has to look like. `None`: nobody said so, and titles change.
    pub title_pattern: Option<Pattern>,
    /// What its program called it among its own.
    pub tag: String,
    pub pid: Option<i32>,

    /// What somebody chose.
    pub modes: Modes,
    pub marks: BTreeSet<String>,

    /// Where it floats or last floated, from the top-left corner of its output. `None`: it has never floated.
    pub at: Option<LogicalPoint>,
    /// How large it floats. `None`: as its client likes.
    pub size: Option<LogicalSize>,

    /// Which of [`Memory::workspaces`] it was on.
    pub workspace: Option<usize>,
    /// Where it floats on the output that its workspace returns to.
    pub away: Option<LogicalPoint>,
    /// Which of [`Memory::workspaces`] it returns to when it is not fullscreen any more. Then `at` is there, too.
    pub before_fullscreen: Option<usize>,

    pub ranks: Ranks,
}

/// A window's places in the three orders. Only whether one is less than another has a meaning, and for tiles only on one workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ranks {
    /// The master tile is 0.
    pub tile: usize,
    /// The lowest window is 0.
    pub stack: usize,
    /// The one that has the focus is the greatest.
    pub focus: usize,
}

/// How sure it is that a window is the one that was remembered. The greatest is the surest; another application is never the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Likeness {
    /// Another window of an application that says what it is.
    Application,
    /// Its program calls it the same.
    Tag,
    Title,
    /// The same process: it lost its connection and came back.
    Process,
    ProcessAndTitle,
}

impl RememberedWindow {
    pub(crate) fn likeness(&self, window: &Window) -> Option<Likeness> {
        if self.app_id != window.app_id {
            return None;
        }
        let process = self.pid.is_some() && self.pid == window.client.pid;
        let title = match &self.title_pattern {
            Some(pattern) if !pattern.is_found_in(&window.title) => return None,
            Some(_) => true,
            None => !self.title.is_empty() && self.title == window.title,
        };
        match (process, title) {
            (true, true) => Some(Likeness::ProcessAndTitle),
            (true, false) => Some(Likeness::Process),
            (false, true) => Some(Likeness::Title),
            (false, false) if !self.tag.is_empty() && self.tag == window.tag => Some(Likeness::Tag),
            (false, false) if !self.app_id.is_empty() => Some(Likeness::Application),
            (false, false) => None,
        }
    }
}

impl Desktop {
    /// What is here now, for a snapshot.
    pub fn memory(&self) -> Memory {
        let remembered = |output: &Output| {
            let Output { mode, placed, enabled, powered, mirror, .. } = output.clone();
            RememberedOutput { mode, placed, enabled, powered, mirror }
        };
        let outputs = self.outputs.all().map(remembered);
        let (ids, workspaces): (Vec<WorkspaceId>, Vec<RememberedWorkspace>) = self.remembered_workspaces().into_iter().unzip();
        let tiles = self.tiles_in_order();
        let numbers: BTreeMap<WindowId, WindowId> = self.shown_windows().map(|(id, _)| id).zip((0..).map(WindowId)).collect();
        let numbered = |was: RememberedWorkspace| RememberedWorkspace {
            tiles: was.tiles.map(|tiles| tiles.renamed(|id| numbers.get(&id).copied())),
            ..was
        };
        Memory {
            outputs: outputs.collect(),
            workspaces: workspaces.into_iter().map(numbered).collect::<Vec<_>>(),
            focused_output: self.workspaces.focused.and_then(|output| self.outputs.get(output)).map(|output| output.mode.name.clone()),
            windows: self.shown_windows().map(|(_, window)| self.remembered(window, &ids, &tiles)).collect(),
        }
    }

    /// Windows with contents, also minimized ones, in the order of their creation.
    pub(crate) fn shown_windows(&self) -> impl Iterator<Item = (WindowId, &Window)> {
        self.windows.iter().filter(|window| window.phase == Phase::Mapped).map(|window| (window.id, window))
    }

    /// Workspaces that somebody would miss. Their tiles have the numbers of the windows that are here.
    pub(crate) fn remembered_workspaces(&self) -> Vec<(WorkspaceId, RememberedWorkspace)> {
        let name = |id| self.outputs.get(id).map(|output| output.mode.name.clone());
        let remembered = |workspace: &Workspace| {
            let returns_to = workspace.lost.as_ref().map(|lost| lost.output.clone());
            RememberedWorkspace {
                name: workspace.name.clone(),
                output: workspace.output.and_then(name).or_else(|| returns_to.clone()),
                returns_to,
                active: workspace.active,
                layout: workspace.layout,
                tiles: Some(workspace.tiling.outline()),
                terms: workspace.tiling.terms(),
            }
        };
        let workspaces = self.workspaces().into_iter().filter_map(|info| self.workspaces.get(info.id));
        let is_end = |workspace: &Workspace| {
            let end = workspace.output.and_then(|output| self.workspaces.on(output).next_back());
            end.is_none_or(|end| end.id == workspace.id)
        };
        let missed = |workspace: &&Workspace| !workspace.is_dynamic_and_empty() || (workspace.active && !is_end(workspace));
        workspaces.filter(missed).map(|workspace| (workspace.id, remembered(workspace))).collect()
    }

    /// The tiles of all workspaces, one workspace after the other.
    pub(crate) fn tiles_in_order(&self) -> Vec<WindowId> {
        self.workspaces().into_iter().flat_map(|workspace| workspace.windows).collect()
    }

    /// `workspaces`: those that are remembered; `tiles`: the order of all tiles.
    pub(crate) fn remembered(&self, window: &Window, workspaces: &[WorkspaceId], tiles: &[WindowId]) -> RememberedWindow {
        let left_at = || self.workspace_of(window).map(|workspace| workspace.left_at);
        let origin = self.float_base(window).or_else(left_at).unwrap_or_default();
        let rank = |order: &[WindowId]| order.iter().position(|id| *id == window.id).unwrap_or(order.len());
        let index = |id: WorkspaceId| workspaces.iter().position(|other| *other == id);
        // One that went with its last window is as good as another one there.
        let before = |(id, output): (WorkspaceId, OutputId)| {
            let there = || self.workspaces.on(output).find_map(|workspace| index(workspace.id));
            index(id).or_else(there)
        };
        RememberedWindow {
            app_id: window.app_id.clone(),
            title: window.title.clone(),
            title_pattern: None,
            tag: window.tag.clone(),
            pid: window.client.pid,
            modes: window.modes,
            marks: window.marks.clone(),
            at: window.float.at.map(|at| at - origin.to_vector()),
            size: window.float.size,
            workspace: window.home.workspace.and_then(index),
            away: window.home.away,
            before_fullscreen: window.home.before_fullscreen.and_then(before),
            ranks: Ranks { tile: rank(tiles), stack: rank(&self.windows.stack), focus: rank(&self.windows.history) },
        }
    }
}
