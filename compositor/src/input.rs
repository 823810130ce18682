//! Keys, pointer and touch: where they come from does not matter here. The core says where they go, smithay's seat delivers them.

pub mod gestures;
mod touch;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use euclid::Point2D;
use glasshouse_config::Keysym;
use glasshouse_core::{Event, Timestamp, event::CursorWanted};
use glasshouse_scene::LogicalPoint;
use smithay::{
    backend::input::{Axis, AxisSource, ButtonState, KeyState, Keycode},
    desktop::{PopupKeyboardGrab, PopupKind, PopupPointerGrab, PopupUngrabStrategy},
    input::{
        Seat, SeatHandler, SeatState,
        keyboard::{KeyboardHandle, KeyboardTarget, XkbConfig},
        pointer::{
            AxisFrame, ButtonEvent, CursorImageStatus, CursorImageSurfaceData, Focus, MotionEvent, PointerHandle, RelativeMotionEvent,
        },
        touch::TouchHandle,
    },
    reexports::wayland_server::{DisplayHandle, Resource, backend::ClientId, protocol::wl_surface::WlSurface},
    utils::{Point, SERIAL_COUNTER, Serial},
    wayland::{
        compositor::with_states,
        selection::{data_device::set_data_device_focus, primary_selection::set_primary_focus},
    },
};

use crate::{
    State,
    bindings::{self, Source, Symbols},
    keymap::Keymaps,
    telemetry::Kind,
    wayland::surface::{Role, id_of},
};

/// Pixels that one detent of a wheel scrolls, as libinput counts (15 degrees).
pub(crate) const WHEEL_STEP: f64 = 15.0;
/// How many input serials a client may still refer to, for grabs, moves and activation.
const RECENT_SERIALS: usize = 64;
/// More fingers than anybody has.
const MAX_UNSEEN: usize = 64;
/// Repeat of held keys before anything is configured: per second, and until it starts.
pub(crate) const REPEAT: (u32, Duration) = (25, Duration::from_millis(600));

/// The one seat and its devices.
pub struct Input {
    pub seat_state: SeatState<State>,
    pub seat: Seat<State>,
    pub keyboard: KeyboardHandle<State>,
    pub pointer: PointerHandle<State>,
    pub touch: TouchHandle<State>,
    /// The serials of presses and touches that clients have seen, newest last.
    recent: VecDeque<Serial>,
    /// Buttons that are down, as far as no binding has taken them.
    held: Vec<u32>,
    /// Those of them that no client knows of: they went down while a window was dragged.
    unseen: Vec<u32>,
    /// The button with a binding that began to drag a window.
    drags: Option<u32>,
    /// The key that ended a drag, until it goes up.
    escape: Option<u32>,
    /// Fingers that are down for no client: one drags a window, or came down meanwhile.
    unseen_fingers: BTreeSet<i32>,
    /// What lies under the pointer is something else now, or lies elsewhere.
    pub refocus: bool,
    /// A press is over that kept the pointer on its surface.
    released: bool,
    /// Fingers that are down, what they went down on, and where they are.
    touches: BTreeMap<i32, (WlSurface, LogicalPoint)>,
    /// Fingers that clients and smithay know of, on a surface or not.
    fingers: BTreeSet<i32>,
    /// What the finger that did something last is on.
    pub touched: Option<WlSurface>,
    /// Made when something is first typed.
    pub typing: Option<crate::typing::Typing>,
    pub keymaps: crate::keymap::Keymaps,
    /// When a key last went to whatever has the keyboard.
    pub last_key: Option<Timestamp>,
    pub bindings: bindings::Edge,
    /// The gesture that a program gets.
    pub gesture: Option<bindings::gesture::Kind>,
    /// While something types.
    pub free: Option<crate::keyboard::Free>,
}

impl Input {
    /// # Errors
    ///
    /// If xkbcommon knows no such layout.
    pub fn new(dh: &DisplayHandle, xkb: XkbConfig<'_>) -> Result<Self, smithay::input::keyboard::Error> {
        let mut seat_state = SeatState::new();
        let mut seat = seat_state.new_wl_seat(dh, "seat0");
        let (rate, delay) = REPEAT;
        let keyboard = seat.add_keyboard(xkb, delay.as_millis() as i32, rate.cast_signed())?;
        let pointer = seat.add_pointer();
        let touch = seat.add_touch();
        Ok(Self {
            seat_state,
            seat,
            keyboard,
            pointer,
            touch,
            recent: VecDeque::new(),
            held: Vec::new(),
            unseen: Vec::new(),
            drags: None,
            escape: None,
            unseen_fingers: BTreeSet::new(),
            refocus: false,
            released: false,
            touches: BTreeMap::new(),
            fingers: BTreeSet::new(),
            touched: None,
            typing: None,
            keymaps: Keymaps::default(),
            last_key: None,
            bindings: bindings::Edge::default(),
            gesture: None,
            free: None,
        })
    }

    /// Whether a client saw this serial with an input event a short while ago.
    pub fn is_recent(&self, serial: Serial) -> bool {
        self.recent.contains(&serial)
    }

    fn serial(&mut self) -> Serial {
        let serial = SERIAL_COUNTER.next_serial();
        self.recent.push_back(serial);
        if self.recent.len() > RECENT_SERIALS {
            self.recent.pop_front();
        }
        serial
    }
}

impl SeatHandler for State {
    type KeyboardFocus = WlSurface;
    type PointerFocus = WlSurface;
    type TouchFocus = WlSurface;

    fn seat_state(&mut self) -> &mut SeatState<Self> {
        &mut self.input.seat_state
    }

    fn focus_changed(&mut self, seat: &Seat<Self>, focused: Option<&WlSurface>) {
        let client = focused.and_then(Resource::client);
        let dh = self.clients.dh.clone();
        set_data_device_focus(&dh, seat, client.clone());
        set_primary_focus(&dh, seat, client);
        // A locker's password is no text for an input method.
        self.text_input_focus(focused.filter(|_| !self.desktop.is_locked()).cloned());
    }

    fn cursor_image(&mut self, _seat: &Seat<Self>, image: CursorImageStatus) {
        let cursor = match image {
            CursorImageStatus::Hidden => None,
            CursorImageStatus::Named(icon) => Some(CursorWanted::Named(icon.name().to_owned())),
            CursorImageStatus::Surface(wl) => {
                let Some(surface) = id_of(&wl) else { return };
                if self.desktop.is_locked() && !self.session_lock.is_lockers(&wl) {
                    return;
                }
                if let Some(known) = self.clients.surfaces.all.get_mut(&surface) {
                    known.role = Role::Attached;
                }
                let hotspot = with_states(&wl, |states| {
                    let data = states.data_map.get::<CursorImageSurfaceData>();
                    data.and_then(|data| data.lock().ok().map(|attributes| attributes.hotspot)).unwrap_or_default()
                });
                Some(CursorWanted::Surface { surface, hotspot: Point2D::new(hotspot.x, hotspot.y) })
            }
        };
        self.observe(Event::CursorWanted { cursor });
    }
}

smithay::delegate_seat!(State);

impl State {
    pub fn millis(&self) -> u32 {
        self.now.0.as_millis() as u32 // Wraps after 49 days, as the protocol expects.
    }

    /// What lies there and where its own origin is.
    fn focus_at(&self, at: LogicalPoint) -> Option<(WlSurface, Point<f64, smithay::utils::Logical>)> {
        let under = self.desktop.under(at)?;
        let surface = self.clients.surfaces.get(under.surface)?;
        Some((surface.wl.clone(), (under.origin.x, under.origin.y).into()))
    }

    /// Moves the pointer there.
    pub fn pointer_to(&mut self, to: LogicalPoint) {
        self.traced(Kind::Pointer, |state| state.move_pointer(to));
    }

    fn move_pointer(&mut self, to: LogicalPoint) {
        self.used();
        let from = self.desktop.pointer();
        let reached = self.constrain(to);
        if let Some(to) = reached {
            self.observe(Event::PointerMoved { to });
        }
        let at = self.desktop.pointer();
        let pointer = self.input.pointer.clone();
        let focus = if self.desktop.interacting() { None } else { self.focus_at(at) };
        let time = self.millis();
        // Who holds the pointer steers by how far it would have gone.
        let delta = if reached == Some(to) { at - from } else { to - from };
        let relative = RelativeMotionEvent {
            delta: (delta.x, delta.y).into(),
            delta_unaccel: (delta.x, delta.y).into(),
            utime: self.now.0.as_micros() as u64,
        };
        pointer.relative_motion(self, focus.clone(), &relative);
        if reached.is_some() {
            let event = MotionEvent { location: (at.x, at.y).into(), serial: SERIAL_COUNTER.next_serial(), time };
            pointer.motion(self, focus, &event);
        }
        pointer.frame(self);
        self.settle();
    }

    /// Presses or releases a button (`linux/input-event-codes.h`).
    pub fn pointer_button(&mut self, button: u32, pressed: bool) {
        self.traced(Kind::Button, |state| state.press_button(button, pressed));
    }

    fn press_button(&mut self, button: u32, pressed: bool) {
        self.used();
        if pressed == (self.input.held.contains(&button) || self.input.bindings.keys.holds(Source::Button(button))) {
            return; // Two devices cannot press one button twice.
        }
        if pressed {
            // Whoever lies below the pointer since the last call of a program gets it.
            self.settle();
            self.refocus_pointer();
        }
        // While a window is dragged, other buttons are about that.
        let dragged = self.desktop.interacting();
        if !(dragged && pressed) && self.bound_button(button, pressed) {
            self.telemetry.traces.kept = true;
            self.drag_by_binding(button, pressed);
            return;
        }
        if pressed {
            self.input.held.push(button);
        } else {
            self.input.held.retain(|held| *held != button);
        }
        let held = u32::try_from(self.input.held.len()).unwrap_or(u32::MAX);
        self.observe(Event::PointerButton { button, pressed, held });
        self.settle();
        let unseen = self.input.unseen.contains(&button);
        if (dragged && pressed) || unseen {
            self.telemetry.traces.kept = true;
            self.input.unseen.retain(|unseen| *unseen != button);
            if pressed {
                self.input.unseen.push(button);
            }
            return;
        }
        let state = if pressed { ButtonState::Pressed } else { ButtonState::Released };
        let event = ButtonEvent { serial: self.input.serial(), time: self.millis(), button, state };
        let pointer = self.input.pointer.clone();
        pointer.button(self, &event);
        pointer.frame(self);
        if let Some(focus) = pointer.current_focus().filter(|_| pressed) {
            self.ask_client(&focus);
        }
        self.input.released |= !pressed;
        self.settle();
    }

    /// A binding has taken this: if it began to drag a window, the button holds that until it goes up.
    fn drag_by_binding(&mut self, button: u32, pressed: bool) {
        if pressed && self.desktop.interacting() {
            self.input.drags = Some(button);
            self.observe(Event::GrabHeld);
        } else if !pressed && self.input.drags.take_if(|drags| *drags == button).is_some() {
            self.observe(Event::GrabReleased);
        }
        self.settle();
    }

    /// Whether this key puts back what is dragged, or is that key going up again.
    fn ends_drag(&mut self, code: u32, pressed: bool, symbols: Option<&Symbols>) -> bool {
        if !pressed {
            return self.input.escape.take_if(|escape| *escape == code).is_some();
        }
        let dragged = self.desktop.interacting() || self.desktop.grabbing_finger().is_some();
        let ends = dragged && !self.input.bindings.keys.quiet && symbols.is_some_and(|symbols| symbols.plain == Keysym::Escape);
        if ends {
            self.input.escape = Some(code);
            self.observe(Event::GrabCancelled);
        }
        ends
    }

    /// Scrolls by detents of a wheel; positive is right and down.
    pub fn pointer_scroll(&mut self, dx: f64, dy: f64) {
        let mut frame = AxisFrame::new(self.millis()).source(AxisSource::Wheel);
        for (axis, detents) in [(Axis::Horizontal, dx), (Axis::Vertical, dy)] {
            if detents != 0.0 {
                frame = frame.value(axis, detents * WHEEL_STEP).v120(axis, (detents * 120.0).round() as i32);
            }
        }
        self.pointer_axis(frame);
    }

    pub fn pointer_axis(&mut self, frame: AxisFrame) {
        self.traced(Kind::Scroll, |state| state.turn_wheel(frame));
    }

    fn turn_wheel(&mut self, frame: AxisFrame) {
        self.used();
        let Some(frame) = self.bound_wheel(frame) else {
            self.telemetry.traces.kept = true;
            return;
        };
        let pointer = self.input.pointer.clone();
        pointer.axis(self, frame);
        pointer.frame(self);
    }

    /// Presses or releases a key by its xkb code (evdev code + 8).
    pub fn key(&mut self, code: u32, pressed: bool) {
        self.wear_own_keymap();
        self.deliver_key(code, pressed, None);
    }

    /// A key of the keymap that the seat has now: to a binding, or else to the input method if it grabs keys and did not send this one, or
    /// else to the client with the keyboard.
    pub fn deliver_key(&mut self, code: u32, pressed: bool, from: Option<&ClientId>) {
        self.traced(Kind::Key, |state| state.press_key(code, pressed, from));
    }

    fn press_key(&mut self, code: u32, pressed: bool, from: Option<&ClientId>) {
        self.used();
        let state = if pressed { KeyState::Pressed } else { KeyState::Released };
        let keyboard = self.input.keyboard.clone();
        let held = keyboard.modifier_state();
        let by_place = self.input.keymaps.is_own();
        let (symbols, mods_changed) =
            keyboard.input_intercept(self, Keycode::new(code), state, |_, _, key| pressed.then(|| Symbols::of(&key, by_place)).flatten());
        if mods_changed {
            self.bound_modifiers_changed();
        }
        let verdict = if self.ends_drag(code, pressed, symbols.as_ref()) {
            bindings::Verdict { swallowed: true, act: None }
        } else if self.clients.input_method.sends(from) {
            Default::default() // Bindings have had it before.
        } else if !pressed {
            self.bound_key_released(code)
        } else {
            symbols.map(|symbols| self.bound_key_pressed(&symbols, held)).unwrap_or_default()
        };
        if verdict.swallowed {
            self.telemetry.traces.kept = true;
            if mods_changed {
                self.tell_modifiers();
            }
        } else {
            self.forward_key(code, pressed, from, mods_changed);
        }
        self.settle();
        if let Some(act) = &verdict.act {
            self.act_on_key(act);
        }
        if mods_changed {
            self.tell_layout();
        }
    }

    fn forward_key(&mut self, code: u32, pressed: bool, from: Option<&ClientId>, mods_changed: bool) {
        self.input.last_key = Some(self.now);
        self.telemetry.traces.kept = false; // Also if it is what a binding presses.
        let serial = self.input.serial();
        let state = if pressed { KeyState::Pressed } else { KeyState::Released };
        // While the session is locked, nobody comes between the keyboard and the locker.
        let grab = if self.desktop.is_locked() { None } else { self.clients.input_method.takes_key(code, pressed, from) };
        match grab {
            Some(grab) => self.grabbed_key(&grab, code, state, serial, mods_changed),
            None => {
                let (keyboard, time) = (self.input.keyboard.clone(), self.millis());
                keyboard.input_forward(self, Keycode::new(code), state, serial, time, mods_changed);
                if let Some(focus) = keyboard.current_focus().filter(|_| pressed) {
                    self.ask_client(&focus);
                }
            }
        }
    }

    /// Tells whoever gets keys which modifiers and which layout are on, without a key.
    pub fn tell_modifiers(&mut self) {
        let keyboard = self.input.keyboard.clone();
        let state = keyboard.modifier_state();
        if self.clients.input_method.has_grab() && !self.desktop.is_locked() {
            self.tell_grab_modifiers();
        } else if let Some(focus) = keyboard.current_focus() {
            let seat = self.input.seat.clone();
            KeyboardTarget::modifiers(&focus, &seat, self, state, SERIAL_COUNTER.next_serial());
        }
    }

    /// Takes all devices off a surface that is about to go: its client can still be told.
    pub fn leave(&mut self, surface: &WlSurface) {
        let pointer = self.input.pointer.clone();
        if pointer.current_focus().as_ref() == Some(surface) {
            let at = self.desktop.pointer();
            let event = MotionEvent { location: (at.x, at.y).into(), serial: SERIAL_COUNTER.next_serial(), time: self.millis() };
            pointer.motion(self, None, &event);
            pointer.frame(self);
            self.input.refocus = true;
        }
        let keyboard = self.input.keyboard.clone();
        if keyboard.current_focus().as_ref() == Some(surface) {
            keyboard.set_focus(self, None, SERIAL_COUNTER.next_serial());
        }
        let fingers: Vec<i32> = self.input.touches.iter().filter(|(_, (on, _))| on == surface).map(|(id, _)| *id).collect();
        for finger in fingers {
            // For its client; what the finger does from now on concerns nobody.
            self.lift_finger(finger);
        }
    }

    /// Takes all devices off whoever has them, also by a grab.
    pub fn take_input_away(&mut self) {
        let (keyboard, pointer, touch) = (self.input.keyboard.clone(), self.input.pointer.clone(), self.input.touch.clone());
        self.send_gesture_end(true);
        pointer.unset_grab(self, SERIAL_COUNTER.next_serial(), self.millis());
        keyboard.unset_grab(self);
        self.touch_cancel();
        touch.unset_grab(self);
        self.focus_keyboard(None);
    }

    /// Gives the keyboard to a surface, as the core decided.
    pub fn focus_keyboard(&mut self, surface: Option<glasshouse_core::SurfaceId>) {
        let wl = surface.and_then(|surface| self.clients.surfaces.get(surface)).map(|surface| surface.wl.clone());
        if wl.is_none() {
            // smithay says nothing when nobody has the keyboard any more; the clipboard must not stay with whoever had it.
            let (dh, seat) = (self.clients.dh.clone(), self.input.seat.clone());
            set_data_device_focus(&dh, &seat, None);
            set_primary_focus(&dh, &seat, None);
        }
        let keyboard = self.input.keyboard.clone();
        keyboard.set_focus(self, wl, SERIAL_COUNTER.next_serial());
    }

    /// Tells clients when something else came to lie under a pointer that did not move.
    pub fn refocus_pointer(&mut self) {
        self.take_fingers();
        let moved = std::mem::take(&mut self.input.refocus);
        if !moved && !std::mem::take(&mut self.input.released) {
            return;
        }
        self.input.released = false;
        let at = self.desktop.pointer();
        let pointer = self.input.pointer.clone();
        let interacting = self.desktop.interacting();
        if interacting && pointer.is_grabbed() {
            // The press belongs to the desktop from now on.
            pointer.unset_grab(self, SERIAL_COUNTER.next_serial(), self.millis());
        }
        let focus = if interacting { None } else { self.focus_at(at) };
        if pointer.current_focus().as_ref() != focus.as_ref().map(|(surface, _)| surface) || (moved && focus.is_some()) {
            let event = MotionEvent { location: (at.x, at.y).into(), serial: SERIAL_COUNTER.next_serial(), time: self.millis() };
            pointer.motion(self, focus, &event);
            pointer.frame(self);
        }
    }

    /// Gives a popup everything until it is closed or something outside of it is clicked.
    pub fn grab_popup(&mut self, root: WlSurface, popup: PopupKind, serial: Serial) {
        if self.desktop.is_locked() {
            if let PopupKind::Xdg(popup) = popup {
                popup.send_popup_done();
            }
            return;
        }
        let seat = self.input.seat.clone();
        let Ok(mut grab) = self.clients.popups.grab_popup(root, popup, &seat, serial) else { return };
        let (keyboard, pointer) = (self.input.keyboard.clone(), self.input.pointer.clone());
        let other_grab = |grabbed: bool, has: bool, previous: bool| grabbed && !(has || previous);
        let previous = grab.previous_serial().unwrap_or(serial);
        if other_grab(keyboard.is_grabbed(), keyboard.has_grab(serial), keyboard.has_grab(previous))
            || other_grab(pointer.is_grabbed(), pointer.has_grab(serial), pointer.has_grab(previous))
                && pointer.grab_start_data().is_none_or(|start| start.button == 0)
        {
            grab.ungrab(PopupUngrabStrategy::All);
            return;
        }
        keyboard.set_focus(self, grab.current_grab(), serial);
        keyboard.set_grab(self, PopupKeyboardGrab::new(&grab), serial);
        pointer.set_grab(self, PopupPointerGrab::new(&grab), serial, Focus::Keep);
    }
}
