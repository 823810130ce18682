//! Who is at the other end of a connection, and its way to the main loop.

use std::sync::Arc;

use calloop::channel::Sender;
use glasshouse_core::{Caller, Scopes};
use tokio::sync::oneshot;
use zbus::Connection;

use super::{BusError, Reply, Request};

/// Shared by the interfaces of one connection.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    caller: Caller,
    /// One for all connections: every dropped `Sender` wakes the main loop.
    sender: Arc<Sender<Request>>,
}

impl Peer {
    /// A program of the same user, which may do everything.
    pub(super) fn new(pid: i32, sender: Arc<Sender<Request>>) -> Self {
        Self { caller: Caller::Program { pid: (pid > 0).then_some(pid), scopes: Scopes::ALL }, sender }
    }

    /// Sends a request to the main loop and waits for its answer, or until the caller goes away.
    pub(super) async fn ask<T>(&self, connection: &Connection, request: impl FnOnce(Caller, Reply<T>) -> Request) -> Result<T, BusError> {
        let (reply, answer) = oneshot::channel();
        self.sender.send(request(self.caller.clone(), reply)).map_err(|_| ending())?;
        tokio::select! {
            answer = answer => answer.unwrap_or_else(|_| Err(ending())),
            // Drops the receiver, so that a launch need not be watched any longer.
            () = connection.closed() => Err(ending()),
        }
    }
}

fn ending() -> BusError {
    BusError::Ending("the desktop is ending; start another one".to_owned())
}
