//! The desktop as a pure state machine: no protocol, device, file, thread or clock.

pub mod command;
pub mod effect;
pub mod event;
pub mod ids;

pub use command::{Caller, Command, Direction, LayoutKind, OutputMode, Refusal, Scopes};
pub use effect::{Effect, Effects, Notice, WindowConfigure, WindowInfo};
pub use event::Event;
pub use ids::{OutputId, SurfaceId, Timestamp, WindowId};
