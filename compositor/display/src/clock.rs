//! The refresh of an output that has none: a grid of moments on which frames begin.

use glasshouse_link::Pace;

/// A frame four times a second keeps clients alive when nobody looks.
const SLOW_NS: u64 = 250_000_000;

/// 60 Hz, for outputs that state no refresh rate.
const DEFAULT_MHZ: u64 = 60_000;

/// Ticks exist only where somebody asks for one.
#[derive(Debug)]
pub(crate) struct Clock {
    origin_ns: u64,
    pub(crate) refresh_ns: u64,
    /// When the `BeginFrame` that was asked for is due.
    due_ns: Option<u64>,
}

impl Clock {
    pub(crate) fn new(now_ns: u64, refresh_mhz: u32) -> Self {
        Self { origin_ns: now_ns, refresh_ns: refresh_ns(refresh_mhz), due_ns: None }
    }

    pub(crate) fn set_refresh(&mut self, refresh_mhz: u32) {
        self.refresh_ns = refresh_ns(refresh_mhz);
    }

    /// Asks for a tick. The sooner of two requests counts.
    pub(crate) fn request(&mut self, now_ns: u64, pace: Pace) {
        let period = match pace {
            Pace::Full => self.refresh_ns,
            Pace::Slow => SLOW_NS,
        };
        let since = now_ns.saturating_sub(self.origin_ns);
        let next = self.origin_ns + (since / period + 1) * period;
        self.due_ns = Some(self.due_ns.map_or(next, |due| due.min(next)));
    }

    pub(crate) fn due_ns(&self) -> Option<u64> {
        self.due_ns
    }

    /// The moment that was asked for, once it has come.
    pub(crate) fn take_due(&mut self, now_ns: u64) -> Option<u64> {
        let due = self.due_ns.filter(|due| *due <= now_ns)?;
        self.due_ns = None;
        Some(due)
    }

    /// Refreshes since the output appeared.
    pub(crate) fn count(&self, now_ns: u64) -> u64 {
        now_ns.saturating_sub(self.origin_ns) / self.refresh_ns
    }
}

fn refresh_ns(refresh_mhz: u32) -> u64 {
    let mhz = if refresh_mhz == 0 { DEFAULT_MHZ } else { u64::from(refresh_mhz) };
    (1_000_000_000_000 / mhz).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_lie_on_a_grid_and_only_where_asked_for() {
        let mut clock = Clock::new(1000, 100_000); // 10 ms.
        assert_eq!((clock.due_ns(), clock.take_due(u64::MAX)), (None, None));
        clock.request(1000 + 13_000_000, Pace::Full);
        assert_eq!(clock.due_ns(), Some(1000 + 20_000_000));
        clock.request(1000 + 13_000_000, Pace::Slow);
        assert_eq!(clock.take_due(1000 + 19_999_999), None);
        assert_eq!(clock.take_due(1000 + 21_000_000), Some(1000 + 20_000_000));
        assert_eq!(clock.due_ns(), None);
        clock.request(1000 + 20_000_000, Pace::Full);
        assert_eq!(clock.due_ns(), Some(1000 + 30_000_000), "a tick is not given twice");
        clock.request(0, Pace::Slow);
        assert_eq!(clock.count(1000 + 25_000_000), 2);
    }
}
