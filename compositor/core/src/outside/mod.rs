//! Layouts from outside: a program says where the windows of a workspace go.
//!
//! A program *offers* a layout under a name. A workspace that has this layout puts a [`Question`] to it whenever something is other than in
//! the answers that it has given: the windows, the area, a wish for a size. It has [`PATIENCE`] to answer; until then windows lie where they
//! lay, and new ones are not configured. After that, and whenever its answer is wrong or it is not there, the [`Fallback`] arranges them, until
//! the next good answer. So nothing that it does or omits loses a window, and a workspace remembers the name of its layout for when a program
//! offers it again.
//!
//! - `registry.rs` knows who offers what, and how well it keeps to it,
//! - `questions.rs` decides what is asked,
//! - `waits.rs` who waits for it, and how long,
//! - `check.rs` looks at answers: they are as trustworthy as any bytes from a socket,
//! - the layout itself, with what was said last, is [`crate::tiles::Outside`].

mod check;
mod name;
mod questions;
mod registry;
mod waits;

use std::{fmt, str::FromStr, time::Duration};

use glasshouse_scene::{LogicalRect, LogicalSize};

use crate::{
    command::AspectRatio,
    ids::{OutputId, WindowId, WorkspaceId},
};

pub use check::BadAnswer;
pub use name::{LayoutName, LayoutNameError};
pub(crate) use registry::Offers;
pub use registry::{LayoutInfo, MAX_OFFERS, MAX_OFFERS_EACH};

/// How long windows wait for an answer.
pub const PATIENCE: Duration = Duration::from_millis(20);

/// After so many questions in a row without a good answer in time nobody waits for a program any more, until it has answered one in time.
pub const MAX_MISSES: u32 = 5;

/// Questions that a program may owe an answer to. It is asked no more until it has answered one, so that one that does not read costs no
/// memory.
pub const MAX_OWED: usize = 16;

/// The most bytes of [`Question::parameters`].
pub const MAX_PARAMETERS: usize = 1024;

/// A connection over which layouts are offered. Never given out twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderId(pub u64);

/// What arranges windows as long as the program does not. All three follow from the order of the windows alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fallback {
    #[default]
    MasterStack,
    Grid,
    Monocle,
}

impl Fallback {
    pub const WORDS: [&'static str; 3] = ["master-stack", "grid", "monocle"];

    pub const fn word(self) -> &'static str {
        match self {
            Self::MasterStack => "master-stack",
            Self::Grid => "grid",
            Self::Monocle => "monocle",
        }
    }
}

impl fmt::Display for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Fallback {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = [Self::MasterStack, Self::Grid, Self::Monocle].into_iter().find(|fallback| fallback.word() == word);
        found.ok_or_else(|| format!("{word:?} is no fallback; it is one of {}", Self::WORDS.join(", ")))
    }
}

/// What a program says of its layout when it registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    pub name: LayoutName,
    pub fallback: Fallback,
    /// Whether it is asked again when another window gets the focus. Only then may it hide windows.
    pub follows_focus: bool,
    /// Whether it heeds the sizes that somebody asks for. If not, commands that resize are refused.
    pub resizes: bool,
}

/// Where do these windows go? Two that are equal have the same answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub layout: LayoutName,
    pub workspace: WorkspaceId,
    pub output: OutputId,
    /// Physical pixels per logical one: what is shown lies on their grid, whatever the answer.
    pub scale: f64,
    /// What they share, in the space of all outputs: without panels and outer gaps.
    pub area: LogicalRect,
    /// What lies between tiles of other layouts.
    pub gap: f64,
    /// Who has the focus or would get it. Only for a layout that [follows it](Offer::follows_focus).
    pub focused: Option<WindowId>,
    /// What somebody said with `set-layout-parameters`.
    pub parameters: String,
    /// In their order, which commands change. One may be about to come.
    pub windows: Vec<Subject>,
}

/// A window to be placed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Subject {
    pub window: WindowId,
    /// 0: no limit.
    pub min: LogicalSize,
    /// 0: no limit.
    pub max: LogicalSize,
    pub aspect: Option<AspectRatio>,
    /// The size that somebody asked for; 0: nobody did in that dimension.
    pub wish: LogicalSize,
}
