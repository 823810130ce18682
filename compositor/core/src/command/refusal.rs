//! Why a command was not carried out.

use glasshouse_scene::OutputId;

use super::{Direction, OutputRef, WindowRef, WorkspaceRef};
use crate::{ids::WindowId, layout::tiles::TilingKind, outside::LayoutName};

/// Why a command was not carried out. The desktop is as it was.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("{}{}", no(.asked), there(.windows))]
    NoWindow { asked: WindowRef, windows: Vec<WindowId> },
    #[error("there is no output {asked}{}", there(.outputs))]
    NoOutput { asked: OutputRef, outputs: Vec<String> },
    #[error("there is no workspace {asked}{}", there(.workspaces))]
    NoWorkspace { asked: WorkspaceRef, workspaces: Vec<String> },
    #[error("there is another workspace named {0}")]
    WorkspaceNameTaken(String),
    #[error("a name has at most {most} bytes and no control characters")]
    BadName { most: usize },
    #[error("there are {most} workspaces already, which is the most")]
    TooManyWorkspaces { most: usize },
    #[error("window {0} has not been shown yet")]
    NotMapped(WindowId),
    #[error("window {0} is tiled; make it float first (set-floating on --window {0})")]
    NotFloating(WindowId),
    #[error("window {0} floats; it has no place among the tiles")]
    NotTiled(WindowId),
    #[error("{command} works in the layout {needs}, and this workspace has {now} (set-layout)")]
    WrongLayout { command: &'static str, needs: &'static str, now: TilingKind },
    #[error("nobody offers a layout {name}{}", from_outside(.offered))]
    NoLayout { name: LayoutName, offered: Vec<LayoutName> },
    #[error("{0}")]
    BadOffer(String),
    #[error("the parameters of a layout have at most {most} bytes, and none of them is zero")]
    BadParameters { most: usize },
    #[error("there is nothing to change: {0}")]
    NothingToChange(&'static str),
    #[error("there is no window {}", match .0 { Direction::Left => "to the left", Direction::Right => "to the right", Direction::Up => "above", Direction::Down => "below" })]
    NothingThere(Direction),
    #[error("an output needs {0}")]
    BadOutput(&'static str),
    #[error("{output} cannot mirror {source_output}: {why}")]
    BadMirror { output: String, source_output: String, why: &'static str },
    #[error("the name {0} is already that of another output")]
    NameTaken(String),
    #[error("a size needs at least one pixel in both dimensions, and a position finite numbers")]
    BadGeometry,
    #[error("this caller has no right to {scope}")]
    NotPermitted { scope: &'static str },
    #[error("window {window} is hidden from pictures by {rule} of the configuration")]
    HiddenFromCapture { window: WindowId, rule: String },
    #[error("the session is locked")]
    Locked,
    #[error("there is nothing to undo")]
    NothingToUndo,
    #[error("there is nothing to redo")]
    NothingToRedo,
    #[error("{command} cannot be undone: {why}; undo again for what came before it")]
    CannotUndo { command: String, why: &'static str },
    #[error("{first} and {second} contradict each other: a transaction has one outcome")]
    Contradiction { first: String, second: String },
    #[error("{0} cannot be part of a transaction")]
    NotInTransaction(&'static str),
    #[error("a transaction has at most {most} commands, and at least one")]
    TransactionSize { most: usize },
    /// An edge carries the command out and could not.
    #[error("{0}")]
    Edge(String),
}

/// No window is this one.
fn no(asked: &WindowRef) -> String {
    match asked {
        WindowRef::Focused => "no window has the keyboard".to_owned(),
        WindowRef::Pointed => "there is no window under the pointer".to_owned(),
        asked => format!("there is no window {asked}"),
    }
}

/// Which layouts there are from outside.
fn from_outside(names: &[LayoutName]) -> String {
    match names {
        [] => "; no program offers any".to_owned(),
        names => there(names),
    }
}

/// What there is instead, so that the reader need not ask.
fn there<T: std::fmt::Display>(things: &[T]) -> String {
    const SHOWN: usize = 8;
    if things.is_empty() {
        return "; there is none at all".to_owned();
    }
    let shown: Vec<String> = things.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = if things.len() > SHOWN { ", …" } else { "" };
    format!("; there is {}{more}", shown.join(", "))
}

impl Refusal {
    /// Windows nearest to the number that was asked for come first.
    pub(crate) fn no_window(asked: &WindowRef, mut windows: Vec<WindowId>) -> Self {
        if let WindowRef::Id(id) = asked {
            windows.sort_by_key(|window| (window.0.abs_diff(id.0), window.0));
        }
        Self::NoWindow { asked: asked.clone(), windows }
    }

    pub(crate) fn no_output(asked: OutputRef, outputs: Vec<String>) -> Self {
        Self::NoOutput { asked, outputs }
    }
}

impl From<OutputId> for OutputRef {
    fn from(id: OutputId) -> Self {
        Self::Id(id)
    }
}
