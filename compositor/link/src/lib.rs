//! The link between the desktop and the display: messages, their transport, and a state machine for each end.
//!
//! The state machines ([`desktop::DesktopEnd`], [`display::Replica`], [`supervisor::Supervisor`]) know no socket, process or clock:
//! a property test plays random histories of death against them.

pub mod desktop;
pub mod display;
mod holds;
pub mod message;
pub mod socket;
pub mod supervisor;

pub use desktop::{DesktopEnd, Outgoing};
pub use display::Replica;
pub use message::*;
pub use socket::{Connection, LinkError};
pub use supervisor::Supervisor;
