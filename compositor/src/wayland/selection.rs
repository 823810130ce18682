//! Clipboard, primary selection, drag and drop, and the data-control protocols of clipboard tools. Data goes from client to client.

use glasshouse_core::Event;
use smithay::{
    input::Seat,
    reexports::wayland_server::{
        Client, DataInit, Dispatch, DisplayHandle,
        backend::ClientId,
        protocol::{
            wl_data_device::{self, WlDataDevice},
            wl_data_device_manager::WlDataDeviceManager,
            wl_data_source::{self, WlDataSource},
            wl_surface::WlSurface,
        },
    },
    utils::Serial,
    wayland::selection::{
        SelectionHandler,
        data_device::{
            ClientDndGrabHandler, DataDeviceHandler, DataDeviceState, DataDeviceUserData, DataSourceUserData, ServerDndGrabHandler,
            with_source_metadata,
        },
        ext_data_control::{DataControlHandler as ExtDataControlHandler, DataControlState as ExtDataControlState},
        primary_selection::{PrimarySelectionHandler, PrimarySelectionState},
        wlr_data_control::{DataControlHandler as WlrDataControlHandler, DataControlState as WlrDataControlState},
    },
};

use super::{
    quota::{MAX_MIME_LENGTH, MAX_MIME_TYPES, over},
    surface::{Role, id_of},
};
use crate::State;

impl SelectionHandler for State {
    type SelectionUserData = ();
}

impl DataDeviceHandler for State {
    fn data_device_state(&self) -> &DataDeviceState {
        &self.clients.globals.data_device
    }
}

impl ClientDndGrabHandler for State {
    fn started(&mut self, source: Option<WlDataSource>, icon: Option<WlSurface>, seat: Seat<Self>) {
        let surface = icon.as_ref().and_then(id_of);
        self.drag_started(source.as_ref(), surface, seat);
        if let Some(known) = surface.and_then(|surface| self.clients.surfaces.all.get_mut(&surface)) {
            known.role = Role::Attached;
        }
        self.observe(Event::DragIcon { surface });
    }

    fn dropped(&mut self, _target: Option<WlSurface>, _validated: bool, _seat: Seat<Self>) {
        self.drag_dropped();
    }
}

impl ServerDndGrabHandler for State {}

impl PrimarySelectionHandler for State {
    fn primary_selection_state(&self) -> &PrimarySelectionState {
        &self.clients.globals.primary_selection
    }
}

impl WlrDataControlHandler for State {
    fn data_control_state(&self) -> &WlrDataControlState {
        &self.clients.globals.wlr_data_control
    }
}

impl ExtDataControlHandler for State {
    fn data_control_state(&self) -> &ExtDataControlState {
        &self.clients.globals.ext_data_control
    }
}

smithay::reexports::wayland_server::delegate_global_dispatch!(State: [WlDataDeviceManager: ()] => DataDeviceState);
smithay::reexports::wayland_server::delegate_dispatch!(State: [WlDataDeviceManager: ()] => DataDeviceState);
smithay::delegate_primary_selection!(State);
smithay::delegate_data_control!(State);
smithay::delegate_ext_data_control!(State);

impl Dispatch<WlDataDevice, DataDeviceUserData> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &WlDataDevice,
        request: wl_data_device::Request,
        data: &DataDeviceUserData,
        dh: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        if let wl_data_device::Request::SetSelection { source: Some(source), .. } = &request
            && !state.source_selected(source)
        {
            return;
        }
        if let wl_data_device::Request::StartDrag { serial, .. } = &request
            && !state.drag_may_start(Serial::from(*serial))
        {
            tracing::debug!(serial, "a drag by what drags already");
            return;
        }
        <DataDeviceState as Dispatch<WlDataDevice, DataDeviceUserData, State>>::request(state, client, resource, request, data, dh, init);
    }

    fn destroyed(state: &mut State, client: ClientId, resource: &WlDataDevice, data: &DataDeviceUserData) {
        <DataDeviceState as Dispatch<WlDataDevice, DataDeviceUserData, State>>::destroyed(state, client, resource, data);
    }
}

impl Dispatch<WlDataSource, DataSourceUserData> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &WlDataSource,
        request: wl_data_source::Request,
        data: &DataSourceUserData,
        dh: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        if let wl_data_source::Request::Offer { mime_type } = &request {
            if mime_type.len() > MAX_MIME_LENGTH {
                tracing::debug!(length = mime_type.len(), "a mime type that is too long to be one");
                return;
            }
            let offered = with_source_metadata(resource, |source| source.mime_types.len()).unwrap_or_default();
            if offered >= MAX_MIME_TYPES as usize {
                over(resource, MAX_MIME_TYPES, "mime types");
                return;
            }
        }
        <DataDeviceState as Dispatch<WlDataSource, DataSourceUserData, State>>::request(state, client, resource, request, data, dh, init);
    }

    fn destroyed(state: &mut State, client: ClientId, resource: &WlDataSource, data: &DataSourceUserData) {
        state.clients.toplevel_drags.source_gone(resource);
        <DataDeviceState as Dispatch<WlDataSource, DataSourceUserData, State>>::destroyed(state, client, resource, data);
    }
}
