//! The session bus: the same interfaces under names that everybody finds.
//!
//! Every caller of the bus gets what a peer-to-peer connection has: a queue of its own, calls one at a time in their order, and a
//! [`Peer`] that knows its process. To zbus each is a connection, whose other end is the bus ([`Caller`]). So nobody on the bus waits for
//! another one's launch.

mod caller;
mod file;

use std::{
    collections::BTreeMap,
    future::{pending, poll_fn},
    pin::Pin,
    time::Duration,
};

use glasshouse_protocols::BUS_NAME;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time,
};
use tracing::{debug, error, info, warn};
use zbus::{
    Connection, Message, MessageStream,
    connection::Builder,
    export::futures_core::Stream,
    fdo,
    message::Type,
    names::{OwnedUniqueName, UniqueName},
};

use self::file::SocketFile;
use super::{peer::Shared, serve::properties_changed};

/// Callers at one time that are still there.
const MAX_CALLERS: usize = 1_024;

/// Calls of one caller that may wait.
const MAX_CALLS: usize = 256;

/// Rest before the bus is looked for again, doubled each time. Its socket is there a moment before it answers, and nothing tells when it does.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest rest where nothing tells when the bus comes; see [`SocketFile::watch`].
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// Where its socket is watched, a rest that is longer lasts until the socket is made: an idle desktop sleeps.
const LONGEST_WATCHED_WAIT: Duration = Duration::from_secs(8);

/// How long the bus may take to say hello.
const HELLO: Duration = Duration::from_secs(10);

/// `RequestName`: nobody takes it away, and we queue for it.
const NAME_FLAGS: u32 = 0;

/// Which bus, and under which name.
#[derive(Debug, Clone)]
pub struct SessionBus {
    /// As `DBUS_SESSION_BUS_ADDRESS`.
    pub address: String,
    /// The name of the Wayland display.
    pub display: String,
}

/// The name of one desktop among several: `org.glasshouse.Desktop.wayland_1`.
pub(super) fn instance_name(display: &str) -> String {
    let element: String = display.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect();
    let digit_first = element.is_empty() || element.starts_with(|first: char| first.is_ascii_digit());
    format!("{BUS_NAME}.{}{element}", if digit_first { "_" } else { "" })
}

/// Serves on the bus, and looks for it again when it goes, until the desktop ends.
pub(super) async fn run(bus: SessionBus, shared: Shared, mut stopped: watch::Receiver<()>) {
    let mut wait = FIRST_WAIT;
    loop {
        // Before the attempt, so that a socket that comes while it fails is noticed.
        let file = SocketFile::watch(&bus.address);
        let connected = tokio::select! {
            connected = time::timeout(HELLO, Builder::address(bus.address.as_str()).build()) => connected,
            _ = stopped.changed() => return,
        };
        match connected {
            Ok(Ok(connection)) => {
                wait = FIRST_WAIT;
                if serve(&connection, &bus, &shared, &mut stopped).await {
                    return;
                }
                warn!("the session bus is gone; the peer-to-peer socket still serves");
            }
            Ok(Err(error)) => debug!(%error, address = bus.address, "no session bus"),
            Err(_) => debug!(address = bus.address, "the session bus does not answer"),
        }
        let made = async {
            match &file {
                Some(file) => file.made().await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = made => wait = FIRST_WAIT,
            () = time::sleep(wait), if file.is_none() || wait <= LONGEST_WATCHED_WAIT => wait = (wait * 2).min(LONGEST_WAIT),
            _ = stopped.changed() => return,
        }
    }
}

/// Whether the desktop ends; else the bus is gone.
async fn serve(connection: &Connection, bus: &SessionBus, shared: &Shared, stopped: &mut watch::Receiver<()>) -> bool {
    let mut messages = MessageStream::from(connection);
    let mut facts = shared.facts.clone();
    let mut callers: BTreeMap<OwnedUniqueName, mpsc::Sender<Message>> = BTreeMap::new();
    let mut tasks = JoinSet::new();
    // What serves is there; now it may be found.
    tasks.spawn(take_names(connection.clone(), instance_name(&bus.display)));
    loop {
        tokio::select! {
            message = next(&mut messages) => match message {
                Some(Ok(message)) => match message.message_type() {
                    Type::MethodCall => {
                        let (sender, queue) = match caller_of(&message, &mut callers) {
                            Ok(found) => found,
                            Err(refused) => {
                                refuse(connection, &message, refused).await;
                                continue;
                            }
                        };
                        if let Some(queue) = queue {
                            tasks.spawn(caller::serve(connection.clone(), sender, queue, shared.clone(), stopped.clone()));
                        }
                    }
                    Type::Signal => {
                        if let Some(gone) = gone(&message) {
                            callers.remove(&gone);
                        }
                    }
                    Type::MethodReturn | Type::Error => {}
                },
                Some(Err(error)) => debug!(%error, "the session bus said something wrong"),
                None => return false,
            },
            Ok(()) = facts.changed() => {
                let signal = properties_changed(&facts.borrow_and_update(), None);
                if let Ok(signal) = signal {
                    let _ = connection.send(&signal).await; // An error: the bus is gone, which is found above.
                }
            }
            Some(ended) = tasks.join_next() => {
                if let Err(error) = ended {
                    error!(%error, "a caller on the session bus ended with a panic");
                }
            }
            _ = stopped.changed() => {
                drop(callers);
                // They have been told too, and say their last words.
                while tasks.join_next().await.is_some() {}
                return true;
            }
        }
    }
}

async fn next(messages: &mut MessageStream) -> Option<zbus::Result<Message>> {
    poll_fn(|context| Pin::new(&mut *messages).poll_next(context)).await
}

/// Finds whose call it is and queues it there. For a new caller also the queue that is to be served.
fn caller_of(
    message: &Message,
    callers: &mut BTreeMap<OwnedUniqueName, mpsc::Sender<Message>>,
) -> Result<(OwnedUniqueName, Option<mpsc::Receiver<Message>>), fdo::Error> {
    let header = message.header();
    let sender = header.sender().ok_or_else(|| fdo::Error::Failed("the call has no sender".to_owned()))?;
    let sender = OwnedUniqueName::from(sender.to_owned());
    let limits = |sentence: &str| Err(fdo::Error::LimitsExceeded(sentence.to_owned()));
    let mut new = None;
    if callers.get(&sender).is_none_or(mpsc::Sender::is_closed) {
        callers.retain(|_, queue| !queue.is_closed());
        if callers.len() >= MAX_CALLERS {
            return limits("there are too many callers; connect to the desktop's own socket");
        }
        let (calls, queue) = mpsc::channel(MAX_CALLS);
        callers.insert(sender.clone(), calls);
        new = Some(queue);
    }
    match callers.get(&sender).map(|queue| queue.try_send(message.clone())) {
        Some(Ok(())) => Ok((sender, new)),
        _ => limits("too many calls wait; wait for answers before you call again"),
    }
}

async fn refuse(connection: &Connection, call: &Message, error: fdo::Error) {
    let header = call.header();
    if let Err(error) = connection.reply_dbus_error(&header, error).await {
        debug!(%error, "a refusal could not be sent");
    }
}

/// The caller that left the bus, if that is what the signal says.
fn gone(signal: &Message) -> Option<OwnedUniqueName> {
    let header = signal.header();
    if header.member()?.as_str() != "NameOwnerChanged" || header.sender()?.as_str() != "org.freedesktop.DBus" {
        return None;
    }
    let body = signal.body();
    let (name, _, owner): (&str, &str, &str) = body.deserialize().ok()?;
    owner.is_empty().then(|| UniqueName::try_from(name).ok().map(|name| name.to_owned().into()))?
}

/// Takes the name of this desktop, and queues for the plain one.
async fn take_names(connection: Connection, instance: String) {
    for name in [instance.as_str(), BUS_NAME] {
        let asked = connection
            .call_method(
                Some("org.freedesktop.DBus"),
                "/org/freedesktop/DBus",
                Some("org.freedesktop.DBus"),
                "RequestName",
                &(name, NAME_FLAGS),
            )
            .await;
        match asked.and_then(|answer| answer.body().deserialize::<u32>()) {
            Ok(1) => info!(name, "serving on the session bus"),
            Ok(_) => info!(name, "another desktop has this name on the session bus; it is ours when that one goes"),
            Err(error) => warn!(name, %error, "the session bus does not give this name"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_display_makes_a_valid_name() {
        let check = |display: &str, name: &str| {
            let made = instance_name(display);
            assert_eq!(made, format!("org.glasshouse.Desktop.{name}"));
            zbus::names::WellKnownName::try_from(made).unwrap();
        };
        check("wayland-1", "wayland_1");
        check("1", "_1");
        check("", "_");
        check("/run/user/1000/wayland 美", "_run_user_1000_wayland__");
    }
}
