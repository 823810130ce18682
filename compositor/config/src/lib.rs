//! The configuration of the desktop: TOML in, typed values out, all mistakes at once.
//!
//! Every option is one row of one table ([`rows`]), declared in `options.rs`. From it come the typed [`Config`], parsing and validation,
//! [`Resolved::show`] with the origin of every value, [`Layers::set`] and [`Layers::reset`] at run time, [`schema`], the reference
//! ([`reference`]) and the commented default file ([`default_file`]). A configuration with a mistake is refused as a whole; the caller keeps the
//! one before.
//!
//! Everything here is pure but [`load`], which reads the files.

mod binding;
mod config;
mod default_file;
mod document;
mod layers;
pub mod load;
mod names;
mod nearest;
mod options;
mod problem;
mod reference;
mod resolved;
mod rules;
mod schema;
mod source;
mod syntax;
mod table;
#[cfg(test)]
mod tests;
mod types;
mod value;

pub use binding::{
    Binding, Bindings, CommandLine, DEFAULT_MODE, Input, LONG_PRESS, Mode, Modifiers, On, Trigger, TriggerError, Way, small,
};
pub use config::Config;
pub use default_file::default_file;
pub use layers::{Layers, defaults};
pub use nearest::nearest;
pub use options::{
    Appearance, Background, Border, Bus, Capture, Cursor, Device, Display, Focus, Gestures, Keyboard, Layout, Output, Session, Shadow,
    Telemetry,
};
pub use problem::{Problem, Problems};
pub use reference::reference;
pub use resolved::{Resolved, Shown, complete};
pub use rules::{LayerRules, WindowRules};
pub use schema::schema;
pub use source::{Origin, Source};
pub use table::{Group, Row, When, groups, rows};
pub use types::{
    AccelProfile, Animate, CalibrationMatrix, ClickMethod, Directory, DragLock, Executor, Listen, Position, Restore, Rgba, ScrollMethod,
    SendEvents, TapButtonMap, XkbNames,
};
pub use xkeysym::Keysym;
