//! Whose keymap the seat has.
//!
//! Virtual keyboards bring keymaps of their own. The seat takes one on when its keyboard's keys come, and its own back when keys
//! come from elsewhere. Clients pay for every change, so nothing changes as long as the texts are the same. What is locked (the layout, Caps
//! Lock, Num Lock) belongs to the seat's own keymap and outlives every change.

use std::{io::Write, os::fd::OwnedFd, sync::Arc};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use smithay::input::keyboard::{Layout, ModifiersState, xkb};

use crate::{
    State,
    keyboard::{Names, Pending},
};

/// The seat's own keymap and what it has instead.
#[derive(Debug, Default)]
pub struct Keymaps {
    /// The layout with what typing has bound in it. `None` until somebody asks: nothing has been bound then.
    own: Option<Arc<str>>,
    /// Whether `own` is as libxkbcommon writes it, so that it can be compared with the keymaps of virtual keyboards.
    own_is_plain: bool,
    /// A virtual keyboard's, while it is the seat's, and what was locked before. `None`: the seat has its own.
    borrowed: Option<(Arc<str>, Locks)>,
    /// What the seat's own keymap is made of.
    pub names: Names,
    /// Another one is being compiled.
    pub pending: Option<Pending>,
    /// Repeats of a held key per second, and milliseconds until it starts, as they are configured.
    pub configured_repeat: Option<(i32, i32)>,
    /// The layout that everybody was told of, from 0.
    pub told_layout: u32,
}

/// What stays on when all keys are up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Locks {
    /// From 0.
    pub layout: u32,
    pub caps: bool,
    pub num: bool,
}

impl Locks {
    pub fn of(state: ModifiersState) -> Self {
        Self { layout: state.serialized.layout_effective, caps: state.caps_lock, num: state.num_lock }
    }
}

impl Keymaps {
    /// Whether the seat has its own keymap.
    pub fn is_own(&self) -> bool {
        self.borrowed.is_none()
    }

    /// Repeats of a held key per second, and milliseconds until it starts.
    pub fn repeat(&self) -> (i32, i32) {
        let (rate, delay) = crate::input::REPEAT;
        self.configured_repeat.unwrap_or((rate.cast_signed(), delay.as_millis() as i32))
    }
}

fn same(a: &Arc<str>, b: &Arc<str>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}

impl State {
    /// The seat's own keymap as text. `None` if the layout cannot be compiled, which start-up has ruled out.
    pub fn own_keymap(&mut self) -> Option<Arc<str>> {
        let keymaps = &self.input.keymaps;
        if keymaps.own.is_none() || !keymaps.own_is_plain {
            let plain = match &keymaps.own {
                Some(own) => plain(own).map(Arc::from),
                None => self.with_typing(|typing| Arc::from(typing.layout())).ok(),
            };
            self.input.keymaps.own = plain;
            self.input.keymaps.own_is_plain = true;
        }
        self.input.keymaps.own.clone()
    }

    /// Changes the seat's own keymap, for characters that it did not have.
    pub fn set_own_keymap(&mut self, text: String) -> Result<(), smithay::input::keyboard::Error> {
        let locks = self.own_locks();
        self.set_keymap(text.clone(), locks)?;
        self.input.keymaps.own = Some(Arc::from(text));
        self.input.keymaps.own_is_plain = false;
        self.input.keymaps.borrowed = None;
        self.tell_grab_keymap();
        Ok(())
    }

    /// Gives the seat another keymap of its own, as libxkbcommon writes it. If it has a virtual keyboard's now, it gets this with the next key of
    /// its own.
    pub fn replace_own_keymap(&mut self, text: Arc<str>, locks: Locks) -> Result<(), smithay::input::keyboard::Error> {
        match &mut self.input.keymaps.borrowed {
            Some((_, kept)) => *kept = locks,
            None => self.set_keymap(text.to_string(), locks)?,
        }
        self.input.keymaps.own = Some(text);
        self.input.keymaps.own_is_plain = true;
        self.tell_grab_keymap();
        Ok(())
    }

    /// What is locked in the seat's own keymap, also while it has another one.
    pub fn own_locks(&self) -> Locks {
        match &self.input.keymaps.borrowed {
            Some((_, locks)) => *locks,
            None => Locks::of(self.input.keyboard.modifier_state()),
        }
    }

    /// Keys that are down stay down.
    fn set_keymap(&mut self, text: String, locks: Locks) -> Result<(), smithay::input::keyboard::Error> {
        let keyboard = self.input.keyboard.clone();
        keyboard.set_keymap_from_string(self, text)?;
        self.lock(locks);
        Ok(())
    }

    /// Locks these and nothing else, and tells who gets keys. The seat has its own keymap.
    pub fn lock(&mut self, locks: Locks) {
        let keyboard = self.input.keyboard.clone();
        let state = keyboard.modifier_state();
        if Locks::of(state) == locks {
            return;
        }
        keyboard.set_modifier_state(ModifiersState { caps_lock: locks.caps, num_lock: locks.num, ..state });
        keyboard.with_xkb_state(self, |mut context| {
            // The former has turned the first layout on without saying so, and smithay takes no note of a layout that is on already.
            context.set_layout(Layout(locks.layout + 1));
            context.set_layout(Layout(locks.layout));
        });
        self.tell_modifiers();
    }

    /// Gives the seat its own keymap back before a key that is not a virtual keyboard's.
    pub fn wear_own_keymap(&mut self) {
        if self.input.keymaps.is_own() {
            return;
        }
        let Some(own) = self.own_keymap() else { return };
        let locks = self.own_locks();
        match self.set_keymap(own.to_string(), locks) {
            Ok(()) => self.input.keymaps.borrowed = None,
            Err(error) => tracing::error!(%error, "the seat cannot have its own keymap back"),
        }
    }

    /// Gives the seat a virtual keyboard's keymap before one of its keys. The text has been compiled once already. Answers whether
    /// that was a change.
    pub fn wear_keymap(&mut self, text: &Arc<str>) -> bool {
        let own = self.own_keymap();
        let worn = self.input.keymaps.borrowed.as_ref().map(|(text, _)| text).or(own.as_ref());
        if worn.is_some_and(|worn| same(worn, text)) {
            return false;
        }
        if own.is_some_and(|own| same(&own, text)) {
            self.wear_own_keymap();
            return true;
        }
        let keyboard = self.input.keyboard.clone();
        let locks = self.own_locks();
        match keyboard.set_keymap_from_string(self, text.to_string()) {
            Ok(()) => self.input.keymaps.borrowed = Some((Arc::clone(text), locks)),
            Err(error) => tracing::error!(%error, "a keymap that was compiled before is refused now"),
        }
        true
    }
}

/// A text of ours as libxkbcommon writes it.
fn plain(text: &str) -> Option<String> {
    let context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
    let keymap = xkb::Keymap::new_from_string(&context, text.to_owned(), xkb::KEYMAP_FORMAT_TEXT_V1, xkb::KEYMAP_COMPILE_NO_FLAGS)?;
    Some(keymap.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1))
}

/// A sealed file with a keymap and the NUL that ends it, and its size.
pub(crate) fn keymap_file(text: &str) -> std::io::Result<(OwnedFd, u32)> {
    let fd = memfd_create("glasshouse-keymap", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    let mut file = std::fs::File::from(fd);
    file.write_all(text.as_bytes())?;
    file.write_all(&[0])?;
    let fd = OwnedFd::from(file);
    fcntl_add_seals(&fd, SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL)?;
    let size = u32::try_from(text.len() + 1).map_err(std::io::Error::other)?;
    Ok((fd, size))
}
