//! Everything that may change the desktop on purpose, who may do it, and why not.

use glasshouse_scene::{LogicalPoint, LogicalSize, OutputId, Transform};

use crate::ids::WindowId;

/// Anything that may change the desktop on purpose. Key bindings, `glassctl`, D-Bus and agents all build the same commands.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Gives a window the keyboard and raises it.
    FocusWindow { window: WindowId },
    /// Moves keyboard focus to the nearest window in this direction.
    FocusDirection { direction: Direction },
    /// Asks a window to close. It may refuse, for instance to show a save dialog.
    CloseWindow { window: WindowId },
    /// Puts the top-left corner of a floating window's geometry here.
    MoveWindow { window: WindowId, to: LogicalPoint },
    /// Asks a floating window for this size of its geometry.
    ResizeWindow { window: WindowId, to: LogicalSize },
    /// Shows a window alone on an output, or no longer. `None`: the output it is on.
    SetFullscreen { window: WindowId, fullscreen: bool, output: Option<OutputId> },
    /// Fills the work area with a window, or no longer.
    SetMaximized { window: WindowId, maximized: bool },
    /// Takes a window out of the tiling, or puts it back.
    SetFloating { window: WindowId, floating: bool },
    /// Hides a window without closing it, or shows it again.
    SetMinimized { window: WindowId, minimized: bool },
    /// How windows that do not float are placed.
    SetLayout { layout: LayoutKind },
    /// Adds an output to the right of the others, or where `position` says.
    AddOutput { output: OutputMode, position: Option<LogicalPoint> },
    /// Changes an output while windows are on it.
    ConfigureOutput { output: OutputId, mode: OutputMode, position: Option<LogicalPoint> },
    /// Takes an output away. Its windows move to another one.
    RemoveOutput { output: OutputId },
    /// Keys, buttons, touches and text, as if a person had made them. The edge carries them out.
    Input,
    /// Starts a program. The edge carries it out.
    Launch,
    /// Reads the lists of windows and outputs. Changes nothing; it stands here so that one table answers for it too.
    Observe,
    /// Takes a picture. The edge carries it out.
    Capture,
    /// Ends the desktop and with it all its clients.
    Quit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    Left,
    Right,
    Up,
    Down,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LayoutKind {
    /// Windows keep their own size and cascade.
    Floating,
    /// One master on the left, the others stacked on the right.
    #[default]
    Tiling,
}

/// What an output is. Sizes are physical pixels before `transform`.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputMode {
    /// Unique among the outputs, as `wl_output.name` wants; empty: the desktop chooses `HEADLESS-n`.
    pub name: String,
    pub width: u32,
    pub height: u32,
    /// Physical pixels per logical one, from 0.25 to 8; rounded to 1/120 as `wp_fractional_scale_v1` counts.
    pub scale: f64,
    /// In mHz, from 1,000 to 1,000,000.
    pub refresh_mhz: u32,
    pub transform: Transform,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// The person at the keyboard, through a binding.
    Person,
    /// A Wayland client, about its own windows.
    Client,
    /// A program on the D-Bus socket, with the rights that it was given.
    Program { pid: Option<i32>, scopes: Scopes },
}

/// What a program may do. `glassctl` of the same user has all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

impl Scopes {
    /// Window list, events, layout.
    pub const OBSERVE: Scopes = Scopes(1);
    /// Pictures.
    pub const CAPTURE: Scopes = Scopes(1 << 1);
    /// Keys, pointer, touch, text.
    pub const INPUT: Scopes = Scopes(1 << 2);
    /// Focus, move, resize, close.
    pub const ARRANGE: Scopes = Scopes(1 << 3);
    /// Programs.
    pub const LAUNCH: Scopes = Scopes(1 << 4);
    /// Outputs, configuration, the end of the session.
    pub const MANAGE: Scopes = Scopes(1 << 5);
    pub const ALL: Scopes = Scopes(0x3f);

    pub const fn with(self, other: Scopes) -> Scopes {
        Scopes(self.0 | other.0)
    }

    pub const fn contains(self, other: Scopes) -> bool {
        self.0 & other.0 == other.0
    }

    /// The name of a single scope.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OBSERVE => "observe",
            Self::CAPTURE => "capture",
            Self::INPUT => "input",
            Self::ARRANGE => "arrange",
            Self::LAUNCH => "launch",
            Self::MANAGE => "manage",
            _ => "several",
        }
    }
}

/// Why a command was not carried out. The desktop is as it was.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no window {0}; `glassctl windows` lists them")]
    NoWindow(WindowId),
    #[error("there is no output with the number {}", .0.0)]
    NoOutput(OutputId),
    #[error("window {0} has not been shown yet")]
    NotMapped(WindowId),
    #[error("window {0} is tiled; make it float first")]
    NotFloating(WindowId),
    #[error("there is no window to the {}", match .0 { Direction::Left => "left", Direction::Right => "right", Direction::Up => "top", Direction::Down => "bottom" })]
    NothingThere(Direction),
    #[error("an output needs {0}")]
    BadOutput(&'static str),
    #[error("the name {0} is already that of another output")]
    NameTaken(String),
    #[error("this caller has no right to {scope}")]
    NotPermitted { scope: &'static str },
    #[error("the session is locked")]
    Locked,
}
