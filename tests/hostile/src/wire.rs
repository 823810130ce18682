//! A client that writes the wire format by hand, because no library would send what these clients send.

use std::{
    collections::HashMap,
    io::{IoSlice, Read},
    mem::MaybeUninit,
    os::{fd::BorrowedFd, unix::net::UnixStream},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use rustix::{
    io::Errno,
    net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg},
};

/// The object that every connection begins with.
pub(crate) const DISPLAY: u32 = 1;
const REGISTRY: u32 = 2;
/// Nobody may take longer than this to answer, or to read.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a well-behaved library puts into one `sendmsg`.
pub(crate) const MAX_FDS: usize = 28;

/// One argument of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arg<'a> {
    Int(i32),
    /// Also objects and new ids.
    Uint(u32),
    Text(&'a str),
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    Error { code: u32, message: String },
    Closed,
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Wire {
    socket: UnixStream,
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
    last_id: u32,
    /// Name and version of each global.
    globals: HashMap<String, (u32, u32)>,
    /// Callbacks that were answered.
    done: Vec<u32>,
    pub(crate) end: Option<End>,
}

impl Wire {
    /// Connects and learns the globals.
    pub(crate) fn connect(path: &Path) -> Result<Self> {
        let socket = UnixStream::connect(path).with_context(|| format!("{} does not let us in", path.display()))?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        let mut wire = Self {
            socket,
            outgoing: Vec::new(),
            incoming: Vec::new(),
            last_id: REGISTRY,
            globals: HashMap::new(),
            done: Vec::new(),
            end: None,
        };
        wire.request(DISPLAY, 1, &[Arg::Uint(REGISTRY)]);
        wire.sync()?;
        Ok(wire)
    }

    pub(crate) fn new_id(&mut self) -> u32 {
        self.last_id += 1;
        self.last_id
    }

    /// Puts a request into the buffer.
    pub(crate) fn request(&mut self, object: u32, opcode: u16, arguments: &[Arg<'_>]) {
        let mut body = Vec::new();
        for argument in arguments {
            match argument {
                Arg::Int(value) => body.extend(value.to_ne_bytes()),
                Arg::Uint(value) => body.extend(value.to_ne_bytes()),
                Arg::Text(text) => {
                    let length = u32::try_from(text.len() + 1).unwrap_or(u32::MAX);
                    body.extend(length.to_ne_bytes());
                    body.extend(text.as_bytes());
                    body.resize((body.len() + 1).next_multiple_of(4), 0);
                }
            }
        }
        let length = u32::try_from(body.len() + 8).unwrap_or(u32::MAX);
        self.outgoing.extend(object.to_ne_bytes());
        self.outgoing.extend((length << 16 | u32::from(opcode)).to_ne_bytes());
        self.outgoing.extend(body);
    }

    /// Puts bytes into the buffer that need not be a request.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.outgoing.extend(bytes);
    }

    pub(crate) fn pending(&self) -> usize {
        self.outgoing.len()
    }

    /// Sends the buffer, with descriptors on its first byte. Being cut off is no error: it is noted in `end` with its reason.
    pub(crate) fn flush(&mut self, fds: &[BorrowedFd<'_>]) -> Result<()> {
        let bytes = std::mem::take(&mut self.outgoing);
        let mut rest = bytes.as_slice();
        let mut fds = fds;
        while !rest.is_empty() && self.end.is_none() {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            if !fds.is_empty() && !control.push(SendAncillaryMessage::ScmRights(fds)) {
                bail!("{} descriptors are too many for one message", fds.len());
            }
            match sendmsg(&self.socket, &[IoSlice::new(rest)], &mut control, SendFlags::NOSIGNAL) {
                Ok(sent) => {
                    rest = rest.get(sent..).unwrap_or_default();
                    fds = &[];
                }
                Err(Errno::PIPE | Errno::CONNRESET) => self.find_end()?,
                Err(Errno::INTR) => {}
                Err(error) => return Err(anyhow!(error).context("the desktop does not read")),
            }
        }
        Ok(())
    }

    /// Reads until the connection ends or nothing comes for so long.
    pub(crate) fn listen(&mut self, at_most: Duration) -> Result<()> {
        let until = Instant::now() + at_most;
        while self.end.is_none() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            self.socket.set_read_timeout(Some(left))?;
            self.read()?;
        }
        self.socket.set_read_timeout(Some(PATIENCE))?;
        Ok(())
    }

    /// The other end has closed: what it said before still waits.
    fn find_end(&mut self) -> Result<()> {
        while self.end.is_none() {
            if !self.read()? {
                bail!("the connection is broken but does not end");
            }
        }
        Ok(())
    }

    /// Asks for an answer and waits for it. Returns whether it came.
    pub(crate) fn sync(&mut self) -> Result<bool> {
        let callback = self.new_id();
        self.request(DISPLAY, 0, &[Arg::Uint(callback)]);
        self.flush(&[])?;
        self.done.clear();
        while self.end.is_none() {
            if self.done.contains(&callback) {
                // The desktop has given the number back.
                self.last_id = self.last_id.min(callback - 1).max(REGISTRY);
                return Ok(true);
            }
            if !self.read()? {
                bail!("the desktop does not answer");
            }
        }
        Ok(false)
    }

    /// Binds a global. It must exist: an attack that misses its target proves nothing.
    pub(crate) fn bind(&mut self, interface: &str) -> Result<u32> {
        let (name, version) = *self.globals.get(interface).ok_or_else(|| anyhow!("the desktop has no {interface}: nothing to attack"))?;
        let id = self.new_id();
        self.request(REGISTRY, 0, &[Arg::Uint(name), Arg::Text(interface), Arg::Uint(version), Arg::Uint(id)]);
        Ok(id)
    }

    /// Reads once. Returns whether anything came.
    fn read(&mut self) -> Result<bool> {
        let mut chunk = [0; 4096];
        match self.socket.read(&mut chunk) {
            Ok(0) => self.end = self.end.take().or(Some(End::Closed)),
            Ok(length) => self.incoming.extend(chunk.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => self.end = self.end.take().or(Some(End::Closed)),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
        while let Some((object, opcode, body)) = self.next_event() {
            self.event(object, opcode, &body);
        }
        Ok(true)
    }

    fn next_event(&mut self) -> Option<(u32, u16, Vec<u8>)> {
        let object = number(&self.incoming, 0)?;
        let word = number(&self.incoming, 4)?;
        let length = (word >> 16) as usize;
        let body = self.incoming.get(8..length)?.to_vec();
        self.incoming.drain(..length);
        Some((object, (word & 0xffff) as u16, body))
    }

    fn event(&mut self, object: u32, opcode: u16, body: &[u8]) {
        match (object, opcode) {
            (DISPLAY, 0) => {
                let code = number(body, 4).unwrap_or_default();
                self.end = Some(End::Error { code, message: text(body, 8) });
            }
            (DISPLAY, _) => {}
            (REGISTRY, 0) => {
                let interface = text(body, 4);
                let version = number(body, 4 + 4 + (interface.len() + 1).next_multiple_of(4)).unwrap_or(1);
                self.globals.insert(interface, (number(body, 0).unwrap_or_default(), version));
            }
            (REGISTRY, _) => {}
            (callback, 0) => self.done.push(callback),
            _ => {}
        }
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes)
}

/// A string argument, without its end.
fn text(bytes: &[u8], at: usize) -> String {
    let length = number(bytes, at).unwrap_or_default() as usize;
    let text = bytes.get(at + 4..(at + 4 + length).saturating_sub(1)).unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}
