//! Several commands at once, and commands that are only tried.

use std::collections::BTreeMap;

use glasshouse_scene::{LogicalSize, OutputId};

use crate::{
    command::{Caller, Command, Refusal, WindowRef},
    desktop::Desktop,
    effect::{Effect, Effects, WindowInfo},
    event::{Event, SurfaceState, WindowChange},
    ids::{Timestamp, WindowId},
    output::OutputInfo,
    permit::permit,
};

/// More at once is a mistake in a script.
pub const MAX_TRANSACTION: usize = 256;

/// How often clients are taken to answer while commands are tried. Answers cause configures only where sizes depend on sizes.
const ROUNDS: usize = 8;

/// Which command of a transaction was refused, counted from 0, and why.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("command {} ({command}): {refusal}", .index + 1)]
pub struct Refused {
    pub index: usize,
    pub command: String,
    pub refusal: Refusal,
}

/// What commands would do, if every client answered as it is asked to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Preview {
    /// Windows that would be different, as they would be.
    pub windows: Vec<WindowInfo>,
    pub outputs: Vec<OutputInfo>,
    pub outputs_removed: Vec<OutputId>,
    /// Windows that would be asked to close.
    pub closes: Vec<WindowId>,
    pub quits: bool,
}

impl Desktop {
    /// Carries out all commands or none, in one round of configures.
    ///
    /// # Errors
    /// [`Refused`] for the first command that cannot be carried out; the desktop is then as it was.
    pub fn apply_all(&mut self, caller: &Caller, commands: &[Command], now: Timestamp) -> Result<Effects, Refused> {
        let refused = |index: usize, refusal| {
            let command = commands.get(index).map(ToString::to_string).unwrap_or_default();
            Refused { index, command, refusal }
        };
        if commands.is_empty() || commands.len() > MAX_TRANSACTION {
            return Err(refused(0, Refusal::TransactionSize { most: MAX_TRANSACTION }));
        }
        self.check_contradictions(commands).map_err(|(index, refusal)| refused(index, refusal))?;
        // Tried on a copy, so that a refusal leaves nothing behind.
        let mut next = self.clone();
        let before = self.arrangement();
        let mut effects = Effects::new();
        for (index, command) in commands.iter().enumerate() {
            let result = match command {
                Command::Undo {} | Command::Redo {} | Command::Quit {} => Err(Refusal::NotInTransaction(command.name())),
                _ => permit(caller, command, &next).and_then(|()| next.carry_out(command.clone(), &mut effects)),
            };
            result.map_err(|refusal| refused(index, refusal))?;
        }
        next.settle_commands(self.focused(), now, &mut effects);
        next.remember_change(commands, &before);
        *self = next;
        Ok(effects)
    }

    /// What these commands would do. Nothing changes.
    ///
    /// # Errors
    /// As [`Self::apply_all`].
    pub fn dry_run(&self, caller: &Caller, commands: &[Command], now: Timestamp) -> Result<Preview, Refused> {
        let mut next = self.clone();
        // A client that still has something to answer is told nothing new before.
        next.answer_all(next.unanswered(), now);
        let alone = matches!(commands, [Command::Undo {} | Command::Redo {} | Command::Quit {}]);
        let effects = match commands {
            [command] if alone => {
                next.apply(caller, command.clone(), now).map_err(|refusal| Refused { index: 0, command: command.to_string(), refusal })?
            }
            _ => next.apply_all(caller, commands, now)?,
        };
        let mut preview = Preview::default();
        for effect in &effects {
            match effect {
                Effect::CloseWindow { window } => preview.closes.push(*window),
                Effect::Quit => preview.quits = true,
                _ => {}
            }
        }
        next.answer_all(effects, now);
        let before: BTreeMap<WindowId, WindowInfo> = self.windows().into_iter().map(|info| (info.id, info)).collect();
        preview.windows = next.windows().into_iter().filter(|info| before.get(&info.id) != Some(info)).collect();
        let before: BTreeMap<OutputId, OutputInfo> = self.all_outputs().into_iter().map(|info| (info.id, info)).collect();
        preview.outputs = next.all_outputs().into_iter().filter(|info| before.get(&info.id) != Some(info)).collect();
        preview.outputs_removed = before.keys().copied().filter(|id| next.outputs.any(*id).is_none()).collect();
        Ok(preview)
    }

    /// What clients were told and have not answered.
    fn unanswered(&self) -> Effects {
        let waiting = self.windows.iter().filter(|window| window.configures.in_flight.is_some());
        let told = waiting.filter_map(|window| {
            let (token, configure) = window.configures.sent.clone()?;
            Some(Effect::ConfigureWindow { window: window.id, token, configure })
        });
        told.collect()
    }

    /// Every client does as it is told.
    fn answer_all(&mut self, mut effects: Effects, now: Timestamp) {
        for _ in 0..ROUNDS {
            let configures: Vec<_> = effects
                .drain(..)
                .filter_map(|effect| match effect {
                    Effect::ConfigureWindow { window, token, configure } => Some((window, token, configure)),
                    _ => None,
                })
                .collect();
            if configures.is_empty() {
                return;
            }
            for (window, token, configure) in configures {
                let Some(surface) = self.window(window).filter(|info| info.mapped).map(|info| info.surface) else { continue };
                if let Some(size) = configure.size {
                    let size = LogicalSize::new(size.width.max(1.0), size.height.max(1.0));
                    let change = WindowChange::Geometry(None);
                    effects.extend(self.observe(Event::WindowChanged { window, change }, now));
                    let state = SurfaceState { size: Some(size), ..SurfaceState::default() };
                    effects.extend(self.observe(Event::SurfaceCommitted { surface, state }, now));
                }
                effects.extend(self.observe(Event::ConfigureCommitted { window, token }, now));
            }
        }
    }

    /// Two commands that set the same thing of the same window to different values, or that concern a window that was closed before.
    fn check_contradictions(&self, commands: &[Command]) -> Result<(), (usize, Refusal)> {
        let mut set: BTreeMap<(&'static str, String), &Command> = BTreeMap::new();
        let mut closed: BTreeMap<WindowId, &Command> = BTreeMap::new();
        for (index, command) in commands.iter().enumerate() {
            let contradiction = |first: &Command| (index, Refusal::Contradiction { first: first.to_string(), second: command.to_string() });
            // A window that cannot be found is refused when it is its command's turn.
            let window = window_of(command).and_then(|window| self.resolve_window(window).ok());
            if let Some(first) = window.and_then(|window| closed.get(&window)) {
                return Err(contradiction(first));
            }
            if let (Command::CloseWindow { .. }, Some(window)) = (command, window) {
                closed.insert(window, command);
            }
            if is_about_the_focus(command) {
                // Whoever had the focus until here had it for this.
                set.remove(&("focus-window", String::new()));
            }
            let Some(subject) = self.subject(command, window) else { continue };
            match set.insert(subject, command) {
                Some(first) if first != command => return Err(contradiction(first)),
                _ => {}
            }
        }
        Ok(())
    }

    /// What a command sets to a value of its own. `None`: it may come several times, because each goes on from the one before.
    fn subject(&self, command: &Command, window: Option<WindowId>) -> Option<(&'static str, String)> {
        let name = command.name();
        match command {
            Command::FocusWindow {
                window: WindowRef::Id(_) | WindowRef::AppId(_) | WindowRef::Title(_) | WindowRef::Pid(_) | WindowRef::Mark(_),
            } => Some((name, String::new())),
            Command::SetLayout { workspace, .. } => Some((name, self.resolve_workspace(workspace).ok()?.to_string())),
            Command::MoveWindow { .. }
            | Command::ResizeWindow { .. }
            | Command::SetFullscreen { .. }
            | Command::SetMaximized { .. }
            | Command::SetFloating { .. }
            | Command::SetMinimized { .. }
            | Command::SetSticky { .. }
            | Command::SetAbove { .. }
            | Command::SetWindowedFullscreen { .. }
            | Command::SetAspect { .. }
            | Command::SnapWindow { .. }
            | Command::MoveToOutput { .. }
            | Command::MoveToWorkspace { .. } => Some((name, window?.to_string())),
            Command::ConfigureOutput { output, .. } | Command::RemoveOutput { output } => {
                Some(("output", self.any_output_of(output).ok()?.id.0.to_string()))
            }
            _ => None,
        }
    }
}

/// Whether a command goes on from where the focus is, so that one may move the focus before and after it.
fn is_about_the_focus(command: &Command) -> bool {
    let named = |window: &WindowRef| {
        matches!(window, WindowRef::Id(_) | WindowRef::AppId(_) | WindowRef::Title(_) | WindowRef::Pid(_) | WindowRef::Mark(_))
    };
    !matches!(command, Command::FocusWindow { .. }) && window_of(command).is_none_or(|window| !named(window))
}

/// The window that a command is about.
fn window_of(command: &Command) -> Option<&WindowRef> {
    match command {
        Command::FocusWindow { window }
        | Command::CloseWindow { window }
        | Command::MoveWindow { window, .. }
        | Command::MoveWindowBy { window, .. }
        | Command::ResizeWindow { window, .. }
        | Command::ResizeWindowBy { window, .. }
        | Command::SwapWindow { window, .. }
        | Command::SetFullscreen { window, .. }
        | Command::SetMaximized { window, .. }
        | Command::SetFloating { window, .. }
        | Command::SetMinimized { window, .. }
        | Command::SetSticky { window, .. }
        | Command::SetAbove { window, .. }
        | Command::SetWindowedFullscreen { window, .. }
        | Command::SetAspect { window, .. }
        | Command::SnapWindow { window, .. }
        | Command::SetMark { window, .. }
        | Command::MoveToScratchpad { window }
        | Command::MoveToOutput { window, .. }
        | Command::MoveToWorkspace { window, .. }
        | Command::MoveTowards { window, .. }
        | Command::DropWindow { window, .. }
        | Command::BeginMove { window }
        | Command::BeginResize { window, .. }
        | Command::Balance { window }
        | Command::SetTabbed { window, .. }
        | Command::ConsumeOrExpel { window, .. }
        | Command::MoveColumn { window, .. }
        | Command::SetColumnWidth { window, .. }
        | Command::CycleColumnWidth { window, .. }
        | Command::CycleWindowHeight { window, .. }
        | Command::SetFullWidth { window, .. }
        | Command::CentreColumn { window }
        | Command::Split { window, .. }
        | Command::SetContainerLayout { window, .. }
        | Command::Flatten { window }
        | Command::Promote { window }
        | Command::SetMasters { window, .. }
        | Command::SetMasterFraction { window, .. }
        | Command::SetMasterSide { window, .. } => Some(window),
        _ => None,
    }
}
