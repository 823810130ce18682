//! How this crate speaks of states that cannot be.

/// Whether an impossible `condition` holds: panics in debug builds and tests, logs and answers `true` in release, so that the
/// caller takes the safe branch: `if never!(tiles.is_empty(), "a tile without tiles") { return; }`.
macro_rules! never {
    ($condition:expr, $why:literal) => {{
        let broken: bool = $condition;
        if broken {
            tracing::error!(concat!("impossible: ", $why));
            debug_assert!(false, concat!("impossible: ", $why));
        }
        broken
    }};
}

pub(crate) use never;
