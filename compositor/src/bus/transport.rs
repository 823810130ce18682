//! The socket under a connection, with limits that zbus's own has not.
//!
//! - What waits to be sent is bounded: while the other end does not read its answers, its calls are not read either. After
//!   [`STALLED`] without progress it is cut off.
//! - A message is at most [`MAX_MESSAGE`] long.
//! - Descriptors that a peer sends are not received: no method takes any.

use std::{
    io::{self, IoSlice},
    mem::MaybeUninit,
    os::fd::{BorrowedFd, OwnedFd},
    sync::Arc,
    time::Duration,
};

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use tokio::{io::Interest, net::UnixStream, sync::watch, time};
use zbus::{
    connection::socket::{ReadHalf, Socket, Split, WriteHalf},
    export::async_trait::async_trait,
};

use super::handshake::Begun;

/// In bytes. A text to type is at most 64 KiB, and nobody writes a command line this long.
const MAX_MESSAGE: usize = 1 << 20;

/// How long the other end may leave its answers unread.
const STALLED: Duration = Duration::from_secs(30);

/// Descriptors in one message. Ours have one.
const MAX_FDS: usize = 4;

/// A socket whose handshake is over.
#[derive(Debug)]
pub(super) struct Transport {
    pub(super) stream: Arc<UnixStream>,
    pub(super) begun: Begun,
}

impl Socket for Transport {
    type ReadHalf = Reader;
    type WriteHalf = Writer;

    fn split(self) -> Split<Reader, Writer> {
        let stream = self.stream;
        let (stalling, stalled) = watch::channel(false);
        let descriptors = self.begun.descriptors;
        Split::new(
            Reader { stream: stream.clone(), stalled, ahead: self.begun.ahead, descriptors },
            Writer { stream, stalling, descriptors },
        )
    }
}

#[derive(Debug)]
pub(super) struct Reader {
    stream: Arc<UnixStream>,
    /// The other end does not read.
    stalled: watch::Receiver<bool>,
    /// Received with the end of the handshake.
    ahead: Vec<u8>,
    descriptors: bool,
}

#[async_trait]
impl ReadHalf for Reader {
    async fn recvmsg(&mut self, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        if buffer.len() > MAX_MESSAGE {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the message is too long"));
        }
        if !self.ahead.is_empty() {
            let part = self.ahead.len().min(buffer.len());
            for (to, from) in buffer.iter_mut().zip(self.ahead.drain(..part)) {
                *to = from;
            }
            return Ok((part, Vec::new()));
        }
        loop {
            // An error: the writer is gone, and with it the connection. Reading then finds its end.
            let _ = self.stalled.wait_for(|stalled| !stalled).await;
            match self.stream.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.stream.readable().await?,
                read => return read.map(|read| (read, Vec::new())),
            }
        }
    }

    fn can_pass_unix_fd(&self) -> bool {
        self.descriptors
    }
}

#[derive(Debug)]
pub(super) struct Writer {
    stream: Arc<UnixStream>,
    stalling: watch::Sender<bool>,
    descriptors: bool,
}

#[async_trait]
impl WriteHalf for Writer {
    async fn sendmsg(&mut self, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
        let send = || self.stream.try_io(Interest::WRITABLE, || send_with(&self.stream, bytes, fds));
        match send() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            sent => return sent,
        }
        // Said again when this future is done or dropped.
        let _stall = Stall::begin(&self.stalling);
        let sent = async {
            loop {
                self.stream.writable().await?;
                match send() {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    sent => return sent,
                }
            }
        };
        time::timeout(STALLED, sent)
            .await
            .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "the other end does not read its answers")))
    }

    async fn close(&mut self) -> io::Result<()> {
        match rustix::net::shutdown(&*self.stream, rustix::net::Shutdown::Both) {
            Err(rustix::io::Errno::NOTCONN) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn can_pass_unix_fd(&self) -> bool {
        self.descriptors
    }
}

/// While it lives, nothing is read.
struct Stall<'a>(&'a watch::Sender<bool>);

impl<'a> Stall<'a> {
    fn begin(stalling: &'a watch::Sender<bool>) -> Self {
        stalling.send_replace(true);
        Self(stalling)
    }
}

impl Drop for Stall<'_> {
    fn drop(&mut self) {
        self.0.send_replace(false);
    }
}

fn send_with(stream: &UnixStream, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() && !control.push(SendAncillaryMessage::ScmRights(fds)) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "too many descriptors in one message"));
    }
    Ok(sendmsg(stream, &[IoSlice::new(bytes)], &mut control, SendFlags::NOSIGNAL | SendFlags::DONTWAIT)?)
}
