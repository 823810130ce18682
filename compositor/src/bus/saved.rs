use glasshouse_core::Caller;
use glasshouse_protocols::SnapshotInfo;
use zbus::{Connection, interface};

use super::{BusError, Reply, Request, peer::Peer};

/// Calls of `org.glasshouse.Session1`.
#[derive(Debug)]
pub enum SessionRequest {
    Create { name: String, reply: Reply<()> },
    List { reply: Reply<Vec<SnapshotInfo>> },
    Restore { name: String, reply: Reply<()> },
    Diff { name: String, reply: Reply<Vec<String>> },
    Delete { name: String, reply: Reply<()> },
}

/// `org.glasshouse.Session1`.
pub(super) struct Session1(pub(super) Peer);

impl Session1 {
    async fn ask<T>(&self, connection: &Connection, request: impl FnOnce(Reply<T>) -> SessionRequest) -> Result<T, BusError> {
        self.0.ask(connection, |caller: Caller, reply| Request::Session { caller, request: request(reply) }).await
    }
}

#[interface(name = "org.glasshouse.Session1", spawn = false)]
impl Session1 {
    /// Keeps the arrangement of all windows under a name: letters, digits, dots, dashes and underscores. One of the same name is replaced. It is
    /// on the disk when the answer comes.
    async fn create_snapshot(&self, #[zbus(connection)] connection: &Connection, name: String) -> Result<(), BusError> {
        self.ask(connection, |reply| SessionRequest::Create { name, reply }).await
    }

    /// All snapshots by name: when each was made, in milliseconds since 1970, and how many windows are in it.
    #[zbus(out_args("snapshots"))]
    async fn list_snapshots(&self, #[zbus(connection)] connection: &Connection) -> Result<Vec<SnapshotInfo>, BusError> {
        self.ask(connection, |reply| SessionRequest::List { reply }).await
    }

    /// Puts the windows that are still here back to where they were, as one command that one undo takes back. Outputs stay as they are. A
    /// window is recognised by its app id and its process, or its title, or else its age.
    async fn restore_snapshot(&self, #[zbus(connection)] connection: &Connection, name: String) -> Result<(), BusError> {
        self.ask(connection, |reply| SessionRequest::Restore { name, reply }).await
    }

    /// What is different now from the snapshot, one sentence per window that is elsewhere, new or missing; empty if nothing is.
    #[zbus(out_args("differences"))]
    async fn diff_snapshot(&self, #[zbus(connection)] connection: &Connection, name: String) -> Result<Vec<String>, BusError> {
        self.ask(connection, |reply| SessionRequest::Diff { name, reply }).await
    }

    /// Removes a snapshot for good.
    async fn delete_snapshot(&self, #[zbus(connection)] connection: &Connection, name: String) -> Result<(), BusError> {
        self.ask(connection, |reply| SessionRequest::Delete { name, reply }).await
    }
}
