//! What subscribers are told: how the desktop differs from what they know.
//!
//! The core says which windows may be other ones ([`Notice`]); in the last phase of a turn these are compared with the [`Replica`] that all
//! subscribers have too, and the differences become events. The newest [`RING`] are kept, for who comes back. Without subscribers nothing
//! leaves this thread.

mod waiting;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use glasshouse_core::{LayerInfo, Notice, Timestamp, WindowId};
use glasshouse_protocols::{Dict, Event, Layer, Output, Payload, Replica, Snapshot, Window, Workspace, event::SystemAlert};

use self::waiting::Waiters;
use crate::{
    State,
    bus::{self, BusError, Facts, Outlet, Reply, Subscribed, SubscribedFrom, Told},
    wayland::client::{CutOff, pid_of},
};

/// Events that are kept for subscribers that come back.
const RING: usize = 1_000;

/// What subscribers know, and what they have to be told.
#[derive(Debug)]
pub struct Events {
    replica: Replica,
    /// The newest events, without figures: nobody wants old ones.
    ring: VecDeque<Arc<Told>>,
    /// The newest event that was in the ring and is not any more.
    forgotten: u64,
    /// Windows that may be other ones than the replica's, each with the trace of what touched it last.
    windows: BTreeMap<WindowId, u64>,
    /// Who has the keyboard, if that changed.
    focus: Option<(Option<WindowId>, u64)>,
    /// Outputs may be other ones, with the trace of what touched them last.
    outputs: Option<u64>,
    /// Workspaces may be other ones.
    workspaces: Option<u64>,
    /// Layer surfaces may be other ones.
    layers: Option<u64>,
    facts: Facts,
    /// `None`: no bus.
    outlet: Option<Outlet>,
    waiters: Waiters,
    /// The input or call that is being carried out: everything that follows from it carries this number. 0: none.
    pub trace: u64,
}

impl Default for Events {
    fn default() -> Self {
        let instance = zbus::Guid::generate().to_string();
        let snapshot = Snapshot { instance: instance.clone(), ..Snapshot::default() };
        Self {
            replica: Replica::new(0, snapshot),
            ring: VecDeque::new(),
            forgotten: 0,
            windows: BTreeMap::new(),
            focus: None,
            outputs: None,
            workspaces: None,
            layers: None,
            facts: Facts { instance, ..Facts::default() },
            outlet: None,
            waiters: Waiters::default(),
            trace: 0,
        }
    }
}

impl Events {
    /// A random name, another one after every start.
    pub fn instance(&self) -> &str {
        &self.facts.instance
    }

    /// What the properties of `Desktop1` say.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// From now on there is somebody to tell.
    pub fn connect(&mut self, outlet: Outlet) {
        self.outlet = Some(outlet);
    }

    /// How often somebody wants figures, in Hz. `None`: nobody does.
    pub fn metrics_hz(&self) -> Option<f64> {
        self.outlet.as_ref().and_then(Outlet::metrics_hz)
    }

    /// What subscribers know.
    pub fn replica(&self) -> &Replica {
        &self.replica
    }

    /// Takes note that subscribers may have to be told something.
    pub fn notice(&mut self, notice: &Notice) {
        match *notice {
            Notice::WindowOpened { window } | Notice::WindowClosed { window } | Notice::WindowChanged { window } => {
                self.windows.insert(window, self.trace);
            }
            Notice::FocusChanged { window } => self.focus = Some((window, self.trace)),
            Notice::WorkspaceAdded { .. }
            | Notice::WorkspaceChanged { .. }
            | Notice::WorkspaceRemoved { .. }
            | Notice::WorkspaceActivated { .. } => self.workspaces = Some(self.trace),
            // An event of its own.
            Notice::LayoutsChanged => {}
            Notice::LayersChanged => self.layers = Some(self.trace),
        }
    }

    /// Outputs may be other ones.
    pub fn outputs_changed(&mut self) {
        self.outputs = Some(self.trace);
    }

    /// When somebody has waited long enough.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.waiters.deadline()
    }

    fn publish(&mut self, payload: Payload, trace: u64, now: Timestamp) {
        let time_ns = u64::try_from(now.0.as_nanos()).unwrap_or(u64::MAX);
        let event = Event { sequence: self.replica.sequence() + 1, time_ns, trace, payload };
        // Of a window that closes: before it is forgotten.
        let before = event.window().and_then(|id| self.replica.window(id)).map(|window| window.app_id.clone());
        self.replica.apply(&event);
        let app_id = event.window().and_then(|id| self.replica.window(id)).map(|window| window.app_id.clone()).or(before);
        let told = Told::new(event, app_id);
        if let Some(outlet) = &self.outlet {
            outlet.tell(&told);
        }
        if matches!(told.event.payload, Payload::PerformanceMetrics(_)) {
            return;
        }
        self.waiters.heard(&told.event);
        self.ring.push_back(told);
        if self.ring.len() > RING
            && let Some(oldest) = self.ring.pop_front()
        {
            self.forgotten = oldest.event.sequence;
        }
    }

    /// The state and its sequence.
    pub fn snapshot(&self) -> (u64, Snapshot) {
        (self.replica.sequence(), self.replica.snapshot())
    }

    /// Where a subscription begins.
    ///
    /// # Errors
    ///
    /// `ReplayGone` if what it missed is not kept any more, or never was of this desktop.
    pub fn subscribed(&self, since: Option<u64>) -> Result<Subscribed, BusError> {
        let newest = self.replica.sequence();
        let from = match since {
            None => SubscribedFrom::Snapshot(self.replica.snapshot()),
            Some(since) if since > newest => {
                let sentence = format!(
                    "there was no event {since} yet, the newest is {newest}: the desktop was started anew; subscribe without since"
                );
                return Err(BusError::ReplayGone(sentence));
            }
            Some(since) if since < self.forgotten => {
                let oldest = self.forgotten;
                let sentence = format!("only what came after event {oldest} is kept, not all since {since}; subscribe without since");
                return Err(BusError::ReplayGone(sentence));
            }
            Some(since) => SubscribedFrom::Replay(self.ring.iter().filter(|told| told.event.sequence > since).cloned().collect()),
        };
        Ok(Subscribed { newest, from })
    }
}

impl State {
    /// Tells subscribers that something happened. For windows, outputs and workspaces there are notices instead.
    pub fn publish(&mut self, payload: Payload) {
        self.events.publish(payload, self.events.trace, self.now);
    }

    /// Tells subscribers that something went wrong: `subject` is for programs, the sentence for people.
    pub fn alert(&mut self, severity: &str, subject: &str, sentence: String, pid: Option<i32>) {
        self.publish(Payload::SystemAlert(SystemAlert { severity: severity.into(), subject: subject.into(), sentence, pid }));
    }

    /// Tells subscribers how the desktop is, as `Telemetry1.Metrics` answers it. Not kept, and only for those who asked for it.
    pub fn telemetry_event(&mut self, metrics: Dict) {
        self.events.publish(Payload::PerformanceMetrics(metrics), 0, self.now);
    }

    /// Compares what may have changed with what subscribers know, and tells them.
    pub fn tell_differences(&mut self) {
        let now = self.now;
        if let Some(trace) = self.events.outputs.take() {
            let changes = self.events.replica.output_events(&self.wire_outputs());
            if changes.iter().any(|change| matches!(change, Payload::OutputChanged(change) if change.name.is_some())) {
                self.output_renamed(trace);
            }
            for payload in changes {
                self.events.publish(payload, trace, now);
            }
        }
        if let Some(trace) = self.events.workspaces.take() {
            for payload in self.events.replica.workspace_events(&self.wire_workspaces()) {
                self.events.publish(payload, trace, now);
            }
        }
        if let Some(trace) = self.events.layers.take() {
            for payload in self.events.replica.layer_events(&self.wire_layers()) {
                self.events.publish(payload, trace, now);
            }
        }
        for (id, trace) in std::mem::take(&mut self.events.windows) {
            let window = self.desktop.window(id).filter(|info| info.mapped).map(|info| self.wire_window(&info));
            if let Some(payload) = self.events.replica.window_event(id.0, window) {
                self.events.publish(payload, trace, now);
            }
        }
        if let Some((window, trace)) = self.events.focus.take() {
            let known = window.map(|window| window.0).filter(|id| self.events.replica.window(*id).is_some());
            if let Some(payload) = self.events.replica.focus_event(known) {
                self.events.publish(payload, trace, now);
            }
        }
        self.tell_facts();
    }

    /// What is on an output is told with its name, while the core, which knows it by a number, has nothing new to say of it.
    fn output_renamed(&mut self, trace: u64) {
        self.events.layers.get_or_insert(trace);
        self.events.workspaces.get_or_insert(trace);
        let windows: Vec<WindowId> = self.events.replica.windows().map(|window| WindowId(window.id)).collect();
        for window in windows {
            self.events.windows.entry(window).or_insert(trace);
        }
    }

    /// The last phase of a turn: subscribers hear of it, and who waits for it gets an answer.
    pub fn events_turn(&mut self) {
        while let Some(CutOff { pid, reason }) = self.clients.cut_offs.next() {
            let who = pid.map_or_else(|| "a client".to_owned(), |pid| format!("process {pid}"));
            self.alert("warning", "client-cut-off", format!("{who} was cut off because it had {reason}"), pid);
        }
        self.tell_differences();
        self.events.waiters.answer(&self.events.replica, self.now);
    }

    fn tell_facts(&mut self) {
        let (executor, reason) = match (&self.display.executor, &self.display.failure) {
            (Some((executor, reason)), _) => (executor.name(), reason.as_str()),
            (None, Some(failure)) => ("", failure.as_str()),
            (None, None) => ("", "nobody looks"),
        };
        let facts = &mut self.events.facts;
        if facts.executor == executor && facts.executor_reason == reason && facts.wayland_display == self.control.wayland_display {
            return;
        }
        (facts.executor, facts.executor_reason) = (executor.to_owned(), reason.to_owned());
        facts.wayland_display.clone_from(&self.control.wayland_display);
        if let Some(outlet) = &self.events.outlet {
            outlet.set_facts(facts.clone());
        }
    }

    /// Starts to wait for a window.
    pub fn wait_for_window(&mut self, waiter: waiting::Waiter) {
        self.tell_differences();
        self.events.waiters.add(waiter, &self.events.replica, self.now);
    }

    /// All outputs for the wire, also those that are not used.
    pub fn wire_outputs(&self) -> Vec<Output> {
        self.desktop.all_outputs().iter().map(bus::output).collect()
    }

    /// All layer surfaces with content for the wire.
    pub fn wire_layers(&self) -> Vec<Layer> {
        let wire = |info: &LayerInfo| {
            let output = info.output.and_then(|output| self.desktop.output(output)).map(|output| output.mode.name);
            let pid = self.clients.surfaces.get(info.surface).and_then(|surface| pid_of(&surface.wl));
            bus::layer(info, output, pid)
        };
        self.desktop.layers().iter().map(wire).collect()
    }

    /// All workspaces for the wire.
    pub fn wire_workspaces(&self) -> Vec<Workspace> {
        let name = |id| self.desktop.output(id).map(|output| output.mode.name);
        self.desktop.workspaces().iter().map(|info| bus::workspace(info, info.output.and_then(name))).collect()
    }
}

/// Says which windows there are, for who named one that there is not.
pub fn no_window(id: u64, replica: &Replica) -> BusError {
    BusError::NoWindow(format!("there is no window {id}; {}", there_are(replica.windows())))
}

/// A few windows in words.
pub(crate) fn there_are<'a>(windows: impl Iterator<Item = &'a Window>) -> String {
    const FEW: usize = 5;
    let all: Vec<String> = windows.map(|window| format!("{} ({})", window.id, window.app_id)).collect();
    match all.get(..FEW.min(all.len())) {
        Some([]) | None => "there is no window at all".to_owned(),
        Some(few) if few.len() < all.len() => format!("there are {} and {} more", few.join(", "), all.len() - few.len()),
        Some(few) => format!("there are {}", few.join(", ")),
    }
}

/// An answer to a caller, who may have gone away.
pub(crate) fn answer<T>(reply: Reply<T>, result: Result<T, BusError>) {
    let _ = reply.send(result); // A caller that has gone away needs no answer.
}

pub use waiting::Waiter;

#[cfg(test)]
mod tests;
