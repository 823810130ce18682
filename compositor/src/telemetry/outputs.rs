//! Figures of outputs: how long frames take, which are late, what changes in them, what pictures cost.

use std::{collections::BTreeMap, time::Duration};

use glasshouse_core::{OutputId, Timestamp};
use glasshouse_link::{Cost, Seq};
use glasshouse_protocols::telemetry::OutputMetrics;

use super::histogram::Histogram;

/// All outputs that have had a frame.
#[derive(Debug, Default)]
pub struct Outputs {
    all: BTreeMap<OutputId, Output>,
}

/// One output, since it was added.
#[derive(Debug, Default)]
pub struct Output {
    frames: u64,
    unseen: u64,
    missed: u64,
    rate: Rate,
    pub frame: Histogram,
    pub latch: Histogram,
    pub damage: Histogram,
    pub paint: Histogram,
    pub painted: Histogram,
    pub capture: Histogram,
    /// The frame that has begun and is not latched.
    begun: Option<Begun>,
}

#[derive(Debug, Clone, Copy)]
struct Begun {
    at: Timestamp,
    /// Latched after this, it is late.
    deadline: Timestamp,
    /// The transaction that it left with.
    seq: Option<Seq>,
}

/// Counts by whole seconds.
#[derive(Debug, Default)]
struct Rate {
    second: u64,
    count: u32,
    before: u32,
}

impl Rate {
    fn tick(&mut self, now: Timestamp) {
        let second = now.0.as_secs();
        if second != self.second {
            self.before = if second == self.second + 1 { self.count } else { 0 };
            (self.second, self.count) = (second, 0);
        }
        self.count += 1;
    }

    /// In the last whole second.
    fn per_second(&self, now: Timestamp) -> f64 {
        match now.0.as_secs().checked_sub(self.second) {
            Some(0) => f64::from(self.before),
            Some(1) => f64::from(self.count),
            _ => 0.0,
        }
    }
}

impl Outputs {
    /// The display asks for a frame. One that is still under way goes on: it is only later.
    pub fn begun(&mut self, output: OutputId, present_at_ns: u64, refresh_ns: u64, now: Timestamp) {
        let present_at = Timestamp(Duration::from_nanos(present_at_ns));
        // A headless output begins a frame at the refresh itself, so that it has until the next one.
        let deadline = if present_at > now { present_at } else { present_at.after(Duration::from_nanos(refresh_ns)) };
        self.all.entry(output).or_default().begun.get_or_insert(Begun { at: now, deadline, seq: None });
    }

    /// A frame for clients only.
    pub fn unseen(&mut self, output: OutputId) {
        self.all.entry(output).or_default().unseen += 1;
    }

    /// Frames that had begun left with this transaction.
    pub fn submitted(&mut self, seq: Seq) {
        for begun in self.all.values_mut().filter_map(|output| output.begun.as_mut()) {
            begun.seq.get_or_insert(seq);
        }
    }

    /// Frames that have not left have nothing to show: they were none.
    pub fn nothing_new(&mut self) {
        for output in self.all.values_mut() {
            output.begun.take_if(|begun| begun.seq.is_none());
        }
    }

    /// The display shows this transaction.
    pub fn latched(&mut self, seq: Seq, took_ns: u64, damage: &[(OutputId, u64)], now: Timestamp) {
        for output in self.all.values_mut() {
            if let Some(begun) = output.begun.take_if(|begun| begun.seq.is_some_and(|sent| sent <= seq)) {
                output.frame.record_duration(now.since(begun.at), now);
                output.missed += u64::from(now > begun.deadline);
            }
        }
        for (output, pixels) in damage {
            let output = self.all.entry(*output).or_default();
            output.frames += 1;
            output.rate.tick(now);
            output.latch.record(took_ns, now);
            output.damage.record(*pixels, now);
        }
    }

    /// The display died: frames that had begun, or that it had been asked for (`awaited`), never came.
    pub fn lost(&mut self, awaited: impl IntoIterator<Item = OutputId>) {
        for output in awaited {
            let output = self.all.entry(output).or_default();
            output.missed += u64::from(output.begun.is_none());
        }
        for output in self.all.values_mut() {
            output.missed += u64::from(output.begun.take().is_some());
        }
    }

    /// The display was ended because nobody looks: what it was to show is missed by nobody.
    pub fn dismissed(&mut self) {
        self.all.values_mut().for_each(|output| output.begun = None);
    }

    /// A picture of an output is there, `waited` after it was asked for.
    pub fn captured(&mut self, output: OutputId, cost: Cost, waited: Duration, now: Timestamp) {
        let output = self.all.entry(output).or_default();
        output.paint.record(cost.took_ns, now);
        output.painted.record(cost.pixels, now);
        output.capture.record_duration(waited, now);
    }

    pub fn forget(&mut self, output: OutputId) {
        self.all.remove(&output);
    }

    pub fn get(&self, output: OutputId) -> Option<&Output> {
        self.all.get(&output)
    }

    /// The figures of an output, also of one that has had no frame.
    pub fn metrics(&self, id: OutputId, name: String, now: Timestamp) -> OutputMetrics {
        let Some(output) = self.all.get(&id) else { return OutputMetrics { id: id.0, name, ..OutputMetrics::default() } };
        OutputMetrics {
            id: id.0,
            name,
            frames: output.frames,
            fps: output.rate.per_second(now),
            unseen_frames: output.unseen,
            missed: output.missed,
            frame_ns: output.frame.distribution(now),
            latch_ns: output.latch.distribution(now),
            damage_px: output.damage.distribution(now),
            paint_ns: output.paint.distribution(now),
            paint_px: output.painted.distribution(now),
            capture_ns: output.capture.distribution(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: OutputId = OutputId(1);
    const REFRESH: u64 = 10_000_000;

    fn at(millis: u64) -> Timestamp {
        Timestamp(Duration::from_millis(millis))
    }

    /// Frames, missed frames, and the slowest frame in milliseconds.
    fn check(outputs: &Outputs, now: Timestamp, expected: (u64, u64, u64)) {
        let metrics = outputs.metrics(OUTPUT, String::new(), now);
        assert_eq!((metrics.frames, metrics.missed, metrics.frame_ns.max / 1_000_000), expected);
    }

    #[test]
    fn a_frame_is_missed_when_it_is_latched_after_its_deadline() {
        let mut outputs = Outputs::default();
        let frame = |outputs: &mut Outputs, seq, present_at: u64, began: u64, latched: u64| {
            outputs.begun(OUTPUT, present_at * 1_000_000, REFRESH, at(began));
            outputs.submitted(Seq(seq));
            outputs.latched(Seq(seq), 5, &[(OUTPUT, 100)], at(latched));
        };
        frame(&mut outputs, 1, 1_010, 1_000, 1_009);
        check(&outputs, at(1_020), (1, 0, 9));
        frame(&mut outputs, 2, 1_020, 1_010, 1_022);
        check(&outputs, at(1_022), (2, 1, 12));
        // Headless: it begins at the refresh and has until the next.
        frame(&mut outputs, 3, 1_030, 1_030, 1_040);
        check(&outputs, at(1_040), (3, 1, 12));
        frame(&mut outputs, 4, 1_040, 1_041, 1_061);
        check(&outputs, at(1_061), (4, 2, 20));
    }

    #[test]
    fn a_frame_counts_from_its_beginning_to_the_transaction_that_has_it() {
        let mut outputs = Outputs::default();
        outputs.submitted(Seq(1));
        outputs.begun(OUTPUT, 1_000_000_000, REFRESH, at(1_000));
        outputs.latched(Seq(1), 5, &[], at(1_003));
        check(&outputs, at(1_003), (0, 0, 0));
        outputs.submitted(Seq(2));
        outputs.begun(OUTPUT, 1_010_000_000, REFRESH, at(1_005));
        outputs.submitted(Seq(3));
        outputs.latched(Seq(2), 5, &[(OUTPUT, 1)], at(1_007));
        check(&outputs, at(1_007), (1, 0, 7));
    }

    #[test]
    fn a_dead_display_misses_what_it_was_asked_for_and_a_dismissed_one_nothing() {
        let mut outputs = Outputs::default();
        outputs.begun(OUTPUT, 0, REFRESH, at(1_000));
        outputs.dismissed();
        outputs.lost([]);
        check(&outputs, at(1_000), (0, 0, 0));
        outputs.begun(OUTPUT, 0, REFRESH, at(1_000));
        outputs.lost([OUTPUT]);
        check(&outputs, at(1_000), (0, 1, 0));
        outputs.lost([OUTPUT]);
        check(&outputs, at(1_000), (0, 2, 0));
        outputs.begun(OUTPUT, 0, REFRESH, at(1_000));
        outputs.nothing_new();
        outputs.lost([]);
        check(&outputs, at(1_000), (0, 2, 0));
    }

    #[test]
    fn the_rate_is_that_of_the_last_whole_second() {
        let mut outputs = Outputs::default();
        for frame in 0..90 {
            outputs.latched(Seq(frame), 5, &[(OUTPUT, 1)], at(5_000 + frame * 1_000 / 60));
        }
        let fps = |millis| outputs.metrics(OUTPUT, String::new(), at(millis)).fps;
        assert_eq!([fps(6_400), fps(7_000), fps(8_000)], [60.0, 30.0, 0.0]);
    }
}
