//! The thread: accepts, checks who it is, and serves until it is told to stop.

use std::{io, os::unix::net::UnixStream, sync::Arc, time::Duration};

use calloop::channel::Sender;
use glasshouse_protocols::OBJECT_PATH;
use rustix::process::Uid;
use tokio::{sync::watch, task::JoinSet, time};
use tracing::{debug, error, info, warn};
use zbus::{Guid, OwnedGuid, connection::Builder};

use super::{
    Request, capture::Capture1, commands::Commands1, debug::Debug1, desktop::Desktop1, driver::Driver, handshake, input::Input1,
    listen::Listener, peer::Peer, transport::Transport, windows::Windows1,
};

/// Connections at one time. Each costs a descriptor and some tens of KiB.
const MAX_CONNECTIONS: usize = 256;

/// How long a connection may take to say who it is.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// How long an answer that is ready may take to be sent when the desktop ends.
pub(super) const LAST_WORDS: Duration = Duration::from_millis(250);

/// Rest after a failed `accept`, for instance because there are no descriptors left: it would fail again at once.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

/// Serves until the sender of `stopped` is dropped.
pub(super) fn run(listener: Listener, sender: Arc<Sender<Request>>, stopped: watch::Receiver<()>) {
    match tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build() {
        Ok(runtime) => runtime.block_on(accept(listener, sender, stopped)),
        Err(error) => error!(%error, "could not start the D-Bus runtime; nothing is served"),
    }
}

async fn accept(listener: Listener, sender: Arc<Sender<Request>>, mut stopped: watch::Receiver<()>) {
    let socket = listener.socket.try_clone().and_then(tokio::net::UnixListener::from_std);
    let socket = match socket {
        Ok(socket) => socket,
        Err(error) => return error!(%error, "could not listen on the D-Bus socket; nothing is served"),
    };
    let guid = OwnedGuid::from(Guid::generate());
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            Some(ended) = connections.join_next() => {
                if let Err(error) = ended {
                    error!(%error, "a D-Bus connection ended with a panic");
                }
            }
            accepted = socket.accept() => match accepted.and_then(|(stream, _)| stream.into_std()) {
                Ok(_) if connections.len() >= MAX_CONNECTIONS => warn!(MAX_CONNECTIONS, "too many D-Bus connections, refused one"),
                Ok(stream) => {
                    connections.spawn(connection(stream, sender.clone(), guid.clone(), stopped.clone()));
                }
                Err(error) => {
                    warn!(%error, "could not accept a D-Bus connection");
                    time::sleep(ACCEPT_AGAIN).await;
                }
            },
        }
    }
    // Nobody new from here on; those who wait still get what was answered.
    drop((socket, listener));
    while connections.join_next().await.is_some() {}
}

/// Serves one connection until its other end closes it or the desktop ends.
pub(super) async fn connection(stream: UnixStream, sender: Arc<Sender<Request>>, guid: OwnedGuid, mut stopped: watch::Receiver<()>) {
    let (uid, pid) = match credentials(&stream) {
        Ok(credentials) => credentials,
        Err(error) => return warn!(%error, "refused a D-Bus connection of another user"),
    };
    let connection = tokio::select! {
        built = time::timeout(HANDSHAKE, build(stream, uid, Peer::new(pid, sender), guid)) => match built {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => return info!(pid, %error, "a D-Bus connection failed in its handshake"),
            Err(_) => return info!(pid, "a D-Bus connection did not say who it is in time"),
        },
        _ = stopped.changed() => return,
    };
    debug!(pid, "a D-Bus connection");
    tokio::select! {
        () = connection.closed() => debug!(pid, "a D-Bus connection ended"),
        _ = stopped.changed() => {
            // An error: its other end does not read.
            let _ = time::timeout(LAST_WORDS, connection.graceful_shutdown()).await;
        }
    }
}

/// User and process of the other end. The kernel says so, not the peer.
fn credentials(stream: &UnixStream) -> io::Result<(u32, i32)> {
    let peer = rustix::net::sockopt::socket_peercred(stream)?;
    if !admitted(peer.uid, rustix::process::geteuid()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("it belongs to user {}", peer.uid.as_raw())));
    }
    Ok((peer.uid.as_raw(), peer.pid.as_raw_nonzero().get()))
}

/// The same user and root, who could do what they like anyway.
fn admitted(peer: Uid, own: Uid) -> bool {
    peer == own || peer.is_root()
}

async fn build(stream: UnixStream, uid: u32, peer: Peer, guid: OwnedGuid) -> Result<zbus::Connection, zbus::Error> {
    stream.set_nonblocking(true)?;
    let stream = tokio::net::UnixStream::from_std(stream)?;
    let begun = handshake::perform(&stream, uid, guid.as_str()).await?;
    Builder::authenticated_socket(Transport { stream, begun }, guid)
        .p2p()
        .serve_at("/org/freedesktop/DBus", Driver)
        .serve_at(OBJECT_PATH, Desktop1(peer.clone()))
        .serve_at(OBJECT_PATH, Commands1(peer.clone()))
        .serve_at(OBJECT_PATH, Windows1(peer.clone()))
        .serve_at(OBJECT_PATH, Capture1(peer.clone()))
        .serve_at(OBJECT_PATH, Input1(peer.clone()))
        .serve_at(OBJECT_PATH, Debug1(peer))
        .build()
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_users_are_refused() {
        let [root, user, other] = [0, 1000, 1001].map(Uid::from_raw);
        assert!(admitted(user, user) && admitted(root, user) && admitted(root, root));
        assert!(!admitted(other, user) && !admitted(user, root));
    }
}
