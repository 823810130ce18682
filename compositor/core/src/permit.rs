//! Who may do what: one table for key bindings, D-Bus, agents and clients.

use crate::{
    command::{Act, Caller, Command, Entry, Refusal, Scopes, Switch},
    desktop::Desktop,
};

/// Whether `caller` may do this now. Pure, so the whole table is one test.
///
/// # Errors
/// [`Refusal::NotPermitted`] with the scope that is missing, or [`Refusal::Locked`].
pub fn permit<'a>(caller: &Caller, act: impl Into<Act<'a>>, desktop: &Desktop) -> Result<(), Refusal> {
    let act = act.into();
    let scope = scope_of(act);
    let permitted = match caller {
        Caller::Person => true,
        Caller::Client => client_may(act),
        Caller::Program { scopes, .. } => scopes.contains(scope),
    };
    if !permitted {
        return Err(Refusal::NotPermitted { scope: scope.name() });
    }
    if desktop.is_locked() && !while_locked(caller, act) { Err(Refusal::Locked) } else { Ok(()) }
}

/// A client asks by `Event::WindowWants`, which names its own window; the rest is none of its business.
fn client_may(act: Act<'_>) -> bool {
    matches!(act, Act::Command(Command::SetFullscreen { .. } | Command::SetMaximized { .. } | Command::SetMinimized { on: Switch::On, .. }))
}

/// The scope that a program needs.
fn scope_of(act: Act<'_>) -> Scopes {
    match act {
        Act::Command(command) => Entry::named(command.name()).map_or(Scopes::ALL, |entry| entry.scope),
        Act::Observe => Scopes::OBSERVE,
        Act::Capture => Scopes::CAPTURE,
        Act::Input => Scopes::INPUT,
        Act::Launch => Scopes::LAUNCH,
        Act::Manage => Scopes::MANAGE,
        Act::OfferLayouts => Scopes::OBSERVE_AND_ARRANGE,
    }
}

/// A locked session shows nothing and obeys nobody; keys of the person go to the locker, and whoever manages the machine still may.
fn while_locked(caller: &Caller, act: Act<'_>) -> bool {
    match scope_of(act) {
        // It learns nothing and moves nothing until the session is unlocked, and may be started again meanwhile.
        _ if act == Act::OfferLayouts => true,
        Scopes::MANAGE => *caller != Caller::Person || !matches!(act, Act::Command(Command::Quit {})),
        // Only bindings that say so act while the session is locked: volume, brightness, media.
        Scopes::INPUT | Scopes::LAUNCH => *caller == Caller::Person,
        _ => *caller == Caller::Client,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, Settings, Timestamp, command::COMMANDS};

    /// A line of each command, so that a new row without one fails here.
    fn example(name: &str) -> Command {
        let arguments = match name {
            "focus-window" | "swap-window" => "left",
            "move-window" | "move-window-by" | "resize-window-by" | "move-pointer" | "scroll" => "1,2",
            "resize-window" => "3x4",
            "set-fullscreen" | "set-maximized" | "set-floating" | "set-minimized" => "on",
            "set-sticky" | "set-above" | "set-windowed-fullscreen" => "on",
            "set-aspect" => "16:9",
            "snap-window" => "top-left",
            "set-mark" => "mail",
            "focus-workspace" | "move-to-workspace" | "swap-workspace" => "2",
            "create-workspace" | "rename-workspace" => "web",
            "move-workspace-to-output" | "focus-output" | "move-to-output" | "configure-output" | "remove-output" => "HEADLESS-1",
            "set-layout" => "columns",
            "set-layout-parameters" => "main=0.6",
            "drop-window" => "last left",
            "move-towards" | "consume-or-expel" | "move-column" | "focus-column" | "set-master-side" => "left",
            "set-tabbed" | "set-full-width" => "on",
            "set-column-width" => "50%",
            "scroll-view" => "10",
            "split" => "toggle",
            "set-container-layout" => "tabbed",
            "set-masters" => "+1",
            "set-master-fraction" => "0.6",
            "add-output" => "800x600",
            "spawn" => "foot",
            "press-key" => "ctrl+c",
            "type-text" => "text",
            "enter-mode" => "resize",
            "switch-keyboard-layout" => "next",
            "set-option" => "layout.gap-px 8",
            "reset-option" => "layout.gap-px",
            "save-snapshot" | "restore-snapshot" | "save-layout" | "restore-layout" => "work",
            _ => "",
        };
        format!("{name} {arguments}").parse().unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Per command: what a program needs, whether a client may ask for it, and whether the person may while the session is locked.
    const TABLE: &[(&str, Scopes, bool, bool)] = &[
        ("focus-window", Scopes::ARRANGE, false, false),
        ("focus-floating-or-tiled", Scopes::ARRANGE, false, false),
        ("close-window", Scopes::ARRANGE, false, false),
        ("move-window", Scopes::ARRANGE, false, false),
        ("move-window-by", Scopes::ARRANGE, false, false),
        ("resize-window", Scopes::ARRANGE, false, false),
        ("resize-window-by", Scopes::ARRANGE, false, false),
        ("swap-window", Scopes::ARRANGE, false, false),
        ("set-fullscreen", Scopes::ARRANGE, true, false),
        ("set-maximized", Scopes::ARRANGE, true, false),
        ("set-floating", Scopes::ARRANGE, false, false),
        ("set-minimized", Scopes::ARRANGE, true, false),
        ("set-sticky", Scopes::ARRANGE, false, false),
        ("set-above", Scopes::ARRANGE, false, false),
        ("set-windowed-fullscreen", Scopes::ARRANGE, false, false),
        ("set-aspect", Scopes::ARRANGE, false, false),
        ("snap-window", Scopes::ARRANGE, false, false),
        ("set-mark", Scopes::ARRANGE, false, false),
        ("move-to-scratchpad", Scopes::ARRANGE, false, false),
        ("toggle-scratchpad", Scopes::ARRANGE, false, false),
        ("focus-workspace", Scopes::ARRANGE, false, false),
        ("move-to-workspace", Scopes::ARRANGE, false, false),
        ("move-workspace-to-output", Scopes::ARRANGE, false, false),
        ("swap-workspace", Scopes::ARRANGE, false, false),
        ("create-workspace", Scopes::ARRANGE, false, false),
        ("rename-workspace", Scopes::ARRANGE, false, false),
        ("focus-output", Scopes::ARRANGE, false, false),
        ("move-to-output", Scopes::ARRANGE, false, false),
        ("set-layout", Scopes::ARRANGE, false, false),
        ("set-layout-parameters", Scopes::ARRANGE, false, false),
        ("cycle-layout", Scopes::ARRANGE, false, false),
        ("move-towards", Scopes::ARRANGE, false, false),
        ("drop-window", Scopes::ARRANGE, false, false),
        ("begin-move", Scopes::ARRANGE, false, false),
        ("begin-resize", Scopes::ARRANGE, false, false),
        ("end-drag", Scopes::ARRANGE, false, false),
        ("cancel-drag", Scopes::ARRANGE, false, false),
        ("balance", Scopes::ARRANGE, false, false),
        ("set-tabbed", Scopes::ARRANGE, false, false),
        ("consume-or-expel", Scopes::ARRANGE, false, false),
        ("move-column", Scopes::ARRANGE, false, false),
        ("focus-column", Scopes::ARRANGE, false, false),
        ("set-column-width", Scopes::ARRANGE, false, false),
        ("cycle-column-width", Scopes::ARRANGE, false, false),
        ("cycle-window-height", Scopes::ARRANGE, false, false),
        ("set-full-width", Scopes::ARRANGE, false, false),
        ("centre-column", Scopes::ARRANGE, false, false),
        ("scroll-view", Scopes::ARRANGE, false, false),
        ("split", Scopes::ARRANGE, false, false),
        ("set-container-layout", Scopes::ARRANGE, false, false),
        ("focus-parent", Scopes::ARRANGE, false, false),
        ("focus-child", Scopes::ARRANGE, false, false),
        ("flatten", Scopes::ARRANGE, false, false),
        ("promote", Scopes::ARRANGE, false, false),
        ("set-masters", Scopes::ARRANGE, false, false),
        ("set-master-fraction", Scopes::ARRANGE, false, false),
        ("set-master-side", Scopes::ARRANGE, false, false),
        ("add-output", Scopes::MANAGE, false, true),
        ("configure-output", Scopes::MANAGE, false, true),
        ("remove-output", Scopes::MANAGE, false, true),
        ("spawn", Scopes::LAUNCH, false, true),
        ("press-key", Scopes::INPUT, false, true),
        ("type-text", Scopes::INPUT, false, true),
        ("move-pointer", Scopes::INPUT, false, true),
        ("click", Scopes::INPUT, false, true),
        ("scroll", Scopes::INPUT, false, true),
        ("capture", Scopes::CAPTURE, false, false),
        ("enter-mode", Scopes::ARRANGE, false, false),
        ("switch-keyboard-layout", Scopes::ARRANGE, false, false),
        ("set-option", Scopes::MANAGE, false, true),
        ("reset-option", Scopes::MANAGE, false, true),
        ("reload-config", Scopes::MANAGE, false, true),
        ("save-snapshot", Scopes::ARRANGE, false, false),
        ("restore-snapshot", Scopes::ARRANGE, false, false),
        ("save-layout", Scopes::ARRANGE, false, false),
        ("restore-layout", Scopes::ARRANGE, false, false),
        ("lock", Scopes::MANAGE, false, true),
        ("undo", Scopes::ARRANGE, false, false),
        ("redo", Scopes::ARRANGE, false, false),
        ("quit", Scopes::MANAGE, false, false),
    ];

    fn program(scopes: Scopes) -> Caller {
        Caller::Program { pid: None, scopes }
    }

    #[test]
    fn the_table_of_permissions() {
        let desktop = Desktop::new(Settings::default());
        let mut locked = desktop.clone();
        locked.observe(Event::Locked(true), Timestamp::default());
        let names: Vec<_> = TABLE.iter().map(|(name, ..)| *name).collect();
        assert_eq!(names, COMMANDS.iter().map(|entry| entry.name).collect::<Vec<_>>());
        for (name, needed, client, person_locked) in TABLE {
            let command = example(name);
            assert_eq!(permit(&Caller::Person, &command, &desktop), Ok(()));
            assert_eq!(permit(&Caller::Client, &command, &desktop).is_ok(), *client, "{name}");
            for scope in Scopes::EACH {
                let expected = if scope == *needed { Ok(()) } else { Err(Refusal::NotPermitted { scope: needed.name() }) };
                assert_eq!(permit(&program(scope), &command, &desktop), expected, "{name}");
            }
            assert_eq!(permit(&Caller::Person, &command, &locked), if *person_locked { Ok(()) } else { Err(Refusal::Locked) }, "{name}");
            let managed = if *needed == Scopes::MANAGE { Ok(()) } else { Err(Refusal::Locked) };
            assert_eq!(permit(&program(Scopes::ALL), &command, &locked), managed, "{name}");
        }
        for (act, needed) in [
            (Act::Observe, Scopes::OBSERVE),
            (Act::Capture, Scopes::CAPTURE),
            (Act::Input, Scopes::INPUT),
            (Act::Launch, Scopes::LAUNCH),
            (Act::Manage, Scopes::MANAGE),
        ] {
            for scope in Scopes::EACH {
                assert_eq!(permit(&program(scope), act, &desktop).is_ok(), scope == needed, "{act:?}");
            }
            assert_eq!(permit(&program(Scopes::ALL), act, &locked).is_ok(), act == Act::Manage, "{act:?}");
        }
        // Who offers layouts is told of windows and moves them, and begins again while the session is locked.
        for scope in Scopes::EACH {
            let needed = Refusal::NotPermitted { scope: "observe and arrange" };
            assert_eq!(permit(&program(scope), Act::OfferLayouts, &desktop), Err(needed));
        }
        for desktop in [&desktop, &locked] {
            assert_eq!(permit(&program(Scopes::OBSERVE.with(Scopes::ARRANGE)), Act::OfferLayouts, desktop), Ok(()));
        }
    }
}
