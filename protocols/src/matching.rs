//! Which window is meant, and what is waited for.

use std::str::FromStr;

use zbus::{SerializeDict, Type};

use crate::{
    Error,
    dict::{Dict, option, unknown},
    state::Window,
};

/// Properties that a window must have. On the wire `a{sv}`; what is absent may be anything, and without any of them all windows match.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct WindowMatch {
    /// `t`.
    pub id: Option<u64>,
    /// `s`. Exactly this one.
    pub app_id: Option<String>,
    /// `s`. A part of the title.
    pub title: Option<String>,
    /// `i`.
    pub pid: Option<i32>,
    /// `b`.
    pub focused: Option<bool>,
    /// `s`. The name of an output.
    pub output: Option<String>,
    /// `t`.
    pub workspace: Option<u64>,
    /// `s`. Exactly this one.
    pub tag: Option<String>,
}

const OPTIONS: &[&str] = &["id", "app_id", "title", "pid", "focused", "output", "workspace", "tag"];

impl WindowMatch {
    /// Reads what came over the wire.
    ///
    /// # Errors
    ///
    /// [`Error::BadArgument`] for an unknown property or one of another type.
    pub fn from_dict(options: Dict) -> Result<Self, Error> {
        const WHAT: &str = "property to match";
        let mut read = Self::default();
        for (name, value) in options {
            match name.as_str() {
                "id" => read.id = Some(option(WHAT, &name, value, "an unsigned 64-bit number (t)")?),
                "app_id" => read.app_id = Some(option(WHAT, &name, value, "a name (s)")?),
                "title" => read.title = Some(option(WHAT, &name, value, "a text (s)")?),
                "pid" => read.pid = Some(option(WHAT, &name, value, "a 32-bit number (i)")?),
                "focused" => read.focused = Some(option(WHAT, &name, value, "true or false (b)")?),
                "output" => read.output = Some(option(WHAT, &name, value, "a name (s)")?),
                "workspace" => read.workspace = Some(option(WHAT, &name, value, "an unsigned 64-bit number (t)")?),
                "tag" => read.tag = Some(option(WHAT, &name, value, "a name (s)")?),
                _ => return Err(unknown(WHAT, &name, OPTIONS)),
            }
        }
        Ok(read)
    }

    pub fn matches(&self, window: &Window) -> bool {
        self.id.is_none_or(|id| window.id == id)
            && self.app_id.as_ref().is_none_or(|app_id| window.app_id == *app_id)
            && self.title.as_ref().is_none_or(|part| window.title.contains(part))
            && self.pid.is_none_or(|pid| window.pid == Some(pid))
            && self.focused.is_none_or(|focused| window.focused == focused)
            && self.output.as_ref().is_none_or(|output| window.output.as_ref() == Some(output))
            && self.workspace.is_none_or(|workspace| window.workspace == Some(workspace))
            && self.tag.as_ref().is_none_or(|tag| window.tag.as_ref() == Some(tag))
    }
}

/// What `WaitFor` waits for. On the wire its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaited {
    /// A matching window opens: not one that is there already.
    Created,
    /// A matching window is there.
    Mapped,
    /// No matching window is there any more. Answered with the last that was.
    Closed,
    /// A matching window has the keyboard.
    Focused,
    Floating,
    Fullscreen,
    Maximized,
    Minimized,
    /// A matching window gets another title than it has now.
    Title,
    /// Anything about a matching window changes, also its place.
    Changed,
}

impl Awaited {
    const ALL: [Self; 10] = [
        Self::Created,
        Self::Mapped,
        Self::Closed,
        Self::Focused,
        Self::Floating,
        Self::Fullscreen,
        Self::Maximized,
        Self::Minimized,
        Self::Title,
        Self::Changed,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Mapped => "mapped",
            Self::Closed => "closed",
            Self::Focused => "focused",
            Self::Floating => "floating",
            Self::Fullscreen => "fullscreen",
            Self::Maximized => "maximized",
            Self::Minimized => "minimized",
            Self::Title => "title",
            Self::Changed => "changed",
        }
    }

    /// Whether a window that matches is in this state, for those that are states and no happenings.
    pub fn holds(self, window: &Window) -> bool {
        match self {
            Self::Mapped => true,
            Self::Focused => window.focused,
            Self::Floating => window.floating,
            Self::Fullscreen => window.fullscreen,
            Self::Maximized => window.maximized,
            Self::Minimized => window.minimized,
            Self::Created | Self::Closed | Self::Title | Self::Changed => false,
        }
    }
}

impl FromStr for Awaited {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let known = Self::ALL.map(Self::name);
        Self::ALL.into_iter().find(|awaited| awaited.name() == name).ok_or_else(|| unknown("state to wait for", name, &known))
    }
}

#[cfg(test)]
mod tests {
    use zbus::Variant;

    use super::*;

    #[test]
    fn a_window_matches_what_it_is() {
        let window = Window { id: 7, title: "Inbox - Mail".into(), app_id: "mail".into(), pid: Some(4), ..Window::default() };
        let check = |wanted: WindowMatch, matches: bool| assert_eq!(wanted.matches(&window), matches, "{wanted:?}");
        let any = WindowMatch::default;
        check(any(), true);
        check(WindowMatch { title: Some("Inbox".into()), app_id: Some("mail".into()), ..any() }, true);
        check(WindowMatch { app_id: Some("mai".into()), ..any() }, false);
        check(WindowMatch { pid: Some(5), ..any() }, false);
        check(WindowMatch { focused: Some(false), id: Some(7), ..any() }, true);
        check(WindowMatch { tag: Some("composer".into()), ..any() }, false);
        check(WindowMatch { output: Some("HEADLESS-1".into()), ..any() }, false);
    }

    #[test]
    fn what_cannot_be_matched_or_waited_for_is_refused_in_a_sentence() {
        let dict = Dict::from([("app-id".to_owned(), Variant::from("foot").try_into_owned().unwrap())]);
        let sentence = WindowMatch::from_dict(dict).unwrap_err().to_string();
        assert!(sentence.contains("did you mean app_id?"), "{sentence}");
        let sentence = "maped".parse::<Awaited>().unwrap_err().to_string();
        assert!(sentence.contains("did you mean mapped?"), "{sentence}");
        assert!(Awaited::ALL.into_iter().all(|awaited| awaited.name().parse::<Awaited>().unwrap() == awaited));
    }
}
