//! What taskbars, docks and other tools know of windows: `ext_foreign_toplevel_list_v1` and `zwlr_foreign_toplevel_management_v1` tell the
//! same things, so both are told from here.
//!
//! The core's notices mark windows; once in a turn, before the flush, these alone are compared with what was told of them. A window is
//! one *showing* for tools: unmapped and mapped again it is another one, with another identifier and other handles.

use std::collections::{BTreeMap, BTreeSet};

use glasshouse_core::{Caller, Command, Notice, OutputId, Scopes, WindowId, WindowInfo};
use smithay::{
    output::Output,
    reexports::{
        wayland_protocols::ext::foreign_toplevel_list::v1::server::{
            ext_foreign_toplevel_handle_v1::ExtForeignToplevelHandleV1, ext_foreign_toplevel_list_v1::ExtForeignToplevelListV1,
        },
        wayland_protocols_wlr::foreign_toplevel::v1::server::{
            zwlr_foreign_toplevel_handle_v1::{self, ZwlrForeignToplevelHandleV1},
            zwlr_foreign_toplevel_manager_v1::ZwlrForeignToplevelManagerV1,
        },
        wayland_server::{Client, Resource, protocol::wl_output::WlOutput},
    },
};

use super::{
    client::{ClientState, quota_of},
    quota::{Counted, Share},
    surface::Role,
};
use crate::State;

/// Bytes of a text in one event: libwayland sends no longer message than 4,096 with everything.
const MAX_TEXT: usize = 4_000;
/// Digits of the desktop's own name in an identifier, which may be 32 bytes long in all.
const INSTANCE: usize = 12;

/// All windows as tools know them, and the tools.
#[derive(Debug, Default)]
pub struct Toplevels {
    windows: BTreeMap<WindowId, Known>,
    /// May be other ones than was told.
    changed: BTreeSet<WindowId>,
    /// The one that was told to have the keyboard.
    activated: Option<WindowId>,
    showings: u64,
    pub(super) lists: Vec<ExtForeignToplevelListV1>,
    pub(super) managers: Vec<ZwlrForeignToplevelManagerV1>,
}

/// What was told of one window, and to whom.
#[derive(Debug)]
struct Known {
    showing: u64,
    identifier: String,
    told: Told,
    ext: Vec<ExtForeignToplevelHandleV1>,
    wlr: Vec<ZwlrForeignToplevelHandleV1>,
}

#[derive(Debug, Clone)]
struct Told {
    title: String,
    app_id: String,
    /// It may be one that is not shown, and that no tool knows.
    parent: Option<WindowId>,
    states: States,
    /// Kept with the name, because clients are told also when an output is gone.
    outputs: BTreeMap<OutputId, Output>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct States {
    maximized: bool,
    minimized: bool,
    activated: bool,
    fullscreen: bool,
}

/// What a handle stands for.
#[derive(Debug)]
pub struct Handle {
    pub(super) window: WindowId,
    showing: u64,
    /// The list or manager that it came from.
    from: u64,
    _share: Option<Share>,
}

/// What a list or manager is, for us.
#[derive(Debug)]
pub struct ListId {
    pub(super) number: u64,
    share: Option<Share>,
}

impl ListId {
    /// Counts one more object of this client.
    pub(super) fn new(number: u64, client: &Client) -> Self {
        Self { number, share: quota_of(client).map(|quota| quota.take(Counted::Handle)) }
    }

    /// Past the limit the list itself gets the error.
    pub(super) fn check(&self, resource: &impl Resource) {
        if let Some(share) = &self.share {
            share.check(resource);
        }
    }
}

impl Toplevels {
    /// Takes note that tools may have to be told something.
    pub fn notice(&mut self, notice: &Notice) {
        match *notice {
            Notice::WindowOpened { window } | Notice::WindowClosed { window } | Notice::WindowChanged { window } => {
                self.changed.insert(window);
            }
            Notice::FocusChanged { window } => self.changed.extend([self.activated, window].into_iter().flatten()),
            _ => {}
        }
    }

    /// A window is on other outputs now.
    pub fn moved(&mut self, window: WindowId) {
        self.changed.insert(window);
    }

    /// Whether a handle's window is the one that it was made for.
    pub(super) fn is_current(&self, handle: &Handle) -> bool {
        self.windows.get(&handle.window).is_some_and(|known| known.showing == handle.showing)
    }

    pub(super) fn forget_ext(&mut self, handle: &Handle, resource: &ExtForeignToplevelHandleV1) {
        if let Some(known) = self.windows.get_mut(&handle.window) {
            known.ext.retain(|other| other != resource);
        }
    }

    pub(super) fn forget_wlr(&mut self, handle: &Handle, resource: &ZwlrForeignToplevelHandleV1) {
        if let Some(known) = self.windows.get_mut(&handle.window) {
            known.wlr.retain(|other| other != resource);
        }
    }

    /// The handle of a window that came from the same manager as another one. A client may have destroyed it.
    fn sibling(&self, window: Option<WindowId>, handle: &ZwlrForeignToplevelHandleV1) -> Option<ZwlrForeignToplevelHandleV1> {
        let from = |handle: &ZwlrForeignToplevelHandleV1| handle.data::<Handle>().map(|data| data.from);
        self.windows.get(&window?)?.wlr.iter().find(|other| from(other) == from(handle)).cloned()
    }

    /// Tells the children of a window that it is there now, or gone.
    fn tell_children(&self, parent: WindowId) {
        for known in self.windows.values().filter(|known| known.told.parent == Some(parent)) {
            for handle in known.wlr.iter().filter(|handle| handle.version() >= zwlr_foreign_toplevel_handle_v1::EVT_PARENT_SINCE) {
                handle.parent(self.sibling(Some(parent), handle).as_ref());
                handle.done();
            }
        }
    }
}

impl Told {
    fn new(info: &WindowInfo, outputs: BTreeMap<OutputId, Output>) -> Self {
        let states = States { maximized: info.maximized, minimized: info.minimized, activated: info.focused, fullscreen: info.fullscreen };
        Self { title: cut(&info.title), app_id: cut(&info.app_id), parent: info.parent, states, outputs }
    }
}

fn cut(text: &str) -> String {
    text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or_default().to_owned()
}

impl States {
    /// As `zwlr_foreign_toplevel_handle_v1.state` wants them.
    fn wire(self, version: u32) -> Vec<u8> {
        use zwlr_foreign_toplevel_handle_v1::State as S;
        let knows_fullscreen = version >= zwlr_foreign_toplevel_handle_v1::REQ_SET_FULLSCREEN_SINCE;
        let states = [
            (S::Maximized, self.maximized),
            (S::Minimized, self.minimized),
            (S::Activated, self.activated),
            (S::Fullscreen, self.fullscreen && knows_fullscreen),
        ];
        states.into_iter().filter(|(_, on)| *on).flat_map(|(state, _)| (state as u32).to_ne_bytes()).collect()
    }
}

/// Tells a handle that its window came to outputs, as the client has bound them, or left them.
fn tell_outputs<'a>(handle: &ZwlrForeignToplevelHandleV1, outputs: impl Iterator<Item = &'a Output>, enter: bool) -> bool {
    let Some(client) = handle.client() else { return false };
    let mut any = false;
    for wl in outputs.flat_map(|output| output.client_outputs(&client).collect::<Vec<_>>()) {
        any = true;
        if enter { handle.output_enter(&wl) } else { handle.output_leave(&wl) }
    }
    any
}

impl State {
    /// Tells tools what is new of windows.
    pub fn toplevels_turn(&mut self) {
        for window in std::mem::take(&mut self.clients.toplevels.changed) {
            match self.desktop.window(window).filter(|info| info.mapped) {
                Some(info) => self.tell_toplevel(&info),
                None => self.toplevel_closed(window),
            }
        }
    }

    /// The outputs that show a window, and the one that its workspace is on: a minimized one stays in the taskbar there.
    fn toplevel_outputs(&self, info: &WindowInfo) -> BTreeMap<OutputId, Output> {
        let shown = self.clients.surfaces.get(info.surface).map(|surface| surface.outputs.clone()).unwrap_or_default();
        let all = shown.into_iter().chain(info.output);
        all.filter_map(|id| Some((id, self.clients.output(id)?.clone()))).collect()
    }

    fn tell_toplevel(&mut self, info: &WindowInfo) {
        let now = Told::new(info, self.toplevel_outputs(info));
        let toplevels = &mut self.clients.toplevels;
        if now.states.activated {
            toplevels.activated = Some(info.id);
        }
        let Some(known) = toplevels.windows.get_mut(&info.id) else {
            self.toplevel_opened(info.id, now);
            return;
        };
        let before = std::mem::replace(&mut known.told, now.clone());
        let toplevels = &self.clients.toplevels;
        let Some(known) = toplevels.windows.get(&info.id) else { return };
        let title = (before.title != now.title).then_some(&now.title);
        let app_id = (before.app_id != now.app_id).then_some(&now.app_id);
        for handle in known.ext.iter().filter(|_| title.is_some() || app_id.is_some()) {
            title.into_iter().for_each(|title| handle.title(title.clone()));
            app_id.into_iter().for_each(|app_id| handle.app_id(app_id.clone()));
            handle.done();
        }
        let others = |all: &BTreeMap<OutputId, Output>, but: &BTreeMap<OutputId, Output>| {
            all.iter().filter(|(id, _)| !but.contains_key(id)).map(|(_, output)| output.clone()).collect::<Vec<_>>()
        };
        let (entered, left) = (others(&now.outputs, &before.outputs), others(&before.outputs, &now.outputs));
        for handle in &known.wlr {
            let mut any = title.is_some() || app_id.is_some();
            title.into_iter().for_each(|title| handle.title(title.clone()));
            app_id.into_iter().for_each(|app_id| handle.app_id(app_id.clone()));
            any |= tell_outputs(handle, left.iter(), false);
            any |= tell_outputs(handle, entered.iter(), true);
            if before.states != now.states {
                handle.state(now.states.wire(handle.version()));
                any = true;
            }
            if before.parent != now.parent && handle.version() >= zwlr_foreign_toplevel_handle_v1::EVT_PARENT_SINCE {
                handle.parent(toplevels.sibling(now.parent, handle).as_ref());
                any = true;
            }
            if any {
                handle.done();
            }
        }
    }

    fn toplevel_opened(&mut self, window: WindowId, told: Told) {
        let toplevels = &mut self.clients.toplevels;
        toplevels.showings += 1;
        let showing = toplevels.showings;
        let instance = self.events.instance();
        let identifier = format!("{window}.{showing}.{}", instance.get(..INSTANCE).unwrap_or(instance));
        toplevels.windows.insert(window, Known { showing, identifier, told, ext: Vec::new(), wlr: Vec::new() });
        for list in toplevels.lists.clone() {
            self.announce_ext(&list, window);
        }
        for manager in self.clients.toplevels.managers.clone() {
            self.announce_wlr(&manager, window);
        }
        self.clients.toplevels.tell_children(window);
    }

    fn toplevel_closed(&mut self, window: WindowId) {
        let toplevels = &mut self.clients.toplevels;
        let Some(known) = toplevels.windows.remove(&window) else { return };
        toplevels.tell_children(window);
        known.ext.iter().for_each(ExtForeignToplevelHandleV1::closed);
        known.wlr.iter().for_each(ZwlrForeignToplevelHandleV1::closed);
    }

    /// Lets a new list know all windows.
    pub(super) fn announce_all_ext(&mut self, list: &ExtForeignToplevelListV1) {
        for window in self.clients.toplevels.windows.keys().copied().collect::<Vec<_>>() {
            self.announce_ext(list, window);
        }
    }

    /// Lets a new manager know all windows, and then whose dialogs they are.
    pub(super) fn announce_all_wlr(&mut self, manager: &ZwlrForeignToplevelManagerV1) {
        let windows: Vec<_> = self.clients.toplevels.windows.keys().copied().collect();
        for window in &windows {
            self.announce_wlr(manager, *window);
        }
        // Those that were announced before their parents.
        for (at, window) in windows.iter().enumerate() {
            let toplevels = &self.clients.toplevels;
            let Some(parent) = toplevels.windows.get(window).and_then(|known| known.told.parent) else { continue };
            if windows.get(at..).is_some_and(|later| later.contains(&parent))
                && let Some(handle) = toplevels.windows.get(window).and_then(|known| known.wlr.last())
                && handle.version() >= zwlr_foreign_toplevel_handle_v1::EVT_PARENT_SINCE
            {
                handle.parent(toplevels.sibling(Some(parent), handle).as_ref());
                handle.done();
            }
        }
    }

    fn announce_ext(&mut self, list: &ExtForeignToplevelListV1, window: WindowId) {
        let Some((client, number)) = list.client().zip(list.data::<ListId>().map(|id| id.number)) else { return };
        let Some(known) = self.clients.toplevels.windows.get_mut(&window) else { return };
        let share = count(&client, list);
        let data = Handle { window, showing: known.showing, from: number, _share: share };
        let Ok(handle) = client.create_resource::<ExtForeignToplevelHandleV1, _, State>(&self.clients.dh, list.version(), data) else {
            return;
        };
        list.toplevel(&handle);
        handle.identifier(known.identifier.clone());
        handle.title(known.told.title.clone());
        handle.app_id(known.told.app_id.clone());
        handle.done();
        known.ext.push(handle);
    }

    fn announce_wlr(&mut self, manager: &ZwlrForeignToplevelManagerV1, window: WindowId) {
        let Some((client, number)) = manager.client().zip(manager.data::<ListId>().map(|id| id.number)) else { return };
        let Some(known) = self.clients.toplevels.windows.get_mut(&window) else { return };
        let share = count(&client, manager);
        let data = Handle { window, showing: known.showing, from: number, _share: share };
        let Ok(handle) = client.create_resource::<ZwlrForeignToplevelHandleV1, _, State>(&self.clients.dh, manager.version(), data) else {
            return;
        };
        manager.toplevel(&handle);
        handle.title(known.told.title.clone());
        handle.app_id(known.told.app_id.clone());
        tell_outputs(&handle, known.told.outputs.values(), true);
        handle.state(known.told.states.wire(handle.version()));
        let parent = known.told.parent;
        known.wlr.push(handle.clone());
        if let Some(parent) = self.clients.toplevels.sibling(parent, &handle)
            && handle.version() >= zwlr_foreign_toplevel_handle_v1::EVT_PARENT_SINCE
        {
            handle.parent(Some(&parent));
        }
        handle.done();
    }

    /// A client has bound an output: its handles know only now that windows are there.
    pub(super) fn toplevels_on(&mut self, output: &Output, wl: &WlOutput) {
        let Some(client) = wl.client() else { return };
        for known in self.clients.toplevels.windows.values().filter(|known| known.told.outputs.values().any(|on| on == output)) {
            for handle in known.wlr.iter().filter(|handle| handle.client().as_ref() == Some(&client)) {
                handle.output_enter(wl);
                handle.done();
            }
        }
    }

    /// A window's surface is on other outputs now.
    pub(super) fn toplevel_moved(&mut self, surface: glasshouse_core::SurfaceId) {
        if let Some(Role::Toplevel { window, .. }) = self.clients.surfaces.get(surface).map(|surface| &surface.role) {
            self.clients.toplevels.moved(*window);
        }
    }

    /// Carries out what a tool wants of other clients' windows.
    pub(super) fn run_for_tool(&mut self, client: &Client, commands: &[Command]) {
        let caller = tool(client);
        let result = match commands {
            [command] => self.run(&caller, command.clone()).map_err(|refusal| refusal.to_string()),
            _ => self.run_all(&caller, commands).map_err(|refused| refused.to_string()),
        };
        if let Err(refusal) = result {
            // These protocols promise nothing: the state that is told is the answer.
            tracing::debug!(refusal, "a tool was refused");
        }
        // Whoever asks and then waits for `wl_display.sync` has been told by then, as with other compositors.
        self.settle();
        self.toplevels_turn();
        self.workspaces_turn();
    }
}

/// A client that may see and arrange all windows: what it asks for is its own wish, not that of the person.
pub(super) fn tool(client: &Client) -> Caller {
    let pid = client.get_data::<ClientState>().and_then(|state| state.pid);
    Caller::Program { pid, scopes: Scopes::OBSERVE.with(Scopes::ARRANGE) }
}

/// Counts a handle for its client; past the limit `parent` gets the error.
pub(super) fn count(client: &Client, parent: &impl Resource) -> Option<Share> {
    let share = quota_of(client)?.take(Counted::Handle);
    share.check(parent);
    Some(share)
}
