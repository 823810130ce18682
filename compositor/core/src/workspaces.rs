//! What workspaces mean for windows, outputs and focus.

use glasshouse_scene::{LogicalPoint, LogicalRect, OutputId};

use crate::{
    command::{LayoutKind, OutputRef, Refusal, WorkspaceRef},
    desktop::Desktop,
    effect::{Effect, Effects, Notice},
    grid::pull_in,
    ids::{WindowId, WorkspaceId},
    output::Output,
    window::{Anchor, Phase, Slot, Window},
    workspace::{Workspace, WorkspaceInfo},
};

/// More than this is a mistake in a script.
const MAX_WORKSPACES: usize = 1000;
/// Bars show names; longer ones are a mistake.
const MAX_NAME: usize = 128;

impl Desktop {
    pub fn workspaces(&self) -> Vec<WorkspaceInfo> {
        let in_order = self.outputs.ids().into_iter().flat_map(|output| self.workspaces.on(output));
        let homeless = self.workspaces.iter().filter(|workspace| workspace.output.is_none());
        in_order.chain(homeless).map(|workspace| self.workspace_info(workspace)).collect()
    }

    pub fn workspace(&self, id: WorkspaceId) -> Option<WorkspaceInfo> {
        self.workspaces.get(id).map(|workspace| self.workspace_info(workspace))
    }

    fn workspace_info(&self, workspace: &Workspace) -> WorkspaceInfo {
        let urgent = |id: &WindowId| self.windows.get(*id).is_some_and(|window| window.urgent);
        WorkspaceInfo {
            id: workspace.id,
            index: u32::try_from(self.workspaces.index(workspace.id)).unwrap_or(u32::MAX).saturating_add(1),
            name: workspace.name.clone(),
            output: workspace.output,
            active: workspace.active,
            focused: workspace.active && self.workspaces.focused == workspace.output,
            urgent: workspace.windows.iter().any(urgent),
            layout: self.layout_of(workspace),
            windows: workspace.windows.clone(),
        }
    }

    pub(crate) fn layout_of(&self, workspace: &Workspace) -> LayoutKind {
        workspace.layout.unwrap_or(self.settings.layout)
    }

    pub(crate) fn workspace_of(&self, window: &Window) -> Option<&Workspace> {
        self.workspaces.get(window.home.workspace?)
    }

    /// The output that a window's workspace is on.
    pub(crate) fn home_of(&self, window: &Window) -> Option<&Output> {
        self.outputs.get(self.workspace_of(window)?.output?)
    }

    /// Whether something of a window can be on a screen: it is mapped, not minimized, and on a workspace that is shown, and its layout
    /// leaves something of it in view.
    pub(crate) fn seen(&self, window: &Window) -> bool {
        self.on_screen(window) && !matches!(window.slot, Slot::Behind(_))
    }

    /// As [`Self::seen`], whatever its layout says.
    pub(crate) fn on_screen(&self, window: &Window) -> bool {
        window.shown() && self.workspace_of(window).is_some_and(|workspace| workspace.active && workspace.output.is_some())
    }

    /// Where windows open: on the output that was pointed at or focused last.
    fn workspace_for_new(&self) -> Option<&Workspace> {
        let output = self.workspaces.pointed.or(self.workspaces.focused)?;
        self.workspaces.active_on(output)
    }

    /// Brings workspaces, outputs and windows together again: every workspace is on an output and every window on a workspace, as long
    /// as there is one.
    pub(crate) fn settle_workspaces(&mut self) {
        for workspace in self.workspaces.homeless() {
            let Some(output) = self.refuge() else { break };
            self.bring_workspace(workspace, output);
        }
        let outputs = self.outputs.ids();
        self.workspaces.tidy(&outputs);
        if self.workspaces.focused.is_none() {
            // The one that was focused last, or else what the pointer is at.
            let last = self.workspaces.most_recent(|workspace| workspace.focused_at > 0 && workspace.output.is_some());
            let at_pointer = || self.workspaces.active_on(self.outputs.nearest(self.pointer.at)?.id);
            if let Some(id) = last.or_else(at_pointer).map(|workspace| workspace.id) {
                self.workspaces.focus(id);
            }
        }
        if self.settle_followers() {
            self.workspaces.tidy(&outputs);
        }
        for id in self.windows.ids() {
            let Some(window) = self.windows.get(id) else { continue };
            if window.phase != Phase::Created && !window.is_stowed() && self.workspace_of(window).is_none() {
                self.assign_workspace(id);
            }
        }
        self.workspaces.tidy(&outputs);
    }

    /// Where workspaces go that lost their output.
    pub(crate) fn refuge(&self) -> Option<OutputId> {
        self.workspaces.focused.or_else(|| self.outputs.nearest(self.pointer.at).map(|output| output.id))
    }

    /// A window that is on no workspace gets one: its parent's, or else where windows open.
    pub(crate) fn assign_workspace(&mut self, id: WindowId) {
        let Some(window) = self.windows.get(id) else { return };
        let parent = window.parent.and_then(|parent| self.windows.get(parent)).and_then(|parent| self.workspace_of(parent));
        let chosen = parent.or_else(|| self.workspace_for_new()).map(|workspace| workspace.id);
        let is_mapped = window.phase == Phase::Mapped;
        if let Some(window) = self.windows.get_mut(id) {
            window.home.workspace = chosen;
        }
        if is_mapped && let Some(workspace) = chosen.and_then(|chosen| self.workspaces.get_mut(chosen)) {
            workspace.windows.push(id);
        }
    }

    /// Puts a window on another workspace, behind all others there. Where it floats stays as it is.
    pub(crate) fn enter_workspace(&mut self, id: WindowId, to: WorkspaceId) {
        let Some(window) = self.windows.get_mut(id).filter(|window| window.home.workspace != Some(to)) else { return };
        window.home.workspace = Some(to);
        window.home.away = None;
        let is_mapped = window.phase == Phase::Mapped;
        self.workspaces.forget(id);
        if is_mapped && let Some(workspace) = self.workspaces.get_mut(to) {
            workspace.windows.push(id);
        }
        self.touch();
    }

    /// Puts a window on another workspace. On another output it is at the same place as on the one before.
    pub(crate) fn bring_window(&mut self, id: WindowId, to: WorkspaceId) {
        let Some(window) = self.windows.get(id) else { return };
        let from = self.float_base(window);
        self.enter_workspace(id, to);
        let output = self.workspaces.get(to).and_then(|workspace| self.outputs.get(workspace.output?)).cloned();
        let size = self.windows.get(id).map(|window| self.geometry(window).size).unwrap_or_default();
        let (Some(output), Some(window)) = (output, self.windows.get_mut(id)) else { return };
        window.home.before_fullscreen = None;
        if let Some(from) = from.filter(|from| *from != output.position) {
            window.displace(output.position - from, size, &output);
        }
        window.floats_on(output.id);
    }

    /// Where the output lies in whose space a window floats, or has floated.
    pub(crate) fn float_base(&self, window: &Window) -> Option<LogicalPoint> {
        let before = window.home.before_fullscreen.and_then(|(_, output)| self.outputs.get(output));
        before.or_else(|| self.home_of(window)).map(|output| output.position)
    }

    /// The windows that move when a workspace does. A fullscreen window that came from elsewhere still floats there.
    fn bound_to(&self, workspace: WorkspaceId) -> Vec<WindowId> {
        let bound = |window: &&Window| window.home.workspace == Some(workspace) && window.home.before_fullscreen.is_none();
        self.windows.iter().filter(bound).map(|window| window.id).collect()
    }

    /// Puts a workspace on an output, behind the others there. It is not shown yet. A workspace that comes back to the output it lost
    /// finds everything where it was.
    pub(crate) fn bring_workspace(&mut self, id: WorkspaceId, to: OutputId) {
        let (Some(workspace), Some(output)) = (self.workspaces.get(id), self.outputs.get(to).cloned()) else { return };
        let from = workspace.output.and_then(|output| self.outputs.get(output)).map_or(workspace.left_at, |output| output.position);
        let returns = workspace.lost.as_ref().is_some_and(|lost| lost.output == output.mode.name);
        self.workspaces.place(id, to);
        if let Some(workspace) = self.workspaces.get_mut(id).filter(|_| returns) {
            // Elsewhere other columns were in view. Nothing else has changed unless somebody did it.
            let before = workspace.lost.take().and_then(|lost| lost.tiling);
            if let Some(before) = before.filter(|before| before.outline() == workspace.tiling.outline()) {
                workspace.tiling = before;
            }
        }
        for id in self.bound_to(id) {
            let Some(size) = self.windows.get(id).map(|window| self.geometry(window).size) else { continue };
            let Some(window) = self.windows.get_mut(id) else { continue };
            match window.home.away.take_if(|_| returns) {
                Some(away) => {
                    window.float.at = Some(output.position + away.to_vector());
                    window.float.anchor = Anchor::default();
                }
                None => window.displace(output.position - from, size, &output),
            }
            // Nobody wants to see its workspace come one window after the other.
            window.appears = true;
            window.floats_on(to);
        }
        self.touch();
    }

    /// An output is there again: what was on it comes back.
    pub(crate) fn welcome_output(&mut self, id: OutputId) {
        let Some(name) = self.outputs.get(id).map(|output| output.mode.name.clone()) else { return };
        let returning = self.workspaces.lost_with(&name);
        // Whoever works on one of them goes on working on it.
        let focused = self.workspaces.focused().map(|workspace| workspace.id).filter(|focused| returning.contains(focused));
        for workspace in returning {
            self.bring_workspace(workspace, id);
        }
        self.workspaces.show_again(id, &name);
        if let Some(focused) = focused {
            self.workspaces.focus(focused);
        }
        self.workspaces.tidy(&self.outputs.ids());
    }

    /// An output is gone: its workspaces go to another one, and remember.
    pub(crate) fn leave_output(&mut self, gone: &Output) {
        let was_focused = self.workspaces.focused == Some(gone.id);
        for window in self.windows.ids() {
            let Some(window) = self.windows.get(window) else { continue };
            let (id, at) = (window.id, window.float.at);
            let here = self.workspace_of(window).is_some_and(|workspace| workspace.output == Some(gone.id));
            let Some(now) = self.home_of(window).map(|output| output.position).or(here.then_some(gone.position)) else { continue };
            let Some(window) = self.windows.get_mut(id) else { continue };
            match window.home.before_fullscreen {
                // It cannot go back, so its place is here now.
                Some((_, output)) if output == gone.id => {
                    window.home.before_fullscreen = None;
                    window.float.at = at.map(|at| at + (now - gone.position));
                }
                Some(_) => {}
                None if here => window.home.away = window.home.away.or(at.map(|at| (at - gone.position).to_point())),
                None => {}
            }
        }
        let shown = self.workspaces.lose(gone.id, &gone.mode.name, gone.position);
        let Some(refuge) = self.refuge() else { return };
        for workspace in self.workspaces.homeless() {
            self.bring_workspace(workspace, refuge);
        }
        self.workspaces.tidy(&self.outputs.ids());
        if was_focused && let Some(id) = shown.or_else(|| self.workspaces.active_on(refuge).map(|active| active.id)) {
            self.workspaces.focus(id);
        }
    }

    /// The person puts a window somewhere: the output that shows its middle is the one it is on from now on, on what that shows.
    pub(crate) fn follow_place(&mut self, id: WindowId) {
        let Some(window) = self.windows.get(id) else { return };
        let Some(at) = window.float.at else { return };
        let area = LogicalRect::new(at, self.geometry(window).size);
        let Some(output) = self.outputs.best_for(area).map(|output| output.id) else { return };
        let was_on = self.home_of(window).map(|output| output.id);
        let focused = self.next_focus().filter(|focused| *focused == id);
        if let Some(window) = self.windows.get_mut(id) {
            window.home.away = None;
        }
        if was_on == Some(output) {
            return;
        }
        let Some(to) = self.workspaces.active_on(output).map(|workspace| workspace.id) else { return };
        self.enter_workspace(id, to);
        let floats = self.floats_by_layout(id);
        if let Some(window) = self.windows.get_mut(id) {
            window.home.before_fullscreen = None;
            window.floats_on(output);
            if !floats {
                window.modes.floating = Some(true);
            }
        }
        self.focus_along(focused);
    }

    /// `focused` had the focus and was moved: it keeps it.
    pub(crate) fn focus_along(&mut self, focused: Option<WindowId>) {
        if let Some(id) = focused
            && let Some(workspace) = self.windows.get(id).and_then(|window| window.home.workspace)
        {
            self.windows.remember_focus(id);
            self.workspaces.focus(workspace);
        }
        self.workspaces.tidy(&self.outputs.ids());
    }

    // Commands.

    /// # Errors
    /// [`Refusal::NoWorkspace`] with what there is.
    pub fn resolve_workspace(&self, asked: &WorkspaceRef) -> Result<WorkspaceId, Refusal> {
        let focused = self.workspaces.focused();
        let beside = |by: isize| {
            let focused = focused?;
            let index = self.workspaces.index(focused.id).checked_add_signed(by)?;
            self.workspaces.on(focused.output?).nth(index)
        };
        let found = match asked {
            WorkspaceRef::Focused => focused,
            WorkspaceRef::Index(index) => self.workspaces.focused.and_then(|output| {
                let index = usize::try_from(*index).ok()?.checked_sub(1)?;
                self.workspaces.on(output).nth(index).or_else(|| self.workspaces.on(output).next_back())
            }),
            WorkspaceRef::Name(name) => self.workspaces.iter().find(|workspace| workspace.name.as_ref() == Some(name)),
            WorkspaceRef::Next => beside(1),
            WorkspaceRef::Previous => beside(-1),
            WorkspaceRef::Last => {
                let other = |workspace: &Workspace| workspace.focused_at > 0 && Some(workspace.id) != focused.map(|focused| focused.id);
                self.workspaces.most_recent(other)
            }
            WorkspaceRef::Id(id) => self.workspaces.get(*id),
        };
        let there_is = || self.workspaces().into_iter().map(|info| info.name.unwrap_or_else(|| info.index.to_string())).collect();
        found.map(|workspace| workspace.id).ok_or_else(|| Refusal::NoWorkspace { asked: asked.clone(), workspaces: there_is() })
    }

    /// Shows a workspace and gives the keyboard to the window on it that had it last.
    pub(crate) fn focus_workspace(&mut self, asked: &WorkspaceRef) -> Result<(), Refusal> {
        let id = self.resolve_workspace(asked)?;
        self.go_to_workspace(id);
        Ok(())
    }

    pub(crate) fn go_to_workspace(&mut self, id: WorkspaceId) {
        self.returning.focus_chosen();
        let layer = self.clicked_layer.take().is_some();
        if self.workspaces.focus(id) || layer {
            self.workspaces.tidy(&self.outputs.ids());
            self.touch();
        }
    }

    /// Puts the focus on what an output shows.
    pub(crate) fn focus_output(&mut self, asked: &OutputRef) -> Result<(), Refusal> {
        let output = self.resolve_output(asked)?;
        if let Some(id) = self.workspaces.active_on(output).map(|workspace| workspace.id) {
            self.go_to_workspace(id);
        }
        Ok(())
    }

    /// Moves a window and its dialogs. `follow`: whether the focus goes with it; by default if the window has it.
    pub(crate) fn move_to_workspace(&mut self, id: WindowId, to: WorkspaceId, follow: Option<bool>) -> Result<(), Refusal> {
        let is_end = self.workspaces.get(to).is_some_and(Workspace::is_dynamic_and_empty);
        if is_end && self.workspaces.len() >= MAX_WORKSPACES {
            return Err(Refusal::TooManyWorkspaces { most: MAX_WORKSPACES });
        }
        let focused = self.next_focus();
        let family: Vec<WindowId> =
            self.windows.ids().into_iter().filter(|other| *other == id || self.windows.descends(*other, id)).collect();
        for window in &family {
            self.bring_window(*window, to);
        }
        let focused = focused.filter(|focused| family.contains(focused));
        if follow.unwrap_or(focused.is_some()) {
            match focused {
                Some(_) => self.focus_along(focused),
                None if self.windows.get(id).is_some_and(Window::shown) => self.focus_window(id),
                None => {}
            }
            self.go_to_workspace(to);
        }
        self.workspaces.tidy(&self.outputs.ids());
        Ok(())
    }

    /// Moves a workspace to another output, which shows it from now on.
    pub(crate) fn move_workspace_to_output(&mut self, asked: &WorkspaceRef, to: &OutputRef) -> Result<(), Refusal> {
        let (id, to) = (self.resolve_workspace(asked)?, self.resolve_output(to)?);
        let Some(workspace) = self.workspaces.get(id).filter(|workspace| workspace.output != Some(to)) else { return Ok(()) };
        let focused = self.workspaces.focused().is_some_and(|focused| focused.id == workspace.id);
        let from = workspace.output;
        self.bring_workspace(id, to);
        self.forget_lost(id);
        self.workspaces.activate(id);
        if focused {
            self.workspaces.focus(id);
        } else if let Some(shown) = from.and_then(|from| self.workspaces.active_on(from)).map(|workspace| workspace.id) {
            self.workspaces.activate(shown);
        }
        self.workspaces.tidy(&self.outputs.ids());
        Ok(())
    }

    /// Somebody chose another place for it than the one it lost.
    fn forget_lost(&mut self, id: WorkspaceId) {
        if let Some(workspace) = self.workspaces.get_mut(id) {
            workspace.lost = None;
        }
        for window in self.bound_to(id) {
            if let Some(window) = self.windows.get_mut(window) {
                window.home.away = None;
            }
        }
    }

    /// Lets two workspaces change places, also across outputs; each is shown if the other was.
    pub(crate) fn swap_workspaces(&mut self, one: &WorkspaceRef, other: &WorkspaceRef) -> Result<(), Refusal> {
        let (one, other) = (self.resolve_workspace(one)?, self.resolve_workspace(other)?);
        let place = |desktop: &Self, id| desktop.outputs.get(desktop.workspaces.get(id)?.output?).cloned();
        let (Some(output_one), Some(output_other)) = (place(self, one), place(self, other)) else { return Ok(()) };
        let focused = self.workspaces.focused().map(|workspace| workspace.id);
        self.workspaces.swap(one, other);
        // The keyboard stays with its window as long as that is seen.
        if let Some(focused) = focused.filter(|id| self.workspaces.get(*id).is_some_and(|workspace| workspace.active)) {
            self.workspaces.focus(focused);
        }
        if output_one.id != output_other.id {
            for (id, from, to) in [(one, &output_one, &output_other), (other, &output_other, &output_one)] {
                self.forget_lost(id);
                for window in self.bound_to(id) {
                    let size = self.windows.get(window).map(|window| self.geometry(window).size).unwrap_or_default();
                    let Some(window) = self.windows.get_mut(window) else { continue };
                    window.displace(to.position - from.position, size, to);
                    window.appears = true;
                    window.floats_on(to.id);
                }
            }
        }
        self.workspaces.tidy(&self.outputs.ids());
        self.touch();
        Ok(())
    }

    /// The empty workspace at the end of an output gets a name, and another one takes its place.
    pub(crate) fn create_workspace(&mut self, name: &str, output: &OutputRef) -> Result<(), Refusal> {
        let output = self.resolve_output(output)?;
        let end = self.workspaces.on(output).next_back().map(|workspace| workspace.id);
        match end {
            Some(end) if !name.is_empty() => self.rename_workspace(&WorkspaceRef::Id(end), name),
            _ => Ok(()),
        }
    }

    /// Gives a workspace a name, with which it stays when it is empty. An empty name takes it away.
    pub(crate) fn rename_workspace(&mut self, asked: &WorkspaceRef, name: &str) -> Result<(), Refusal> {
        let id = self.resolve_workspace(asked)?;
        if name.len() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(Refusal::BadName { most: MAX_NAME });
        }
        if !name.is_empty() && self.workspaces.iter().any(|other| other.id != id && other.name.as_deref() == Some(name)) {
            return Err(Refusal::WorkspaceNameTaken(name.to_owned()));
        }
        if self.workspaces.len() >= MAX_WORKSPACES && !name.is_empty() {
            return Err(Refusal::TooManyWorkspaces { most: MAX_WORKSPACES });
        }
        if let Some(workspace) = self.workspaces.get_mut(id) {
            workspace.name = (!name.is_empty()).then(|| name.to_owned());
        }
        self.workspaces.tidy(&self.outputs.ids());
        self.touch();
        Ok(())
    }

    pub(crate) fn set_layout(&mut self, id: WorkspaceId, layout: LayoutKind) {
        if let Some(workspace) = self.workspaces.get_mut(id) {
            workspace.layout = Some(layout);
        }
        self.touch();
    }

    pub(crate) fn cycle_layout(&mut self, id: WorkspaceId, back: bool) {
        let Some(now) = self.workspaces.get(id).map(|workspace| self.layout_of(workspace)) else { return };
        // One that nobody offers now is as good as the first.
        let all: Vec<LayoutKind> = LayoutKind::ALL.iter().copied().chain(self.outside.names().map(LayoutKind::Outside)).collect();
        let index = all.iter().position(|layout| *layout == now).unwrap_or(0);
        let next = if back { index + all.len() - 1 } else { index + 1 } % all.len();
        self.set_layout(id, all.get(next).copied().unwrap_or_default());
    }

    // What is told.

    pub(crate) fn tell_workspaces(&mut self, effects: &mut Effects) {
        let infos: std::collections::BTreeMap<_, _> = self.workspaces().into_iter().map(|info| (info.id, info)).collect();
        for id in self.told.workspaces.keys().filter(|id| !infos.contains_key(id)) {
            effects.push(Effect::Notify(Notice::WorkspaceRemoved { workspace: *id }));
        }
        for (id, info) in &infos {
            let told = self.told.workspaces.get(id);
            match told {
                None => effects.push(Effect::Notify(Notice::WorkspaceAdded { workspace: *id })),
                Some(told) if WorkspaceInfo { active: info.active, ..told.clone() } != *info => {
                    effects.push(Effect::Notify(Notice::WorkspaceChanged { workspace: *id }));
                }
                Some(_) => {}
            }
            if info.active && told.is_none_or(|told| !told.active) {
                effects.push(Effect::Notify(Notice::WorkspaceActivated { workspace: *id }));
            }
        }
        self.told.workspaces = infos;
    }
}

impl Window {
    /// Moves where it floats along with its output, and into it.
    pub(crate) fn displace(
        &mut self,
        by: euclid::Vector2D<f64, glasshouse_scene::Logical>,
        size: glasshouse_scene::LogicalSize,
        output: &Output,
    ) {
        let size = self.float.size.filter(|_| size.is_empty()).unwrap_or(size);
        if let Some(at) = &mut self.float.at {
            *at = pull_in(LogicalRect::new(*at + by, size), output.work_area);
        }
        self.float.anchor = Anchor::default();
    }

    /// If it floats, it does so there now. Tiles wait for their clients.
    pub(crate) fn floats_on(&mut self, output: OutputId) {
        if self.slot == Slot::Floating {
            self.show_on(output);
        }
    }
}
