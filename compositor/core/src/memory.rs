//! What is worth remembering of a desktop, as a plain value: for one that is started again, and for snapshots.
//!
//! Ids mean nothing after a restart, so windows are recognised by what their clients say ([`Likeness`]), and outputs by their names.

use glasshouse_scene::{LogicalPoint, LogicalSize};

use crate::{
    command::{LayoutKind, OutputMode},
    desktop::Desktop,
    ids::WindowId,
    output::Output,
    window::{Phase, Window},
};

/// Everything that a desktop can be given back after it has ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Memory {
    /// `None`: whatever there is stays.
    pub layout: Option<LayoutKind>,
    /// In the order in which they were added.
    pub outputs: Vec<RememberedOutput>,
    /// In the order of their creation.
    pub windows: Vec<RememberedWindow>,
}

/// An output, as somebody asked for it.
#[derive(Debug, Clone, PartialEq)]
pub struct RememberedOutput {
    pub mode: OutputMode,
    /// Where somebody put it. `None`: to the right of those before it.
    pub placed: Option<LogicalPoint>,
}

/// A window that was shown: how to recognise it, and where it was.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RememberedWindow {
    pub app_id: String,
    pub title: String,
    pub pid: Option<i32>,

    /// What somebody chose. `None`: dialogs float and others do not.
    pub floating: Option<bool>,
    pub fullscreen: bool,
    pub maximized: bool,
    pub minimized: bool,

    /// Where it floats or last floated, from the top-left corner of its output. `None`: it has never floated.
    pub at: Option<LogicalPoint>,
    /// How large it floats. `None`: as its client likes.
    pub size: Option<LogicalSize>,

    /// The name of the output it was on.
    pub output: Option<String>,
    /// The name of the output that it returns to when that is there again.
    pub returns_to: Option<String>,
    /// The name of the output that it returns to when it is not fullscreen any more.
    pub before_fullscreen: Option<String>,

    pub ranks: Ranks,
}

/// A window's places in the three orders. Only whether one is less than another has a meaning.
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
        let title = !self.title.is_empty() && self.title == window.title;
        match (process, title) {
            (true, true) => Some(Likeness::ProcessAndTitle),
            (true, false) => Some(Likeness::Process),
            (false, true) => Some(Likeness::Title),
            (false, false) if !self.app_id.is_empty() => Some(Likeness::Application),
            (false, false) => None,
        }
    }
}

impl Desktop {
    /// What is here now, for a snapshot.
    pub fn memory(&self) -> Memory {
        let outputs = self.outputs.iter().map(|Output { mode, placed, .. }| RememberedOutput { mode: mode.clone(), placed: *placed });
        Memory {
            layout: Some(self.settings.layout),
            outputs: outputs.collect(),
            windows: self.shown_windows().map(|(_, window)| self.remembered(window)).collect(),
        }
    }

    /// Windows with contents, also minimized ones, in the order of their creation.
    pub(crate) fn shown_windows(&self) -> impl Iterator<Item = (WindowId, &Window)> {
        self.windows.iter().filter(|window| window.phase == Phase::Mapped).map(|window| (window.id, window))
    }

    pub(crate) fn remembered(&self, window: &Window) -> RememberedWindow {
        let name = |id| self.outputs.get(id).map(|output| output.mode.name.clone());
        let origin = window.home.output.and_then(|id| self.outputs.get(id)).map(|output| output.position).or(window.home.lost_at);
        let rank = |order: &[WindowId]| order.iter().position(|id| *id == window.id).unwrap_or(order.len());
        RememberedWindow {
            app_id: window.app_id.clone(),
            title: window.title.clone(),
            pid: window.client.pid,
            floating: window.modes.floating,
            fullscreen: window.modes.fullscreen,
            maximized: window.modes.maximized,
            minimized: window.modes.minimized,
            at: window.float.at.map(|at| at - origin.unwrap_or_default().to_vector()),
            size: window.float.size,
            output: window.home.output.and_then(name).or_else(|| window.home.name.clone()),
            returns_to: window.home.name.clone(),
            before_fullscreen: window.home.before_fullscreen.and_then(name),
            ranks: Ranks { tile: rank(&self.windows.tiles), stack: rank(&self.windows.stack), focus: rank(&self.windows.history) },
        }
    }
}
