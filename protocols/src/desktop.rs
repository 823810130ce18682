//! `org.glasshouse.Desktop1`: what there is.

use serde::{Deserialize, Serialize};
use zbus::{DeserializeDict, SerializeDict, Type, proxy};

use crate::Error;

/// A toplevel window. On the wire `a{sv}`; what is `None` is absent.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Window {
    /// Given out once in the life of a desktop.
    pub id: u64,
    pub title: String,
    pub app_id: String,
    /// The process on the other end of the window's Wayland connection.
    pub pid: Option<i32>,
    /// The window that this one is a dialog of.
    pub parent: Option<u64>,
    /// The left edge of its geometry (without shadow) in the logical space of all outputs.
    pub x: f64,
    pub y: f64,
    /// In logical pixels.
    pub width: f64,
    pub height: f64,
    /// The name of the output that shows most of it.
    pub output: Option<String>,
    /// It has content. A window that was just created has none.
    pub mapped: bool,
    /// It has the keyboard.
    pub focused: bool,
    pub floating: bool,
    pub fullscreen: bool,
    pub maximized: bool,
    pub minimized: bool,
}

/// An output. On the wire `a{sv}`.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Output {
    pub id: u64,
    /// As `wl_output.name`.
    pub name: String,
    /// In physical pixels before `transform`.
    pub width: u32,
    pub height: u32,
    /// Physical pixels per logical one.
    pub scale: f64,
    /// In mHz.
    pub refresh_mhz: u32,
    /// How it is mounted, with the number of `wl_output.transform`.
    pub transform: u32,
    /// Its top-left corner in the logical space of all outputs.
    pub x: f64,
    pub y: f64,
    /// What it shows of the logical space, after `transform`.
    pub logical_width: f64,
    pub logical_height: f64,
}

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

    /// All windows, also those without content yet, in the order of their creation.
    fn windows(&self) -> Result<Vec<Window>, Error>;

    /// All outputs, in the order in which they were added.
    fn outputs(&self) -> Result<Vec<Output>, Error>;

    /// How the desktop is: which executor draws and why, the processes, their memory.
    fn doctor(&self) -> Result<Vec<Check>, Error>;

    /// Ends the desktop and with it all its clients.
    fn quit(&self) -> Result<(), Error>;
}
