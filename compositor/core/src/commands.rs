//! Carrying out commands: one arm per command, each a few lines.

use glasshouse_scene::{LogicalPoint, LogicalSize, OutputId};

use crate::{
    command::{Command, Mode, OutputMode, Refusal, WindowRef},
    desktop::Desktop,
    effect::{Effect, Effects},
    grid::{tame_i32, tame_point},
    ids::WindowId,
    layout::tiles::Layout as _,
    output::Output,
    output_change::OutputChange,
    window::{Anchor, Phase, Slot},
};

/// Of an output whose mode says no rate, in mHz.
const DEFAULT_REFRESH_MHZ: u32 = 60_000;

impl Desktop {
    pub(crate) fn carry_out(&mut self, command: Command, effects: &mut Effects) -> Result<(), Refusal> {
        match command {
            Command::FocusWindow { window } => {
                let window = self.mapped(&window)?;
                self.set_minimized(window, false);
                self.focus_window(window);
            }
            Command::FocusFloatingOrTiled {} => self.focus_floating_or_tiled()?,
            Command::CloseWindow { window } => effects.push(Effect::CloseWindow { window: self.resolve_window(&window)? }),
            Command::MoveWindow { to, window } => self.move_window(self.floating(&window)?, to)?,
            Command::MoveWindowBy { by, window } => {
                let window = self.floating(&window)?;
                let at = self.windows.get(window).and_then(|window| window.float.at).unwrap_or_default();
                self.move_window(window, at + by)?;
            }
            Command::ResizeWindow { to, window } => {
                let window = self.mapped(&window)?;
                self.resize_window(window, to)?;
            }
            Command::ResizeWindowBy { by, window } => {
                let window = self.mapped(&window)?;
                let size = self.windows.get(window).map(|now| match now.target {
                    Slot::Floating => now.float.size.unwrap_or(self.geometry(now).size),
                    // A tile's own size: what its client makes of it is not what is moved.
                    target => target.rect().map_or(self.geometry(now).size, |rect| rect.size),
                });
                let size = size.unwrap_or_default();
                self.resize_window(window, LogicalSize::new((size.width + by.x).max(1.0), (size.height + by.y).max(1.0)))?;
            }
            Command::SwapWindow { with, window } => self.swap_windows(&window, &with)?,
            Command::SetFullscreen { on, window, output } => {
                let window = self.resolve_window(&window)?;
                let output = output.map(|output| self.resolve_output(&output)).transpose()?;
                let now = self.windows.get(window).is_some_and(|window| window.modes.fullscreen);
                self.set_fullscreen(window, on.of(now), output);
            }
            Command::SetMaximized { on, window } => {
                let window = self.resolve_window(&window)?;
                let now = self.windows.get(window).is_some_and(|window| window.modes.maximized);
                self.set_maximized(window, on.of(now));
            }
            Command::SetFloating { on, window } => {
                let window = self.resolve_window(&window)?;
                let floats = self.windows.get(window).is_some_and(|window| self.floats(window));
                if !on.of(floats) {
                    self.leave_scratchpad(window);
                }
                if let Some(window) = self.windows.get_mut(window) {
                    window.modes.floating = Some(on.of(floats));
                    // What is sticky floats.
                    window.modes.sticky &= on.of(floats);
                }
                self.touch();
            }
            Command::SetMinimized { on, window } => {
                let window = self.resolve_window(&window)?;
                let now = self.windows.get(window).is_some_and(|window| window.modes.minimized);
                self.set_minimized(window, on.of(now));
            }
            Command::MoveToOutput { output, window } => {
                let (window, output) = (self.resolve_window(&window)?, self.resolve_output(&output)?);
                self.leave_scratchpad(window);
                if let Some(to) = self.workspaces.active_on(output).map(|workspace| workspace.id) {
                    self.move_to_workspace(window, to, None)?;
                }
            }
            Command::FocusOutput { output } => self.focus_output(&output)?,
            Command::FocusWorkspace { workspace } => self.focus_workspace(&workspace)?,
            Command::MoveToWorkspace { workspace, window, follow } => {
                let (window, to) = (self.resolve_window(&window)?, self.resolve_workspace(&workspace)?);
                let follows = self.next_focus() == Some(window);
                self.move_to_workspace(window, to, follow.map(|follow| follow.of(follows)))?;
                self.leave_scratchpad(window);
            }
            Command::MoveWorkspaceToOutput { output, workspace } => self.move_workspace_to_output(&workspace, &output)?,
            Command::SwapWorkspace { with, workspace } => self.swap_workspaces(&workspace, &with)?,
            Command::CreateWorkspace { name, output } => self.create_workspace(&name, &output)?,
            Command::RenameWorkspace { name, workspace } => self.rename_workspace(&workspace, &name)?,
            Command::AddOutput { mode, name, scale, transform, position } => {
                let Mode { width, height, refresh_mhz } = mode;
                let refresh_mhz = refresh_mhz.unwrap_or(DEFAULT_REFRESH_MHZ);
                let mode = OutputMode { name: name.unwrap_or_default(), width, height, scale, refresh_mhz, transform };
                self.add_output(mode, position, effects)?;
            }
            Command::ConfigureOutput { output, mode, scale, transform, position, name, enabled, power, mirror } => {
                self.change_output(&output, &OutputChange { mode, scale, transform, position, name, enabled, power, mirror }, effects)?;
            }
            Command::RemoveOutput { output } => self.remove_output(self.any_output_of(&output)?.id, effects)?,
            Command::DropWindow { target, side, window } => self.drop_window(&window, &target, side)?,
            Command::BeginMove { window } => self.begin_move(&window)?,
            Command::BeginResize { edges, window } => self.begin_resize(&window, edges)?,
            Command::EndDrag {} if self.pointer.grab.is_some() => self.end_grab(),
            Command::EndDrag {} => return Err(Refusal::NothingToChange("no window is being dragged")),
            Command::CancelDrag {} => {
                if !self.cancel_grab(effects) {
                    return Err(Refusal::NothingToChange("no window is being dragged"));
                }
            }
            Command::Undo {} => self.undo(effects)?,
            Command::Redo {} => self.redo(effects)?,
            Command::Quit {} => effects.push(Effect::Quit),
            Command::Spawn { .. }
            | Command::PressKey { .. }
            | Command::TypeText { .. }
            | Command::MovePointer { .. }
            | Command::Click { .. }
            | Command::Scroll { .. }
            | Command::Capture { .. }
            | Command::EnterMode { .. }
            | Command::SwitchKeyboardLayout { .. }
            | Command::SetOption { .. }
            | Command::ResetOption { .. }
            | Command::ReloadConfig {}
            | Command::Lock {}
            | Command::SaveSnapshot { .. }
            | Command::SaveLayout { .. }
            | Command::RestoreLayout { .. }
            | Command::RestoreSnapshot { .. } => return Err(Refusal::NotInTransaction(command.name())),
            other => self.window_command(other)?,
        }
        Ok(())
    }

    pub(crate) fn mapped(&self, asked: &WindowRef) -> Result<WindowId, Refusal> {
        let id = self.resolve_window(asked)?;
        if self.windows.get(id).is_some_and(|window| window.phase == Phase::Mapped) { Ok(id) } else { Err(Refusal::NotMapped(id)) }
    }

    /// A mapped window that floats, or would if it were not maximized or fullscreen.
    pub(crate) fn floating(&self, asked: &WindowRef) -> Result<WindowId, Refusal> {
        let id = self.mapped(asked)?;
        if self.windows.get(id).is_some_and(|window| self.floats(window)) { Ok(id) } else { Err(Refusal::NotFloating(id)) }
    }

    fn swap_windows(&mut self, one: &WindowRef, other: &WindowRef) -> Result<(), Refusal> {
        let (one, other) = (self.mapped(one)?, self.mapped(other)?);
        for id in [one, other] {
            if self.windows.get(id).is_some_and(|window| self.floats(window)) {
                return Err(Refusal::NotTiled(id));
            }
        }
        let focused = self.next_focus().filter(|focused| *focused == one || *focused == other);
        let place = |id: WindowId| {
            let workspace = self.windows.get(id)?.home.workspace?;
            Some((workspace, self.workspaces.get(workspace)?.windows.iter().position(|other| *other == id)?))
        };
        let (Some(place_one), Some(place_other)) = (place(one), place(other)) else { return Ok(()) };
        if place_one.0 != place_other.0 {
            self.bring_window(one, place_other.0);
            self.bring_window(other, place_one.0);
            self.workspaces.forget(one);
            self.workspaces.forget(other);
            for (id, (workspace, index)) in [(one, place_other), (other, place_one)] {
                if let Some(workspace) = self.workspaces.get_mut(workspace) {
                    workspace.windows.insert(index.min(workspace.windows.len()), id);
                }
            }
            self.focus_along(focused);
        } else {
            self.change_tiling(one, |tiling, _| tiling.swap(one, other))?;
        }
        self.touch();
        Ok(())
    }

    pub(crate) fn move_window(&mut self, id: WindowId, to: LogicalPoint) -> Result<(), Refusal> {
        if !to.x.is_finite() || !to.y.is_finite() {
            return Err(Refusal::BadGeometry);
        }
        if let Some(window) = self.windows.get_mut(id) {
            window.float.at = Some(tame_point(to));
            window.float.anchor = Anchor::default();
        }
        self.follow_place(id);
        self.touch();
        Ok(())
    }

    fn resize_window(&mut self, id: WindowId, to: LogicalSize) -> Result<(), Refusal> {
        if !(to.width >= 1.0 && to.height >= 1.0 && to.width.is_finite() && to.height.is_finite()) {
            return Err(Refusal::BadGeometry);
        }
        let whole = |length: f64| f64::from(tame_i32(length.round() as i32).max(1));
        let to = LogicalSize::new(whole(to.width), whole(to.height));
        if self.tiled_on(id).is_ok() {
            let changed = self.change_tiling(id, |tiling, input| tiling.resize_to(id, Some(to.width), Some(to.height), input))?;
            return changed
                .then_some(())
                .ok_or(Refusal::NothingToChange("the layout leaves no room for that, or the tile is as large already"));
        }
        if let Some(window) = self.windows.get_mut(id) {
            window.float.size = Some(window.limited(to));
            window.float.anchor = Anchor::default();
        }
        self.touch();
        Ok(())
    }

    /// `output`: where to, if not where the window is. It returns there afterwards.
    pub(crate) fn set_fullscreen(&mut self, id: WindowId, on: bool, output: Option<OutputId>) {
        let Some(window) = self.windows.get(id) else { return };
        let was_on = window.modes.fullscreen;
        let now = self.workspace_of(window).and_then(|workspace| Some((workspace.id, workspace.output?)));
        let focused = self.next_focus().filter(|focused| *focused == id);
        let shown_on = |output: OutputId| self.workspaces.active_on(output).map(|workspace| workspace.id);
        // Where it goes, and where it will go back to.
        let way = match (on, window.home.before_fullscreen) {
            (true, before) => {
                let elsewhere = output.filter(|output| now.is_some_and(|(_, now)| now != *output));
                elsewhere.and_then(shown_on).map(|to| (to, before.or(now)))
            }
            (false, Some((workspace, output))) if was_on => {
                let back = self.workspaces.get(workspace).map(|workspace| workspace.id);
                back.or_else(|| shown_on(output)).map(|to| (to, None))
            }
            (false, _) => None,
        };
        if let Some((to, back)) = way {
            self.enter_workspace(id, to);
            if let Some(window) = self.windows.get_mut(id) {
                window.home.before_fullscreen = back;
            }
            self.focus_along(focused);
        }
        let Some(window) = self.windows.get_mut(id) else { return };
        window.modes.fullscreen = on;
        if on && !was_on && window.phase == Phase::Mapped {
            // Whoever asks to fill the screen wants to be seen on it.
            self.windows.raise(id);
        }
        self.touch();
    }

    pub(crate) fn set_maximized(&mut self, id: WindowId, on: bool) {
        let Some(window) = self.windows.get_mut(id) else { return };
        let changed = std::mem::replace(&mut window.modes.maximized, on) != on;
        if changed && on && window.phase == Phase::Mapped {
            self.windows.raise(id);
        }
        self.touch();
    }

    pub(crate) fn set_minimized(&mut self, id: WindowId, on: bool) {
        let Some(window) = self.windows.get_mut(id) else { return };
        if window.modes.minimized == on {
            return;
        }
        window.modes.minimized = on;
        window.appears = true;
        if !on && window.phase == Phase::Mapped {
            self.focus_window(id);
        }
        self.touch();
    }

    pub(crate) fn add_output(&mut self, mode: OutputMode, position: Option<LogicalPoint>, effects: &mut Effects) -> Result<(), Refusal> {
        let id = self.outputs.add(mode, position)?;
        self.settle_uses(effects);
        if self.outputs.get(id).is_none() {
            effects.push(Effect::UnusedOutputsChanged);
        }
        Ok(())
    }

    pub(crate) fn configure_output(
        &mut self,
        id: OutputId,
        mode: OutputMode,
        position: Option<LogicalPoint>,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let before = self.outputs.clone();
        self.outputs.configure(id, mode, position)?;
        self.follow_outputs(&before, effects);
        Ok(())
    }

    /// Undo: an output is again what it was.
    pub(crate) fn put_output(&mut self, was: &Output, effects: &mut Effects) -> Result<(), Refusal> {
        let before = self.outputs.clone();
        self.outputs.put_back(was)?;
        self.follow_outputs(&before, effects);
        self.settle_uses(effects);
        effects.push(Effect::UnusedOutputsChanged);
        Ok(())
    }

    /// Undo: outputs lie again in the order they had.
    pub(crate) fn reorder_outputs(&mut self, order: &[OutputId], effects: &mut Effects) {
        let before = self.outputs.clone();
        self.outputs.reorder(order);
        self.follow_outputs(&before, effects);
    }

    pub(crate) fn remove_output(&mut self, id: OutputId, effects: &mut Effects) -> Result<(), Refusal> {
        if let Some(output) = self.outputs.any(id).cloned() {
            self.outputs.remember_departed(&output);
        }
        // What mirrors it is an output of its own again before it goes.
        if let Some(output) = self.outputs.any_mut(id) {
            output.enabled = false;
        }
        self.settle_uses(effects);
        self.outputs.remove(id)?;
        effects.push(Effect::UnusedOutputsChanged);
        Ok(())
    }

    pub(crate) fn close_layers_on(&mut self, id: OutputId, effects: &mut Effects) {
        self.layers.list.retain(|layer| {
            let stays = layer.output != Some(id);
            if !stays {
                effects.push(Effect::CloseLayer { surface: layer.surface });
            }
            stays
        });
    }

    /// Tells which outputs are different now, and takes along what is on them.
    pub(crate) fn follow_outputs(&mut self, before: &crate::output::Outputs, effects: &mut Effects) {
        let changed: Vec<_> = self
            .outputs
            .iter()
            .filter_map(|output| Some((before.get(output.id)?, output)))
            .filter(|(before, now)| before.mode != now.mode || before.position != now.position)
            .map(|(before, now)| (now.id, before.position))
            .collect();
        if changed.is_empty() && before.ids() == self.outputs.ids() {
            return;
        }
        // Their work areas have to be known before windows are pulled into them.
        for id in self.outputs.ids() {
            let Some(output) = self.outputs.get(id) else { continue };
            let work_area = self.layers.arrange(id, output.area(), output.grid());
            self.outputs.set_work_area(id, work_area);
        }
        for (output, position) in changed {
            effects.push(Effect::OutputChanged { output });
            self.follow_output(output, position);
        }
        self.touch_outputs();
    }
}
