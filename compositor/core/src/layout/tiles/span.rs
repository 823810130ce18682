//! Lengths along one axis: how an extent is cut into parts, and how an edge between two of them moves.
//!
//! All edges lie on multiples of [`QUANTUM`]. Sums of such numbers are exact, so that edges which touch are equal bit for bit, however they
//! were arrived at, and round to the same pixel.

use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize};

/// The finest step of an edge in logical units: far below a pixel at any scale, and exact in an `f64` for every coordinate in range.
const QUANTUM: f64 = 1.0 / (1 << 20) as f64;

/// No length is longer than this, so that arithmetic stays exact.
pub(super) const LONGEST: f64 = (1 << 20) as f64;

/// The smallest length of anything that shall be seen, where nothing else is known.
pub(super) const SHORTEST: f64 = 1.0;

/// From one edge to another, in logical units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) start: f64,
    pub(super) end: f64,
}

impl Span {
    pub(super) fn length(self) -> f64 {
        self.end - self.start
    }
}

pub(super) fn rect(x: Span, y: Span) -> LogicalRect {
    LogicalRect::new(LogicalPoint::new(x.start, y.start), LogicalSize::new(x.length(), y.length()))
}

pub(super) fn horizontal(rect: LogicalRect) -> Span {
    Span { start: rect.min_x(), end: rect.max_x() }
}

pub(super) fn vertical(rect: LogicalRect) -> Span {
    Span { start: rect.min_y(), end: rect.max_y() }
}

/// The nearest multiple of the quantum; from the middle upwards, so that it does not depend on where zero is. `NaN` is 0.
pub(super) fn quantize(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { (value / QUANTUM + 0.5).floor() * QUANTUM }
}

pub(super) fn quantize_up(value: f64) -> f64 {
    (value / QUANTUM).ceil() * QUANTUM
}

pub(super) fn quantize_down(value: f64) -> f64 {
    (value / QUANTUM).floor() * QUANTUM
}

/// One of the parts that an extent is cut into.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    /// How much it gets in relation to the others; above zero.
    pub(super) weight: f64,
    /// What it keeps even where smallest lengths do not fit, so that nothing in it vanishes.
    pub(super) least: f64,
    /// Not below `least`.
    pub(super) min: f64,
    /// Infinite if there is no limit. A smaller one than `min` counts as `min`.
    pub(super) max: f64,
}

/// Cuts `extent` into one span for each of `parts`, with `gap` between them.
///
/// Gaps shrink before smallest lengths do. The spans fill the extent, do not overlap, and none is empty.
pub(super) fn cut(extent: Span, gap: f64, parts: &[Part]) -> Vec<Span> {
    let length = extent.length();
    let smallest: f64 = parts.iter().map(|part| floor(part, length)).sum();
    let gaps = parts.len().saturating_sub(1).max(1) as f64;
    let gap = quantize(gap.min((length - smallest) / gaps).max(0.0));
    let room = length - gap * parts.len().saturating_sub(1) as f64;
    let mut start = extent.start;
    let mut spans = Vec::with_capacity(parts.len());
    for length in share(room, parts) {
        let end = start + length;
        spans.push(Span { start: quantize(start), end: quantize(end) });
        start = end + gap;
    }
    if let Some(first) = spans.first_mut() {
        first.start = extent.start;
    }
    if let Some(last) = spans.last_mut() {
        last.end = extent.end;
    }
    spans
}

/// The smallest length of a part, at most all there is.
fn floor(part: &Part, total: f64) -> f64 {
    part.min.max(part.least).min(total)
}

/// Divides `total` by weight, as far as nobody gets less than his smallest or more than his largest length.
///
/// Where the smallest lengths are too much together, they all shrink in proportion, but nobody to less than what keeps it from vanishing;
/// where the largest are too little, they all grow in proportion. So the shares always sum up to `total`, and change steadily with it.
fn share(total: f64, parts: &[Part]) -> Vec<f64> {
    let weights: f64 = parts.iter().map(|part| part.weight).sum();
    let fair = total / weights;
    if parts.iter().all(|part| floor(part, total) <= fair * part.weight && fair * part.weight <= part.max) {
        return parts.iter().map(|part| fair * part.weight).collect();
    }
    let limits: Vec<(f64, f64)> = parts.iter().map(|part| (floor(part, total), part.max.max(floor(part, total)))).collect();
    let smallest: f64 = limits.iter().map(|(min, _)| min).sum();
    if smallest >= total {
        return squeeze(total, parts, &limits);
    }
    let largest: f64 = limits.iter().map(|(_, max)| max).sum();
    if largest <= total {
        return limits.iter().map(|(_, max)| max * total / largest).collect();
    }
    let level = level(total - smallest, parts, &limits);
    parts.iter().zip(&limits).map(|(part, (min, max))| (level * part.weight).clamp(*min, *max)).collect()
}

/// Divides too small a `total` in proportion to the smallest lengths, as far as nobody vanishes; else in proportion to what keeps them from it.
fn squeeze(total: f64, parts: &[Part], limits: &[(f64, f64)]) -> Vec<f64> {
    let bounds: Vec<(f64, f64)> = parts.iter().zip(limits).map(|(part, (min, _))| (part.least.min(*min), *min)).collect();
    let smallest: f64 = limits.iter().map(|(min, _)| min).sum();
    if bounds.iter().all(|(least, min)| min * total / smallest >= *least) {
        return limits.iter().map(|(min, _)| min * total / smallest).collect();
    }
    let least: f64 = bounds.iter().map(|(least, _)| least).sum();
    if least >= total {
        return bounds.iter().map(|(part, _)| part * total / least).collect();
    }
    let mins: Vec<Part> = limits.iter().map(|(min, _)| Part { weight: *min, least: 0.0, min: *min, max: *min }).collect();
    let level = level(total - least, &mins, &bounds);
    bounds.iter().map(|(least, min)| (level * min).clamp(*least, *min)).collect()
}

/// The length per weight at which the parts, each within its limits, have grown by `growth` above their smallest lengths.
///
/// The level rises from zero. A part grows from where it reaches its smallest length to where it reaches its largest one, so the sum is a
/// line that bends at these places. Sorting them costs `n log n`; asking again who has hit a limit after every cut would cost `n²`.
fn level(growth: f64, parts: &[Part], limits: &[(f64, f64)]) -> f64 {
    let mut bends = Vec::with_capacity(2 * parts.len());
    for (part, (min, max)) in parts.iter().zip(limits) {
        bends.push((min / part.weight, part.weight, 1));
        if max.is_finite() {
            bends.push((max / part.weight, -part.weight, -1));
        }
    }
    bends.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
    let (mut level, mut left, mut slope, mut growing) = (0.0, growth, 0.0, 0);
    for (bend, change, count) in bends {
        // The count is exact; the slope may be off by a rounding error when it should be zero.
        let step = if growing > 0 { slope * (bend - level) } else { 0.0 };
        if growing > 0 && step >= left {
            return level + left / slope;
        }
        left -= step;
        level = bend;
        slope += change;
        growing += count;
    }
    if growing > 0 && slope > 0.0 { level + left / slope } else { level }
}

/// Weights with which [`cut`] gives these lengths again; one on average, so that a newcomer of weight one gets a fair share.
pub(super) fn weights(lengths: &[f64]) -> Vec<f64> {
    let mean = lengths.iter().sum::<f64>() / lengths.len().max(1) as f64;
    lengths.iter().map(|length| tame_weight(length / mean)).collect()
}

/// What a newcomer among parts with these weights gets.
pub(super) fn mean(weights: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = weights.fold((0.0, 0_u32), |(sum, count), weight| (sum + weight, count + 1));
    if count == 0 { 1.0 } else { tame_weight(sum / f64::from(count)) }
}

fn tame_weight(weight: f64) -> f64 {
    if weight.is_nan() { 1.0 } else { weight.clamp(1e-6, 1e6) }
}

/// The weights after the edge behind part `first` has moved by `by` units towards the end, as far as the two parts at it allow.
/// `None` if it cannot move.
pub(super) fn shift(spans: &[Span], parts: &[Part], first: usize, by: f64) -> Option<Vec<f64>> {
    let mut lengths: Vec<f64> = spans.iter().map(|span| span.length()).collect();
    let (before, after) = (*lengths.get(first)?, *lengths.get(first + 1)?);
    let (part, next) = (parts.get(first)?, parts.get(first + 1)?);
    let most = (after - next.min.max(next.least)).min(part.max - before).max(0.0);
    let least = (part.min.max(part.least) - before).max(after - next.max).min(0.0);
    let by = by.clamp(least, most);
    if by.is_nan() || by.abs() < QUANTUM {
        return None;
    }
    *lengths.get_mut(first)? = before + by;
    *lengths.get_mut(first + 1)? = after - by;
    Some(weights(&lengths))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part((weight, min, max): (f64, f64, f64)) -> Part {
        Part { weight, least: SHORTEST, min, max }
    }

    fn shares(total: f64, parts: &[(f64, f64, f64)]) -> Vec<f64> {
        share(total, &parts.iter().copied().map(part).collect::<Vec<_>>()).into_iter().map(|share| (share * 1e9).round() / 1e9).collect()
    }

    const NONE: f64 = f64::INFINITY;

    #[test]
    fn smallest_and_largest_lengths_are_respected_if_they_fit() {
        assert_eq!(shares(90.0, &[(1.0, 0.0, NONE), (1.0, 0.0, NONE), (1.0, 0.0, NONE)]), [30.0, 30.0, 30.0]);
        assert_eq!(shares(100.0, &[(1.0, 70.0, NONE), (1.0, 0.0, NONE), (1.0, 0.0, NONE)]), [70.0, 15.0, 15.0]);
        assert_eq!(shares(100.0, &[(1.0, 70.0, NONE), (1.0, 20.0, NONE), (1.0, 0.0, NONE)]), [70.0, 20.0, 10.0]);
        assert_eq!(shares(100.0, &[(1.0, 0.0, 10.0), (2.0, 0.0, NONE), (1.0, 0.0, NONE)]), [10.0, 60.0, 30.0]);
        assert_eq!(shares(100.0, &[(1.0, 0.0, 10.0), (1.0, 80.0, NONE), (1.0, 0.0, 30.0)]), [10.0, 80.0, 10.0]);
    }

    #[test]
    fn what_does_not_fit_shrinks_in_proportion_and_what_is_left_is_given_in_proportion() {
        assert_eq!(shares(100.0, &[(1.0, 150.0, NONE), (1.0, 100.0, NONE)]), [50.0, 50.0]);
        assert_eq!(shares(100.0, &[(1.0, 90.0, NONE), (1.0, 60.0, NONE)]), [60.0, 40.0]);
        assert_eq!(shares(100.0, &[(1.0, 0.0, 30.0), (1.0, 0.0, 20.0)]), [60.0, 40.0]);
        assert_eq!(shares(100.0, &[(1.0, 90.0, NONE), (5.0, 0.0, NONE), (1.0, 1.0, NONE), (1.0, 60.0, NONE)]), [58.8, 1.0, 1.0, 39.2]);
    }

    #[test]
    fn gaps_shrink_before_smallest_lengths_do() {
        let extent = Span { start: 0.0, end: 100.0 };
        let spans = cut(extent, 10.0, &[part((1.0, 48.0, NONE)), part((1.0, 48.0, NONE))]);
        assert_eq!(spans, [Span { start: 0.0, end: 48.0 }, Span { start: 52.0, end: 100.0 }]);
    }

    #[test]
    fn an_edge_stops_where_a_part_cannot_follow() {
        let extent = Span { start: 0.0, end: 100.0 };
        let parts = [part((1.0, 20.0, 60.0)), part((1.0, 0.0, 90.0))];
        let to = |by: f64| shift(&cut(extent, 0.0, &parts), &parts, 0, by).map(|weights| (weights[0] * 50.0).round());
        assert_eq!([to(30.0), to(5.0), to(-90.0)], [Some(60.0), Some(55.0), Some(20.0)]);
        let parts = [part((1.0, 0.0, 60.0)), part((1.0, 0.0, 70.0))];
        let to = |by: f64| shift(&cut(extent, 0.0, &parts), &parts, 0, by).map(|weights| (weights[0] * 50.0).round());
        assert_eq!([to(-90.0), to(0.0), to(f64::NAN)], [Some(30.0), None, None]);
    }

    /// Everybody's smallest length; then a millionth of what is left to whoever is furthest below his fair share, and so on.
    fn slow_share(total: f64, parts: &[Part]) -> Vec<f64> {
        let (mut low, mut high) = (0.0, 1e9);
        let at = |level: f64| parts.iter().map(move |part| (level * part.weight).clamp(part.min.max(1.0), part.max.max(part.min.max(1.0))));
        for _ in 0..200 {
            let middle = (low + high) / 2.0;
            if at(middle).sum::<f64>() < total { low = middle } else { high = middle }
        }
        at(high).collect()
    }

    proptest! {
        #![proptest_config(crate::layout::tiles::tests::cases())]

        #[test]
        fn shares_are_those_that_bisection_finds(
            total in 100.0..5000.0_f64,
            parts in proptest::collection::vec((0.01..10.0_f64, 0.0..400.0_f64, prop_oneof![Just(NONE), 1.0..800.0_f64]), 1..12),
        ) {
            let parts: Vec<Part> = parts.into_iter().map(part).collect();
            let shares = share(total, &parts);
            prop_assert!((shares.iter().sum::<f64>() - total).abs() < 1e-6, "{:?}", shares);
            let smallest: f64 = parts.iter().map(|part| part.min.max(1.0)).sum();
            let largest: f64 = parts.iter().map(|part| part.max.max(part.min).max(1.0)).sum();
            if smallest <= total && total <= largest {
                for (share, slow) in shares.iter().zip(slow_share(total, &parts)) {
                    prop_assert!((share - slow).abs() < 1e-3, "{:?} {:?}", shares, slow_share(total, &parts));
                }
            }
        }

        #[test]
        fn spans_fill_their_extent_in_order_and_none_is_empty(
            start in -500.0..500.0_f64, length in 1.0..3000.0_f64, gap in 0.0..50.0_f64,
            parts in proptest::collection::vec((1e-6..1e6_f64, 0.0..1e5_f64, prop_oneof![Just(NONE), 0.0..800.0_f64]), 1..60),
        ) {
            let extent = Span { start, end: start + length };
            let parts: Vec<Part> = parts.into_iter().map(part).collect();
            let spans = cut(extent, gap, &parts);
            prop_assert_eq!(spans.first().unwrap().start, extent.start);
            prop_assert_eq!(spans.last().unwrap().end, extent.end);
            for span in &spans {
                prop_assert!(span.start < span.end, "{:?}", spans);
            }
            for pair in spans.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start, "{:?}", spans);
            }
        }

        #[test]
        fn an_edge_moves_exactly_and_only_itself(
            length in 600.0..3000.0_f64, by in -2000.0..2000.0_f64, first in 0..3_usize, mins in proptest::array::uniform4(0.0..100.0_f64),
        ) {
            let extent = Span { start: 0.0, end: length };
            let mut parts = mins.map(|min| Part { weight: 1.0, least: SHORTEST, min, max: NONE });
            let before = cut(extent, 8.0, &parts);
            let Some(weights) = shift(&before, &parts, first, by) else { return Ok(()) };
            for (part, weight) in parts.iter_mut().zip(weights) {
                part.weight = weight;
            }
            let after = cut(extent, 8.0, &parts);
            for (index, (before, after)) in before.iter().zip(&after).enumerate() {
                let moved = after.end - before.end;
                let expected = if index != first { 0.0 } else if by > 0.0 { moved.clamp(0.0, by) } else { moved.clamp(by, 0.0) };
                prop_assert!((moved - expected).abs() < 1e-4, "{:?}", after);
                prop_assert!(after.length() >= mins[index] - 1e-4);
            }
        }
    }
}
