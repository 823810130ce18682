//! When to start a display, when to give up on one, and what to keep from the next.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use glasshouse_scene::SurfaceId;

use crate::message::{Executor, ExecutorChoice};

/// Deaths in a row, without a frame between them, before the `cpu` executor is forced.
const DEATHS_BEFORE_CPU: u32 = 3;
/// Deaths while the same surface was being read, without a frame between them, before it is withheld.
const DEATHS_BEFORE_WITHHELD: u32 = 2;
/// The first restart is at once; each further one in a row waits twice as long as the one before, from this...
const BACK_OFF: Duration = Duration::from_millis(50);
/// ...to this.
const BACK_OFF_LIMIT: Duration = Duration::from_secs(5);

/// Decides over the life of displays. Times are `CLOCK_MONOTONIC`, passed in.
#[derive(Debug, Default)]
pub struct Supervisor {
    choice: ExecutorChoice,
    /// Since the last display that drew a frame.
    deaths_in_a_row: u32,
    deaths: u64,
    start_at: Option<Duration>,
    blamed: BTreeMap<SurfaceId, u32>,
    withheld: BTreeSet<SurfaceId>,
    forced_cpu: bool,
}

/// What came of a death.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// No new display before this.
    pub wait: Duration,
    /// This surface is withheld from now on.
    pub withheld: Option<SurfaceId>,
    /// From now on only the `cpu` executor is used.
    pub forced_cpu: bool,
}

impl Supervisor {
    pub fn new(choice: ExecutorChoice) -> Self {
        Self { choice, ..Self::default() }
    }

    /// Which executor the next display is asked for.
    pub fn choice(&self) -> ExecutorChoice {
        if self.forced_cpu { ExecutorChoice::Cpu } else { self.choice }
    }

    /// How often a display died so far.
    pub fn deaths(&self) -> u64 {
        self.deaths
    }

    /// Whether a display may be started now.
    pub fn may_start(&self, now: Duration) -> bool {
        self.start_at.is_none_or(|at| now >= at)
    }

    /// When the next display may be started, if that is not now.
    pub fn start_at(&self) -> Option<Duration> {
        self.start_at
    }

    /// A display drew a frame: whatever went wrong before is over, and whatever it was reading is not to blame.
    pub fn drew(&mut self) {
        self.deaths_in_a_row = 0;
        self.start_at = None;
        self.blamed.clear();
    }

    /// A display died, or was killed because it did not answer. `reading` is the surface whose memory it was reading.
    pub fn died(&mut self, executor: Option<Executor>, reading: Option<SurfaceId>, now: Duration) -> Verdict {
        self.deaths += 1;
        self.deaths_in_a_row = self.deaths_in_a_row.saturating_add(1);
        let wait = match self.deaths_in_a_row {
            1 => Duration::ZERO,
            row => BACK_OFF.saturating_mul(1 << (row - 2).min(10)).min(BACK_OFF_LIMIT),
        };
        self.start_at = Some(now + wait);
        let mut verdict = Verdict { wait, ..Verdict::default() };
        if let Some(surface) = reading {
            let deaths = self.blamed.entry(surface).or_default();
            *deaths += 1;
            if *deaths >= DEATHS_BEFORE_WITHHELD && self.withheld.insert(surface) {
                verdict.withheld = Some(surface);
                // The cause is known and gone: the next display may start at once.
                self.deaths_in_a_row = 0;
                self.start_at = Some(now);
                verdict.wait = Duration::ZERO;
            }
        }
        if self.deaths_in_a_row >= DEATHS_BEFORE_CPU && executor != Some(Executor::Cpu) && !self.forced_cpu {
            self.forced_cpu = true;
            verdict.forced_cpu = true;
        }
        verdict
    }

    pub fn is_withheld(&self, surface: SurfaceId) -> bool {
        self.withheld.contains(&surface)
    }

    /// The surface is gone; nothing needs to be remembered of it.
    pub fn forget(&mut self, surface: SurfaceId) {
        self.blamed.remove(&surface);
        self.withheld.remove(&surface);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_that_keeps_dying_is_started_ever_more_rarely_and_then_on_the_cpu() {
        let mut supervisor = Supervisor::new(ExecutorChoice::Gpu);
        let mut now = Duration::from_secs(100);
        let mut waits = Vec::new();
        for _ in 0..10 {
            assert!(supervisor.may_start(now));
            let verdict = supervisor.died(Some(Executor::Gpu), None, now);
            waits.push(verdict.wait.as_millis());
            assert_eq!(verdict.forced_cpu, waits.len() == 3);
            assert!(verdict.wait.is_zero() || !supervisor.may_start(now));
            now += verdict.wait;
        }
        assert_eq!(waits, [0, 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!(supervisor.choice(), ExecutorChoice::Cpu);
        supervisor.drew();
        assert_eq!(supervisor.died(Some(Executor::Cpu), None, now).wait, Duration::ZERO);
    }

    #[test]
    fn a_surface_that_kills_twice_is_withheld_and_the_others_are_not() {
        let mut supervisor = Supervisor::new(ExecutorChoice::Auto);
        let now = Duration::ZERO;
        let (poison, innocent) = (SurfaceId(1), SurfaceId(2));
        assert_eq!(supervisor.died(None, Some(poison), now).withheld, None);
        assert_eq!(supervisor.died(None, Some(innocent), now).withheld, None);
        let verdict = supervisor.died(None, Some(poison), now);
        assert_eq!((verdict.withheld, verdict.wait), (Some(poison), Duration::ZERO));
        assert!(supervisor.is_withheld(poison) && !supervisor.is_withheld(innocent));
        supervisor.forget(poison);
        assert!(!supervisor.is_withheld(poison));
    }

    #[test]
    fn a_surface_that_happened_to_be_read_at_a_kill_is_innocent() {
        let mut supervisor = Supervisor::new(ExecutorChoice::Auto);
        for _ in 0..100 {
            assert_eq!(supervisor.died(None, Some(SurfaceId(1)), Duration::ZERO).withheld, None);
            supervisor.drew();
        }
    }
}
