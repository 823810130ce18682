//! The only place that reads the clock, once per turn of the loop.

use std::time::Duration;

use glasshouse_core::Timestamp;
use rustix::time::{ClockId, clock_gettime};

/// `CLOCK_MONOTONIC` now.
pub fn now() -> Timestamp {
    let time = clock_gettime(ClockId::Monotonic);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Timestamp(Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), nanos))
}
