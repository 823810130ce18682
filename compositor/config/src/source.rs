//! Where values come from, and places in text.

use std::{fmt, ops::Range, path::PathBuf, sync::Arc};

/// Which layer a value is from. Later ones win.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Built in.
    Default,
    /// A configuration file; lines and columns count from 1.
    File { path: PathBuf, line: usize, column: usize },
    /// A variable `GLASSHOUSE_*`.
    Environment { variable: String },
    /// A flag of the command line, such as `--layout`.
    Flag { flag: String },
    /// `set-option` while the desktop runs.
    Set,
}

impl Origin {
    /// The name of the layer, in one word.
    pub const fn layer(&self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File { .. } => "file",
            Self::Environment { .. } => "environment",
            Self::Flag { .. } => "flag",
            Self::Set => "set",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line, .. } => write!(f, "{}:{line}", path.display()),
            Self::Environment { variable } => write!(f, "${variable}"),
            Self::Flag { flag } => f.write_str(flag),
            Self::Set => f.write_str("set at run time"),
        }
    }
}

/// A text that options are read from: a file, or one variable or flag. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Source(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    place: Place,
    text: String,
    /// Where the TOML begins in `text`: a variable is shown as `NAME=value`, and only the value is TOML.
    start: usize,
    /// Where each line begins.
    lines: Vec<usize>,
}

/// What kind of text it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    BuiltIn,
    File(PathBuf),
    Variable(String),
    Flag(String),
    Set,
}

impl Source {
    pub(crate) fn new(place: Place, text: impl Into<String>) -> Self {
        Self::with_prefix(place, "", &text.into())
    }

    /// `prefix` is shown in front of the value, but is no part of it.
    pub(crate) fn with_prefix(place: Place, prefix: &str, value: &str) -> Self {
        let text = format!("{prefix}{value}");
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(index, _)| index + 1)).collect();
        Self(Arc::new(Inner { place, start: prefix.len(), text, lines }))
    }

    /// What is shown, with the prefix.
    pub(crate) fn text(&self) -> &str {
        &self.0.text
    }

    /// What is TOML.
    pub(crate) fn toml(&self) -> &str {
        self.0.text.get(self.0.start..).unwrap_or_default()
    }

    /// A range of [`Self::toml`] as one of [`Self::text`], inside of it whatever happens.
    pub(crate) fn shown(&self, span: &Range<usize>) -> Range<usize> {
        let end = self.0.text.len();
        let start = (span.start + self.0.start).min(end);
        start..(span.end + self.0.start).clamp(start, end)
    }

    /// What people call it.
    pub fn name(&self) -> String {
        match &self.0.place {
            Place::BuiltIn => "built-in defaults".to_owned(),
            Place::File(path) => path.display().to_string(),
            Place::Variable(name) => format!("${name}"),
            Place::Flag(flag) => flag.clone(),
            Place::Set => "set".to_owned(),
        }
    }

    /// What it is about, if it has one line only and need not be looked up: a variable, a flag (with the key, if it names one), or a key
    /// that was set. `None`: it is a file, or the value has several lines.
    pub(crate) fn one_line(&self) -> Option<String> {
        let prefix = self.0.text.get(..self.0.start).unwrap_or_default().trim_end_matches(['=', ' ']);
        match &self.0.place {
            Place::BuiltIn | Place::File(_) => None,
            _ if self.0.lines.len() > 1 => None,
            // A key that is none has no value.
            Place::Set if prefix.is_empty() => Some(self.0.text.clone()),
            Place::Set | Place::Flag(_) => Some(prefix.to_owned()),
            Place::Variable(_) => Some(self.name()),
        }
    }

    /// Line and column of an offset in [`Self::text`], from 1. Columns count characters.
    pub(crate) fn position(&self, offset: usize) -> (usize, usize) {
        let line = self.0.lines.partition_point(|start| *start <= offset);
        let start = self.0.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.0.text.get(start..offset).map_or(0, |before| before.chars().count());
        (line.max(1), column + 1)
    }

    /// How many bytes the longest line has.
    pub(crate) fn longest_line(&self) -> usize {
        let starts = self.0.lines.iter().copied();
        let ends = starts.clone().skip(1).chain(std::iter::once(self.0.text.len()));
        starts.zip(ends).map(|(start, end)| end.saturating_sub(start)).max().unwrap_or(0)
    }

    /// The line of an offset in [`Self::toml`], from 1.
    pub(crate) fn line_number(&self, offset: usize) -> usize {
        self.0.lines.partition_point(|start| *start <= offset + self.0.start).max(1)
    }

    /// The line that an offset lies in, without its end.
    pub(crate) fn line(&self, offset: usize) -> &str {
        let (line, _) = self.position(offset);
        let start = self.0.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let rest = self.0.text.get(start..).unwrap_or_default();
        rest.lines().next().unwrap_or_default()
    }

    pub(crate) fn origin(&self, span: &Range<usize>) -> Origin {
        match &self.0.place {
            Place::BuiltIn => Origin::Default,
            Place::File(path) => {
                let (line, column) = self.position(self.shown(span).start);
                Origin::File { path: path.clone(), line, column }
            }
            Place::Variable(variable) => Origin::Environment { variable: variable.clone() },
            Place::Flag(flag) => Origin::Flag { flag: flag.clone() },
            Place::Set => Origin::Set,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Source};

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let source = Source::new(Place::BuiltIn, "a = 1\n\u{e9}b = 2\n");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position(6), (2, 1));
        assert_eq!(source.position(8), (2, 2), "the accented letter is two bytes and one column");
        assert_eq!(source.line(8), "\u{e9}b = 2");
        assert_eq!(source.position(9999), (3, 1));
    }

    #[test]
    fn a_variable_is_shown_whole_and_read_without_its_name() {
        let source = Source::with_prefix(Place::Variable("X".to_owned()), "X=", "12");
        assert_eq!((source.text(), source.toml()), ("X=12", "12"));
        assert_eq!(source.shown(&(0..2)), 2..4);
    }
}
