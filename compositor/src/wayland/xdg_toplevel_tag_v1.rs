//! `xdg_toplevel_tag_manager_v1` 1: a program says which of its windows this is, so that rules and whoever looks for windows can tell them apart.
//!
//! Not smithay's: it panics about a toplevel whose surface is gone. Descriptions are for people, to whom nothing shows them yet.

use glasshouse_core::{Event, event::WindowChange};
use smithay::reexports::{
    wayland_protocols::xdg::toplevel_tag::v1::server::xdg_toplevel_tag_manager_v1::{self, XdgToplevelTagManagerV1},
    wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New},
};

use crate::State;

impl GlobalDispatch<XdgToplevelTagManagerV1, ()> for State {
    fn bind(_: &mut State, _: &DisplayHandle, _: &Client, resource: New<XdgToplevelTagManagerV1>, (): &(), init: &mut DataInit<'_, State>) {
        init.init(resource, ());
    }
}

impl Dispatch<XdgToplevelTagManagerV1, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        _: &XdgToplevelTagManagerV1,
        request: xdg_toplevel_tag_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        // `destroy` is a destructor.
        let xdg_toplevel_tag_manager_v1::Request::SetToplevelTag { toplevel, tag } = request else { return };
        let window = state.clients.windows.iter().find(|(_, known)| *known.xdg_toplevel() == toplevel).map(|(window, _)| *window);
        if let Some(window) = window {
            state.observe(Event::WindowChanged { window, change: WindowChange::Tag(tag) });
        }
    }
}
