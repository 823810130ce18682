//! One connection.

use std::sync::{Mutex, PoisonError, mpsc};

use smithay::{
    reexports::wayland_server::{
        Client, Resource,
        backend::{ClientData, ClientId, DisconnectReason},
    },
    wayland::compositor::CompositorClientState,
};

use super::{quota::Quota, security_context_v1::Sandbox};
use crate::telemetry::Counts;

/// What we keep with every connection.
#[derive(Debug, Default)]
pub struct ClientState {
    /// Numbers connections from 1.
    pub number: u64,
    /// The process at the other end, if the kernel knows it.
    pub pid: Option<i32>,
    /// Where it comes from. `None`: by our own socket.
    pub sandbox: Option<Sandbox>,
    pub compositor: CompositorClientState,
    pub quota: Quota,
    pub counts: Counts,
    /// Where it is said, once, that this client had to be cut off.
    pub cut_off: Mutex<Option<mpsc::Sender<CutOff>>>,
}

/// A client that wanted more of something than it may have.
#[derive(Debug)]
pub struct CutOff {
    pub pid: Option<i32>,
    /// Of what.
    pub reason: String,
}

/// Clients that were cut off, until subscribers are told: when it happens nobody can be.
#[derive(Debug)]
pub struct CutOffs {
    sender: mpsc::Sender<CutOff>,
    receiver: mpsc::Receiver<CutOff>,
}

impl Default for CutOffs {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel();
        Self { sender, receiver }
    }
}

impl CutOffs {
    /// For a client, to complain with.
    pub fn sender(&self) -> mpsc::Sender<CutOff> {
        self.sender.clone()
    }

    /// The next one that nobody was told of.
    pub fn next(&self) -> Option<CutOff> {
        self.receiver.try_recv().ok()
    }
}

impl ClientState {
    /// The client is cut off for this: subscribers are to hear of it. libwayland does not say later why a client went.
    pub fn complain(&self, reason: String) {
        let sender = self.cut_off.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sender) = sender {
            let _ = sender.send(CutOff { pid: self.pid, reason }); // An error: the desktop is ending.
        }
    }
}

impl ClientData for ClientState {
    fn initialized(&self, _client: ClientId) {}

    fn disconnected(&self, _client: ClientId, reason: DisconnectReason) {
        self.counts.left();
        match reason {
            DisconnectReason::ConnectionClosed => tracing::debug!("a client left"),
            DisconnectReason::ProtocolError(error) => {
                tracing::warn!(
                    code = error.code,
                    interface = error.object_interface,
                    message = error.message,
                    "a client broke the protocol"
                );
            }
        }
    }
}

/// The process at the other end of the connection that `resource` belongs to. `None`: the kernel does not know it, or the client is being
/// torn down.
pub fn pid_of(resource: &impl Resource) -> Option<i32> {
    resource.client()?.get_data::<ClientState>()?.pid
}

/// What we keep with the connection that `resource` belongs to. `None` while the client is being torn down.
pub fn with_quota<T>(resource: &impl Resource, f: impl FnOnce(&Quota) -> T) -> Option<T> {
    let client = resource.client()?;
    quota_of(&client).map(f)
}

/// Whether a client may see and touch more than its own windows. Those from a sandbox may not.
pub fn is_trusted(client: &Client) -> bool {
    client.get_data::<ClientState>().is_some_and(|state| state.sandbox.is_none())
}

pub fn quota_of(client: &Client) -> Option<&Quota> {
    client.get_data::<ClientState>().map(|state| &state.quota)
}
