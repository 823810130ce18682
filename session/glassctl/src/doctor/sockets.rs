//! Sockets that nobody listens on any more.

use std::{
    fs,
    os::unix::fs::FileTypeExt as _,
    path::{Path, PathBuf},
};

use glasshouse_protocols::SOCKET_PREFIX;

use super::{Finding, shown};
use crate::probe::{Listener, listener};

/// Names of Wayland displays.
const WAYLAND_PREFIX: &str = "wayland-";

pub(super) fn check(runtime_dir: Option<&Path>) -> Finding {
    let leftovers = runtime_dir.map(leftovers).unwrap_or_default();
    if leftovers.is_empty() {
        return Finding::good("sockets", "none were left behind");
    }
    let names: Vec<_> = leftovers.iter().map(|path| shown(path)).collect();
    Finding::bad("sockets", format!("nobody listens on {}; `glassctl doctor --fix` removes what was left behind", names.join(", ")))
}

/// Removes them, and says which.
pub(super) fn remove_leftovers(runtime_dir: Option<&Path>) -> Vec<Finding> {
    let leftovers = runtime_dir.map(leftovers).unwrap_or_default();
    leftovers
        .iter()
        .map(|path| match fs::remove_file(path) {
            Ok(()) => Finding::good("removed", shown(path)),
            Err(error) => Finding::bad("removed", format!("{} is still there: {error}", shown(path))),
        })
        .collect()
}

fn leftovers(runtime_dir: &Path) -> Vec<PathBuf> {
    let mut leftovers: Vec<_> = fs::read_dir(runtime_dir)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with(WAYLAND_PREFIX) || name.starts_with(SOCKET_PREFIX)
        })
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_socket()))
        .map(|entry| entry.path())
        .filter(|path| listener(path) == Listener::Gone)
        .collect();
    leftovers.sort_unstable();
    leftovers
}
