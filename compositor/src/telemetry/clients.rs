//! Figures of clients: who is connected, what they have and what they have asked for.

use std::{
    collections::BTreeMap,
    sync::{
        Weak,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use glasshouse_protocols::telemetry::ClientMetrics;
use smithay::reexports::wayland_server::{Client, Resource};

use super::sampler::Samples;
use crate::{
    State,
    wayland::{client::ClientState, quota::Counted},
};

/// What a client has asked for. Only libwayland sees all requests; those that we look at ourselves are counted.
#[derive(Debug, Default)]
pub struct Counts {
    requests: AtomicU64,
    commits: AtomicU64,
    gone: AtomicBool,
}

impl Counts {
    /// The client has left: somebody may still know it by name.
    pub fn left(&self) {
        self.gone.store(true, Relaxed);
    }
}

/// Counts a request.
pub fn count_request(client: &Client) {
    if let Some(state) = client.get_data::<ClientState>() {
        state.counts.requests.fetch_add(1, Relaxed);
    }
}

/// Counts a commit; that it is a request too is counted elsewhere.
pub fn count_commit(client: &Client) {
    if let Some(state) = client.get_data::<ClientState>() {
        state.counts.commits.fetch_add(1, Relaxed);
    }
}

/// Everybody who is connected.
#[derive(Debug, Default)]
pub struct Connections {
    all: Vec<Connection>,
    last: u64,
}

#[derive(Debug)]
struct Connection {
    number: u64,
    pid: Option<i32>,
    /// libwayland keeps it for as long as the client is connected.
    state: Weak<ClientState>,
}

impl Connections {
    /// A number for the next connection.
    pub fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Somebody has connected.
    pub fn add(&mut self, number: u64, pid: Option<i32>, state: Weak<ClientState>) {
        self.all.retain(|connection| connection.state.upgrade().is_some_and(|state| !state.counts.gone.load(Relaxed)));
        self.all.push(Connection { number, pid, state });
    }

    /// Their processes, some of them more than once.
    pub(super) fn pids(&self) -> impl Iterator<Item = i32> {
        self.all.iter().filter(|connection| connection.state.strong_count() > 0).filter_map(|connection| connection.pid)
    }
}

impl State {
    /// The figures of everybody who is connected, in the order of connecting.
    pub(super) fn client_metrics(&self, samples: &Samples) -> Vec<ClientMetrics> {
        let mut windows: BTreeMap<u64, (u32, bool, String)> = BTreeMap::new();
        for (window, toplevel) in &self.clients.windows {
            let client = toplevel.wl_surface().client();
            let Some(number) = client.as_ref().and_then(|client| client.get_data::<ClientState>()).map(|state| state.number) else {
                continue;
            };
            let (count, unresponsive, name) = windows.entry(number).or_default();
            *count += 1;
            let info = self.desktop.window(*window);
            *unresponsive |= info.as_ref().is_some_and(|info| info.unresponsive);
            if name.is_empty()
                && let Some(info) = info
            {
                *name = info.app_id;
            }
        }
        let known = self.clients.connections.all.iter().filter_map(|connection| Some((connection, connection.state.upgrade()?)));
        known
            .filter(|(_, state)| !state.counts.gone.load(Relaxed))
            .map(|(connection, state)| {
                let (windows, unresponsive, name) = windows.remove(&connection.number).unwrap_or_default();
                let sample = connection.pid.and_then(|pid| samples.get(&pid));
                let name = if name.is_empty() { sample.map(|sample| sample.name.clone()).unwrap_or_default() } else { name };
                ClientMetrics {
                    id: connection.number,
                    pid: connection.pid,
                    name,
                    windows,
                    unresponsive,
                    surfaces: state.quota.count(Counted::Surface),
                    buffers: state.quota.count(Counted::Buffer),
                    pools: state.quota.count(Counted::Pool),
                    pool_bytes: state.quota.pool_bytes(),
                    requests: state.counts.requests.load(Relaxed),
                    commits: state.counts.commits.load(Relaxed),
                    pss_bytes: sample.and_then(|sample| sample.pss_bytes),
                    rss_bytes: sample.map(|sample| sample.rss_bytes),
                    cpu_percent: sample.and_then(|sample| sample.cpu_percent),
                }
            })
            .collect()
    }
}
