//! Which source pixels make one target pixel, along one axis.

use std::ops::Range;

use crate::plan::Filter;

/// Weights add up to this.
pub(super) const ONE: u32 = 1 << 14;

/// Source pixels to either side that make one target pixel. Shrinking further than this skips some, because the memory and the time
/// that a client's 30,000 pixels take must not depend on how small it shows them.
const MAX_SUPPORT: f64 = 16.0;

/// The source pixels of a run of target pixels. All maps of a plan are a scale and a shift per axis, so two of these say everything.
#[derive(Debug)]
pub(super) struct Axis {
    /// The source pixels that are read, all of them.
    pub(super) source: Range<i32>,
    taps: Vec<Tap>,
    /// Where the taps of each target pixel end.
    ends: Vec<usize>,
    /// Each target pixel is one source pixel.
    pub(super) single: bool,
}

/// One source pixel's part in a target pixel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tap {
    /// From the start of `source`.
    pub(super) index: usize,
    /// Of [`ONE`].
    pub(super) weight: u32,
}

impl Axis {
    /// For the target pixels `target`, the source coordinate being `step * target + shift`. Source pixels outside of `bounds` count as
    /// the nearest inside. What a target pixel gets does not depend on which others are asked for: damage must not show.
    pub(super) fn new(filter: Filter, step: f64, shift: f64, target: Range<i32>, bounds: Range<i32>) -> Self {
        let support = if filter == Filter::Area { step.abs().clamp(1.0, MAX_SUPPORT) } else { 1.0 };
        let clamp = |index: f64| (index as i64).clamp(i64::from(bounds.start), i64::from(bounds.end) - 1) as i32;
        let mut entries: Vec<(i32, u32)> = Vec::with_capacity(target.len() * 2);
        let mut ends = Vec::with_capacity(target.len());
        let mut weights: Vec<(i32, f64)> = Vec::new();
        for pixel in target {
            let centre = step * (f64::from(pixel) + 0.5) + shift;
            if filter == Filter::Nearest {
                entries.push((clamp(centre.floor()), ONE));
                ends.push(entries.len());
                continue;
            }
            weights.clear();
            let (first, last) = ((centre - support - 0.5).ceil(), (centre + support - 0.5).floor());
            for offset in 0..=(last - first).max(0.0) as u32 {
                let index = first + f64::from(offset);
                let weight = 1.0 - (index + 0.5 - centre).abs() / support;
                match weights.last_mut() {
                    Some((known, sum)) if *known == clamp(index) => *sum += weight,
                    _ => weights.push((clamp(index), weight)),
                }
            }
            push_normalized(&weights, &mut entries);
            ends.push(entries.len());
        }
        let low = entries.iter().map(|(index, _)| *index).min().unwrap_or(bounds.start);
        let high = entries.iter().map(|(index, _)| *index + 1).max().unwrap_or(bounds.start);
        let taps: Vec<Tap> = entries.iter().map(|(index, weight)| Tap { index: (index - low).max(0) as usize, weight: *weight }).collect();
        let single = taps.len() == ends.len();
        Self { source: low..high, taps, ends, single }
    }

    /// The number of target pixels.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The first source pixel of each target pixel, and the weights of it and the next one. `None` if some need more than two, or if
    /// there is only one source pixel at all.
    pub(super) fn pairs(&self) -> Option<Vec<(usize, [i16; 2])>> {
        let last = self.source.len().checked_sub(2)?;
        self.pixels()
            .map(|taps| match taps {
                [only] if only.index <= last => Some((only.index, [only.weight as i16, 0])),
                [only] => Some((last, [0, only.weight as i16])),
                [first, second] if second.index == first.index + 1 => Some((first.index, [first.weight as i16, second.weight as i16])),
                _ => None,
            })
            .collect()
    }

    /// The taps of each target pixel in turn; their source pixels are neighbours.
    pub(super) fn pixels(&self) -> impl Iterator<Item = &[Tap]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let taps = self.taps.get(start..*end).unwrap_or_default();
            start = *end;
            taps
        })
    }

    /// Whether the target pixels are the source pixels, one after the other.
    pub(super) fn is_identity(&self) -> bool {
        self.single && self.taps.iter().enumerate().all(|(at, tap)| tap.index == at)
    }
}

/// Appends the weights as parts of [`ONE`], which they add up to exactly: the largest takes what rounding leaves.
fn push_normalized(weights: &[(i32, f64)], entries: &mut Vec<(i32, u32)>) {
    let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let start = entries.len();
    let mut sum = 0;
    for (index, weight) in weights {
        let weight = (weight / total.max(1e-9) * f64::from(ONE)).round().max(0.0) as u32;
        if weight > 0 {
            sum += weight;
            entries.push((*index, weight));
        }
    }
    if let Some((_, largest)) = entries.get_mut(start..).unwrap_or_default().iter_mut().max_by_key(|(_, weight)| *weight) {
        *largest = (*largest + ONE).saturating_sub(sum);
    } else if let Some((index, _)) = weights.first() {
        entries.push((*index, ONE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_add_up_to_one_whatever_the_scale() {
        for (filter, step) in
            [(Filter::Linear, 0.4), (Filter::Linear, -1.5), (Filter::Area, 7.3), (Filter::Area, -2.0), (Filter::Nearest, 0.5)]
        {
            let axis = Axis::new(filter, step, 50.0, 0..40, 0..100);
            assert!(axis.source.start >= 0 && axis.source.end <= 100);
            for taps in axis.pixels() {
                assert_eq!(taps.iter().map(|tap| tap.weight).sum::<u32>(), ONE);
                assert!(taps.iter().all(|tap| tap.index < axis.source.len()));
            }
        }
    }

    #[test]
    fn a_part_of_the_target_gets_the_same_taps_as_the_whole() {
        let whole = Axis::new(Filter::Area, 2.7, 3.3, 0..30, 0..100);
        let part = Axis::new(Filter::Area, 2.7, 3.3, 11..19, 0..100);
        let absolute = |axis: &Axis| -> Vec<Vec<(i32, u32)>> {
            axis.pixels().map(|taps| taps.iter().map(|tap| (axis.source.start + tap.index as i32, tap.weight)).collect()).collect()
        };
        assert_eq!(absolute(&whole)[11..19], absolute(&part)[..]);
    }

    #[test]
    fn one_to_one_is_identity() {
        assert!(Axis::new(Filter::Nearest, 1.0, -5.0, 5..20, 0..100).is_identity());
        assert!(!Axis::new(Filter::Nearest, -1.0, 50.0, 5..20, 0..100).is_identity());
    }
}
