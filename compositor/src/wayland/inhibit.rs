//! Small protocols whose promise we keep without doing anything.
//!
//! Inhibitors of shortcuts are respected in `bindings`, and gestures are sent by `input::gestures`.

use smithay::wayland::keyboard_shortcuts_inhibit::{
    KeyboardShortcutsInhibitHandler, KeyboardShortcutsInhibitState, KeyboardShortcutsInhibitor,
};

use crate::State;

impl KeyboardShortcutsInhibitHandler for State {
    fn keyboard_shortcuts_inhibit_state(&mut self) -> &mut KeyboardShortcutsInhibitState {
        &mut self.clients.globals.shortcuts_inhibit
    }

    fn new_inhibitor(&mut self, inhibitor: KeyboardShortcutsInhibitor) {
        // Granted to everyone, because the person has a way out (`bindings`).
        inhibitor.activate();
    }
}

smithay::delegate_keyboard_shortcuts_inhibit!(State);
smithay::delegate_pointer_gestures!(State);
