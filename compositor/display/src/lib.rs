//! The display: turns scenes into pixels.
//!
//! [`run::run`] is the process. [`state::Display`] is all of it without sockets and timers. It notes what changed, and when somebody
//! captures, makes a [`plan::FramePlan`] and lets an [`executor::Executor`] run it into shared memory.

mod clock;
pub mod cpu;
mod cursor;
mod direct;
pub mod encoder;
pub mod executor;
#[cfg(test)]
mod golden;
pub mod gpu;
pub mod interop;
pub mod memory;
mod output;
mod picture;
pub mod plan;
pub mod run;
pub mod state;
#[cfg(test)]
mod testing;
pub mod text;
pub mod tie;
mod view;
