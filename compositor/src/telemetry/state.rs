//! Where the rest of the desktop meets telemetry: what is noted, and what is answered.

use std::time::Duration;

use calloop::channel::{Event as ChannelEvent, channel};
use glasshouse_core::{SurfaceId, Timestamp};
use glasshouse_protocols::{
    subscription::MAX_METRICS_HZ,
    telemetry::{DesktopMetrics, Metrics},
};
use smithay::reexports::wayland_server::{Resource, protocol::wl_surface::WlSurface};

use super::{Kind, OutputTotals, Snapshot, Target, Waiting, Watch, histogram::nanos, sampler::Sampler};
use crate::{
    State, clock,
    wayland::{client::ClientState, surface::id_of},
};

/// Once in a quarter of an hour: a subscriber may ask for less, but not for a time that cannot be told.
const SLOWEST_HZ: f64 = 0.001;

impl State {
    /// Handles one input under a trace of its own, unless it is a part of one that is traced already.
    pub fn traced<T>(&mut self, kind: Kind, handle: impl FnOnce(&mut Self) -> T) -> T {
        self.end_drags();
        if !self.telemetry.traces.enter(kind, self.now) {
            return handle(self);
        }
        self.events.trace = self.telemetry.traces.current();
        if kind == Kind::Command {
            return self.end_traced(handle);
        }
        let before = self.input_focus(kind);
        let result = handle(self);
        if self.telemetry.traces.kept {
            self.telemetry.traces.leave_command(self.display.frame_wanted);
            self.events.trace = 0;
            return result;
        }
        let after = self.input_focus(kind);
        // Motion goes to what is found, everything else to what had the focus: it may lead to another one's getting it.
        let surface = if matches!(kind, Kind::Pointer | Kind::Touch) { after } else { before.or(after) };
        let target = surface.and_then(|surface| self.trace_target(&surface));
        self.telemetry.traces.leave(target);
        self.events.trace = 0;
        result
    }

    /// Goes on with a command that had to wait for something.
    pub fn resumed<T>(&mut self, trace: u64, handle: impl FnOnce(&mut Self) -> T) -> T {
        if !self.telemetry.traces.resume(trace) {
            return handle(self);
        }
        self.events.trace = trace;
        self.end_traced(handle)
    }

    /// What a command leads to belongs to its trace, so it is not left for later.
    fn end_traced<T>(&mut self, handle: impl FnOnce(&mut Self) -> T) -> T {
        let result = handle(self);
        self.settle();
        self.telemetry.traces.leave_command(self.display.frame_wanted);
        self.events.trace = 0;
        result
    }

    /// The surface that input of this kind goes to.
    fn input_focus(&self, kind: Kind) -> Option<WlSurface> {
        match kind {
            Kind::Key | Kind::Text => self.input.keyboard.current_focus(),
            Kind::Pointer | Kind::Button | Kind::Scroll | Kind::Gesture => self.input.pointer.current_focus(),
            Kind::Touch => self.input.touched.clone(),
            Kind::Command => None,
        }
    }

    fn trace_target(&self, surface: &WlSurface) -> Option<Target> {
        let id = id_of(surface)?;
        let pid = surface.client().and_then(|client| client.get_data::<ClientState>().and_then(|state| state.pid));
        Some(Target { surface: id, root: self.clients.surfaces.root(id), pid })
    }

    /// A surface was committed: perhaps the answer to input.
    pub fn trace_committed(&mut self, surface: SurfaceId) {
        if self.telemetry.traces.any_unanswered() {
            let root = self.clients.surfaces.root(surface);
            self.telemetry.traces.committed(root, self.now);
        }
    }

    /// A window acknowledged a configure: perhaps one that input led to.
    pub fn trace_acked(&mut self, surface: &WlSurface) {
        if self.telemetry.traces.any_unanswered()
            && let Some(surface) = id_of(surface)
        {
            let root = self.clients.surfaces.root(surface);
            self.telemetry.traces.acked(root, self.now);
        }
    }

    /// Answers with all figures as soon as processes have been looked at.
    pub fn ask_metrics(&mut self, waiting: Waiting) {
        self.telemetry.waiting.push(waiting);
        self.sample();
    }

    /// Has processes looked at. Where that is not possible, what is known must do.
    fn sample(&mut self) {
        if self.telemetry.sampling {
            return;
        }
        let mut pids: Vec<i32> = self.clients.connections.pids().collect();
        pids.extend([Some(std::process::id()), self.display.pid()].into_iter().flatten().filter_map(|pid| i32::try_from(pid).ok()));
        pids.sort_unstable();
        pids.dedup();
        if self.telemetry.sampler.as_ref().is_some_and(|sampler| sampler.ask(pids.clone())) {
            self.telemetry.sampling = true;
            return;
        }
        self.telemetry.sampler = self.start_sampler();
        self.telemetry.sampling = self.telemetry.sampler.as_ref().is_some_and(|sampler| sampler.ask(pids));
        if !self.telemetry.sampling {
            self.sampled();
        }
    }

    fn start_sampler(&self) -> Option<Sampler> {
        let (sender, answers) = channel();
        let inserted = self.handle.insert_source(answers, |event, &mut (), state: &mut State| {
            if let ChannelEvent::Msg(samples) = event {
                state.now = clock::now();
                state.telemetry.samples = samples;
                state.telemetry.sampling = false;
                state.sampled();
            }
        });
        match inserted.map_err(|error| std::io::Error::other(error.error)).and_then(|_| Sampler::start(sender)) {
            Ok(sampler) => Some(sampler),
            Err(error) => {
                tracing::warn!(%error, "processes cannot be looked at: their memory and CPU time is unknown");
                None
            }
        }
    }

    /// Figures are as new as they can be: whoever waited gets them.
    fn sampled(&mut self) {
        let (waiting, telling) = (std::mem::take(&mut self.telemetry.waiting), std::mem::take(&mut self.telemetry.telling));
        if waiting.is_empty() && !telling {
            return;
        }
        let snapshot = self.snapshot();
        if telling {
            match snapshot.metrics.to_dict() {
                Ok(metrics) => self.telemetry_event(metrics),
                Err(error) => tracing::error!(%error, "figures cannot be encoded"),
            }
        }
        waiting.into_iter().for_each(|waiting| waiting(&snapshot));
    }

    /// All figures as they are known now.
    pub fn snapshot(&self) -> Snapshot {
        let (now, telemetry) = (self.now, &self.telemetry);
        let outputs = self.desktop.outputs();
        let totals = outputs.iter().filter_map(|output| {
            let known = telemetry.outputs.get(output.id)?;
            Some((output.mode.name.clone(), OutputTotals::of(known)))
        });
        let metrics = Metrics {
            time_ns: nanos(now.0),
            desktop: self.desktop_metrics(),
            outputs: outputs.iter().map(|output| telemetry.outputs.metrics(output.id, output.mode.name.clone(), now)).collect(),
            clients: self.client_metrics(&telemetry.samples),
        };
        Snapshot {
            metrics,
            turn: telemetry.turns.durations.totals().clone(),
            input_to_commit: telemetry.traces.to_commit.totals().clone(),
            input_to_composed: telemetry.traces.to_composed.totals().clone(),
            outputs: totals.collect(),
        }
    }

    fn desktop_metrics(&self) -> DesktopMetrics {
        let (telemetry, now) = (&self.telemetry, self.now);
        let sample = |pid: Option<u32>| telemetry.samples.get(&i32::try_from(pid?).ok()?);
        let pid = std::process::id();
        let (own, display_pid) = (sample(Some(pid)), self.display.pid());
        let display = sample(display_pid);
        DesktopMetrics {
            pid,
            turn_ns: telemetry.turns.durations.distribution(now),
            wakeups: telemetry.turns.wakeups,
            events: telemetry.turns.events,
            effects: telemetry.turns.effects,
            events_in_a_turn: telemetry.turns.most_events,
            bus_calls: telemetry.turns.bus_calls,
            input_to_commit_ns: telemetry.traces.to_commit.distribution(now),
            input_to_composed_ns: telemetry.traces.to_composed.distribution(now),
            pss_bytes: own.and_then(|sample| sample.pss_bytes),
            rss_bytes: own.map(|sample| sample.rss_bytes),
            cpu_percent: own.and_then(|sample| sample.cpu_percent),
            display_pid,
            display_pss_bytes: display.and_then(|sample| sample.pss_bytes),
            display_rss_bytes: display.map(|sample| sample.rss_bytes),
            display_cpu_percent: display.and_then(|sample| sample.cpu_percent),
            display_deaths: self.display.supervisor.deaths(),
        }
    }

    /// Tells figures when that is due, as often as the most eager subscriber wants them. Before the last ones were looked up, no others are.
    pub fn telemetry_turn(&mut self) {
        let now = self.now;
        let every = self.events.metrics_hz().map(|hz| Duration::from_secs_f64(1.0 / hz.clamp(SLOWEST_HZ, MAX_METRICS_HZ)));
        self.telemetry.watch = every.map(|every| match self.telemetry.watch {
            Some(watch) => Watch { every, next: watch.next.min(now.after(every)) },
            None => Watch { every, next: now },
        });
        let Some(watch) = self.telemetry.watch.as_mut().filter(|watch| now >= watch.next) else { return };
        watch.next = self.now.after(watch.every);
        self.telemetry.telling = true;
        self.sample();
    }

    /// When figures are told next. `None`: nobody hears them, and no time is kept.
    pub fn telemetry_deadline(&self) -> Option<Timestamp> {
        self.telemetry.watch.map(|watch| watch.next)
    }
}
