//! The desktop as a pure state machine: no protocol, device, file, thread or clock.
//!
//! [`Desktop::apply`] carries out commands, [`Desktop::observe`] takes note of events; both answer with [`Effects`] for the edges.
//! [`Desktop::scene`] says what is to be seen. Same history, same desktop: everything here is a value.

pub mod along;
pub mod command;
mod commands;
mod configure;
mod desktop;
mod drag;
pub mod effect;
pub mod event;
mod events;
mod focus;
mod grab;
mod grid;
mod hover;
pub mod idle;
pub mod ids;
pub mod kept;
mod layer;
mod layout;
mod lock;
pub mod memory;
mod mirror;
mod motion;
mod moving;
mod output;
mod output_change;
pub mod outside;
mod paint;
mod permit;
mod placing;
mod pointer;
mod popup;
mod recall;
mod resolve;
mod returning;
pub mod rules;
mod settings;
mod snapping;
mod snapshot;
mod stacking;
mod surfaces;
mod swipe;
#[cfg(test)]
mod tests;
mod tile_commands;
mod tilings;
mod told;
pub mod transaction;
mod undo;
mod window;
mod window_commands;
mod workspace;
mod workspaces;

pub use command::{
    Act, AspectRatio, Caller, Command, Direction, LayoutKind, OutputMode, OutputRef, Refusal, Scopes, Switch, WindowRef, WorkspaceRef,
};
pub use desktop::Desktop;
pub use effect::{Effect, Effects, Notice, WindowConfigure, WindowInfo};
pub use event::Event;
pub use ids::{OutputId, SurfaceId, Timestamp, WindowId, WorkspaceId};
pub use kept::Kept;
pub use layer::LayerInfo;
pub use layout::tiles;
pub use memory::{Memory, Ranks, RememberedOutput, RememberedWindow, RememberedWorkspace};
pub use motion::{Animations, Curve, Movement};
pub use output::OutputInfo;
pub use output_change::OutputChange;
pub use paint::{Audience, View};
pub use permit::permit;
pub use rules::{MAX_RULES, Rules};
pub use settings::{Blend, Border, Settings, Shadow, Struts, Swipes, Tabs};
pub use snapshot::Restored;
pub use stacking::Under;
pub use transaction::{MAX_TRANSACTION, Preview, Refused};
pub use window::Modes;
pub use workspace::WorkspaceInfo;
