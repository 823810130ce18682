//! How the desktop is doing: figures that are always counted, because counting costs nothing, and what became of input.
//!
//! What costs something (memory and CPU time of processes) is looked up only while somebody asks, on a thread of its own. The main thread
//! never waits for it: questions wait for its answer.

mod clients;
pub mod endpoint;
mod histogram;
mod outputs;
pub mod prometheus;
mod sampler;
mod state;
mod traces;
mod wake;

use std::time::Duration;

use glasshouse_core::Timestamp;
use glasshouse_protocols::telemetry::Metrics;

pub use self::{
    clients::{Connections, Counts, count_commit, count_request},
    outputs::{Output, Outputs},
    traces::{Kind, Target, Traces},
    wake::WakeClock,
};
use self::{
    histogram::{Histogram, Totals},
    sampler::{Sampler, Samples},
};

/// Everything that is measured.
#[derive(Default)]
pub struct Telemetry {
    pub outputs: Outputs,
    pub traces: Traces,
    pub turns: Turns,
    sampler: Option<Sampler>,
    /// The newest of every process that was asked for.
    samples: Samples,
    /// An order is under way.
    sampling: bool,
    /// Who waits for the next samples.
    waiting: Vec<Waiting>,
    watch: Option<Watch>,
    /// The next samples go to subscribers.
    telling: bool,
}

/// Who wants figures.
pub type Waiting = Box<dyn FnOnce(&Snapshot)>;

/// Somebody hears `performance_metrics`.
#[derive(Debug, Clone, Copy)]
struct Watch {
    every: Duration,
    next: Timestamp,
}

/// What the main loop has done.
#[derive(Debug, Default)]
pub struct Turns {
    durations: Histogram,
    wakeups: u64,
    events: u64,
    effects: u64,
    bus_calls: u64,
    /// `events` when this turn began.
    events_before: u64,
    most_events: u64,
}

impl Turns {
    /// The core was told something.
    pub fn event(&mut self) {
        self.events += 1;
    }

    /// Something that the core decided is being carried out.
    pub fn effect(&mut self) {
        self.effects += 1;
    }

    pub fn bus_call(&mut self) {
        self.bus_calls += 1;
    }

    /// A turn is over that took from waking up until `now`.
    pub fn ended(&mut self, woke: Timestamp, now: Timestamp) {
        self.wakeups += 1;
        self.durations.record_duration(now.since(woke), now);
        self.most_events = self.most_events.max(self.events - self.events_before);
        self.events_before = self.events;
    }
}

/// All figures at one moment, for whoever asks: on another thread they are turned into text.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub metrics: Metrics,
    turn: Totals,
    input_to_commit: Totals,
    input_to_composed: Totals,
    /// By the names of the outputs.
    outputs: Vec<(String, OutputTotals)>,
}

/// Those of one output.
#[derive(Debug, Clone)]
struct OutputTotals {
    frame: Totals,
    latch: Totals,
    damage: Totals,
    paint: Totals,
    painted: Totals,
    capture: Totals,
}

impl OutputTotals {
    fn of(output: &Output) -> Self {
        Self {
            frame: output.frame.totals().clone(),
            latch: output.latch.totals().clone(),
            damage: output.damage.totals().clone(),
            paint: output.paint.totals().clone(),
            painted: output.painted.totals().clone(),
            capture: output.capture.totals().clone(),
        }
    }
}
