//! Bindings: what keys, buttons, the wheel and gestures do before any program sees them.
//!
//! A key that a binding takes is not seen by programs, neither its press nor its release. What a program types by D-Bus as text, what an
//! input method sends back, and what a binding itself presses never trigger bindings; all other keys do, wherever they come from. A binding acts
//! with the rights of whoever made the input: a program that may press keys cannot start others by pressing the key that starts them.
//!
//! A program that inhibits shortcuts (a virtual machine, a remote desktop) has all keys while it has the keyboard, but for one way out: a
//! binding that does nothing but `enter-mode default`. In the default mode that command changes nothing, so there it takes the keys back from
//! the program, and pressed again gives them to it again.

pub mod gesture;
mod keys;
mod symbols;
mod wheel;

use glasshouse_config::{Bindings, DEFAULT_MODE, Input, Modifiers, Trigger, Way};
use glasshouse_core::{Caller, Command, Refusal, Timestamp};
use glasshouse_protocols::{Payload, event::ModeChanged};
use smithay::{
    input::{keyboard::ModifiersState, pointer::AxisFrame},
    wayland::keyboard_shortcuts_inhibit::{KeyboardShortcutsInhibitor, KeyboardShortcutsInhibitorSeat},
};

use self::{
    gesture::Gesture,
    keys::{Act, Keys, Press, Situation},
    wheel::{Axis, Wheel},
};
pub use self::{
    keys::{Source, Verdict},
    symbols::Symbols,
};
use crate::{
    State,
    input::{REPEAT, WHEEL_STEP},
    wayland::surface::id_of,
};

/// What is bound, and what is going on with it.
#[derive(Debug)]
pub struct Edge {
    pub keys: Keys,
    wheel: Wheel,
    /// The gesture that is being made, if anybody cares.
    gesture: Option<(Gesture, Modifiers)>,
    /// Why the command of a binding was not carried out, for the program whose input it was.
    refused: Option<Refusal>,
}

impl Default for Edge {
    fn default() -> Self {
        let (rate, delay) = REPEAT;
        Self { keys: Keys::new(rate, delay), wheel: Wheel::default(), gesture: None, refused: None }
    }
}

impl State {
    /// Other bindings count from now on.
    pub fn apply_bindings(&mut self, bindings: Bindings) {
        if self.input.bindings.keys.set_bindings(bindings) {
            self.tell_mode();
        }
    }

    /// The mode of bindings that is on.
    pub fn binding_mode(&self) -> &str {
        self.input.bindings.keys.mode()
    }

    /// Turns a mode on. Answers which command goes back, if it was another.
    ///
    /// # Errors
    ///
    /// If there is no such mode; the nearest one is named.
    pub fn enter_mode(&mut self, mode: &str) -> Result<Option<Command>, Refusal> {
        let left = self.input.bindings.keys.enter(mode).map_err(Refusal::Edge)?;
        if left.is_some() {
            self.tell_mode();
        }
        Ok(left.map(|mode| Command::EnterMode { mode }))
    }

    fn tell_mode(&mut self) {
        let mode = self.binding_mode().to_owned();
        tracing::debug!(mode, "binding mode");
        self.publish(Payload::ModeChanged(ModeChanged { mode }));
    }

    /// Runs what presses keys that bindings are not to see.
    pub fn without_bindings<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let quiet = std::mem::replace(&mut self.input.bindings.keys.quiet, true);
        let result = f(self);
        self.input.bindings.keys.quiet = quiet;
        result
    }

    /// Runs what makes input for somebody: bindings act with no other rights.
    ///
    /// # Errors
    ///
    /// Why a binding that this input triggered did nothing, in the second place.
    pub fn by<T>(&mut self, caller: &Caller, f: impl FnOnce(&mut Self) -> T) -> (T, Result<(), Refusal>) {
        let before = std::mem::replace(&mut self.input.bindings.keys.caller, caller.clone());
        self.input.bindings.refused = None;
        let result = f(self);
        self.input.bindings.keys.caller = before;
        (result, self.input.bindings.refused.take().map_or(Ok(()), Err))
    }

    fn situation(&self) -> Situation {
        Situation { locked: self.desktop.is_locked(), inhibited: false }
    }

    /// The wish of whatever has the keyboard to have all keys.
    fn inhibitor(&self) -> Option<KeyboardShortcutsInhibitor> {
        let focus = self.input.keyboard.current_focus()?;
        if id_of(&focus).is_some_and(|surface| !self.desktop.may_inhibit_shortcuts(surface)) {
            return None;
        }
        self.input.seat.keyboard_shortcuts_inhibitor_for_surface(&focus)
    }

    /// A key goes down while these modifiers are held.
    pub fn bound_key_pressed(&mut self, symbols: &Symbols, held: ModifiersState) -> Verdict {
        let inhibited = self.inhibitor().is_some_and(|inhibitor| inhibitor.is_active());
        let situation = Situation { inhibited, ..self.situation() };
        let triggers = symbols.triggers(symbols::modifiers(held));
        let press = Press { source: Source::Key(symbols.code), triggers: &triggers, is_modifier: symbols.is_modifier() };
        self.input.bindings.keys.press(press, situation, self.now)
    }

    pub fn bound_key_released(&mut self, code: u32) -> Verdict {
        let locked = self.desktop.is_locked();
        self.input.bindings.keys.release(Source::Key(code), locked, self.now)
    }

    /// Other modifiers are held than before.
    pub fn bound_modifiers_changed(&mut self) {
        let held = self.held_modifiers();
        self.input.bindings.keys.modifiers(held);
    }

    fn held_modifiers(&self) -> Modifiers {
        symbols::modifiers(self.input.keyboard.modifier_state())
    }

    /// Carries out a binding of a key.
    pub fn act_on_key(&mut self, act: &Act) {
        if act.only_leaves()
            && act.mode == DEFAULT_MODE
            && let Some(inhibitor) = self.inhibitor()
            && act.binding.commands.iter().all(|command| self.permitted(&act.caller, command).is_ok())
        {
            if inhibitor.is_active() {
                inhibitor.inactivate();
            } else {
                inhibitor.activate();
            }
            return;
        }
        self.act_on(act);
    }

    /// A button goes down or up. Answers whether a binding took it.
    pub fn bound_button(&mut self, button: u32, pressed: bool) -> bool {
        let situation = self.situation();
        let held = self.held_modifiers();
        let keys = &mut self.input.bindings.keys;
        let source = Source::Button(button);
        let verdict = if pressed {
            let triggers = [Trigger::new(held, Input::Button(button))];
            keys.press(Press { source, triggers: &triggers, is_modifier: false }, situation, self.now)
        } else {
            keys.release(source, situation.locked, self.now)
        };
        if let Some(act) = &verdict.act {
            self.act_on(act);
        }
        verdict.swallowed
    }

    /// The wheel turns. Answers what is left of it for programs.
    pub fn bound_wheel(&mut self, mut frame: AxisFrame) -> Option<AxisFrame> {
        let situation = self.situation();
        let held = self.held_modifiers();
        let (value, v120) = (frame.axis, frame.v120.unwrap_or_default());
        let turned = |value: f64, v120: i32| if v120 == 0 { value / WHEEL_STEP * 120.0 } else { f64::from(v120) };
        let axes = [(Axis::Horizontal, turned(value.0, v120.0)), (Axis::Vertical, turned(value.1, v120.1))];
        let mut taken = false;
        for (axis, by) in axes.into_iter().filter(|(_, by)| *by != 0.0) {
            self.input.bindings.keys.interrupt();
            let trigger = |way| Trigger::new(held, Input::Wheel(way));
            if !axis.ways().into_iter().any(|way| self.input.bindings.keys.is_bound(&trigger(way), situation)) {
                self.input.bindings.wheel.stop(axis);
                continue;
            }
            taken = true;
            match axis {
                Axis::Horizontal => (frame.axis.0, frame.v120) = (0.0, frame.v120.map(|(_, y)| (0, y))),
                Axis::Vertical => (frame.axis.1, frame.v120) = (0.0, frame.v120.map(|(x, _)| (x, 0))),
            }
            let Some((way, detents)) = self.input.bindings.wheel.turn(axis, by, held) else { continue };
            for _ in 0..detents {
                let Some(act) = self.input.bindings.keys.happened(&trigger(way), situation) else { break };
                self.act_on(&act);
            }
        }
        let empty = frame.axis == (0.0, 0.0) && frame.stop == (false, false);
        (!(taken && empty)).then_some(frame)
    }

    /// Fingers begin a gesture. Answers whether a binding may come of it; if not, it is for programs.
    pub fn bound_gesture_begin(&mut self, kind: gesture::Kind, fingers: u32) -> bool {
        let (situation, held) = (self.situation(), self.held_modifiers());
        let gesture = Gesture::begin(kind, fingers);
        let keys = &self.input.bindings.keys;
        let bound = gesture.possible().into_iter().any(|input| keys.is_bound(&Trigger::new(held, input), situation));
        self.input.bindings.gesture = bound.then_some((gesture, held));
        bound
    }

    /// Whether no binding is for swipes with so many fingers to the left and the right, and up and down.
    pub fn free_swipes(&self, fingers: u32) -> [bool; 2] {
        let (situation, held) = (self.situation(), self.held_modifiers());
        let Ok(fingers) = u8::try_from(fingers) else { return [false; 2] };
        let free = |way| !self.input.bindings.keys.is_bound(&Trigger::new(held, Input::Swipe(fingers, way)), situation);
        [[Way::Left, Way::Right], [Way::Up, Way::Down]].map(|ways| ways.into_iter().all(free))
    }

    /// The fingers have moved by this much, and are `scale` times as far apart as at the beginning.
    pub fn bound_gesture_update(&mut self, dx: f64, dy: f64, scale: f64) {
        if let Some((gesture, _)) = &mut self.input.bindings.gesture {
            gesture.update(dx, dy, scale);
        }
    }

    /// The fingers are lifted, or it was no such gesture after all. Answers whether a binding acted; `None`: none was for it.
    pub fn bound_gesture_end(&mut self, cancelled: bool) -> Option<bool> {
        let (gesture, held) = self.input.bindings.gesture.take()?;
        let situation = self.situation();
        let was = gesture.end().filter(|_| !cancelled);
        let act = was.and_then(|input| self.input.bindings.keys.happened(&Trigger::new(held, input), situation));
        if let Some(act) = &act {
            self.act_on(act);
        }
        Some(act.is_some())
    }

    /// When a binding acts if nothing happens before.
    pub fn bindings_deadline(&self) -> Option<Timestamp> {
        self.input.bindings.keys.deadline()
    }

    /// Long presses and repeats whose time has come.
    pub fn bindings_turn(&mut self) {
        let locked = self.desktop.is_locked();
        while let Some(act) = self.input.bindings.keys.due(locked, self.now) {
            self.active();
            self.act_on(&act);
        }
    }

    fn act_on(&mut self, act: &Act) {
        let result = self.without_bindings(|state| state.carry_out(&act.caller, &act.binding.commands));
        match &result {
            Ok(()) => {}
            Err(Refusal::Edge(error)) => tracing::warn!(binding = act.binding.label(), error, "a binding failed"),
            Err(refusal) => tracing::debug!(binding = act.binding.label(), %refusal, "a binding is refused"),
        }
        // Who may not do what is in a mode does not end it either.
        let permitted = !matches!(result, Err(Refusal::NotPermitted { .. }));
        if permitted
            && self.input.bindings.keys.is_over(act)
            && let Err(refusal) = self.enter_mode(DEFAULT_MODE)
        {
            tracing::error!(%refusal, "the default mode is always there");
        }
        if let Err(refusal) = result {
            self.input.bindings.refused.get_or_insert(refusal);
        }
        self.settle();
    }

    /// All or none, as far as the core carries them out; else in order, up to the first that is refused.
    fn carry_out(&mut self, caller: &Caller, commands: &[Command]) -> Result<(), Refusal> {
        if let [command] = commands {
            return self.run(caller, command.clone());
        }
        match self.run_all(caller, commands) {
            Ok(()) => Ok(()),
            Err(refused) if matches!(refused.refusal, Refusal::NotInTransaction(_)) => {
                commands.iter().try_for_each(|command| self.permitted(caller, command))?;
                commands.iter().try_for_each(|command| self.run(caller, command.clone()))
            }
            Err(refused) => Err(refused.refusal),
        }
    }
}
