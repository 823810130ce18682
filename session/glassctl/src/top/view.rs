//! What is looked at, and how.

use std::cmp::Ordering;

use glasshouse_protocols::{Metrics, telemetry::ClientMetrics};

/// What clients are sorted by. The most expensive one comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Cpu,
    Memory,
    /// Commits in a second.
    Commits,
    Name,
}

#[derive(Debug)]
pub(super) struct View {
    pub(super) title: String,
    pub(super) metrics: Metrics,
    /// What rates are counted from.
    before: Option<Metrics>,
    pub(super) sort: Sort,
    pub(super) paused: bool,
    /// How many clients are above the first line.
    pub(super) offset: usize,
}

impl View {
    pub(super) fn new(title: String, metrics: Metrics) -> Self {
        Self { title, metrics, before: None, sort: Sort::Cpu, paused: false, offset: 0 }
    }

    /// Newer figures.
    pub(super) fn take(&mut self, metrics: Metrics) {
        self.before = Some(std::mem::replace(&mut self.metrics, metrics));
        self.scroll(0);
    }

    pub(super) fn scroll(&mut self, by: isize) {
        let last = self.metrics.clients.len().saturating_sub(1);
        self.offset = self.offset.saturating_add_signed(by).min(last);
    }

    /// How fast a counter grows, per second. `None`: that takes two looks.
    pub(super) fn rate(&self, counter: impl Fn(&Metrics) -> Option<u64>) -> Option<f64> {
        let before = self.before.as_ref()?;
        let seconds = self.metrics.time_ns.saturating_sub(before.time_ns) as f64 / 1e9;
        let grown = counter(&self.metrics)?.saturating_sub(counter(before)?);
        (seconds > 0.0).then(|| grown as f64 / seconds)
    }

    pub(super) fn client_rate(&self, id: u64, counter: impl Fn(&ClientMetrics) -> u64) -> Option<f64> {
        self.rate(|metrics| metrics.clients.iter().find(|client| client.id == id).map(&counter))
    }

    /// In the order in which they are shown.
    pub(super) fn clients(&self) -> Vec<&ClientMetrics> {
        let mut clients: Vec<_> = self.metrics.clients.iter().collect();
        let commits = |client: &ClientMetrics| self.client_rate(client.id, |client| client.commits).unwrap_or_default();
        clients.sort_by(|a, b| {
            let order = match self.sort {
                Sort::Cpu => descending(a.cpu_percent.unwrap_or_default(), b.cpu_percent.unwrap_or_default()),
                Sort::Memory => memory(b).cmp(&memory(a)),
                Sort::Commits => descending(commits(a), commits(b)),
                Sort::Name => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
            };
            // Lines that are equal keep their places from one look to the next.
            order.then(a.id.cmp(&b.id))
        });
        clients
    }
}

fn descending(a: f64, b: f64) -> Ordering {
    b.total_cmp(&a)
}

/// What it really costs, if that may be known.
pub(super) fn memory(client: &ClientMetrics) -> Option<u64> {
    client.pss_bytes.or(client.rss_bytes)
}
