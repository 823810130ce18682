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
}
