use std::time::Duration;

use glasshouse_core::{Caller, WorkspaceRef, command::Argument};
use glasshouse_protocols::{SnapshotInfo, windows::MAX_WAIT_TIMEOUT_MS};
use zbus::{Connection, interface};

use crate::session::{DEFAULT_PATIENCE, Saved};

use super::{BusError, Reply, Request, peer::Peer};

/// Calls of `org.glasshouse.Session1`.
#[derive(Debug)]
pub enum SessionRequest {
    Create {
        name: String,
        reply: Reply<()>,
    },
    List {
        saved: Saved,
        reply: Reply<Vec<SnapshotInfo>>,
    },
    Restore {
        name: String,
        reply: Reply<()>,
    },
    Diff {
        name: String,
        reply: Reply<Vec<String>>,
    },
    Delete {
        saved: Saved,
        name: String,
        reply: Reply<()>,
    },
    /// `workspace`: all if there is none.
    SaveLayout {
        name: String,
        workspace: Option<WorkspaceRef>,
        reply: Reply<()>,
    },
    RestoreLayout {
        name: String,
        patience: Duration,
        reply: Reply<()>,
    },
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
        self.ask(connection, |reply| SessionRequest::List { saved: Saved::Snapshot, reply }).await
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
        self.ask(connection, |reply| SessionRequest::Delete { saved: Saved::Snapshot, name, reply }).await
    }

    /// Keeps an arrangement under a name, with the programs of its windows, in a file that may be changed by hand:
    /// $XDG_STATE_HOME/glasshouse/layouts/NAME.json. workspace is written as in commands (focused, 2, web); empty: all workspaces.
    async fn save_layout(&self, #[zbus(connection)] connection: &Connection, name: String, workspace: &str) -> Result<(), BusError> {
        let asked = (!workspace.is_empty()).then(|| WorkspaceRef::parse(workspace)).transpose();
        let workspace = asked.map_err(|sentence| BusError::BadArgument(format!("workspace cannot be {workspace:?}; {sentence}")))?;
        self.ask(connection, |reply| SessionRequest::SaveLayout { name, workspace, reply }).await
    }

    /// All arrangements by name, as ListSnapshots.
    #[zbus(out_args("layouts"))]
    async fn list_layouts(&self, #[zbus(connection)] connection: &Connection) -> Result<Vec<SnapshotInfo>, BusError> {
        self.ask(connection, |reply| SessionRequest::List { saved: Saved::Layout, reply }).await
    }

    /// Puts up an arrangement: windows that are there go to their places, programs of those that are missing are started, and their windows open in
    /// their places. Answers when all are there.
    ///
    /// A window is recognised by its app id, and its title (or its title_pattern) or tag, or else its age. timeout_ms is in milliseconds, at most ten
    /// minutes; 0 is ten seconds. TimedOut or LaunchFailed names the windows that did not come; the others are in their places. One undo
    /// puts back what was there before. An arrangement of one workspace goes to the one of its name, or else to the one with the focus.
    async fn restore_layout(&self, #[zbus(connection)] connection: &Connection, name: String, timeout_ms: u32) -> Result<(), BusError> {
        if timeout_ms > MAX_WAIT_TIMEOUT_MS {
            return Err(BusError::BadArgument(format!(
                "the time-out of {timeout_ms} ms is too long; ten minutes ({MAX_WAIT_TIMEOUT_MS} ms) is the most"
            )));
        }
        let patience = if timeout_ms == 0 { DEFAULT_PATIENCE } else { Duration::from_millis(timeout_ms.into()) };
        self.ask(connection, |reply| SessionRequest::RestoreLayout { name, patience, reply }).await
    }

    /// Removes an arrangement for good.
    async fn delete_layout(&self, #[zbus(connection)] connection: &Connection, name: String) -> Result<(), BusError> {
        self.ask(connection, |reply| SessionRequest::Delete { saved: Saved::Layout, name, reply }).await
    }
}
