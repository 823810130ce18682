//! What became of input: from its arrival to the first picture that shows the answer. And of commands, whose answer is the desktop's own.
//!
//! A trace begins when input enters the desktop and waits, in turn, for the flush that delivers it, the next commit of the surface that it
//! went to, the transaction that takes that commit along, its latching, and a picture. Nothing waits for a trace.

use std::collections::{BTreeMap, VecDeque};

use glasshouse_core::{SurfaceId, Timestamp};
use glasshouse_link::Seq;
use glasshouse_protocols::telemetry::{MAX_TRACES, Trace};

use super::histogram::{Histogram, nanos};

/// What kind of input it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Key,
    Pointer,
    Button,
    Scroll,
    Touch,
    Gesture,
    Text,
    /// A command that is no input, and came neither from a key nor from anything else that is.
    Command,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Pointer => "pointer",
            Self::Button => "button",
            Self::Scroll => "scroll",
            Self::Touch => "touch",
            Self::Gesture => "gesture",
            Self::Text => "text",
            Self::Command => "command",
        }
    }
}

/// Where input went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub surface: SurfaceId,
    /// The surface that it is a subsurface or popup of, however deep.
    pub root: SurfaceId,
    pub pid: Option<i32>,
}

/// The newest traces.
#[derive(Debug, Default)]
pub struct Traces {
    /// Their ids follow one another; the first is the oldest.
    ring: VecDeque<Entry>,
    last: u64,
    /// Of the input that is being handled; 0: none is.
    current: u64,
    /// It is no client's: a binding took it.
    pub kept: bool,
    /// To be flushed.
    fresh: Vec<u64>,
    /// Delivered and not answered, by the root of the surface that they went to.
    unanswered: BTreeMap<SurfaceId, VecDeque<u64>>,
    /// Answered by a commit that has not left.
    committed: VecDeque<u64>,
    /// Under way to the display.
    submitted: VecDeque<u64>,
    /// Latched, and on no picture yet.
    composed: VecDeque<u64>,
    pub to_commit: Histogram,
    pub to_composed: Histogram,
}

#[derive(Debug)]
struct Entry {
    id: u64,
    kind: Kind,
    entered: Timestamp,
    target: Option<Target>,
    delivered: Option<Timestamp>,
    acked: Option<Timestamp>,
    committed: Option<Timestamp>,
    seq: Option<Seq>,
    composed: Option<Timestamp>,
    presented_ns: Option<u64>,
    captured: Option<Timestamp>,
}

impl Traces {
    /// The id of the input that is being handled, for what comes of it; 0: none is.
    pub fn current(&self) -> u64 {
        self.current
    }

    /// Input enters. `false`: it is a part of one that is being handled already.
    pub fn enter(&mut self, kind: Kind, now: Timestamp) -> bool {
        if self.current != 0 {
            return false;
        }
        self.last += 1;
        self.current = self.last;
        self.kept = false;
        if self.ring.len() >= MAX_TRACES
            && let Some(Entry { id, target: Some(target), committed: None, .. }) = self.ring.pop_front()
            && let Some(waiting) = self.unanswered.get_mut(&target.root)
        {
            waiting.retain(|waiting| *waiting != id);
            if waiting.is_empty() {
                self.unanswered.remove(&target.root);
            }
        }
        self.ring.push_back(Entry {
            id: self.last,
            kind,
            entered: now,
            target: None,
            delivered: None,
            acked: None,
            committed: None,
            seq: None,
            composed: None,
            presented_ns: None,
            captured: None,
        });
        true
    }

    /// What entered goes on. `false`: it is not kept any more, or something else is being handled.
    pub fn resume(&mut self, id: u64) -> bool {
        if self.current != 0 || self.entry(id).is_none() {
            return false;
        }
        self.current = id;
        true
    }

    /// It was handled, and went there. `None`: to nobody.
    pub fn leave(&mut self, target: Option<Target>) {
        let id = std::mem::take(&mut self.current);
        let Some(target) = target else { return };
        if let Some(entry) = self.entry(id) {
            entry.target = Some(target);
            self.fresh.push(id);
        }
    }

    /// A command was carried out, or a binding acted. If that changed what is to be seen, the next transaction takes it along.
    pub fn leave_command(&mut self, shows: bool) {
        let id = std::mem::take(&mut self.current);
        let Some(entry) = self.entry(id) else { return };
        let is_new = entry.seq.is_none();
        if entry.delivered.is_none() {
            self.fresh.push(id);
        }
        if shows && is_new && !self.committed.contains(&id) {
            push(&mut self.committed, id);
        }
    }

    /// Everything is in the clients' sockets.
    pub fn flushed(&mut self, now: Timestamp) {
        for id in std::mem::take(&mut self.fresh) {
            let Some(entry) = self.entry(id) else { continue };
            entry.delivered = Some(now);
            if let Some(root) = entry.target.map(|target| target.root) {
                self.unanswered.entry(root).or_default().push_back(id);
            }
        }
    }

    /// Whether a commit or an acknowledgement could belong to a trace: the rest is not asked otherwise.
    pub fn any_unanswered(&self) -> bool {
        !self.unanswered.is_empty()
    }

    pub fn acked(&mut self, root: SurfaceId, now: Timestamp) {
        let Some(waiting) = self.unanswered.get(&root) else { return };
        for id in waiting.clone() {
            if let Some(entry) = self.entry(id) {
                entry.acked.get_or_insert(now);
            }
        }
    }

    pub fn committed(&mut self, root: SurfaceId, now: Timestamp) {
        for id in self.unanswered.remove(&root).unwrap_or_default() {
            let Some(entry) = self.entry(id) else { continue };
            entry.committed = Some(now);
            let took = now.since(entry.entered);
            self.to_commit.record_duration(took, now);
            push(&mut self.committed, id);
        }
    }

    /// The surface is gone and answers nothing any more.
    pub fn forget(&mut self, root: SurfaceId) {
        self.unanswered.remove(&root);
    }

    /// A transaction left with everything that was committed.
    pub fn submitted(&mut self, seq: Seq) {
        for id in std::mem::take(&mut self.committed) {
            if let Some(entry) = self.entry(id) {
                entry.seq = Some(seq);
                push(&mut self.submitted, id);
            }
        }
    }

    /// The display shows this transaction, and so everything of earlier ones: also of those that died with another display.
    pub fn latched(&mut self, seq: Seq, now: Timestamp) {
        while let Some(id) = self.submitted.front().copied() {
            if let Some(entry) = self.entry(id) {
                if entry.seq.is_none_or(|sent| sent > seq) {
                    return;
                }
                entry.composed = Some(now);
                let (took, is_input) = (now.since(entry.entered), entry.kind != Kind::Command);
                if is_input {
                    self.to_composed.record_duration(took, now);
                }
                push(&mut self.composed, id);
            }
            self.submitted.pop_front();
        }
    }

    /// What was latched reached an output.
    pub fn presented(&mut self, seq: Seq, time_ns: u64) {
        for id in self.composed.iter().rev() {
            let Some(entry) = entry(&mut self.ring, *id) else { return };
            if entry.presented_ns.is_some() {
                return; // What is older was presented earlier.
            }
            if entry.seq.is_some_and(|sent| sent <= seq) {
                entry.presented_ns = Some(time_ns);
            }
        }
    }

    /// There is a picture of the state as of this transaction.
    pub fn captured(&mut self, seq: Seq, now: Timestamp) {
        while let Some(id) = self.composed.front().copied() {
            if let Some(entry) = self.entry(id) {
                if entry.seq.is_none_or(|sent| sent > seq) {
                    return;
                }
                entry.captured = Some(now);
            }
            self.composed.pop_front();
        }
    }

    fn entry(&mut self, id: u64) -> Option<&mut Entry> {
        entry(&mut self.ring, id)
    }

    /// The newest `last` of them, oldest first.
    pub fn newest(&self, last: usize) -> Vec<Trace> {
        self.ring.iter().skip(self.ring.len().saturating_sub(last)).map(wire).collect()
    }

    pub fn get(&self, id: u64) -> Option<Trace> {
        let first = self.ring.front()?.id;
        self.ring.get(usize::try_from(id.checked_sub(first)?).ok()?).map(wire)
    }

    /// The oldest and the newest id that are kept.
    pub fn range(&self) -> Option<(u64, u64)> {
        Some((self.ring.front()?.id, self.ring.back()?.id))
    }
}

fn entry(ring: &mut VecDeque<Entry>, id: u64) -> Option<&mut Entry> {
    let first = ring.front()?.id;
    ring.get_mut(usize::try_from(id.checked_sub(first)?).ok()?)
}

/// Keeps no more than there are traces.
fn push(queue: &mut VecDeque<u64>, id: u64) {
    if queue.len() >= MAX_TRACES {
        queue.pop_front();
    }
    queue.push_back(id);
}

fn wire(entry: &Entry) -> Trace {
    let ns = |at: Timestamp| nanos(at.0);
    Trace {
        id: entry.id,
        kind: entry.kind.name().to_owned(),
        pid: entry.target.and_then(|target| target.pid),
        surface: entry.target.map(|target| target.surface.0),
        entered_ns: ns(entry.entered),
        delivered_ns: entry.delivered.map(ns),
        acked_ns: entry.acked.map(ns),
        committed_ns: entry.committed.map(ns),
        transaction: entry.seq.map(|seq| seq.0),
        composed_ns: entry.composed.map(ns),
        presented_ns: entry.presented_ns,
        captured_ns: entry.captured.map(ns),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp(Duration::from_millis(millis))
    }

    fn input(traces: &mut Traces, root: u64, millis: u64) -> u64 {
        assert!(traces.enter(Kind::Key, at(millis)));
        let id = traces.current();
        traces.leave(Some(Target { surface: SurfaceId(root), root: SurfaceId(root), pid: Some(7) }));
        id
    }

    fn millis(trace: &Trace) -> [Option<u64>; 6] {
        [trace.delivered_ns, trace.acked_ns, trace.committed_ns, trace.composed_ns, trace.presented_ns, trace.captured_ns]
            .map(|ns| ns.map(|ns| ns / 1_000_000))
    }

    #[test]
    fn a_trace_goes_through_all_its_stages() {
        let mut traces = Traces::default();
        let (first, other) = (input(&mut traces, 1, 10), input(&mut traces, 2, 10));
        // What is committed before the input was delivered is no answer to it.
        traces.committed(SurfaceId(1), at(10));
        traces.flushed(at(11));
        traces.acked(SurfaceId(1), at(12));
        traces.acked(SurfaceId(1), at(13));
        traces.committed(SurfaceId(1), at(14));
        traces.committed(SurfaceId(1), at(15));
        traces.submitted(Seq(5));
        traces.submitted(Seq(6));
        traces.captured(Seq(4), at(16));
        traces.latched(Seq(5), at(17));
        traces.presented(Seq(5), 18_000_000);
        traces.captured(Seq(4), at(19));
        traces.captured(Seq(5), at(20));
        traces.captured(Seq(6), at(21));
        let trace = traces.get(first).unwrap();
        assert_eq!(millis(&trace), [Some(11), Some(12), Some(14), Some(17), Some(18), Some(20)]);
        assert_eq!((trace.entered_ns, trace.transaction, trace.pid), (10_000_000, Some(5), Some(7)));
        assert_eq!(millis(&traces.get(other).unwrap()), [Some(11), None, None, None, None, None]);
        assert_eq!(traces.to_commit.distribution(at(20)).max, 4_000_000);
    }

    #[test]
    fn a_command_is_shown_by_the_next_transaction_if_at_all() {
        let mut traces = Traces::default();
        let command = |traces: &mut Traces, shows: bool| {
            assert!(traces.enter(Kind::Command, at(10)));
            let id = traces.current();
            traces.leave_command(shows);
            id
        };
        let (unseen, seen) = (command(&mut traces, false), command(&mut traces, true));
        traces.flushed(at(11));
        // The first one has an outcome that shows.
        assert!(traces.resume(unseen) && !traces.resume(seen));
        traces.leave_command(true);
        traces.submitted(Seq(5));
        // And more of it.
        assert!(traces.resume(unseen));
        traces.leave_command(true);
        traces.submitted(Seq(6));
        traces.latched(Seq(6), at(12));
        traces.captured(Seq(6), at(13));
        for id in [unseen, seen] {
            let trace = traces.get(id).unwrap();
            assert_eq!((millis(&trace), trace.transaction), ([Some(11), None, None, Some(12), None, Some(13)], Some(5)));
        }
        assert_eq!(traces.to_composed.distribution(at(13)).count, 0, "it is no input");
        assert!(!traces.resume(99));
    }

    #[test]
    fn what_a_dead_display_was_to_show_is_composed_by_the_next() {
        let mut traces = Traces::default();
        let first = input(&mut traces, 1, 10);
        traces.flushed(at(11));
        traces.committed(SurfaceId(1), at(12));
        traces.submitted(Seq(1));
        let second = input(&mut traces, 1, 13);
        traces.flushed(at(13));
        traces.committed(SurfaceId(1), at(14));
        traces.submitted(Seq(2));
        traces.latched(Seq(2), at(15));
        for id in [first, second] {
            assert_eq!(traces.get(id).unwrap().composed_ns, Some(15_000_000));
        }
    }

    #[test]
    fn parts_of_an_input_are_no_input_of_their_own() {
        let mut traces = Traces::default();
        assert!(traces.enter(Kind::Text, at(1)));
        assert!(!traces.enter(Kind::Key, at(1)));
        traces.leave(None);
        assert_eq!(traces.current(), 0);
        assert_eq!(traces.newest(10).len(), 1);
        assert_eq!(traces.newest(10)[0].kind, "text");
    }

    #[test]
    fn the_newest_thousand_are_kept_whatever_happens_to_them() {
        let mut traces = Traces::default();
        for number in 0..5_000 {
            input(&mut traces, number % 3, number);
            traces.flushed(at(number));
            if number % 7 == 0 {
                traces.committed(SurfaceId(number % 2), at(number));
                traces.submitted(Seq(number));
            }
        }
        assert_eq!(traces.range(), Some((4_001, 5_000)));
        assert_eq!((traces.get(4_000), traces.get(5_001)), (None, None));
        assert_eq!(traces.get(4_001).map(|trace| trace.id), Some(4_001));
        assert_eq!(traces.newest(3).iter().map(|trace| trace.id).collect::<Vec<_>>(), [4_998, 4_999, 5_000]);
        let waiting: usize = traces.unanswered.values().map(VecDeque::len).sum();
        assert!(waiting <= MAX_TRACES && traces.submitted.len() <= MAX_TRACES, "{waiting}");
        traces.latched(Seq(5_000), at(5_000));
        assert!(traces.submitted.is_empty());
        (0..3).for_each(|root| traces.forget(SurfaceId(root)));
        assert!(!traces.any_unanswered());
    }
}
