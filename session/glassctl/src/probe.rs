//! Looking without disturbing.

use std::path::Path;

pub(crate) use glasshouse_protocols::connect::{Listener, listener};

/// Whether a file whose name satisfies `wanted` lies in `dir`, at most `depth` directories down.
pub(crate) fn contains(dir: &Path, depth: usize, wanted: &dyn Fn(&str) -> bool) -> bool {
    let Ok(entries) = dir.read_dir() else { return false };
    let (mut files, mut dirs) = (Vec::new(), Vec::new());
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() { dirs.push(path) } else { files.push(path) }
    }
    files.iter().filter_map(|file| file.file_name()?.to_str()).any(wanted)
        || depth > 0 && dirs.iter().any(|dir| contains(dir, depth - 1, wanted))
}
