//! How windows open: what rules say about that is done before their clients are told anything, and taken back if other rules match before
//! they are shown.

use std::collections::{BTreeMap, BTreeSet};

use glasshouse_scene::{LogicalPoint, LogicalSize};

use super::{
    judge::window_type,
    matching::WindowType,
    property::{Destination, Opening},
};
use crate::{
    command::WorkspaceRef,
    desktop::Desktop,
    ids::{OutputId, Timestamp, WindowId, WorkspaceId},
    window::{Modes, Phase, Window},
};

/// What rules did to a window before it was shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Opened {
    /// When its client first wanted a configure.
    pub(crate) at: Option<Timestamp>,
    /// It has been shown. From then on it is the person's.
    pub(crate) shown: bool,
    pub(crate) opening: Opening,
    /// The numbers of the rules that matched it then.
    pub(crate) matched: BTreeSet<usize>,
    /// The texts and the type that it was looked at with. What rules make of it is no reason to look again.
    judged: Option<(u64, WindowType)>,
    before: Before,
    /// The workspace that it was put on.
    put_on: Option<WorkspaceId>,
}

impl Opened {
    /// Rules have other numbers now. Those that are not among them are gone.
    pub(super) fn renumber(&mut self, numbers: &BTreeMap<usize, usize>) {
        self.matched = self.matched.iter().filter_map(|was| numbers.get(was).copied()).collect();
        self.judged = None;
    }
}

/// What it was before.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Before {
    modes: Modes,
    workspace: Option<WorkspaceId>,
    at: Option<LogicalPoint>,
    size: Option<LogicalSize>,
}

impl Desktop {
    /// Makes a window that is not shown yet what rules say that it opens as. What its client has asked for since stays.
    pub(crate) fn open_by_rules(&mut self, id: WindowId) {
        let Some(window) = self.windows.get_mut(id).filter(|window| !window.ruled.opened.shown && window.phase == Phase::Ready) else {
            return;
        };
        let judged = Some((window.ruled.text, window_type(window)));
        if std::mem::replace(&mut window.ruled.opened.judged, judged) == judged {
            return;
        }
        self.take_back(id);
        let Some(window) = self.windows.get(id) else { return };
        let matched = self.matching(window);
        let mut opening = Opening::default();
        matched.iter().filter_map(|index| self.settings.rules.windows.get(*index)).for_each(|rule| opening.lay(&rule.opening));
        let Some(window) = self.windows.get_mut(id) else { return };
        (window.ruled.opened.matched, window.ruled.opened.opening) = (matched, opening.clone());
        self.open_on(id, &opening);
        self.look_at_places();
        let origin = self.windows.get(id).and_then(|window| self.home_of(window)).map(|output| output.position);
        let Some(window) = self.windows.get_mut(id) else { return };
        window.open_as(&opening, origin);
    }

    /// Whatever rules have changed and nobody has changed since is again what it was.
    fn take_back(&mut self, id: WindowId) {
        let Some(window) = self.windows.get_mut(id) else { return };
        window.take_back();
        let put_on = window.ruled.opened.put_on.take();
        let home = window.ruled.opened.before.workspace;
        if put_on.is_some() && put_on == window.home.workspace {
            match home.filter(|home| self.workspaces.get(*home).is_some()) {
                Some(home) => self.enter_workspace(id, home),
                None => self.assign_workspace(id),
            }
        }
    }

    /// Puts a window on the workspace that rules say.
    fn open_on(&mut self, id: WindowId, opening: &Opening) {
        let named = opening.output.as_deref().and_then(|name| self.output_named(Some(name)));
        let home = self.windows.get(id).and_then(|window| self.home_of(window)).map(|output| output.id);
        let Some(output) = named.or(home).or(self.workspaces.focused) else { return };
        let to = match &opening.workspace {
            Some(destination) => self.destination(destination, output),
            None => named.and_then(|named| self.workspaces.active_on(named)).map(|workspace| workspace.id),
        };
        let (Some(to), Some(window)) = (to, self.windows.get_mut(id)) else { return };
        window.ruled.opened.before.workspace = window.home.workspace;
        window.ruled.opened.put_on = Some(to);
        self.enter_workspace(id, to);
    }

    /// The workspace of this name, which is made if there is room for it, or the one of this number.
    fn destination(&mut self, destination: &Destination, output: OutputId) -> Option<WorkspaceId> {
        match destination {
            Destination::Number(number) => {
                let index = usize::try_from(*number).ok()?.checked_sub(1)?;
                let here = self.workspaces.on(output).nth(index).or_else(|| self.workspaces.on(output).next_back());
                here.map(|workspace| workspace.id)
            }
            Destination::Name(name) => {
                let find = |desktop: &Self| {
                    let found = desktop.workspaces.iter().find(|workspace| workspace.name.as_ref() == Some(name));
                    found.map(|workspace| workspace.id)
                };
                if find(self).is_none() {
                    self.make_workspace(name, output);
                }
                find(self)
            }
        }
    }
}

impl Desktop {
    /// A workspace of its own behind the others, while somebody may be on the empty one there.
    fn make_workspace(&mut self, name: &str, output: OutputId) {
        let end = self.workspaces.on(output).next_back().map(|end| (end.id, end.active));
        let (before, after) = match end {
            Some((end, true)) => (None, Some(end)),
            Some((end, false)) => (Some(end), None),
            None => (None, None),
        };
        let new = self.workspaces.insert(Some(output), before, after);
        if let Err(refusal) = self.rename_workspace(&WorkspaceRef::Id(new), name) {
            tracing::warn!(workspace = name, %refusal, "a rule opens windows on a workspace that cannot be made");
            self.workspaces.tidy(&self.outputs.ids());
        }
    }
}

impl Window {
    /// As [`Desktop::take_back`], without its workspace.
    fn take_back(&mut self) {
        let before = self.ruled.opened.before;
        let done = self.ruled.opened.opening.clone();
        let (modes, was) = (&mut self.modes, before.modes);
        if done.floating.is_some() && modes.floating == done.floating {
            modes.floating = was.floating;
        }
        for (done, now, was) in [
            (done.fullscreen, &mut modes.fullscreen, was.fullscreen),
            (done.maximized, &mut modes.maximized, was.maximized),
            (done.minimized, &mut modes.minimized, was.minimized),
        ] {
            if done == Some(*now) {
                *now = was;
            }
        }
        if done.at.is_some() {
            self.float.at = before.at;
        }
        if done.size.is_some() {
            self.float.size = before.size;
        }
    }

    /// `origin`: the corner of the output that it opens on.
    fn open_as(&mut self, opening: &Opening, origin: Option<LogicalPoint>) {
        let workspace = self.ruled.opened.before.workspace;
        self.ruled.opened.before = Before { modes: self.modes, workspace, at: self.float.at, size: self.float.size };
        self.modes.floating = opening.floating.or(self.modes.floating);
        self.modes.fullscreen = opening.fullscreen.unwrap_or(self.modes.fullscreen);
        self.modes.maximized = opening.maximized.unwrap_or(self.modes.maximized);
        self.modes.minimized = opening.minimized.unwrap_or(self.modes.minimized);
        if let (Some(at), Some(origin)) = (opening.at, origin) {
            self.float.at = Some(origin + at.to_vector());
        }
        if let Some(size) = opening.size {
            self.float.size = Some(self.limited(size));
        }
    }
}
