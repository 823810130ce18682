//! Who has the keyboard.

use glasshouse_scene::SurfaceId;

use crate::{
    command::Direction,
    desktop::Desktop,
    effect::{Effect, Effects, Notice},
    event::Layer,
    grid::distance,
    ids::WindowId,
    window::Window,
};

impl Desktop {
    /// The surface that gets the keyboard: a pure function of the state, so that it can never be one that is gone.
    ///
    /// First a layer surface that takes it from everybody, then one that was clicked, then the window of the focused workspace that had
    /// it last. A workspace without windows lets nobody have it. While the session is locked, it is the locker or nobody.
    pub(crate) fn focus_now(&self) -> Option<SurfaceId> {
        if self.lock.on {
            return self.lock_focus();
        }
        let exclusive = [Layer::Overlay, Layer::Top]
            .into_iter()
            .find_map(|layer| self.layers.on(layer).filter(|surface| surface.takes_keyboard()).last())
            .map(|layer| layer.surface);
        let clicked = || {
            let layer = self.layers.get(self.clicked_layer?)?;
            (layer.wants_keyboard() && layer.output.is_some()).then_some(layer.surface)
        };
        let window = || {
            let workspace = self.workspaces.focused()?.id;
            let mut recent = self.windows.history.iter().rev().filter_map(|id| self.windows.get(*id));
            recent.find(|window| window.shown() && window.home.workspace == Some(workspace)).map(|window| window.surface)
        };
        exclusive.or_else(clicked).or_else(window)
    }

    /// The window that has the keyboard. `None` while a layer surface has it.
    pub(crate) fn focused_window(&self) -> Option<WindowId> {
        self.windows.of_surface(self.told.focus?).map(|window| window.id)
    }

    /// Whether a window has the keyboard.
    pub(crate) fn has_focus(&self, window: &Window) -> bool {
        self.told.focus == Some(window.surface)
    }

    /// The window that has the keyboard once everything is settled: within a transaction the focus may be on its way.
    pub(crate) fn next_focus(&self) -> Option<WindowId> {
        self.windows.of_surface(self.focus_now()?).map(|window| window.id)
    }

    /// Makes a window the one that has, or next gets, the keyboard, shows its workspace, and raises it.
    pub(crate) fn focus_window(&mut self, id: WindowId) {
        self.give_focus(id, true);
    }

    /// As [`Self::focus_window`]; `raise`: whether it comes above the others.
    pub(crate) fn give_focus(&mut self, id: WindowId, raise: bool) {
        self.returning.focus_chosen();
        if let Some(workspace) = self.windows.get(id).and_then(|window| window.home.workspace)
            && self.workspaces.focus(workspace)
        {
            self.workspaces.tidy(&self.outputs.ids());
            self.touch();
        }
        let on_top = !raise || self.windows.stack.last() == Some(&id);
        if self.windows.history.last() == Some(&id) && on_top && self.clicked_layer.is_none() {
            return;
        }
        self.clicked_layer = None;
        self.windows.remember_focus(id);
        if raise {
            self.windows.raise(id);
        }
        self.touch();
    }

    pub(crate) fn focus_layer(&mut self, surface: Option<SurfaceId>) {
        if self.clicked_layer != surface {
            self.clicked_layer = surface;
            self.touch();
        }
    }

    /// Puts a window that was just mapped into the orders.
    pub(crate) fn enter_orders(&mut self, id: WindowId, takes_focus: bool) {
        self.windows.forget(id);
        self.workspaces.forget(id);
        let workspace = self.windows.get(id).and_then(|window| window.home.workspace);
        // Beside the tile that had the focus last.
        let beside = workspace.and_then(|workspace| self.ground().focused_on(workspace));
        if let Some(workspace) = workspace.and_then(|workspace| self.workspaces.get_mut(workspace)) {
            let at = workspace.windows.iter().position(|other| Some(*other) == beside).map(|at| at + 1);
            workspace.windows.insert(at.unwrap_or(workspace.windows.len()), id);
        }
        self.windows.stack.push(id);
        if takes_focus {
            self.returning.focus_chosen();
            self.windows.history.push(id);
            self.windows.raise(id);
            self.clicked_layer = None;
            if let Some(workspace) = workspace {
                self.workspaces.focus(workspace);
            }
        } else {
            // It is the next one, behind the window that keeps the focus.
            let behind = self.windows.history.len().saturating_sub(1);
            self.windows.history.insert(behind, id);
            if let Some(focused) = self.windows.history.last().copied() {
                self.windows.raise(focused);
            }
        }
    }

    /// Tells who has the keyboard, if that is somebody else now.
    pub(crate) fn settle_focus(&mut self, effects: &mut Effects) {
        let focus = self.focus_now();
        if focus == self.told.focus {
            return;
        }
        let before = self.told.focus.filter(|surface| !self.popups.above(*surface).is_empty());
        if let Some(surface) = before {
            effects.push(Effect::DismissPopups { surface });
        }
        let window_before = self.told.focus_window;
        self.told.focus = focus;
        self.told.focus_window = self.focused_window();
        if let Some(window) = self.told.focus_window.and_then(|id| self.windows.get_mut(id)) {
            window.urgent = false;
        }
        effects.push(Effect::Focus { surface: focus });
        if self.told.focus_window != window_before {
            effects.push(Effect::Notify(Notice::FocusChanged { window: self.told.focus_window }));
        }
    }

    /// The next window in a direction: within the layout if the focused one is a tile, which also leads to what is out of view; else the
    /// nearest on the screen, from the focused one or the middle of the focused output.
    pub(crate) fn nearest_towards(&self, direction: Direction) -> Option<WindowId> {
        let focused = self.next_focus();
        if let Some(next) = focused.and_then(|focused| self.tile_towards(focused, direction)) {
            return Some(next);
        }
        // From the edge of a layout it goes on to another output; what floats above the tiles lies in no direction from them.
        let tiled = focused.and_then(|focused| self.tiled_on(focused).ok()).map(|workspace| workspace.id);
        let from = focused.and_then(|id| self.drawn(self.windows.get(id)?)).map(|drawn| drawn.area.center());
        let centre = || self.outputs.get(self.workspaces.focused?).map(|output| output.area().center());
        let from = from.or_else(centre).unwrap_or(self.pointer.at);
        let mut best: Option<(f64, WindowId)> = None;
        // From top to bottom, so that of two at the same place the visible one wins.
        for id in self.windows.stack.iter().rev().filter(|id| Some(**id) != focused) {
            let seen = |window: &&Window| self.seen(window) && (tiled.is_none() || window.home.workspace != tiled);
            let Some(drawn) = self.windows.get(*id).filter(seen).and_then(|window| self.drawn(window)) else { continue };
            let Some(distance) = distance(from, drawn.area.center(), direction) else { continue };
            if best.is_none_or(|(nearest, _)| distance < nearest) {
                best = Some((distance, *id));
            }
        }
        best.map(|(_, id)| id)
    }
}
