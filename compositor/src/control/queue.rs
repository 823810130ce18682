//! Calls that wait for their turn.

use std::collections::VecDeque;

use crate::{State, bus::Request};

/// Calls that are carried out in one turn of the loop. However many come, Wayland clients are served in between.
const PER_TURN: usize = 64;

/// Calls that came in and are not carried out. Every connection has at most one here, because it waits for the answer.
#[derive(Debug, Default)]
pub struct Queue(VecDeque<Request>);

impl Queue {
    pub fn push(&mut self, request: Request) {
        self.0.push_back(request);
    }

    /// There are some for the next turn.
    pub fn is_waiting(&self) -> bool {
        !self.0.is_empty()
    }
}

impl State {
    /// Carries out what was called, in order.
    pub fn requests_turn(&mut self) {
        for _ in 0..PER_TURN {
            let Some(request) = self.control.queue.0.pop_front() else { return };
            self.handle_request(request);
        }
    }
}
