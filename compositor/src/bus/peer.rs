//! Who is at the other end of a connection, and its way to the main loop.

use std::sync::Arc;

use calloop::channel::Sender;
use glasshouse_core::{Caller, Scopes};
use glasshouse_protocols::Filter;
use tokio::sync::{Notify, oneshot, watch};
use zbus::{Connection, names::OwnedUniqueName};

use super::{
    BusError, Reply, Request,
    hub::{Facts, Hub, Queue},
};

/// What all connections share.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    /// One for all connections: every dropped `Sender` wakes the main loop.
    pub(super) sender: Arc<Sender<Request>>,
    pub(super) hub: Arc<Hub>,
    pub(super) facts: watch::Receiver<Facts>,
}

/// Shared by the interfaces of one connection, or of one caller on a bus.
#[derive(Debug, Clone)]
pub(super) struct Peer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    number: u64,
    caller: Caller,
    shared: Shared,
    /// Where its signals go. `None`: it is alone on its connection.
    destination: Option<OwnedUniqueName>,
    /// Told when it does not read its events.
    cut: Arc<Notify>,
    /// True when its connection ends from this side: then nothing may hold on to that.
    over: watch::Sender<bool>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.hub.unsubscribe(self.number);
    }
}

impl Peer {
    /// A program of the same user, which may do everything.
    pub(super) fn new(pid: i32, destination: Option<OwnedUniqueName>, shared: Shared) -> Self {
        let caller = Caller::Program { pid: (pid > 0).then_some(pid), scopes: Scopes::ALL };
        Self(Arc::new(Inner {
            number: shared.hub.caller(),
            caller,
            shared,
            destination,
            cut: Arc::default(),
            over: watch::Sender::new(false),
        }))
    }

    /// Told when it does not read its events.
    pub(super) fn cut(&self) -> Arc<Notify> {
        self.0.cut.clone()
    }

    pub(super) fn destination(&self) -> Option<OwnedUniqueName> {
        self.0.destination.clone()
    }

    /// Never given to another one.
    pub(super) fn number(&self) -> u64 {
        self.0.number
    }

    /// Who it is, and the way to the main loop, for what has to be said when it is gone.
    pub(super) fn line(&self) -> (Caller, Arc<Sender<Request>>) {
        (self.0.caller.clone(), self.0.shared.sender.clone())
    }

    pub(super) fn facts(&self) -> watch::Ref<'_, Facts> {
        self.0.shared.facts.borrow()
    }

    /// From now on events are kept for it. Replaces its former subscription.
    pub(super) fn subscribe(&self, filter: Filter) -> Queue {
        self.0.shared.hub.subscribe(self.0.number, filter, self.0.cut.clone())
    }

    /// Becomes true, or loses its other end, when nothing more is to be sent to it.
    pub(super) fn over(&self) -> watch::Receiver<bool> {
        self.0.over.subscribe()
    }

    /// Nothing more is sent to it. Whether there was a subscription.
    pub(super) fn end(&self) -> bool {
        self.0.over.send_replace(true);
        self.unsubscribe()
    }

    /// Whether there was a subscription.
    pub(super) fn unsubscribe(&self) -> bool {
        self.0.shared.hub.unsubscribe(self.0.number)
    }

    /// Sends a request to the main loop and waits for its answer, or until the caller goes away.
    pub(super) async fn ask<T>(&self, connection: &Connection, request: impl FnOnce(Caller, Reply<T>) -> Request) -> Result<T, BusError> {
        let (reply, answer) = oneshot::channel();
        self.0.shared.sender.send(request(self.0.caller.clone(), reply)).map_err(|_| ending())?;
        tokio::select! {
            // An answer that is there is given, also when the connection ends in the same moment: `quit` is answered so.
            biased;
            answer = answer => answer.unwrap_or_else(|_| Err(ending())),
            // Drops the receiver, so that a launch need not be watched any longer.
            () = connection.closed() => Err(ending()),
        }
    }
}

fn ending() -> BusError {
    BusError::Ending("the desktop is ending; start another one".to_owned())
}
