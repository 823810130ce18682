//! `Telemetry1`: figures, traces, and what agents report.

use glasshouse_protocols::{
    Dict,
    telemetry::{Metrics, Trace},
};

use crate::bus::Reply;

/// What is asked about how the desktop is doing. Permitted as `Act::Observe`.
#[derive(Debug)]
pub enum TelemetryRequest {
    /// Answered when processes have been looked at.
    Metrics {
        reply: Reply<Metrics>,
    },
    Traces {
        last: u32,
        reply: Reply<Vec<Trace>>,
    },
    Trace {
        id: u64,
        reply: Reply<Trace>,
    },
    ReportTask {
        task: String,
        outcome: String,
        details: Dict,
        reply: Reply<()>,
    },
}
