//! A keyboard on which nothing is held or locked, for a program or a binding that types.
//!
//! Whoever types means exactly what it says; what the person at the desktop holds meanwhile (`super`, of the binding that types) would make
//! something else of it. So the modifiers that are held are lifted for that long, and Caps Lock is off. Programs are told which modifiers are on,
//! and see no key of them go up or down: Alt, pressed and released, opens a menu.

use glasshouse_config::Keysym;
use smithay::{
    backend::input::KeyState,
    input::keyboard::{Keycode, KeysymHandle},
};

use crate::{State, keymap::Locks};

/// Modifiers that last as long as they are held. The others are locks, which are not lifted but turned off.
const HELD: [Keysym; 15] = [
    Keysym::Shift_L,
    Keysym::Shift_R,
    Keysym::Control_L,
    Keysym::Control_R,
    Keysym::Meta_L,
    Keysym::Meta_R,
    Keysym::Alt_L,
    Keysym::Alt_R,
    Keysym::Super_L,
    Keysym::Super_R,
    Keysym::Hyper_L,
    Keysym::Hyper_R,
    Keysym::ISO_Level3_Shift,
    Keysym::ISO_Level5_Shift,
    Keysym::Mode_switch,
];

/// What is to be as before when the typing is over.
#[derive(Debug)]
pub struct Free {
    /// Modifier keys that the person holds and that are up for now, by their xkb codes.
    lifted: Vec<u32>,
    /// The layout that is turned on in the end, from 0.
    back: u32,
    /// The layout that typing has turned on.
    worn: u32,
}

impl State {
    /// Runs what presses keys of its own, with no modifier held, Caps Lock off, and the freedom to turn any layout on. Afterwards all is as it
    /// was, but for what those keys locked.
    pub fn with_free_keyboard<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        self.wear_own_keymap();
        let before = self.own_locks();
        let lifted = self.held_modifier_keys();
        self.turn_modifiers(&lifted, false);
        let outer = self.input.free.replace(Free { lifted, back: before.layout, worn: before.layout });
        self.lock(Locks { caps: false, ..self.own_locks() });
        let result = f(self);
        self.wear_own_keymap();
        let after = self.own_locks();
        if let Some(free) = std::mem::replace(&mut self.input.free, outer) {
            self.turn_modifiers(&free.lifted, true);
            // A key of these, or a binding, may have switched layouts, and so may a modifier that goes down with others; only the latter is undone.
            let layout = if after.layout == free.worn { free.back } else { after.layout };
            // Caps Lock is off unless a key of these has toggled it.
            self.lock(Locks { layout, caps: before.caps != after.caps, num: after.num });
        }
        self.tell_layout();
        result
    }

    /// The layout of the seat's own keymap that is on, from 0, whatever is being typed.
    pub fn layout_on(&self) -> u32 {
        self.input.free.as_ref().map_or_else(|| self.own_locks().layout, |free| free.back)
    }

    /// Turns a layout on, from 0: as long as something is being typed, or for good.
    pub fn use_layout(&mut self, layout: u32, for_good: bool) {
        self.wear_own_keymap();
        if let Some(free) = &mut self.input.free {
            free.worn = layout;
            if for_good {
                free.back = layout;
            }
        }
        let locks = self.own_locks();
        self.lock(Locks { layout, ..locks });
    }

    /// Presses or releases a modifier for a chord. One that the person holds too is down for programs already.
    pub fn modifier_key(&mut self, code: u32, pressed: bool) {
        if self.input.free.as_ref().is_some_and(|free| free.lifted.contains(&code)) {
            self.turn_modifiers(&[code], pressed);
        } else {
            self.key(code, pressed);
        }
    }

    /// The keys of modifiers that are held now, by their xkb codes.
    pub fn held_modifier_keys(&self) -> Vec<u32> {
        let mut held = self.input.keyboard.with_pressed_keysyms(|keys| {
            let is_held = |key: &&KeysymHandle<'_>| key.raw_syms().first().is_some_and(|symbol| HELD.contains(symbol));
            keys.iter().filter(is_held).map(|key| key.raw_code().raw()).collect::<Vec<_>>()
        });
        held.sort_unstable();
        held
    }

    /// Has modifier keys up or down without anybody's seeing the keys, and says which modifiers are on now.
    fn turn_modifiers(&mut self, codes: &[u32], pressed: bool) {
        let (keyboard, state) = (self.input.keyboard.clone(), if pressed { KeyState::Pressed } else { KeyState::Released });
        let mut changed = false;
        for code in codes {
            changed |= keyboard.input_intercept(self, Keycode::new(*code), state, |_, _, _| ()).1;
        }
        if changed {
            self.tell_modifiers();
        }
    }
}
