//! `org.glasshouse.Desktop1`: what there is.

use serde::{Deserialize, Serialize};
use zbus::{Type, proxy};

pub use crate::state::{Layer, Output, Window, Workspace};
use crate::{Error, dict::Dict, replica::Snapshot, subscription::Filter};

/// One thing that `doctor` looked at. On the wire `(sbs)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Check {
    /// A short name, such as `executor`.
    pub check: String,
    /// `false`: the sentence says what to do.
    pub ok: bool,
    pub sentence: String,
}

/// What there is, how it is, and the end.
#[proxy(interface = "org.glasshouse.Desktop1", default_service = "org.glasshouse.Desktop", default_path = "/org/glasshouse/Desktop")]
pub trait Desktop1 {
    /// The version of the desktop, such as `0.1.0`.
    #[zbus(property(emits_changed_signal = "const"))]
    fn version(&self) -> zbus::Result<String>;

    /// Another one after every start of the desktop: ids and sequences of different instances have nothing to do with each other.
    #[zbus(property(emits_changed_signal = "const"))]
    fn instance(&self) -> zbus::Result<String>;

    /// What `WAYLAND_DISPLAY` has to be for programs that are to show up here.
    #[zbus(property(emits_changed_signal = "const"))]
    fn wayland_display(&self) -> zbus::Result<String>;

    /// What draws: `cpu` or `gpu`; empty while no display runs, because nobody looks.
    #[zbus(property)]
    fn executor(&self) -> zbus::Result<String>;

    /// Why that one, or why none.
    #[zbus(property)]
    fn executor_reason(&self) -> zbus::Result<String>;

    /// Everything that there is, and the sequence of the newest event that is in it.
    fn snapshot(&self) -> Result<(u64, Snapshot), Error>;

    /// Sends the signal `Event` to the caller from now on: first the state and its sequence, then what happens after that.
    ///
    /// With `since` no state (an empty dictionary, which reads as a snapshot of nothing), but all events after that one;
    /// [`Error::ReplayGone`] if they are not kept any more.
    /// A caller has one subscription: another call replaces it. Who leaves more than 1,024 events or 1 MiB unread is disconnected (on a
    /// session bus: loses the subscription).
    fn subscribe(&self, filter: Filter) -> Result<(u64, Snapshot), Error>;

    /// Ends the caller's subscription.
    fn unsubscribe(&self) -> Result<(), Error>;

    /// Something happened; [`crate::Event::from_message`] reads it.
    #[zbus(signal)]
    fn event(&self, sequence: u64, time_ns: u64, trace: u64, kind: &str, payload: Dict) -> zbus::Result<()>;

    /// All windows with content, in the order of their creation.
    fn windows(&self) -> Result<Vec<Window>, Error>;

    /// All outputs, in the order in which they were added.
    fn outputs(&self) -> Result<Vec<Output>, Error>;

    /// All layer surfaces with content: by layer, the lowest first, and in one layer in the order of their creation.
    fn layers(&self) -> Result<Vec<Layer>, Error>;

    /// How the desktop is: which executor draws and why, the processes, their memory.
    fn doctor(&self) -> Result<Vec<Check>, Error>;

    /// Ends the desktop and with it all its clients.
    fn quit(&self) -> Result<(), Error>;
}
