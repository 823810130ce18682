//! Tests of the desktop as a whole.

mod bench;
mod examples;
mod histories;
mod invariants;
mod regressions;

use glasshouse_scene::Transform;

use crate::command::OutputMode;

pub(crate) fn mode(width: u32, height: u32, scale: f64) -> OutputMode {
    OutputMode { name: String::new(), width, height, scale, refresh_mhz: 60_000, transform: Transform::Normal }
}
