//! `zwlr_foreign_toplevel_management_v1` 3: taskbars and docks list all windows and arrange them. See [`super::toplevels`].

use glasshouse_core::{
    Command, WindowRef,
    command::{OutputRef, Switch},
};
use smithay::reexports::{
    wayland_protocols_wlr::foreign_toplevel::v1::server::{
        zwlr_foreign_toplevel_handle_v1::{self, ZwlrForeignToplevelHandleV1},
        zwlr_foreign_toplevel_manager_v1::{self, ZwlrForeignToplevelManagerV1},
    },
    wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, backend::ClientId},
};

use super::{
    client::is_trusted,
    toplevels::{Handle, ListId},
};
use crate::State;

impl GlobalDispatch<ZwlrForeignToplevelManagerV1, ()> for State {
    fn bind(
        state: &mut State,
        _: &DisplayHandle,
        client: &Client,
        resource: New<ZwlrForeignToplevelManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        let id = ListId::new(state.next_id(), client);
        let manager = init.init(resource, id);
        if let Some(id) = manager.data::<ListId>() {
            id.check(&manager);
        }
        state.announce_all_wlr(&manager);
        state.clients.toplevels.managers.push(manager);
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_trusted(&client)
    }
}

impl Dispatch<ZwlrForeignToplevelManagerV1, ListId> for State {
    fn request(
        state: &mut State,
        _: &Client,
        manager: &ZwlrForeignToplevelManagerV1,
        request: zwlr_foreign_toplevel_manager_v1::Request,
        _: &ListId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        if let zwlr_foreign_toplevel_manager_v1::Request::Stop = request {
            state.clients.toplevels.managers.retain(|other| other != manager);
            // This ends the object, too.
            manager.finished();
        }
    }

    fn destroyed(state: &mut State, _: ClientId, manager: &ZwlrForeignToplevelManagerV1, _: &ListId) {
        state.clients.toplevels.managers.retain(|other| other != manager);
    }
}

impl Dispatch<ZwlrForeignToplevelHandleV1, Handle> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &ZwlrForeignToplevelHandleV1,
        request: zwlr_foreign_toplevel_handle_v1::Request,
        handle: &Handle,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        use zwlr_foreign_toplevel_handle_v1::{Error, Request};
        if let Request::SetRectangle { width, height, .. } = request {
            // Nothing of ours moves towards it: a minimized window is gone at once. So only nonsense has consequences.
            if width < 0 || height < 0 {
                resource.post_error(Error::InvalidRectangle, "a rectangle has no negative size");
            }
            return;
        }
        if !state.clients.toplevels.is_current(handle) {
            return; // Its window is closed; the client will know soon.
        }
        let window = || WindowRef::Id(handle.window);
        let (on, off) = (Switch::On, Switch::Off);
        // Who wants a window large wants to see it.
        let shown = Command::SetMinimized { on: off, window: window() };
        match request {
            Request::SetMaximized => {
                state.run_for_tool(client, &[shown, Command::SetMaximized { on, window: window() }]);
            }
            Request::UnsetMaximized => state.run_for_tool(client, &[Command::SetMaximized { on: off, window: window() }]),
            Request::SetMinimized => state.run_for_tool(client, &[Command::SetMinimized { on, window: window() }]),
            Request::UnsetMinimized => state.run_for_tool(client, &[shown]),
            Request::SetFullscreen { output } => {
                let output = output.and_then(|output| state.clients.output_id(&output)).map(OutputRef::Id);
                state.run_for_tool(client, &[shown, Command::SetFullscreen { on, window: window(), output }]);
            }
            Request::UnsetFullscreen => {
                state.run_for_tool(client, &[Command::SetFullscreen { on: off, window: window(), output: None }]);
            }
            Request::Activate { .. } => state.run_for_tool(client, &[Command::FocusWindow { window: window() }]),
            Request::Close => state.run_for_tool(client, &[Command::CloseWindow { window: window() }]),
            // `destroy` is a destructor.
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, resource: &ZwlrForeignToplevelHandleV1, handle: &Handle) {
        state.clients.toplevels.forget_wlr(handle, resource);
    }
}
