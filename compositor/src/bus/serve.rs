//! The thread: accepts, checks who it is, and serves until it is told to stop.

use std::{io, os::unix::net::UnixStream, sync::Arc, time::Duration};

use glasshouse_protocols::{OBJECT_PATH, event::INTERFACE};
use rustix::process::Uid;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time,
};
use tracing::{debug, error, info, warn};
use zbus::{Guid, Message, OwnedGuid, connection::Builder};

use super::{
    capture::Capture1,
    commands::Commands1,
    config::Config1,
    debug::Debug1,
    desktop::Desktop1,
    driver::{DESKTOP, Driver},
    handshake,
    hub::{Facts, Told},
    input::Input1,
    layouts::Layouts1,
    listen::Listener,
    outputs::Outputs1,
    peer::{Peer, Shared},
    saved::Session1,
    session::{self, SessionBus},
    telemetry::Telemetry1,
    transport::Transport,
    windows::Windows1,
};

/// Connections at one time. Each costs a descriptor and some tens of KiB.
pub(super) const MAX_CONNECTIONS: usize = 2_048;

/// How long a connection may take to say who it is.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// How long an answer that is ready may take to be sent when the desktop ends.
pub(super) const LAST_WORDS: Duration = Duration::from_millis(250);

/// Rest after a failed `accept`, for instance because there are no descriptors left: it would fail again at once, and the system tells
/// nobody when there are some again.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

/// Serves until the sender of `stopped` is dropped.
pub(super) fn run(
    listener: Option<Listener>,
    session: Option<SessionBus>,
    shared: Shared,
    events: mpsc::Receiver<Arc<Told>>,
    stopped: watch::Receiver<()>,
) {
    let all = async {
        let hub = shared.hub.clone();
        // Ends with the main loop.
        tokio::spawn(async move { hub.run(events).await });
        let session = async {
            if let Some(session) = session {
                session::run(session, shared.clone(), stopped.clone()).await;
            }
        };
        let sockets = async {
            if let Some(listener) = listener {
                accept(listener, shared.clone(), stopped.clone()).await;
            }
        };
        tokio::join!(session, sockets);
    };
    match tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build() {
        Ok(runtime) => runtime.block_on(all),
        Err(error) => error!(%error, "could not start the D-Bus runtime; nothing is served"),
    }
}

async fn accept(listener: Listener, shared: Shared, mut stopped: watch::Receiver<()>) {
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
                    connections.spawn(connection(stream, shared.clone(), guid.clone(), stopped.clone()));
                }
                Err(error) => {
                    warn!(%error, "could not accept a D-Bus connection");
                    tokio::select! {
                        () = time::sleep(ACCEPT_AGAIN) => {}
                        _ = stopped.changed() => break,
                    }
                }
            },
        }
    }
    // Nobody new from here on; those who wait still get what was answered.
    drop((socket, listener));
    while connections.join_next().await.is_some() {}
}

/// Serves one connection until its other end closes it, it does not read its events, or the desktop ends.
pub(super) async fn connection(stream: UnixStream, shared: Shared, guid: OwnedGuid, mut stopped: watch::Receiver<()>) {
    let (uid, pid) = match credentials(&stream) {
        Ok(credentials) => credentials,
        Err(error) => return warn!(%error, "refused a D-Bus connection of another user"),
    };
    let mut facts = shared.facts.clone();
    let peer = Peer::new(pid, None, shared);
    let cut = peer.cut();
    let (connection, stream) = tokio::select! {
        built = time::timeout(HANDSHAKE, build(stream, uid, &peer, guid)) => match built {
            Ok(Ok(built)) => built,
            Ok(Err(error)) => return info!(pid, %error, "a D-Bus connection failed in its handshake"),
            Err(_) => return info!(pid, "a D-Bus connection did not say who it is in time"),
        },
        _ = stopped.changed() => return,
    };
    debug!(pid, "a D-Bus connection");
    let stop = loop {
        tokio::select! {
            () = connection.closed() => {
                debug!(pid, "a D-Bus connection ended");
                break false;
            }
            () = cut.notified() => {
                warn!(pid, "a D-Bus connection does not read its events and is cut off");
                // Also wakes whoever waits to send on it. An error: it is closed already.
                let _ = rustix::net::shutdown(&*stream, rustix::net::Shutdown::Both);
                break false;
            }
            Ok(()) = facts.changed() => {
                let signal = properties_changed(&facts.borrow_and_update(), Some(DESKTOP));
                if let Ok(signal) = signal {
                    // On the side: it may not read, and then this must still notice that it is to be cut off.
                    let connection = connection.clone();
                    tokio::spawn(async move { connection.send(&signal).await });
                }
            }
            _ = stopped.changed() => break true,
        }
    };
    peer.end();
    drop(peer);
    if stop {
        // An error: its other end does not read.
        let _ = time::timeout(LAST_WORDS, connection.graceful_shutdown()).await;
    }
}

/// The standard signal that says the properties of `Desktop1` that can change.
///
/// `sender` is for who must say it: a bus does so itself.
pub(super) fn properties_changed(facts: &Facts, sender: Option<&str>) -> zbus::Result<Message> {
    let changed = std::collections::HashMap::from([
        ("Executor", zbus::Variant::from(facts.executor.as_str())),
        ("ExecutorReason", zbus::Variant::from(facts.executor_reason.as_str())),
    ]);
    let invalidated: [&str; 0] = [];
    let mut signal = Message::signal(OBJECT_PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged");
    if let Some(sender) = sender {
        signal = signal.sender(sender);
    }
    signal.build(&(INTERFACE, changed, &invalidated[..]))
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
pub(super) fn admitted(peer: Uid, own: Uid) -> bool {
    peer == own || peer.is_root()
}

async fn build(
    stream: UnixStream,
    uid: u32,
    peer: &Peer,
    guid: OwnedGuid,
) -> Result<(zbus::Connection, Arc<tokio::net::UnixStream>), zbus::Error> {
    stream.set_nonblocking(true)?;
    let stream = Arc::new(tokio::net::UnixStream::from_std(stream)?);
    let begun = handshake::perform(&stream, uid, guid.as_str()).await?;
    let builder = Builder::authenticated_socket(Transport { stream: stream.clone(), begun }, guid).p2p();
    let connection = interfaces(builder.serve_at("/org/freedesktop/DBus", Driver), peer).build().await?;
    Ok((connection, stream))
}

/// What every caller finds, however it is connected.
pub(super) fn interfaces<'a>(builder: Builder<'a>, peer: &Peer) -> Builder<'a> {
    builder
        .serve_at(OBJECT_PATH, Desktop1(peer.clone()))
        .serve_at(OBJECT_PATH, Commands1(peer.clone()))
        .serve_at(OBJECT_PATH, Config1(peer.clone()))
        .serve_at(OBJECT_PATH, Outputs1(peer.clone()))
        .serve_at(OBJECT_PATH, Windows1(peer.clone()))
        .serve_at(OBJECT_PATH, Session1(peer.clone()))
        .serve_at(OBJECT_PATH, Layouts1::new(peer.clone()))
        .serve_at(OBJECT_PATH, Telemetry1(peer.clone()))
        .serve_at(OBJECT_PATH, Capture1(peer.clone()))
        .serve_at(OBJECT_PATH, Input1(peer.clone()))
        .serve_at(OBJECT_PATH, Debug1(peer.clone()))
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
