//! `xdg_shell` and `xdg_decoration`: toplevels as windows of the core, popups placed within what the core allows.

use euclid::{Point2D, Rect, Size2D};
use glasshouse_core::{
    Event, WindowConfigure, WindowId,
    event::{ClientInfo, Edges, Want, WindowChange},
};
use glasshouse_scene::Logical;
use smithay::{
    desktop::{PopupKind, find_popup_root_surface},
    reexports::{
        wayland_protocols::xdg::{
            decoration::zv1::server::zxdg_toplevel_decoration_v1::Mode,
            shell::server::{
                xdg_popup::XdgPopup,
                xdg_toplevel::{self, XdgToplevel},
                xdg_wm_base::{self, XdgWmBase},
            },
        },
        wayland_server::{
            Resource,
            protocol::{wl_output::WlOutput, wl_seat::WlSeat, wl_surface::WlSurface},
        },
    },
    utils::{Rectangle, Serial},
    wayland::{
        compositor::{get_parent, with_states},
        shell::xdg::{
            Configure, PopupSurface, PositionerState, ShellClient, SurfaceCachedState, ToplevelSurface, XdgPopupSurfaceData,
            XdgPopupSurfaceRoleAttributes, XdgShellHandler, XdgShellState, XdgShellSurfaceUserData, XdgToplevelSurfaceData,
            decoration::XdgDecorationHandler,
        },
    },
};

use super::{
    client::origin_of,
    quota::{MAX_DEPTH, MAX_TEXT},
    surface::{Role, Surface, id_of},
};
use crate::State;

/// What a window's client was told and has answered.
#[derive(Debug, Default)]
pub struct Configures {
    /// Sent and not yet acknowledged, oldest first.
    sent: Vec<(Serial, u64)>,
    /// Acknowledged; counts from the next commit on.
    acked: Option<u64>,
}

impl XdgShellHandler for State {
    fn xdg_shell_state(&mut self) -> &mut XdgShellState {
        &mut self.clients.globals.xdg_shell
    }

    fn client_pong(&mut self, client: ShellClient) {
        self.client_answered(&client);
    }

    fn new_toplevel(&mut self, toplevel: ToplevelSurface) {
        let Some(surface) = id_of(toplevel.wl_surface()) else { return };
        let window = self.desktop.allocate_window();
        let pid = toplevel.wl_surface().client().and_then(|client| client.get_credentials(&self.clients.dh).ok()).map(|c| c.pid);
        let (unit, sandboxed) = toplevel.wl_surface().client().map(|client| origin_of(&client)).unwrap_or_default();
        toplevel.with_pending_state(|state| state.decoration_mode = Some(Mode::ServerSide));
        if let Some(known) = self.clients.surfaces.all.get_mut(&surface) {
            known.role = Role::Toplevel { window, toplevel: toplevel.clone() };
        }
        self.clients.windows.insert(window, toplevel);
        self.observe(Event::WindowCreated { window, surface, client: ClientInfo { pid, unit, sandboxed } });
    }

    fn toplevel_destroyed(&mut self, toplevel: ToplevelSurface) {
        // The surface may be gone already; its window is not.
        let window = self.clients.windows.iter().find_map(|(window, known)| (*known == toplevel).then_some(*window));
        if let Some(known) = self.clients.surfaces.id(toplevel.wl_surface()).and_then(|id| self.clients.surfaces.all.get_mut(&id)) {
            known.role = Role::None;
            known.mapped = false;
        }
        if let Some(window) = window {
            self.window_gone(window);
        }
    }

    fn new_popup(&mut self, popup: PopupSurface, positioner: PositionerState) {
        let Some(id) = id_of(popup.wl_surface()) else { return };
        if positioner.rect_size.is_empty() || positioner.anchor_rect.is_empty() {
            popup.xdg_popup().post_error(xdg_wm_base::Error::InvalidPositioner, "a positioner needs a size and an anchor rectangle");
            return;
        }
        if let Some(surface) = self.clients.surfaces.all.get_mut(&id) {
            surface.role = Role::Popup(popup.clone());
        }
        // One of a layer surface comes again with its parent.
        if popup.get_parent_surface().is_some() && self.clients.popups.track_popup(PopupKind::Xdg(popup)).is_err() {
            tracing::debug!("a popup was gone before it was known");
        }
    }

    fn popup_destroyed(&mut self, popup: PopupSurface) {
        let found = self.clients.surfaces.all.iter().find_map(|(id, surface)| match &surface.role {
            Role::Popup(known) if *known == popup => Some(*id),
            _ => None,
        });
        let Some(id) = found else { return };
        if let Some(surface) = self.clients.surfaces.all.get_mut(&id) {
            surface.role = Role::None;
            surface.mapped = false;
        }
        self.observe(Event::PopupGone { surface: id });
    }

    fn reposition_request(&mut self, popup: PopupSurface, positioner: PositionerState, token: u32) {
        let geometry = self.popup_geometry(&popup, positioner);
        popup.with_pending_state(|state| {
            state.geometry = geometry;
            state.positioner = positioner;
        });
        popup.send_repositioned(token);
    }

    fn grab(&mut self, popup: PopupSurface, _seat: WlSeat, serial: Serial) {
        let kind = PopupKind::Xdg(popup.clone());
        if !self.input.is_recent(serial) {
            popup.send_popup_done();
            return;
        }
        if let Ok(root) = find_popup_root_surface(&kind) {
            self.grab_popup(root, kind, serial);
        }
    }

    fn move_request(&mut self, toplevel: ToplevelSurface, _seat: WlSeat, serial: Serial) {
        if self.input.is_recent(serial) {
            self.window_wants(&toplevel, Want::InteractiveMove);
        }
    }

    fn resize_request(&mut self, toplevel: ToplevelSurface, _seat: WlSeat, serial: Serial, edges: xdg_toplevel::ResizeEdge) {
        use xdg_toplevel::ResizeEdge as E;
        let edges = Edges {
            left: matches!(edges, E::Left | E::TopLeft | E::BottomLeft),
            right: matches!(edges, E::Right | E::TopRight | E::BottomRight),
            top: matches!(edges, E::Top | E::TopLeft | E::TopRight),
            bottom: matches!(edges, E::Bottom | E::BottomLeft | E::BottomRight),
        };
        if edges != Edges::default() && self.input.is_recent(serial) {
            self.window_wants(&toplevel, Want::InteractiveResize(edges));
        }
    }

    fn maximize_request(&mut self, toplevel: ToplevelSurface) {
        self.window_wants(&toplevel, Want::Maximized(true));
    }

    fn unmaximize_request(&mut self, toplevel: ToplevelSurface) {
        self.window_wants(&toplevel, Want::Maximized(false));
    }

    fn fullscreen_request(&mut self, toplevel: ToplevelSurface, output: Option<WlOutput>) {
        let output = output.and_then(|output| self.clients.output_id(&output));
        self.window_wants(&toplevel, Want::Fullscreen { on: true, output });
    }

    fn unfullscreen_request(&mut self, toplevel: ToplevelSurface) {
        self.window_wants(&toplevel, Want::Fullscreen { on: false, output: None });
    }

    fn minimize_request(&mut self, toplevel: ToplevelSurface) {
        self.window_wants(&toplevel, Want::Minimized);
    }

    fn ack_configure(&mut self, surface: WlSurface, configure: Configure) {
        let Configure::Toplevel(configure) = configure else { return };
        let Some(window) = self.window_of(&surface) else { return };
        let configures = self.clients.configures.entry(window).or_default();
        if let Some(at) = configures.sent.iter().position(|(serial, _)| *serial == configure.serial) {
            configures.acked = configures.sent.drain(..=at).next_back().map(|(_, token)| token);
            if let Some(token) = configures.acked {
                self.observe(Event::ConfigureAcked { window, token });
            }
            self.trace_acked(&surface);
        }
    }

    fn title_changed(&mut self, toplevel: ToplevelSurface) {
        let title = attribute(&toplevel, |attributes| attributes.title.clone());
        self.window_changed(&toplevel, WindowChange::Title(title));
    }

    fn app_id_changed(&mut self, toplevel: ToplevelSurface) {
        let app_id = attribute(&toplevel, |attributes| attributes.app_id.clone());
        self.window_changed(&toplevel, WindowChange::AppId(app_id));
    }

    fn parent_changed(&mut self, toplevel: ToplevelSurface) {
        let parent = toplevel.parent().and_then(|parent| self.window_of(&parent));
        self.window_changed(&toplevel, WindowChange::Parent(parent));
    }
}

/// A text that the client set, cut to the limit.
fn attribute(
    toplevel: &ToplevelSurface,
    get: impl FnOnce(&smithay::wayland::shell::xdg::XdgToplevelSurfaceRoleAttributes) -> Option<String>,
) -> String {
    let text = with_states(toplevel.wl_surface(), |states| {
        let data = states.data_map.get::<XdgToplevelSurfaceData>()?;
        get(&*data.lock().ok()?)
    });
    let mut text = text.unwrap_or_default();
    text.truncate(text.floor_char_boundary(MAX_TEXT));
    text
}

impl XdgDecorationHandler for State {
    fn new_decoration(&mut self, toplevel: ToplevelSurface) {
        toplevel.with_pending_state(|state| state.decoration_mode = Some(Mode::ServerSide));
    }

    fn request_mode(&mut self, toplevel: ToplevelSurface, _mode: Mode) {
        // Borders are ours; whoever insists on its own draws them inside of its window.
        toplevel.with_pending_state(|state| state.decoration_mode = Some(Mode::ServerSide));
        if toplevel.is_initial_configure_sent() {
            toplevel.send_configure();
        }
    }

    fn unset_mode(&mut self, toplevel: ToplevelSurface) {
        self.request_mode(toplevel, Mode::ServerSide);
    }
}

impl State {
    pub fn window_of(&self, surface: &WlSurface) -> Option<WindowId> {
        match &self.clients.surfaces.get(id_of(surface)?)?.role {
            Role::Toplevel { window, .. } => Some(*window),
            _ => None,
        }
    }

    pub fn toplevel(&self, window: WindowId) -> Option<&ToplevelSurface> {
        self.clients.windows.get(&window).filter(|toplevel| toplevel.alive())
    }

    fn window_wants(&mut self, toplevel: &ToplevelSurface, want: Want) {
        if let Some(window) = self.window_of(toplevel.wl_surface()) {
            self.observe(Event::WindowWants { window, want });
        }
    }

    fn window_changed(&mut self, toplevel: &ToplevelSurface, change: WindowChange) {
        if let Some(window) = self.window_of(toplevel.wl_surface()) {
            self.observe(Event::WindowChanged { window, change });
        }
    }

    pub fn window_gone(&mut self, window: WindowId) {
        self.clients.windows.remove(&window);
        self.clients.configures.remove(&window);
        self.exported_gone(window);
        self.observe(Event::WindowDestroyed { window });
    }

    /// What a commit means for the surface's role.
    pub fn role_committed(&mut self, wl: &WlSurface) {
        self.clients.popups.commit(wl);
        let Some(id) = id_of(wl) else { return };
        let Some(surface) = self.clients.surfaces.get(id) else { return };
        match surface.role.clone() {
            Role::Toplevel { window, toplevel } => self.toplevel_committed(window, &toplevel),
            Role::Popup(popup) => self.popup_committed(&popup),
            Role::Layer(layer) => self.layer_committed(&layer),
            Role::Lock => self.lock_surface_committed(id),
            Role::None | Role::Subsurface { .. } | Role::Attached => {}
        }
    }

    fn toplevel_committed(&mut self, window: WindowId, toplevel: &ToplevelSurface) {
        let wl = toplevel.wl_surface().clone();
        let Some(surface) = self.clients.surfaces.of(&wl) else { return };
        let (shows, was_mapped) = (surface.shows_something(), surface.mapped);
        if shows && !self.clients.forgives_early_buffers && !toplevel.ensure_configured() {
            return;
        }
        if let Some(surface) = self.clients.surfaces.of(&wl) {
            surface.mapped = shows;
        }
        let (geometry, min, max) = with_states(&wl, |states| {
            let mut cached = states.cached_state.get::<SurfaceCachedState>();
            let current = cached.current();
            (current.geometry, current.min_size, current.max_size)
        });
        let ends = [(min.w, max.w), (min.h, max.h)];
        if ends.into_iter().any(|(min, max)| min < 0 || max < 0 || (max > 0 && min > max)) {
            toplevel.xdg_toplevel().post_error(xdg_toplevel::Error::InvalidSize, "the smallest or largest size is impossible");
            return;
        }
        self.icon_committed(window, &wl);
        let size = |size: smithay::utils::Size<i32, smithay::utils::Logical>| Size2D::new(size.w, size.h);
        self.observe(Event::WindowChanged { window, change: WindowChange::Limits { min: size(min), max: size(max) } });
        self.observe(Event::WindowChanged { window, change: WindowChange::Geometry(geometry.map(rect)) });
        if !toplevel.is_initial_configure_sent() {
            self.observe(Event::WindowReady { window });
        }
        if let Some(token) = self.clients.configures.get_mut(&window).and_then(|configures| configures.acked.take()) {
            self.observe(Event::ConfigureCommitted { window, token });
        }
        if shows && !was_mapped {
            self.observe(Event::WindowMapped { window });
        } else if !shows && was_mapped {
            self.detach_from_drag(window);
            // It has to ask for a configure again before it is shown again. smithay resets only the half of that.
            toplevel.reset_initial_configure_sent();
            with_states(&wl, |states| {
                if let Some(Ok(mut data)) = states.data_map.get::<XdgToplevelSurfaceData>().map(|data| data.lock()) {
                    data.configured = false;
                }
            });
            self.clients.configures.remove(&window);
            self.observe(Event::WindowUnmapped { window });
        }
    }

    /// Tells a window's client its size and states.
    pub fn configure_window(&mut self, window: WindowId, token: u64, configure: &WindowConfigure) {
        let Some(toplevel) = self.toplevel(window).cloned() else { return };
        let size =
            |size: glasshouse_scene::LogicalSize| smithay::utils::Size::from((size.width.round() as i32, size.height.round() as i32));
        toplevel.with_pending_state(|state| {
            use xdg_toplevel::State as S;
            state.size = configure.size.map(size);
            state.bounds = configure.bounds.map(size);
            let states = [
                (S::Activated, configure.activated),
                (S::Maximized, configure.maximized),
                (S::Fullscreen, configure.fullscreen),
                (S::Resizing, configure.resizing),
                (S::Suspended, configure.suspended),
                (S::TiledLeft, configure.tiled),
                (S::TiledRight, configure.tiled),
                (S::TiledTop, configure.tiled),
                (S::TiledBottom, configure.tiled),
            ];
            for (name, on) in states {
                if on {
                    state.states.set(name);
                } else {
                    state.states.unset(name);
                }
            }
        });
        let serial = toplevel.send_configure();
        self.clients.configures.entry(window).or_default().sent.push((serial, token));
    }

    fn popup_committed(&mut self, popup: &PopupSurface) {
        let wl = popup.wl_surface().clone();
        let Some(id) = id_of(&wl) else { return };
        let shows = self.clients.surfaces.get(id).is_some_and(Surface::shows_something);
        let forgiven = self.clients.forgives_early_buffers;
        if shows && !forgiven && !popup.ensure_configured() {
            return;
        }
        if !popup.is_initial_configure_sent() {
            let positioner = popup.with_pending_state(|state| state.positioner);
            let geometry = self.popup_geometry(popup, positioner);
            popup.with_pending_state(|state| state.geometry = geometry);
            if popup.send_configure().is_err() {
                tracing::debug!("a popup's first configure could not be sent");
            }
        }
        let Some(surface) = self.clients.surfaces.all.get_mut(&id) else { return };
        if !shows {
            if std::mem::take(&mut surface.mapped) {
                popup.reset_initial_configure_sent();
                with_states(&wl, |states| {
                    if let Some(Ok(mut data)) = states.data_map.get::<XdgPopupSurfaceData>().map(|data| data.lock()) {
                        data.configured = false;
                    }
                });
                self.observe(Event::PopupGone { surface: id });
            }
            return;
        }
        surface.mapped = true;
        let Some(parent) = popup.get_parent_surface().and_then(|parent| id_of(&parent)) else { return };
        let (at, geometry) = with_states(&wl, |states| {
            let data = states.data_map.get::<XdgPopupSurfaceData>();
            // One that is forgiven for not knowing its place yet is where it was told to be.
            let placed = |data: &XdgPopupSurfaceRoleAttributes| if data.configured { data.current } else { *data.current_server_state() };
            let at = data.and_then(|data| Some(placed(&*data.lock().ok()?).geometry.loc)).unwrap_or_default();
            (at, states.cached_state.get::<SurfaceCachedState>().current().geometry)
        });
        let size = self.clients.surfaces.get(id).and_then(|surface| surface.size()).unwrap_or_default();
        let geometry = geometry.map_or(Rect::from_size(size.round().to_i32()), rect);
        self.observe(Event::PopupPlaced { surface: id, parent, geometry, at: Point2D::new(at.x, at.y) });
    }

    /// Where the popup goes, kept inside of what the core allows as its positioner says.
    fn popup_geometry(&mut self, popup: &PopupSurface, positioner: PositionerState) -> Rectangle<i32, smithay::utils::Logical> {
        // Its window may have been mapped a moment ago.
        self.conclude();
        let bounds = popup.get_parent_surface().and_then(|parent| self.desktop.popup_bounds(id_of(&parent)?));
        match bounds {
            Some(bounds) => {
                let bounds = bounds.round_in().to_i32();
                let loc = (bounds.origin.x, bounds.origin.y).into();
                positioner.get_unconstrained_geometry(Rectangle::new(loc, (bounds.size.width.max(1), bounds.size.height.max(1)).into()))
            }
            None => positioner.get_geometry(),
        }
    }

    /// The popups of a surface are closed, innermost first.
    pub fn dismiss_popups(&mut self, surface: glasshouse_core::SurfaceId) {
        let Some(wl) = self.clients.surfaces.get(surface).map(|surface| surface.wl.clone()) else { return };
        let popups: Vec<PopupKind> = smithay::desktop::PopupManager::popups_for_surface(&wl).map(|(popup, _)| popup).collect();
        for popup in popups.iter().rev() {
            if smithay::desktop::PopupManager::dismiss_popup(&wl, popup).is_err() {
                tracing::debug!("a popup was gone before it was dismissed");
            }
        }
    }
}

pub fn rect(rect: Rectangle<i32, smithay::utils::Logical>) -> Rect<i32, Logical> {
    Rect::new(Point2D::new(rect.loc.x, rect.loc.y), Size2D::new(rect.size.w, rect.size.h))
}

smithay::reexports::wayland_server::delegate_global_dispatch!(State: [XdgWmBase: ()] => XdgShellState);
smithay::reexports::wayland_server::delegate_dispatch!(State: [XdgPopup: XdgShellSurfaceUserData] => XdgShellState);
smithay::reexports::wayland_server::delegate_dispatch!(State: [XdgToplevel: XdgShellSurfaceUserData] => XdgShellState);
smithay::delegate_xdg_decoration!(State);

/// The surface at the root of a tree of subsurfaces.
pub fn root_of(surface: &WlSurface) -> WlSurface {
    let mut root = surface.clone();
    for _ in 0..=MAX_DEPTH {
        match get_parent(&root) {
            Some(parent) => root = parent,
            None => break,
        }
    }
    root
}
