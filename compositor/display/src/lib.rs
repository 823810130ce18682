//! The display: turns scenes into pixels.

pub mod cpu;
pub mod memory;
pub mod plan;
#[cfg(test)]
mod testing;
