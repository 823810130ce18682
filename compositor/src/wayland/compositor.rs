//! `wl_compositor` 6 and `wl_subcompositor`: smithay's state behind our own checks.

use euclid::Point2D;
use glasshouse_core::Event;
use glasshouse_scene::geometry::MAX_EXTENT;
use smithay::{
    reexports::wayland_server::{
        Client, DataInit, Dispatch, DisplayHandle, Resource, WEnum,
        backend::ClientId,
        protocol::{
            wl_callback::WlCallback,
            wl_compositor::{self, WlCompositor},
            wl_output,
            wl_region::{self, WlRegion},
            wl_subcompositor::{self, WlSubcompositor},
            wl_subsurface::{self, WlSubsurface},
            wl_surface::{self, WlSurface},
        },
    },
    wayland::compositor::{CompositorClientState, CompositorHandler, CompositorState, RegionUserData, SubsurfaceUserData, SurfaceUserData},
};

use super::{
    client::{ClientState, with_quota},
    quota::{Counted, MAX_CALLBACKS, MAX_DAMAGE, MAX_DAMAGE_REQUESTS, MAX_DEPTH, MAX_REGION, over},
    surface::{Role, id_of},
};
use crate::{
    State,
    telemetry::{count_commit, count_request},
};

impl CompositorHandler for State {
    fn compositor_state(&mut self) -> &mut CompositorState {
        &mut self.clients.globals.compositor
    }

    fn client_compositor_state<'a>(&self, client: &'a Client) -> &'a CompositorClientState {
        // Only clients without our data have none, and we make all clients.
        client.get_data::<ClientState>().map_or(&super::NO_CLIENT.compositor, |state| &state.compositor)
    }

    fn new_surface(&mut self, surface: &WlSurface) {
        let share = with_quota(surface, |quota| quota.take(Counted::Surface));
        if let Some(share) = &share {
            share.check(surface);
        }
        let id = self.desktop.allocate_surface();
        self.clients.surfaces.create(id, surface, share);
    }

    fn new_subsurface(&mut self, surface: &WlSurface, parent: &WlSurface) {
        let (Some(id), Some(parent)) = (id_of(surface), id_of(parent)) else { return };
        if let Some(surface) = self.clients.surfaces.all.get_mut(&id) {
            surface.role = Role::Subsurface { parent };
        }
        self.clients.surfaces.restack(parent, |stack| stack.push((id, Point2D::zero())));
    }

    fn commit(&mut self, surface: &WlSurface) {
        self.surface_committed(surface);
        self.role_committed(surface);
    }

    fn destroyed(&mut self, surface: &WlSurface) {
        let Some((id, gone)) = self.clients.surfaces.remove(surface) else { return };
        match gone.role {
            Role::Subsurface { parent } => self.subsurface_gone(parent, id),
            Role::Lock => self.lock_surface_lost(id),
            // What is destroyed in one go is destroyed backwards: the surface before what it was. Windows are found without it.
            Role::Layer(_) => self.observe(Event::LayerDestroyed { surface: id }),
            Role::Popup(_) => self.observe(Event::PopupGone { surface: id }),
            Role::None | Role::Toplevel { .. } | Role::Attached => {}
        }
        gone.feedback.into_iter().for_each(|feedback| feedback.discarded());
        self.idle_notifier.surface_gone(id);
        self.display.supervisor.forget(id);
        self.display.link.forget(id);
        self.telemetry.traces.forget(id);
        self.observe(Event::SurfaceDestroyed { surface: id });
    }
}

impl State {
    fn subsurface_gone(&mut self, parent: glasshouse_core::SurfaceId, child: glasshouse_core::SurfaceId) {
        if let Some(state) = self.clients.surfaces.unstack(parent, child) {
            self.observe(Event::SurfaceCommitted { surface: parent, state });
        }
    }
}

// Interfaces that need no guard.
smithay::reexports::wayland_server::delegate_global_dispatch!(State: [WlCompositor: ()] => CompositorState);
smithay::reexports::wayland_server::delegate_global_dispatch!(State: [WlSubcompositor: ()] => CompositorState);
smithay::reexports::wayland_server::delegate_dispatch!(State: [WlCallback: ()] => CompositorState);

impl Dispatch<WlCompositor, ()> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &WlCompositor,
        request: wl_compositor::Request,
        data: &(),
        dh: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        if matches!(request, wl_compositor::Request::CreateRegion { .. }) {
            state.count_small(client, resource);
        }
        <CompositorState as Dispatch<WlCompositor, (), State>>::request(state, client, resource, request, data, dh, init);
    }
}

impl Dispatch<WlSurface, SurfaceUserData> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &WlSurface,
        request: wl_surface::Request,
        data: &SurfaceUserData,
        dh: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        count_request(client);
        if matches!(request, wl_surface::Request::Commit) {
            count_commit(client);
        }
        let Some(request) = guard_surface(state, resource, request) else { return };
        <CompositorState as Dispatch<WlSurface, SurfaceUserData, State>>::request(state, client, resource, request, data, dh, init);
    }

    fn destroyed(state: &mut State, client: ClientId, resource: &WlSurface, data: &SurfaceUserData) {
        <CompositorState as Dispatch<WlSurface, SurfaceUserData, State>>::destroyed(state, client, resource, data);
    }
}

/// What may go on to smithay. Sizes are clamped, floods counted.
fn guard_surface(state: &mut State, resource: &WlSurface, request: wl_surface::Request) -> Option<wl_surface::Request> {
    use wl_surface::Request;
    let surface = state.clients.surfaces.of(resource)?;
    match request {
        Request::Damage { x, y, width, height } => {
            let (x, y, width, height) = count_damage(resource, surface, (x, y, width, height))?;
            Some(Request::Damage { x, y, width, height })
        }
        Request::DamageBuffer { x, y, width, height } => {
            let (x, y, width, height) = count_damage(resource, surface, (x, y, width, height))?;
            Some(Request::DamageBuffer { x, y, width, height })
        }
        Request::Frame { callback } => {
            surface.pending_callbacks += 1;
            let waiting = u32::try_from(surface.callbacks.len()).unwrap_or(u32::MAX);
            if waiting.saturating_add(surface.pending_callbacks) > MAX_CALLBACKS {
                over(resource, MAX_CALLBACKS, "frame callbacks that wait");
            }
            Some(Request::Frame { callback })
        }
        Request::SetBufferTransform { transform: WEnum::Unknown(number) } => {
            resource.post_error(wl_surface::Error::InvalidTransform, format!("there is no transform {number}"));
            None
        }
        Request::SetBufferTransform { transform: WEnum::Value(transform) } => {
            let transform: wl_output::Transform = transform;
            Some(Request::SetBufferTransform { transform: WEnum::Value(transform) })
        }
        Request::Offset { x, y } => Some(Request::Offset { x: clamp(x), y: clamp(y) }),
        Request::Commit => {
            surface.latch_stack();
            Some(Request::Commit)
        }
        Request::Destroy => {
            // Only a living surface can be left.
            state.leave(resource);
            Some(Request::Destroy)
        }
        other => Some(other),
    }
}

fn clamp(value: i32) -> i32 {
    value.clamp(-MAX_EXTENT, MAX_EXTENT)
}

/// Counts one rectangle of damage; past the limit everything counts as damaged and nothing is kept, and past a far higher one it is an
/// attack.
fn count_damage(
    resource: &WlSurface,
    surface: &mut super::surface::Surface,
    (x, y, width, height): (i32, i32, i32, i32),
) -> Option<(i32, i32, i32, i32)> {
    surface.pending_damage = surface.pending_damage.saturating_add(1);
    if surface.pending_damage == MAX_DAMAGE_REQUESTS {
        over(resource, MAX_DAMAGE_REQUESTS, "rectangles of damage without a commit");
    }
    if width <= 0 || height <= 0 {
        return None;
    }
    if surface.pending_damage > MAX_DAMAGE {
        surface.damage_overflow = true;
        return None;
    }
    let (end_x, end_y) = (clamp(x.saturating_add(width)), clamp(y.saturating_add(height)));
    let (x, y) = (clamp(x), clamp(y));
    Some((x, y, end_x - x, end_y - y))
}

impl Dispatch<WlRegion, RegionUserData> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &WlRegion,
        request: wl_region::Request,
        data: &RegionUserData,
        dh: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        use wl_region::Request;
        count_request(client);
        let request = match request {
            Request::Add { x, y, width, height } | Request::Subtract { x, y, width, height } if width <= 0 || height <= 0 => {
                tracing::trace!(x, y, width, height, "an empty rectangle in a region");
                return;
            }
            Request::Add { x, y, width, height } => {
                let (x, y, width, height) = clamp_rect(x, y, width, height);
                Request::Add { x, y, width, height }
            }
            Request::Subtract { x, y, width, height } => {
                let (x, y, width, height) = clamp_rect(x, y, width, height);
                Request::Subtract { x, y, width, height }
            }
            other => other,
        };
        if matches!(request, Request::Add { .. } | Request::Subtract { .. }) {
            let count = state.clients.region_requests.entry(resource.id()).or_default();
            *count += 1;
            if *count > MAX_REGION {
                over(resource, MAX_REGION, "rectangles in a region");
                return;
            }
        }
        <CompositorState as Dispatch<WlRegion, RegionUserData, State>>::request(state, client, resource, request, data, dh, init);
    }

    fn destroyed(state: &mut State, client: ClientId, resource: &WlRegion, data: &RegionUserData) {
        state.clients.region_requests.remove(&resource.id());
        state.small_gone(&client);
        <CompositorState as Dispatch<WlRegion, RegionUserData, State>>::destroyed(state, client, resource, data);
    }
}

fn clamp_rect(x: i32, y: i32, width: i32, height: i32) -> (i32, i32, i32, i32) {
    let (end_x, end_y) = (clamp(x.saturating_add(width)), clamp(y.saturating_add(height)));
    (clamp(x), clamp(y), end_x - clamp(x), end_y - clamp(y))
}

/// The data of an object that was made only because a request that is refused has to make one.
#[derive(Debug)]
pub struct Refused;

impl Dispatch<WlSubcompositor, ()> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &WlSubcompositor,
        request: wl_subcompositor::Request,
        data: &(),
        dh: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        if let wl_subcompositor::Request::GetSubsurface { surface, parent, .. } = &request {
            let too_deep = match (id_of(surface), id_of(parent)) {
                (Some(surface), Some(parent)) => {
                    // Of a tree built from the leaves up, the height counts.
                    let surfaces = &state.clients.surfaces;
                    surface == parent
                        || surfaces.is_below(parent, surface)
                        || surfaces.depth(parent) + 1 + surfaces.height(surface) > MAX_DEPTH
                }
                _ => true,
            };
            if too_deep {
                let message = format!("a surface below itself, or more than {MAX_DEPTH} levels of subsurfaces");
                resource.post_error(wl_subcompositor::Error::BadParent, message);
                let wl_subcompositor::Request::GetSubsurface { id, .. } = request else { return };
                init.init(id, Refused);
                return;
            }
        }
        <CompositorState as Dispatch<WlSubcompositor, (), State>>::request(state, client, resource, request, data, dh, init);
    }
}

impl Dispatch<WlSubsurface, Refused> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &WlSubsurface,
        _: wl_subsurface::Request,
        _: &Refused,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }
}

impl Dispatch<WlSubsurface, SubsurfaceUserData> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &WlSubsurface,
        request: wl_subsurface::Request,
        data: &SubsurfaceUserData,
        dh: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        use wl_subsurface::Request;
        count_request(client);
        let child = id_of(data.surface());
        let parent = child.and_then(|child| match state.clients.surfaces.get(child).map(|surface| &surface.role) {
            Some(Role::Subsurface { parent }) => Some(*parent),
            _ => None,
        });
        if let (Some(child), Some(parent)) = (child, parent) {
            match &request {
                Request::SetPosition { x, y } => {
                    let to = Point2D::new(clamp(*x), clamp(*y));
                    state.clients.surfaces.restack(parent, |stack| {
                        stack.iter_mut().filter(|(id, _)| *id == child).for_each(|(_, offset)| *offset = to);
                    });
                }
                Request::PlaceAbove { sibling } | Request::PlaceBelow { sibling } => {
                    let above = matches!(request, Request::PlaceAbove { .. });
                    if let Some(sibling) = id_of(sibling).filter(|sibling| *sibling != child) {
                        state.clients.surfaces.restack(parent, |stack| place(stack, child, sibling, above));
                    }
                }
                _ => {}
            }
        }
        <CompositorState as Dispatch<WlSubsurface, SubsurfaceUserData, State>>::request(state, client, resource, request, data, dh, init);
    }

    fn destroyed(state: &mut State, client: ClientId, resource: &WlSubsurface, data: &SubsurfaceUserData) {
        if let Some(child) = id_of(data.surface())
            && let Some(surface) = state.clients.surfaces.all.get_mut(&child)
            && let Role::Subsurface { parent } = surface.role
        {
            surface.role = Role::None;
            state.subsurface_gone(parent, child);
        }
        <CompositorState as Dispatch<WlSubsurface, SubsurfaceUserData, State>>::destroyed(state, client, resource, data);
    }
}

/// Puts `child` right above or below `sibling`. Without effect if `sibling` is not in the stack: smithay posts that error.
fn place<P: Copy>(
    stack: &mut Vec<(glasshouse_core::SurfaceId, P)>,
    child: glasshouse_core::SurfaceId,
    sibling: glasshouse_core::SurfaceId,
    above: bool,
) {
    let Some(from) = stack.iter().position(|(id, _)| *id == child) else { return };
    if !stack.iter().any(|(id, _)| *id == sibling) {
        return;
    }
    let entry = stack.remove(from);
    if let Some(at) = stack.iter().position(|(id, _)| *id == sibling) {
        stack.insert(if above { at + 1 } else { at }, entry);
    }
}
