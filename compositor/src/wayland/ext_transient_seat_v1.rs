//! `ext_transient_seat_manager_v1` 1: a remote desktop would like a seat of its own.
//!
//! There is one seat: its focus is the desktop's, which the core decides. So every wish is denied, which is an answer of the protocol
//! and lets clients share the seat, as with `zwlr_virtual_pointer_v1` and `zwp_virtual_keyboard_v1`.

use smithay::reexports::{
    wayland_protocols::ext::transient_seat::v1::server::{
        ext_transient_seat_manager_v1::{self, ExtTransientSeatManagerV1},
        ext_transient_seat_v1::{self, ExtTransientSeatV1},
    },
    wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New},
};

use super::client::is_trusted;
use crate::State;

impl GlobalDispatch<ExtTransientSeatManagerV1, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        resource: New<ExtTransientSeatManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(resource, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_trusted(&client)
    }
}

impl Dispatch<ExtTransientSeatManagerV1, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &ExtTransientSeatManagerV1,
        request: ext_transient_seat_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        // The other one is `destroy`, a destructor.
        if let ext_transient_seat_manager_v1::Request::Create { seat } = request {
            init.init(seat, ()).denied();
        }
    }
}

impl Dispatch<ExtTransientSeatV1, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &ExtTransientSeatV1,
        _: ext_transient_seat_v1::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        // There is only `destroy`, a destructor.
    }
}
