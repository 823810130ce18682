//! Carrying out commands: one arm per command, each a few lines.

use glasshouse_scene::{LogicalPoint, LogicalSize, OutputId};

use crate::{
    command::{Command, OutputMode, Refusal},
    desktop::Desktop,
    effect::{Effect, Effects},
    grid::{tame_i32, tame_point},
    ids::WindowId,
    window::{Anchor, Home, Phase, Window},
};

impl Desktop {
    pub(crate) fn carry_out(&mut self, command: Command, effects: &mut Effects) -> Result<(), Refusal> {
        match command {
            Command::FocusWindow { window } => {
                self.mapped(window)?;
                self.set_minimized(window, false);
                self.focus_window(window);
            }
            Command::FocusDirection { direction } => self.focus_direction(direction)?,
            Command::CloseWindow { window } => {
                self.existing(window)?;
                effects.push(Effect::CloseWindow { window });
            }
            Command::MoveWindow { window, to } => self.move_window(window, to)?,
            Command::ResizeWindow { window, to } => self.resize_window(window, to)?,
            Command::SetFullscreen { window, fullscreen, output } => {
                self.existing(window)?;
                if let Some(output) = output.filter(|output| self.outputs.get(*output).is_none()) {
                    return Err(Refusal::NoOutput(output));
                }
                self.set_fullscreen(window, fullscreen, output);
            }
            Command::SetMaximized { window, maximized } => {
                self.existing(window)?;
                self.set_maximized(window, maximized);
            }
            Command::SetFloating { window, floating } => {
                self.existing(window)?;
                if let Some(window) = self.windows.get_mut(window) {
                    window.modes.floating = Some(floating);
                }
                self.touch();
            }
            Command::SetMinimized { window, minimized } => {
                self.existing(window)?;
                self.set_minimized(window, minimized);
            }
            Command::SetLayout { layout } => {
                self.settings.layout = layout;
                self.touch();
            }
            Command::AddOutput { output, position } => self.add_output(output, position, effects)?,
            Command::ConfigureOutput { output, mode, position } => self.configure_output(output, mode, position, effects)?,
            Command::RemoveOutput { output } => self.remove_output(output, effects)?,
            Command::Input | Command::Launch | Command::Observe | Command::Capture => {}
            Command::Quit => effects.push(Effect::Quit),
        }
        Ok(())
    }

    fn existing(&self, id: WindowId) -> Result<&Window, Refusal> {
        self.windows.get(id).ok_or(Refusal::NoWindow(id))
    }

    fn mapped(&self, id: WindowId) -> Result<&Window, Refusal> {
        let window = self.existing(id)?;
        if window.phase == Phase::Mapped { Ok(window) } else { Err(Refusal::NotMapped(id)) }
    }

    /// A mapped window that floats, or would if it were not maximized or fullscreen.
    fn floating(&self, id: WindowId) -> Result<&Window, Refusal> {
        let window = self.mapped(id)?;
        if self.floats(window) { Ok(window) } else { Err(Refusal::NotFloating(id)) }
    }

    fn move_window(&mut self, id: WindowId, to: LogicalPoint) -> Result<(), Refusal> {
        self.floating(id)?;
        if let Some(window) = self.windows.get_mut(id) {
            window.float.at = Some(tame_point(to));
            window.float.anchor = Anchor::default();
            window.home.name = None;
        }
        self.touch();
        Ok(())
    }

    fn resize_window(&mut self, id: WindowId, to: LogicalSize) -> Result<(), Refusal> {
        self.floating(id)?;
        let whole = |length: f64| f64::from(tame_i32(length.round() as i32).max(1));
        if let Some(window) = self.windows.get_mut(id) {
            window.float.size = Some(window.limited(LogicalSize::new(whole(to.width), whole(to.height))));
            window.float.anchor = Anchor::default();
        }
        self.touch();
        Ok(())
    }

    /// `output`: where to, if not where the window is. It returns there afterwards.
    pub(crate) fn set_fullscreen(&mut self, id: WindowId, on: bool, output: Option<OutputId>) {
        let output = output.filter(|output| self.outputs.get(*output).is_some());
        let Some(window) = self.windows.get(id) else { return };
        let (was_on, Home { before_fullscreen, output: now, .. }) = (window.modes.fullscreen, window.home.clone());
        let back = before_fullscreen.filter(|output| self.outputs.get(*output).is_some());
        let Some(window) = self.windows.get_mut(id) else { return };
        if on {
            if output.is_some() && output != now {
                window.home.before_fullscreen = window.home.before_fullscreen.or(now);
                window.home.output = output;
            }
        } else if was_on {
            window.home.before_fullscreen = None;
            window.home.output = back.or(now);
        }
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

    fn add_output(&mut self, mode: OutputMode, position: Option<LogicalPoint>, effects: &mut Effects) -> Result<(), Refusal> {
        let before = self.outputs.clone();
        let id = self.outputs.add(mode, position)?;
        effects.push(Effect::OutputAdded { output: id });
        self.follow_outputs(&before, effects);
        let Some(output) = self.outputs.get(id).cloned() else { return Ok(()) };
        let returning: Vec<WindowId> =
            self.windows.iter().filter(|window| window.home.name.as_ref() == Some(&output.mode.name)).map(|window| window.id).collect();
        for window in returning {
            self.bring_to(window, &output);
        }
        Ok(())
    }

    fn configure_output(
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

    fn remove_output(&mut self, id: OutputId, effects: &mut Effects) -> Result<(), Refusal> {
        let before = self.outputs.clone();
        let gone = self.outputs.remove(id)?;
        for window in self.windows.iter_mut().filter(|window| window.home.output == Some(id)) {
            window.home.output = None;
            window.home.lost_at = Some(gone.position);
            window.home.name.get_or_insert_with(|| gone.mode.name.clone());
        }
        self.layers.list.retain(|layer| {
            let stays = layer.output != Some(id);
            if !stays {
                effects.push(Effect::CloseLayer { surface: layer.surface });
            }
            stays
        });
        effects.push(Effect::OutputRemoved { output: id });
        self.follow_outputs(&before, effects);
        Ok(())
    }

    /// Tells which outputs are different now, and takes along what is on them.
    fn follow_outputs(&mut self, before: &crate::output::Outputs, effects: &mut Effects) {
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
