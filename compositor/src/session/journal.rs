//! The session on the disk: where, whose, and what it comes to after a start.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use glasshouse_config::Restore;
use glasshouse_core::Memory;

use super::{
    file,
    record::{self, MemoryRecord, SessionRecord},
};

/// After so many starts from the same memory, each of which ended before anything changed, the memory is not trusted.
const MAX_STARTS: u32 = 3;

/// The folder of one session. While it is open, no other desktop has it.
#[derive(Debug)]
pub(super) struct Journal {
    folder: PathBuf,
    socket: String,
    /// Held as long as this lives; the kernel lets it go however we end.
    _lock: File,
}

/// Why nothing is kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum JournalError {
    #[error("{} belongs to another desktop that runs", .0.display())]
    Taken(PathBuf),
    #[error("{} cannot be used: {source}", path.display())]
    Folder { path: PathBuf, source: io::Error },
}

/// What a start found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) memory: Option<Memory>,
    /// Of [`SessionRecord::starts`], for the next record.
    pub(super) starts: u32,
    /// What somebody should hear of.
    pub(super) complaints: Vec<String>,
}

impl Journal {
    /// Takes the folder of a session, `state/<display>`, for the desktop that listens on `socket`.
    pub(super) fn open(state: &Path, display: &str, socket: &Path) -> Result<Self, JournalError> {
        let folder = state.join(folder_name(display));
        let failed = |source| JournalError::Folder { path: folder.clone(), source };
        file::make_folder(&folder).map_err(failed)?;
        let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(folder.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::Taken(folder)),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file::sweep(&folder);
        Ok(Self { folder, socket: socket.to_string_lossy().into_owned(), _lock: lock })
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.join("session.json")
    }

    /// What the last desktop on this socket left, as far as it is to be used.
    pub(super) fn load(&self, when: Restore) -> Found {
        let mut found = Found::default();
        let path = self.path();
        let record = self.read(&path, &mut found).or_else(|| self.read(&file::previous(&path), &mut found));
        let Some(record) = record else { return found };
        if record.socket != self.socket {
            tracing::info!(socket = record.socket, "the last session of this name was in another runtime folder: this one begins empty");
            return found;
        }
        if when == Restore::Never || (when == Restore::AfterCrash && record.ended) {
            return found;
        }
        if record.starts >= MAX_STARTS {
            found.complaints.push(format!("the desktop ended {MAX_STARTS} times right after it was restored, so it begins empty"));
            return found;
        }
        found.starts = record.starts + 1;
        found.memory = Some(record.memory.into());
        found
    }

    fn read(&self, path: &Path, found: &mut Found) -> Option<SessionRecord> {
        let why = match file::read(path) {
            Ok(None) => return None,
            Ok(Some(text)) => match record::decode(&text) {
                Ok(record) => return Some(record),
                Err(error) => error.to_string(),
            },
            Err(error) => error.to_string(),
        };
        let kept = match file::set_aside(path) {
            Ok(aside) => format!("it is kept as {}", aside.display()),
            Err(error) => format!("it stays where it is: {error}"),
        };
        found.complaints.push(format!("{} cannot be used: {why}; {kept}", path.display()));
        None
    }

    /// Writes what there is now. Waits for the disk.
    pub(super) fn save(&self, memory: &Memory, ended: bool, starts: u32) -> io::Result<()> {
        let record = SessionRecord { socket: self.socket.clone(), ended, starts, memory: MemoryRecord::from(memory) };
        let text = record::encode(&record).map_err(io::Error::other)?;
        file::replace_keeping(&self.path(), &text)
    }
}

/// A display's name may be a path.
fn folder_name(display: &str) -> String {
    let name = display.replace('/', "_");
    if name.starts_with('.') || name.is_empty() { format!("_{name}") } else { name }
}
