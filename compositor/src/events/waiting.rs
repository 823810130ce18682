//! Callers that wait for a window. Nothing is polled: they are looked at when a window has changed.

use std::{collections::BTreeMap, time::Duration};

use glasshouse_core::Timestamp;
use glasshouse_protocols::{Awaited, Event, Payload, Replica, Window, WindowMatch};

use super::{answer, no_window, there_are};
use crate::bus::{BusError, Reply};

/// Somebody who waits.
#[derive(Debug)]
pub struct Waiter {
    pub wanted: WindowMatch,
    pub awaited: Awaited,
    pub timeout: Duration,
    pub reply: Reply<Window>,
}

#[derive(Debug, Default)]
pub(super) struct Waiters {
    waiting: Vec<Waiting>,
    /// A window is other than when everybody was looked at last.
    stale: bool,
}

#[derive(Debug)]
struct Waiting {
    waiter: Waiter,
    until: Timestamp,
    /// Windows that matched, as they were when that was first seen; of `created`, all that there were.
    known: BTreeMap<u64, Window>,
}

impl Waiters {
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        self.waiting.iter().map(|waiting| waiting.until).min()
    }

    /// Takes note of an event.
    pub(super) fn heard(&mut self, event: &Event) {
        self.stale |= matches!(
            event.payload,
            Payload::WindowCreated(_) | Payload::WindowChanged(_) | Payload::WindowClosed(_) | Payload::FocusChanged(_)
        );
    }

    pub(super) fn add(&mut self, waiter: Waiter, replica: &Replica, now: Timestamp) {
        let created = waiter.awaited == Awaited::Created;
        let known: BTreeMap<u64, Window> =
            replica.windows().filter(|window| created || waiter.wanted.matches(window)).map(|window| (window.id, window.clone())).collect();
        if known.is_empty() && waiter.awaited == Awaited::Closed {
            let error = match waiter.wanted.id {
                Some(id) => no_window(id, replica),
                None => BusError::NoWindow(format!("no window matches, so none can close; {}", there_are(replica.windows()))),
            };
            return answer(waiter.reply, Err(error));
        }
        let until = now.after(waiter.timeout);
        self.waiting.push(Waiting { waiter, until, known });
        self.stale = true;
    }

    /// Answers those whose wait is over.
    pub(super) fn answer(&mut self, replica: &Replica, now: Timestamp) {
        let stale = std::mem::take(&mut self.stale);
        let mut index = 0;
        while let Some(waiting) = self.waiting.get_mut(index) {
            let result = if waiting.waiter.reply.is_closed() {
                None
            } else if let Some(window) = stale.then(|| waiting.look(replica)).flatten() {
                Some(Ok(window))
            } else if now >= waiting.until {
                Some(Err(waiting.too_late(replica)))
            } else {
                index += 1;
                continue;
            };
            let waiting = self.waiting.remove(index);
            if let Some(result) = result {
                answer(waiting.waiter.reply, result);
            }
        }
    }
}

impl Waiting {
    /// The window that was waited for.
    fn look(&mut self, replica: &Replica) -> Option<Window> {
        let Waiter { wanted, awaited, .. } = &self.waiter;
        match awaited {
            Awaited::Created => {
                self.known.retain(|id, _| replica.window(*id).is_some());
                replica.windows().find(|window| !self.known.contains_key(&window.id) && wanted.matches(window)).cloned()
            }
            Awaited::Closed => {
                let mut last = None;
                self.known.retain(|id, known| match replica.window(*id) {
                    Some(now) => {
                        known.clone_from(now);
                        true
                    }
                    None => {
                        last = Some(known.clone());
                        false
                    }
                });
                last.filter(|_| self.known.is_empty())
            }
            Awaited::Title | Awaited::Changed => {
                let other = |known: &Window, now: &Window| match awaited {
                    Awaited::Title => known.title != now.title,
                    _ => known != now,
                };
                let changed = self.known.values().find_map(|known| replica.window(known.id).filter(|now| other(known, now)));
                if let Some(changed) = changed {
                    return Some(changed.clone());
                }
                for window in replica.windows().filter(|window| wanted.matches(window)) {
                    self.known.entry(window.id).or_insert_with(|| window.clone());
                }
                None
            }
            _ => replica.windows().find(|window| wanted.matches(window) && awaited.holds(window)).cloned(),
        }
    }

    fn too_late(&self, replica: &Replica) -> BusError {
        let Waiter { wanted, awaited, timeout, .. } = &self.waiter;
        let matching: Vec<&Window> = replica.windows().filter(|window| wanted.matches(window)).collect();
        let there = match matching.is_empty() {
            true => format!("no window matches; {}", there_are(replica.windows())),
            false => format!("of those that match {}", there_are(matching.into_iter())),
        };
        let state = match awaited {
            Awaited::Created => "no matching window was created",
            Awaited::Closed => "not all matching windows closed",
            Awaited::Title => "no matching window got another title",
            Awaited::Changed => "no matching window changed",
            _ => return BusError::TimedOut(format!("no matching window was {} within {timeout:?}; {there}", awaited.name())),
        };
        BusError::TimedOut(format!("{state} within {timeout:?}; {there}"))
    }
}
