//! Commands about single windows besides how they fill the screen: sticky, above, marks, the scratchpad.

use std::collections::BTreeSet;

use glasshouse_scene::{LogicalRect, LogicalSize};

use crate::{
    command::{Aspect, Command, Refusal, WindowRef},
    desktop::Desktop,
    grid::centred,
    ids::WindowId,
    window::{Phase, Window},
};

const MAX_MARKS: usize = 32;
/// As of names of workspaces.
const MAX_MARK: usize = 128;

/// A window that goes into the scratchpad and has never floated is this part of the work area: as wide and as high.
const STOWED: (f64, f64) = (0.6, 0.7);

fn is_mark(mark: &str) -> bool {
    !mark.is_empty() && mark.len() <= MAX_MARK && !mark.chars().any(char::is_control)
}

impl Desktop {
    /// # Errors
    /// [`Refusal::BadName`] for a mark, [`Refusal::NotFloating`], and what [`Self::resolve_window`] refuses.
    pub(crate) fn window_command(&mut self, command: Command) -> Result<(), Refusal> {
        match command {
            Command::SetSticky { on, window } => {
                let id = self.resolve_window(&window)?;
                let Some(window) = self.windows.get_mut(id) else { return Ok(()) };
                window.modes.sticky = on.of(window.modes.sticky);
                if window.modes.sticky {
                    window.modes.floating = Some(true);
                }
                self.touch();
            }
            Command::SetAbove { on, window } => {
                let id = self.resolve_window(&window)?;
                let Some(window) = self.windows.get_mut(id) else { return Ok(()) };
                window.modes.above = on.of(window.modes.above);
                self.touch();
            }
            Command::SetWindowedFullscreen { on, window } => {
                let id = self.resolve_window(&window)?;
                let Some(now) = self.windows.get(id).map(|window| window.modes) else { return Ok(()) };
                // It leaves the screen first.
                if now.fullscreen && on.of(now.windowed_fullscreen) {
                    self.set_fullscreen(id, false, None);
                }
                if let Some(window) = self.windows.get_mut(id) {
                    window.modes.windowed_fullscreen = on.of(now.windowed_fullscreen);
                }
                self.touch();
            }
            Command::SetAspect { aspect, window } => {
                let id = self.resolve_window(&window)?;
                let size = self.windows.get(id).map(|window| window.float.size.unwrap_or(self.geometry(window).size));
                let (Some(window), Some(size)) = (self.windows.get_mut(id), size) else { return Ok(()) };
                window.modes.aspect = match aspect {
                    Aspect::Free => None,
                    Aspect::Ratio(ratio) => Some(ratio),
                };
                if !size.is_empty() && window.modes.aspect.is_some() {
                    window.float.size = Some(window.limited(size));
                }
                self.touch();
            }
            Command::SnapWindow { to, window } => self.snap_window(self.floating(&window)?, to)?,
            Command::SetMark { mark, on, window } => self.set_mark(&window, mark, on)?,
            Command::MoveToScratchpad { window } => self.stow(self.mapped(&window)?),
            Command::ToggleScratchpad { window } => self.toggle_scratchpad(window.as_ref())?,
            layout => self.tile_command(layout)?,
        }
        Ok(())
    }

    /// The window with a mark.
    pub(crate) fn marked(&self, mark: &str) -> Option<WindowId> {
        self.windows.iter().find(|window| window.marks.contains(mark)).map(|window| window.id)
    }

    /// Gives a window the marks that it had, except those that another one has got since.
    pub(crate) fn give_marks(&mut self, id: WindowId, marks: &BTreeSet<String>) {
        let free = |mark: &&String| is_mark(mark) && self.marked(mark).is_none_or(|has| has == id);
        let marks = marks.iter().filter(free).take(MAX_MARKS).cloned().collect();
        if let Some(window) = self.windows.get_mut(id) {
            window.marks = marks;
        }
    }

    fn set_mark(&mut self, window: &WindowRef, mark: String, on: crate::Switch) -> Result<(), Refusal> {
        let id = self.resolve_window(window)?;
        if !is_mark(&mark) {
            return Err(Refusal::BadName { most: MAX_MARK });
        }
        let has = self.marked(&mark);
        if !on.of(has == Some(id)) {
            if let Some(window) = self.windows.get_mut(id) {
                window.marks.remove(&mark);
            }
        } else if has != Some(id) {
            if self.windows.get(id).is_some_and(|window| window.marks.len() >= MAX_MARKS) {
                return Err(Refusal::NothingToChange("a window has at most 32 marks"));
            }
            if let Some(other) = has.and_then(|other| self.windows.get_mut(other)) {
                other.marks.remove(&mark);
            }
            if let Some(window) = self.windows.get_mut(id) {
                window.marks.insert(mark);
            }
        }
        self.touch();
        Ok(())
    }

    /// Puts a window into the scratchpad, or back into it, where nobody sees it.
    fn stow(&mut self, id: WindowId) {
        self.set_fullscreen(id, false, None);
        let last = self.windows.iter().filter_map(|window| window.modes.scratchpad).max().unwrap_or(0);
        let work_area = self.windows.get(id).and_then(|window| self.home_of(window)).map(|output| output.work_area);
        let Some(window) = self.windows.get_mut(id) else { return };
        window.modes.maximized = false;
        window.modes.floating = Some(true);
        window.modes.scratchpad = Some(last.saturating_add(1));
        if let Some(area) = work_area.filter(|_| window.float.at.is_none()) {
            let size = LogicalSize::new(area.width() * STOWED.0, area.height() * STOWED.1);
            window.float.size = Some(window.limited(size.round()));
        }
        self.set_minimized(id, true);
    }

    /// Shows a window of the scratchpad on the workspace that has the focus.
    fn unstow(&mut self, id: WindowId) {
        let Some(workspace) = self.workspaces.focused() else { return };
        let (to, work_area) = (workspace.id, workspace.output.and_then(|output| self.outputs.get(output)).map(|output| output.work_area));
        let on_another = self.windows.get(id).is_some_and(|window| window.home.workspace.is_some_and(|home| home != to));
        if on_another {
            self.bring_window(id, to);
        } else {
            self.enter_workspace(id, to);
        }
        let size = self.windows.get(id).map(|window| window.float.size.unwrap_or(self.geometry(window).size));
        if let (Some(window), Some(area), Some(size)) = (self.windows.get_mut(id), work_area, size) {
            // Where it was, if that is here.
            let fits = window.float.at.is_some_and(|at| area.contains_rect(&LogicalRect::new(at, size)));
            if !fits && !size.is_empty() {
                window.float.at = Some(centred(size, area).round());
            }
            window.home.away = None;
        }
        self.set_minimized(id, false);
        self.focus_window(id);
    }

    fn toggle_scratchpad(&mut self, window: Option<&WindowRef>) -> Result<(), Refusal> {
        let in_scratchpad = |window: &&Window| window.modes.scratchpad.is_some() && window.phase == Phase::Mapped;
        let focused = self.next_focus();
        let id = match window {
            Some(window) => {
                let id = self.resolve_window(window)?;
                let there = self.windows.get(id).filter(in_scratchpad).map(|window| window.id);
                there.ok_or(Refusal::NothingToChange("that window is not in the scratchpad (move-to-scratchpad)"))?
            }
            None => {
                let all = || self.windows.iter().filter(in_scratchpad);
                let here = |window: &&Window| self.seen(window) && window.home.workspace == self.workspaces.focused().map(|here| here.id);
                let shown = all().filter(|window| !window.modes.minimized);
                let found = all()
                    .find(|window| focused == Some(window.id))
                    .or_else(|| all().find(here))
                    .or_else(|| shown.min_by_key(|window| window.modes.scratchpad))
                    .or_else(|| all().min_by_key(|window| window.modes.scratchpad));
                found.map(|window| window.id).ok_or(Refusal::NothingToChange("the scratchpad is empty (move-to-scratchpad)"))?
            }
        };
        if focused == Some(id) {
            self.stow(id);
        } else {
            self.unstow(id);
        }
        Ok(())
    }

    /// A window that is put somewhere else leaves the scratchpad, and is seen again.
    pub(crate) fn leave_scratchpad(&mut self, id: WindowId) {
        let Some(window) = self.windows.get_mut(id) else { return };
        if window.modes.scratchpad.take().is_some() && window.modes.minimized {
            window.modes.minimized = false;
            window.appears = true;
        }
        self.touch();
    }

    /// What is hidden in the scratchpad is on no workspace, and what is sticky on the one that its output shows. Guests of an output that was
    /// unplugged stay together. Answers whether anybody has moved.
    pub(crate) fn settle_followers(&mut self) -> bool {
        let stowed: Vec<_> =
            self.windows.iter().filter(|window| window.is_stowed() && window.home.workspace.is_some()).map(|window| window.id).collect();
        for id in &stowed {
            self.workspaces.forget(*id);
            if let Some(window) = self.windows.get_mut(*id) {
                window.home.workspace = None;
            }
        }
        let follows = |window: &&Window| window.modes.sticky && window.phase != Phase::Created;
        let moves: Vec<_> = self
            .windows
            .iter()
            .filter(follows)
            .filter_map(|window| {
                let home = self.workspace_of(window).filter(|home| !home.active && home.lost.is_none())?;
                Some((window.id, self.workspaces.active_on(home.output?)?.id))
            })
            .collect();
        for (id, to) in &moves {
            self.enter_workspace(*id, *to);
        }
        !stowed.is_empty() || !moves.is_empty()
    }
}
