//! The folder of snapshots.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use glasshouse_core::Memory;
use glasshouse_protocols::SnapshotInfo;

use super::{
    arrangements::{Arrangement, ArrangementRecord},
    file,
    name::{NameError, SnapshotName},
    record::{self, MemoryRecord, RecordError, SnapshotRecord},
};

/// Names that a sentence mentions.
const MENTIONED: usize = 8;

/// Why a snapshot was not made, read or removed.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("there is no {what} {name}; there is {}", if .there.is_empty() { "none at all".to_owned() } else { .there.join(", ") })]
    Missing { what: &'static str, name: SnapshotName, there: Vec<String> },
    #[error("the snapshot {name} cannot be used: {source}")]
    Record { name: SnapshotName, source: RecordError },
    #[error("the arrangement {name} cannot be used: {why} ({})", .path.display())]
    Arrangement { name: SnapshotName, path: PathBuf, why: String },
    #[error("the {what} {name} cannot be read or written: {source}")]
    File { what: &'static str, name: SnapshotName, source: io::Error },
    #[error("the folder of snapshots or arrangements cannot be read: {0}")]
    Folder(io::Error),
    #[error("there is no place for snapshots: neither XDG_STATE_HOME nor HOME is an absolute path")]
    NoPlace,
}

/// `$XDG_STATE_HOME/glasshouse/snapshots`, or `layouts`, which has arrangements.
#[derive(Debug, Clone)]
pub(super) struct Snapshots {
    folder: Option<PathBuf>,
    /// For people.
    what: &'static str,
}

impl Snapshots {
    /// `state`: where the desktop keeps things.
    pub(super) fn new(state: Option<&Path>) -> Self {
        Self { folder: state.map(|state| state.join("snapshots")), what: "snapshot" }
    }

    pub(super) fn of_arrangements(state: Option<&Path>) -> Self {
        Self { folder: state.map(|state| state.join("layouts")), what: "arrangement" }
    }

    fn folder(&self) -> Result<&PathBuf, SnapshotError> {
        self.folder.as_ref().ok_or(SnapshotError::NoPlace)
    }

    /// Keeps an arrangement, also in place of one of the same name.
    pub(super) fn create(&self, name: &SnapshotName, memory: &Memory) -> Result<(), SnapshotError> {
        let record = SnapshotRecord { created_unix_ms: unix_ms(), memory: MemoryRecord::from(memory) };
        let text = record::encode(&record).map_err(|source| SnapshotError::Record { name: name.clone(), source })?;
        self.write(name, &text)
    }

    fn write(&self, name: &SnapshotName, text: &[u8]) -> Result<(), SnapshotError> {
        let folder = self.folder()?;
        let failed = |source| SnapshotError::File { what: self.what, name: name.clone(), source };
        file::make_folder(folder).map_err(failed)?;
        file::replace(&folder.join(name.file()), text).map_err(failed)
    }

    /// Keeps an arrangement and what its windows are opened with, also in place of one of the same name.
    pub(super) fn keep(&self, name: &SnapshotName, arrangement: Arrangement) -> Result<(), SnapshotError> {
        let text = ArrangementRecord::new(arrangement, unix_ms()).encode();
        self.write(name, &text.map_err(|error| self.unusable(name, error.to_string()))?)
    }

    pub(super) fn read_kept(&self, name: &SnapshotName) -> Result<Arrangement, SnapshotError> {
        self.kept_record(name).map(Arrangement::from)
    }

    fn kept_record(&self, name: &SnapshotName) -> Result<ArrangementRecord, SnapshotError> {
        ArrangementRecord::decode(&self.text(name)?).map_err(|why| self.unusable(name, why))
    }

    fn unusable(&self, name: &SnapshotName, why: String) -> SnapshotError {
        let path = self.folder.as_ref().map(|folder| folder.join(name.file())).unwrap_or_default();
        SnapshotError::Arrangement { name: name.clone(), path, why }
    }

    /// All arrangements that can be read, by name.
    pub(super) fn list_kept(&self) -> Result<Vec<SnapshotInfo>, SnapshotError> {
        let mut list = Vec::new();
        for name in self.names()? {
            match self.kept_record(&name) {
                Ok(record) => list.push(SnapshotInfo {
                    name: name.to_string(),
                    created_unix_ms: record.created_unix_ms,
                    windows: u32::try_from(record.windows.len()).unwrap_or(u32::MAX),
                }),
                Err(error) => tracing::warn!("{error}"),
            }
        }
        Ok(list)
    }

    /// All that can be read, by name.
    pub(super) fn list(&self) -> Result<Vec<SnapshotInfo>, SnapshotError> {
        let mut list = Vec::new();
        for name in self.names()? {
            match self.record(&name) {
                Ok(record) => list.push(SnapshotInfo {
                    name: name.to_string(),
                    created_unix_ms: record.created_unix_ms,
                    windows: u32::try_from(record.memory.windows.len()).unwrap_or(u32::MAX),
                }),
                Err(error) => tracing::warn!("{error}"),
            }
        }
        Ok(list)
    }

    pub(super) fn read(&self, name: &SnapshotName) -> Result<Memory, SnapshotError> {
        self.record(name).map(|record| record.memory.into())
    }

    pub(super) fn delete(&self, name: &SnapshotName) -> Result<(), SnapshotError> {
        match fs::remove_file(self.folder()?.join(name.file())) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(self.missing(name)),
            Err(source) => Err(SnapshotError::File { what: self.what, name: name.clone(), source }),
        }
    }

    fn record(&self, name: &SnapshotName) -> Result<SnapshotRecord, SnapshotError> {
        record::decode(&self.text(name)?).map_err(|source| SnapshotError::Record { name: name.clone(), source })
    }

    fn text(&self, name: &SnapshotName) -> Result<Vec<u8>, SnapshotError> {
        let read = file::read(&self.folder()?.join(name.file()));
        read.map_err(|source| SnapshotError::File { what: self.what, name: name.clone(), source })?.ok_or_else(|| self.missing(name))
    }

    fn names(&self) -> Result<Vec<SnapshotName>, SnapshotError> {
        let entries = match fs::read_dir(self.folder()?) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(SnapshotError::Folder(error)),
        };
        let mut names: Vec<SnapshotName> =
            entries.flatten().filter_map(|entry| SnapshotName::of_file(entry.file_name().to_str()?)).collect();
        names.sort();
        Ok(names)
    }

    /// The nearest names first.
    fn missing(&self, name: &SnapshotName) -> SnapshotError {
        let mut there: Vec<String> = self.names().unwrap_or_default().iter().map(ToString::to_string).collect();
        let asked = name.to_string();
        there.sort_by_key(|known| strsim::damerau_levenshtein(known, &asked));
        there.truncate(MENTIONED);
        SnapshotError::Missing { what: self.what, name: name.clone(), there }
    }
}

fn unix_ms() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX)
}
