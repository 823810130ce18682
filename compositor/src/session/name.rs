//! Names of snapshots: they become names of files, so nothing else gets through.

use std::{fmt, path::PathBuf, str::FromStr};

/// Longer ones are no names any more.
const MAX_NAME: usize = 64;

/// A name that a snapshot can have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SnapshotName(String);

/// Why something is no name of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a snapshot needs a name")]
    Empty,
    #[error("the name of a snapshot has at most {MAX_NAME} bytes, this one has {0}")]
    Long(usize),
    #[error("the name of a snapshot does not start with a dot; write {}", .0.trim_start_matches('.'))]
    Hidden(String),
    #[error("{1:?} cannot be part of the name {0:?} of a snapshot; letters, digits, dots, dashes and underscores can")]
    Character(String, char),
}

impl FromStr for SnapshotName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.len() > MAX_NAME {
            return Err(NameError::Long(name.len()));
        }
        let strange = |character: &char| !(character.is_ascii_alphanumeric() || "._-".contains(*character));
        if let Some(strange) = name.chars().find(strange) {
            return Err(NameError::Character(name.to_owned(), strange));
        }
        if name.starts_with('.') {
            return Err(NameError::Hidden(name.to_owned()));
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for SnapshotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl SnapshotName {
    pub(super) fn file(&self) -> PathBuf {
        PathBuf::from(format!("{}.json", self.0))
    }

    /// The name that a file belongs to. `None`: it is no snapshot.
    pub(super) fn of_file(file: &str) -> Option<Self> {
        file.strip_suffix(".json")?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_snapshot_is_a_name_of_a_file_and_no_path() {
        for good in ["work", "2026-11-21", "a.b_c-D", &"x".repeat(64)] {
            let name: SnapshotName = good.parse().unwrap();
            assert_eq!(name.to_string(), good);
            assert_eq!(name.file().file_name(), Some(name.file().as_os_str()), "{good}");
            assert_eq!(SnapshotName::of_file(&format!("{good}.json")), Some(name));
        }
        let refused = |name: &str| name.parse::<SnapshotName>().unwrap_err().to_string();
        assert_eq!(refused(""), "a snapshot needs a name");
        assert_eq!(refused(".hidden"), "the name of a snapshot does not start with a dot; write hidden");
        assert!(refused("..").contains("dot"));
        assert!(refused(&"x".repeat(65)).contains("65"));
        for bad in ["a/b", "../x", "a b", "ä", "a\0", "a\n"] {
            assert!(refused(bad).contains("letters, digits"), "{bad:?}");
        }
        assert_eq!(SnapshotName::of_file("notes.txt"), None);
    }
}
