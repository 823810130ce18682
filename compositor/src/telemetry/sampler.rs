//! What processes use, looked up on a thread of its own that exists only while somebody asks.
//!
//! The kernel walks a process's page tables for its proportional memory, which takes milliseconds: nothing for the main thread.

use std::{
    collections::BTreeMap,
    fs, io,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use calloop::channel::Sender as Answers;
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// The thread ends when nobody has asked for this long.
const PATIENCE: Duration = Duration::from_secs(15);
/// Proportional memory is looked up at most this often.
const PSS_EVERY: Duration = Duration::from_secs(1);
/// CPU time of less than this says little: it is counted in ticks of 10 ms.
const CPU_EVERY: Duration = Duration::from_millis(90);

/// What one process uses.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Sample {
    /// As the kernel names it, at most 15 bytes.
    pub name: String,
    pub rss_bytes: u64,
    /// `None`: the kernel does not say, for instance because it belongs to somebody else.
    pub pss_bytes: Option<u64>,
    /// Of one CPU. `None` until it was looked at twice.
    pub cpu_percent: Option<f64>,
}

/// By process id. A process that is over is absent.
pub(super) type Samples = BTreeMap<i32, Sample>;

/// Asks the thread for samples; each order is answered once.
#[derive(Debug)]
pub(super) struct Sampler(Sender<Vec<i32>>);

impl Sampler {
    /// Starts the thread, which ends by itself.
    ///
    /// # Errors
    ///
    /// If there are no threads left.
    pub(super) fn start(answers: Answers<Samples>) -> io::Result<Self> {
        let (sender, orders) = channel();
        thread::Builder::new().name("sampler".to_owned()).spawn(move || run(&orders, &answers))?;
        Ok(Self(sender))
    }

    /// Wants samples of these processes. `false`: the thread has ended, start another.
    pub(super) fn ask(&self, pids: Vec<i32>) -> bool {
        self.0.send(pids).is_ok()
    }
}

fn run(orders: &Receiver<Vec<i32>>, answers: &Answers<Samples>) {
    let mut looker = Looker::default();
    loop {
        match orders.recv_timeout(PATIENCE) {
            Ok(pids) => {
                if answers.send(looker.look(&pids)).is_err() {
                    return;
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Remembers what the next look needs.
#[derive(Debug, Default)]
struct Looker {
    /// `None`: it cannot be had, or was not needed yet.
    system: Option<System>,
    before: BTreeMap<i32, Before>,
}

#[derive(Debug)]
struct Before {
    cpu_ms: u64,
    cpu_at: Instant,
    cpu_percent: Option<f64>,
    pss: Option<u64>,
    pss_at: Instant,
}

impl Looker {
    fn look(&mut self, pids: &[i32]) -> Samples {
        if self.system.is_none() {
            self.system = System::new().inspect_err(|error| tracing::warn!(%error, "processes cannot be looked at")).ok();
        }
        let Some(system) = &mut self.system else { return Samples::new() };
        let wanted: Vec<Pid> = pids.iter().filter_map(|pid| u32::try_from(*pid).ok()).map(Pid::from_u32).collect();
        let kind = ProcessRefreshKind::nothing().with_cpu().with_memory().without_tasks();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&wanted), true, kind);
        self.before.retain(|pid, _| pids.contains(pid));
        let mut samples = Samples::new();
        for pid in wanted {
            let Some(process) = system.process(pid) else { continue };
            let Ok(pid) = i32::try_from(pid.as_u32()) else { continue };
            let (now, cpu_ms) = (Instant::now(), process.accumulated_cpu_time());
            let before =
                self.before.entry(pid).or_insert_with(|| Before { cpu_ms, cpu_at: now, cpu_percent: None, pss: pss(pid), pss_at: now });
            let elapsed = now.duration_since(before.cpu_at);
            if elapsed >= CPU_EVERY {
                let used = cpu_ms.saturating_sub(before.cpu_ms) as f64;
                before.cpu_percent = Some(used / elapsed.as_secs_f64() / 10.0);
                (before.cpu_ms, before.cpu_at) = (cpu_ms, now);
            }
            if now.duration_since(before.pss_at) >= PSS_EVERY {
                (before.pss, before.pss_at) = (pss(pid), now);
            }
            let sample = Sample {
                name: process.name().to_string_lossy().into_owned(),
                rss_bytes: process.memory(),
                pss_bytes: before.pss,
                cpu_percent: before.cpu_percent,
            };
            samples.insert(pid, sample);
        }
        samples
    }
}

/// The proportional set size of a process in bytes: memory that it shares counts in parts.
fn pss(pid: i32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let kib: u64 = rollup.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix("kB")?.trim().parse().ok())?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_living_process_is_known_by_name_and_memory_and_a_dead_one_is_absent() {
        let own = i32::try_from(std::process::id()).unwrap();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let dead = i32::try_from(child.id()).unwrap();
        child.wait().unwrap();
        let mut looker = Looker::default();
        let samples = looker.look(&[own, dead, -1, i32::MAX]);
        assert_eq!(samples.keys().copied().collect::<Vec<_>>(), [own]);
        let sample = &samples[&own];
        assert!(!sample.name.is_empty() && sample.cpu_percent.is_none());
        assert!(sample.pss_bytes.unwrap() > 0 && sample.pss_bytes.unwrap() <= sample.rss_bytes * 2, "{sample:?}");
    }

    #[test]
    fn cpu_time_is_known_after_two_looks() {
        let own = i32::try_from(std::process::id()).unwrap();
        let mut looker = Looker::default();
        looker.look(&[own]);
        let begin = Instant::now();
        let mut percent = None;
        // Busy, so that there is something to find.
        while percent.is_none() && begin.elapsed() < Duration::from_secs(20) {
            percent = looker.look(&[own])[&own].cpu_percent;
        }
        assert!(percent.is_some_and(|percent| percent > 0.0), "{percent:?}");
    }

    #[test]
    fn the_thread_answers_every_order() {
        let (sender, answers) = calloop::channel::channel();
        let sampler = Sampler::start(sender).unwrap();
        let own = i32::try_from(std::process::id()).unwrap();
        assert!(sampler.ask(vec![own]) && sampler.ask(vec![]));
        assert!(answers.recv().unwrap().contains_key(&own));
        assert!(answers.recv().unwrap().is_empty());
    }
}
