//! `org.glasshouse.Outputs1`: outputs while the desktop runs.

use zbus::{DeserializeDict, SerializeDict, Type, proxy};

use crate::{Error, desktop::Output};

/// What to make or change of an output; what is `None` stays, or is as usual. On the wire `a{sv}`.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct OutputOptions {
    /// Unique among the outputs. For a new one by default `HEADLESS-1` and so on.
    pub name: Option<String>,
    /// Such as `1920x1080@60`: physical pixels before the transform, and Hz.
    pub mode: Option<String>,
    /// Physical pixels per logical one, from 0.25 to 8.
    pub scale: Option<f64>,
    /// `normal`, `90`, `180`, `270`, `flipped`, `flipped-90`, `flipped-180` or `flipped-270`.
    pub transform: Option<String>,
    /// The top-left corner in the logical space of all outputs.
    pub position: Option<(f64, f64)>,
    /// Whether it is used. Not for a new one.
    pub enabled: Option<bool>,
    /// Whether it shows anything. Not for a new one.
    pub power: Option<bool>,
    /// The name of another output whose picture it shows, or `none`. Not for a new one.
    pub mirror: Option<String>,
}

/// Outputs: virtual ones can be made and removed, all can be changed while windows are on them.
#[proxy(interface = "org.glasshouse.Outputs1", default_service = "org.glasshouse.Desktop", default_path = "/org/glasshouse/Desktop")]
pub trait Outputs1 {
    /// All outputs, in the order in which they were added.
    fn list(&self) -> Result<Vec<Output>, Error>;

    /// Makes a virtual output of this mode, such as `1280x720`, and answers its name.
    fn create(&self, mode: &str, options: OutputOptions) -> Result<String, Error>;

    /// Changes an output while windows are on it.
    fn configure(&self, name: &str, options: OutputOptions) -> Result<(), Error>;

    /// Takes an output away. Its windows move to another one, and back when an output of that name returns.
    fn remove(&self, name: &str) -> Result<(), Error>;
}
