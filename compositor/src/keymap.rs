//! Whose keymap the seat has.
//!
//! Virtual keyboards bring keymaps of their own. The seat takes one on when its keyboard's keys come, and its own back when keys
//! come from elsewhere. Clients pay for every change, so nothing changes as long as the texts are the same.

use std::{io::Write, os::fd::OwnedFd, sync::Arc};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use smithay::input::keyboard::xkb;

use crate::State;

/// The seat's own keymap and what it has instead.
#[derive(Debug, Default)]
pub struct Keymaps {
    /// The layout with what typing has bound in it. `None` until somebody asks: nothing has been bound then.
    own: Option<Arc<str>>,
    /// Whether `own` is as libxkbcommon writes it, so that it can be compared with the keymaps of virtual keyboards.
    own_is_plain: bool,
    /// A virtual keyboard's, while it is the seat's. `None`: the seat has its own.
    borrowed: Option<Arc<str>>,
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
        let keyboard = self.input.keyboard.clone();
        keyboard.set_keymap_from_string(self, text.clone())?;
        self.input.keymaps = Keymaps { own: Some(Arc::from(text)), own_is_plain: false, borrowed: None };
        self.tell_grab_keymap();
        Ok(())
    }

    /// Gives the seat its own keymap back before a key that is not a virtual keyboard's.
    pub fn wear_own_keymap(&mut self) {
        if self.input.keymaps.borrowed.is_none() {
            return;
        }
        let Some(own) = self.own_keymap() else { return };
        let keyboard = self.input.keyboard.clone();
        match keyboard.set_keymap_from_string(self, own.to_string()) {
            Ok(()) => self.input.keymaps.borrowed = None,
            Err(error) => tracing::error!(%error, "the seat cannot have its own keymap back"),
        }
    }

    /// Gives the seat a virtual keyboard's keymap before one of its keys. The text has been compiled once already. Answers whether
    /// that was a change.
    pub fn wear_keymap(&mut self, text: &Arc<str>) -> bool {
        let own = self.own_keymap();
        let worn = self.input.keymaps.borrowed.as_ref().or(own.as_ref());
        if worn.is_some_and(|worn| same(worn, text)) {
            return false;
        }
        if own.is_some_and(|own| same(&own, text)) {
            self.wear_own_keymap();
            return true;
        }
        let keyboard = self.input.keyboard.clone();
        match keyboard.set_keymap_from_string(self, text.to_string()) {
            Ok(()) => self.input.keymaps.borrowed = Some(Arc::clone(text)),
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
