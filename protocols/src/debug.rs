//! `org.glasshouse.Debug1`: for tests.

use zbus::proxy;

use crate::Error;

/// For tests of what must not happen.
#[proxy(interface = "org.glasshouse.Debug1", default_service = "org.glasshouse.Desktop", default_path = "/org/glasshouse/Desktop")]
pub trait Debug1 {
    /// The process that draws; 0 while there is none, because nobody looks.
    fn display_pid(&self) -> Result<u32, Error>;

    /// Has the display misbehave: `lose-device`, `hang`, `hog`, or `poison` with the window whose contents kill it (0 for the others).
    ///
    /// Refused unless the desktop was started with `--debug-orders`.
    fn order(&self, name: &str, window: u64) -> Result<(), Error>;
}
