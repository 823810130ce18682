//! Fingers on a touch screen.

use glasshouse_core::Event;
use glasshouse_scene::LogicalPoint;
use smithay::{
    backend::input::TouchSlot,
    input::touch::{DownEvent, MotionEvent as TouchMotionEvent, UpEvent},
    utils::SERIAL_COUNTER,
};

use super::MAX_UNSEEN;
use crate::{State, telemetry::Kind};

impl State {
    pub fn touch_down(&mut self, id: i32, at: LogicalPoint) {
        self.traced(Kind::Touch, |state| state.put_finger(id, at));
    }

    fn put_finger(&mut self, id: i32, at: LogicalPoint) {
        self.used();
        let (seen, unseen) = (&self.input.fingers, &self.input.unseen_fingers);
        if seen.contains(&id) || unseen.contains(&id) || seen.len() + unseen.len() >= MAX_UNSEEN {
            return; // It is down already, or one too many.
        }
        if self.desktop.grabbing_finger().is_some() {
            self.input.unseen_fingers.insert(id);
            return;
        }
        self.input.fingers.insert(id);
        self.observe(Event::TouchDown { id, at });
        self.settle();
        let focus = self.focus_at(at);
        let slot = TouchSlot::from(u32::try_from(id).ok());
        self.input.touched = focus.as_ref().map(|(surface, _)| surface.clone());
        if let Some(surface) = &self.input.touched {
            self.input.touches.insert(id, (surface.clone(), at));
        }
        let event = DownEvent { slot, location: (at.x, at.y).into(), serial: self.input.serial(), time: self.millis() };
        let touch = self.input.touch.clone();
        touch.down(self, focus, &event);
        touch.frame(self);
        if let Some(surface) = self.input.touched.clone() {
            self.ask_client(&surface);
        }
    }

    pub fn touch_move(&mut self, id: i32, at: LogicalPoint) {
        self.traced(Kind::Touch, |state| state.move_finger(id, at));
    }

    fn move_finger(&mut self, id: i32, at: LogicalPoint) {
        self.used();
        self.observe(Event::TouchMoved { id, at });
        if !self.input.fingers.contains(&id) {
            return self.settle();
        }
        if let Some((_, place)) = self.input.touches.get_mut(&id) {
            *place = at;
        }
        self.input.touched = self.input.touches.get(&id).map(|(surface, _)| surface.clone());
        let focus = self.focus_at(at);
        let slot = TouchSlot::from(u32::try_from(id).ok());
        let event = TouchMotionEvent { slot, location: (at.x, at.y).into(), time: self.millis() };
        let touch = self.input.touch.clone();
        touch.motion(self, focus, &event);
        touch.frame(self);
    }

    pub fn touch_up(&mut self, id: i32) {
        self.traced(Kind::Touch, |state| state.lift_finger(id));
    }

    pub(super) fn lift_finger(&mut self, id: i32) {
        self.used();
        self.observe(Event::TouchUp { id });
        self.input.unseen_fingers.remove(&id);
        if !self.input.fingers.remove(&id) {
            return self.settle();
        }
        self.input.touched = self.input.touches.remove(&id).map(|(surface, _)| surface);
        let slot = TouchSlot::from(u32::try_from(id).ok());
        let event = UpEvent { slot, serial: SERIAL_COUNTER.next_serial(), time: self.millis() };
        let touch = self.input.touch.clone();
        touch.up(self, &event);
        touch.frame(self);
    }

    pub fn touch_cancel(&mut self) {
        self.observe(Event::TouchCancelled);
        self.input.unseen_fingers.clear();
        self.cancel_fingers();
    }

    /// A finger that drags a window is for no client from now on, and neither are the others.
    pub(super) fn take_fingers(&mut self) {
        let Some(finger) = self.desktop.grabbing_finger().filter(|finger| self.input.touches.contains_key(finger)) else { return };
        let down = std::mem::take(&mut self.input.fingers);
        self.input.unseen_fingers.extend(down.into_iter().chain([finger]));
        self.cancel_fingers();
    }

    pub(super) fn cancel_fingers(&mut self) {
        let touch = self.input.touch.clone();
        let time = self.millis();
        for (id, (_, at)) in std::mem::take(&mut self.input.touches) {
            // smithay cancels only fingers that have done something since the last frame.
            let event = TouchMotionEvent { slot: TouchSlot::from(u32::try_from(id).ok()), location: (at.x, at.y).into(), time };
            touch.motion(self, None, &event);
        }
        self.input.fingers.clear();
        self.input.touched = None;
        touch.cancel(self);
        touch.frame(self);
    }
}
