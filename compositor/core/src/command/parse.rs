//! Reading commands.

use std::{collections::BTreeMap, fmt, str::FromStr};

use super::{
    Argument,
    table::{COMMANDS, Command, Entry},
};

/// What is wrong with a command's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    #[error("there is no command here; write one, such as focus-window left")]
    Empty,
    #[error("there is no command {name:?}{}", if .nearest.is_some() { mean(.nearest) } else { "; `glassctl do --list` lists them".to_owned() })]
    Unknown { name: String, nearest: Option<&'static str> },
    #[error("{command} has no option --{name}{}", mean(.nearest))]
    UnknownOption { command: &'static str, name: String, nearest: Option<String> },
    #[error("{command} has --{option} twice")]
    Twice { command: &'static str, option: String },
    #[error("{command} needs something after --{option}")]
    NoValue { command: &'static str, option: String },
    #[error("{command} lacks {missing}; it is written {usage}")]
    Missing { command: &'static str, missing: String, usage: String },
    #[error("{command} does not know what to do with {word:?}; it is written {usage}")]
    TooMany { command: &'static str, word: String, usage: String },
    #[error("{command}: {parameter} cannot be {word:?}; {sentence}")]
    Bad { command: &'static str, parameter: String, word: String, sentence: String },
    #[error("a quotation mark is never closed")]
    Quotes,
}

impl CommandError {
    pub(super) fn unknown(name: &str) -> Self {
        Self::Unknown { name: name.to_owned(), nearest: nearest(name, COMMANDS.iter().map(|entry| entry.name)) }
    }
}

fn mean<T: fmt::Display>(nearest: &Option<T>) -> String {
    nearest.as_ref().map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default()
}

/// The name that was probably meant: similar enough that showing it helps.
pub(crate) fn nearest<T: AsRef<str>>(name: &str, names: impl IntoIterator<Item = T>) -> Option<T> {
    // Jaro-Winkler rates a common beginning highly, as people remember names; 0.8 keeps nonsense out.
    let rated = names.into_iter().map(|known| (strsim::jaro_winkler(name, known.as_ref()), known));
    rated.filter(|(similarity, _)| *similarity > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

/// The words of a command, sorted into what has a name and what has a place.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) entry: &'static Entry,
    options: BTreeMap<String, String>,
    /// In their order, reversed.
    places: Vec<String>,
}

impl Given {
    pub(super) fn new<S: AsRef<str>>(words: &[S]) -> Result<Self, CommandError> {
        let (name, rest) = words.split_first().ok_or(CommandError::Empty)?;
        let entry = Entry::named(name.as_ref()).ok_or_else(|| CommandError::unknown(name.as_ref()))?;
        let mut given = Self { entry, options: BTreeMap::new(), places: Vec::new() };
        let takes_rest = entry.parameters.iter().any(|parameter| parameter.rest);
        let mut words = rest.iter().map(AsRef::as_ref);
        let mut places = Vec::new();
        while let Some(word) = words.next() {
            match word.strip_prefix("--") {
                Some("") => places.extend(words.by_ref().map(str::to_owned)),
                Some(option) => given.option(option, &mut words)?,
                None => {
                    places.push(word.to_owned());
                    if takes_rest {
                        places.extend(words.by_ref().map(str::to_owned));
                    }
                }
            }
        }
        places.reverse();
        given.places = places;
        Ok(given)
    }

    fn option<'a>(&mut self, option: &str, words: &mut impl Iterator<Item = &'a str>) -> Result<(), CommandError> {
        let command = self.entry.name;
        let (name, value) = option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value)));
        let options = || self.entry.parameters.iter().filter(|parameter| parameter.optional).map(|parameter| parameter.name);
        if !options().any(|known| known == name) {
            let nearest = nearest(name, options()).map(|name| format!("--{name}"));
            return Err(CommandError::UnknownOption { command, name: name.to_owned(), nearest });
        }
        let value = value.or_else(|| words.next()).ok_or_else(|| CommandError::NoValue { command, option: name.to_owned() })?;
        match self.options.insert(name.to_owned(), value.to_owned()) {
            Some(_) => Err(CommandError::Twice { command, option: name.to_owned() }),
            None => Ok(()),
        }
    }

    /// The argument of this name. With a default it is an option, else the next by its place.
    pub(super) fn take<T: Argument>(&mut self, name: &str, default: Option<T>) -> Result<T, CommandError> {
        let command = self.entry.name;
        let bad = |word: &str, sentence| CommandError::Bad { command, parameter: name.to_owned(), word: word.to_owned(), sentence };
        if let Some(default) = default {
            return match self.options.remove(name) {
                Some(word) => T::parse(&word).map_err(|sentence| bad(&word, sentence)),
                None => Ok(default),
            };
        }
        if T::REST {
            let words: Vec<String> = self.places.drain(..).rev().collect();
            return T::parse_rest(&words).map_err(|_| self.missing(name));
        }
        let word = self.places.pop().ok_or_else(|| self.missing(name))?;
        T::parse(&word).map_err(|sentence| bad(&word, sentence))
    }

    fn missing(&self, name: &str) -> CommandError {
        CommandError::Missing { command: self.entry.name, missing: name.to_owned(), usage: self.entry.usage() }
    }

    /// Nothing may be left.
    pub(super) fn finish(mut self) -> Result<(), CommandError> {
        match self.places.pop() {
            Some(word) => Err(CommandError::TooMany { command: self.entry.name, word, usage: self.entry.usage() }),
            None => Ok(()),
        }
    }
}

/// Splits a line into words as a shell does.
impl FromStr for Command {
    type Err = CommandError;

    fn from_str(line: &str) -> Result<Self, CommandError> {
        Self::parse(&shlex::split(line).ok_or(CommandError::Quotes)?)
    }
}

/// Whether a word means the same to every shell with and without quotes.
fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|character| character.is_ascii_alphanumeric() || "_-./:=@,+%".contains(character))
}

/// The text form, with quotes where a shell needs them.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.words().iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            match shlex::try_quote(word) {
                _ if is_plain(word) => write!(f, "{space}{word}")?,
                Ok(quoted) => write!(f, "{space}{quoted}")?,
                // A NUL in it, which no shell can have.
                Err(_) => write!(f, "{space}{word:?}")?,
            }
        }
        Ok(())
    }
}
