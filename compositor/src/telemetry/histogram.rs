//! Counting how large values are, in bounded memory and a few instructions each.

use std::time::Duration;

use glasshouse_core::Timestamp;
use glasshouse_protocols::telemetry::Distribution;

/// Buckets per power of two, as a power of two: a value is known to an eighth.
const FINE_BITS: u32 = 3;
const FINE: usize = 1 << FINE_BITS;
/// Values below `FINE` have a bucket each; every power of two from there on has `FINE`.
const BUCKETS: usize = FINE * (64 - FINE_BITS as usize + 1);
/// Percentiles are of the last one to two of these: old enough to be steady, young enough to show what happens now.
const WINDOW: Duration = Duration::from_secs(10);

/// How many values were how large: since the start in powers of two, and finely of late.
#[derive(Debug, Clone, Default)]
pub struct Histogram {
    totals: Totals,
    now: Window,
    before: Window,
    /// When `now` began.
    since: Timestamp,
}

/// Everything since the start.
#[derive(Debug, Clone)]
pub struct Totals {
    pub count: u64,
    pub sum: u64,
    /// By the number of bits of the value.
    octaves: [u64; 65],
}

#[derive(Debug, Clone)]
struct Window {
    counts: Box<[u32]>,
    count: u64,
    max: u64,
}

impl Default for Window {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS].into_boxed_slice(), count: 0, max: 0 }
    }
}

impl Window {
    fn clear(&mut self) {
        if self.count > 0 {
            self.counts.fill(0);
            (self.count, self.max) = (0, 0);
        }
    }
}

impl Default for Totals {
    fn default() -> Self {
        Self { count: 0, sum: 0, octaves: [0; 65] }
    }
}

impl Totals {
    /// How many values had this many bits or fewer, for each number of bits: the largest is `2^bits - 1`.
    pub fn cumulative(&self) -> impl Iterator<Item = (u32, u64)> {
        let mut seen = 0;
        self.octaves.iter().zip(0u32..).map(move |(count, bits)| {
            seen += count;
            (bits, seen)
        })
    }
}

impl Histogram {
    pub fn record(&mut self, value: u64, now: Timestamp) {
        self.turn_over(now);
        self.totals.count += 1;
        self.totals.sum = self.totals.sum.saturating_add(value);
        if let Some(octave) = self.totals.octaves.get_mut((64 - value.leading_zeros()) as usize) {
            *octave += 1;
        }
        if let Some(count) = self.now.counts.get_mut(bucket(value)) {
            *count = count.saturating_add(1);
        }
        self.now.count += 1;
        self.now.max = self.now.max.max(value);
    }

    pub fn record_duration(&mut self, value: Duration, now: Timestamp) {
        self.record(nanos(value), now);
    }

    /// Makes room for the present, so that what is older than two windows is forgotten.
    fn turn_over(&mut self, now: Timestamp) {
        let age = now.since(self.since);
        if age < WINDOW {
            return;
        }
        std::mem::swap(&mut self.now, &mut self.before);
        self.now.clear();
        if age >= WINDOW * 2 {
            self.before.clear();
        }
        self.since = now;
    }

    /// What is known. Does not change it, also when nothing was recorded for a long time.
    pub fn distribution(&self, now: Timestamp) -> Distribution {
        let age = now.since(self.since);
        let windows: &[&Window] = match age {
            age if age < WINDOW => &[&self.before, &self.now],
            age if age < WINDOW * 2 => &[&self.now],
            _ => &[],
        };
        let recent: u64 = windows.iter().map(|window| window.count).sum();
        let max = windows.iter().map(|window| window.max).max().unwrap_or_default();
        let percentile = |percent: u64| {
            let rank = (recent * percent).div_ceil(100).max(1);
            let mut seen = 0;
            let reached = (0..BUCKETS).find(|index| {
                seen += windows.iter().filter_map(|window| window.counts.get(*index)).map(|count| u64::from(*count)).sum::<u64>();
                seen >= rank
            });
            reached.map_or(0, |index| upper(index).min(max))
        };
        Distribution { count: self.totals.count, sum: self.totals.sum, p50: percentile(50), p99: percentile(99), max }
    }

    pub fn totals(&self) -> &Totals {
        &self.totals
    }
}

/// A duration in nanoseconds.
pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn bucket(value: u64) -> usize {
    if value < FINE as u64 {
        return value as usize;
    }
    let octave = 63 - value.leading_zeros() - FINE_BITS;
    FINE + octave as usize * FINE + (value >> octave) as usize - FINE
}

/// The largest value in a bucket.
fn upper(index: usize) -> u64 {
    if index < FINE {
        return index as u64;
    }
    let (octave, fine) = ((index - FINE) / FINE, (index - FINE) % FINE);
    // Of the last bucket it is the largest number that there is.
    (((FINE + fine + 1) as u128) << octave).saturating_sub(1).try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of all sizes, always the same ones.
    fn numbers(count: u64) -> impl Iterator<Item = u64> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        (0..count).map(move |number| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state >> (number % 64)
        })
    }

    #[test]
    fn buckets_follow_one_another_and_hold_every_number() {
        for value in numbers(10_000).chain([0, 1, 7, 8, 15, 16, u64::MAX]) {
            let index = bucket(value);
            assert!(index < BUCKETS && value <= upper(index), "{value} in {index}");
            assert!(index == 0 || value > upper(index - 1), "{value} in {index}");
            assert!(upper(index) - value <= value / 8, "{value} is known as {}", upper(index));
        }
    }

    #[test]
    fn percentiles_are_those_of_a_sorted_list_or_an_eighth_above() {
        let mut histogram = Histogram::default();
        let now = Timestamp(Duration::from_secs(100));
        let mut all: Vec<u64> = numbers(5_000).map(|number| number >> 20).collect();
        all.iter().for_each(|number| histogram.record(*number, now));
        all.sort_unstable();
        let distribution = histogram.distribution(now);
        for (said, exact) in [(distribution.p50, all[2_499]), (distribution.p99, all[4_949])] {
            assert!(said >= exact && said - exact <= exact / 8, "{said} instead of {exact}");
        }
        assert_eq!((distribution.count, distribution.sum, distribution.max), (5_000, all.iter().sum(), all[4_999]));
        assert_eq!(histogram.totals().cumulative().last(), Some((64, 5_000)));
        for (bits, count) in histogram.totals().cumulative().take(63) {
            assert_eq!(count, all.iter().filter(|number| **number < 1 << bits).count() as u64);
        }
    }

    #[test]
    fn what_is_long_ago_counts_only_in_the_totals() {
        let mut histogram = Histogram::default();
        let at = |seconds| Timestamp(Duration::from_secs(seconds));
        histogram.record(1_000, at(100));
        assert_eq!(histogram.distribution(at(105)).max, 1_000);
        assert_eq!(histogram.distribution(at(119)).max, 1_000);
        assert_eq!(histogram.distribution(at(121)), Distribution { count: 1, sum: 1_000, ..Distribution::default() });
        histogram.record(10, at(112));
        assert_eq!(histogram.distribution(at(112)).max, 1_000);
        histogram.record(20, at(123));
        assert_eq!(histogram.distribution(at(123)), Distribution { count: 3, sum: 1_030, p50: 10, p99: 20, max: 20 });
        histogram.record(30, at(200));
        assert_eq!(histogram.distribution(at(200)).max, 30);
        assert_eq!(histogram.distribution(at(200)).p50, 30);
    }
}
