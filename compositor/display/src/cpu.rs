//! The executor without a GPU.
