//! `glassctl trace`: what became of input.

use glasshouse_protocols::{Telemetry1Proxy, telemetry::Trace};
use serde_json::Value;
use zbus::Connection;

use crate::{
    json,
    print::{or_dash, print, print_json, table},
};

pub(crate) async fn show(connection: &Connection, id: Option<u64>, last: u32, json: bool) -> anyhow::Result<()> {
    let telemetry = Telemetry1Proxy::new(connection).await?;
    let traces = match id {
        Some(id) => vec![telemetry.trace(id).await?],
        None => telemetry.traces(last).await?,
    };
    if json {
        let values: Vec<_> = traces.iter().map(json::record).collect::<Result<_, _>>()?;
        return Ok(print_json(&Value::Array(values))?);
    }
    if traces.is_empty() {
        return Ok(print("no input so far; try `glassctl key shift`\n")?);
    }
    Ok(print(&text(&traces))?)
}

/// The first columns are milliseconds from one stage to the next, TOTAL from the first to the last that was reached.
fn text(traces: &[Trace]) -> String {
    let rows = traces.iter().map(|trace| {
        // A configure is answered only now and then, so it is no stage that others are counted from.
        let stages = [trace.delivered_ns, trace.committed_ns, trace.composed_ns, trace.presented_ns, trace.captured_ns];
        let [delivered, committed, composed, presented, captured] = steps(trace.entered_ns, stages);
        let acked = trace.acked_ns.map(|acked| ms(trace.delivered_ns.unwrap_or(trace.entered_ns), acked));
        let total = stages.iter().flatten().max().map(|last| ms(trace.entered_ns, *last));
        [
            trace.id.to_string(),
            trace.kind.clone(),
            or_dash(trace.pid),
            delivered,
            or_dash(acked),
            committed,
            composed,
            presented,
            captured,
            or_dash(total),
        ]
    });
    let mut text = table(["TRACE", "INPUT", "PID", "DELIVERED", "ACKED", "COMMITTED", "COMPOSED", "PRESENTED", "CAPTURED", "TOTAL"], rows);
    text.push_str("Milliseconds since the stage before; ACKED since DELIVERED, TOTAL since the input came.\n");
    text
}

/// From each stage that was reached to the one before it that was.
fn steps<const N: usize>(entered: u64, stages: [Option<u64>; N]) -> [String; N] {
    let mut before = entered;
    stages.map(|stage| {
        or_dash(stage.map(|at| {
            let step = ms(before, at);
            before = at;
            step
        }))
    })
}

/// Negative where the later stage came first: a picture may be taken before an output shows it.
fn ms(from: u64, to: u64) -> String {
    let nanoseconds = to.abs_diff(from) as f64;
    format!("{:.2}", if to < from { -nanoseconds } else { nanoseconds } / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_the_time_between_its_stages() {
        let whole = Trace {
            id: 7,
            kind: "key".into(),
            pid: Some(42),
            entered_ns: 1_000_000,
            delivered_ns: Some(1_050_000),
            committed_ns: Some(3_050_000),
            composed_ns: Some(10_000_000),
            presented_ns: Some(17_670_000),
            captured_ns: Some(17_600_000),
            ..Trace::default()
        };
        let begun = Trace { id: 8, kind: "pointer".into(), entered_ns: 5, ..Trace::default() };
        assert_eq!(
            text(&[whole, begun]),
            "\
TRACE  INPUT    PID  DELIVERED  ACKED  COMMITTED  COMPOSED  PRESENTED  CAPTURED  TOTAL
7      key      42   0.05       -      2.00       6.95      7.67       -0.07     16.67
8      pointer  -    -          -      -          -         -          -         -
Milliseconds since the stage before; ACKED since DELIVERED, TOTAL since the input came.
"
        );
    }
}
