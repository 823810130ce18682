//! The display: turns scenes into pixels.

pub mod cpu;
pub mod plan;
