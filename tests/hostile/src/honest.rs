//! The client that wants nothing but quick answers.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use serde::Serialize;

use crate::wire::Wire;

/// How often it asks.
const PERIOD: Duration = Duration::from_millis(1);

/// Asks `wl_display.sync` once per millisecond on a thread of its own.
pub(crate) struct Honest {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<Vec<(Instant, Duration)>>>,
}

/// How long answers took, in milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Latency {
    pub(crate) count: usize,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

impl Honest {
    pub(crate) fn start(path: &Path) -> Result<Self> {
        let mut wire = Wire::connect(path)?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let body = move || {
            let mut answers = Vec::new();
            let mut next = Instant::now();
            while !stopped.load(Ordering::Relaxed) {
                let asked = Instant::now();
                if !wire.sync()? {
                    bail!("the honest client was cut off: {:?}", wire.end);
                }
                answers.push((asked, asked.elapsed()));
                // After a long wait the missed questions are not made up for: the waits are what is measured.
                next = (next + PERIOD).max(Instant::now());
                std::thread::sleep(next.saturating_duration_since(Instant::now()));
            }
            Ok(answers)
        };
        let thread = std::thread::Builder::new().name("honest".into()).spawn(body).context("there are no threads")?;
        Ok(Self { stop, thread })
    }

    /// What answers to questions since then took.
    pub(crate) fn finish(self, since: Instant) -> Result<Latency> {
        self.stop.store(true, Ordering::Relaxed);
        let answers = self.thread.join().map_err(|_| anyhow!("the honest client panicked"))??;
        let mut took: Vec<f64> =
            answers.iter().filter(|(asked, _)| *asked >= since).map(|(_, took)| took.as_secs_f64() * 1_000.0).collect();
        took.sort_by(f64::total_cmp);
        let at = |part: usize| took.get((took.len() * part / 100).min(took.len().saturating_sub(1))).copied().unwrap_or(f64::NAN);
        Ok(Latency { count: took.len(), p50_ms: at(50), p99_ms: at(99), max_ms: took.last().copied().unwrap_or(f64::NAN) })
    }
}
