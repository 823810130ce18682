//! `org.glasshouse.Config1`: the configuration while the desktop runs.

use serde::{Deserialize, Serialize};
use zbus::{Type, proxy};

use crate::Error;

/// An option as it is. On the wire `(ssss)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct OptionValue {
    /// Such as `layout.gap-px`.
    pub key: String,
    /// As TOML, on one line.
    pub value: String,
    /// Such as `default`, `/etc/glasshouse/config.toml:12`, `$GLASSHOUSE_LAYOUT_GAP_PX`, `--layout` or `set at run time`.
    pub origin: String,
    /// As TOML.
    pub default: String,
}

/// The configuration: every option can be read, set, and reset.
#[proxy(interface = "org.glasshouse.Config1", default_service = "org.glasshouse.Desktop", default_path = "/org/glasshouse/Desktop")]
pub trait Config1 {
    /// All options, in the order of the reference.
    fn show(&self) -> Result<Vec<OptionValue>, Error>;

    /// One option.
    fn get(&self, key: &str) -> Result<OptionValue, Error>;

    /// Options that are not what they are by default.
    fn diff(&self) -> Result<Vec<OptionValue>, Error>;

    /// Changes an option until the desktop ends, checked as in a file. Quotes around texts may be left out.
    fn set(&self, key: &str, value: &str) -> Result<(), Error>;

    /// Takes back what `Set` did.
    fn reset(&self, key: &str) -> Result<(), Error>;

    /// Reads the files again. With a mistake in them nothing changes, and the error has all mistakes.
    fn reload(&self) -> Result<(), Error>;

    /// What is wrong with the files since they were last read, with line and column; empty if nothing is.
    fn problems(&self) -> Result<String, Error>;
}
