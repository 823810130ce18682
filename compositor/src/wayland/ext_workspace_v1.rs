//! `ext_workspace_v1` 1: bars show workspaces and switch between them. Every output is a group.
//!
//! What changed is found by comparing with what was told, once in a turn in which the core said that workspaces changed. What a client
//! asks for is collected until its `commit` and then carried out as one transaction: all of it or nothing.

use std::collections::BTreeMap;

use glasshouse_core::{Command, MAX_TRANSACTION, Notice, OutputId, WorkspaceId, WorkspaceInfo, WorkspaceRef, command::OutputRef};
use smithay::{
    output::Output,
    reexports::{
        wayland_protocols::ext::workspace::v1::server::{
            ext_workspace_group_handle_v1::{self, ExtWorkspaceGroupHandleV1, GroupCapabilities},
            ext_workspace_handle_v1::{self, ExtWorkspaceHandleV1, State as WorkspaceState, WorkspaceCapabilities},
            ext_workspace_manager_v1::{self, ExtWorkspaceManagerV1},
        },
        wayland_server::{
            Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, backend::ClientId, protocol::wl_output::WlOutput,
        },
    },
};

use super::{
    client::is_trusted,
    quota::{Share, over},
    toplevels::{ListId, count},
};
use crate::State;

/// All workspaces as tools know them, and the tools.
#[derive(Debug, Default)]
pub struct Workspaces {
    /// May be other ones than was told.
    changed: bool,
    groups: BTreeMap<OutputId, Group>,
    workspaces: BTreeMap<WorkspaceId, Known>,
    /// By our numbers.
    managers: BTreeMap<u64, Manager>,
}

#[derive(Debug)]
struct Manager {
    resource: ExtWorkspaceManagerV1,
    /// What its client asked for since the last commit.
    wanted: Vec<Command>,
}

#[derive(Debug)]
struct Group {
    /// Kept, because clients are told also when the output is gone.
    output: Output,
    handles: Vec<ExtWorkspaceGroupHandleV1>,
}

#[derive(Debug)]
struct Known {
    /// It never changes, so it is the first name that it had. `None`: it had none.
    id: Option<String>,
    told: Told,
    handles: Vec<ExtWorkspaceHandleV1>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    name: String,
    /// Its place on its output, from 0.
    place: u32,
    /// Never `hidden`: one can go to each of them.
    state: WorkspaceState,
    capabilities: WorkspaceCapabilities,
    /// `None`: there is no output at all.
    group: Option<OutputId>,
}

/// What a handle of a group stands for.
#[derive(Debug)]
pub struct GroupHandle {
    manager: u64,
    output: OutputId,
    _share: Option<Share>,
}

/// What a handle of a workspace stands for.
#[derive(Debug)]
pub struct WorkspaceHandle {
    manager: u64,
    workspace: WorkspaceId,
    _share: Option<Share>,
}

impl Told {
    fn new(info: &WorkspaceInfo) -> Self {
        let mut state = WorkspaceState::empty();
        state.set(WorkspaceState::Active, info.active);
        state.set(WorkspaceState::Urgent, info.urgent);
        // Whoever has no name goes by itself, and windows are not lost for a click in a bar.
        let mut capabilities = WorkspaceCapabilities::Activate | WorkspaceCapabilities::Assign;
        capabilities.set(WorkspaceCapabilities::Remove, info.name.is_some() && info.windows.is_empty());
        let name = info.name.clone().unwrap_or_else(|| info.index.to_string());
        Self { name, place: info.index.saturating_sub(1), state, capabilities, group: info.output }
    }

    fn coordinates(&self) -> Vec<u8> {
        self.place.to_ne_bytes().to_vec()
    }
}

impl Workspaces {
    /// Takes note that tools may have to be told something.
    pub fn notice(&mut self, notice: &Notice) {
        match notice {
            Notice::WorkspaceAdded { .. }
            | Notice::WorkspaceChanged { .. }
            | Notice::WorkspaceRemoved { .. }
            | Notice::WorkspaceActivated { .. } => self.changed = true,
            _ => {}
        }
    }

    /// Outputs came or went.
    pub fn outputs_changed(&mut self) {
        self.changed = true;
    }

    /// The workspace of a handle, unless it is gone.
    fn workspace(&self, handle: &WorkspaceHandle) -> Option<&Known> {
        self.workspaces.get(&handle.workspace)
    }

    /// Tells who is in a group, or not any more, to those who have handles for both.
    fn tell_membership(&self, workspace: &Known, group: Option<OutputId>, enters: bool) {
        let Some(group) = group.and_then(|group| self.groups.get(&group)) else { return };
        let of = |handle: &ExtWorkspaceGroupHandleV1| handle.data::<GroupHandle>().map(|data| data.manager);
        for handle in &workspace.handles {
            let manager = handle.data::<WorkspaceHandle>().map(|data| data.manager);
            for group in group.handles.iter().filter(|group| of(group) == manager) {
                if enters { group.workspace_enter(handle) } else { group.workspace_leave(handle) }
            }
        }
    }

    /// Whether anybody is told anything.
    fn has_listeners(&self) -> bool {
        !self.managers.is_empty()
            || self.workspaces.values().any(|known| !known.handles.is_empty())
            || self.groups.values().any(|group| !group.handles.is_empty())
    }
}

impl State {
    /// Tells tools what is new of workspaces.
    pub fn workspaces_turn(&mut self) {
        if self.clients.workspaces.changed && self.clients.workspaces.has_listeners() {
            self.tell_workspaces();
        }
    }

    /// Brings what tools know up to date.
    fn tell_workspaces(&mut self) {
        self.clients.workspaces.changed = false;
        let outputs: BTreeMap<OutputId, Output> =
            self.desktop.outputs().iter().filter_map(|info| Some((info.id, self.clients.output(info.id)?.clone()))).collect();
        let infos: BTreeMap<WorkspaceId, WorkspaceInfo> = self.desktop.workspaces().into_iter().map(|info| (info.id, info)).collect();
        let mut any = self.groups_came(&outputs);
        let workspaces = &mut self.clients.workspaces;
        // Whoever moves leaves before it enters, and nobody is left in a group that goes.
        let mut moved = Vec::new();
        for (id, known) in &workspaces.workspaces {
            let now = infos.get(id).map(Told::new);
            if now.as_ref().and_then(|now| now.group) != known.told.group {
                workspaces.tell_membership(known, known.told.group, false);
                moved.push(*id);
            }
        }
        let gone: Vec<WorkspaceId> = workspaces.workspaces.keys().copied().filter(|id| !infos.contains_key(id)).collect();
        for known in gone.iter().filter_map(|id| workspaces.workspaces.remove(id)).collect::<Vec<_>>() {
            known.handles.iter().for_each(ExtWorkspaceHandleV1::removed);
            any = true;
        }
        any |= self.groups_went(&outputs);
        for info in infos.values() {
            let now = Told::new(info);
            let Some(known) = self.clients.workspaces.workspaces.get_mut(&info.id) else {
                self.workspace_came(info, now);
                any = true;
                continue;
            };
            if known.told == now {
                continue;
            }
            let before = std::mem::replace(&mut known.told, now.clone());
            any = true;
            for handle in &known.handles {
                if before.name != now.name {
                    handle.name(now.name.clone());
                }
                if before.place != now.place {
                    handle.coordinates(now.coordinates());
                }
                if before.state != now.state {
                    handle.state(now.state);
                }
                if before.capabilities != now.capabilities {
                    handle.capabilities(now.capabilities);
                }
            }
            self.workspace_named(info);
            let workspaces = &self.clients.workspaces;
            if moved.contains(&info.id)
                && let Some(known) = workspaces.workspaces.get(&info.id)
            {
                workspaces.tell_membership(known, now.group, true);
            }
        }
        if any {
            self.clients.workspaces.managers.values().for_each(|manager| manager.resource.done());
        }
    }

    /// One that got its first name has an id from now on, by which it is found again after a restart; unless another one had it before.
    fn workspace_named(&mut self, info: &WorkspaceInfo) {
        let known = &mut self.clients.workspaces.workspaces;
        let taken = known.values().any(|other| other.id.is_some() && other.id == info.name);
        if let Some(known) = known.get_mut(&info.id).filter(|known| known.id.is_none() && !taken)
            && let Some(name) = &info.name
        {
            known.id = Some(name.clone());
            known.handles.iter().for_each(|handle| handle.id(name.clone()));
        }
    }

    fn groups_came(&mut self, outputs: &BTreeMap<OutputId, Output>) -> bool {
        let workspaces = &mut self.clients.workspaces;
        let new: Vec<OutputId> = outputs.keys().copied().filter(|id| !workspaces.groups.contains_key(id)).collect();
        let managers: Vec<u64> = workspaces.managers.keys().copied().collect();
        for id in &new {
            let Some(output) = outputs.get(id).cloned() else { continue };
            workspaces.groups.insert(*id, Group { output, handles: Vec::new() });
        }
        for id in &new {
            managers.iter().for_each(|manager| self.announce_group(*manager, *id));
        }
        !new.is_empty()
    }

    fn groups_went(&mut self, outputs: &BTreeMap<OutputId, Output>) -> bool {
        let groups = &mut self.clients.workspaces.groups;
        let gone: Vec<OutputId> = groups.keys().copied().filter(|id| !outputs.contains_key(id)).collect();
        for group in gone.iter().filter_map(|id| groups.remove(id)).collect::<Vec<_>>() {
            for handle in &group.handles {
                let Some(client) = handle.client() else { continue };
                for wl in group.output.client_outputs(&client).collect::<Vec<_>>() {
                    handle.output_leave(&wl);
                }
                handle.removed();
            }
        }
        !gone.is_empty()
    }

    fn workspace_came(&mut self, info: &WorkspaceInfo, told: Told) {
        let workspaces = &mut self.clients.workspaces;
        workspaces.workspaces.insert(info.id, Known { id: None, told, handles: Vec::new() });
        let managers: Vec<u64> = workspaces.managers.keys().copied().collect();
        self.workspace_named(info);
        managers.into_iter().for_each(|manager| self.announce_workspace(manager, info.id));
    }

    fn announce_group(&mut self, manager: u64, output: OutputId) {
        let workspaces = &mut self.clients.workspaces;
        let Some(resource) = workspaces.managers.get(&manager).map(|manager| manager.resource.clone()) else { return };
        let (Some(client), Some(group)) = (resource.client(), workspaces.groups.get_mut(&output)) else { return };
        let data = GroupHandle { manager, output, _share: count(&client, &resource) };
        let Ok(handle) = client.create_resource::<ExtWorkspaceGroupHandleV1, _, State>(&self.clients.dh, resource.version(), data) else {
            return;
        };
        resource.workspace_group(&handle);
        handle.capabilities(GroupCapabilities::CreateWorkspace);
        for wl in group.output.client_outputs(&client).collect::<Vec<_>>() {
            handle.output_enter(&wl);
        }
        group.handles.push(handle);
    }

    fn announce_workspace(&mut self, manager: u64, workspace: WorkspaceId) {
        let workspaces = &mut self.clients.workspaces;
        let Some(resource) = workspaces.managers.get(&manager).map(|manager| manager.resource.clone()) else { return };
        let (Some(client), Some(known)) = (resource.client(), workspaces.workspaces.get_mut(&workspace)) else { return };
        let data = WorkspaceHandle { manager, workspace, _share: count(&client, &resource) };
        let Ok(handle) = client.create_resource::<ExtWorkspaceHandleV1, _, State>(&self.clients.dh, resource.version(), data) else {
            return;
        };
        resource.workspace(&handle);
        if let Some(id) = &known.id {
            handle.id(id.clone());
        }
        handle.name(known.told.name.clone());
        handle.coordinates(known.told.coordinates());
        handle.state(known.told.state);
        handle.capabilities(known.told.capabilities);
        known.handles.push(handle.clone());
        let group = known.told.group.and_then(|group| workspaces.groups.get(&group));
        let of = |group: &ExtWorkspaceGroupHandleV1| group.data::<GroupHandle>().map(|data| data.manager);
        for group in group.into_iter().flat_map(|group| &group.handles).filter(|group| of(group) == Some(manager)) {
            group.workspace_enter(&handle);
        }
    }

    /// A client has bound an output: its groups know only now that it is theirs.
    pub(super) fn workspaces_on(&mut self, output: &Output, wl: &WlOutput) {
        let Some(client) = wl.client() else { return };
        let workspaces = &self.clients.workspaces;
        for group in workspaces.groups.values().filter(|group| group.output == *output) {
            for handle in group.handles.iter().filter(|handle| handle.client().as_ref() == Some(&client)) {
                handle.output_enter(wl);
                let manager = handle.data::<GroupHandle>().and_then(|data| workspaces.managers.get(&data.manager));
                if let Some(manager) = manager {
                    manager.resource.done();
                }
            }
        }
    }

    /// Something for the next commit.
    fn workspace_wanted(&mut self, manager: u64, command: Command) {
        let Some(manager) = self.clients.workspaces.managers.get_mut(&manager) else { return };
        if manager.wanted.len() >= MAX_TRANSACTION {
            over(&manager.resource, MAX_TRANSACTION as u32, "requests about workspaces in one commit");
            return;
        }
        manager.wanted.push(command);
    }
}

impl GlobalDispatch<ExtWorkspaceManagerV1, ()> for State {
    fn bind(
        state: &mut State,
        _: &DisplayHandle,
        client: &Client,
        resource: New<ExtWorkspaceManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        let number = state.next_id();
        let resource = init.init(resource, ListId::new(number, client));
        if let Some(id) = resource.data::<ListId>() {
            id.check(&resource);
        }
        // Without listeners nobody kept it up to date.
        state.tell_workspaces();
        state.clients.workspaces.managers.insert(number, Manager { resource: resource.clone(), wanted: Vec::new() });
        for output in state.clients.workspaces.groups.keys().copied().collect::<Vec<_>>() {
            state.announce_group(number, output);
        }
        for workspace in state.clients.workspaces.workspaces.keys().copied().collect::<Vec<_>>() {
            state.announce_workspace(number, workspace);
        }
        resource.done();
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_trusted(&client)
    }
}

impl Dispatch<ExtWorkspaceManagerV1, ListId> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &ExtWorkspaceManagerV1,
        request: ext_workspace_manager_v1::Request,
        id: &ListId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        use ext_workspace_manager_v1::Request;
        match request {
            Request::Commit => {
                let manager = state.clients.workspaces.managers.get_mut(&id.number);
                let wanted = manager.map(|manager| std::mem::take(&mut manager.wanted)).unwrap_or_default();
                if !wanted.is_empty() {
                    state.run_for_tool(client, &wanted);
                }
            }
            Request::Stop => {
                state.clients.workspaces.managers.remove(&id.number);
                // This ends the object, too.
                resource.finished();
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &ExtWorkspaceManagerV1, id: &ListId) {
        state.clients.workspaces.managers.remove(&id.number);
    }
}

impl Dispatch<ExtWorkspaceGroupHandleV1, GroupHandle> for State {
    fn request(
        state: &mut State,
        _: &Client,
        _: &ExtWorkspaceGroupHandleV1,
        request: ext_workspace_group_handle_v1::Request,
        handle: &GroupHandle,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        // The other one is `destroy`, a destructor. What is asked of a group that is gone is ignored.
        if let ext_workspace_group_handle_v1::Request::CreateWorkspace { workspace: name } = request
            && state.clients.workspaces.groups.contains_key(&handle.output)
        {
            let output = OutputRef::Id(handle.output);
            state.workspace_wanted(handle.manager, Command::CreateWorkspace { name, output });
        }
    }

    fn destroyed(state: &mut State, _: ClientId, resource: &ExtWorkspaceGroupHandleV1, handle: &GroupHandle) {
        if let Some(group) = state.clients.workspaces.groups.get_mut(&handle.output) {
            group.handles.retain(|other| other != resource);
        }
    }
}

impl Dispatch<ExtWorkspaceHandleV1, WorkspaceHandle> for State {
    fn request(
        state: &mut State,
        _: &Client,
        _: &ExtWorkspaceHandleV1,
        request: ext_workspace_handle_v1::Request,
        handle: &WorkspaceHandle,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        use ext_workspace_handle_v1::Request;
        let Some(known) = state.clients.workspaces.workspace(handle) else { return };
        let removable = known.told.capabilities.contains(WorkspaceCapabilities::Remove);
        let workspace = WorkspaceRef::Id(handle.workspace);
        let command = match request {
            Request::Activate => Command::FocusWorkspace { workspace },
            Request::Assign { workspace_group } => {
                let Some(group) = workspace_group.data::<GroupHandle>() else { return };
                Command::MoveWorkspaceToOutput { output: OutputRef::Id(group.output), workspace }
            }
            // Without its name it goes as soon as nobody looks at it.
            Request::Remove if removable => Command::RenameWorkspace { name: String::new(), workspace },
            // An output always shows one of its workspaces, so none can be deactivated; or `destroy`, a destructor.
            _ => return,
        };
        state.workspace_wanted(handle.manager, command);
    }

    fn destroyed(state: &mut State, _: ClientId, resource: &ExtWorkspaceHandleV1, handle: &WorkspaceHandle) {
        if let Some(known) = state.clients.workspaces.workspaces.get_mut(&handle.workspace) {
            known.handles.retain(|other| other != resource);
        }
    }
}
