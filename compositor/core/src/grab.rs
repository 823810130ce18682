//! A window in somebody's hand: it is moved, carried to another place among the tiles, or resized until it is let go.
//!
//! Whatever happens in between, no window is lost: a grab whose window can no longer follow (it was closed, minimized, made fullscreen) is
//! over, and what has been done to the others stays. [`Desktop::cancel_grab`] puts everything back to where it was. Either way a drag is at
//! most one step for undo.

use euclid::Vector2D;
use glasshouse_scene::{Logical, LogicalPoint, LogicalRect, LogicalSize};

use crate::{
    command::{Command, Refusal, ResizeEdges, WindowRef},
    desktop::Desktop,
    effect::Effects,
    event::{Edges, Want},
    ids::WindowId,
    undo::Arrangement,
    window::{Anchor, Phase, Slot},
};

/// A hand that trembles by less than this, in logical pixels, does not lift a tile off or restore a maximized window.
const TREMBLE: f64 = 8.0;

/// No resize by hand makes a window smaller than this, unless its client does.
const SMALLEST: f64 = 16.0;

/// A window that follows the pointer or a finger.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grab {
    pub(crate) window: WindowId,
    pub(crate) holder: Holder,
    /// Where the pointer or the finger is.
    pub(crate) at: LogicalPoint,
    pub(crate) what: What,
    /// Everything as it was.
    before: Arrangement,
    /// How many changes undo had ever been told of by then: those that come meanwhile are part of this one.
    known: u64,
}

/// What keeps a grab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// All buttons that were held when a client asked; the last of them lets go.
    Buttons,
    /// A button with a binding, of which only the edge knows: [`crate::Event::GrabReleased`] lets go.
    Bound,
    /// A command alone. The next click lets go, or another command.
    Nothing,
    Finger(i32),
    /// A client's drag and drop, by the pointer or a finger.
    Drag(Option<i32>),
}

/// What is done with the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum What {
    /// Nothing yet: a tile, or a maximized window, waits for more than a tremble.
    Wait { from: LogicalPoint },
    /// It floats and follows.
    Move {
        /// From the pointer to the window's corner.
        offset: Vector2D<f64, Logical>,
    },
    /// A tile. It is drawn small below the pointer; its place among the others stays free until it is let go.
    Carry {
        /// Where it is held, in parts of its size.
        grip: Vector2D<f64, Logical>,
    },
    /// It floats, and these edges follow.
    Resize {
        edges: Edges,
        /// The window and the pointer at the beginning.
        area: LogicalRect,
        from: LogicalPoint,
    },
    /// A tile: its layout moves these edges, and what lies beyond them.
    ResizeTile { edges: Edges, size: LogicalSize, from: LogicalPoint },
}

impl Grab {
    /// The CSS name of the pointer's shape.
    pub(crate) fn shape(&self) -> &'static str {
        match self.what {
            What::Wait { .. } | What::Move { .. } | What::Carry { .. } => "grabbing",
            What::Resize { edges, .. } | What::ResizeTile { edges, .. } => match (edges.top, edges.bottom, edges.left, edges.right) {
                (true, _, true, _) => "nw-resize",
                (true, _, _, true) => "ne-resize",
                (_, true, true, _) => "sw-resize",
                (_, true, _, true) => "se-resize",
                (true, ..) => "n-resize",
                (_, true, ..) => "s-resize",
                (_, _, true, _) => "w-resize",
                _ => "e-resize",
            },
        }
    }

    pub(crate) fn resizes(&self) -> bool {
        matches!(self.what, What::Resize { .. } | What::ResizeTile { .. })
    }
}

impl Desktop {
    /// Whether the pointer moves or resizes a window: no client hears of it then.
    pub fn interacting(&self) -> bool {
        self.pointer.grab.as_ref().is_some_and(|grab| !matches!(grab.holder, Holder::Finger(_) | Holder::Drag(_)))
    }

    /// Whether what is in the hand goes where the pointer goes.
    pub(crate) fn follows_pointer(&self) -> bool {
        self.interacting() || self.pointer.grab.as_ref().is_some_and(|grab| grab.holder == Holder::Drag(None))
    }

    /// The finger that what is in the hand follows.
    pub(crate) fn followed_finger(&self) -> Option<i32> {
        self.pointer.grab.as_ref().and_then(|grab| match grab.holder {
            Holder::Finger(id) | Holder::Drag(Some(id)) => Some(id),
            _ => None,
        })
    }

    /// The finger that moves or resizes a window: no client hears of it then.
    pub fn grabbing_finger(&self) -> Option<i32> {
        self.pointer.grab.as_ref().and_then(|grab| match grab.holder {
            Holder::Finger(id) => Some(id),
            _ => None,
        })
    }

    pub(crate) fn is_resized_by_hand(&self, id: WindowId) -> bool {
        self.pointer.grab.as_ref().is_some_and(|grab| grab.window == id && grab.resizes())
    }

    /// A client asks to let a window follow. Without a held button, or a finger on the window, the request comes too late.
    pub(crate) fn client_grabs(&mut self, id: WindowId, want: &Want) {
        let finger = self.pointer.fingers.iter().find(|(_, finger)| finger.window == Some(id)).map(|(id, _)| *id);
        let holder = match finger {
            _ if self.pointer.held > 0 => Holder::Buttons,
            Some(finger) => Holder::Finger(finger),
            None => return,
        };
        let begun = match want {
            Want::InteractiveMove => self.grab_to_move(id, holder),
            // Opposite edges at once, or none, say nothing: the protocol has no such value.
            Want::InteractiveResize(edges) if *edges != Edges::default() => self.grab_to_resize(id, Some(*edges), holder),
            _ => return,
        };
        if let Err(refusal) = begun {
            tracing::debug!(window = id.0, %refusal, "a client may not move or resize its window now");
        }
    }

    /// # Errors
    /// As [`Self::graspable`].
    pub(crate) fn begin_move(&mut self, asked: &WindowRef) -> Result<(), Refusal> {
        let id = self.mapped(asked)?;
        self.grab_to_move(id, Holder::Nothing)?;
        self.focus_window(id);
        Ok(())
    }

    /// # Errors
    /// As [`Self::graspable`], and [`Refusal::NothingToChange`] for a tile that has no edge to move.
    pub(crate) fn begin_resize(&mut self, asked: &WindowRef, edges: ResizeEdges) -> Result<(), Refusal> {
        let id = self.mapped(asked)?;
        self.grab_to_resize(id, edges.edges(), Holder::Nothing)?;
        self.focus_window(id);
        Ok(())
    }

    /// Where a window is that can be taken into the hand.
    ///
    /// # Errors
    /// [`Refusal::NothingToChange`]: one is in the hand already, or nothing of this one is seen, or it fills the screen.
    fn graspable(&self, id: WindowId) -> Result<LogicalRect, Refusal> {
        if self.pointer.grab.is_some() {
            return Err(Refusal::NothingToChange("a window is being dragged already (end-drag, cancel-drag)"));
        }
        let window = self.windows.get(id).filter(|window| !self.lock.on && window.phase == Phase::Mapped && self.seen(window));
        let window = window.ok_or(Refusal::NothingToChange("nothing of the window is seen"))?;
        if window.modes.fullscreen {
            return Err(Refusal::NothingToChange("the window is fullscreen"));
        }
        self.drawn(window).map(|drawn| drawn.area).ok_or(Refusal::NotMapped(id))
    }

    pub(crate) fn take(&mut self, window: WindowId, holder: Holder, what: What) {
        let at = self.hand(holder);
        let grab = Grab { window, holder, at, what, before: self.arrangement(), known: self.journal.known() };
        if !matches!(holder, Holder::Drag(_)) {
            self.pointer.along = None;
        }
        self.pointer.grab = Some(grab);
        self.touch();
    }

    pub(crate) fn hand(&self, holder: Holder) -> LogicalPoint {
        match holder {
            Holder::Finger(id) | Holder::Drag(Some(id)) => self.pointer.fingers.get(&id).map_or(self.pointer.at, |finger| finger.at),
            _ => self.pointer.at,
        }
    }

    fn grab_to_move(&mut self, id: WindowId, holder: Holder) -> Result<(), Refusal> {
        self.graspable(id)?;
        let from = self.hand(holder);
        let Some(window) = self.windows.get(id) else { return Ok(()) };
        let what = match window.float.at {
            Some(at) if self.floats(window) && !window.modes.maximized => What::Move { offset: at - from },
            _ => What::Wait { from },
        };
        self.take(id, holder, what);
        Ok(())
    }

    fn grab_to_resize(&mut self, id: WindowId, edges: Option<Edges>, holder: Holder) -> Result<(), Refusal> {
        let area = self.graspable(id)?;
        let from = self.hand(holder);
        let wanted = edges.unwrap_or_else(|| nearest_edges(area, from));
        let Some(window) = self.windows.get_mut(id) else { return Ok(()) };
        let what = match (window.slot, window.target) {
            (Slot::Floating, Slot::Floating) => {
                let edges = wanted;
                let anchor = Anchor { right: edges.left.then_some(area.max_x()), bottom: edges.top.then_some(area.max_y()) };
                self.take(id, holder, What::Resize { edges, area, from });
                if let Some(window) = self.windows.get_mut(id) {
                    window.float.anchor = anchor;
                }
                return Ok(());
            }
            (_, Slot::Tile(rect)) => What::ResizeTile { edges: self.movable_edges(id, wanted)?, size: rect.size, from },
            _ => return Err(Refusal::NothingToChange("the window is maximized, or its size is about to change")),
        };
        self.take(id, holder, what);
        Ok(())
    }

    /// The pointer or the finger that holds a window is here now.
    pub(crate) fn grab_moved(&mut self, to: LogicalPoint) {
        // Out of the hand while it is worked on.
        let Some(mut grab) = self.pointer.grab.take() else { return };
        grab.at = to;
        let id = grab.window;
        match grab.what {
            What::Wait { from } if (to - from).length() < TREMBLE => {}
            What::Wait { from } => {
                grab.what = self.lift_off(id, from);
                self.follow_hand(&grab);
            }
            What::Move { .. } => self.follow_hand(&grab),
            What::Carry { .. } => {}
            What::Resize { edges, area, from } => self.resize_by_hand(id, edges, area, to - from),
            What::ResizeTile { edges, size, from } => self.resize_tile_by_hand(id, edges, size, to - from),
        }
        self.pointer.grab = Some(grab);
        self.touch();
    }

    /// Puts a floating window where the hand holds it.
    fn follow_hand(&mut self, grab: &Grab) {
        let What::Move { offset } = grab.what else { return };
        let size = self.windows.get(grab.window).map(|window| self.geometry(window).size).unwrap_or_default();
        let to = self.stuck(grab.window, LogicalRect::new(grab.at + offset, size));
        if let Some(window) = self.windows.get_mut(grab.window) {
            window.float.at = Some(to);
            window.float.anchor = Anchor::default();
        }
        self.follow_place(grab.window);
    }

    /// It was held at this point and is moved from now on: a maximized window gets its old size back, and a tile is lifted off.
    fn lift_off(&mut self, id: WindowId, from: LogicalPoint) -> What {
        let floats = self.floats_by_layout(id);
        let area = self.windows.get(id).and_then(|window| self.drawn(window)).map(|drawn| drawn.area).unwrap_or_default();
        let part = |at: f64, start: f64, length: f64| ((at - start) / length.max(1.0)).clamp(0.0, 1.0);
        let grip = Vector2D::new(part(from.x, area.min_x(), area.width()), part(from.y, area.min_y(), area.height()));
        let Some(window) = self.windows.get_mut(id) else { return What::Wait { from } };
        let maximized = std::mem::replace(&mut window.modes.maximized, false);
        if !floats {
            return What::Carry { grip };
        }
        window.home.away = None;
        if maximized {
            // The pointer stays over the same part of its title.
            let size = window.float.size.unwrap_or(area.size);
            window.float.at = Some(LogicalPoint::new(from.x - grip.x * size.width, area.min_y()));
        }
        What::Move { offset: window.float.at.unwrap_or(area.origin) - from }
    }

    /// Another button while a window is moved: a tile begins to float below the pointer, and what floats becomes a tile that is carried.
    pub(crate) fn toggle_in_hand(&mut self) {
        let Some(grab) = &self.pointer.grab else { return };
        let (id, at, what) = (grab.window, grab.at, grab.what);
        let Some(window) = self.windows.get(id) else { return };
        let (size, lifted) = (self.geometry(window).size, self.lifted_size(window));
        let tiled = self.workspace_of(window).is_some_and(|workspace| self.layout_of(workspace).tiling().is_some());
        let Some(window) = self.windows.get_mut(id) else { return };
        let what = match what {
            What::Carry { grip } => {
                let corner = LogicalPoint::new(at.x - grip.x * lifted.width, at.y - grip.y * lifted.height).round();
                window.float.size = Some(lifted);
                window.float.at = Some(corner);
                window.modes.floating = Some(true);
                window.slot = Slot::Floating;
                What::Move { offset: corner - at }
            }
            What::Move { offset } if tiled => {
                (window.modes.floating, window.modes.sticky, window.modes.scratchpad) = (Some(false), false, None);
                let part = |offset: f64, length: f64| (-offset / length.max(1.0)).clamp(0.0, 1.0);
                What::Carry { grip: Vector2D::new(part(offset.x, size.width), part(offset.y, size.height)) }
            }
            _ => return,
        };
        if let Some(grab) = &mut self.pointer.grab {
            grab.what = what;
        }
        self.touch();
    }

    fn resize_by_hand(&mut self, id: WindowId, edges: Edges, area: LogicalRect, by: Vector2D<f64, Logical>) {
        let Some(window) = self.windows.get_mut(id) else { return };
        let extent = |length: f64, by: f64, first: bool, second: bool| match (first, second) {
            (true, _) => (length - by).round().max(SMALLEST),
            (_, true) => (length + by).round().max(SMALLEST),
            _ => length,
        };
        let mut wish =
            LogicalSize::new(extent(area.width(), by.x, edges.left, edges.right), extent(area.height(), by.y, edges.top, edges.bottom));
        if let Some(aspect) = window.modes.aspect {
            // One edge takes the other along.
            wish = aspect.along(wish, edges.left || edges.right);
        }
        window.float.size = Some(window.limited(wish));
    }

    /// The window is let go: a tile goes to where it is held.
    pub(crate) fn end_grab(&mut self) {
        let Some(grab) = self.pointer.grab.take() else { return };
        if let What::Carry { grip } = grab.what {
            self.land(grab.window, grab.at, grip);
        }
        self.leave_hand(grab);
    }

    /// What was done is one step for undo.
    fn leave_hand(&mut self, grab: Grab) {
        let window = WindowRef::Id(grab.window);
        let done =
            if grab.resizes() { Command::BeginResize { window, edges: ResizeEdges::Nearest } } else { Command::BeginMove { window } };
        self.remember_drag(&done, &grab.before, grab.known);
        self.touch();
    }

    /// Everything is again as it was before. Answers whether anything was in the hand.
    pub(crate) fn cancel_grab(&mut self, effects: &mut Effects) -> bool {
        let Some(grab) = self.pointer.grab.take() else { return false };
        let family: Vec<WindowId> =
            self.windows.ids().into_iter().filter(|id| *id == grab.window || self.windows.descends(*id, grab.window)).collect();
        self.put_drag_back(&grab.before, &family, effects);
        self.touch();
        true
    }

    /// A floating window that is held comes along to the workspace that is shown now.
    pub(crate) fn carry_along(&mut self) {
        if let Some(grab) = self.pointer.grab.as_ref()
            && let What::Wait { from } = grab.what
            && self.windows.get(grab.window).is_some_and(|window| window.shown() && !self.on_screen(window))
        {
            // Who holds a window and goes elsewhere means to take it there.
            let what = self.lift_off(grab.window, from);
            if let Some(grab) = &mut self.pointer.grab {
                grab.what = what;
            }
        }
        let Some(grab) = self.pointer.grab.as_ref().filter(|grab| matches!(grab.what, What::Move { .. })) else { return };
        let (id, at) = (grab.window, grab.at);
        if self.windows.get(id).is_none_or(|window| !window.shown() || self.on_screen(window)) {
            return;
        }
        let Some(output) = self.outputs.nearest(at).map(|output| output.id) else { return };
        let Some(to) = self.workspaces.active_on(output).map(|workspace| workspace.id) else { return };
        self.enter_workspace(id, to);
        let floats = self.floats_by_layout(id);
        if let Some(window) = self.windows.get_mut(id) {
            window.floats_on(output);
            if !floats {
                window.modes.floating = Some(true);
            }
        }
        self.focus_along(Some(id));
    }

    /// Ends a grab whose window can no longer follow.
    pub(crate) fn check_grab(&mut self) {
        let Some(grab) = &self.pointer.grab else { return };
        let follows = self.windows.get(grab.window).is_some_and(|window| match grab.what {
            What::Wait { .. } => self.seen(window) && !matches!(window.target, Slot::Fullscreen(_)),
            What::Move { .. } => self.on_screen(window) && window.target == Slot::Floating,
            What::Carry { .. } => window.is_tile() && !window.modes.fullscreen && !window.modes.maximized && !self.floats(window),
            What::Resize { .. } => self.seen(window) && window.target == Slot::Floating && window.slot == Slot::Floating,
            What::ResizeTile { .. } => self.seen(window) && matches!(window.target, Slot::Tile(_)),
        });
        if !follows && let Some(grab) = self.pointer.grab.take() {
            self.leave_hand(grab);
        }
    }
}

/// The edges that a person means who points into a window: those of the nearest corner; along the middle third of an edge, that one alone.
fn nearest_edges(area: LogicalRect, at: LogicalPoint) -> Edges {
    let part = |at: f64, start: f64, length: f64| (at - start) / length.max(1.0);
    let (x, y) = (part(at.x, area.min_x(), area.width()), part(at.y, area.min_y(), area.height()));
    let third = |part: f64| (1.0 / 3.0..=2.0 / 3.0).contains(&part);
    let both = third(x) == third(y);
    let (horizontal, vertical) = (both || !third(x), both || !third(y));
    Edges { left: horizontal && x < 0.5, right: horizontal && x >= 0.5, top: vertical && y < 0.5, bottom: vertical && y >= 0.5 }
}
