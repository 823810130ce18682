//! `wl_output` 4 and `xdg_output`: the core's outputs as clients see them.

use glasshouse_core::{OutputId, SurfaceId};
use smithay::{
    output::{Mode, Output, PhysicalProperties, Scale, Subpixel},
    reexports::wayland_server::{backend::GlobalId, protocol::wl_output::WlOutput},
    utils::Transform,
    wayland::{compositor::with_states, fractional_scale::with_fractional_scale, output::OutputHandler},
};

use crate::State;

/// An output and the global that announces it.
#[derive(Debug)]
pub struct KnownOutput {
    pub output: Output,
    global: GlobalId,
}

impl OutputHandler for State {
    fn output_bound(&mut self, output: Output, wl: WlOutput) {
        self.toplevels_on(&output, &wl);
        self.workspaces_on(&output, &wl);
    }
}

smithay::delegate_output!(State);

impl super::Clients {
    pub fn output_id(&self, wl: &WlOutput) -> Option<OutputId> {
        let output = Output::from_resource(wl)?;
        self.outputs.iter().find(|(_, known)| known.output == output).map(|(id, _)| *id)
    }

    pub fn output(&self, id: OutputId) -> Option<&Output> {
        self.outputs.get(&id).map(|known| &known.output)
    }
}

impl State {
    pub fn output_added(&mut self, id: OutputId) {
        let Some(info) = self.desktop.output(id) else { return };
        let physical = PhysicalProperties {
            // Unknown, as for every output without a panel.
            size: (0, 0).into(),
            subpixel: Subpixel::Unknown,
            make: "Glasshouse".into(),
            model: "headless".into(),
        };
        let output = Output::new(info.mode.name, physical);
        let global = output.create_global::<State>(&self.clients.dh);
        self.clients.outputs.insert(id, KnownOutput { output, global });
        self.output_changed(id);
    }

    pub fn output_changed(&mut self, id: OutputId) {
        let (Some(info), Some(output)) = (self.desktop.output(id), self.clients.output(id)) else { return };
        let mode = Mode {
            size: (i32::try_from(info.mode.width).unwrap_or(i32::MAX), i32::try_from(info.mode.height).unwrap_or(i32::MAX)).into(),
            refresh: i32::try_from(info.mode.refresh_mhz).unwrap_or(i32::MAX),
        };
        let scale =
            if info.mode.scale.fract() == 0.0 { Scale::Integer(info.mode.scale as i32) } else { Scale::Fractional(info.mode.scale) };
        let position = (info.position.x.round() as i32, info.position.y.round() as i32).into();
        for old in output.modes().into_iter().filter(|old| *old != mode) {
            output.delete_mode(old);
        }
        output.change_current_state(Some(mode), Some(transform(info.mode.transform)), Some(scale), Some(position));
        output.set_preferred(mode);
    }

    pub fn output_removed(&mut self, id: OutputId) {
        if let Some(known) = self.clients.outputs.remove(&id) {
            self.clients.surfaces.all.values().for_each(|surface| known.output.leave(&surface.wl));
            self.clients.dh.remove_global::<State>(known.global);
        }
        if self.desktop.screen(id).is_none() {
            self.display.link.set_output(id, None);
        }
        self.frames_end(id);
        self.telemetry.outputs.forget(id);
    }

    /// `enter`, `leave`, and the scales that the surface should draw for.
    pub fn surface_outputs(&mut self, surface: SurfaceId, outputs: &[OutputId], scale: f64) {
        self.toplevel_moved(surface);
        let Some(surface) = self.clients.surfaces.all.get_mut(&surface) else { return };
        surface.outputs = outputs.to_vec();
        let wl = &surface.wl;
        for (id, known) in &self.clients.outputs {
            if outputs.contains(id) {
                known.output.enter(wl);
            } else {
                known.output.leave(wl);
            }
        }
        if outputs.is_empty() {
            return;
        }
        with_states(wl, |states| {
            smithay::wayland::compositor::send_surface_state(wl, states, scale.ceil() as i32, Transform::Normal);
            with_fractional_scale(states, |fractional| fractional.set_preferred_scale(scale));
        });
    }
}

pub fn transform(transform: glasshouse_scene::Transform) -> Transform {
    use glasshouse_scene::Transform as T;
    match transform {
        T::Normal => Transform::Normal,
        T::Rotated90 => Transform::_90,
        T::Rotated180 => Transform::_180,
        T::Rotated270 => Transform::_270,
        T::Flipped => Transform::Flipped,
        T::Flipped90 => Transform::Flipped90,
        T::Flipped180 => Transform::Flipped180,
        T::Flipped270 => Transform::Flipped270,
    }
}
