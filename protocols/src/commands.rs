//! `org.glasshouse.Commands1`: everything that changes the desktop, in words.

use serde::{Deserialize, Serialize};
use zbus::{DeserializeDict, SerializeDict, Type, proxy};

use crate::{Error, Output, Window};

/// The most commands of one transaction.
pub const MAX_TRANSACTION: usize = 256;

/// The longest command, in bytes of all its words.
pub const MAX_COMMAND: usize = 128 << 10;

/// What a transaction would do if every client answered as it is asked to. On the wire `a{sv}`.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Preview {
    /// Windows that would be different, as they would be.
    pub windows: Vec<Window>,
    /// Outputs that would be different, as they would be.
    pub outputs: Vec<Output>,
    /// The numbers of outputs that would be gone.
    pub outputs_removed: Vec<u64>,
    /// Windows that would be asked to close.
    pub closes: Vec<u64>,
    /// The desktop would end.
    pub quits: bool,
}

/// A row of the table of commands. On the wire `(sssss)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CommandDoc {
    pub name: String,
    /// Such as `move-window X,Y [--window WINDOW]`.
    pub usage: String,
    /// In sentences.
    pub doc: String,
    /// The right that a program needs.
    pub scope: String,
    /// Why it cannot be undone; empty if it can.
    pub not_undoable: String,
}

/// Everything that changes the desktop, in words: `focus-window left`, `set-fullscreen toggle --window 7`.
#[proxy(interface = "org.glasshouse.Commands1", default_service = "org.glasshouse.Desktop", default_path = "/org/glasshouse/Desktop")]
pub trait Commands1 {
    /// Carries out a command. It is done, and clients have been told, when the answer comes.
    fn run(&self, command: &[&str]) -> Result<(), Error>;

    /// Carries out all commands or none, in one round of configures and one frame. One `Undo` undoes all.
    fn transaction(&self, commands: &[Vec<&str>]) -> Result<(), Error>;

    /// What a transaction would do. Nothing changes.
    fn dry_run(&self, commands: &[Vec<&str>]) -> Result<Preview, Error>;

    /// Puts back what the last command changed, and answers which that was.
    fn undo(&self) -> Result<String, Error>;

    /// Does again what `Undo` put back, and answers which that was.
    fn redo(&self) -> Result<String, Error>;

    /// All commands.
    fn list(&self) -> Result<Vec<CommandDoc>, Error>;
}
