//! Gestures on a touchpad: to a binding that may want one, or else to the program under the pointer (`zwp_pointer_gestures_v1`).
//!
//! Who gets a gesture is decided when it begins: a program that has seen its beginning sees all of it, and one that a binding may want is not seen
//! by any, also if it comes to nothing.

use euclid::Vector2D;
use glasshouse_core::Event;
use smithay::{
    input::pointer::{
        GestureHoldBeginEvent, GestureHoldEndEvent, GesturePinchBeginEvent, GesturePinchEndEvent, GesturePinchUpdateEvent,
        GestureSwipeBeginEvent, GestureSwipeEndEvent, GestureSwipeUpdateEvent,
    },
    utils::SERIAL_COUNTER,
};

use crate::{State, bindings::gesture::Kind, telemetry};

/// What became of a gesture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// A binding acted.
    Act,
    /// A binding might have acted, had there been more of it.
    TooLittle,
    /// The program under the pointer got it.
    Sent,
    /// No binding is for it, and no program is under the pointer.
    Nothing,
}

/// How fingers move on a touchpad between two events.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moved {
    /// The middle of the fingers, in the units of a pointer's motion.
    pub dx: f64,
    pub dy: f64,
    /// How far apart the fingers are, where 1 is how far they were at the beginning. For pinches.
    pub scale: f64,
    /// In degrees, clockwise. For pinches.
    pub rotation: f64,
}

impl State {
    /// Fingers begin a gesture. One that has not ended is cancelled.
    pub fn gesture_begin(&mut self, kind: Kind, fingers: u32) {
        self.used();
        if self.input.gesture.is_some() {
            self.send_gesture_end(true);
        }
        let bound = self.bound_gesture_begin(kind, fingers);
        if kind == Kind::Swipe {
            let [horizontal, vertical] = self.free_swipes(fingers);
            self.observe(Event::SwipeBegan { fingers, horizontal, vertical });
            self.settle();
        }
        if !bound && !self.desktop.may_follow_swipe() && self.input.pointer.current_focus().is_some() {
            self.traced(telemetry::Kind::Gesture, |state| state.send_gesture_begin(kind, fingers));
        }
    }

    pub fn gesture_update(&mut self, moved: Moved) {
        self.used();
        if self.input.gesture.is_some() {
            self.traced(telemetry::Kind::Gesture, |state| state.send_gesture_update(moved));
        } else {
            if self.desktop.may_follow_swipe() {
                self.observe(Event::SwipeMoved { by: Vector2D::new(moved.dx, moved.dy), at: self.now });
                self.settle();
            }
            self.bound_gesture_update(moved.dx, moved.dy, moved.scale);
        }
    }

    /// The fingers are lifted, or it was no such gesture after all.
    pub fn gesture_end(&mut self, cancelled: bool) -> Became {
        self.used();
        if self.input.gesture.is_some() {
            self.traced(telemetry::Kind::Gesture, |state| state.send_gesture_end(cancelled));
            return Became::Sent;
        }
        let (began, follows) = (self.desktop.may_follow_swipe(), self.desktop.follows_swipe());
        if began {
            self.traced(telemetry::Kind::Gesture, |state| {
                state.telemetry.traces.kept = true;
                state.observe(Event::SwipeEnded { cancelled, at: state.now });
                state.settle();
            });
        }
        if follows {
            // What its direction is bound to, nothing follows.
            self.bound_gesture_end(true);
            return Became::Act;
        }
        self.traced(telemetry::Kind::Gesture, |state| match state.bound_gesture_end(cancelled) {
            None if began => Became::TooLittle,
            None => Became::Nothing,
            Some(false) => Became::TooLittle,
            Some(true) => {
                state.telemetry.traces.kept = true;
                Became::Act
            }
        })
    }

    fn send_gesture_begin(&mut self, kind: Kind, fingers: u32) {
        self.input.gesture = Some(kind);
        let (pointer, serial, time) = (self.input.pointer.clone(), self.input.serial(), self.millis());
        match kind {
            Kind::Swipe => pointer.gesture_swipe_begin(self, &GestureSwipeBeginEvent { serial, time, fingers }),
            Kind::Pinch => pointer.gesture_pinch_begin(self, &GesturePinchBeginEvent { serial, time, fingers }),
            Kind::Hold => pointer.gesture_hold_begin(self, &GestureHoldBeginEvent { serial, time, fingers }),
        }
    }

    fn send_gesture_update(&mut self, Moved { dx, dy, scale, rotation }: Moved) {
        let (pointer, time, delta) = (self.input.pointer.clone(), self.millis(), (dx, dy).into());
        match self.input.gesture {
            Some(Kind::Swipe) => pointer.gesture_swipe_update(self, &GestureSwipeUpdateEvent { time, delta }),
            Some(Kind::Pinch) => pointer.gesture_pinch_update(self, &GesturePinchUpdateEvent { time, delta, scale, rotation }),
            Some(Kind::Hold) | None => {} // Fingers that rest do not move.
        }
    }

    pub(super) fn send_gesture_end(&mut self, cancelled: bool) {
        let (pointer, serial, time) = (self.input.pointer.clone(), SERIAL_COUNTER.next_serial(), self.millis());
        match self.input.gesture.take() {
            Some(Kind::Swipe) => pointer.gesture_swipe_end(self, &GestureSwipeEndEvent { serial, time, cancelled }),
            Some(Kind::Pinch) => pointer.gesture_pinch_end(self, &GesturePinchEndEvent { serial, time, cancelled }),
            Some(Kind::Hold) => pointer.gesture_hold_end(self, &GestureHoldEndEvent { serial, time, cancelled }),
            None => {}
        }
    }
}
