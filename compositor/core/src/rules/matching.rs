//! Which windows a rule is about.

use std::{collections::BTreeMap, time::Duration};

use super::pattern::Pattern;

/// A set of words, in the order of the reference.
macro_rules! word_enum {
    ($($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+ })+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[doc = $doc])+ $variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// As it is written in the configuration.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What it means, in one sentence.
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc,)+).trim_ascii(),)+ }
            }
        }
    )+ };
}

word_enum! {
    /// A text of a window that patterns are looked for in.
    Text {
        /// What its program calls itself.
        AppId = "app-id",
        /// Its title now.
        Title = "title",
        /// What its program calls this window (`xdg-toplevel-tag`), such as `settings`.
        Tag = "tag",
        /// The systemd unit that its process runs in, such as `app-firefox@1.service`.
        Unit = "unit",
    }

    /// What kind of window one is.
    WindowType {
        /// None of the others.
        Window = "window",
        /// It belongs to another window.
        Dialog = "dialog",
        /// Its smallest and its largest size are the same.
        FixedSize = "fixed-size",
    }

    /// Something that a window is or is not.
    State {
        /// It has the keyboard.
        Focused = "focused",
        /// It floats, or would if it were not fullscreen or maximized.
        Floating = "floating",
        /// It is fullscreen.
        Fullscreen = "fullscreen",
        /// It is maximized.
        Maximized = "maximized",
        /// It is minimized.
        Minimized = "minimized",
        /// It asks for attention.
        Urgent = "urgent",
        /// Its program does not answer.
        Unresponsive = "unresponsive",
        /// It comes from a sandbox such as Flatpak's.
        Sandboxed = "sandboxed",
    }
}

/// Which of the states a window has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct States(u16);

impl States {
    pub(crate) fn with(self, state: State, on: bool) -> Self {
        if on { Self(self.0 | 1 << state as u16) } else { self }
    }

    pub(crate) fn has(self, state: State) -> bool {
        self.0 & (1 << state as u16) != 0
    }
}

/// What a window has to be. All that is said must hold; without anything it is any window.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WindowMatch {
    pub texts: BTreeMap<Text, Pattern>,
    pub kind: Option<WindowType>,
    /// The name of the workspace it is on, or its number on its output.
    pub workspace: Option<String>,
    /// The name of the output that its workspace is on.
    pub output: Option<String>,
    /// It opened no later than this after the desktop began.
    pub at_startup: Option<Duration>,
    pub states: BTreeMap<State, bool>,
}

/// What rules look at of a window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) app_id: &'a str,
    pub(crate) title: &'a str,
    pub(crate) tag: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) kind: WindowType,
    /// The workspace's number and name, if it is on one.
    pub(crate) number: Option<u32>,
    pub(crate) workspace: Option<&'a str>,
    pub(crate) output: Option<&'a str>,
    /// How long after the desktop began it opened.
    pub(crate) opened_after: Duration,
    pub(crate) states: States,
}

impl<'a> Subject<'a> {
    fn text(&self, text: Text) -> &'a str {
        match text {
            Text::AppId => self.app_id,
            Text::Title => self.title,
            Text::Tag => self.tag,
            Text::Unit => self.unit,
        }
    }
}

/// The first thing that keeps a window from matching.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Miss<'a> {
    Text(Text, &'a Pattern),
    Type(WindowType),
    Workspace(&'a str),
    Output(&'a str),
    AtStartup(Duration),
    State(State, bool),
}

impl WindowMatch {
    /// `None`: it matches. What is cheap to tell is looked at first.
    pub(crate) fn miss<'a>(&'a self, subject: &Subject<'_>) -> Option<Miss<'a>> {
        if let Some((state, wanted)) = self.states.iter().find(|(state, wanted)| subject.states.has(**state) != **wanted) {
            return Some(Miss::State(*state, *wanted));
        }
        if let Some(kind) = self.kind.filter(|kind| *kind != subject.kind) {
            return Some(Miss::Type(kind));
        }
        if let Some(wanted) = self.workspace.as_deref() {
            let is_number = || subject.number.is_some_and(|number| wanted.parse() == Ok(number));
            if subject.workspace != Some(wanted) && !is_number() {
                return Some(Miss::Workspace(wanted));
            }
        }
        if let Some(wanted) = self.output.as_deref().filter(|wanted| subject.output != Some(wanted)) {
            return Some(Miss::Output(wanted));
        }
        if let Some(within) = self.at_startup.filter(|within| subject.opened_after > *within) {
            return Some(Miss::AtStartup(within));
        }
        let missed = self.texts.iter().find(|(text, pattern)| !pattern.is_found_in(subject.text(**text)));
        missed.map(|(text, pattern)| Miss::Text(*text, pattern))
    }

    pub(crate) fn matches(&self, subject: &Subject<'_>) -> bool {
        self.miss(subject).is_none()
    }
}

impl Miss<'_> {
    /// Why it does not match, about a window that is `it`.
    pub(crate) fn sentence(&self, subject: &Subject<'_>) -> String {
        match self {
            Self::Text(text, pattern) => match subject.text(*text) {
                "" => format!("it has no {}", text.word()),
                value => format!("its {} {value:?} does not match {:?}", text.word(), pattern.as_str()),
            },
            Self::Type(wanted) => format!("it is a {} and no {}", subject.kind.word(), wanted.word()),
            Self::Workspace(wanted) => match (subject.workspace, subject.number) {
                (Some(name), _) => format!("it is on workspace {name} and not on {wanted}"),
                (None, Some(number)) => format!("it is on workspace {number} and not on {wanted}"),
                (None, None) => format!("it is on no workspace, and so not on {wanted}"),
            },
            Self::Output(wanted) => match subject.output {
                Some(output) => format!("it is on {output} and not on {wanted}"),
                None => format!("it is on no output, and so not on {wanted}"),
            },
            Self::AtStartup(within) => {
                format!("it opened {} s after the desktop began, and not within {} s", subject.opened_after.as_secs(), within.as_secs())
            }
            Self::State(state, true) => format!("it is not {}", state.word()),
            Self::State(state, false) => format!("it is {}", state.word()),
        }
    }
}
