//! Taking note of events: one arm per event, each a few lines.

use euclid::Size2D;
use glasshouse_scene::{LogicalPoint, SurfaceId};

use crate::{
    desktop::Desktop,
    effect::{Effect, Effects},
    event::{ClientInfo, Event, Layer, LayerState, SurfaceState, Want, WindowChange},
    grid::{tame_i32, tame_point},
    ids::WindowId,
    layer::LayerSurface,
    pointer::Look,
    popup::Popup,
    rules::LayerRuled,
    surfaces::tame_rect,
    window::{Configures, Floating, Phase, Window},
};

/// Longer titles and names are cut: nobody reads them, and they are kept and sent around.
const MAX_TEXT: usize = 4096;

impl Desktop {
    pub(crate) fn take_note(&mut self, event: Event, effects: &mut Effects) {
        match event {
            Event::SurfaceCommitted { surface, state } => self.surface_committed(surface, state),
            Event::SurfaceDestroyed { surface } => self.surface_destroyed(surface),
            Event::WindowCreated { window, surface, client } => self.window_created(window, surface, client),
            Event::WindowReady { window } => self.window_ready(window),
            Event::WindowMapped { window } => self.window_mapped(window),
            Event::WindowUnmapped { window } => self.window_unmapped(window, effects),
            Event::WindowDestroyed { window } => {
                self.window_unmapped(window, effects);
                if self.windows.remove(window).is_some() {
                    self.touch();
                }
            }
            Event::WindowChanged { window, change } => self.window_changed(window, change),
            Event::ConfigureCommitted { window, token } => self.configure_committed(window, token),
            Event::ConfigureAcked { window, token } => self.configure_acked(window, token),
            Event::WindowWants { window, want } => self.window_wants(window, &want, effects),
            Event::PopupPlaced { surface, parent, geometry, at } => {
                if self.popups.place(Popup { surface, parent, geometry, at }) {
                    self.touch();
                }
            }
            Event::PopupGone { surface } => {
                if self.popups.remove(surface) {
                    self.touch();
                }
            }
            Event::LayerCreated { surface, output, namespace } => {
                let output = output.filter(|output| self.outputs.get(*output).is_some());
                if self.layers.get(surface).is_none() {
                    let area = Default::default();
                    self.layers.list.push(LayerSurface {
                        surface,
                        namespace,
                        output,
                        state: None,
                        mapped: false,
                        area,
                        sent: None,
                        pinned: None,
                        ruled: LayerRuled::default(),
                    });
                    self.touch();
                }
            }
            Event::LayerCommitted { surface, layer } => self.layer_committed(surface, layer),
            Event::LayerMapped { surface } => self.layer_mapped(surface, true, effects),
            Event::LayerUnmapped { surface } => self.layer_mapped(surface, false, effects),
            Event::LayerDestroyed { surface } => {
                self.layer_mapped(surface, false, effects);
                let before = self.layers.list.len();
                self.layers.list.retain(|layer| layer.surface != surface);
                if self.layers.list.len() != before {
                    self.touch();
                }
            }
            Event::LayerPinned { surface, at } => {
                if let Some(layer) = self.layers.get_mut(surface) {
                    layer.pinned = Some(tame_point(at));
                    self.touch();
                }
            }
            Event::PointerMoved { to } => self.pointer_moved(to),
            Event::PointerButton { pressed, held, .. } => self.pointer_button(pressed, held, effects),
            Event::GrabHeld => self.grab_held(),
            Event::GrabReleased => self.grab_released(),
            Event::GrabCancelled => drop(self.cancel_grab(effects)),
            Event::SwipeBegan { fingers, horizontal, vertical } => self.swipe_began(fingers, horizontal, vertical),
            Event::SwipeMoved { by, at } => self.swipe_moved(by, at),
            Event::SwipeEnded { cancelled, at } => self.swipe_ended(cancelled, at),
            Event::TouchDown { id, at } => self.finger_down(id, at, effects),
            Event::TouchMoved { id, at } => self.finger_moved(id, at),
            Event::TouchUp { id } => self.finger_up(id),
            Event::TouchCancelled => self.fingers_cancelled(effects),
            Event::CursorWanted { cursor } => {
                let look = cursor.map_or(Look::Hidden, Look::Wanted);
                if self.pointer.look != look {
                    self.pointer.look = look;
                    self.touch();
                }
            }
            Event::DragIcon { surface } => {
                if self.pointer.drag_icon != surface {
                    self.pointer.drag_icon = surface;
                    self.touch();
                }
            }
            Event::DragTakesWindow { window, offset, finger } => self.drag_takes(window, offset.map(tame_i32), finger),
            Event::DragOver { finger } => self.drag_over(finger),
            Event::Locked(locked) => self.set_locked(locked, effects),
            Event::LockSurfaceCreated { surface, output } => self.lock_surface_created(surface, output),
            Event::LockSurfaceMapped { surface } => self.lock_surface_mapped(surface),
            Event::LockSurfaceGone { surface } => self.lock_surface_gone(surface),
            Event::SettingsChanged(settings) => {
                if self.settings != *settings {
                    let before = std::mem::replace(&mut self.settings, *settings);
                    if before.rules != self.settings.rules {
                        self.rules_changed(&before.rules.windows);
                    }
                    self.touch();
                }
            }
            Event::Remembered(memory) => self.expect(*memory, effects),
            Event::OutputsRestored { focused } => self.light_one(focused.as_deref(), effects),
            Event::Tick => self.touch(),
        }
    }

    /// The corner of a geometry that follows from a window's surfaces. `None`: its client said what it is, or shows nothing.
    fn unsaid_corner(&self, id: WindowId) -> Option<LogicalPoint> {
        let window = self.windows.get(id).filter(|window| window.geometry.is_none())?;
        Some(self.geometry(window)).filter(|geometry| !geometry.is_empty()).map(|geometry| geometry.origin)
    }

    fn surface_committed(&mut self, surface: SurfaceId, state: SurfaceState) {
        let before = self.window_of(surface).map(|window| (window, self.unsaid_corner(window)));
        if self.surfaces.commit(surface, state) {
            if let Some((window, Some(corner))) = before
                && let Some(moved) = self.unsaid_corner(window)
                && let Some(at) = self.windows.get_mut(window).and_then(|window| window.float.at.as_mut())
            {
                // A subsurface that sticks out at the top or left does not push its window away.
                *at += moved - corner;
            }
            if let Some(window) = self.window_of(surface) {
                self.follow_size(window);
            }
            self.touch();
        }
    }

    fn surface_destroyed(&mut self, surface: SurfaceId) {
        self.lock_surface_gone(surface);
        let icon = self.pointer.drag_icon == Some(surface);
        if icon {
            self.pointer.drag_icon = None;
        }
        if self.surfaces.remove(surface) || icon {
            self.touch();
        }
    }

    fn window_created(&mut self, id: WindowId, surface: SurfaceId, client: ClientInfo) {
        if self.windows.get(id).is_none() && self.windows.of_surface(surface).is_none() {
            self.windows.insert(Window::new(id, surface, client));
            self.touch();
        }
    }

    fn window_ready(&mut self, id: WindowId) {
        let Some(window) = self.windows.get_mut(id).filter(|window| window.phase == Phase::Created) else { return };
        window.phase = Phase::Ready;
        // What comes back comes to where one is.
        let hidden = self.windows.get(id).and_then(|window| self.workspace_of(window)).is_some_and(|workspace| !workspace.active);
        if hidden && let Some(now) = self.workspaces.focused().map(|workspace| workspace.id) {
            self.bring_window(id, now);
        }
        self.touch();
    }

    fn window_mapped(&mut self, id: WindowId) {
        let Some(window) = self.windows.get_mut(id).filter(|window| window.phase != Phase::Mapped) else { return };
        // It may have another name since it was looked at, or not have waited for a configure. It opens as others do.
        window.phase = Phase::Ready;
        if self.windows.get(id).is_some_and(|window| self.workspace_of(window).is_none() && !window.is_stowed()) {
            self.assign_workspace(id);
        }
        self.open_by_rules(id);
        let Some(window) = self.windows.get_mut(id) else { return };
        window.phase = Phase::Mapped;
        window.appears = true;
        // One whose workspace was left meanwhile waits there.
        let hidden = self.windows.get(id).and_then(|window| self.workspace_of(window)).is_some_and(|workspace| !workspace.active);
        let window = self.windows.get(id);
        let ruled = window.filter(|window| !window.ruled.opened.shown).and_then(|window| window.ruled.opened.opening.focused);
        let minimized = window.is_some_and(|window| window.modes.minimized);
        let takes_focus = !minimized && ruled.unwrap_or(!hidden && (self.settings.focus_new || self.next_focus().is_none()));
        if !self.welcome(id) {
            self.enter_orders(id, takes_focus);
        }
        if let Some(window) = self.windows.get_mut(id) {
            window.ruled.opened.shown = true;
        }
        self.touch();
    }

    /// What a window was told belongs to this showing of it; where it was and what its client said about it stays.
    fn window_unmapped(&mut self, id: WindowId, effects: &mut Effects) {
        let Some(window) = self.windows.get_mut(id).filter(|window| window.phase != Phase::Created) else { return };
        window.phase = Phase::Created;
        window.configures = Configures::default();
        // It comes back where it was, in whatever size it likes then.
        window.float = Floating { at: window.float.at, ..Floating::default() };
        window.pending_since = None;
        window.appears = true;
        window.urgent = false;
        window.ruled.unmapped();
        let surface = window.surface;
        self.windows.forget(id);
        self.workspaces.forget(id);
        self.dismiss_popups_of(surface, effects);
        self.touch();
    }

    fn dismiss_popups_of(&mut self, surface: SurfaceId, effects: &mut Effects) {
        if self.popups.has(surface) {
            effects.push(Effect::DismissPopups { surface });
        }
    }

    fn window_changed(&mut self, id: WindowId, change: WindowChange) {
        // A rule may know better what a window may do that asks for attention.
        let change = match (self.windows.get(id).and_then(|window| window.ruled.lasting.focus_on_activation), change) {
            (Some(false), WindowChange::Activated) => WindowChange::Urgent,
            (Some(true), WindowChange::Urgent) => WindowChange::Activated,
            (_, change) => change,
        };
        let takes_focus = change == WindowChange::Activated;
        let focused = self.focused_window() == Some(id);
        // No window is a dialog of its own dialogs, whoever says so.
        let circular = |parent: &WindowId| *parent == id || self.windows.descends(*parent, id);
        let change = match change {
            WindowChange::Parent(parent) => WindowChange::Parent(parent.filter(|parent| !circular(parent))),
            change => change,
        };
        let Some(window) = self.windows.get_mut(id) else { return };
        let before = window.clone();
        match change {
            WindowChange::Title(title) => window.title = cut(title),
            WindowChange::AppId(app_id) => window.app_id = cut(app_id),
            WindowChange::Tag(tag) => window.tag = cut(tag),
            WindowChange::Icon(name) => window.icon = name.map(|name| cut(name).into()),
            WindowChange::Parent(parent) => window.parent = parent,
            WindowChange::Geometry(geometry) => {
                window.geometry = geometry.map(tame_rect).filter(|geometry| !geometry.is_empty());
            }
            WindowChange::Limits { min, max } => {
                let tame = |size: Size2D<i32, _>| Size2D::new(tame_i32(size.width).max(0), tame_i32(size.height).max(0));
                (window.min, window.max) = (tame(min), tame(max));
            }
            WindowChange::Activated => {}
            WindowChange::Urgent => window.urgent = !focused,
            WindowChange::Unresponsive(unresponsive) => window.unresponsive = unresponsive,
        }
        let mapped = window.phase == Phase::Mapped;
        if *window != before {
            if (&window.title, &window.app_id, &window.tag) != (&before.title, &before.app_id, &before.tag) {
                window.ruled.text_changed();
            }
            self.follow_size(id);
            self.touch();
        }
        if takes_focus && mapped {
            self.set_minimized(id, false);
            self.focus_window(id);
        }
    }

    /// A client may ask such things of its own windows; which are its own, the edge knows.
    fn window_wants(&mut self, id: WindowId, want: &Want, effects: &mut Effects) {
        if self.windows.get(id).is_none() {
            return;
        }
        match want {
            Want::Fullscreen { on: false, .. } if self.windows.get(id).is_some_and(|window| window.modes.windowed_fullscreen) => {
                if let Some(window) = self.windows.get_mut(id) {
                    window.modes.windowed_fullscreen = false;
                }
                self.touch();
            }
            Want::Fullscreen { on, output } => self.set_fullscreen(id, *on, *output),
            Want::Maximized(on) => self.set_maximized(id, *on),
            Want::Minimized => {
                if let Some(surface) = self.windows.get(id).map(|window| window.surface) {
                    self.dismiss_popups_of(surface, effects);
                }
                self.set_minimized(id, true);
            }
            Want::InteractiveMove | Want::InteractiveResize(_) => self.client_grabs(id, want),
        }
    }

    fn layer_committed(&mut self, surface: SurfaceId, state: LayerState) {
        let Some(layer) = self.layers.get_mut(surface) else { return };
        if layer.state.as_ref() != Some(&state) {
            layer.state = Some(state);
            self.touch();
        }
    }

    fn layer_mapped(&mut self, surface: SurfaceId, mapped: bool, effects: &mut Effects) {
        let Some(layer) = self.layers.get_mut(surface) else { return };
        if !mapped {
            // It has to begin again, with a commit that asks for a configure.
            let known = layer.state.take().is_some() || layer.mapped;
            layer.sent = None;
            if !known {
                return;
            }
        } else if layer.mapped {
            return;
        }
        layer.mapped = mapped;
        let asks = layer.layer() >= Layer::Top && layer.wants_keyboard();
        if mapped && asks && self.settings.focus_new {
            // Like a new window; a click elsewhere takes the keyboard from it.
            self.focus_layer(Some(surface));
        } else if !mapped {
            self.dismiss_popups_of(surface, effects);
            if self.clicked_layer == Some(surface) {
                self.clicked_layer = None;
            }
        }
        self.touch();
    }
}

fn cut(mut text: String) -> String {
    if text.len() > MAX_TEXT {
        let end = (0..=MAX_TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
    text
}
