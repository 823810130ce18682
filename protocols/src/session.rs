//! `org.glasshouse.Session1`: arrangements that are kept under a name.

use serde::{Deserialize, Serialize};
use zbus::{Type, proxy};

use crate::Error;

/// A snapshot. On the wire `(stu)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SnapshotInfo {
    pub name: String,
    /// When it was made, in milliseconds since the beginning of 1970.
    pub created_unix_ms: u64,
    /// How many windows are in it.
    pub windows: u32,
}

/// Snapshots of the arrangement of all windows.
#[proxy(interface = "org.glasshouse.Session1", default_service = "org.glasshouse.Desktop", default_path = "/org/glasshouse/Desktop")]
pub trait Session1 {
    /// Keeps the arrangement of all windows under a name: letters, digits, dots, dashes and underscores, at most 64. One of the same name is
    /// replaced.
    fn create_snapshot(&self, name: &str) -> Result<(), Error>;

    /// All snapshots, by name.
    fn list_snapshots(&self) -> Result<Vec<SnapshotInfo>, Error>;

    /// Puts the windows that are still here back to where they were. One `undo` takes it back.
    ///
    /// [`Error::NoSnapshot`] names those that there are.
    fn restore_snapshot(&self, name: &str) -> Result<(), Error>;

    /// What is different now, one sentence per window that is elsewhere, new or missing.
    fn diff_snapshot(&self, name: &str) -> Result<Vec<String>, Error>;

    /// Removes a snapshot for good.
    fn delete_snapshot(&self, name: &str) -> Result<(), Error>;

    /// Keeps an arrangement under a name, with the programs of its windows. `workspace` is written as in commands; empty: all.
    fn save_layout(&self, name: &str, workspace: &str) -> Result<(), Error>;

    /// All arrangements, by name.
    fn list_layouts(&self) -> Result<Vec<SnapshotInfo>, Error>;

    /// Puts up an arrangement, and answers when all of its windows are there. Programs of those that are missing are started.
    ///
    /// `timeout_ms` is in milliseconds, at most ten minutes; 0 is ten seconds. [`Error::TimedOut`] and [`Error::LaunchFailed`] name the windows
    /// that did not come.
    fn restore_layout(&self, name: &str, timeout_ms: u32) -> Result<(), Error>;

    /// Removes an arrangement for good.
    fn delete_layout(&self, name: &str) -> Result<(), Error>;
}
