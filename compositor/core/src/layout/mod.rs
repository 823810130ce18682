//! Where windows go: pure functions of areas and sizes.

pub(crate) mod floating;
pub mod tiles;
pub(crate) mod tiling;
