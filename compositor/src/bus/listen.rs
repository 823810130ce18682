//! The socket's place in the file system.

use std::{
    fs, io,
    os::unix::{
        fs::{FileTypeExt, MetadataExt},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::Mode,
    net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType},
};

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("{} is the socket of another running desktop", .0.display())]
    Taken(PathBuf),
    #[error("{} is in the way and no socket", .0.display())]
    NotASocket(PathBuf),
    #[error("could not make the socket {}", .path.display())]
    Failed { path: PathBuf, source: io::Error },
}

/// A listening socket that removes its name when it is dropped.
#[derive(Debug)]
pub struct Listener {
    pub(crate) socket: UnixListener,
    path: PathBuf,
    /// Device and inode, so that only our own name is removed: somebody may have replaced it.
    identity: Option<(u64, u64)>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        if self.identity.is_some() && identity(&self.path) == self.identity {
            // If it fails, the next desktop of this name replaces the leftover.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes the socket, with mode 0600 from its first moment on. Replaces one on which nobody listens.
///
/// # Errors
///
/// If another desktop serves there, something else is in the way, or it cannot be made.
pub fn bind(path: &Path) -> Result<Listener, ListenError> {
    let failed = |source| ListenError::Failed { path: path.to_owned(), source };
    let socket = match bind_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let found = fs::symlink_metadata(path).map_err(failed)?;
            if !found.file_type().is_socket() {
                return Err(ListenError::NotASocket(path.to_owned()));
            }
            if UnixStream::connect(path).err().is_none_or(|error| error.kind() != io::ErrorKind::ConnectionRefused) {
                return Err(ListenError::Taken(path.to_owned()));
            }
            fs::remove_file(path).map_err(failed)?;
            bind_new(path).map_err(failed)?
        }
        other => other.map_err(failed)?,
    };
    Ok(Listener { socket, identity: identity(path), path: path.to_owned() })
}

fn bind_new(path: &Path) -> io::Result<UnixListener> {
    let address = SocketAddrUnix::new(path)?;
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    // Linux gives the name the mode of the socket, less the umask. So there is no moment in which others can connect, and no process-wide
    // umask to change.
    rustix::fs::fchmod(&socket, Mode::RUSR | Mode::WUSR)?;
    rustix::net::bind(&socket, &address)?;
    rustix::net::listen(&socket, 128)?;
    Ok(UnixListener::from(socket))
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::symlink_metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_socket_is_for_its_user_alone_and_goes_with_its_listener() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("glasshouse-test");
        let listener = bind(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        drop(listener);
        assert!(!path.exists());
    }

    #[test]
    fn a_leftover_is_replaced_and_a_living_desktop_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("glasshouse-test");
        drop(UnixListener::bind(&path).unwrap()); // Leaves its name behind.
        let listener = bind(&path).unwrap();
        assert!(matches!(bind(&path), Err(ListenError::Taken(_))));
        assert!(path.exists());

        // Somebody else's name is not removed.
        fs::remove_file(&path).unwrap();
        let other = UnixListener::bind(&path).unwrap();
        drop(listener);
        assert!(path.exists());
        drop(other);
    }

    #[test]
    fn what_is_no_socket_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("glasshouse-test");
        fs::write(&path, "precious").unwrap();
        let error = bind(&path).unwrap_err();
        assert!(error.to_string().contains("is in the way"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");

        let long = dir.path().join("x".repeat(120));
        assert!(matches!(bind(&long), Err(ListenError::Failed { .. })));
    }
}
