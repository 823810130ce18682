//! `org.glasshouse.Windows1`: programs and the windows that they open.

use std::collections::HashMap;

use zbus::proxy;

use crate::{
    Error,
    matching::WindowMatch,
    rules::{RuleInForce, RuleOutcome},
    state::Window,
};

/// How long `Launch` waits when it is told 0, in milliseconds.
pub const DEFAULT_LAUNCH_TIMEOUT_MS: u32 = 10_000;

/// The longest that `Launch` waits, in milliseconds.
pub const MAX_LAUNCH_TIMEOUT_MS: u32 = 600_000;

/// How long `WaitFor` waits when it is told 0, in milliseconds.
pub const DEFAULT_WAIT_TIMEOUT_MS: u32 = 10_000;

/// The longest that `WaitFor` waits, in milliseconds.
pub const MAX_WAIT_TIMEOUT_MS: u32 = 600_000;

/// Programs and the windows that they open.
#[proxy(interface = "org.glasshouse.Windows1", default_service = "org.glasshouse.Desktop", default_path = "/org/glasshouse/Desktop")]
pub trait Windows1 {
    /// Starts a program and answers with the first window that it shows, found by activation token and process tree.
    ///
    /// `env` is added to the desktop's own environment. An empty `cwd` is the desktop's own directory. `timeout_ms` is in milliseconds,
    /// at most ten minutes; 0 is ten seconds. After a time-out the program goes on.
    fn launch(&self, argv: &[&str], env: HashMap<&str, &str>, cwd: &str, timeout_ms: u32) -> Result<Window, Error>;

    /// One window.
    fn get(&self, window: u64) -> Result<Window, Error>;

    /// All windows that have these properties, in the order of their creation.
    fn find(&self, properties: WindowMatch) -> Result<Vec<Window>, Error>;

    /// The pixels of a window's own icon: the smallest whose edge has at least `size` pixels, or else the largest; with 0 the largest. Its
    /// edge in pixels, and premultiplied ARGB, four bytes a pixel (blue, green, red, alpha), row after row.
    fn icon(&self, window: u64, size: u32) -> Result<(u32, Vec<u8>), Error>;

    /// What rules of the configuration have to do with a window: for each rule whether it matches and why or why not, and which rule each
    /// property is from.
    fn rules(&self, window: u64) -> Result<(Vec<RuleOutcome>, Vec<RuleInForce>), Error>;

    /// Waits until a window that has these properties is in this state, and answers with it: see [`crate::matching::Awaited`].
    ///
    /// `timeout_ms` is in milliseconds, at most ten minutes; 0 is ten seconds.
    fn wait_for(&self, properties: WindowMatch, state: &str, timeout_ms: u32) -> Result<Window, Error>;
}
