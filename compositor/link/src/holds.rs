//! Who still needs a client's buffer.

use std::collections::BTreeMap;

use glasshouse_scene::{BufferId, Content, Pixels, PoolId};

/// Counts who may still read each buffer and each pool.
///
/// A buffer is held while a surface shows it, while a transaction that names it is unanswered, and while the display shows it.
/// When the last hold goes, the client may write to it again.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    buffers: BTreeMap<BufferId, u32>,
    pools: BTreeMap<PoolId, u32>,
    released: Vec<BufferId>,
}

impl Holds {
    pub(crate) fn hold(&mut self, content: &Content) {
        *self.buffers.entry(content.buffer).or_default() += 1;
        if let Pixels::Shm { pool, .. } = content.pixels {
            *self.pools.entry(pool).or_default() += 1;
        }
    }

    pub(crate) fn release(&mut self, content: &Content) {
        if let Some(count) = self.buffers.get_mut(&content.buffer) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.buffers.remove(&content.buffer);
                self.released.push(content.buffer);
            }
        }
        if let Pixels::Shm { pool, .. } = content.pixels
            && let Some(count) = self.pools.get_mut(&pool)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.pools.remove(&pool);
            }
        }
    }

    pub(crate) fn holds_pool(&self, pool: PoolId) -> bool {
        self.pools.contains_key(&pool)
    }

    #[cfg(test)]
    pub(crate) fn holds_buffer(&self, buffer: BufferId) -> bool {
        self.buffers.contains_key(&buffer)
    }

    /// The buffers whose last hold went since the last call. One that was taken up again in between is not among them.
    pub(crate) fn take_released(&mut self) -> Vec<BufferId> {
        let mut released = std::mem::take(&mut self.released);
        released.sort_unstable();
        released.dedup();
        released.retain(|buffer| !self.buffers.contains_key(buffer));
        released
    }
}
