//! Where windows go: pure geometry, without surfaces, outputs or time.

pub(crate) mod floating;
pub mod tiles;
