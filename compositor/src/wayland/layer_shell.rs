//! `zwlr_layer_shell_v1` 4: panels, backgrounds and overlays, arranged by the core.

use euclid::Size2D;
use glasshouse_core::{
    Event, SurfaceId,
    event::{Edges, KeyboardInterest, Layer, LayerState},
};
use glasshouse_scene::LogicalSize;
use smithay::{
    desktop::PopupKind,
    reexports::wayland_server::protocol::wl_output::WlOutput,
    wayland::{
        compositor::with_states,
        shell::{
            wlr_layer::{
                Anchor, ExclusiveZone, KeyboardInteractivity, Layer as WlrLayer, LayerSurface, LayerSurfaceCachedState, LayerSurfaceData,
                WlrLayerShellHandler, WlrLayerShellState,
            },
            xdg::PopupSurface,
        },
    },
};

use super::surface::{Role, id_of};
use crate::State;

impl WlrLayerShellHandler for State {
    fn shell_state(&mut self) -> &mut WlrLayerShellState {
        &mut self.clients.globals.layer_shell
    }

    fn new_layer_surface(&mut self, layer: LayerSurface, output: Option<WlOutput>, _level: WlrLayer, namespace: String) {
        let Some(surface) = id_of(layer.wl_surface()) else { return };
        let output = output.and_then(|output| self.clients.output_id(&output));
        if let Some(known) = self.clients.surfaces.all.get_mut(&surface) {
            known.role = Role::Layer(layer);
        }
        self.observe(Event::LayerCreated { surface, output, namespace });
    }

    fn new_popup(&mut self, _parent: LayerSurface, popup: PopupSurface) {
        // Its parent is known only now: it is taken into the tree again.
        if self.clients.popups.track_popup(PopupKind::Xdg(popup)).is_err() {
            tracing::debug!("a popup of a layer surface was gone before it was known");
        }
    }

    fn layer_destroyed(&mut self, layer: LayerSurface) {
        let found = self.clients.surfaces.all.iter().find_map(|(id, surface)| match &surface.role {
            Role::Layer(known) if *known == layer => Some(*id),
            _ => None,
        });
        let Some(surface) = found else { return };
        if let Some(known) = self.clients.surfaces.all.get_mut(&surface) {
            known.role = Role::None;
            known.mapped = false;
        }
        self.observe(Event::LayerDestroyed { surface });
    }
}

smithay::delegate_layer_shell!(State);

impl State {
    pub fn layer_committed(&mut self, layer: &LayerSurface) {
        let wl = layer.wl_surface().clone();
        let Some(surface) = id_of(&wl) else { return };
        let Some(known) = self.clients.surfaces.all.get_mut(&surface) else { return };
        let (shows, was_mapped) = (known.shows_something(), known.mapped);
        if shows && !self.clients.forgives_early_buffers && !layer.ensure_configured() {
            return;
        }
        known.mapped = shows;
        let state = with_states(&wl, |states| layer_state(states.cached_state.get::<LayerSurfaceCachedState>().current()));
        self.observe(Event::LayerCommitted { surface, layer: state });
        if shows && !was_mapped {
            self.observe(Event::LayerMapped { surface });
        } else if !shows && was_mapped {
            // smithay never starts it over; the protocol wants a new first configure.
            with_states(&wl, |states| {
                if let Some(Ok(mut data)) = states.data_map.get::<LayerSurfaceData>().map(|data| data.lock()) {
                    data.configured = false;
                    data.initial_configure_sent = false;
                }
            });
            self.observe(Event::LayerUnmapped { surface });
        }
    }

    pub fn configure_layer(&mut self, surface: SurfaceId, size: LogicalSize) {
        let Some(Role::Layer(layer)) = self.clients.surfaces.get(surface).map(|surface| &surface.role) else { return };
        let size = (size.width.round() as i32, size.height.round() as i32);
        layer.with_pending_state(|state| state.size = Some(size.into()));
        layer.send_configure();
    }
}

fn layer_state(cached: &LayerSurfaceCachedState) -> LayerState {
    LayerState {
        layer: match cached.layer {
            WlrLayer::Background => Layer::Background,
            WlrLayer::Bottom => Layer::Bottom,
            WlrLayer::Top => Layer::Top,
            WlrLayer::Overlay => Layer::Overlay,
        },
        anchor: Edges {
            left: cached.anchor.contains(Anchor::LEFT),
            right: cached.anchor.contains(Anchor::RIGHT),
            top: cached.anchor.contains(Anchor::TOP),
            bottom: cached.anchor.contains(Anchor::BOTTOM),
        },
        size: Size2D::new(cached.size.w, cached.size.h),
        margin: [cached.margin.top, cached.margin.right, cached.margin.bottom, cached.margin.left],
        exclusive_zone: match cached.exclusive_zone {
            ExclusiveZone::Exclusive(zone) => i32::try_from(zone).unwrap_or(i32::MAX),
            ExclusiveZone::Neutral => 0,
            ExclusiveZone::DontCare => -1,
        },
        keyboard: match cached.keyboard_interactivity {
            KeyboardInteractivity::None => KeyboardInterest::None,
            KeyboardInteractivity::Exclusive => KeyboardInterest::Exclusive,
            KeyboardInteractivity::OnDemand => KeyboardInterest::OnDemand,
        },
    }
}

impl State {
    pub fn close_layer(&mut self, surface: SurfaceId) {
        if let Some(Role::Layer(layer)) = self.clients.surfaces.get(surface).map(|surface| &surface.role) {
            layer.send_close();
        }
    }
}
