//! `wlr-output-management-unstable-v1` 4: wlr-randr, kanshi and nwg-displays see all outputs, also those that are not used, and change them.
//!
//! A configuration is one transaction of `configure-output`: all of it or nothing. Heads are known by their output's name, which stays
//! when it is not used for a while.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use glasshouse_core::{Caller, Command, OutputChange, OutputInfo, OutputMode, OutputRef, command::Mode};
use glasshouse_scene::{LogicalPoint, Transform};
use smithay::reexports::{
    wayland_protocols_wlr::output_management::v1::server::{
        zwlr_output_configuration_head_v1::{self, ZwlrOutputConfigurationHeadV1},
        zwlr_output_configuration_v1::{self, ZwlrOutputConfigurationV1},
        zwlr_output_head_v1::{self, AdaptiveSyncState, ZwlrOutputHeadV1},
        zwlr_output_manager_v1::{self, ZwlrOutputManagerV1},
        zwlr_output_mode_v1::{self, ZwlrOutputModeV1},
    },
    wayland_server::{
        Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, WEnum, backend::ClientId, protocol::wl_output,
    },
};

use super::{
    client::is_trusted,
    quota::{MAX_OUTPUT_MANAGERS, over},
};
use crate::State;

/// Sizes that are offered beside the current one: a virtual output can have any, but tools choose from a list.
const USUAL: [(u32, u32); 9] =
    [(3840, 2160), (2560, 1440), (1920, 1080), (1600, 900), (1366, 768), (1280, 1024), (1280, 720), (1024, 768), (800, 600)];
const USUAL_REFRESH_MHZ: u32 = 60_000;

/// Width, height and mHz.
type ModeKey = (u32, u32, u32);

/// Everybody who looks at outputs.
#[derive(Debug, Default)]
pub struct OutputManager {
    /// Numbers what was told; a configuration names what it is about.
    serial: u32,
    changed: bool,
    managers: Vec<Manager>,
}

#[derive(Debug)]
struct Manager {
    object: ZwlrOutputManagerV1,
    heads: BTreeMap<String, Head>,
}

#[derive(Debug)]
struct Head {
    object: ZwlrOutputHeadV1,
    modes: HashMap<ModeKey, ZwlrOutputModeV1>,
    told: Option<HeadState>,
}

/// What is told of an output.
#[derive(Debug, Clone, PartialEq)]
struct HeadState {
    mode: ModeKey,
    /// Where it is, how it is mounted, and its scale. `None`: it is not used.
    used: Option<((i32, i32), Transform, f64)>,
}

/// Kept with every head: the output's name.
#[derive(Debug)]
pub struct HeadName(String);

/// Kept with every mode: the output's name, and which.
#[derive(Debug)]
pub struct ModeOf(String, ModeKey);

/// A configuration that is being put together.
#[derive(Debug, Default)]
pub struct Draft {
    serial: u32,
    used: bool,
    /// By the outputs' names. `None`: it is not to be used.
    heads: BTreeMap<String, Option<Arc<Mutex<HeadDraft>>>>,
}

#[derive(Debug, Default, Clone)]
pub struct HeadDraft {
    output: String,
    mode: Option<Mode>,
    position: Option<LogicalPoint>,
    transform: Option<Transform>,
    scale: Option<f64>,
    adaptive_sync: Option<bool>,
}

impl OutputManager {
    /// Some output is not what was told.
    pub fn changed(&mut self) {
        self.changed = true;
    }
}

fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl Manager {
    /// Tells what is different now, and `done`.
    fn tell(&mut self, dh: &DisplayHandle, outputs: &[(String, HeadState)], serial: u32) {
        let gone: Vec<String> = self.heads.keys().filter(|name| outputs.iter().all(|(known, _)| known != *name)).cloned().collect();
        for head in gone.iter().filter_map(|name| self.heads.remove(name)) {
            head.modes.values().for_each(ZwlrOutputModeV1::finished);
            head.object.finished();
        }
        for (name, state) in outputs {
            if !self.heads.contains_key(name) {
                let Some(head) = self.new_head(dh, name) else { continue };
                self.heads.insert(name.clone(), head);
            }
            if let Some(head) = self.heads.get_mut(name) {
                head.tell(dh, name, state);
            }
        }
        self.object.done(serial);
    }

    /// `None`: its client is going.
    fn new_head(&self, dh: &DisplayHandle, name: &str) -> Option<Head> {
        let client = self.object.client()?;
        let head = HeadName(name.to_owned());
        let object = client.create_resource::<ZwlrOutputHeadV1, _, State>(dh, self.object.version(), head).ok()?;
        self.object.head(&object);
        object.name(name.to_owned());
        object.description(format!("{name}, a virtual output"));
        if object.version() >= 2 {
            object.make("Glasshouse".to_owned());
            object.model("headless".to_owned());
            object.serial_number(name.to_owned());
        }
        Some(Head { object, modes: HashMap::new(), told: None })
    }
}

impl Head {
    fn tell(&mut self, dh: &DisplayHandle, name: &str, state: &HeadState) {
        if self.told.as_ref() == Some(state) {
            return;
        }
        let usual = USUAL.map(|(width, height)| (width, height, USUAL_REFRESH_MHZ));
        for mode in std::iter::once(state.mode).chain(usual) {
            self.offer(dh, name, mode, mode == state.mode && self.modes.is_empty());
        }
        let before = self.told.replace(state.clone());
        let used = before.as_ref().map(|before| before.used.is_some());
        if used != Some(state.used.is_some()) {
            self.object.enabled(i32::from(state.used.is_some()));
        }
        let Some((position, transform, scale)) = state.used else { return };
        if let Some(mode) = self.modes.get(&state.mode) {
            self.object.current_mode(mode);
        }
        self.object.position(position.0, position.1);
        let transform = wl_output::Transform::try_from(transform.to_wire()).unwrap_or(wl_output::Transform::Normal);
        self.object.transform(transform);
        self.object.scale(scale);
        if self.object.version() >= 4 {
            self.object.adaptive_sync(AdaptiveSyncState::Disabled);
        }
    }

    fn offer(&mut self, dh: &DisplayHandle, name: &str, mode: ModeKey, preferred: bool) {
        if self.modes.contains_key(&mode) {
            return;
        }
        let Some(client) = self.object.client() else { return };
        let version = self.object.version().min(3);
        let Ok(object) = client.create_resource::<ZwlrOutputModeV1, _, State>(dh, version, ModeOf(name.to_owned(), mode)) else { return };
        self.object.mode(&object);
        object.size(signed(mode.0), signed(mode.1));
        object.refresh(signed(mode.2));
        if preferred {
            object.preferred();
        }
        self.modes.insert(mode, object);
    }
}

fn key(mode: &OutputMode) -> ModeKey {
    (mode.width, mode.height, mode.refresh_mhz)
}

impl State {
    /// All outputs, used ones first. The protocol has no word for a mirror: it is used, and lies where its source does.
    fn head_states(&self) -> Vec<(String, HeadState)> {
        let head = |output: &OutputInfo| {
            let position = (output.position.x.round() as i32, output.position.y.round() as i32);
            let used = output.enabled.then_some((position, output.mode.transform, output.mode.scale));
            (output.mode.name.clone(), HeadState { mode: key(&output.mode), used })
        };
        let (used, unused): (Vec<OutputInfo>, Vec<OutputInfo>) = self.desktop.all_outputs().into_iter().partition(|output| output.enabled);
        used.iter().chain(&unused).map(head).collect()
    }

    /// A phase of the turn: tells everybody what is different of the outputs.
    pub fn output_manager_turn(&mut self) {
        if !std::mem::take(&mut self.output_manager.changed) {
            return;
        }
        self.output_manager.serial = self.output_manager.serial.wrapping_add(1);
        let (states, serial) = (self.head_states(), self.output_manager.serial);
        for manager in &mut self.output_manager.managers {
            manager.tell(&self.clients.dh, &states, serial);
        }
    }

    /// The commands that a draft means. `None`: it is about outputs as they were once.
    fn drafted(&self, draft: &Draft) -> Option<Vec<Command>> {
        if draft.serial != self.output_manager.serial || self.output_manager.changed {
            return None;
        }
        let command = |(name, wanted): (&String, &Option<Arc<Mutex<HeadDraft>>>)| {
            let output = OutputRef::Named(name.clone());
            let known = self.desktop.all_outputs().into_iter().find(|output| output.mode.name == *name);
            let used = known.as_ref().is_some_and(|output| output.enabled);
            let is_mirror = known.is_some_and(|output| output.shows.is_some());
            let HeadDraft { mode, position, transform, scale, .. } = match wanted {
                Some(wanted) => wanted.lock().unwrap_or_else(PoisonError::into_inner).clone(),
                None if used => HeadDraft::default(),
                None => return None,
            };
            // Tools repeat the place that they were told, which is its source's.
            let position = position.filter(|_| !is_mirror);
            let enabled = Some(wanted.is_some().into());
            Some(OutputChange { mode, scale, transform, position, enabled, ..OutputChange::default() }.of(output))
        };
        Some(draft.heads.iter().filter_map(command).collect())
    }

    /// Whether a configuration can be, or is carried out.
    fn try_draft(&mut self, configuration: &ZwlrOutputConfigurationV1, draft: &Draft, carry_out: bool) {
        let Some(commands) = self.drafted(draft) else {
            configuration.cancelled();
            return;
        };
        if let Some((missing, _)) = self.head_states().iter().find(|(name, _)| !draft.heads.contains_key(name)) {
            let message = format!("nothing is said about {missing}");
            configuration.post_error(zwlr_output_configuration_v1::Error::UnconfiguredHead, message);
            return;
        }
        // No output can do it, and none that is asked for it can be had.
        let syncs =
            draft.heads.values().flatten().any(|head| head.lock().unwrap_or_else(PoisonError::into_inner).adaptive_sync == Some(true));
        let result = match (syncs, commands.is_empty()) {
            (true, _) => Err("no output has adaptive sync".to_owned()),
            (false, true) => Ok(()),
            (false, false) if carry_out => self.apply_all(&Caller::Person, &commands).map_err(|refused| refused.to_string()),
            (false, false) => self.desktop.dry_run(&Caller::Person, &commands, self.now).map(drop).map_err(|refused| refused.to_string()),
        };
        match result {
            Ok(()) => {
                if carry_out {
                    commands.iter().for_each(|command| self.tell_command(&Caller::Client, command));
                }
                configuration.succeeded();
            }
            Err(why) => {
                tracing::debug!(why, "a configuration of outputs is refused");
                configuration.failed();
            }
        }
    }
}

impl GlobalDispatch<ZwlrOutputManagerV1, ()> for State {
    fn bind(
        state: &mut State,
        dh: &DisplayHandle,
        _: &Client,
        resource: New<ZwlrOutputManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        let object = init.init(resource, ());
        let managers = &state.output_manager.managers;
        if managers.iter().filter(|other| other.object.id().same_client_as(&object.id())).count() >= MAX_OUTPUT_MANAGERS {
            over(&object, MAX_OUTPUT_MANAGERS as u32, "output managers");
            return;
        }
        let mut manager = Manager { object, heads: BTreeMap::new() };
        manager.tell(dh, &state.head_states(), state.output_manager.serial);
        state.output_manager.managers.push(manager);
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_trusted(&client)
    }
}

impl Dispatch<ZwlrOutputManagerV1, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        manager: &ZwlrOutputManagerV1,
        request: zwlr_output_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        match request {
            zwlr_output_manager_v1::Request::CreateConfiguration { id, serial } => {
                init.init(id, Mutex::new(Draft { serial, ..Draft::default() }));
            }
            zwlr_output_manager_v1::Request::Stop => {
                state.output_manager.managers.retain(|known| known.object != *manager);
                manager.finished();
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, manager: &ZwlrOutputManagerV1, (): &()) {
        state.output_manager.managers.retain(|known| known.object != *manager);
    }
}

impl Dispatch<ZwlrOutputHeadV1, HeadName> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &ZwlrOutputHeadV1,
        _: zwlr_output_head_v1::Request, // Only `release`, a destructor.
        _: &HeadName,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }
}

impl Dispatch<ZwlrOutputModeV1, ModeOf> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &ZwlrOutputModeV1,
        _: zwlr_output_mode_v1::Request, // Only `release`, a destructor.
        _: &ModeOf,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }
}

impl Dispatch<ZwlrOutputConfigurationV1, Mutex<Draft>> for State {
    fn request(
        state: &mut State,
        _: &Client,
        configuration: &ZwlrOutputConfigurationV1,
        request: zwlr_output_configuration_v1::Request,
        draft: &Mutex<Draft>,
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        use zwlr_output_configuration_v1::{Error, Request};
        let mut draft = draft.lock().unwrap_or_else(PoisonError::into_inner);
        let used = draft.used;
        let mut add = |head: &ZwlrOutputHeadV1, wanted: Option<Arc<Mutex<HeadDraft>>>| {
            let Some(HeadName(name)) = head.data::<HeadName>() else { return };
            if used {
                configuration.post_error(Error::AlreadyUsed, "the configuration was tested or applied already");
            } else if draft.heads.insert(name.clone(), wanted).is_some() {
                configuration.post_error(Error::AlreadyConfiguredHead, format!("{name} is in the configuration already"));
            }
        };
        match request {
            Request::EnableHead { id, head } => {
                let output = head.data::<HeadName>().map(|HeadName(name)| name.clone()).unwrap_or_default();
                let wanted = Arc::new(Mutex::new(HeadDraft { output, ..HeadDraft::default() }));
                init.init(id, wanted.clone());
                add(&head, Some(wanted));
            }
            Request::DisableHead { head } => add(&head, None),
            Request::Apply | Request::Test if used => {
                configuration.post_error(Error::AlreadyUsed, "the configuration was tested or applied already");
            }
            Request::Apply | Request::Test => {
                draft.used = true;
                state.try_draft(configuration, &draft, matches!(request, Request::Apply));
            }
            _ => {} // `destroy` is a destructor.
        }
    }
}

impl Dispatch<ZwlrOutputConfigurationHeadV1, Arc<Mutex<HeadDraft>>> for State {
    fn request(
        _: &mut State,
        _: &Client,
        head: &ZwlrOutputConfigurationHeadV1,
        request: zwlr_output_configuration_head_v1::Request,
        draft: &Arc<Mutex<HeadDraft>>,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        use zwlr_output_configuration_head_v1::{Error, Request};
        let mut draft = draft.lock().unwrap_or_else(PoisonError::into_inner);
        let again = match request {
            Request::SetMode { mode } => {
                let Some(ModeOf(_, (width, height, refresh))) = mode.data::<ModeOf>().filter(|ModeOf(output, _)| *output == draft.output)
                else {
                    head.post_error(Error::InvalidMode, "the mode is of another output");
                    return;
                };
                draft.mode.replace(Mode { width: *width, height: *height, refresh_mhz: Some(*refresh) }).is_some()
            }
            Request::SetCustomMode { width, height, refresh } => {
                let (Ok(width @ 1..), Ok(height @ 1..), Ok(refresh)) =
                    (u32::try_from(width), u32::try_from(height), u32::try_from(refresh))
                else {
                    head.post_error(Error::InvalidCustomMode, format!("{width} x {height} at {refresh} mHz is no mode"));
                    return;
                };
                draft.mode.replace(Mode { width, height, refresh_mhz: (refresh > 0).then_some(refresh) }).is_some()
            }
            Request::SetPosition { x, y } => draft.position.replace(LogicalPoint::new(x.into(), y.into())).is_some(),
            Request::SetTransform { transform } => {
                let known = match transform {
                    WEnum::Value(transform) => Transform::from_wire(transform.into()),
                    WEnum::Unknown(_) => None,
                };
                let Some(known) = known else {
                    head.post_error(Error::InvalidTransform, "there is no such transform");
                    return;
                };
                draft.transform.replace(known).is_some()
            }
            Request::SetScale { scale } if scale > 0.0 => draft.scale.replace(scale).is_some(),
            Request::SetScale { .. } => {
                head.post_error(Error::InvalidScale, "a scale is greater than zero");
                return;
            }
            Request::SetAdaptiveSync { state: WEnum::Value(state) } => {
                draft.adaptive_sync.replace(state == AdaptiveSyncState::Enabled).is_some()
            }
            Request::SetAdaptiveSync { .. } => {
                head.post_error(Error::InvalidAdaptiveSyncState, "adaptive sync is on or off");
                return;
            }
            _ => false,
        };
        if again {
            head.post_error(Error::AlreadySet, "the property was set already");
        }
    }
}
