//! What stands in a command's arguments: one word each, read and written the same way everywhere.

use std::fmt;

use super::Direction;
use crate::ids::WindowId;

/// What an argument accepts, for help and completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One of these words.
    Choice(&'static [&'static str]),
    /// One of these words, or something else that the sentence names too.
    Known { name: &'static str, words: &'static [&'static str], takes: &'static str },
    /// A placeholder such as `WINDOW`, and a sentence on what it takes.
    Value { name: &'static str, takes: &'static str },
}

impl Kind {
    /// How it stands in a usage line.
    pub fn placeholder(self) -> String {
        match self {
            Self::Choice(words) => words.join("|"),
            Self::Value { name, .. } | Self::Known { name, .. } => name.to_owned(),
        }
    }
}

/// Something that a word of a command can say.
pub trait Argument: Sized + Clone + PartialEq {
    const KIND: Kind;
    /// It takes all words that remain.
    const REST: bool = false;

    /// # Errors
    ///
    /// A sentence that says what the word should be.
    fn parse(word: &str) -> Result<Self, String>;

    /// As many words as it takes: one, unless [`Self::REST`].
    fn words(&self) -> Vec<String>;

    /// The window that it names, if it names one.
    fn window_mut(&mut self) -> Option<&mut WindowRef> {
        None
    }

    /// Only for [`Self::REST`].
    ///
    /// # Errors
    ///
    /// A sentence.
    fn parse_rest(words: &[String]) -> Result<Self, String> {
        Self::parse(&words.join(" "))
    }
}

/// The words of an enum.
macro_rules! words {
    ($($name:ident { $($variant:ident = $word:literal,)+ })+) => { $(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $(Self::$variant => $word,)+ })
            }
        }

        impl $crate::command::Argument for $name {
            const KIND: $crate::command::Kind = $crate::command::Kind::Choice(&[$($word,)+]);

            fn parse(word: &str) -> Result<Self, String> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(format!("write {}", [$($word,)+].join(", "))),
                }
            }

            fn words(&self) -> Vec<String> {
                vec![self.to_string()]
            }
        }
    )+ };
}
pub(crate) use words;

/// An option that may be absent.
impl<T: Argument> Argument for Option<T> {
    const KIND: Kind = T::KIND;

    fn parse(word: &str) -> Result<Self, String> {
        T::parse(word).map(Some)
    }

    fn words(&self) -> Vec<String> {
        self.as_ref().map(T::words).unwrap_or_default()
    }

    fn window_mut(&mut self) -> Option<&mut WindowRef> {
        self.as_mut().and_then(T::window_mut)
    }
}

/// Which window is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum WindowRef {
    /// The one with the keyboard.
    #[default]
    Focused,
    /// The one under the pointer.
    Pointed,
    /// The nearest in this direction, seen from the focused one.
    Direction(Direction),
    /// After and before the focused one in the order of tiles, around the ends.
    Next,
    Previous,
    /// The one that had the keyboard before the focused one.
    Last,
    Id(WindowId),
    /// The one of this application that had the keyboard last.
    AppId(String),
    /// The one with this in its title that had the keyboard last.
    Title(String),
    Pid(i32),
    /// The one with this mark.
    Mark(String),
}

impl From<WindowId> for WindowRef {
    fn from(id: WindowId) -> Self {
        Self::Id(id)
    }
}

impl fmt::Display for WindowRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Focused => f.write_str("focused"),
            Self::Pointed => f.write_str("pointed"),
            Self::Direction(direction) => direction.fmt(f),
            Self::Next => f.write_str("next"),
            Self::Previous => f.write_str("previous"),
            Self::Last => f.write_str("last"),
            Self::Id(id) => id.fmt(f),
            Self::AppId(app_id) => write!(f, "app-id:{app_id}"),
            Self::Title(title) => write!(f, "title:{title}"),
            Self::Pid(pid) => write!(f, "pid:{pid}"),
            Self::Mark(mark) => write!(f, "mark:{mark}"),
        }
    }
}

impl Argument for WindowRef {
    const KIND: Kind = Kind::Value {
        name: "WINDOW",
        takes: "focused, pointed, left, right, up, down, next, previous, last, a number, app-id:NAME, title:PART, mark:NAME or pid:NUMBER",
    };

    fn parse(word: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{word:?} is no window; write {}",
                match Self::KIND {
                    Kind::Value { takes, .. } => takes,
                    Kind::Choice(_) | Kind::Known { .. } => "",
                }
            )
        };
        Ok(match word {
            "focused" => Self::Focused,
            "pointed" => Self::Pointed,
            "next" => Self::Next,
            "previous" => Self::Previous,
            "last" => Self::Last,
            _ => {
                if let Ok(direction) = Direction::parse(word) {
                    return Ok(Self::Direction(direction));
                }
                match word.split_once(':') {
                    Some(("app-id", app_id)) if !app_id.is_empty() => Self::AppId(app_id.to_owned()),
                    Some(("title", part)) if !part.is_empty() => Self::Title(part.to_owned()),
                    Some(("mark", mark)) if !mark.is_empty() => Self::Mark(mark.to_owned()),
                    Some(("pid", pid)) => Self::Pid(pid.parse().ok().filter(|pid| *pid > 0).ok_or_else(wrong)?),
                    Some(_) => return Err(wrong()),
                    None => Self::Id(WindowId(word.parse().map_err(|_| wrong())?)),
                }
            }
        })
    }

    fn window_mut(&mut self) -> Option<&mut WindowRef> {
        Some(self)
    }

    fn words(&self) -> Vec<String> {
        vec![self.to_string()]
    }
}
