use glasshouse_protocols::{
    Dict,
    telemetry::{Metrics, Trace},
};
use zbus::{Connection, interface};

use super::{BusError, Request, TelemetryRequest, peer::Peer};

/// Bytes of a task's name and of its outcome.
const MAX_NAME: usize = 4_096;

/// `org.glasshouse.Telemetry1`.
pub(super) struct Telemetry1(pub(super) Peer);

#[interface(name = "org.glasshouse.Telemetry1", spawn = false)]
impl Telemetry1 {
    /// All figures: time_ns (t), desktop (a{sv}), outputs (aa{sv}), clients (aa{sv}). Memory and CPU time are as they are now; the first call
    /// after a while knows no CPU figures yet, because they need two looks. The event performance_metrics carries the same.
    ///
    /// A distribution is an a{sv} of count and sum since the start, p50, p99 and max of the last ten to twenty seconds (t each).
    ///
    /// desktop: pid (u); turn_ns, input_to_commit_ns, input_to_composed_ns (distributions); wakeups, events, effects, events_in_a_turn,
    /// bus_calls, display_deaths (t); pss_bytes, rss_bytes (t), cpu_percent (d, of one CPU); and the same of the display process, while there
    /// is one: display_pid, display_pss_bytes, display_rss_bytes, display_cpu_percent.
    ///
    /// An output: id (t), name (s), frames, unseen_frames, missed (t), fps (d); frame_ns (from BeginFrame to Latched), latch_ns (the display's
    /// part of it), damage_px, paint_ns, paint_px, capture_ns (distributions).
    ///
    /// A client: id (t), pid (i), name (s), unresponsive (b), windows, surfaces, buffers, pools (u), pool_bytes (t), requests (t: those on
    /// surfaces, subsurfaces, regions and shared memory), commits (t), pss_bytes, rss_bytes (t), cpu_percent (d).
    #[zbus(out_args("metrics"))]
    async fn metrics(&self, #[zbus(connection)] connection: &Connection) -> Result<Metrics, BusError> {
        let request = |caller, reply| Request::Telemetry { caller, request: TelemetryRequest::Metrics { reply } };
        self.0.ask(connection, request).await
    }

    /// What became of the newest inputs, oldest first. 1,000 are kept. What has not happened yet, or never will, is absent: id (t), kind (s:
    /// key, pointer, button, scroll, touch, gesture, text or command), pid (i), surface (t), entered_ns, delivered_ns, acked_ns, committed_ns, composed_ns,
    /// presented_ns, captured_ns (t, CLOCK_MONOTONIC), transaction (t).
    #[zbus(out_args("traces"))]
    async fn traces(&self, #[zbus(connection)] connection: &Connection, last: u32) -> Result<Vec<Trace>, BusError> {
        let request = |caller, reply| Request::Telemetry { caller, request: TelemetryRequest::Traces { last, reply } };
        self.0.ask(connection, request).await
    }

    /// What became of one input, as Traces answers it. Events name the input that they come from. BadArgument if it is not kept.
    #[zbus(out_args("trace"))]
    async fn trace(&self, #[zbus(connection)] connection: &Connection, id: u64) -> Result<Trace, BusError> {
        let request = |caller, reply| Request::Telemetry { caller, request: TelemetryRequest::Trace { id, reply } };
        self.0.ask(connection, request).await
    }

    /// An agent says that it is done with a task; everybody hears the event agent_task_completed. The outcome is in its own words, for
    /// instance succeeded; details may be empty.
    async fn report_task(
        &self,
        #[zbus(connection)] connection: &Connection,
        task: String,
        outcome: String,
        details: Dict,
    ) -> Result<(), BusError> {
        if let Some((name, text)) = [("task", &task), ("outcome", &outcome)].into_iter().find(|(_, text)| text.len() > MAX_NAME) {
            let length = text.len();
            return Err(BusError::BadArgument(format!(
                "the {name} has {length} bytes; {MAX_NAME} are the most, put the rest into details"
            )));
        }
        let request =
            |caller, reply| Request::Telemetry { caller, request: TelemetryRequest::ReportTask { task, outcome, details, reply } };
        self.0.ask(connection, request).await
    }
}
