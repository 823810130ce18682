//! Whether the session is locked, where a desktop that is started in the place of a killed one looks.
//!
//! An empty file in the runtime folder: it is there while the session is locked, is gone with the login, and lies in memory, so that the
//! main thread may wait for it. What else is kept of the session is written later and may be turned off; a lock is neither.

use std::{fs, io, path::PathBuf};

use glasshouse_core::Refusal;

use crate::State;

/// Where it is written down. `None`: nowhere, for there is no runtime folder.
#[derive(Debug, Default)]
pub struct LockFile(Option<PathBuf>);

impl LockFile {
    /// Of the session on this display, in the runtime folder.
    pub fn of(display: &str) -> Self {
        let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute());
        Self(folder.map(|folder| folder.join(format!("glasshouse-{}.locked", display.replace('/', "_")))))
    }

    fn is_locked(&self) -> bool {
        // What cannot be found out counts as locked.
        self.0.as_ref().is_some_and(|path| path.try_exists().unwrap_or(true))
    }

    fn set(&self, locked: bool) -> io::Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        if locked {
            return fs::OpenOptions::new().write(true).create(true).truncate(false).open(path).map(drop);
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl State {
    /// Has the next desktop in this place begin locked, or not.
    pub fn keep_locked(&mut self, locked: bool) {
        if let Err(error) = self.session.lock_file.set(locked) {
            let sentence = match locked {
                true => format!("a desktop that is started after a crash will not be locked: {error}"),
                false => format!("a desktop that is started after this one will be locked: {error}"),
            };
            tracing::error!("{sentence}");
            self.alert("error", "lock-not-kept", sentence, None);
        }
    }

    /// Before anybody is let in: a session that was locked is locked, and has a locker if there is one.
    pub fn begin_locked(&mut self) {
        if !self.session.lock_file.is_locked() {
            return;
        }
        tracing::warn!("the session was locked when the last desktop ended: this one begins locked");
        self.lock_session();
        if let Err(refusal) = self.start_locker() {
            tracing::error!(%refusal, "there is no locker yet: start one in this session");
        }
    }

    /// Starts the locker that the configuration names. It locks as soon as it is there; while another one holds the lock it is not needed.
    ///
    /// # Errors
    ///
    /// If there is none, or it cannot be started.
    pub fn start_locker(&mut self) -> Result<(), Refusal> {
        if self.session_lock.is_held() {
            return Ok(());
        }
        let locker = match self.configuration.current() {
            Some(resolved) => resolved.config.session.locker.clone(),
            None => glasshouse_config::Config::default().session.locker,
        };
        if locker.is_empty() {
            return Err(Refusal::Edge("session.locker names no program that could lock".to_owned()));
        }
        let spawned = self.start_program(&locker, Vec::new(), None);
        spawned.map(drop).map_err(|error| Refusal::Edge(format!("{error}; session.locker names the program that locks")))
    }
}
