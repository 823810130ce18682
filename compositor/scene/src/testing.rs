//! Random numbers for the tests of this crate, which has no dependency for them.

/// xorshift64 (Marsaglia 2003), seeded so that every seed gives another history.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// From 0 to `limit`, without it.
    pub(crate) fn below(&mut self, limit: i32) -> i32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.unsigned_abs() as u64) as i32
    }
}
