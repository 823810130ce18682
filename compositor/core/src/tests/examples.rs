//! The desktop by example.
