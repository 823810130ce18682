//! Weighted means of pixels: first down, which is the same weight along a whole row, then across.
//!
//! A row in between has 14 bits per channel: 8 and 6 more, so that two roundings do not show.

use super::axis::{Axis, ONE, Tap};
#[cfg(target_arch = "x86_64")]
use crate::interop::sse2::Sums;
#[cfg(not(target_arch = "x86_64"))]
use portable::Sums;

/// Rows in between, kept for the next time.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Four channels of 16 bits per pixel.
    line: Vec<u64>,
    sums: Vec<u32>,
    narrow: Vec<u16>,
}

/// Half a step of the result, for rounding: the sums have 6 more bits from below and 14 from the weights.
const HALF: i32 = 1 << 19;

/// Up to this many rows, weights of 8 bits are precise enough, and four times faster than wider ones.
const FEW: usize = 16;

/// Filters `tile`, which is as wide as `across` and as high as `down` say, into `out`.
pub(super) fn filter_both(tile: &[u32], across: &Axis, down: &Axis, lines: &mut Lines, out: &mut [u32]) {
    let width = across.source.len();
    let bytes: &[u8] = bytemuck::cast_slice(tile);
    let Lines { line, sums, narrow } = lines;
    line.resize(width, 0);
    let pairs = across.pairs();
    for (target, taps) in out.chunks_exact_mut(across.len().max(1)).zip(down.pixels()) {
        let channels: &mut [u16] = bytemuck::cast_slice_mut(line);
        if taps.len() <= FEW {
            few_down(bytes, width * 4, taps, narrow, channels);
        } else {
            many_down(bytes, width * 4, taps, sums, channels);
        }
        match &pairs {
            Some(pairs) => pairs_across(line, pairs, target),
            None => many_across(line, across, target),
        }
    }
}

fn row<'t>(tile: &'t [u8], stride: usize, tap: &Tap) -> &'t [u8] {
    tile.get(tap.index * stride..(tap.index + 1) * stride).unwrap_or_default()
}

/// The mean of a few rows of bytes, all in 16 bits: SSE2 multiplies eight of them at once.
fn few_down(tile: &[u8], stride: usize, taps: &[Tap], sums: &mut Vec<u16>, line: &mut [u16]) {
    match (taps, &narrow_weights(taps)) {
        ([only], _) => line.iter_mut().zip(row(tile, stride, only)).for_each(|(to, from)| *to = u16::from(*from) << 6),
        ([first, second], &[a, b, ..]) => {
            for ((to, above), below) in line.iter_mut().zip(row(tile, stride, first)).zip(row(tile, stride, second)) {
                *to = (u16::from(*above).wrapping_mul(a)).wrapping_add(u16::from(*below).wrapping_mul(b)) >> 2;
            }
        }
        (_, weights) => {
            sums.clear();
            sums.resize(stride, 0);
            for (tap, &weight) in taps.iter().zip(weights) {
                for (sum, from) in sums.iter_mut().zip(row(tile, stride, tap)) {
                    // The weights add up to 256, so the sum of at most 255 each fits.
                    *sum = sum.wrapping_add(u16::from(*from).wrapping_mul(weight));
                }
            }
            line.iter_mut().zip(sums.iter()).for_each(|(to, sum)| *to = sum >> 2);
        }
    }
}

/// The weights as parts of 256, which they add up to exactly.
fn narrow_weights(taps: &[Tap]) -> [u16; FEW] {
    let mut weights = [0u16; FEW];
    for (weight, tap) in weights.iter_mut().zip(taps) {
        *weight = ((tap.weight * 256 + ONE / 2) / ONE) as u16;
    }
    let sum: u16 = weights.iter().sum();
    if let Some(largest) = weights.iter_mut().max() {
        *largest = (*largest + 256).saturating_sub(sum);
    }
    weights
}

fn many_down(tile: &[u8], stride: usize, taps: &[Tap], sums: &mut Vec<u32>, line: &mut [u16]) {
    sums.clear();
    sums.resize(stride, 1 << 7);
    for tap in taps {
        let weight = tap.weight as u16;
        for (sum, from) in sums.iter_mut().zip(row(tile, stride, tap)) {
            *sum += u32::from(u16::from(*from)) * u32::from(weight);
        }
    }
    line.iter_mut().zip(sums.iter()).for_each(|(to, sum)| *to = (*sum >> 8) as u16);
}

/// Two neighbours per pixel, which is all that bilinear filtering needs.
fn pairs_across(line: &[u64], pairs: &[(usize, [i16; 2])], target: &mut [u32]) {
    for (to, (index, weights)) in target.iter_mut().zip(pairs) {
        let Some([a, b]) = line.get(*index..*index + 2) else { continue };
        *to = Sums::new(HALF).add_pair(*a, *b, *weights).finish();
    }
}

fn many_across(line: &[u64], across: &Axis, target: &mut [u32]) {
    for (to, taps) in target.iter_mut().zip(across.pixels()) {
        let mut sum = Sums::new(HALF);
        // The taps of a pixel are neighbours.
        let first = taps.first().map_or(0, |tap| tap.index);
        let pixels = line.get(first..first + taps.len()).unwrap_or_default();
        for (pixels, taps) in pixels.chunks(2).zip(taps.chunks(2)) {
            sum = match (pixels, taps) {
                ([a, b], [first, second]) => sum.add_pair(*a, *b, [first.weight as i16, second.weight as i16]),
                ([a, ..], [only, ..]) => sum.add_pair(*a, 0, [only.weight as i16, 0]),
                _ => sum,
            };
        }
        *to = sum.finish();
    }
}

/// Four channels with plain numbers, where there is nothing better.
#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable {
    #[derive(Clone, Copy)]
    pub(super) struct Sums([i32; 4]);

    impl Sums {
        pub(super) fn new(start: i32) -> Self {
            Self([start; 4])
        }

        pub(super) fn add_pair(mut self, a: u64, b: u64, [first, second]: [i16; 2]) -> Self {
            for (channel, sum) in self.0.iter_mut().enumerate() {
                let part = |pixel: u64| (pixel >> (16 * channel) & 0xffff) as i32;
                *sum += part(a) * i32::from(first) + part(b) * i32::from(second);
            }
            self
        }

        pub(super) fn finish(self) -> u32 {
            u32::from_le_bytes(self.0.map(|sum| (sum >> 20).clamp(0, 255) as u8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Filter;

    #[test]
    fn one_colour_stays_that_colour_at_every_scale() {
        for step in [0.3, 0.75, 1.5, 2.0, 3.7, 9.0, 40.0] {
            let axis = Axis::new(if step > 2.0 { Filter::Area } else { Filter::Linear }, step, 0.0, 0..7, 0..300);
            for value in [0xff_ff_ff_ffu32, 0x80_40_20_01, 0] {
                let tile = vec![value; axis.source.len() * axis.source.len()];
                let mut out = vec![0; 49];
                filter_both(&tile, &axis, &axis, &mut Lines::default(), &mut out);
                assert!(out.iter().all(|pixel| *pixel == value), "step {step}: {:08x} of {value:08x}", out[0]);
            }
        }
    }

    #[test]
    fn the_plain_numbers_agree() {
        let (a, b, weights) = (0x3fc0_1234_0000_2000, 0x0001_3fc0_2222_1fff, [0x3000, 0x1000]);
        let portable = portable::Sums::new(HALF).add_pair(a, b, weights).finish();
        assert_eq!(Sums::new(HALF).add_pair(a, b, weights).finish(), portable);
    }
}
