//! What makes this process the one that goes: with its desktop, when memory is short, and past its limit.

use std::fs;

use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};
use tracing::{debug, warn};

/// Of 1,000: far above any application's, so that the kernel ends the process that can be started again.
const OOM_SCORE: &str = "900";

/// Every step is a precaution: a display without it works too.
pub fn to_the_desktop(memory_limit: Option<u64>) {
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        warn!(%error, "this process would outlive its desktop");
    }
    // Started through a descriptor, it would be called by its number.
    if let Err(error) = rustix::thread::set_name(c"glasshouse-disp") {
        debug!(%error, "the process keeps its name");
    }
    if let Err(error) = fs::write("/proc/self/oom_score_adj", OOM_SCORE) {
        debug!(%error, "the kernel keeps its choice for when memory is short");
    }
    if let Some(bytes) = memory_limit {
        let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
        // Private memory that can be written, which is what frames and textures cost. Past it allocation fails, and the process aborts.
        if let Err(error) = setrlimit(Resource::Data, limit) {
            warn!(%error, bytes, "the memory limit cannot be set");
        }
    }
}
