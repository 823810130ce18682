//! Four channels of a weighted mean at once.

// SAFETY of everything here: the intrinsics compute on values only and need SSE2, which is part of every x86-64 processor.

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_cvtsi64_si128, _mm_cvtsi128_si32, _mm_madd_epi16, _mm_packs_epi32, _mm_packus_epi16, _mm_set1_epi32,
    _mm_setzero_si128, _mm_srai_epi32, _mm_unpacklo_epi16,
};

/// Four sums of 32 bits.
#[derive(Clone, Copy)]
pub(crate) struct Sums(__m128i);

impl Sums {
    #[inline(always)]
    pub(crate) fn new(start: i32) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm_set1_epi32(start) })
    }

    /// Adds the pixels `a` and `b`, four channels of 15 bits each, times their weights.
    #[inline(always)]
    pub(crate) fn add_pair(self, a: u64, b: u64, [first, second]: [i16; 2]) -> Self {
        let weights = i32::from(first) & 0xffff | i32::from(second) << 16;
        // SAFETY: see above.
        Self(unsafe {
            let pixels = _mm_unpacklo_epi16(_mm_cvtsi64_si128(a as i64), _mm_cvtsi64_si128(b as i64));
            _mm_add_epi32(self.0, _mm_madd_epi16(pixels, _mm_set1_epi32(weights)))
        })
    }

    /// The sums without their lowest 20 bits, clamped to bytes.
    #[inline(always)]
    pub(crate) fn finish(self) -> u32 {
        // SAFETY: see above.
        unsafe {
            let words = _mm_packs_epi32(_mm_srai_epi32::<20>(self.0), _mm_setzero_si128());
            _mm_cvtsi128_si32(_mm_packus_epi16(words, words)) as u32
        }
    }
}
