//! What layouts from outside are called.

use std::fmt;

use crate::command::{LayoutKind, nearest};

/// Longer names fit into no bar.
const MOST: usize = 32;

/// The name of a layout that a program offers, kept in place so that a layout is as small a value as one of the desktop's own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayoutName {
    /// Zeros behind the name.
    bytes: [u8; MOST],
}

/// Why something is no name of a layout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutNameError {
    #[error("a layout's name has 1 to {MOST} letters, digits, dots, dashes and underscores, and begins with a letter: {0:?} is none")]
    Characters(String),
    /// Else a slip of the pen would be a layout that nobody offers.
    #[error("there is no layout {name}; did you mean {like}? A layout from outside needs a name that is less like it")]
    LikeOurs { name: String, like: &'static str },
}

impl LayoutName {
    /// # Errors
    ///
    /// [`LayoutNameError`], also for what is so like the name of a layout of the desktop's own that it was probably meant.
    pub fn new(name: &str) -> Result<Self, LayoutNameError> {
        let is_ok = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_".contains(byte);
        let begins = name.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
        if !begins || name.len() > MOST || !name.as_bytes().iter().all(is_ok) {
            return Err(LayoutNameError::Characters(name.chars().take(2 * MOST).collect()));
        }
        if let Some(like) = nearest(name, LayoutKind::WORDS.iter().copied()) {
            return Err(LayoutNameError::LikeOurs { name: name.to_owned(), like });
        }
        let mut bytes = [0; MOST];
        bytes.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
        Ok(Self { bytes })
    }

    pub fn as_str(&self) -> &str {
        let end = self.bytes.iter().position(|byte| *byte == 0).unwrap_or(MOST);
        self.bytes.get(..end).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default()
    }
}

impl fmt::Display for LayoutName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for LayoutName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_unlike_our_own() {
        for name in ["spiral", "a", "org.example.Three-Columns_2", "x23456789012345678901234567890_2"] {
            assert_eq!(LayoutName::new(name).map(|name| name.to_string()), Ok(name.to_owned()));
        }
        for name in ["", "2nd", "-x", "two words", "gr\u{fc}n", "x23456789012345678901234567890_23", "a\0b"] {
            assert!(matches!(LayoutName::new(name), Err(LayoutNameError::Characters(_))), "{name}");
        }
        for (name, like) in [("colums", "columns"), ("gird", "grid"), ("masterstack", "master-stack"), ("grid", "grid")] {
            assert_eq!(LayoutName::new(name), Err(LayoutNameError::LikeOurs { name: name.to_owned(), like }));
        }
    }
}
