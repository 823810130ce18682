//! One connection.

use std::sync::mpsc;

use smithay::{
    reexports::wayland_server::{
        Client, Resource,
        backend::{ClientData, ClientId, DisconnectReason},
    },
    wayland::compositor::CompositorClientState,
};

use super::quota::{OVER_QUOTA, Quota};
use crate::telemetry::Counts;

/// What we keep with every connection.
#[derive(Debug, Default)]
pub struct ClientState {
    /// Numbers connections from 1.
    pub number: u64,
    /// The process at the other end, if the kernel knows it.
    pub pid: Option<i32>,
    pub compositor: CompositorClientState,
    pub quota: Quota,
    pub counts: Counts,
    /// Where it is said that this client had to be cut off.
    pub cut_off: Option<mpsc::Sender<CutOff>>,
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
                if let Some(sender) = self.cut_off.as_ref().filter(|_| error.code == OVER_QUOTA) {
                    // An error: the desktop is ending.
                    let _ = sender.send(CutOff { pid: self.pid, reason: error.message });
                }
            }
        }
    }
}

/// What we keep with the connection that `resource` belongs to. `None` while the client is being torn down.
pub fn with_quota<T>(resource: &impl Resource, f: impl FnOnce(&Quota) -> T) -> Option<T> {
    let client = resource.client()?;
    quota_of(&client).map(f)
}

pub fn quota_of(client: &Client) -> Option<&Quota> {
    client.get_data::<ClientState>().map(|state| &state.quota)
}
