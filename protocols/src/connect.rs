//! Which desktop, and a connection to it.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use glasshouse_protocols::{Desktop1Proxy, connect};
//!
//! let desktop = connect::connect(None).await?;
//! for window in Desktop1Proxy::new(&desktop).await?.windows().await? {
//!     println!("{} {}", window.id, window.title);
//! }
//! # Ok(())
//! # }
//! ```

use std::{
    env, fs, io,
    os::unix::{fs::FileTypeExt as _, net::UnixStream},
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use zbus::{Connection, connection::Builder};

use crate::SOCKET_PREFIX;

/// How long an ordinary call may take before the desktop counts as stopped.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Why there is no connection. Each is one sentence with a way out.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("XDG_RUNTIME_DIR is not set; set it, or give the path of the desktop's socket")]
    NoRuntimeDir,
    #[error("could not look for desktops in {}", .dir.display())]
    Unreadable { dir: PathBuf, source: io::Error },
    #[error("no desktop runs here (there is no {SOCKET_PREFIX}* in {}); start one with `glasshouse --headless`", .0.display())]
    NoneRuns(PathBuf),
    #[error("several desktops run here: {}; choose one of them", .0.join(", "))]
    Several(Vec<String>),
    #[error("there is no desktop at {}; `glasshouse --headless` starts one", .0.display())]
    NotThere(PathBuf),
    #[error("{} was left behind by a desktop that has ended; remove it, or start the desktop again", .0.display())]
    LeftBehind(PathBuf),
    #[error("{} belongs to another user; connect as that user", .0.display())]
    OtherUser(PathBuf),
    #[error("could not connect to {}", .socket.display())]
    Failed { socket: PathBuf, source: io::Error },
    #[error("{} did not greet as a desktop does", .socket.display())]
    NoGreeting { socket: PathBuf, source: zbus::Error },
    #[error("{} does not answer; the desktop may be stopped", .0.display())]
    Silent(PathBuf),
}

/// Where sockets are looked for when none is named.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// `$GLASSHOUSE_SOCKET`.
    pub socket: Option<PathBuf>,
    /// `$WAYLAND_DISPLAY`.
    pub wayland_display: Option<String>,
    /// `$XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
}

impl Surroundings {
    pub fn of_process() -> Self {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        Self {
            socket: set("GLASSHOUSE_SOCKET").map(PathBuf::from),
            wayland_display: set("WAYLAND_DISPLAY").and_then(|name| name.into_string().ok()),
            runtime_dir: set("XDG_RUNTIME_DIR").map(PathBuf::from),
        }
    }
}

/// Connects to the desktop that is named, as in [`find`]; without a name to the one that this process runs on, or else the only one.
///
/// The connection is peer-to-peer: no bus daemon is needed. Its calls take at most [`PATIENCE`].
///
/// # Errors
///
/// See [`ConnectError`].
pub async fn connect(name: Option<&str>) -> Result<Connection, ConnectError> {
    open(&find(name, &Surroundings::of_process())?, PATIENCE).await
}

/// The socket of the desktop that is meant: `name` is that of its Wayland display, or the path of its socket.
///
/// # Errors
///
/// If there is none, or several and none is named.
pub fn find(name: Option<&str>, surroundings: &Surroundings) -> Result<PathBuf, ConnectError> {
    let runtime_dir = || surroundings.runtime_dir.as_deref().ok_or(ConnectError::NoRuntimeDir);
    match name {
        Some(path) if path.contains('/') => return Ok(path.into()),
        Some(name) => return Ok(runtime_dir()?.join(socket_name(name))),
        None => {}
    }
    if let Some(socket) = &surroundings.socket {
        return Ok(socket.clone());
    }
    let dir = runtime_dir()?;
    if let Some(display) = &surroundings.wayland_display {
        // It may be an absolute path, and it may be another compositor's.
        let display = Path::new(display).file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let socket = dir.join(socket_name(display));
        if socket.exists() {
            return Ok(socket);
        }
    }
    let mut sockets = sockets_in(dir).map_err(|source| ConnectError::Unreadable { dir: dir.to_owned(), source })?;
    if sockets.len() > 1 {
        sockets.retain(|socket| listener(socket) != Listener::Gone);
    }
    match sockets.as_slice() {
        [socket] => Ok(socket.clone()),
        [] => Err(ConnectError::NoneRuns(dir.to_owned())),
        several => {
            let names = several.iter().filter_map(|socket| socket.file_name()?.to_str()?.strip_prefix(SOCKET_PREFIX));
            Err(ConnectError::Several(names.map(str::to_owned).collect()))
        }
    }
}

/// A Wayland socket may itself be called `glasshouse-something`, so the prefix is always added.
fn socket_name(display: &str) -> String {
    format!("{SOCKET_PREFIX}{display}")
}

fn sockets_in(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut sockets = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(SOCKET_PREFIX) && entry.file_type()?.is_socket() {
            sockets.push(entry.path());
        }
    }
    sockets.sort_unstable();
    Ok(sockets)
}

/// Connects to a socket. Calls take at most `patience`, and so does the greeting.
///
/// # Errors
///
/// See [`ConnectError`].
pub async fn open(socket: &Path, patience: Duration) -> Result<Connection, ConnectError> {
    let stream = UnixStream::connect(socket).map_err(|error| explain(socket, error))?;
    let connection = Builder::unix_stream(stream).p2p().method_timeout(patience).build();
    match tokio::time::timeout(patience, connection).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(source)) => Err(ConnectError::NoGreeting { socket: socket.to_owned(), source }),
        Err(_) => Err(ConnectError::Silent(socket.to_owned())),
    }
}

fn explain(socket: &Path, source: io::Error) -> ConnectError {
    let socket = socket.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound => ConnectError::NotThere(socket),
        io::ErrorKind::ConnectionRefused => ConnectError::LeftBehind(socket),
        io::ErrorKind::PermissionDenied => ConnectError::OtherUser(socket),
        _ => ConnectError::Failed { socket, source },
    }
}

/// Who is at the other end of a socket's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// Somebody listens.
    There,
    /// Nobody: it was left behind.
    Gone,
    /// That cannot be told: it belongs to another user, or is not there any more.
    Unknown,
}

/// Knocks, and never waits: a stopped program has a full queue, and listens.
pub fn listener(path: &Path) -> Listener {
    let knock = || -> rustix::io::Result<()> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
        rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)
    };
    match knock().map_err(io::Error::from) {
        Ok(()) => Listener::There,
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Listener::Gone,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Listener::There,
        Err(_) => Listener::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    fn runtime_dir() -> (tempfile::TempDir, Surroundings) {
        let dir = tempfile::tempdir().unwrap();
        let surroundings = Surroundings { runtime_dir: Some(dir.path().to_owned()), ..Surroundings::default() };
        (dir, surroundings)
    }

    #[test]
    fn a_named_desktop_is_taken_at_its_word() {
        let (dir, surroundings) = runtime_dir();
        assert_eq!(find(Some("wayland-3"), &surroundings).unwrap(), dir.path().join("glasshouse-wayland-3"));
        // A Wayland socket may be called like this; its bus socket is still another one.
        assert_eq!(find(Some("glasshouse-3"), &surroundings).unwrap(), dir.path().join("glasshouse-glasshouse-3"));
        assert_eq!(find(Some("/run/x"), &Surroundings::default()).unwrap(), Path::new("/run/x"));
        assert!(matches!(find(Some("wayland-3"), &Surroundings::default()), Err(ConnectError::NoRuntimeDir)));
    }

    #[test]
    fn the_environment_chooses_where_nothing_is_named() {
        let (dir, mut surroundings) = runtime_dir();
        let _one = UnixListener::bind(dir.path().join("glasshouse-wayland-1")).unwrap();
        let _two = UnixListener::bind(dir.path().join("glasshouse-wayland-2")).unwrap();
        surroundings.wayland_display = Some("wayland-2".to_owned());
        assert_eq!(find(None, &surroundings).unwrap(), dir.path().join("glasshouse-wayland-2"));
        surroundings.socket = Some("/run/other".into());
        assert_eq!(find(None, &surroundings).unwrap(), Path::new("/run/other"));
    }

    #[test]
    fn the_only_living_desktop_is_found_also_from_within_another_compositor() {
        let (dir, mut surroundings) = runtime_dir();
        surroundings.wayland_display = Some("wayland-0".to_owned()); // Another compositor's.
        assert!(matches!(find(None, &surroundings), Err(ConnectError::NoneRuns(_))));

        let one = UnixListener::bind(dir.path().join("glasshouse-wayland-1")).unwrap();
        fs::write(dir.path().join("glasshouse-notes"), "no socket").unwrap();
        assert_eq!(find(None, &surroundings).unwrap(), dir.path().join("glasshouse-wayland-1"));

        let _two = UnixListener::bind(dir.path().join("glasshouse-wayland-2")).unwrap();
        let sentence = find(None, &surroundings).unwrap_err().to_string();
        assert!(sentence.contains("wayland-1, wayland-2"), "{sentence}");

        drop(one); // Leaves its name behind.
        assert_eq!(find(None, &surroundings).unwrap(), dir.path().join("glasshouse-wayland-2"));
    }

    #[tokio::test]
    async fn a_socket_without_a_desktop_is_explained() {
        let (dir, _) = runtime_dir();
        let socket = dir.path().join("glasshouse-wayland-1");
        let patience = Duration::from_millis(50);
        assert!(matches!(open(&socket, patience).await, Err(ConnectError::NotThere(_))));

        let listening = UnixListener::bind(&socket).unwrap();
        assert_eq!(listener(&socket), Listener::There);
        assert!(matches!(open(&socket, patience).await, Err(ConnectError::Silent(_))));

        drop(listening);
        assert_eq!(listener(&socket), Listener::Gone);
        assert!(matches!(open(&socket, patience).await, Err(ConnectError::LeftBehind(_))));
    }
}
