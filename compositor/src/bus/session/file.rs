//! Noticing that the socket of a bus has come.

use std::{future::pending, io, mem::MaybeUninit, os::unix::ffi::OsStrExt as _, path::PathBuf};

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use tokio::net::unix::pipe::Receiver;
use zbus::{
    Address,
    address::transport::{Transport, UnixSocket},
};

/// The folder of a bus's socket, watched.
#[derive(Debug)]
pub(super) struct SocketFile {
    /// No pipe, but something to read; tokio's `AsyncFd` would be unsafe.
    inotify: Receiver,
    path: PathBuf,
}

impl SocketFile {
    /// From now on. `None`: the bus has no file (an abstract or a TCP socket), its folder is not there, or the system has no watch left:
    /// then nothing says when the bus comes.
    pub(super) fn watch(address: &str) -> Option<Self> {
        let address: Address = address.parse().ok()?;
        let Transport::Unix(unix) = address.transport() else { return None };
        let UnixSocket::File(path) = unix.path() else { return None };
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok()?;
        // A socket is made in its place or moved there.
        inotify::add_watch(&inotify, path.parent()?, WatchFlags::CREATE | WatchFlags::MOVED_TO | WatchFlags::ONLYDIR).ok()?;
        Some(Self { inotify: Receiver::from_owned_fd_unchecked(inotify).ok()?, path: path.clone() })
    }

    /// Comes back when the socket was made anew since [`Self::watch`] or the last call.
    pub(super) async fn made(&self) {
        loop {
            // An error: the runtime ends.
            let Ok(()) = self.inotify.readable().await else { return pending().await };
            let mut happened = false;
            // Everything is read, so it is readable again only when something has happened since.
            let _ = self.inotify.try_io(|| {
                happened = self.happened();
                Err::<(), _>(io::ErrorKind::WouldBlock.into())
            });
            if happened {
                return;
            }
        }
    }

    /// Reads all that has happened in the folder, and whether any of it was to our file.
    fn happened(&self) -> bool {
        let mut space = [MaybeUninit::uninit(); 1024];
        let mut reader = inotify::Reader::new(&self.inotify, &mut space);
        let mut happened = false;
        // An error: everything is read.
        while let Ok(event) = reader.next() {
            happened |= event.file_name().map(std::ffi::CStr::to_bytes) == self.path.file_name().map(|name| name.as_bytes());
        }
        happened
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_that_is_made_is_noticed_and_other_files_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bus");
        let file = SocketFile::watch(&format!("unix:path={}", path.display())).unwrap();
        std::fs::write(folder.path().join("other"), "").unwrap();
        assert!(!file.happened());
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        file.made().await;
        assert!(!file.happened(), "told once");
        std::fs::remove_file(&path).unwrap();
        std::fs::rename(folder.path().join("other"), &path).unwrap();
        file.made().await;
    }

    #[tokio::test]
    async fn a_bus_without_a_file_cannot_be_watched() {
        for address in ["unix:abstract=bus", "tcp:host=localhost,port=1", "unix:path=/no/such/folder/bus", "nonsense"] {
            assert!(SocketFile::watch(address).is_none(), "{address}");
        }
    }
}
