//! Carrying out commands: those of the core, and those that only this process can.

use glasshouse_core::{
    Act, Caller, Command, Refusal, WindowRef,
    command::{Button, Words},
    permit,
};
use glasshouse_protocols::Chord;

use crate::{State, bus::BusError};

impl State {
    /// Carries out one command, whoever it came from.
    ///
    /// # Errors
    ///
    /// Why not; nothing has changed then.
    pub fn run(&mut self, caller: &Caller, command: Command) -> Result<(), Refusal> {
        match command {
            Command::Spawn { argv } => self.permitted(caller, &Command::Spawn { argv: argv.clone() }).and_then(|()| self.spawn(argv)),
            Command::PressKey { .. }
            | Command::TypeText { .. }
            | Command::MovePointer { .. }
            | Command::Click { .. }
            | Command::Scroll { .. } => {
                self.permitted(caller, &command)?;
                self.use_hands(command)
            }
            Command::Capture { .. }
            | Command::EnterMode { .. }
            | Command::SwitchKeyboardLayout { .. }
            | Command::SetOption { .. }
            | Command::ResetOption { .. }
            | Command::ReloadConfig {}
            | Command::SaveSnapshot { .. }
            | Command::RestoreSnapshot { .. } => {
                self.permitted(caller, &command)?;
                Err(Refusal::Edge(format!("{} is not there yet", command.name())))
            }
            _ => self.apply(caller, command),
        }
    }

    /// # Errors
    ///
    /// The refusal of somebody who may not, or not now.
    pub fn permitted<'a>(&self, caller: &Caller, act: impl Into<Act<'a>>) -> Result<(), Refusal> {
        permit(caller, act, &self.desktop)
    }

    fn spawn(&mut self, argv: Words) -> Result<(), Refusal> {
        let spawned = self.start_program(&argv.0, Vec::new(), None).map_err(|error| Refusal::Edge(error.to_string()))?;
        tracing::info!(pid = spawned.pid, program = argv.0.first(), "started");
        Ok(())
    }

    fn use_hands(&mut self, command: Command) -> Result<(), Refusal> {
        let edge = |error: BusError| Refusal::Edge(error.to_string());
        match command {
            Command::PressKey { chord } => {
                let chord: Chord = chord.parse().map_err(edge)?;
                self.press_chord(&chord).map_err(edge)?;
            }
            Command::TypeText { text } => self.type_text(&text).map_err(edge)?,
            Command::MovePointer { to } => self.pointer_to(to),
            Command::Click { button } => {
                let button = match button {
                    Button::Left => glasshouse_protocols::Button::Left,
                    Button::Right => glasshouse_protocols::Button::Right,
                    Button::Middle => glasshouse_protocols::Button::Middle,
                    Button::Back => glasshouse_protocols::Button::Back,
                    Button::Forward => glasshouse_protocols::Button::Forward,
                };
                self.pointer_button(button.code(), true);
                self.pointer_button(button.code(), false);
            }
            Command::Scroll { by } => self.pointer_scroll(by.x, by.y),
            _ => {}
        }
        Ok(())
    }

    /// The window that a request by number means.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoWindow`], with what there is.
    pub fn known_window(&self, id: u64) -> Result<glasshouse_core::WindowInfo, Refusal> {
        let id = self.desktop.resolve_window(&WindowRef::Id(glasshouse_core::WindowId(id)))?;
        self.desktop.window(id).ok_or(Refusal::NotMapped(id))
    }
}
