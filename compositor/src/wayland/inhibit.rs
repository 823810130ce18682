//! Small protocols whose promise we keep without doing anything.
//!
//! Nothing idles yet: whoever adds that has to look here. Inhibitors of shortcuts are respected in `bindings`, and gestures are sent by
//! `input::gestures`.

use smithay::{
    reexports::wayland_server::protocol::wl_surface::WlSurface,
    wayland::{
        idle_inhibit::IdleInhibitHandler,
        keyboard_shortcuts_inhibit::{KeyboardShortcutsInhibitHandler, KeyboardShortcutsInhibitState, KeyboardShortcutsInhibitor},
    },
};

use crate::State;

impl IdleInhibitHandler for State {
    fn inhibit(&mut self, _: WlSurface) {}

    fn uninhibit(&mut self, _: WlSurface) {}
}

impl KeyboardShortcutsInhibitHandler for State {
    fn keyboard_shortcuts_inhibit_state(&mut self) -> &mut KeyboardShortcutsInhibitState {
        &mut self.clients.globals.shortcuts_inhibit
    }

    fn new_inhibitor(&mut self, inhibitor: KeyboardShortcutsInhibitor) {
        // Granted to everyone, because the person has a way out (`bindings`).
        inhibitor.activate();
    }
}

smithay::delegate_idle_inhibit!(State);
smithay::delegate_keyboard_shortcuts_inhibit!(State);
smithay::delegate_pointer_gestures!(State);
