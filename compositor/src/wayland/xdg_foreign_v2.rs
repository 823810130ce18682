//! `zxdg_exporter_v2` and `zxdg_importer_v2`: a portal's dialog belongs to the window of another client.
//!
//! Not smithay's: it tells importers nothing when a window is taken back, and knows one child of each.

use std::collections::{BTreeMap, HashMap};

use glasshouse_core::{Event, WindowId, event::WindowChange};
use smithay::reexports::{
    wayland_protocols::xdg::foreign::zv2::server::{
        zxdg_exported_v2::{self, ZxdgExportedV2},
        zxdg_exporter_v2::{self, ZxdgExporterV2},
        zxdg_imported_v2::{self, ZxdgImportedV2},
        zxdg_importer_v2::{self, ZxdgImporterV2},
    },
    wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, backend::ClientId},
};

use super::quota::over;
use crate::State;

/// Exported or imported windows of one client.
const MAX_FOREIGN: u32 = 1_024;

/// Windows that clients have exported, by their secret names.
#[derive(Debug, Default)]
pub struct Foreign {
    exported: BTreeMap<String, Exported>,
    /// How many objects each client has.
    counts: HashMap<ClientId, u32>,
}

#[derive(Debug)]
struct Exported {
    window: WindowId,
    imported: Vec<Imported>,
}

#[derive(Debug)]
struct Imported {
    resource: ZxdgImportedV2,
    /// Whom it made children of the window.
    children: Vec<WindowId>,
}

/// The secret name that an object is for.
#[derive(Debug)]
pub struct Name(String);

impl Foreign {
    /// Counts one more. Answers whether the client may have it.
    fn takes(&mut self, client: &Client) -> bool {
        let count = self.counts.entry(client.id()).or_default();
        *count += 1;
        *count <= MAX_FOREIGN
    }

    fn gives_back(&mut self, client: &ClientId) {
        if let Some(count) = self.counts.get_mut(client) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.counts.remove(client);
            }
        }
    }
}

impl State {
    /// A window is gone, and so is whatever was exported of it.
    pub(super) fn exported_gone(&mut self, window: WindowId) {
        let exported = &self.clients.foreign.exported;
        let names: Vec<String> = exported.iter().filter(|(_, exported)| exported.window == window).map(|(name, _)| name.clone()).collect();
        names.iter().for_each(|name| self.take_back(name));
        for imported in self.clients.foreign.exported.values_mut().flat_map(|exported| &mut exported.imported) {
            imported.children.retain(|child| *child != window);
        }
    }

    /// Nobody is a child of an exported window any more that became one by its name.
    fn take_back(&mut self, name: &str) {
        let Some(exported) = self.clients.foreign.exported.remove(name) else { return };
        for imported in exported.imported {
            imported.resource.destroyed();
            self.orphan(&imported.children, exported.window);
        }
    }

    fn orphan(&mut self, children: &[WindowId], parent: WindowId) {
        for child in children {
            // Its client may have said something else since.
            if self.desktop.window(*child).is_some_and(|info| info.parent == Some(parent)) {
                self.observe(Event::WindowChanged { window: *child, change: WindowChange::Parent(None) });
            }
        }
    }

    /// Whether a window is another one, or its dialog, or the dialog of that, and so on.
    fn descends(&self, mut window: WindowId, from: WindowId) -> bool {
        for _ in 0..self.clients.windows.len() {
            match self.desktop.window(window).and_then(|info| info.parent) {
                _ if window == from => return true,
                Some(parent) => window = parent,
                None => return false,
            }
        }
        window == from
    }
}

impl GlobalDispatch<ZxdgExporterV2, ()> for State {
    fn bind(_: &mut State, _: &DisplayHandle, _: &Client, resource: New<ZxdgExporterV2>, (): &(), init: &mut DataInit<'_, State>) {
        init.init(resource, ());
    }
}

impl GlobalDispatch<ZxdgImporterV2, ()> for State {
    fn bind(_: &mut State, _: &DisplayHandle, _: &Client, resource: New<ZxdgImporterV2>, (): &(), init: &mut DataInit<'_, State>) {
        init.init(resource, ());
    }
}

impl Dispatch<ZxdgExporterV2, ()> for State {
    fn request(
        state: &mut State,
        client: &Client,
        exporter: &ZxdgExporterV2,
        request: zxdg_exporter_v2::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let zxdg_exporter_v2::Request::ExportToplevel { id, surface } = request else {
            return; // `destroy` is a destructor.
        };
        // Random, so that only those can import the window to whom its client gave the name.
        let name = zbus::Guid::generate().to_string();
        let exported = init.init(id, Name(name.clone()));
        let takes = state.clients.foreign.takes(client);
        let Some(window) = state.window_of(&surface) else {
            exporter.post_error(zxdg_exporter_v2::Error::InvalidSurface, "only a toplevel can be exported");
            return;
        };
        if !takes {
            over(exporter, MAX_FOREIGN, "exported and imported windows");
            return;
        }
        exported.handle(name.clone());
        state.clients.foreign.exported.insert(name, Exported { window, imported: Vec::new() });
    }
}

impl Dispatch<ZxdgExportedV2, Name> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &ZxdgExportedV2,
        _: zxdg_exported_v2::Request,
        _: &Name,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        // There is only `destroy`, a destructor.
    }

    fn destroyed(state: &mut State, client: ClientId, _: &ZxdgExportedV2, name: &Name) {
        state.clients.foreign.gives_back(&client);
        state.take_back(&name.0);
    }
}

impl Dispatch<ZxdgImporterV2, ()> for State {
    fn request(
        state: &mut State,
        client: &Client,
        importer: &ZxdgImporterV2,
        request: zxdg_importer_v2::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let zxdg_importer_v2::Request::ImportToplevel { id, handle } = request else {
            return; // `destroy` is a destructor.
        };
        let resource = init.init(id, Name(handle.clone()));
        if !state.clients.foreign.takes(client) {
            over(importer, MAX_FOREIGN, "exported and imported windows");
            return;
        }
        match state.clients.foreign.exported.get_mut(&handle) {
            Some(exported) => exported.imported.push(Imported { resource, children: Vec::new() }),
            None => resource.destroyed(),
        }
    }
}

impl Dispatch<ZxdgImportedV2, Name> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &ZxdgImportedV2,
        request: zxdg_imported_v2::Request,
        name: &Name,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        let zxdg_imported_v2::Request::SetParentOf { surface } = request else {
            return; // `destroy` is a destructor.
        };
        let error = zxdg_imported_v2::Error::InvalidSurface;
        let Some(child) = state.window_of(&surface) else {
            resource.post_error(error, "only a toplevel has a parent");
            return;
        };
        let Some(window) = state.clients.foreign.exported.get(&name.0).map(|exported| exported.window) else {
            return; // It was taken back; the client will know soon.
        };
        if state.descends(window, child) {
            resource.post_error(error, "a window cannot be a dialog of its own dialogs");
            return;
        }
        let exported = state.clients.foreign.exported.get_mut(&name.0);
        let imported = exported.and_then(|exported| exported.imported.iter_mut().find(|imported| imported.resource == *resource));
        if let Some(imported) = imported
            && !imported.children.contains(&child)
        {
            imported.children.push(child);
        }
        state.observe(Event::WindowChanged { window: child, change: WindowChange::Parent(Some(window)) });
    }

    fn destroyed(state: &mut State, client: ClientId, resource: &ZxdgImportedV2, name: &Name) {
        state.clients.foreign.gives_back(&client);
        let Some(exported) = state.clients.foreign.exported.get_mut(&name.0) else { return };
        let (window, mut children) = (exported.window, Vec::new());
        exported.imported.retain_mut(|imported| {
            let is_it = imported.resource == *resource;
            if is_it {
                children = std::mem::take(&mut imported.children);
            }
            !is_it
        });
        state.orphan(&children, window);
    }
}
