//! D-Bus without a library: prepared calls and their answers. What a library costs would hide what the other end costs.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use zbus::{DynamicType, Message};

use super::PATIENCE;

const RETURN: u8 = 2;
const ERROR: u8 = 3;
const SIGNAL: u8 = 4;

/// What every message begins with; the fields of the header follow.
const FIXED: usize = 16;

/// A call that can be sent again and again.
#[derive(Clone)]
pub(crate) struct Call(Vec<u8>);

impl Call {
    /// A call of the desktop.
    pub(crate) fn desktop(interface: &str, method: &str, body: &(impl Serialize + DynamicType)) -> Result<Self> {
        Self::new(glasshouse_protocols::BUS_NAME, glasshouse_protocols::OBJECT_PATH, &format!("org.glasshouse.{interface}"), method, body)
    }

    /// A call of the bus daemon.
    pub(crate) fn daemon(method: &str, body: &(impl Serialize + DynamicType)) -> Result<Self> {
        Self::new("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method, body)
    }

    fn new(destination: &str, path: &str, interface: &str, method: &str, body: &(impl Serialize + DynamicType)) -> Result<Self> {
        let message = Message::method_call(path, method).destination(destination).interface(interface).build(body)?;
        Ok(Self(message.data().bytes().to_vec()))
    }
}

/// One end of a connection, which has said who it is.
pub(crate) struct Wire {
    stream: UnixStream,
    received: Vec<u8>,
    /// Where in `received` the next message begins.
    at: usize,
    serial: u32,
    out: Vec<u8>,
}

/// A message from the other end.
pub(crate) struct Received<'a> {
    kind: u8,
    body: &'a [u8],
    whole: &'a [u8],
}

impl Received<'_> {
    /// The 64-bit number at this place in a body of fixed parts.
    pub(crate) fn number(&self, index: usize) -> Option<u64> {
        let bytes = self.body.get(index * 8..index * 8 + 8)?;
        Some(u64::from_ne_bytes(bytes.try_into().ok()?))
    }

    pub(crate) fn is_signal(&self) -> bool {
        self.kind == SIGNAL
    }

    /// The 32-bit number that the body begins with.
    pub(crate) fn small_number(&self) -> Option<u32> {
        Some(u32::from_ne_bytes(self.body.get(..4)?.try_into().ok()?))
    }
}

impl Wire {
    pub(crate) fn connect(socket: &Path) -> Result<Self> {
        let mut stream = UnixStream::connect(socket).with_context(|| format!("{} does not accept a client", socket.display()))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let user: String = rustix::process::geteuid().as_raw().to_string().bytes().map(|digit| format!("{digit:02x}")).collect();
        stream.write_all(format!("\0AUTH EXTERNAL {user}\r\n").as_bytes())?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).context("the server ended the handshake")?;
            answer.extend(byte);
        }
        if !answer.starts_with(b"OK ") {
            bail!("the server does not let us in: {}", String::from_utf8_lossy(&answer).trim());
        }
        stream.write_all(b"BEGIN\r\n")?;
        Ok(Self { stream, received: Vec::new(), at: 0, serial: 0, out: Vec::new() })
    }

    /// Connects to a bus, which wants to be greeted.
    pub(crate) fn connect_to_bus(socket: &Path) -> Result<Self> {
        let mut wire = Self::connect(socket)?;
        wire.call(&Call::daemon("Hello", &())?)?;
        Ok(wire)
    }

    /// Calls and waits for the answer.
    pub(crate) fn call(&mut self, call: &Call) -> Result<()> {
        self.send(call, 1)?;
        self.answer()
    }

    /// Calls and gives the 32-bit number of the answer.
    pub(crate) fn ask(&mut self, call: &Call) -> Result<u32> {
        self.send(call, 1)?;
        loop {
            let message = self.next()?;
            match message.kind {
                RETURN => return message.small_number().context("the answer is empty"),
                ERROR => bail!("the call was refused: {}", words(message.whole)),
                _ => {}
            }
        }
    }

    /// Sends a call so many times, in one go.
    pub(crate) fn send(&mut self, call: &Call, times: usize) -> Result<()> {
        self.out.clear();
        for _ in 0..times {
            self.serial = self.serial.wrapping_add(1).max(1);
            let start = self.out.len();
            self.out.extend(&call.0);
            let serial = self.out.get_mut(start + 8..start + 12).context("a call is shorter than its header")?;
            serial.copy_from_slice(&self.serial.to_ne_bytes());
        }
        self.stream.write_all(&self.out).context("the server no longer reads")
    }

    /// Waits for one answer. Signals that come before it are passed over.
    pub(crate) fn answer(&mut self) -> Result<()> {
        loop {
            let message = self.next()?;
            match message.kind {
                RETURN => return Ok(()),
                ERROR => bail!("the call was refused: {}", words(message.whole)),
                _ => {}
            }
        }
    }

    /// Waits for the next message, whatever it is.
    pub(crate) fn next(&mut self) -> Result<Received<'_>> {
        while self.message_size()?.is_none() {
            self.received.drain(..self.at);
            self.at = 0;
            let mut bytes = [0; 16 << 10];
            let count = self.stream.read(&mut bytes).context("the server does not answer")?;
            if count == 0 {
                bail!("the server closed the connection");
            }
            self.received.extend(bytes.iter().take(count));
        }
        let (size, body) = self.message_size()?.context("a message is there")?;
        let start = self.at;
        self.at += size;
        let whole = self.received.get(start..start + size).unwrap_or_default();
        let body = whole.get(size - body..).unwrap_or_default();
        Ok(Received { kind: whole.get(1).copied().unwrap_or_default(), body, whole })
    }

    /// Bytes of the next message and of its body, if all of it has arrived.
    fn message_size(&self) -> Result<Option<(usize, usize)>> {
        let rest = self.received.get(self.at..).unwrap_or_default();
        let Some((size, body)) = sizes(rest) else { return Ok(None) };
        if size > 64 << 20 {
            bail!("the server sent a message of {size} bytes");
        }
        Ok((rest.len() >= size).then_some((size, body)))
    }

    /// Whether the other end has hung up, after all that it had sent was read and thrown away.
    pub(crate) fn is_closed(&mut self, limit: Duration) -> Result<bool> {
        self.stream.set_read_timeout(Some(limit))?;
        let mut bytes = [0; 64 << 10];
        loop {
            match self.stream.read(&mut bytes) {
                Ok(0) => return Ok(true),
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(false),
                Err(_) => return Ok(true),
            }
        }
    }
}

/// Bytes of the message that begins here, and of its body. `None`: not even the fixed part is here.
fn sizes(bytes: &[u8]) -> Option<(usize, usize)> {
    let word = |at: usize| Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let (body, fields) = (word(4)?, word(12)?);
    Some((FIXED + fields.next_multiple_of(8) + body, body))
}

/// What can be read in a message, for an error.
fn words(message: &[u8]) -> String {
    let text: String = message.iter().map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '\n' }).collect();
    text.lines().filter(|line| line.len() > 3).collect::<Vec<_>>().join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_as_long_as_its_header_says() {
        let call = Call::desktop("Windows1", "Get", &(7_u64,)).unwrap();
        assert_eq!(sizes(&call.0), Some((call.0.len(), 8)));
        assert_eq!(sizes(&call.0[..15]), None);
    }
}
