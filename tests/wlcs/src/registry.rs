//! Which protocols the desktop offers: it is asked as a client would, so that no list can be out of date.

use std::{
    ffi::CString,
    io::{ErrorKind, Read, Write},
    os::unix::net::UnixStream,
    time::Duration,
};

use anyhow::{Context, bail};
use glasshouse::{Server, socket::insert_client};

/// A global's interface and version.
pub(crate) type Global = (CString, u32);

const REGISTRY: u32 = 2;
const CALLBACK: u32 = 3;
/// `wl_display.sync` and `wl_display.get_registry`.
const SYNC: u32 = 0;
const GET_REGISTRY: u32 = 1;
/// `wl_registry.global` and `wl_callback.done`.
const GLOBAL: u32 = 0;
const DONE: u32 = 0;

/// What a client of this desktop may bind.
pub(crate) fn globals(server: &mut Server) -> anyhow::Result<Vec<Global>> {
    let (ours, mut theirs) = UnixStream::pair()?;
    theirs.set_nonblocking(true)?;
    insert_client(&mut server.state.clients, ours).context("the desktop lets nobody in")?;
    let words = [1, 12 << 16 | GET_REGISTRY, REGISTRY, 1, 12 << 16 | SYNC, CALLBACK];
    theirs.write_all(&words.into_iter().flat_map(u32::to_ne_bytes).collect::<Vec<u8>>())?;
    let mut bytes = Vec::new();
    for _ in 0..100 {
        server.turn(Some(Duration::from_millis(10)))?;
        match theirs.read_to_end(&mut bytes) {
            Ok(_) => bail!("the desktop hung up"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(globals) = parse(&bytes) {
            return Ok(globals);
        }
    }
    bail!("the desktop does not answer")
}

/// `None` until the answer is complete.
fn parse(mut bytes: &[u8]) -> Option<Vec<Global>> {
    let mut globals = Vec::new();
    loop {
        let (object, head) = (word(bytes, 0)?, word(bytes, 1)?);
        let (size, event) = ((head >> 16) as usize, head & 0xffff);
        let message = bytes.get(..size.max(8))?;
        bytes = bytes.get(size.max(8)..)?;
        match (object, event) {
            (CALLBACK, DONE) => return Some(globals),
            (REGISTRY, GLOBAL) => {
                // Name, interface, version.
                let length = word(message, 3)? as usize; // With its final 0.
                let interface = message.get(16..16 + length.checked_sub(1)?)?;
                let version = word(message, 4 + length.div_ceil(4))?;
                globals.push((CString::new(interface).ok()?, version));
            }
            _ => {}
        }
    }
}

fn word(bytes: &[u8], index: usize) -> Option<u32> {
    let bytes = bytes.get(index * 4..index * 4 + 4)?;
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}
