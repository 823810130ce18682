//! Regular expressions of rules, as plain values.

use regex::{Regex, RegexBuilder};

/// Longer patterns are mistakes: the longest title that is kept has four times as many bytes.
pub const MAX_PATTERN: usize = 1024;
/// What a compiled pattern may take, in bytes. Unicode classes need some; a hundred repetitions of one need more and are refused.
const MAX_COMPILED: usize = 256 * 1024;

/// A regular expression that is looked for anywhere in a text: `^` and `$` hold it to the ends. Matching takes time in proportion to the
/// text, whatever the pattern.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    #[error("this pattern has {0} bytes")]
    Long(usize),
    #[error("this pattern would take too much memory")]
    Large,
    #[error("this is no regular expression: {0}")]
    Syntax(String),
}

impl Pattern {
    /// # Errors
    ///
    /// [`PatternError`], a sentence without a full stop.
    pub fn new(text: &str) -> Result<Self, PatternError> {
        if text.len() > MAX_PATTERN {
            return Err(PatternError::Long(text.len()));
        }
        match RegexBuilder::new(text).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).build() {
            Ok(regex) => Ok(Self(regex)),
            Err(regex::Error::CompiledTooBig(_)) => Err(PatternError::Large),
            Err(error) => {
                // It draws a picture of several lines, whose last one says what is wrong.
                let picture = error.to_string();
                let last = picture.lines().last().unwrap_or_default();
                Err(PatternError::Syntax(last.trim_start_matches("error: ").to_owned()))
            }
        }
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub fn is_found_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_looked_for_anywhere_unless_it_says_otherwise() {
        let pattern = |text: &str| Pattern::new(text).unwrap();
        assert!(pattern("fire").is_found_in("org.firefox"));
        assert!(!pattern("^fire").is_found_in("org.firefox"));
        assert!(pattern("(?i)^ÄRGER$").is_found_in("ärger"));
        assert!(pattern("").is_found_in(""));
        assert_eq!(pattern("a|b"), pattern("a|b"));
    }

    #[test]
    fn what_is_no_pattern_is_refused_in_one_line() {
        let sentence = |text: &str| Pattern::new(text).unwrap_err().to_string();
        assert_eq!(sentence("(a"), "this is no regular expression: unclosed group");
        assert_eq!(sentence(&"a".repeat(1025)), "this pattern has 1025 bytes");
        assert_eq!(sentence(r"(\w{100}){100}"), "this pattern would take too much memory");
    }
}
