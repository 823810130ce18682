//! What the bus asks of the main loop: plain data, checked as far as that needs no desktop.

mod desktop;
mod telemetry;
mod windows;

use std::{os::fd::OwnedFd, path::PathBuf, time::Duration};

use glasshouse_core::{Caller, WindowId};
use glasshouse_protocols::{Button, CaptureInfo, Check, Chord, GestureKind, Modifiers, Output, PixelFormat, TouchPhase, Window};
use glasshouse_scene::{LogicalPoint, LogicalRect};
use tokio::sync::oneshot;

use super::{
    BusError, commands::CommandsRequest, config::ConfigRequest, layouts::LayoutsRequest, outputs::OutputsRequest, saved::SessionRequest,
};
pub use desktop::{DesktopRequest, From, Subscribed};
pub use telemetry::TelemetryRequest;
pub use windows::WindowsRequest;

/// Where the answer goes. `is_closed` says that the caller has gone away and nobody waits for it any more; it is safe to send all the same.
pub type Reply<T> = oneshot::Sender<Result<T, BusError>>;

/// One call. Send exactly one answer; a dropped reply reads as "the desktop is ending".
#[derive(Debug)]
pub enum Request {
    /// All windows, in the order of their creation. See [`super::window`].
    Windows {
        caller: Caller,
        reply: Reply<Vec<Window>>,
    },
    /// All outputs, in the order in which they were added. See [`super::output`].
    Outputs {
        caller: Caller,
        reply: Reply<Vec<Output>>,
    },
    /// Executor and why, display process, memory, and what else could be wrong.
    Doctor {
        caller: Caller,
        reply: Reply<Vec<Check>>,
    },
    /// Everything of `org.glasshouse.Commands1`, and the end.
    Commands(CommandsRequest),
    /// See [`ConfigRequest`].
    Config(ConfigRequest),
    /// See [`OutputsRequest`].
    OutputsChange(OutputsRequest),
    /// Permitted as `Act::Launch`. Answered with the window once it is mapped, or `TimedOut`.
    Launch {
        caller: Caller,
        launch: Launch,
        reply: Reply<Window>,
    },
    Capture {
        caller: Caller,
        picture: Picture,
        reply: Reply<Captured>,
    },
    /// Permitted as `Act::Input`. Answered when the events have been flushed to the client.
    Input {
        caller: Caller,
        action: InputAction,
        reply: Reply<()>,
    },
    /// Permitted as `Act::Observe`.
    Keyboard {
        caller: Caller,
        reply: Reply<KeyboardState>,
    },
    /// See [`DesktopRequest`].
    Desktop {
        caller: Caller,
        request: DesktopRequest,
    },
    /// See [`SessionRequest`].
    Session {
        caller: Caller,
        request: SessionRequest,
    },
    /// See [`LayoutsRequest`].
    Layouts {
        caller: Caller,
        request: LayoutsRequest,
    },
    /// See [`TelemetryRequest`].
    Telemetry {
        caller: Caller,
        request: TelemetryRequest,
    },
    /// See [`WindowsRequest`].
    Window {
        caller: Caller,
        request: WindowsRequest,
    },
    /// 0 while no display runs.
    DisplayPid {
        caller: Caller,
        reply: Reply<u32>,
    },
    /// `NotPermitted` unless started with `--debug-orders`.
    DebugOrder {
        caller: Caller,
        order: DebugOrder,
        reply: Reply<()>,
    },
}

/// A program to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// Not empty, and no NUL in it.
    pub argv: Vec<String>,
    /// Added to the desktop's own environment. No `=` or NUL in the names.
    pub env: Vec<(String, String)>,
    /// `None`: the desktop's own directory.
    pub cwd: Option<PathBuf>,
    /// How long to wait for the window, at most ten minutes.
    pub timeout: Duration,
}

/// A picture to take.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub source: PictureSource,
    pub size: PictureSize,
    pub cursor: bool,
    pub format: PixelFormat,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PictureSource {
    /// The output of this name, or the first one. `region` is in the logical space of all outputs; the picture shows what of it is on
    /// this output.
    Output { name: Option<String>, region: Option<LogicalRect> },
    /// One window alone, with its popups, also where others cover it. `region` starts at the top-left corner of its geometry.
    Window { window: WindowId, region: Option<LogicalRect> },
    /// A part of the logical space of all outputs, also across several.
    Region(LogicalRect),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PictureSize {
    /// One pixel per physical pixel of the output (of a region across several: of the sharpest).
    Natural,
    /// Pixels per logical pixel; positive, at most 64.
    Scale(f64),
    /// Width and height in pixels, from 1 to [`glasshouse_protocols::capture::MAX_PICTURE`].
    Exact(u32, u32),
}

/// A picture that was taken.
#[derive(Debug)]
pub struct Captured {
    /// A sealed memfd.
    pub fd: OwnedFd,
    pub info: CaptureInfo,
}

/// Something that hands do. Positions are in the logical space of all outputs and finite.
#[derive(Debug, Clone, PartialEq)]
pub enum InputAction {
    /// Any Unicode, at most 64 KiB, without NUL.
    Type(String),
    /// Whether the key exists is still to be asked of xkb; if not, `BadArgument`.
    Key(Chord),
    /// Moves there, holds the modifiers, clicks 1 to 10 times, lets the modifiers go.
    Click {
        at: LogicalPoint,
        button: Button,
        count: u32,
        modifiers: Modifiers,
    },
    MoveTo(LogicalPoint),
    Button {
        button: Button,
        pressed: bool,
    },
    /// In detents of a wheel, at most 1,000 each. Positive is right and down.
    Scroll {
        dx: f64,
        dy: f64,
    },
    Touch {
        phase: TouchPhase,
        id: i32,
        at: LogicalPoint,
    },
    /// A whole gesture of this many fingers, for bindings. Finite.
    Gesture {
        kind: GestureKind,
        fingers: u32,
        dx: f64,
        dy: f64,
        scale: f64,
    },
}

/// What the keyboard is at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeyboardState {
    /// Of bindings.
    pub mode: String,
    /// The names of all layouts.
    pub layouts: Vec<String>,
    /// The one that is on, from 1.
    pub layout: u32,
}

/// Misbehaviour of the display, on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DebugOrder {
    LoseDevice,
    Hang,
    Hog,
    /// The display aborts when it next reads this window's surface.
    Poison(WindowId),
}
