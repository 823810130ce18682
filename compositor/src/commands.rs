//! Carrying out commands: those of the core, and those that only this process can.

use glasshouse_core::{
    Act, Caller, Command, Refusal, Refused, Scopes, WindowRef,
    command::{Button, Entry, Words},
    permit,
};
use glasshouse_protocols::{Chord, Modifiers, Payload, event::CommandRun};

use crate::{State, bus::BusError, configuration::Answer, session, telemetry::Kind};

impl State {
    /// Carries out one command, whoever it came from.
    ///
    /// # Errors
    ///
    /// Why not; nothing has changed then.
    pub fn run(&mut self, caller: &Caller, command: Command) -> Result<(), Refusal> {
        if is_input(&command) {
            return self.do_command(caller, command); // Its events are inputs, and traced as such.
        }
        self.traced(Kind::Command, |state| {
            let told = (!is_answered_later(&command)).then(|| command.clone());
            state.do_command(caller, command)?;
            if let Some(command) = told {
                state.tell_command(caller, &command);
            }
            Ok(())
        })
    }

    /// Carries out several commands of the core, all or none, whoever they came from.
    ///
    /// # Errors
    ///
    /// Which one was refused; nothing has changed then.
    pub fn run_all(&mut self, caller: &Caller, commands: &[Command]) -> Result<(), Refused> {
        self.traced(Kind::Command, |state| {
            state.apply_all(caller, commands)?;
            commands.iter().for_each(|command| state.tell_command(caller, command));
            Ok(())
        })
    }

    /// Subscribers hear of every command that was carried out. What was typed is nobody's business.
    pub fn tell_command(&mut self, caller: &Caller, command: &Command) {
        if is_input(command) {
            return;
        }
        let (caller, pid) = match caller {
            Caller::Person => ("person", None),
            Caller::Client => ("client", None),
            Caller::Program { pid, .. } => ("program", *pid),
        };
        self.publish(Payload::CommandRun(CommandRun { command: command.to_string(), caller: caller.to_owned(), pid }));
    }

    fn do_command(&mut self, caller: &Caller, command: Command) -> Result<(), Refusal> {
        match command {
            Command::Spawn { argv } => self.permitted(caller, &Command::Spawn { argv: argv.clone() }).and_then(|()| self.spawn(argv)),
            Command::PressKey { .. }
            | Command::TypeText { .. }
            | Command::MovePointer { .. }
            | Command::Click { .. }
            | Command::Scroll { .. } => {
                self.permitted(caller, &command)?;
                let (done, bound) = self.by(caller, |state| state.use_hands(command));
                done.and(bound)
            }
            Command::EnterMode { .. } | Command::SwitchKeyboardLayout { .. } => {
                self.permitted(caller, &command)?;
                if let Some(back) = self.switch(&command)? {
                    self.desktop.remember(command, Some(back));
                }
                Ok(())
            }
            Command::SaveSnapshot { name } => {
                let answer = session::Answer::Alert(format!("the snapshot {name} was not saved"));
                self.save_snapshot(caller, name, answer).map_err(|(refusal, _)| refusal)
            }
            Command::RestoreSnapshot { name } => {
                let answer = session::Answer::Alert(format!("the snapshot {name} was not restored"));
                self.restore_snapshot(caller, name, answer).map_err(|(refusal, _)| refusal)
            }
            Command::SaveLayout { name, workspace } => {
                let answer = session::Answer::Alert(format!("the arrangement {name} was not saved"));
                self.save_layout(caller, name, workspace, answer).map_err(|(refusal, _)| refusal)
            }
            Command::RestoreLayout { name } => {
                let answer = session::Answer::Alert(format!("the arrangement {name} was not put up"));
                self.restore_layout(caller, name, session::DEFAULT_PATIENCE, answer).map_err(|(refusal, _)| refusal)
            }
            Command::Capture { file, window, output } => {
                self.permitted(caller, Act::Capture)?;
                self.screenshot(file, window, output)
            }
            Command::SetOption { .. } | Command::ResetOption { .. } | Command::ReloadConfig {} => {
                self.permitted(caller, &command)?;
                // What it comes to is said in the log; who wants to know asks over D-Bus and gets an answer.
                let answer = Answer::Log(command.to_string());
                self.configure_by(caller, &command, answer);
                Ok(())
            }
            Command::Lock {} => {
                self.permitted(caller, &command)?;
                self.start_locker()
            }
            _ => self.apply(caller, command),
        }
    }

    /// Takes back what this process had carried out, or does it again: undo and redo remember it already.
    ///
    /// # Errors
    ///
    /// Why not; nothing has changed then.
    pub fn run_again(&mut self, command: Command) -> Result<(), Refusal> {
        match command {
            Command::EnterMode { .. } | Command::SwitchKeyboardLayout { .. } => self.switch(&command).map(drop),
            Command::SetOption { .. } | Command::ResetOption { .. } => {
                self.configure_again(&command, Answer::Log(command.to_string()));
                Ok(())
            }
            command => self.run(&Caller::Person, command),
        }
    }

    /// Turns a mode of bindings or a keyboard layout on. Answers what goes back.
    fn switch(&mut self, command: &Command) -> Result<Option<Command>, Refusal> {
        match command {
            Command::EnterMode { mode } => self.enter_mode(mode),
            Command::SwitchKeyboardLayout { to } => self.switch_layout(*to),
            _ => Ok(None),
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
                let click = |state: &mut Self| {
                    state.pointer_button(button.code(), true);
                    state.pointer_button(button.code(), false);
                };
                self.with_only(Modifiers::default(), click).map_err(edge)?;
            }
            Command::Scroll { by } => self.with_only(Modifiers::default(), |state| state.pointer_scroll(by.x, by.y)).map_err(edge)?,
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

/// Whether it does what hands do.
fn is_input(command: &Command) -> bool {
    Entry::named(command.name()).is_none_or(|entry| entry.scope == Scopes::INPUT)
}

/// Whether it is known only later what comes of it: a thread has to read or to write a file. Subscribers are told then.
fn is_answered_later(command: &Command) -> bool {
    matches!(
        command,
        Command::SetOption { .. }
            | Command::ResetOption { .. }
            | Command::ReloadConfig {}
            | Command::SaveSnapshot { .. }
            | Command::RestoreSnapshot { .. }
            | Command::SaveLayout { .. }
            | Command::RestoreLayout { .. }
    )
}
