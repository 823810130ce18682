//! Who may do what: one table for key bindings, D-Bus, agents and clients.

use crate::{
    command::{Caller, Command, Refusal, Scopes},
    desktop::Desktop,
};

/// Whether `caller` may carry out `command`. Pure, so the whole table is one test.
///
/// # Errors
/// [`Refusal::NotPermitted`] with the scope that is missing.
pub fn permit(caller: &Caller, command: &Command, _desktop: &Desktop) -> Result<(), Refusal> {
    let scope = scope_of(command);
    let permitted = match caller {
        Caller::Person => true,
        // A client asks by `Event::WindowWants`, which names its own window; the rest is none of its business.
        Caller::Client => {
            matches!(command, Command::SetFullscreen { .. } | Command::SetMaximized { .. } | Command::SetMinimized { minimized: true, .. })
        }
        Caller::Program { scopes, .. } => scopes.contains(scope),
    };
    if permitted { Ok(()) } else { Err(Refusal::NotPermitted { scope: scope.name() }) }
}

/// The scope that a program needs for a command.
fn scope_of(command: &Command) -> Scopes {
    match command {
        Command::FocusWindow { .. }
        | Command::FocusDirection { .. }
        | Command::CloseWindow { .. }
        | Command::MoveWindow { .. }
        | Command::ResizeWindow { .. }
        | Command::SetFullscreen { .. }
        | Command::SetMaximized { .. }
        | Command::SetFloating { .. }
        | Command::SetMinimized { .. }
        | Command::SetLayout { .. } => Scopes::ARRANGE,
        Command::AddOutput { .. } | Command::ConfigureOutput { .. } | Command::RemoveOutput { .. } | Command::Quit => Scopes::MANAGE,
        Command::Input => Scopes::INPUT,
        Command::Launch => Scopes::LAUNCH,
        Command::Observe => Scopes::OBSERVE,
        Command::Capture => Scopes::CAPTURE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Settings, WindowId, command::Direction};
    use glasshouse_scene::{LogicalPoint, LogicalSize, OutputId};

    #[test]
    fn the_table_of_permissions() {
        let desktop = Desktop::new(Settings::default());
        let window = WindowId(1);
        let output = OutputId(1);
        let mode = crate::tests::mode(800, 600, 1.0);
        // Command, scope, whether a client may ask for it.
        let table = [
            (Command::FocusWindow { window }, Scopes::ARRANGE, false),
            (Command::FocusDirection { direction: Direction::Left }, Scopes::ARRANGE, false),
            (Command::CloseWindow { window }, Scopes::ARRANGE, false),
            (Command::MoveWindow { window, to: LogicalPoint::zero() }, Scopes::ARRANGE, false),
            (Command::ResizeWindow { window, to: LogicalSize::zero() }, Scopes::ARRANGE, false),
            (Command::SetFullscreen { window, fullscreen: true, output: None }, Scopes::ARRANGE, true),
            (Command::SetMaximized { window, maximized: true }, Scopes::ARRANGE, true),
            (Command::SetMinimized { window, minimized: true }, Scopes::ARRANGE, true),
            (Command::SetMinimized { window, minimized: false }, Scopes::ARRANGE, false),
            (Command::SetFloating { window, floating: true }, Scopes::ARRANGE, false),
            (Command::SetLayout { layout: Default::default() }, Scopes::ARRANGE, false),
            (Command::AddOutput { output: mode.clone(), position: None }, Scopes::MANAGE, false),
            (Command::ConfigureOutput { output, mode, position: None }, Scopes::MANAGE, false),
            (Command::RemoveOutput { output }, Scopes::MANAGE, false),
            (Command::Input, Scopes::INPUT, false),
            (Command::Launch, Scopes::LAUNCH, false),
            (Command::Observe, Scopes::OBSERVE, false),
            (Command::Capture, Scopes::CAPTURE, false),
            (Command::Quit, Scopes::MANAGE, false),
        ];
        let scopes = [Scopes::OBSERVE, Scopes::CAPTURE, Scopes::INPUT, Scopes::ARRANGE, Scopes::LAUNCH, Scopes::MANAGE];
        for (command, needed, client) in table {
            assert_eq!(permit(&Caller::Person, &command, &desktop), Ok(()));
            assert_eq!(permit(&Caller::Client, &command, &desktop).is_ok(), client, "{command:?}");
            for scope in scopes {
                let program = Caller::Program { pid: None, scopes: scope };
                let expected = if scope == needed { Ok(()) } else { Err(Refusal::NotPermitted { scope: needed.name() }) };
                assert_eq!(permit(&program, &command, &desktop), expected, "{command:?}");
            }
            assert!(permit(&Caller::Program { pid: None, scopes: Scopes::ALL }, &command, &desktop).is_ok());
        }
    }
}
