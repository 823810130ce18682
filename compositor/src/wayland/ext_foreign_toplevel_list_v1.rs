//! `ext_foreign_toplevel_list_v1` 1: which windows there are, for tools that go on from there. See [`super::toplevels`].

use smithay::reexports::{
    wayland_protocols::ext::foreign_toplevel_list::v1::server::{
        ext_foreign_toplevel_handle_v1::{self, ExtForeignToplevelHandleV1},
        ext_foreign_toplevel_list_v1::{self, ExtForeignToplevelListV1},
    },
    wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, backend::ClientId},
};

use super::{
    client::is_trusted,
    toplevels::{Handle, ListId},
};
use crate::State;

impl GlobalDispatch<ExtForeignToplevelListV1, ()> for State {
    fn bind(
        state: &mut State,
        _: &DisplayHandle,
        client: &Client,
        resource: New<ExtForeignToplevelListV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        let id = ListId::new(state.next_id(), client);
        let list = init.init(resource, id);
        if let Some(id) = list.data::<ListId>() {
            id.check(&list);
        }
        state.announce_all_ext(&list);
        state.clients.toplevels.lists.push(list);
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_trusted(&client)
    }
}

impl Dispatch<ExtForeignToplevelListV1, ListId> for State {
    fn request(
        state: &mut State,
        _: &Client,
        list: &ExtForeignToplevelListV1,
        request: ext_foreign_toplevel_list_v1::Request,
        _: &ListId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        // The other one is `destroy`, a destructor.
        if let ext_foreign_toplevel_list_v1::Request::Stop = request {
            let lists = &mut state.clients.toplevels.lists;
            let before = lists.len();
            lists.retain(|other| other != list);
            // It is said once, however often it is asked for.
            if lists.len() < before {
                list.finished();
            }
        }
    }

    fn destroyed(state: &mut State, _: ClientId, list: &ExtForeignToplevelListV1, _: &ListId) {
        state.clients.toplevels.lists.retain(|other| other != list);
    }
}

impl Dispatch<ExtForeignToplevelHandleV1, Handle> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &ExtForeignToplevelHandleV1,
        _: ext_foreign_toplevel_handle_v1::Request,
        _: &Handle,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        // There is only `destroy`, a destructor.
    }

    fn destroyed(state: &mut State, _: ClientId, resource: &ExtForeignToplevelHandleV1, handle: &Handle) {
        state.clients.toplevels.forget_ext(handle, resource);
    }
}
