//! What happened outside, as facts. The core answers with effects and never refuses.

use euclid::{Point2D, Rect, Size2D, Vector2D};
use glasshouse_scene::{Logical, LogicalPoint, LogicalRect, LogicalSize, OutputId, SurfaceId};

use crate::{
    ids::{Timestamp, WindowId},
    memory::Memory,
    settings::Settings,
};

/// A fact from an edge. Ids of things that are gone are ignored.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A surface's committed state. The first one creates it.
    SurfaceCommitted {
        surface: SurfaceId,
        state: SurfaceState,
    },
    SurfaceDestroyed {
        surface: SurfaceId,
    },

    /// A client made a toplevel; `window` comes from `Desktop::allocate_window`. It is placed once it is mapped.
    WindowCreated {
        window: WindowId,
        surface: SurfaceId,
        client: ClientInfo,
    },
    /// The client made its initial commit and wants a first configure.
    WindowReady {
        window: WindowId,
    },
    /// The surface got its first buffer after a configure.
    WindowMapped {
        window: WindowId,
    },
    WindowUnmapped {
        window: WindowId,
    },
    WindowDestroyed {
        window: WindowId,
    },
    WindowChanged {
        window: WindowId,
        change: WindowChange,
    },
    /// The client committed after acknowledging the configure with this token (see [`crate::Effect::ConfigureWindow`]).
    ConfigureCommitted {
        window: WindowId,
        token: u64,
    },
    /// The client acknowledged the configure with this token. It may not commit before it has something new to show, so where the
    /// configure asked for no other size this already is the answer.
    ConfigureAcked {
        window: WindowId,
        token: u64,
    },
    /// What the client asks for itself. `permit` treats it as the client's own command.
    WindowWants {
        window: WindowId,
        want: Want,
    },

    /// A popup's place, already constrained by the edge, relative to its parent's geometry.
    PopupPlaced {
        surface: SurfaceId,
        parent: SurfaceId,
        geometry: Rect<i32, Logical>,
        at: Point2D<i32, Logical>,
    },
    PopupGone {
        surface: SurfaceId,
    },

    LayerCreated {
        surface: SurfaceId,
        output: Option<OutputId>,
        namespace: String,
    },
    /// What a layer surface committed; also the wish for its first configure.
    LayerCommitted {
        surface: SurfaceId,
        layer: LayerState,
    },
    LayerMapped {
        surface: SurfaceId,
    },
    LayerUnmapped {
        surface: SurfaceId,
    },
    LayerDestroyed {
        surface: SurfaceId,
    },
    /// Puts a layer surface here from now on, whatever its anchors say. Conformance tests do; nobody else has a reason to.
    LayerPinned {
        surface: SurfaceId,
        at: LogicalPoint,
    },

    /// The pointer is here now, in the space of all outputs. Clamped to them.
    PointerMoved {
        to: LogicalPoint,
    },
    /// `pressed` is the number of buttons held after this one.
    PointerButton {
        button: u32,
        pressed: bool,
        held: u32,
    },
    /// A button with a binding, which is told to nobody else, began to move or resize a window, and is down.
    GrabHeld,
    /// It is up again: the window is let go.
    GrabReleased,
    /// What is moved or resized goes back to where it was.
    GrabCancelled,
    /// Fingers on a touchpad begin to swipe. Whether bindings leave the directions free.
    SwipeBegan {
        fingers: u32,
        horizontal: bool,
        vertical: bool,
    },
    /// In the units of a pointer's motion, since the last time.
    SwipeMoved {
        by: Vector2D<f64, Logical>,
        at: Timestamp,
    },
    /// The fingers are lifted, or it was no swipe after all.
    SwipeEnded {
        cancelled: bool,
        at: Timestamp,
    },
    /// Fingers are told apart by their numbers.
    TouchDown {
        id: i32,
        at: LogicalPoint,
    },
    TouchMoved {
        id: i32,
        at: LogicalPoint,
    },
    TouchUp {
        id: i32,
    },
    /// All fingers: it was no touch.
    TouchCancelled,
    /// What the client that has the pointer wants to show. `None`: nothing.
    CursorWanted {
        cursor: Option<CursorWanted>,
    },
    /// A drag has an icon, or no longer.
    DragIcon {
        surface: Option<SurfaceId>,
    },
    /// A client's drag takes a window along, from when that is shown.
    DragTakesWindow {
        window: WindowId,
        /// From the corner of its geometry to the pointer.
        offset: Point2D<i32, Logical>,
        /// The finger that drags. `None`: the pointer.
        finger: Option<i32>,
    },
    /// A client's drag is over, whatever became of it.
    DragOver {
        /// As [`Event::DragTakesWindow`]'s.
        finger: Option<i32>,
    },

    /// The session was locked or unlocked.
    Locked(bool),
    /// A locker has a surface for an output, which is asked for a size. A second one for the same output is ignored.
    LockSurfaceCreated {
        surface: SurfaceId,
        output: OutputId,
    },
    /// It shows something of the size that was asked for.
    LockSurfaceMapped {
        surface: SurfaceId,
    },
    LockSurfaceGone {
        surface: SurfaceId,
    },
    /// The configuration says how the desktop looks and behaves from now on.
    SettingsChanged(Box<Settings>),

    /// What the desktop was before it was started again. Windows find their places when they are mapped.
    Remembered(Box<Memory>),
    /// Everything that was remembered is back: somebody has to see something. If no output is used, the one of this name is, or else the
    /// first; if all that are used are dark, one of them is not.
    OutputsRestored {
        focused: Option<String>,
    },

    /// A moment that `Desktop::deadline` asked for has come.
    Tick,
}

/// What a client committed for one surface, as far as it matters for geometry.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SurfaceState {
    /// The surface's own size. `None`: no buffer, nothing to see.
    pub size: Option<LogicalSize>,
    /// Where the surface takes input. `None`: everywhere.
    pub input: Option<Vec<(bool, Rect<i32, Logical>)>>,
    /// Subsurfaces and the surface itself, bottom to top, with their offsets from this surface. The surface itself stands in it at (0, 0).
    /// Empty: only the surface itself.
    pub stack: Vec<(SurfaceId, Point2D<i32, Logical>)>,
}

/// Who made a window.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientInfo {
    pub pid: Option<i32>,
    /// The systemd unit that the process runs in, such as `app-foot@1.service`. `None`: none, or nobody knows.
    pub unit: Option<String>,
    /// It came by a sandbox's socket.
    pub sandboxed: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum WindowChange {
    Title(String),
    AppId(String),
    /// What the program calls this window among its own.
    Tag(String),
    /// What its own icon is called in icon themes. `None`: it has none, or only pixels.
    Icon(Option<String>),
    Parent(Option<WindowId>),
    /// The window without its shadow, in surface coordinates. `None`: all of its surfaces.
    Geometry(Option<Rect<i32, Logical>>),
    /// 0 in a dimension: no limit.
    Limits {
        min: Size2D<i32, Logical>,
        max: Size2D<i32, Logical>,
    },
    /// An activation token of a recent user action: the window may take the focus when it is mapped, or now.
    Activated,
    /// It would like attention, but nobody gave it a token: it says so and takes nothing.
    Urgent,
    /// Its client does not answer any more, or does again.
    Unresponsive(bool),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Want {
    Fullscreen {
        on: bool,
        output: Option<OutputId>,
    },
    Maximized(bool),
    Minimized,
    /// Follow the pointer until the button is released.
    InteractiveMove,
    InteractiveResize(Edges),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Edges {
    pub left: bool,
    pub right: bool,
    pub top: bool,
    pub bottom: bool,
}

/// `zwlr_layer_surface_v1`'s committed state.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerState {
    pub layer: Layer,
    pub anchor: Edges,
    /// 0 in a dimension: as far as the anchors reach.
    pub size: Size2D<i32, Logical>,
    /// Top, right, bottom, left.
    pub margin: [i32; 4],
    /// Positive: room to keep free for it. 0: moves out of the way of others. -1: ignores others.
    pub exclusive_zone: i32,
    pub keyboard: KeyboardInterest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Layer {
    #[default]
    Background,
    Bottom,
    Top,
    Overlay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyboardInterest {
    #[default]
    None,
    Exclusive,
    OnDemand,
}

#[derive(Debug, Clone, PartialEq)]
pub enum CursorWanted {
    /// By its CSS name.
    Named(String),
    Surface {
        surface: SurfaceId,
        hotspot: Point2D<i32, Logical>,
    },
}

/// An area of an output without what layer surfaces keep for themselves.
pub type WorkArea = LogicalRect;
