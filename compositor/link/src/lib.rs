//! The link between the desktop and the display.

pub mod message;
