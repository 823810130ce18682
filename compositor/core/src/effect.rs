//! What edges must do because the desktop changed.

use std::sync::Arc;

use glasshouse_scene::{LogicalRect, LogicalSize, OutputId, SurfaceId};

use crate::{
    command::{AspectRatio, Command},
    ids::{WindowId, WorkspaceId},
    outside::{ProviderId, Question},
};

/// Something for an edge to carry out. In order.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Tell the client its size and states. When it has acknowledged and committed, `Event::ConfigureCommitted` carries `token` back.
    ConfigureWindow {
        window: WindowId,
        token: u64,
        configure: WindowConfigure,
    },
    ConfigureLayer {
        surface: SurfaceId,
        size: LogicalSize,
    },
    /// Tell a lock surface how large its output is.
    ConfigureLock {
        surface: SurfaceId,
        size: LogicalSize,
    },
    /// Tell a layer surface that it cannot stay: its output is gone.
    CloseLayer {
        surface: SurfaceId,
    },
    CloseWindow {
        window: WindowId,
    },
    /// The parent of these popups was unfocused or is gone.
    DismissPopups {
        surface: SurfaceId,
    },
    /// Keyboard focus. `None`: nobody has it.
    Focus {
        surface: Option<SurfaceId>,
    },
    /// What lies under the pointer may have changed: ask [`crate::Desktop::under`] and tell the client.
    PointerFocusChanged,
    /// This output's scene is another one now.
    Redraw {
        output: OutputId,
    },
    /// These surfaces are now on these outputs and have this scale: `wl_surface.enter`, `leave` and `preferred_buffer_scale`.
    SurfaceOutputs {
        surface: SurfaceId,
        outputs: Vec<OutputId>,
        scale: f64,
    },
    OutputAdded {
        output: OutputId,
    },
    OutputChanged {
        output: OutputId,
    },
    /// It has no workspaces any more, and programs no longer see it. It may still show something: see [`crate::Desktop::screen`].
    OutputRemoved {
        output: OutputId,
    },
    /// Something is other about outputs that are not used or mirror another, or one of them is gone.
    UnusedOutputsChanged,
    /// Ask the program that offers this layout where the windows go; [`crate::Desktop::answer_layout`] takes the answer.
    AskLayout {
        provider: ProviderId,
        serial: u64,
        question: Arc<Question>,
    },
    /// For telemetry and whoever waits.
    Notify(Notice),
    /// Carry out this command, which undoes another one or does it again.
    Run {
        command: Command,
    },
    /// A rule has started to match a window: carry out its commands, each for itself, with the rights of the person.
    RunFor {
        window: WindowId,
        /// As the rule is called in sentences.
        rule: String,
        commands: Vec<Command>,
    },
    /// A rule runs too often for a window and is held back: say so. Said once.
    RuleHeld {
        window: WindowId,
        rule: String,
    },
    /// End the session.
    Quit,
}

pub type Effects = Vec<Effect>;

/// The content of an `xdg_toplevel.configure`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WindowConfigure {
    /// `None`: the client chooses.
    pub size: Option<LogicalSize>,
    /// The largest useful size, for clients that choose.
    pub bounds: Option<LogicalSize>,
    pub activated: bool,
    pub maximized: bool,
    pub fullscreen: bool,
    pub resizing: bool,
    /// Tiled on all four sides: no rounded corners, no shadow, exactly this size.
    pub tiled: bool,
    pub suspended: bool,
}

/// Something that a subscriber would like to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    WindowOpened {
        window: WindowId,
    },
    WindowClosed {
        window: WindowId,
    },
    WindowChanged {
        window: WindowId,
    },
    FocusChanged {
        window: Option<WindowId>,
    },
    WorkspaceAdded {
        workspace: WorkspaceId,
    },
    /// Its name, place, windows or layout, or whether it has the focus.
    WorkspaceChanged {
        workspace: WorkspaceId,
    },
    WorkspaceRemoved {
        workspace: WorkspaceId,
    },
    /// Other layouts are offered, or one of them is in time again, or is not.
    LayoutsChanged,
    /// Its output shows it from now on.
    WorkspaceActivated {
        workspace: WorkspaceId,
    },
    /// Layer surfaces with content are other ones, or something about them is.
    LayersChanged,
}

/// A window, as others see it.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowInfo {
    pub id: WindowId,
    pub surface: SurfaceId,
    pub title: String,
    pub app_id: String,
    /// What its program calls this window among its own. Empty: it has said nothing.
    pub tag: String,
    /// What its own icon is called in icon themes. `None`: it has none, or only pixels.
    pub icon: Option<Arc<str>>,
    pub pid: Option<i32>,
    pub parent: Option<WindowId>,
    /// Its geometry in the space of all outputs.
    pub area: LogicalRect,
    pub output: Option<OutputId>,
    pub workspace: Option<WorkspaceId>,
    /// It is on a screen, if perhaps below others: mapped, not minimized, and on a workspace that is shown. If not, `area` is where it
    /// would be.
    pub visible: bool,
    /// It asks for attention.
    pub urgent: bool,
    /// Its client has been asked for something and does not answer.
    pub unresponsive: bool,
    pub mapped: bool,
    pub focused: bool,
    pub floating: bool,
    pub fullscreen: bool,
    pub maximized: bool,
    pub minimized: bool,
    pub sticky: bool,
    /// It lies above others that float.
    pub above: bool,
    pub windowed_fullscreen: bool,
    pub aspect: Option<AspectRatio>,
    /// It is in the scratchpad.
    pub scratchpad: bool,
    pub marks: Vec<String>,
}
