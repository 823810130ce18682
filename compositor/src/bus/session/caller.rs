//! One caller of the session bus, as a connection of its own.

use std::io;

use glasshouse_protocols::Dict;
use rustix::process::{Uid, geteuid};
use tokio::{
    sync::{mpsc, watch},
    time,
};
use tracing::{debug, warn};
use zbus::{
    Connection, Error, Guid, Message, Variant,
    connection::{
        Builder,
        socket::{ReadHalf, Socket, Split, WriteHalf},
    },
    export::async_trait::async_trait,
    message::Flags,
    names::OwnedUniqueName,
};

use crate::bus::{
    BusError,
    peer::{Peer, Shared},
    serve::{LAST_WORDS, admitted, interfaces},
};

/// Serves a caller until it leaves the bus, the bus goes, or the desktop ends.
pub(super) async fn serve(
    bus: Connection,
    name: OwnedUniqueName,
    mut queue: mpsc::Receiver<Message>,
    shared: Shared,
    mut stopped: watch::Receiver<()>,
) {
    // Before it is asked who it is: if it goes in between, that fails.
    let rule = format!("type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{name}'");
    tell_bus(&bus, "AddMatch", &rule).await;
    let identity = tokio::select! {
        identity = identity(&bus, &name) => identity,
        _ = stopped.changed() => return,
    };
    match identity {
        Ok((uid, pid)) if admitted(Uid::from_raw(uid), geteuid()) => {
            let peer = Peer::new(pid, Some(name.clone()), shared);
            let socket = Forwarded { queue, bus: bus.clone() };
            let builder = Builder::authenticated_socket(socket, Guid::generate()).p2p();
            match interfaces(builder, &peer).build().await {
                Ok(connection) => wait(connection, peer, &mut stopped).await,
                Err(error) => warn!(%name, %error, "a caller on the session bus cannot be served"),
            }
        }
        Ok((uid, _)) => {
            warn!(%name, uid, "another user calls on the session bus and is refused");
            while let Some(call) = queue.recv().await {
                let refusal = BusError::NotPermitted("this desktop belongs to another user".to_owned());
                let _ = bus.reply_dbus_error(&call.header(), refusal).await; // An error: the bus is gone, and soon the queue.
            }
        }
        Err(error) => debug!(%name, %error, "a caller left the session bus before it was known"),
    }
    tell_bus(&bus, "RemoveMatch", &rule).await;
}

async fn wait(connection: Connection, peer: Peer, stopped: &mut watch::Receiver<()>) {
    let cut = peer.cut();
    loop {
        tokio::select! {
            () = connection.closed() => return,
            // It has lost its subscription, and that is all.
            () = cut.notified() => {}
            _ = stopped.changed() => break,
        }
    }
    peer.end();
    drop(peer);
    // An error: the bus does not read.
    let _ = time::timeout(LAST_WORDS, connection.graceful_shutdown()).await;
}

/// User and process, as the bus knows them.
async fn identity(bus: &Connection, name: &OwnedUniqueName) -> zbus::Result<(u32, i32)> {
    const BUS: &str = "org.freedesktop.DBus";
    let answer = bus.call_method(Some(BUS), "/org/freedesktop/DBus", Some(BUS), "GetConnectionCredentials", name).await?;
    let known: Dict = answer.body().deserialize()?;
    let number = |key: &str| match known.get(key).map(|value| &**value) {
        Some(Variant::U32(number)) => Some(*number),
        _ => None,
    };
    let uid = number("UnixUserID").ok_or_else(|| Error::Failure("the bus does not know its user".to_owned()))?;
    Ok((uid, number("ProcessID").and_then(|pid| i32::try_from(pid).ok()).unwrap_or_default()))
}

/// Asks something of the bus without waiting for the answer.
async fn tell_bus(bus: &Connection, method: &str, rule: &str) {
    const BUS: &str = "org.freedesktop.DBus";
    let message = Message::method_call("/org/freedesktop/DBus", method)
        .destination(BUS)
        .interface(BUS)
        .with_flags(Flags::NO_REPLY_EXPECTED)
        .build(&rule);
    if let Ok(message) = message {
        let _ = bus.send(&message).await; // An error: the bus is gone, and with it the caller.
    }
}

/// A socket whose other end is the bus: it gives one caller's calls, and takes what goes to it.
#[derive(Debug)]
struct Forwarded {
    queue: mpsc::Receiver<Message>,
    bus: Connection,
}

#[derive(Debug)]
struct Calls(mpsc::Receiver<Message>);

#[derive(Debug)]
struct Answers(Connection);

impl Socket for Forwarded {
    type ReadHalf = Calls;
    type WriteHalf = Answers;

    fn split(self) -> Split<Calls, Answers> {
        Split::new(Calls(self.queue), Answers(self.bus))
    }
}

#[async_trait]
impl ReadHalf for Calls {
    async fn receive_message(
        &mut self,
        _seq: u64,
        _already_received_bytes: &mut Vec<u8>,
        _already_received_fds: &mut Vec<std::os::fd::OwnedFd>,
    ) -> zbus::Result<Message> {
        self.0.recv().await.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }

    /// The bus says whether it does when one is sent.
    fn can_pass_unix_fd(&self) -> bool {
        true
    }
}

#[async_trait]
impl WriteHalf for Answers {
    async fn send_message(&mut self, message: &Message) -> zbus::Result<()> {
        self.0.send(message).await
    }

    async fn send_messages(&mut self, messages: &[Message]) -> zbus::Result<()> {
        self.0.send_all(messages).await
    }

    async fn close(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn can_pass_unix_fd(&self) -> bool {
        true
    }
}
