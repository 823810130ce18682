//! Everything that may change the desktop on purpose, who may do it, and why not.
//!
//! [`table`] is the one source: a row there is a variant of [`Command`], its text form, its documentation and its rights. Key bindings,
//! `glassctl do`, D-Bus, completions and the reference are generated from it.

mod argument;
mod caller;
mod parse;
mod refusal;
mod table;
#[cfg(test)]
mod tests;
mod tile_value;
mod value;
mod window_value;
mod workspace_ref;

pub(crate) use argument::words;
pub use argument::{Argument, Kind, WindowRef};
pub use caller::{Act, Caller, Scopes};
pub use parse::CommandError;
pub(crate) use parse::nearest;
pub use refusal::Refusal;
pub use table::{COMMANDS, Command, Entry, Parameter, Undo};
pub use tile_value::{Change, ResizeEdges, WidthChange};
pub use value::{Button, Direction, KeyboardLayout, LayoutKind, MirrorOf, Mode, OutputMode, OutputRef, Switch, Words};
pub use window_value::{Aspect, AspectRatio, Spot};
pub use workspace_ref::WorkspaceRef;
