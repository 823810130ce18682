//! The pointer: where it is, what it holds, and how it looks.

use euclid::Vector2D;
use glasshouse_scene::{Logical, LogicalPoint, LogicalRect, LogicalSize, SurfaceId};

use crate::{
    desktop::Desktop,
    effect::{Effect, Effects},
    event::{CursorWanted, Edges, Layer, Want},
    grid::tame_point,
    ids::WindowId,
    stacking::Under,
    window::{Anchor, Phase, Slot},
};

/// No resize by hand makes a window smaller than this, unless its client does.
const SMALLEST: f64 = 16.0;

/// A window that follows the pointer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Grab {
    Move {
        window: WindowId,
        /// From the pointer to the window's corner.
        offset: Vector2D<f64, Logical>,
    },
    Resize {
        window: WindowId,
        edges: Edges,
        /// The window and the pointer at the beginning.
        area: LogicalRect,
        from: LogicalPoint,
    },
}

impl Grab {
    pub(crate) fn window(self) -> WindowId {
        match self {
            Self::Move { window, .. } | Self::Resize { window, .. } => window,
        }
    }

    /// The CSS name of the pointer's shape.
    pub(crate) fn shape(self) -> &'static str {
        match self {
            Self::Move { .. } => "grabbing",
            Self::Resize { edges, .. } => match (edges.top, edges.bottom, edges.left, edges.right) {
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
}

/// How the pointer looks over a client's surface.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Look {
    /// The client has not said, or there is no client.
    #[default]
    Default,
    Hidden,
    Wanted(CursorWanted),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Pointer {
    pub(crate) at: LogicalPoint,
    /// Buttons.
    pub(crate) held: u32,
    pub(crate) grab: Option<Grab>,
    pub(crate) look: Look,
    /// The window or layer surface that `look` is from.
    pub(crate) over: Option<SurfaceId>,
    pub(crate) drag_icon: Option<SurfaceId>,
}

impl Desktop {
    pub(crate) fn pointer_moved(&mut self, to: LogicalPoint) {
        let at = self.outputs.clamp(tame_point(to));
        if at == self.pointer.at {
            return;
        }
        let output = |at| self.outputs.nearest(at).map(|output| output.id);
        if output(at) != output(self.pointer.at) {
            self.workspaces.pointed = output(at);
        }
        self.pointer.at = at;
        self.touch_pointer();
        match self.pointer.grab {
            None => {}
            Some(Grab::Move { window, offset }) => {
                if let Some(window) = self.windows.get_mut(window) {
                    window.float.at = Some(at + offset);
                }
                self.follow_place(window);
                self.touch();
            }
            Some(Grab::Resize { window, edges, area, from }) => {
                self.resize_by_hand(window, edges, area, at - from);
                self.touch();
            }
        }
    }

    fn resize_by_hand(&mut self, id: WindowId, edges: Edges, area: LogicalRect, by: Vector2D<f64, Logical>) {
        let Some(window) = self.windows.get_mut(id) else { return };
        let extent = |length: f64, by: f64, first: bool, second: bool| match (first, second) {
            (true, _) => (length - by).round().max(SMALLEST),
            (_, true) => (length + by).round().max(SMALLEST),
            _ => length,
        };
        let wish =
            LogicalSize::new(extent(area.width(), by.x, edges.left, edges.right), extent(area.height(), by.y, edges.top, edges.bottom));
        window.float.size = Some(window.limited(wish));
    }

    pub(crate) fn pointer_button(&mut self, pressed: bool, held: u32, effects: &mut Effects) {
        let before = std::mem::replace(&mut self.pointer.held, held);
        if pressed && self.pointer.grab.is_none() {
            self.pressed_at(self.pointer.at, effects);
        }
        if held == 0 && before != 0 {
            self.end_grab();
            self.touch_pointer();
        }
    }

    /// Gives focus to what somebody clicked or touched, and closes the menus of everything else.
    pub(crate) fn pressed_at(&mut self, at: LogicalPoint, effects: &mut Effects) {
        if self.lock.on {
            return self.pressed_while_locked(at);
        }
        let under = self.under(at);
        // Titles of tabs lie beside windows, above nothing but the background.
        let covered = under.as_ref().is_some_and(|under| under.window.is_some() || self.is_above_windows(under.surface));
        if let Some(behind) = self.tab_at(at).filter(|_| !covered) {
            self.dismiss_popups_except(None, effects);
            self.focus_window(behind);
            return;
        }
        let root = under.as_ref().map(|under| self.popup_root(self.surfaces.root(under.surface).0));
        self.dismiss_popups_except(root, effects);
        self.focus_layer(root.filter(|root| self.layers.get(*root).is_some_and(|layer| layer.wants_keyboard())));
        match under {
            Some(under) => {
                if let Some(window) = under.window {
                    self.focus_window(window);
                }
            }
            // Nothing but the background: whoever points at an output means it.
            None => {
                let output = self.outputs.at(at).map(|output| output.id);
                if let Some(id) = output.and_then(|output| self.workspaces.active_on(output)).map(|workspace| workspace.id) {
                    self.go_to_workspace(id);
                }
            }
        }
    }

    /// Whether a surface is a panel's, not the background's.
    fn is_above_windows(&self, surface: SurfaceId) -> bool {
        let root = self.popup_root(self.surfaces.root(surface).0);
        self.layers.get(root).is_none_or(|layer| layer.layer() >= Layer::Top) || root != self.surfaces.root(surface).0
    }

    pub(crate) fn dismiss_popups_except(&self, keep: Option<SurfaceId>, effects: &mut Effects) {
        let mut dismissed = Vec::new();
        for popup in self.popups.iter() {
            let root = self.popup_root(popup.parent);
            if Some(root) != keep && !dismissed.contains(&root) {
                dismissed.push(root);
                effects.push(Effect::DismissPopups { surface: root });
            }
        }
    }

    /// A client asks to let a window follow the pointer. Without a held button the request comes too late.
    pub(crate) fn begin_grab(&mut self, id: WindowId, want: &Want) {
        let Some(window) = self.windows.get(id) else { return };
        if self.lock.on
            || self.pointer.held == 0
            || self.pointer.grab.is_some()
            || window.phase != Phase::Mapped
            || !self.seen(window)
            || window.modes.fullscreen
        {
            return;
        }
        let Some(drawn) = self.drawn(window) else { return };
        match want {
            Want::InteractiveMove => {
                self.float_in_place(id, drawn.area);
                let at = self.windows.get(id).and_then(|window| window.float.at).unwrap_or(drawn.area.origin);
                self.pointer.grab = Some(Grab::Move { window: id, offset: at - self.pointer.at });
            }
            Want::InteractiveResize(edges) => {
                // Opposite edges at once say nothing: the protocol has no such value.
                let none = !(edges.left || edges.right || edges.top || edges.bottom);
                if window.slot != Slot::Floating || window.target != Slot::Floating || none {
                    return;
                }
                let area = drawn.area;
                let (pointer, edges) = (self.pointer.at, *edges);
                if let Some(window) = self.windows.get_mut(id) {
                    window.float.anchor = Anchor { right: edges.left.then_some(area.max_x()), bottom: edges.top.then_some(area.max_y()) };
                }
                self.pointer.grab = Some(Grab::Resize { window: id, edges, area, from: pointer });
            }
            _ => {}
        }
        self.touch();
    }

    /// Makes a window float where it is, under the pointer that holds it.
    fn float_in_place(&mut self, id: WindowId, area: LogicalRect) {
        let pointer = self.pointer.at;
        let floats = self.floats_by_layout(id);
        let Some(window) = self.windows.get_mut(id) else { return };
        window.home.away = None;
        if window.modes.maximized {
            // It gets its old size back, and the pointer stays over the same part of its title.
            window.modes.maximized = false;
            let size = window.float.size.unwrap_or(area.size);
            let part = ((pointer.x - area.min_x()) / area.width().max(1.0)).clamp(0.0, 1.0);
            let at = LogicalPoint::new(pointer.x - part * size.width, area.min_y());
            window.float.at = Some(at);
        } else if !floats {
            window.float.at = Some(area.origin);
            window.float.size = Some(area.size.round().max(LogicalSize::new(1.0, 1.0)));
            window.slot = Slot::Floating;
        }
        if !floats {
            window.modes.floating = Some(true);
        }
    }

    pub(crate) fn end_grab(&mut self) {
        if self.pointer.grab.take().is_some() {
            self.touch();
        }
    }

    /// Ends a grab whose window can no longer follow.
    pub(crate) fn check_grab(&mut self) {
        let Some(grab) = self.pointer.grab else { return };
        let follows = self.windows.get(grab.window()).is_some_and(|window| {
            self.seen(window) && window.target == Slot::Floating && (window.slot == Slot::Floating || matches!(grab, Grab::Move { .. }))
        });
        if !follows {
            self.pointer.grab = None;
        }
    }

    /// A new window or layer surface under the pointer has not said how the pointer should look. While a button is held, the pointer
    /// belongs to the client on which it was pressed.
    pub(crate) fn follow_look(&mut self, under: Option<Under>) {
        if self.pointer.held > 0 {
            return;
        }
        let over = under.map(|under| self.popup_root(self.surfaces.root(under.surface).0));
        if over != self.pointer.over {
            self.pointer.over = over;
            self.pointer.look = Look::Default;
        }
    }

    /// Keeps the pointer on an output when outputs change.
    pub(crate) fn clamp_pointer(&mut self) {
        self.pointer.at = self.outputs.clamp(self.pointer.at);
    }
}
