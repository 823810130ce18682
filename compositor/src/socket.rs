//! The Wayland socket: made by the usual rules, or taken from whoever started us.

use std::{
    fs::File,
    io,
    os::fd::{AsFd, FromRawFd, OwnedFd, RawFd},
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    sync::Arc,
};

use rustix::io::Errno;
use rustix::net::sockopt::{set_socket_send_buffer_size, set_socket_send_buffer_size_force, socket_peercred};
use smithay::reexports::wayland_server::{BindError, Client, ListeningSocket};

use crate::wayland::{Clients, client::ClientState, quota::SEND_BUFFER, security_context_v1::Sandbox};

/// Where clients come in.
#[derive(Debug)]
pub struct Socket {
    listener: Listener,
    /// Given up for a moment to turn away a client when there is no other descriptor left: unanswered, it would wake us for ever.
    reserve: Option<File>,
}

#[derive(Debug)]
enum Listener {
    Own(ListeningSocket),
    Inherited(UnixListener),
}

/// Why nobody can connect.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    #[error("XDG_RUNTIME_DIR is not set; it names the folder for sockets, usually /run/user/<your user id>")]
    NoRuntimeDir,
    #[error("another compositor already listens on {0}; choose a name with --socket, or leave it out")]
    Taken(String),
    #[error("the socket {name} cannot be made in XDG_RUNTIME_DIR")]
    Bind { name: String, source: io::Error },
    #[error("descriptor {0} is no listening Unix socket")]
    NotASocket(RawFd),
}

impl Socket {
    /// By the name, the descriptor, `$LISTEN_FDS`, or the first free name.
    pub fn open(name: Option<&str>, fd: Option<RawFd>) -> Result<Self, SocketError> {
        let inherited = fd.or_else(|| sd_notify::listen_fds().ok().and_then(|mut fds| fds.next()));
        if let Some(fd) = inherited {
            return inherit(fd).map(|listener| Self::new(Listener::Inherited(listener)));
        }
        if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
            return Err(SocketError::NoRuntimeDir);
        }
        let bound = match name {
            Some(name) => ListeningSocket::bind(name),
            None => ListeningSocket::bind_auto("wayland", 1..33),
        };
        let name = name.unwrap_or("wayland-1 to wayland-32").to_owned();
        bound.map(|socket| Self::new(Listener::Own(socket))).map_err(|error| match error {
            BindError::RuntimeDirNotSet => SocketError::NoRuntimeDir,
            BindError::AlreadyInUse => SocketError::Taken(name),
            BindError::PermissionDenied => SocketError::Bind { name, source: io::ErrorKind::PermissionDenied.into() },
            BindError::Io(source) => SocketError::Bind { name, source },
        })
    }

    fn new(listener: Listener) -> Self {
        Self { listener, reserve: reserve() }
    }

    /// Readable when somebody waits to be let in.
    pub fn fd(&self) -> io::Result<OwnedFd> {
        match &self.listener {
            Listener::Own(socket) => socket.as_fd().try_clone_to_owned(),
            Listener::Inherited(listener) => listener.as_fd().try_clone_to_owned(),
        }
    }

    /// What `WAYLAND_DISPLAY` has to be for clients.
    pub fn name(&self) -> String {
        match &self.listener {
            Listener::Own(socket) => socket.socket_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            Listener::Inherited(listener) => {
                let path = listener.local_addr().ok().and_then(|address| address.as_pathname().map(PathBuf::from)).unwrap_or_default();
                let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
                let short = folder.and_then(|folder| path.strip_prefix(folder).ok().map(PathBuf::from));
                short.unwrap_or(path).to_string_lossy().into_owned()
            }
        }
    }

    fn accept(&self) -> io::Result<Option<UnixStream>> {
        match &self.listener {
            Listener::Own(socket) => socket.accept(),
            Listener::Inherited(listener) => match listener.accept() {
                Ok((stream, _)) => Ok(Some(stream)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
                Err(error) => Err(error),
            },
        }
    }

    /// Lets everybody in who waits. Whoever comes when all descriptors are used up is turned away.
    pub fn accept_all(&mut self, clients: &mut Clients) {
        loop {
            match self.accept() {
                Ok(Some(stream)) => drop(insert_client(clients, stream)),
                Ok(None) => return,
                Err(error) if matches!(Errno::from_io_error(&error), Some(Errno::MFILE | Errno::NFILE)) && self.reserve.is_some() => {
                    self.reserve = None;
                    let turned_away = self.accept().is_ok_and(|stream| stream.is_some());
                    self.reserve = reserve();
                    tracing::warn!(turned_away, "no descriptors are left: clients cannot be let in");
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, "a client could not be let in");
                    return;
                }
            }
        }
    }
}

fn reserve() -> Option<File> {
    File::open("/dev/null").ok()
}

/// Takes a connection in, with room for what a slow reader has not read. `None`: it could not be let in.
pub fn insert_client(clients: &mut Clients, stream: UnixStream) -> Option<Client> {
    insert(clients, stream, None)
}

/// Takes a connection in that comes from a sandbox.
pub fn insert_sandboxed(clients: &mut Clients, stream: UnixStream, sandbox: Sandbox) -> Option<Client> {
    insert(clients, stream, Some(sandbox))
}

fn insert(clients: &mut Clients, stream: UnixStream, sandbox: Option<Sandbox>) -> Option<Client> {
    if set_socket_send_buffer_size_force(&stream, SEND_BUFFER).is_err()
        && let Err(error) = set_socket_send_buffer_size(&stream, SEND_BUFFER)
    {
        tracing::debug!(%error, "a client's socket keeps its small buffer");
    }
    let number = clients.connections.number();
    let pid = socket_peercred(&stream).ok().map(|credentials| credentials.pid.as_raw_nonzero().get());
    let state = Arc::new(ClientState { number, pid, sandbox, cut_off: Some(clients.cut_offs.sender()).into(), ..ClientState::default() });
    let inserted = clients.dh.insert_client(stream, state.clone());
    let client = inserted.inspect_err(|error| tracing::warn!(%error, "a client could not be let in")).ok()?;
    clients.connections.add(number, pid, Arc::downgrade(&state));
    Some(client)
}

fn inherit(fd: RawFd) -> Result<UnixListener, SocketError> {
    let owned = inherit_fd(fd).ok_or(SocketError::NotASocket(fd))?;
    let listens = rustix::net::sockopt::socket_acceptconn(&owned).unwrap_or(false);
    let listener = UnixListener::from(owned);
    if !listens || listener.local_addr().is_err() || listener.set_nonblocking(true).is_err() {
        return Err(SocketError::NotASocket(fd));
    }
    Ok(listener)
}

/// Takes a descriptor that whoever started us left open for us. `None`: it is not open.
#[expect(unsafe_code, reason = "descriptors that are named by number belong to nobody")]
pub fn inherit_fd(fd: RawFd) -> Option<OwnedFd> {
    if fd <= 2 || std::fs::metadata(format!("/proc/self/fd/{fd}")).is_err() {
        return None;
    }
    // SAFETY: It is open, and nothing in this process made it: it is named on our command line or by the socket activation
    // protocol, each is taken once, and before anything else is opened.
    let owned = unsafe { OwnedFd::from_raw_fd(fd) };
    rustix::io::fcntl_setfd(&owned, rustix::io::FdFlags::CLOEXEC).ok()?;
    Some(owned)
}
