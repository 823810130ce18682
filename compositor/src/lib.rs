//! The desktop process.
//!
//! The Wayland sockets, input, commands and D-Bus meet here in one loop. It never draws, never maps client memory and never waits
//! for a frame: that is for the display process, on the other side of the link.

pub mod bus;
mod capture;
pub mod clock;
mod commands;
mod control;
pub mod display;
mod input;
mod keymap;
mod launch;
pub mod options;
mod server;
pub mod socket;
mod state;
mod typing;
pub mod wayland;

pub use server::Server;
pub use state::State;
