//! `wlr-gamma-control-unstable-v1`: for night light. A virtual output has no gamma ramp, which the protocol has a word for: `failed`.

use smithay::reexports::{
    wayland_protocols_wlr::gamma_control::v1::server::{
        zwlr_gamma_control_manager_v1::{self, ZwlrGammaControlManagerV1},
        zwlr_gamma_control_v1::{self, ZwlrGammaControlV1},
    },
    wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New},
};

use super::client::is_trusted;
use crate::State;

impl GlobalDispatch<ZwlrGammaControlManagerV1, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        resource: New<ZwlrGammaControlManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(resource, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_trusted(&client)
    }
}

impl Dispatch<ZwlrGammaControlManagerV1, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &ZwlrGammaControlManagerV1,
        request: zwlr_gamma_control_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        if let zwlr_gamma_control_manager_v1::Request::GetGammaControl { id, .. } = request {
            init.init(id, ()).failed();
        }
    }
}

impl Dispatch<ZwlrGammaControlV1, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &ZwlrGammaControlV1,
        _: zwlr_gamma_control_v1::Request, // It has failed: a table that is set has no effect.
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }
}
