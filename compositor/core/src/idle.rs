//! When the person has gone: what is told to who waits for it, and what keeps it from being told.
//!
//! Beside the desktop's state, for which nobody idles. Times come in and a deadline goes out; nothing waits while nobody asks.

use std::{collections::BTreeMap, time::Duration};

use crate::ids::Timestamp;

/// Somebody who wants to know when nothing has happened for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WatchId(pub u64);

/// What somebody is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Idle(WatchId),
    Resumed(WatchId),
}

#[derive(Debug, Clone, Copy)]
struct Watch {
    after: Duration,
    /// Whether it also counts as idle what a video player keeps awake.
    input_only: bool,
    /// When it began, or was last held up.
    since: Timestamp,
    idle: bool,
}

/// Who waits for what, and since when nothing has happened.
#[derive(Debug, Clone, Default)]
pub struct Idle {
    watches: BTreeMap<WatchId, Watch>,
    last_input: Timestamp,
    inhibited: bool,
}

impl Idle {
    /// Tells `id` when nothing has happened for so long, counted from now.
    pub fn watch(&mut self, id: WatchId, after: Duration, input_only: bool, now: Timestamp) {
        self.watches.insert(id, Watch { after, input_only, since: now, idle: false });
    }

    pub fn forget(&mut self, id: WatchId) {
        self.watches.remove(&id);
    }

    /// Somebody used a device.
    pub fn used(&mut self, now: Timestamp) -> Vec<Told> {
        self.last_input = now;
        self.wake(|_| true)
    }

    /// Something that is to be seen wants nobody to idle, or nothing does any more: time counts from then.
    pub fn inhibit(&mut self, inhibited: bool, now: Timestamp) -> Vec<Told> {
        if self.inhibited == inhibited {
            return Vec::new();
        }
        self.inhibited = inhibited;
        if inhibited {
            return self.wake(|watch| !watch.input_only);
        }
        self.watches.values_mut().filter(|watch| !watch.input_only).for_each(|watch| watch.since = now);
        Vec::new()
    }

    fn wake(&mut self, which: impl Fn(&Watch) -> bool) -> Vec<Told> {
        let idle = self.watches.iter_mut().filter(|(_, watch)| watch.idle && which(watch));
        idle.map(|(id, watch)| {
            watch.idle = false;
            Told::Resumed(*id)
        })
        .collect()
    }

    /// When each of those that wait will be told.
    fn due_at(&self, watch: &Watch) -> Option<Timestamp> {
        let waits = !watch.idle && (watch.input_only || !self.inhibited);
        waits.then(|| watch.since.max(self.last_input).after(watch.after))
    }

    /// When [`Self::due`] has something to say, if nothing happens before.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.watches.values().filter_map(|watch| self.due_at(watch)).min()
    }

    /// Who is to be told by now.
    pub fn due(&mut self, now: Timestamp) -> Vec<Told> {
        let due: Vec<WatchId> =
            self.watches.iter().filter(|(_, watch)| self.due_at(watch).is_some_and(|at| at <= now)).map(|(id, _)| *id).collect();
        for id in &due {
            if let Some(watch) = self.watches.get_mut(id) {
                watch.idle = true;
            }
        }
        due.into_iter().map(Told::Idle).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: WatchId = WatchId(1);
    const TWO: WatchId = WatchId(2);

    fn at(seconds: u64) -> Timestamp {
        Timestamp(Duration::from_secs(seconds))
    }

    fn idle(input_only: bool) -> Idle {
        let mut idle = Idle::default();
        idle.watch(ONE, Duration::from_secs(10), input_only, at(100));
        idle
    }

    #[test]
    fn idleness_is_told_once_and_so_is_its_end() {
        let mut idle = idle(false);
        assert_eq!(idle.deadline(), Some(at(110)));
        assert_eq!(idle.due(at(109)), []);
        assert_eq!(idle.due(at(110)), [Told::Idle(ONE)]);
        assert_eq!((idle.due(at(111)), idle.deadline()), (vec![], None), "nothing waits while everybody knows");
        assert_eq!(idle.used(at(120)), [Told::Resumed(ONE)]);
        assert_eq!(idle.used(at(121)), []);
        assert_eq!(idle.deadline(), Some(at(131)));
    }

    #[test]
    fn input_puts_it_off_for_everybody() {
        let mut idle = idle(true);
        idle.watch(TWO, Duration::from_secs(3), false, at(100));
        assert_eq!(idle.used(at(102)), []);
        assert_eq!(idle.due(at(110)), [Told::Idle(TWO)]);
        assert_eq!(idle.due(at(112)), [Told::Idle(ONE)]);
        idle.forget(ONE);
        assert_eq!(idle.used(at(113)), [Told::Resumed(TWO)]);
    }

    #[test]
    fn an_inhibitor_puts_it_off_but_not_for_who_asks_for_input_only() {
        let mut all = idle(false);
        all.watch(TWO, Duration::from_secs(10), true, at(100));
        assert_eq!(all.inhibit(true, at(105)), []);
        assert_eq!(all.due(at(110)), [Told::Idle(TWO)]);
        assert_eq!(all.deadline(), None);
        assert_eq!(all.inhibit(false, at(200)), []);
        assert_eq!(all.deadline(), Some(at(210)), "time counts from its end");
        assert_eq!(all.due(at(210)), [Told::Idle(ONE)]);
        // One that comes late wakes.
        assert_eq!(all.inhibit(true, at(220)), [Told::Resumed(ONE)]);
        assert_eq!(all.inhibit(true, at(221)), []);
    }

    #[test]
    fn who_waits_for_no_time_at_all_is_told_at_once_each_time() {
        let mut idle = Idle::default();
        idle.watch(ONE, Duration::ZERO, false, at(5));
        assert_eq!(idle.due(at(5)), [Told::Idle(ONE)]);
        assert_eq!(idle.used(at(6)), [Told::Resumed(ONE)]);
        assert_eq!(idle.due(at(6)), [Told::Idle(ONE)]);
    }
}
