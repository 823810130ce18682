//! Wayland without a library: one message there, its answer back. What a library costs would hide what the server costs.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

const DISPLAY: u32 = 1;
const FIRST_ID: u32 = 2;

pub(crate) struct RawClient {
    stream: UnixStream,
    received: Vec<u8>,
    /// The lowest id that is not in use: libwayland takes no other for a new object.
    free_id: u32,
}

struct Event {
    object: u32,
    opcode: u16,
    first_argument: u32,
}

impl RawClient {
    pub(crate) fn connect(socket: &Path) -> Result<Self> {
        let stream = UnixStream::connect(socket).with_context(|| format!("{} does not accept a client", socket.display()))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Self { stream, received: Vec::new(), free_id: FIRST_ID })
    }

    /// Asks for all globals and waits until they were listed: the first thing that any client does.
    pub(crate) fn list_globals(&mut self) -> Result<()> {
        self.request(DISPLAY, 1, self.free_id)?;
        self.free_id += 1;
        self.sync()
    }

    /// `wl_display.sync` until its callback is done and the callback's id is free again.
    pub(crate) fn sync(&mut self) -> Result<()> {
        let callback = self.free_id;
        self.request(DISPLAY, 0, callback)?;
        let mut done = false;
        loop {
            match self.event()? {
                Event { object: DISPLAY, opcode: 0, first_argument } => bail!("protocol error on object {first_argument}"),
                Event { object: DISPLAY, opcode: 1, first_argument } if done && first_argument == callback => return Ok(()),
                Event { object, opcode: 0, .. } if object == callback => done = true,
                _ => {}
            }
        }
    }

    fn request(&mut self, object: u32, opcode: u32, new_id: u32) -> Result<()> {
        let mut message = [0; 12];
        for (bytes, word) in message.chunks_exact_mut(4).zip([object, 12 << 16 | opcode, new_id]) {
            bytes.copy_from_slice(&word.to_ne_bytes());
        }
        self.stream.write_all(&message).context("the server no longer reads")
    }

    fn event(&mut self) -> Result<Event> {
        loop {
            if let Some((event, size)) = parse(&self.received)? {
                self.received.drain(..size);
                return Ok(event);
            }
            let mut bytes = [0; 4096];
            let count = self.stream.read(&mut bytes).context("the server does not answer")?;
            if count == 0 {
                bail!("the server closed the connection");
            }
            self.received.extend(bytes.iter().take(count));
        }
    }
}

/// The first event in `bytes` with its size, if all of it has arrived.
fn parse(bytes: &[u8]) -> Result<Option<(Event, usize)>> {
    let word = |index: usize| {
        let bytes = bytes.get(index * 4..index * 4 + 4)?;
        Some(u32::from_ne_bytes(bytes.try_into().ok()?))
    };
    let (Some(object), Some(head)) = (word(0), word(1)) else { return Ok(None) };
    let size = (head >> 16) as usize;
    if size < 8 {
        bail!("the server sent an event of {size} bytes");
    }
    if bytes.len() < size {
        return Ok(None);
    }
    let first_argument = if size > 8 { word(2).unwrap_or_default() } else { 0 };
    Ok(Some((Event { object, opcode: (head & 0xffff) as u16, first_argument }, size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_taken_when_all_of_it_is_there() {
        let words = [2_u32, 12 << 16, 7, 1, 12 << 16 | 1, 2];
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        assert!(parse(&bytes[..11]).unwrap().is_none());
        let (event, size) = parse(&bytes).unwrap().unwrap();
        assert_eq!((event.object, event.opcode, event.first_argument, size), (2, 0, 7, 12));
        let (event, _) = parse(&bytes[size..]).unwrap().unwrap();
        assert_eq!((event.object, event.opcode, event.first_argument), (1, 1, 2));
    }

    #[test]
    fn an_event_without_a_size_is_an_error() {
        assert!(parse(&[0; 8]).is_err());
    }
}
