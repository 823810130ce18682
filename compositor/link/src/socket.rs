//! Framed messages with descriptors over a Unix stream socket. Never blocks.

use std::{
    collections::VecDeque,
    io::{IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::Arc,
};

use rustix::{
    io::Errno,
    net::{
        AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
        SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
    },
};
use serde::{Serialize, de::DeserializeOwned};

use crate::message::{MAX_FDS, MAX_MESSAGE};

/// Length of the message and number of its descriptors, each a little-endian `u32`.
const HEADER: usize = 8;

/// Why the link ended. There is no going on after any of them.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("the other end is gone")]
    Closed,
    #[error("the socket failed")]
    Io(#[from] std::io::Error),
    #[error("a message of {bytes} bytes with {fds} descriptors is over the limit")]
    TooLarge { bytes: usize, fds: usize },
    #[error("a message cannot be read")]
    Decode(#[source] postcard::Error),
    #[error("a message came without its descriptors")]
    MissingFds,
}

impl From<Errno> for LinkError {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::PIPE | Errno::CONNRESET => Self::Closed,
            other => Self::Io(other.into()),
        }
    }
}

/// One end of the link.
#[derive(Debug)]
pub struct Connection {
    socket: OwnedFd,
    outgoing: VecDeque<Frame>,
    incoming: Vec<u8>,
    incoming_fds: VecDeque<OwnedFd>,
    closed: bool,
}

#[derive(Debug)]
struct Frame {
    bytes: Vec<u8>,
    sent: usize,
    /// Empty once they went out, with the first byte.
    fds: Vec<Arc<OwnedFd>>,
}

impl Connection {
    /// Two connected sockets: one to keep, one to give to the other process. Closed on exec.
    pub fn pair() -> Result<(OwnedFd, OwnedFd), LinkError> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        Ok(socketpair(AddressFamily::UNIX, SocketType::STREAM, flags, None)?)
    }

    pub fn new(socket: OwnedFd) -> Result<Self, LinkError> {
        rustix::io::ioctl_fionbio(&socket, true)?;
        Ok(Self { socket, outgoing: VecDeque::new(), incoming: Vec::new(), incoming_fds: VecDeque::new(), closed: false })
    }

    /// Queues a message. [`Self::flush`] sends it.
    pub fn send<M: Serialize>(&mut self, message: &M, fds: Vec<Arc<OwnedFd>>) -> Result<(), LinkError> {
        let mut bytes = postcard::to_extend(message, vec![0; HEADER]).map_err(LinkError::Decode)?;
        let length = bytes.len() - HEADER;
        if length > MAX_MESSAGE || fds.len() > MAX_FDS {
            return Err(LinkError::TooLarge { bytes: length, fds: fds.len() });
        }
        // Both are far below 2^32 after the check.
        let header = (length as u64) | ((fds.len() as u64) << 32);
        for (to, from) in bytes.iter_mut().zip(header.to_le_bytes()) {
            *to = from;
        }
        self.outgoing.push_back(Frame { bytes, sent: 0, fds });
        Ok(())
    }

    /// Sends what the socket takes. Returns whether everything is out; if not, flush again when the socket is writable.
    pub fn flush(&mut self) -> Result<bool, LinkError> {
        while let Some(frame) = self.outgoing.front_mut() {
            let borrowed: Vec<BorrowedFd<'_>> = frame.fds.iter().map(|fd| fd.as_fd()).collect();
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            if !borrowed.is_empty() && !control.push(SendAncillaryMessage::ScmRights(&borrowed)) {
                return Err(LinkError::TooLarge { bytes: frame.bytes.len(), fds: borrowed.len() });
            }
            let rest = frame.bytes.get(frame.sent..).unwrap_or_default();
            match sendmsg(&self.socket, &[IoSlice::new(rest)], &mut control, SendFlags::NOSIGNAL | SendFlags::DONTWAIT) {
                Ok(sent) => {
                    frame.fds.clear();
                    frame.sent += sent;
                    if frame.sent >= frame.bytes.len() {
                        self.outgoing.pop_front();
                    }
                }
                Err(Errno::AGAIN) => return Ok(false),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(true)
    }

    /// The next message, if a whole one has come. Call until it answers `None`.
    ///
    /// # Errors
    ///
    /// [`LinkError::Closed`] only after every message that came before the end was given out.
    pub fn receive<M: DeserializeOwned>(&mut self) -> Result<Option<(M, Vec<OwnedFd>)>, LinkError> {
        loop {
            if let Some(message) = self.parse()? {
                return Ok(Some(message));
            }
            if self.closed {
                return Err(LinkError::Closed);
            }
            if !self.read()? {
                return Ok(None);
            }
        }
    }

    fn parse<M: DeserializeOwned>(&mut self) -> Result<Option<(M, Vec<OwnedFd>)>, LinkError> {
        let Some((header, rest)) = self.incoming.split_first_chunk::<HEADER>() else { return Ok(None) };
        let header = u64::from_le_bytes(*header);
        let (length, fds) = ((header & 0xffff_ffff) as usize, (header >> 32) as usize);
        if length > MAX_MESSAGE || fds > MAX_FDS {
            return Err(LinkError::TooLarge { bytes: length, fds });
        }
        let Some(body) = rest.get(..length) else { return Ok(None) };
        let message = postcard::from_bytes(body).map_err(LinkError::Decode)?;
        if self.incoming_fds.len() < fds {
            return Err(LinkError::MissingFds);
        }
        self.incoming.drain(..HEADER + length);
        Ok(Some((message, self.incoming_fds.drain(..fds).collect())))
    }

    /// Reads once. Returns whether anything came.
    fn read(&mut self) -> Result<bool, LinkError> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut chunk = [0u8; 16 << 10];
        let received =
            match recvmsg(&self.socket, &mut [IoSliceMut::new(&mut chunk)], &mut control, RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT) {
                Ok(received) => received,
                Err(Errno::AGAIN) => return Ok(false),
                Err(Errno::INTR) => return Ok(true),
                Err(error) => return Err(error.into()),
            };
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(fds) = message {
                self.incoming_fds.extend(fds);
            }
        }
        if received.bytes == 0 {
            self.closed = true;
        }
        self.incoming.extend_from_slice(chunk.get(..received.bytes).unwrap_or_default());
        Ok(true)
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{PoolSize, ToDisplay};
    use glasshouse_scene::PoolId;
    use rustix::fs::{MemfdFlags, memfd_create};

    fn ends() -> (Connection, Connection) {
        let (a, b) = Connection::pair().unwrap();
        (Connection::new(a).unwrap(), Connection::new(b).unwrap())
    }

    #[test]
    fn messages_arrive_whole_in_order_and_with_their_descriptors() {
        let (mut here, mut there) = ends();
        for round in 0..100u64 {
            let count = (round % 5) as usize;
            let pools = (0..count as u64).map(|i| PoolSize { pool: PoolId(round * 10 + i), bytes: i }).collect();
            let fds: Vec<_> = (0..count).map(|_| Arc::new(memfd_create("test", MemfdFlags::CLOEXEC).unwrap())).collect();
            for (index, fd) in fds.iter().enumerate() {
                rustix::io::write(fd, &[round as u8, index as u8]).unwrap();
            }
            here.send(&ToDisplay::AddPools { pools }, fds).unwrap();
        }
        let mut round = 0u64;
        loop {
            let done = here.flush().unwrap();
            while let Some((message, fds)) = there.receive::<ToDisplay>().unwrap() {
                let ToDisplay::AddPools { pools } = message else { panic!("{message:?}") };
                assert_eq!((pools.len(), fds.len()), ((round % 5) as usize, (round % 5) as usize));
                for (index, fd) in fds.iter().enumerate() {
                    let mut bytes = [0; 2];
                    rustix::io::pread(fd, &mut bytes, 0).unwrap();
                    assert_eq!(bytes, [round as u8, index as u8]);
                }
                round += 1;
            }
            if done {
                break;
            }
        }
        assert_eq!(round, 100);
    }

    #[test]
    fn a_large_message_passes_a_small_socket() {
        let (mut here, mut there) = ends();
        let pools: Vec<_> = (0..200_000).map(|i| PoolSize { pool: PoolId(i), bytes: i }).collect();
        here.send(&ToDisplay::AddPools { pools: pools.clone() }, Vec::new()).unwrap();
        let received = loop {
            here.flush().unwrap();
            if let Some((message, _)) = there.receive::<ToDisplay>().unwrap() {
                break message;
            }
        };
        assert_eq!(received, ToDisplay::AddPools { pools });
    }

    #[test]
    fn the_end_comes_after_the_last_message() {
        let (mut here, mut there) = ends();
        here.send(&ToDisplay::Ping { id: 7 }, Vec::new()).unwrap();
        assert!(here.flush().unwrap());
        drop(here);
        assert!(matches!(there.receive::<ToDisplay>(), Ok(Some((ToDisplay::Ping { id: 7 }, _)))));
        assert!(matches!(there.receive::<ToDisplay>(), Err(LinkError::Closed)));
    }

    #[test]
    fn nonsense_is_an_error_and_not_an_allocation() {
        let (here, mut there) = ends();
        rustix::io::write(&here, &[0xff; 64]).unwrap();
        assert!(matches!(there.receive::<ToDisplay>(), Err(LinkError::TooLarge { .. })));
    }
}
