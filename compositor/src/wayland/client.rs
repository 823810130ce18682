//! One connection.

use smithay::{
    reexports::wayland_server::{
        Client, Resource,
        backend::{ClientData, ClientId, DisconnectReason},
    },
    wayland::compositor::CompositorClientState,
};

use super::quota::Quota;
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

/// What we keep with the connection that `resource` belongs to. `None` while the client is being torn down.
pub fn with_quota<T>(resource: &impl Resource, f: impl FnOnce(&Quota) -> T) -> Option<T> {
    let client = resource.client()?;
    quota_of(&client).map(f)
}

pub fn quota_of(client: &Client) -> Option<&Quota> {
    client.get_data::<ClientState>().map(|state| &state.quota)
}
