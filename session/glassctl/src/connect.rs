//! Which desktop, and a connection to it.

use std::{
    env, fs, io,
    os::unix::{fs::FileTypeExt as _, net::UnixStream},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use glasshouse_protocols::SOCKET_PREFIX;
use zbus::{Connection, connection::Builder};

/// Where sockets are looked for when none is named.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    /// `$GLASSHOUSE_SOCKET`.
    pub(crate) socket: Option<PathBuf>,
    /// `$WAYLAND_DISPLAY`.
    pub(crate) wayland_display: Option<String>,
    /// `$XDG_RUNTIME_DIR`.
    pub(crate) runtime_dir: Option<PathBuf>,
}

impl Surroundings {
    pub(crate) fn of_process() -> Self {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        Self {
            socket: set("GLASSHOUSE_SOCKET").map(PathBuf::from),
            wayland_display: set("WAYLAND_DISPLAY").and_then(|name| name.into_string().ok()),
            runtime_dir: set("XDG_RUNTIME_DIR").map(PathBuf::from),
        }
    }
}

/// The socket of the desktop that is meant.
pub(crate) fn find(named: Option<&str>, surroundings: &Surroundings) -> anyhow::Result<PathBuf> {
    let runtime_dir = || {
        surroundings.runtime_dir.as_deref().context("XDG_RUNTIME_DIR is not set; set it, or give the path of the desktop's socket with -d")
    };
    match named {
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
    let mut sockets = sockets_in(dir).with_context(|| format!("could not look for desktops in {}", dir.display()))?;
    if sockets.len() > 1 {
        sockets.retain(|socket| !is_leftover(socket));
    }
    match sockets.as_slice() {
        [socket] => Ok(socket.clone()),
        [] => bail!("no desktop runs here (there is no {SOCKET_PREFIX}* in {}); start one with `glasshouse --headless`", dir.display()),
        several => {
            let names: Vec<_> = several.iter().filter_map(|socket| socket.file_name()?.to_str()?.strip_prefix(SOCKET_PREFIX)).collect();
            bail!("several desktops run here: {}; choose one with -d", names.join(", "))
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

fn is_leftover(socket: &Path) -> bool {
    UnixStream::connect(socket).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// Connects. Calls take at most `patience`.
pub(crate) async fn open(socket: &Path, patience: Duration) -> anyhow::Result<Connection> {
    let stream = UnixStream::connect(socket).map_err(|error| explain(socket, &error))?;
    let connection = Builder::unix_stream(stream).p2p().method_timeout(patience).build();
    match tokio::time::timeout(patience, connection).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(error).with_context(|| format!("{} did not greet as a desktop does", socket.display())),
        Err(_) => bail!("{} does not answer; the desktop may be stopped", socket.display()),
    }
}

fn explain(socket: &Path, error: &io::Error) -> anyhow::Error {
    let socket = socket.display();
    match error.kind() {
        io::ErrorKind::NotFound => {
            anyhow::anyhow!("there is no desktop at {socket}; `glasshouse --headless` starts one, -d chooses another")
        }
        io::ErrorKind::ConnectionRefused => {
            anyhow::anyhow!("{socket} was left behind by a desktop that has ended; remove it, or start the desktop again")
        }
        io::ErrorKind::PermissionDenied => anyhow::anyhow!("{socket} belongs to another user; run glassctl as that user"),
        _ => anyhow::anyhow!("could not connect to {socket}: {error}"),
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
        let sentence = find(Some("wayland-3"), &Surroundings::default()).unwrap_err().to_string();
        assert!(sentence.contains("XDG_RUNTIME_DIR is not set"), "{sentence}");
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
        let sentence = find(None, &surroundings).unwrap_err().to_string();
        assert!(sentence.contains("no desktop runs here"), "{sentence}");

        let one = UnixListener::bind(dir.path().join("glasshouse-wayland-1")).unwrap();
        fs::write(dir.path().join("glasshouse-notes"), "no socket").unwrap();
        assert_eq!(find(None, &surroundings).unwrap(), dir.path().join("glasshouse-wayland-1"));

        let _two = UnixListener::bind(dir.path().join("glasshouse-wayland-2")).unwrap();
        let sentence = find(None, &surroundings).unwrap_err().to_string();
        assert!(sentence.contains("wayland-1, wayland-2; choose one with -d"), "{sentence}");

        drop(one); // Leaves its name behind.
        assert_eq!(find(None, &surroundings).unwrap(), dir.path().join("glasshouse-wayland-2"));
    }

    #[tokio::test]
    async fn a_socket_without_a_desktop_is_explained() {
        let (dir, _) = runtime_dir();
        let socket = dir.path().join("glasshouse-wayland-1");
        let patience = Duration::from_millis(50);
        let sentence = open(&socket, patience).await.unwrap_err().to_string();
        assert!(sentence.contains("there is no desktop at"), "{sentence}");

        let listener = UnixListener::bind(&socket).unwrap();
        let sentence = open(&socket, patience).await.unwrap_err().to_string();
        assert!(sentence.contains("does not answer"), "{sentence}");

        drop(listener);
        let sentence = open(&socket, patience).await.unwrap_err().to_string();
        assert!(sentence.contains("was left behind"), "{sentence}");
    }
}
