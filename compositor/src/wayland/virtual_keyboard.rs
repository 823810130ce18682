//! `zwp_virtual_keyboard_manager_v1`: programs and input methods press keys of a keymap of their own.
//!
//! Keymaps are read and compiled on threads; what the keyboard sends meanwhile waits in order, also beyond the keyboard's end.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    os::fd::OwnedFd,
    sync::Arc,
    time::Duration,
};

use calloop::{
    RegistrationToken,
    channel::{Event as ChannelEvent, Sender},
    timer::{TimeoutAction, Timer},
};
use glasshouse_core::Timestamp;
use smithay::{
    input::keyboard::{KeyboardTarget, Layout, ModifiersState, SerializedMods},
    reexports::{
        wayland_protocols_misc::zwp_virtual_keyboard_v1::server::{
            zwp_virtual_keyboard_manager_v1::{self, ZwpVirtualKeyboardManagerV1},
            zwp_virtual_keyboard_v1::{self, ZwpVirtualKeyboardV1},
        },
        wayland_server::{
            Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, backend::ClientId,
            protocol::wl_keyboard::KeymapFormat,
        },
    },
    utils::SERIAL_COUNTER,
};

use super::client::is_trusted;
use super::{keymap_text, quota::over};
use crate::{State, clock};

/// Virtual keyboards of one client.
const MAX_KEYBOARDS: usize = 16;
/// Keyboards whose clients have gone and whose keys still wait for a keymap.
const MAX_ORPHANS: usize = 32;
/// Requests that wait for a keymap, and keymaps (each is an open file) among them.
const MAX_WAITING: usize = 8_192;
const MAX_WAITING_KEYMAPS: usize = 8;
/// Keymaps compiled at the same time.
const MAX_COMPILES: usize = 4;
/// After this a keymap is given up: its file may be one that never answers.
const COMPILE_LIMIT: Duration = Duration::from_secs(2);
/// Threads that never came back. With more, no keymap is accepted any more.
const MAX_STUCK: usize = 16;
/// Changes of the seat's keymap that one client's keyboards may cause at once, and per second after that: each costs every client.
const MAX_CHANGES: f64 = 50.0;
const CHANGES_PER_SECOND: f64 = 20.0;
/// evdev's `KEY_MAX`, and the offset of xkb's codes.
const MAX_KEY: u32 = 0x2ff;
const XKB_OFFSET: u32 = 8;

/// All virtual keyboards.
#[derive(Debug, Default)]
pub struct VirtualKeyboards {
    all: BTreeMap<u64, VirtualKeyboard>,
    compiles: Compiles,
    /// How many changes of keymap count against a client, and since when.
    changes: HashMap<ClientId, (f64, Timestamp)>,
}

#[derive(Debug)]
struct VirtualKeyboard {
    resource: ZwpVirtualKeyboardV1,
    client: ClientId,
    /// As libxkbcommon writes it out. `None`: none was sent yet, or the first is being compiled.
    keymap: Option<Arc<str>>,
    compiling: bool,
    waiting: VecDeque<Step>,
    /// Its keys that are down (xkb codes).
    pressed: BTreeSet<u32>,
    /// Whether its modifiers are anything but zero.
    modified: bool,
    /// The object is destroyed; what waits still counts.
    gone: bool,
}

#[derive(Debug)]
enum Step {
    Keymap { fd: OwnedFd, size: u32 },
    Key { code: u32, pressed: bool },
    Modifiers { mods: SerializedMods },
}

#[derive(Debug, Default)]
struct Compiles {
    /// Made with the first keymap.
    sender: Option<Sender<Compiled>>,
    /// Job to keyboard, and the timer that gives it up.
    running: BTreeMap<u64, (u64, Option<RegistrationToken>)>,
    waiting: VecDeque<(u64, OwnedFd, u32)>,
    stuck: usize,
}

#[derive(Debug)]
struct Compiled {
    job: u64,
    result: Result<Arc<str>, &'static str>,
}

/// Our name for a virtual keyboard. 0: it was refused.
#[derive(Debug)]
pub struct KeyboardId(u64);

impl GlobalDispatch<ZwpVirtualKeyboardManagerV1, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        resource: New<ZwpVirtualKeyboardManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(resource, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_trusted(&client)
    }
}

impl Dispatch<ZwpVirtualKeyboardManagerV1, ()> for State {
    fn request(
        state: &mut State,
        client: &Client,
        manager: &ZwpVirtualKeyboardManagerV1,
        request: zwp_virtual_keyboard_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let zwp_virtual_keyboard_manager_v1::Request::CreateVirtualKeyboard { id, .. } = request else { return };
        let keyboards = &state.clients.virtual_keyboards.all;
        if keyboards.values().filter(|keyboard| keyboard.client == client.id() && !keyboard.gone).count() >= MAX_KEYBOARDS {
            init.init(id, KeyboardId(0));
            over(manager, MAX_KEYBOARDS as u32, "virtual keyboards");
            return;
        }
        let number = state.next_id();
        let keyboard = VirtualKeyboard {
            resource: init.init(id, KeyboardId(number)),
            client: client.id(),
            keymap: None,
            compiling: false,
            waiting: VecDeque::new(),
            pressed: BTreeSet::new(),
            modified: false,
            gone: false,
        };
        state.clients.virtual_keyboards.all.insert(number, keyboard);
    }
}

impl Dispatch<ZwpVirtualKeyboardV1, KeyboardId> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &ZwpVirtualKeyboardV1,
        request: zwp_virtual_keyboard_v1::Request,
        KeyboardId(id): &KeyboardId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        use zwp_virtual_keyboard_v1::{Error, Request};
        let step = match request {
            Request::Keymap { format, fd, size } => {
                if format != u32::from(KeymapFormat::XkbV1) {
                    resource.post_error(Error::NoKeymap, format!("{format} is not a format of keymaps"));
                    return;
                }
                if size == 0 || size > keymap_text::MAX_BYTES {
                    resource.post_error(Error::NoKeymap, format!("a keymap cannot have {size} bytes"));
                    return;
                }
                Step::Keymap { fd, size }
            }
            Request::Key { key, state: pressed, .. } => {
                let (0 | 1, true) = (pressed, key <= MAX_KEY) else {
                    tracing::debug!(key, pressed, "a virtual keyboard has a key that no keyboard has");
                    return;
                };
                Step::Key { code: key + XKB_OFFSET, pressed: pressed == 1 }
            }
            Request::Modifiers { mods_depressed: depressed, mods_latched: latched, mods_locked: locked, group } => {
                Step::Modifiers { mods: SerializedMods { depressed, latched, locked, layout_effective: group } }
            }
            _ => return, // `destroy` is a destructor.
        };
        let Some(keyboard) = state.clients.virtual_keyboards.all.get_mut(id) else { return };
        let is_keymap = |step: &Step| matches!(step, Step::Keymap { .. });
        if keyboard.keymap.is_none() && !keyboard.compiling && !is_keymap(&step) {
            resource.post_error(Error::NoKeymap, "a keymap comes before keys and modifiers");
            return;
        }
        if !keyboard.compiling {
            state.virtual_step(*id, step);
            return;
        }
        let keymaps = keyboard.waiting.iter().filter(|step| is_keymap(step)).count();
        if keyboard.waiting.len() >= MAX_WAITING {
            over(resource, MAX_WAITING as u32, "requests that wait for a keymap");
        } else if is_keymap(&step) && keymaps >= MAX_WAITING_KEYMAPS {
            over(resource, MAX_WAITING_KEYMAPS as u32, "keymaps that wait to be compiled");
        } else {
            keyboard.waiting.push_back(step);
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &ZwpVirtualKeyboardV1, KeyboardId(id): &KeyboardId) {
        let keyboards = &mut state.clients.virtual_keyboards;
        let Some(keyboard) = keyboards.all.get_mut(id) else { return };
        keyboard.gone = true;
        if !keyboard.compiling {
            state.end_virtual_keyboard(*id);
            return;
        }
        // `wtype` is gone before its keymap is compiled. The oldest of too many such keyboards is given up.
        let orphans: Vec<u64> = keyboards.all.iter().filter(|(_, keyboard)| keyboard.gone).map(|(id, _)| *id).collect();
        if let Some(oldest) = orphans.first().filter(|_| orphans.len() > MAX_ORPHANS) {
            state.end_virtual_keyboard(*oldest);
        }
    }
}

impl State {
    fn virtual_step(&mut self, id: u64, step: Step) {
        match step {
            Step::Keymap { fd, size } => {
                if let Some(keyboard) = self.clients.virtual_keyboards.all.get_mut(&id) {
                    keyboard.compiling = true;
                }
                self.clients.virtual_keyboards.compiles.waiting.push_back((id, fd, size));
                self.start_compiles();
            }
            Step::Key { code, pressed } => self.virtual_key(id, code, pressed),
            Step::Modifiers { mods } => self.virtual_modifiers(id, mods),
        }
    }

    fn virtual_key(&mut self, id: u64, code: u32, pressed: bool) {
        let Some(keyboard) = self.clients.virtual_keyboards.all.get_mut(&id) else { return };
        let changes = if pressed { keyboard.pressed.insert(code) } else { keyboard.pressed.remove(&code) };
        let Some(keymap) = keyboard.keymap.clone().filter(|_| changes) else { return };
        let client = keyboard.client.clone();
        self.wear_virtual_keymap(id, &keymap);
        self.deliver_key(code, pressed, Some(&client));
    }

    fn virtual_modifiers(&mut self, id: u64, mods: SerializedMods) {
        let Some(keyboard) = self.clients.virtual_keyboards.all.get_mut(&id) else { return };
        keyboard.modified = mods != SerializedMods::default();
        let Some(keymap) = keyboard.keymap.clone() else { return };
        self.wear_virtual_keymap(id, &keymap);
        let handle = self.input.keyboard.clone();
        // The seat's own state follows as far as it has names for modifiers; the client gets exactly what was sent.
        handle.set_modifier_state(named(mods));
        handle.with_xkb_state(self, |mut context| context.set_layout(Layout(mods.layout_effective)));
        if let Some(focus) = handle.current_focus() {
            let seat = self.input.seat.clone();
            let exact = ModifiersState { serialized: mods, ..named(mods) };
            KeyboardTarget::modifiers(&focus, &seat, self, exact, SERIAL_COUNTER.next_serial());
        }
    }

    /// Puts the keyboard's keymap on the seat. A client that has it changed all the time is cut off.
    fn wear_virtual_keymap(&mut self, id: u64, keymap: &Arc<str>) {
        if !self.wear_keymap(keymap) {
            return;
        }
        let now = self.now;
        let VirtualKeyboards { all, changes, .. } = &mut self.clients.virtual_keyboards;
        let Some(keyboard) = all.get_mut(&id) else { return };
        let left = |count: f64, since: Timestamp| (count - now.since(since).as_secs_f64() * CHANGES_PER_SECOND).max(0.0);
        // Also those of clients that have gone.
        changes.retain(|_, (count, since)| left(*count, *since) > 0.0);
        let (count, since) = changes.entry(keyboard.client.clone()).or_insert((0.0, now));
        *count = left(*count, *since) + 1.0;
        *since = now;
        if *count > MAX_CHANGES {
            keyboard.waiting.clear();
            if keyboard.resource.is_alive() {
                over(&keyboard.resource, MAX_CHANGES as u32, "changes of the keymap at once");
            }
        }
    }

    /// Releases what the keyboard holds and forgets it.
    fn end_virtual_keyboard(&mut self, id: u64) {
        let Some(keyboard) = self.clients.virtual_keyboards.all.get(&id) else { return };
        let (pressed, modified) = (keyboard.pressed.clone(), keyboard.modified);
        for code in pressed {
            self.virtual_key(id, code, false);
        }
        if modified {
            self.virtual_modifiers(id, SerializedMods::default());
        }
        self.clients.virtual_keyboards.all.remove(&id);
    }

    fn start_compiles(&mut self) {
        while self.clients.virtual_keyboards.compiles.running.len() < MAX_COMPILES {
            let Some((id, fd, size)) = self.clients.virtual_keyboards.compiles.waiting.pop_front() else { return };
            if !self.clients.virtual_keyboards.all.contains_key(&id) {
                continue;
            }
            if let Err(reason) = self.start_compile(id, fd, size) {
                self.keymap_compiled(id, Err(reason));
            }
        }
    }

    fn start_compile(&mut self, id: u64, fd: OwnedFd, size: u32) -> Result<(), &'static str> {
        if self.clients.virtual_keyboards.compiles.stuck >= MAX_STUCK {
            return Err("too many keymaps could not be read");
        }
        let sender = self.compiled_sender()?;
        let job = self.next_id();
        // The stack is for libxkbcommon, which recurses.
        let thread = std::thread::Builder::new().name("keymap".into()).stack_size(8 << 20);
        let work = move || {
            let result = keymap_text::load(&fd, size);
            let _ = sender.send(Compiled { job, result }); // The desktop is ending.
        };
        thread.spawn(work).map_err(|_| "there is no thread to compile the keymap")?;
        let given_up = move |_: std::time::Instant, (): &mut (), state: &mut State| {
            if let Some((keyboard, _)) = state.clients.virtual_keyboards.compiles.running.remove(&job) {
                state.clients.virtual_keyboards.compiles.stuck += 1;
                state.keymap_compiled(keyboard, Err("the keymap's file cannot be read in time"));
                state.start_compiles();
            }
            TimeoutAction::Drop
        };
        let timer = self.handle.insert_source(Timer::from_duration(COMPILE_LIMIT), given_up).ok();
        self.clients.virtual_keyboards.compiles.running.insert(job, (id, timer));
        Ok(())
    }

    fn compiled_sender(&mut self) -> Result<Sender<Compiled>, &'static str> {
        if let Some(sender) = &self.clients.virtual_keyboards.compiles.sender {
            return Ok(sender.clone());
        }
        let (sender, channel) = calloop::channel::channel();
        let arrived = |event: ChannelEvent<Compiled>, (): &mut (), state: &mut State| {
            let ChannelEvent::Msg(Compiled { job, result }) = event else { return };
            state.now = clock::now();
            let compiles = &mut state.clients.virtual_keyboards.compiles;
            let Some((keyboard, timer)) = compiles.running.remove(&job) else {
                compiles.stuck = compiles.stuck.saturating_sub(1); // It came back after all.
                return;
            };
            if let Some(timer) = timer {
                state.handle.remove(timer);
            }
            state.keymap_compiled(keyboard, result);
            state.start_compiles();
        };
        self.handle.insert_source(channel, arrived).map_err(|_| "there is no channel for compiled keymaps")?;
        self.clients.virtual_keyboards.compiles.sender = Some(sender.clone());
        Ok(sender)
    }

    /// The keymap is ready, or never will be: what waited for it goes on until the next keymap.
    fn keymap_compiled(&mut self, id: u64, result: Result<Arc<str>, &'static str>) {
        let Some(keyboard) = self.clients.virtual_keyboards.all.get_mut(&id) else { return };
        keyboard.compiling = false;
        match result {
            Ok(keymap) => {
                // Keys go up by the keymap that they went down with.
                for code in keyboard.pressed.clone() {
                    self.virtual_key(id, code, false);
                }
                if let Some(keyboard) = self.clients.virtual_keyboards.all.get_mut(&id) {
                    keyboard.keymap = Some(keymap);
                }
            }
            Err(reason) => {
                tracing::debug!(reason, "a virtual keyboard's keymap was refused");
                keyboard.waiting.clear();
                if keyboard.resource.is_alive() {
                    keyboard.resource.post_error(zwp_virtual_keyboard_v1::Error::NoKeymap, reason);
                }
            }
        }
        while let Some(keyboard) = self.clients.virtual_keyboards.all.get_mut(&id) {
            if keyboard.compiling {
                return;
            }
            let gone = keyboard.gone;
            match keyboard.waiting.pop_front() {
                Some(step) => self.virtual_step(id, step),
                None if gone => self.end_virtual_keyboard(id),
                None => return,
            }
        }
    }
}

/// The eight modifiers that every keymap has, by their usual meaning.
fn named(mods: SerializedMods) -> ModifiersState {
    let held = mods.depressed | mods.latched;
    let has = |bit: u32| held & (1 << bit) != 0;
    let locked = |bit: u32| (held | mods.locked) & (1 << bit) != 0;
    ModifiersState {
        shift: has(0),
        caps_lock: locked(1),
        ctrl: has(2),
        alt: has(3),
        num_lock: locked(4),
        iso_level5_shift: has(5),
        logo: has(6),
        iso_level3_shift: has(7),
        serialized: SerializedMods::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_have_their_usual_names() {
        let mods = |depressed, locked| named(SerializedMods { depressed, latched: 0, locked, layout_effective: 0 });
        assert_eq!(mods(0, 0), ModifiersState::default());
        assert_eq!(mods(0b101, 0b10), ModifiersState { shift: true, ctrl: true, caps_lock: true, ..ModifiersState::default() });
        assert_eq!(mods(1 << 7, 1 << 4), ModifiersState { iso_level3_shift: true, num_lock: true, ..ModifiersState::default() });
    }
}
