//! Requests of `xdg_shell` that are looked at before smithay sees them: what is a protocol error, and what a client may have of it.

use glasshouse_scene::geometry::MAX_EXTENT;
use smithay::{
    reexports::{
        wayland_protocols::xdg::shell::server::{
            xdg_popup::{self, XdgPopup},
            xdg_positioner::{self, XdgPositioner},
            xdg_surface::{self, XdgSurface},
            xdg_wm_base::{self, XdgWmBase},
        },
        wayland_server::{Client, DataInit, Dispatch, DisplayHandle, Resource, backend::ClientId, protocol::wl_surface::WlSurface},
    },
    wayland::{
        compositor::{BufferAssignment, SurfaceAttributes, get_role, with_states},
        shell::xdg::{XDG_POPUP_ROLE, XDG_TOPLEVEL_ROLE, XdgPositionerUserData, XdgShellState, XdgSurfaceUserData, XdgWmBaseUserData},
    },
};

use super::{compositor::Refused, quota::MAX_DEPTH};
use crate::State;

/// Which `xdg_surface` is whose popup. smithay does not look for circles.
#[derive(Debug, Default)]
pub struct PopupParents {
    /// Every `xdg_surface` that has a role, with its parent if it is a popup.
    parents: std::collections::HashMap<
        smithay::reexports::wayland_server::backend::ObjectId,
        Option<smithay::reexports::wayland_server::backend::ObjectId>,
    >,
}

impl PopupParents {
    /// Whether `surface` may become a popup of `parent`: which has a role, is not itself below `surface`, and is not too deep.
    fn allows(&self, surface: &XdgSurface, parent: &XdgSurface) -> Result<(), &'static str> {
        let mut at = parent.id();
        for _ in 0..MAX_DEPTH {
            if at == surface.id() {
                return Err("a popup cannot be below itself");
            }
            match self.parents.get(&at) {
                None => return Err("the parent has no role"),
                Some(None) => return Ok(()),
                Some(Some(above)) => at = above.clone(),
            }
        }
        Err("too many popups above one another")
    }
}

impl Dispatch<XdgWmBase, XdgWmBaseUserData> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &XdgWmBase,
        request: xdg_wm_base::Request,
        data: &XdgWmBaseUserData,
        dh: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        if matches!(request, xdg_wm_base::Request::CreatePositioner { .. }) {
            state.count_small(client, resource);
        }
        if let xdg_wm_base::Request::GetXdgSurface { surface, .. } = &request
            && let Some((error, reason)) = state.unfit_for_xdg(surface)
        {
            resource.post_error(error, reason);
            let xdg_wm_base::Request::GetXdgSurface { id, .. } = request else { return };
            init.init(id, Refused);
            return;
        }
        <XdgShellState as Dispatch<XdgWmBase, XdgWmBaseUserData, State>>::request(state, client, resource, request, data, dh, init);
    }

    fn destroyed(state: &mut State, client: ClientId, resource: &XdgWmBase, data: &XdgWmBaseUserData) {
        <XdgShellState as Dispatch<XdgWmBase, XdgWmBaseUserData, State>>::destroyed(state, client, resource, data);
    }
}

impl State {
    /// Why a surface cannot become an `xdg_surface`, if it cannot.
    fn unfit_for_xdg(&mut self, surface: &WlSurface) -> Option<(xdg_wm_base::Error, &'static str)> {
        if get_role(surface).is_some_and(|role| role != XDG_TOPLEVEL_ROLE && role != XDG_POPUP_ROLE) {
            return Some((xdg_wm_base::Error::Role, "the surface has another role"));
        }
        let attached = with_states(surface, |states| {
            matches!(states.cached_state.get::<SurfaceAttributes>().pending().buffer, Some(BufferAssignment::NewBuffer(_)))
        });
        let shows = self.clients.surfaces.of(surface).is_some_and(|surface| surface.shows_something());
        (attached || shows).then_some((xdg_wm_base::Error::InvalidSurfaceState, "the surface has a buffer already"))
    }
}

impl Dispatch<XdgSurface, Refused> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &XdgSurface,
        _: xdg_surface::Request,
        _: &Refused,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }
}

impl Dispatch<XdgSurface, XdgSurfaceUserData> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &XdgSurface,
        request: xdg_surface::Request,
        data: &XdgSurfaceUserData,
        dh: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let parents = &mut state.clients.popup_parents;
        match &request {
            xdg_surface::Request::SetWindowGeometry { width, height, .. } if *width <= 0 || *height <= 0 => {
                resource.post_error(xdg_surface::Error::InvalidSize, format!("a window cannot have {width} x {height}"));
                return;
            }
            xdg_surface::Request::GetToplevel { .. } => {
                parents.parents.insert(resource.id(), None);
            }
            xdg_surface::Request::GetPopup { parent: None, .. } => {
                parents.parents.insert(resource.id(), None);
            }
            xdg_surface::Request::GetPopup { parent: Some(parent), .. } => {
                if let Err(reason) = parents.allows(resource, parent) {
                    resource.post_error(xdg_wm_base::Error::InvalidPopupParent, reason);
                    let xdg_surface::Request::GetPopup { id, .. } = request else { return };
                    init.init(id, Refused);
                    return;
                }
                parents.parents.insert(resource.id(), Some(parent.id()));
            }
            _ => {}
        }
        <XdgShellState as Dispatch<XdgSurface, XdgSurfaceUserData, State>>::request(state, client, resource, request, data, dh, init);
    }

    fn destroyed(state: &mut State, client: ClientId, resource: &XdgSurface, data: &XdgSurfaceUserData) {
        state.clients.popup_parents.parents.remove(&resource.id());
        <XdgShellState as Dispatch<XdgSurface, XdgSurfaceUserData, State>>::destroyed(state, client, resource, data);
    }
}

impl Dispatch<XdgPopup, Refused> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &XdgPopup,
        _: xdg_popup::Request,
        _: &Refused,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }
}

impl Dispatch<XdgPositioner, XdgPositionerUserData> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &XdgPositioner,
        request: xdg_positioner::Request,
        data: &XdgPositionerUserData,
        dh: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        use xdg_positioner::Request;
        let clamp = |value: i32| value.clamp(-MAX_EXTENT, MAX_EXTENT);
        let request = match request {
            Request::SetSize { width, height } => Request::SetSize { width: clamp(width), height: clamp(height) },
            Request::SetAnchorRect { x, y, width, height } => {
                // An empty rectangle is a point, but smithay takes none smaller than a pixel.
                let extent = |value: i32| if value == 0 { 1 } else { clamp(value) };
                Request::SetAnchorRect { x: clamp(x), y: clamp(y), width: extent(width), height: extent(height) }
            }
            Request::SetOffset { x, y } => Request::SetOffset { x: clamp(x), y: clamp(y) },
            Request::SetParentSize { parent_width, parent_height } => {
                Request::SetParentSize { parent_width: clamp(parent_width), parent_height: clamp(parent_height) }
            }
            other => other,
        };
        <XdgShellState as Dispatch<XdgPositioner, XdgPositionerUserData, State>>::request(state, client, resource, request, data, dh, init);
    }

    fn destroyed(state: &mut State, client: ClientId, resource: &XdgPositioner, data: &XdgPositionerUserData) {
        state.small_gone(&client);
        <XdgShellState as Dispatch<XdgPositioner, XdgPositionerUserData, State>>::destroyed(state, client, resource, data);
    }
}
