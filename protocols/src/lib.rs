//! What Glasshouse says over D-Bus: names, wire types, errors and typed proxies.
//!
//! The interfaces are served peer-to-peer on `$XDG_RUNTIME_DIR/glasshouse-<wayland display>`, and on the session bus where there is one. The XML in `protocols/dbus` is what the
//! desktop answers to `Introspect`; a test of the desktop compares the two. The types here are the wire's own: the core's are never
//! serialized, so that they can change without breaking a script.
//!
//! Calls on one connection are carried out in their order, one at a time. Who wants to do something while a launch waits opens a
//! second connection.

pub mod capture;
pub mod chord;
pub mod commands;
pub mod config;
pub mod connect;
pub mod debug;
pub mod desktop;
mod dict;
mod error;
pub mod event;
pub mod events;
pub mod input;
pub mod layouts;
pub mod matching;
pub mod outputs;
mod record;
pub mod replica;
pub mod rules;
pub mod session;
pub mod state;
pub mod subscription;
pub mod telemetry;
pub mod windows;

pub use capture::{Capture1Proxy, CaptureInfo, CaptureOptions, PixelFormat};
pub use chord::{Chord, Modifiers};
pub use commands::{CommandDoc, Commands1Proxy, Preview};
pub use config::{Config1Proxy, OptionValue};
pub use connect::{ConnectError, connect};
pub use debug::Debug1Proxy;
pub use desktop::{Check, Desktop1Proxy};
pub use dict::Dict;
pub use error::Error;
pub use event::{Event, Payload};
pub use events::Events;
pub use input::{Button, GestureKind, Input1Proxy, TouchPhase};
pub use layouts::Layouts1Proxy;
pub use matching::{Awaited, WindowMatch};
pub use outputs::{OutputOptions, Outputs1Proxy};
pub use replica::{Replica, Snapshot};
pub use session::{Session1Proxy, SnapshotInfo};
pub use state::{Layer, Output, Window, Workspace};
pub use subscription::Filter;
pub use telemetry::{Metrics, Telemetry1Proxy};
pub use windows::Windows1Proxy;

/// The name on a bus. Peer-to-peer calls may carry it; nobody looks.
pub const BUS_NAME: &str = "org.glasshouse.Desktop";

/// The only object.
pub const OBJECT_PATH: &str = "/org/glasshouse/Desktop";

/// What the socket's name in `$XDG_RUNTIME_DIR` starts with; the name of the Wayland display follows.
pub const SOCKET_PREFIX: &str = "glasshouse-";

/// An error unless all of these are numbers that a position or a size can have.
///
/// # Errors
///
/// [`Error::BadArgument`] that names the first one that is infinite or not a number.
pub fn finite<const N: usize>(numbers: [(&str, f64); N]) -> Result<(), Error> {
    match numbers.iter().find(|(_, number)| !number.is_finite()) {
        Some((name, number)) => Err(Error::BadArgument(format!("{name} is {number}; give a finite number"))),
        None => Ok(()),
    }
}
