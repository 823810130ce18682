//! Tests of the desktop as a whole.

mod along;
mod bad_outputs;
mod bench;
mod drags;
mod examples;
mod focus;
mod histories;
mod invariants;
mod kept;
mod lock;
mod memory;
mod mirrors;
mod moving;
mod outputs;
mod outside;
mod regressions;
mod rules;
mod swipes;
mod tabs;
mod undo;
mod windows;
mod workspaces;

use glasshouse_scene::{OutputId, Transform};

use crate::{
    OutputChange,
    command::{Command, Mode},
};

/// An output to the right of the others, at 60 Hz.
pub(crate) fn add_output(width: u32, height: u32, scale: f64) -> Command {
    let mode = Mode { width, height, refresh_mhz: None };
    Command::AddOutput { mode, name: None, scale, transform: Transform::Normal, position: None }
}

pub(crate) fn configure_output(output: OutputId, width: u32, height: u32, scale: f64) -> Command {
    let mode = Some(Mode { width, height, refresh_mhz: None });
    OutputChange { mode, scale: Some(scale), ..OutputChange::default() }.of(output)
}

/// Carries out a command line, which must not be refused.
#[track_caller]
fn command(t: &mut bench::Bench, line: &str) {
    let command: Command = line.parse().unwrap();
    t.command(command).unwrap_or_else(|refusal| panic!("{line}: {refusal}"));
    invariants::assert_invariants(t);
}
