//! `Desktop1`: the state and what follows.

use std::sync::Arc;

use glasshouse_protocols::{Layer, Snapshot};

use crate::bus::{Reply, Told};

/// What is asked about the desktop as a whole. Permitted as `Act::Observe`.
#[derive(Debug)]
pub enum DesktopRequest {
    /// The state and its sequence.
    Snapshot { reply: Reply<(u64, Snapshot)> },
    /// All layer surfaces with content. See [`crate::bus::layer`].
    Layers { reply: Reply<Vec<Layer>> },
    /// As `Snapshot`, or the events after `since`.
    Subscribe { since: Option<u64>, reply: Reply<Subscribed> },
}

/// Where a subscription begins.
#[derive(Debug)]
pub struct Subscribed {
    /// The newest event so far. Later ones come by [`crate::bus::Outlet`].
    pub newest: u64,
    pub from: From,
}

/// The state, or events instead.
#[derive(Debug)]
pub enum From {
    Snapshot(Snapshot),
    /// The events after the one that the subscriber named, up to the newest.
    Replay(Vec<Arc<Told>>),
}
