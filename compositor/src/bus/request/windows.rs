//! `Windows1`: windows that are looked for and waited for.

use std::time::Duration;

use glasshouse_protocols::{
    Awaited, Window, WindowMatch,
    rules::{RuleInForce, RuleOutcome},
};

use crate::{bus::Reply, icon::IconPixels};

/// What is asked about windows. Permitted as `Act::Observe`.
#[derive(Debug)]
pub enum WindowsRequest {
    Get {
        window: u64,
        reply: Reply<Window>,
    },
    /// In the order of their creation.
    Find {
        wanted: WindowMatch,
        reply: Reply<Vec<Window>>,
    },
    /// Answered with where the pixels are, which are not read on the main thread.
    Icon {
        window: u64,
        size: u32,
        reply: Reply<IconPixels>,
    },
    /// See [`crate::State::wire_rules`].
    Rules {
        window: u64,
        reply: Reply<(Vec<RuleOutcome>, Vec<RuleInForce>)>,
    },
    /// Answered when it is so, or with `TimedOut`.
    WaitFor {
        wanted: WindowMatch,
        awaited: Awaited,
        timeout: Duration,
        reply: Reply<Window>,
    },
}
