//! One connection.

use std::sync::{Mutex, OnceLock, PoisonError, mpsc};

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
    /// The systemd unit of its process, once it is known. See [`origin_of`].
    pub unit: OnceLock<Option<String>>,
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

/// The systemd unit that a client's process runs in, and whether it came by a sandbox's socket. The unit is looked for once, with the first
/// window: before that whoever starts programs may not have put them there yet. It is two lines that the kernel makes up, so nothing waits.
pub fn origin_of(client: &Client) -> (Option<String>, bool) {
    let Some(state) = client.get_data::<ClientState>() else { return (None, false) };
    let read = || unit_in(&std::fs::read_to_string(format!("/proc/{}/cgroup", state.pid?)).ok()?);
    (state.unit.get_or_init(read).clone(), state.sandbox.is_some())
}

/// The innermost service or scope of what `/proc/PID/cgroup` says.
fn unit_in(cgroup: &str) -> Option<String> {
    // The unified hierarchy has the number 0; before it systemd had one of its own.
    let of = |line: &'_ str| line.split_once("::").or_else(|| line.split_once(":name=systemd:")).map(|(_, path)| path.to_owned());
    let path = cgroup.lines().filter(|line| line.starts_with("0::") || line.contains(":name=systemd:")).find_map(of)?;
    let unit = path.rsplit('/').find(|part| part.ends_with(".service") || part.ends_with(".scope"))?;
    Some(unit.to_owned())
}

pub fn quota_of(client: &Client) -> Option<&Quota> {
    client.get_data::<ClientState>().map(|state| &state.quota)
}

#[cfg(test)]
mod tests {
    use super::unit_in;

    #[test]
    fn the_unit_of_a_process_is_its_innermost_service_or_scope() {
        let check = |cgroup: &str, unit: Option<&str>| assert_eq!(unit_in(cgroup).as_deref(), unit, "{cgroup}");
        check("0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-foot@1.service\n", Some("app-foot@1.service"));
        check("0::/user.slice/user-1000.slice/session-2.scope\n", Some("session-2.scope"));
        check("0::/system.slice/docker.service/kubepods/x\n", Some("docker.service"));
        check("12:pids:/x.service\n1:name=systemd:/user.slice/a.scope\n", Some("a.scope"));
        check("12:pids:/x.service\n0::/\n", None);
        check("", None);
    }
}
