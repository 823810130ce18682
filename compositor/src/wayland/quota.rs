//! What one client may use. Past it, that client gets a protocol error and nobody else notices.

use std::sync::atomic::{AtomicU32, Ordering};

use smithay::reexports::wayland_server::Resource;

/// Surfaces of one client.
pub const MAX_SURFACES: u32 = 4_096;
/// Shared memory pools of one client: each keeps one descriptor open.
pub const MAX_POOLS: u32 = 512;
/// Buffers of one client.
pub const MAX_BUFFERS: u32 = 16_384;
/// Frame callbacks of one surface that wait for a frame.
pub const MAX_CALLBACKS: u32 = 1_024;
/// Rectangles of damage between two commits; more count as everything.
pub const MAX_DAMAGE: u32 = 64;
/// Requests on one region.
pub const MAX_REGION: u32 = 10_000;
/// Levels of subsurfaces, or of popups, from the root down.
pub const MAX_DEPTH: usize = 32;
/// Mime types of one data source, and bytes in each of their names.
pub const MAX_MIME_TYPES: u32 = 64;
pub const MAX_MIME_LENGTH: usize = 256;
/// Bytes of a title or an app id; longer ones are cut.
pub const MAX_TEXT: usize = 4_096;
/// Bytes that may wait in a client's socket before motion and frame events are left out, and before it is cut off.
pub const OUTPUT_SLOW: usize = 256 << 10;
/// The send buffer of a client's socket. The kernel doubles it and caps it at `net.core.wmem_max` unless we may force it.
pub const SEND_BUFFER: usize = 512 << 10;

/// The error code for all of these: no protocol has one of its own for them.
const OVER_QUOTA: u32 = 1_000;

/// Counts what a client has now.
#[derive(Debug, Default)]
pub struct Quota {
    surfaces: AtomicU32,
    pools: AtomicU32,
    buffers: AtomicU32,
}

/// Something that is counted.
#[derive(Debug, Clone, Copy)]
pub enum Counted {
    Surface,
    Pool,
    Buffer,
}

impl Quota {
    fn counter(&self, counted: Counted) -> (&AtomicU32, u32, &'static str) {
        match counted {
            Counted::Surface => (&self.surfaces, MAX_SURFACES, "surfaces"),
            Counted::Pool => (&self.pools, MAX_POOLS, "shared memory pools"),
            Counted::Buffer => (&self.buffers, MAX_BUFFERS, "buffers"),
        }
    }

    /// Counts one more. Past the limit `resource` gets the error; the count goes up all the same, because the object exists.
    pub fn take(&self, counted: Counted, resource: &impl Resource) -> bool {
        let (counter, limit, name) = self.counter(counted);
        let within = counter.fetch_add(1, Ordering::Relaxed) < limit;
        if !within {
            over(resource, limit, name);
        }
        within
    }

    pub fn give_back(&self, counted: Counted) {
        let (counter, ..) = self.counter(counted);
        let _ = counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| Some(count.saturating_sub(1)));
    }

    pub fn count(&self, counted: Counted) -> u32 {
        self.counter(counted).0.load(Ordering::Relaxed)
    }
}

/// Cuts the client off for having more than `limit` of something.
pub fn over(resource: &impl Resource, limit: u32, name: &str) {
    resource.post_error(OVER_QUOTA, format!("more than {limit} {name}"));
}
