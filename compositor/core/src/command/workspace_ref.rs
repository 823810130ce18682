//! Which workspace a command means.

use std::fmt;

use super::{Argument, argument::Kind};
use crate::ids::WorkspaceId;

/// Which workspace is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum WorkspaceRef {
    /// The one with the keyboard.
    #[default]
    Focused,
    /// On the focused output, from 1. What is past the end is the empty one at the end.
    Index(u32),
    /// The one of this name, on whatever output.
    Name(String),
    /// After and before the focused one on its output.
    Next,
    Previous,
    /// The one that was focused before, on whatever output.
    Last,
    Id(WorkspaceId),
}

impl From<WorkspaceId> for WorkspaceRef {
    fn from(id: WorkspaceId) -> Self {
        Self::Id(id)
    }
}

impl fmt::Display for WorkspaceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Focused => f.write_str("focused"),
            Self::Index(index) => index.fmt(f),
            Self::Name(name) => write!(f, "name:{name}"),
            Self::Next => f.write_str("next"),
            Self::Previous => f.write_str("previous"),
            Self::Last => f.write_str("last"),
            Self::Id(id) => write!(f, "id:{id}"),
        }
    }
}

impl Argument for WorkspaceRef {
    const KIND: Kind =
        Kind::Value { name: "WORKSPACE", takes: "a number from 1, a name (or name:NAME), next, previous, last, focused, or id:NUMBER" };

    fn parse(word: &str) -> Result<Self, String> {
        let wrong = || format!("{word:?} is no workspace; write a number from 1, a name (or name:NAME), next, previous, last or focused");
        Ok(match word {
            "focused" => Self::Focused,
            "next" => Self::Next,
            "previous" => Self::Previous,
            "last" => Self::Last,
            _ => {
                if let Some(name) = word.strip_prefix("name:") {
                    return if name.is_empty() { Err(wrong()) } else { Ok(Self::Name(name.to_owned())) };
                }
                if let Some(id) = word.strip_prefix("id:") {
                    return id.parse().map(|id| Self::Id(WorkspaceId(id))).map_err(|_| wrong());
                }
                match word.parse() {
                    Ok(0) => return Err(wrong()),
                    Ok(index) => Self::Index(index),
                    // Neither a sign nor a number too large is a name that anybody meant.
                    Err(_) if word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit() || c == '-') => return Err(wrong()),
                    Err(_) => Self::Name(word.to_owned()),
                }
            }
        })
    }

    fn words(&self) -> Vec<String> {
        vec![self.to_string()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_is_named_by_number_name_or_place() {
        for (word, expected) in [
            ("3", WorkspaceRef::Index(3)),
            ("web", WorkspaceRef::Name("web".to_owned())),
            ("name:3", WorkspaceRef::Name("3".to_owned())),
            ("name:last", WorkspaceRef::Name("last".to_owned())),
            ("last", WorkspaceRef::Last),
            ("id:12", WorkspaceRef::Id(WorkspaceId(12))),
        ] {
            let parsed = WorkspaceRef::parse(word).unwrap();
            assert_eq!(parsed, expected);
            assert_eq!(WorkspaceRef::parse(&parsed.to_string()).unwrap(), parsed);
        }
        for wrong in ["", "0", "-1", "99999999999", "name:", "id:x", "id:"] {
            let error = WorkspaceRef::parse(wrong).unwrap_err();
            assert!(error.contains("a number from 1"), "{error}");
        }
    }
}
