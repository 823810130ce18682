//! `wp_tearing_control_manager_v1` 1: a game would rather see tearing than wait.
//!
//! The wish is kept with the surface, double-buffered like everything else of it. The outputs that there are, headless ones, have no
//! refresh that a picture could tear at, so nobody asks for it yet: [`prefers_tearing`] is what an output with real flips will ask.

use smithay::{
    reexports::{
        wayland_protocols::wp::tearing_control::v1::server::{
            wp_tearing_control_manager_v1::{self, WpTearingControlManagerV1},
            wp_tearing_control_v1::{self, PresentationHint, WpTearingControlV1},
        },
        wayland_server::{
            Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, WEnum, Weak, backend::ClientId,
            protocol::wl_surface::WlSurface,
        },
    },
    wayland::compositor::{Cacheable, with_states},
};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::State;

/// The double-buffered wish.
#[derive(Debug, Clone, Copy, Default)]
struct Hint {
    tears: bool,
}

impl Cacheable for Hint {
    fn commit(&mut self, _: &DisplayHandle) -> Self {
        *self
    }

    fn merge_into(self, into: &mut Self, _: &DisplayHandle) {
        *into = self;
    }
}

/// Whether a surface has its control already.
#[derive(Debug, Default)]
struct Controlled(AtomicBool);

/// Whether a surface would rather tear than wait for the next refresh.
pub fn prefers_tearing(surface: &WlSurface) -> bool {
    surface.is_alive() && with_states(surface, |states| states.cached_state.get::<Hint>().current().tears)
}

impl GlobalDispatch<WpTearingControlManagerV1, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        resource: New<WpTearingControlManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(resource, ());
    }
}

impl Dispatch<WpTearingControlManagerV1, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        manager: &WpTearingControlManagerV1,
        request: wp_tearing_control_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let wp_tearing_control_manager_v1::Request::GetTearingControl { id, surface } = request else {
            return; // `destroy` is a destructor.
        };
        let had_one = with_states(&surface, |states| {
            states.data_map.insert_if_missing_threadsafe(Controlled::default);
            states.data_map.get::<Controlled>().is_some_and(|controlled| controlled.0.swap(true, Ordering::Relaxed))
        });
        init.init(id, surface.downgrade());
        if had_one {
            let error = wp_tearing_control_manager_v1::Error::TearingControlExists;
            manager.post_error(error, "a surface has one tearing control at a time");
        }
    }
}

impl Dispatch<WpTearingControlV1, Weak<WlSurface>> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &WpTearingControlV1,
        request: wp_tearing_control_v1::Request,
        surface: &Weak<WlSurface>,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        // Without its surface a control does nothing.
        let Ok(surface) = surface.upgrade() else { return };
        let tears = match request {
            wp_tearing_control_v1::Request::SetPresentationHint { hint } => hint == WEnum::Value(PresentationHint::Async),
            // Its destruction takes the wish back, with the next commit.
            _ => false,
        };
        with_states(&surface, |states| states.cached_state.get::<Hint>().pending().tears = tears);
    }

    fn destroyed(_: &mut State, _: ClientId, _: &WpTearingControlV1, surface: &Weak<WlSurface>) {
        let Ok(surface) = surface.upgrade() else { return };
        with_states(&surface, |states| {
            if let Some(controlled) = states.data_map.get::<Controlled>() {
                controlled.0.store(false, Ordering::Relaxed);
            }
        });
    }
}
