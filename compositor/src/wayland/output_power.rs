//! `wlr-output-power-management-unstable-v1`: outputs go dark and come back, with everything that is on them.

use glasshouse_core::{Caller, OutputChange, OutputId};
use smithay::reexports::{
    wayland_protocols_wlr::output_power_management::v1::server::{
        zwlr_output_power_manager_v1::{self, ZwlrOutputPowerManagerV1},
        zwlr_output_power_v1::{self, Mode, ZwlrOutputPowerV1},
    },
    wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, WEnum, backend::ClientId},
};

use super::{
    client::is_trusted,
    quota::{MAX_OUTPUT_POWERS, over},
};
use crate::State;

/// Somebody who watches over an output's power. `None`: there is no such output, or no longer.
#[derive(Debug)]
struct Watch {
    object: ZwlrOutputPowerV1,
    output: Option<OutputId>,
    told: Option<bool>,
}

/// Everybody who does.
#[derive(Debug, Default)]
pub struct OutputPowers {
    watches: Vec<Watch>,
}

impl State {
    /// Tells who watches what is different.
    pub fn output_powers_turn(&mut self) {
        for watch in &mut self.output_powers.watches {
            let Some(output) = watch.output else { continue };
            match self.desktop.output(output).map(|output| output.powered) {
                None => {
                    watch.output = None;
                    watch.object.failed();
                }
                Some(powered) if watch.told != Some(powered) => {
                    watch.told = Some(powered);
                    watch.object.mode(if powered { Mode::On } else { Mode::Off });
                }
                Some(_) => {}
            }
        }
    }
}

impl GlobalDispatch<ZwlrOutputPowerManagerV1, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        resource: New<ZwlrOutputPowerManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(resource, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_trusted(&client)
    }
}

impl Dispatch<ZwlrOutputPowerManagerV1, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        manager: &ZwlrOutputPowerManagerV1,
        request: zwlr_output_power_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let zwlr_output_power_manager_v1::Request::GetOutputPower { id, output } = request else { return }; // `destroy` is a destructor.
        let output = state.clients.output_id(&output);
        let object = init.init(id, ());
        let watches = &mut state.output_powers.watches;
        if watches.iter().filter(|other| other.object.id().same_client_as(&object.id())).count() >= MAX_OUTPUT_POWERS {
            over(manager, MAX_OUTPUT_POWERS as u32, "output power controls");
            return;
        }
        if output.is_none() {
            object.failed();
        }
        watches.push(Watch { object, output, told: None });
        state.output_powers_turn();
    }
}

impl Dispatch<ZwlrOutputPowerV1, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        power: &ZwlrOutputPowerV1,
        request: zwlr_output_power_v1::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        let zwlr_output_power_v1::Request::SetMode { mode } = request else { return }; // `destroy` is a destructor.
        let on = match mode {
            WEnum::Value(mode) => mode == Mode::On,
            WEnum::Unknown(number) => {
                power.post_error(zwlr_output_power_v1::Error::InvalidMode, format!("there is no mode {number}"));
                return;
            }
        };
        let watch = state.output_powers.watches.iter().find(|watch| watch.object == *power);
        let Some(output) = watch.and_then(|watch| watch.output) else { return };
        let command = OutputChange { power: Some(on.into()), ..OutputChange::default() }.of(output);
        if let Err(refusal) = state.apply(&Caller::Person, command) {
            tracing::debug!(%refusal, "an output's power stays as it is");
            power.failed();
        }
    }

    fn destroyed(state: &mut State, _: ClientId, power: &ZwlrOutputPowerV1, (): &()) {
        state.output_powers.watches.retain(|watch| watch.object != *power);
    }
}
