//! The desktop process.
//!
//! The Wayland sockets, input, commands and D-Bus meet here in one loop. It never draws, never maps client memory and never waits
//! for a frame: that is for the display process, on the other side of the link.

pub mod bindings;
pub mod bus;
mod capture;
pub mod clock;
mod commands;
pub mod configuration;
mod control;
pub mod display;
pub mod events;
pub mod icon;
pub mod input;
mod keyboard;
mod keymap;
mod launch;
pub mod options;
mod rules;
mod screenshot;
mod server;
pub mod session;
pub mod socket;
mod state;
pub mod telemetry;
mod typing;
pub mod wayland;

pub use server::Server;
pub use state::State;
