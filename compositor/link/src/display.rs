//! The display's copy of what the desktop shows.

use std::collections::BTreeMap;

use glasshouse_scene::{Content, OutputId, PoolId, SurfaceId, occlusion::Contents};

use crate::message::{OutputState, PoolSize, Seq, Transaction};

/// Client memory, as the desktop described it.
#[derive(Debug, Clone)]
pub struct Pool<F> {
    pub fd: F,
    /// What the client says; the kernel may know better.
    pub bytes: u64,
}

/// Ids that the display invents lie above those of the desktop and of the desktop's end of the link.
pub const OWN_IDS: u64 = 3 << 62;

/// What the display knows. It changes only by messages, and only these methods change it.
#[derive(Debug)]
pub struct Replica<F> {
    pub pools: BTreeMap<PoolId, Pool<F>>,
    pub contents: Contents,
    pub outputs: BTreeMap<OutputId, OutputState>,
    pub lock_epoch: u64,
    pub seq: Seq,
}

impl<F> Default for Replica<F> {
    fn default() -> Self {
        Self { pools: BTreeMap::new(), contents: BTreeMap::new(), outputs: BTreeMap::new(), lock_epoch: 0, seq: Seq::default() }
    }
}

/// What a transaction replaced, for whoever computes damage.
#[derive(Debug, Default)]
pub struct Replaced {
    /// Each surface with what it showed before.
    pub contents: Vec<(SurfaceId, Option<Content>)>,
    /// Each output with what it was before.
    pub outputs: Vec<(OutputId, Option<OutputState>)>,
}

impl<F> Replica<F> {
    /// Takes a batch of pools. Descriptors without a pool, or pools without a descriptor, are left out.
    pub fn add_pools(&mut self, pools: Vec<PoolSize>, fds: impl IntoIterator<Item = F>) {
        for (size, fd) in pools.into_iter().zip(fds) {
            self.pools.insert(size.pool, Pool { fd, bytes: size.bytes });
        }
    }

    pub fn resize_pool(&mut self, size: PoolSize) {
        if let Some(pool) = self.pools.get_mut(&size.pool) {
            pool.bytes = size.bytes;
        }
    }

    pub fn remove_pools(&mut self, pools: &[PoolId]) {
        for pool in pools {
            self.pools.remove(pool);
        }
    }

    /// Makes the transaction what is shown. After this nothing reads what only earlier transactions named.
    ///
    /// Scenes of an older lock epoch than the newest seen are left out: what was visible before a lock never comes back.
    pub fn apply(&mut self, transaction: Transaction) -> Replaced {
        let mut replaced = Replaced::default();
        self.seq = transaction.seq;
        self.lock_epoch = self.lock_epoch.max(transaction.lock_epoch);
        for (surface, content) in transaction.contents {
            let before = match content {
                Some(content) => self.contents.insert(surface, content),
                None => self.contents.remove(&surface),
            };
            replaced.contents.push((surface, before));
        }
        for (output, state) in transaction.outputs {
            let before = match state {
                Some(state) if state.scene.lock_epoch < self.lock_epoch => continue,
                Some(state) => self.outputs.insert(output, state),
                None => self.outputs.remove(&output),
            };
            replaced.outputs.push((output, before));
        }
        replaced
    }
}
