//! What one client may use. Past it, that client gets a protocol error and nobody else notices.

use std::sync::{
    Arc,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

use smithay::reexports::wayland_server::{Client, Resource, backend::ClientId};

use super::client::ClientState;
use crate::State;

/// Surfaces of one client. Each costs the desktop 2 KiB, and all of them end in one turn, in which smithay looks for each among all.
pub const MAX_SURFACES: u32 = 2_048;
/// Shared memory pools of one client: each keeps one descriptor open.
pub const MAX_POOLS: u32 = 512;
/// Buffers of one client.
pub const MAX_BUFFERS: u32 = 16_384;
/// Regions, positioners and icons of one client: small, but easily made.
pub const MAX_SMALL: u32 = 16_384;
/// Handles of windows and workspaces that one client holds, with the lists that they came from.
pub const MAX_HANDLES: u32 = 32_768;
/// Frame callbacks of one surface that wait for a frame.
pub const MAX_CALLBACKS: u32 = 1_024;
/// Rectangles of damage between two commits; more count as everything.
pub const MAX_DAMAGE: u32 = 64;
/// And this many are no drawing any more.
pub const MAX_DAMAGE_REQUESTS: u32 = 65_536;
/// Requests on one region.
pub const MAX_REGION: u32 = 10_000;
/// Levels of subsurfaces, or of popups, from the root down.
pub const MAX_DEPTH: usize = 32;
/// Mime types of one data source, and bytes in each of their names.
pub const MAX_MIME_TYPES: u32 = 64;
pub const MAX_MIME_LENGTH: usize = 256;
/// Bytes of a title or an app id; longer ones are cut.
pub const MAX_TEXT: usize = 4_096;
/// Buffers of one icon of a window: one for each size and scale.
pub const MAX_ICON_BUFFERS: u32 = 32;
/// Idle notifications of one client.
pub const MAX_IDLE_NOTIFICATIONS: usize = 256;
/// Objects of one client that are told about all outputs, and that watch over the power of one.
pub const MAX_OUTPUT_MANAGERS: usize = 16;
pub const MAX_OUTPUT_POWERS: usize = 256;
/// The send buffer of a client's socket: what a slow reader may leave unread before it is cut off.
/// The kernel doubles it and caps it at `net.core.wmem_max` unless we may force it.
pub const SEND_BUFFER: usize = 512 << 10;

/// The error code for all of these: no protocol has one of its own for them.
const OVER_QUOTA: u32 = 1_000;

/// Counts what a client has now.
#[derive(Debug, Default)]
pub struct Quota {
    surfaces: Arc<AtomicU32>,
    pools: Arc<AtomicU32>,
    buffers: Arc<AtomicU32>,
    handles: Arc<AtomicU32>,
    /// Bytes in all pools.
    pool_bytes: Arc<AtomicU64>,
}

/// The bytes of one pool, counted for its client until this is dropped.
#[derive(Debug)]
pub struct Weight {
    total: Arc<AtomicU64>,
    bytes: AtomicU64,
}

impl Weight {
    /// It has so many bytes now.
    pub fn set(&self, bytes: u64) {
        let before = self.bytes.swap(bytes, Ordering::Relaxed);
        // Wraps on the way when it shrinks, but the sum is right.
        self.total.fetch_add(bytes.wrapping_sub(before), Ordering::Relaxed);
    }
}

impl Drop for Weight {
    fn drop(&mut self) {
        self.set(0);
    }
}

/// One of the things that are counted, until it is dropped: an object that is being destroyed no longer knows its client.
#[derive(Debug)]
pub struct Share {
    counter: Arc<AtomicU32>,
    /// The limit and its name, if this one is over it.
    over: Option<(u32, &'static str)>,
}

impl Share {
    /// Past the limit `resource` gets the error.
    pub fn check(&self, resource: &impl Resource) {
        if let Some((limit, name)) = self.over {
            over(resource, limit, name);
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.counter.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Something that is counted.
#[derive(Debug, Clone, Copy)]
pub enum Counted {
    Surface,
    Pool,
    Buffer,
    /// Of a window or a workspace, for tools.
    Handle,
}

impl Quota {
    fn counter(&self, counted: Counted) -> (&Arc<AtomicU32>, u32, &'static str) {
        match counted {
            Counted::Surface => (&self.surfaces, MAX_SURFACES, "surfaces"),
            Counted::Pool => (&self.pools, MAX_POOLS, "shared memory pools"),
            Counted::Buffer => (&self.buffers, MAX_BUFFERS, "buffers"),
            Counted::Handle => (&self.handles, MAX_HANDLES, "handles of windows and workspaces"),
        }
    }

    /// Counts one more, also past the limit, because the object exists until its client is gone.
    pub fn take(&self, counted: Counted) -> Share {
        let (counter, limit, name) = self.counter(counted);
        let over = counter.fetch_add(1, Ordering::Relaxed) >= limit;
        Share { counter: Arc::clone(counter), over: over.then_some((limit, name)) }
    }

    pub fn count(&self, counted: Counted) -> u32 {
        self.counter(counted).0.load(Ordering::Relaxed)
    }

    /// Counts the bytes of a pool that has none yet.
    pub fn weigh(&self) -> Weight {
        Weight { total: Arc::clone(&self.pool_bytes), bytes: AtomicU64::new(0) }
    }

    /// What all pools hold, as the client says.
    pub fn pool_bytes(&self) -> u64 {
        self.pool_bytes.load(Ordering::Relaxed)
    }
}

impl State {
    /// A client makes a region, a positioner or an icon. Past the limit `resource` gets the error.
    pub fn count_small(&mut self, client: &Client, resource: &impl Resource) {
        let count = self.clients.small_objects.entry(client.id()).or_default();
        *count += 1;
        if *count > MAX_SMALL {
            over(resource, MAX_SMALL, "regions, positioners and icons");
        }
    }

    pub fn small_gone(&mut self, client: &ClientId) {
        if let Some(count) = self.clients.small_objects.get_mut(client) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.clients.small_objects.remove(client);
            }
        }
    }
}

/// Cuts the client off for having more than `limit` of something.
pub fn over(resource: &impl Resource, limit: u32, name: &str) {
    let reason = format!("more than {limit} {name}");
    if let Some(client) = resource.client()
        && let Some(state) = client.get_data::<ClientState>()
    {
        state.complain(reason.clone());
    }
    resource.post_error(OVER_QUOTA, reason);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_does_not_count() {
        let quota = Quota::default();
        let shares: Vec<_> = (0..=MAX_POOLS).map(|_| quota.take(Counted::Pool)).collect();
        assert!(shares.iter().take(MAX_POOLS as usize).all(|share| share.over.is_none()));
        assert_eq!(shares.last().and_then(|share| share.over), Some((MAX_POOLS, "shared memory pools")));
        drop(shares);
        assert_eq!(quota.count(Counted::Pool), 0);
        let weights = [quota.weigh(), quota.weigh()];
        weights.iter().zip([7, 5]).for_each(|(weight, bytes)| weight.set(bytes));
        assert_eq!(quota.pool_bytes(), 12);
        weights[0].set(3);
        assert_eq!(quota.pool_bytes(), 8);
        drop(weights);
        assert_eq!(quota.pool_bytes(), 0);
        assert!(quota.take(Counted::Pool).over.is_none());
    }
}
