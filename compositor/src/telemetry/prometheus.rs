//! Figures in the OpenMetrics text format, which Prometheus reads.
//!
//! Units are the base units that its users expect: seconds, bytes, and ratios for what is in per cent elsewhere.

use std::{fmt, ops::RangeInclusive};

use glasshouse_protocols::telemetry::{ClientMetrics, DesktopMetrics, OutputMetrics};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeCounterValue, NoLabelSet, text},
    metrics::MetricType,
    registry::{Registry, Unit},
};

use super::{Snapshot, histogram::Totals};

/// What `Content-Type` has to say.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// From a microsecond to a minute, in powers of two of nanoseconds.
const DURATIONS: RangeInclusive<u32> = 10..=36;
/// From one pixel to 4,096 x 4,096.
const AREAS: RangeInclusive<u32> = 0..=24;
const NANOSECOND: f64 = 1e-9;

/// All figures as text, ending with `# EOF`.
///
/// # Errors
///
/// None that is known: it writes into memory.
pub fn encode(snapshot: Snapshot) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(snapshot));
    let mut text = String::new();
    text::encode(&mut text, &registry)?;
    Ok(text)
}

/// How a metric is told apart from others of its name.
type Labels = Vec<(&'static str, String)>;

/// A metric's name without its unit, and what it is.
type About = (&'static str, &'static str);

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let encoder = &mut encoder;
        desktop(encoder, &self.metrics.desktop)?;
        self.distributions(encoder)?;
        outputs(encoder, &self.metrics.outputs)?;
        clients(encoder, &self.metrics.clients)
    }
}

impl Snapshot {
    fn distributions(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let alone = |histogram| [(Labels::new(), histogram)];
        durations(encoder, ("glasshouse_turn", "How long the main thread was busy in one turn"), alone(&self.turn))?;
        let about = ("glasshouse_input_to_commit", "From input to the client's next commit");
        durations(encoder, about, alone(&self.input_to_commit))?;
        let about = ("glasshouse_input_to_composed", "From input until the display has what the client then drew");
        durations(encoder, about, alone(&self.input_to_composed))?;
        let outputs = || self.outputs.iter().map(|(name, output)| (vec![("output", name.clone())], output));
        let about = ("glasshouse_frame", "From the beginning of a frame until the display has it");
        durations(encoder, about, outputs().map(|(labels, output)| (labels, &output.frame)))?;
        let about = ("glasshouse_latch", "The display's part of a frame");
        durations(encoder, about, outputs().map(|(labels, output)| (labels, &output.latch)))?;
        let about = ("glasshouse_paint", "What the display needs to paint a picture");
        durations(encoder, about, outputs().map(|(labels, output)| (labels, &output.paint)))?;
        let about = ("glasshouse_capture", "From the request to the picture");
        durations(encoder, about, outputs().map(|(labels, output)| (labels, &output.capture)))?;
        let about = ("glasshouse_frame_damage_pixels", "Pixels that changed in a frame");
        histograms(encoder, about, None, (1.0, AREAS), outputs().map(|(labels, output)| (labels, &output.damage)))?;
        let about = ("glasshouse_paint_pixels", "Pixels that were painted for a picture");
        histograms(encoder, about, None, (1.0, AREAS), outputs().map(|(labels, output)| (labels, &output.painted)))
    }
}

fn desktop(encoder: &mut DescriptorEncoder<'_>, desktop: &DesktopMetrics) -> fmt::Result {
    let alone = |value: u64| [(Labels::new(), value)];
    counters(encoder, ("glasshouse_wakeups", "Turns of the main loop"), alone(desktop.wakeups))?;
    counters(encoder, ("glasshouse_events", "Events that the core was told"), alone(desktop.events))?;
    counters(encoder, ("glasshouse_effects", "Effects of the core that were carried out"), alone(desktop.effects))?;
    counters(encoder, ("glasshouse_bus_calls", "Calls over D-Bus that reached the desktop"), alone(desktop.bus_calls))?;
    counters(encoder, ("glasshouse_display_deaths", "Display processes that died"), alone(desktop.display_deaths))?;
    let process = |name: &str| vec![("process", name.to_owned())];
    let both = |own: Option<f64>, display: Option<f64>| {
        [own.map(|value| (process("desktop"), value)), display.map(|value| (process("display"), value))].into_iter().flatten()
    };
    let bytes = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64);
    let pss = both(bytes(desktop.pss_bytes), bytes(desktop.display_pss_bytes));
    gauges(encoder, ("glasshouse_process_proportional_memory", "Proportional set size"), Some(&Unit::Bytes), pss)?;
    let rss = both(bytes(desktop.rss_bytes), bytes(desktop.display_rss_bytes));
    gauges(encoder, ("glasshouse_process_resident_memory", "Resident set size"), Some(&Unit::Bytes), rss)?;
    let cpu = both(desktop.cpu_percent, desktop.display_cpu_percent).map(|(labels, percent)| (labels, percent / 100.0));
    gauges(encoder, ("glasshouse_process_cpu_usage", "Use of one CPU"), Some(&Unit::Ratios), cpu)
}

fn outputs(encoder: &mut DescriptorEncoder<'_>, outputs: &[OutputMetrics]) -> fmt::Result {
    let rows = |value: fn(&OutputMetrics) -> u64| outputs.iter().map(move |output| (vec![("output", output.name.clone())], value(output)));
    counters(encoder, ("glasshouse_frames", "Frames that a display has shown"), rows(|output| output.frames))?;
    counters(encoder, ("glasshouse_unseen_frames", "Frames for clients only"), rows(|output| output.unseen_frames))?;
    counters(encoder, ("glasshouse_missed_frames", "Frames that were late"), rows(|output| output.missed))?;
    let fps = outputs.iter().map(|output| (vec![("output", output.name.clone())], output.fps));
    gauges(encoder, ("glasshouse_frame_rate", "Frames in the last whole second"), None, fps)
}

fn clients(encoder: &mut DescriptorEncoder<'_>, clients: &[ClientMetrics]) -> fmt::Result {
    let labels = |client: &ClientMetrics| {
        let pid = client.pid.map(|pid| pid.to_string()).unwrap_or_default();
        vec![("client", client.id.to_string()), ("name", client.name.clone()), ("pid", pid)]
    };
    let totals = |value: fn(&ClientMetrics) -> u64| clients.iter().map(move |client| (labels(client), value(client)));
    let now = |value: fn(&ClientMetrics) -> Option<f64>| {
        clients.iter().filter_map(move |client| value(client).map(|value| (labels(client), value)))
    };
    counters(encoder, ("glasshouse_client_requests", "Requests of a client"), totals(|client| client.requests))?;
    counters(encoder, ("glasshouse_client_commits", "Commits of a client"), totals(|client| client.commits))?;
    let bytes = Some(&Unit::Bytes);
    let values = now(|client| Some(f64::from(client.windows)));
    gauges(encoder, ("glasshouse_client_windows", "Windows of a client"), None, values)?;
    let values = now(|client| Some(f64::from(u8::from(client.unresponsive))));
    gauges(encoder, ("glasshouse_client_unresponsive", "Whether a client was asked for something and does not answer"), None, values)?;
    let values = now(|client| Some(f64::from(client.surfaces)));
    gauges(encoder, ("glasshouse_client_surfaces", "Surfaces of a client"), None, values)?;
    let values = now(|client| Some(f64::from(client.buffers)));
    gauges(encoder, ("glasshouse_client_buffers", "Buffers of a client"), None, values)?;
    let values = now(|client| Some(client.pool_bytes as f64));
    gauges(encoder, ("glasshouse_client_pools", "Shared memory of a client"), bytes, values)?;
    let values = now(|client| client.pss_bytes.map(|bytes| bytes as f64));
    gauges(encoder, ("glasshouse_client_proportional_memory", "Proportional set size of a client's process"), bytes, values)?;
    let values = now(|client| client.rss_bytes.map(|bytes| bytes as f64));
    gauges(encoder, ("glasshouse_client_resident_memory", "Resident set size of a client's process"), bytes, values)?;
    let values = now(|client| client.cpu_percent.map(|percent| percent / 100.0));
    gauges(encoder, ("glasshouse_client_cpu_usage", "Use of one CPU by a client's process"), Some(&Unit::Ratios), values)
}

fn counters(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): About,
    rows: impl IntoIterator<Item = (Labels, impl EncodeCounterValue)>,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (labels, value) in rows {
        family.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&value, None)?;
    }
    Ok(())
}

fn gauges(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): About,
    unit: Option<&Unit>,
    rows: impl IntoIterator<Item = (Labels, f64)>,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?;
    for (labels, value) in rows {
        family.encode_family(&labels)?.encode_gauge(&value)?;
    }
    Ok(())
}

fn durations<'a>(encoder: &mut DescriptorEncoder<'_>, about: About, rows: impl IntoIterator<Item = (Labels, &'a Totals)>) -> fmt::Result {
    histograms(encoder, about, Some(&Unit::Seconds), (NANOSECOND, DURATIONS), rows)
}

/// Writes histograms with a bucket for each of these numbers of bits; `scale` takes a value to the unit.
fn histograms<'a>(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): About,
    unit: Option<&Unit>,
    (scale, bits): (f64, RangeInclusive<u32>),
    rows: impl IntoIterator<Item = (Labels, &'a Totals)>,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, unit, MetricType::Histogram)?;
    for (labels, histogram) in rows {
        let (mut buckets, mut before) = (Vec::new(), 0);
        for (number, seen) in histogram.cumulative().filter(|(number, _)| bits.contains(number)) {
            let largest = ((1_u128 << number) - 1) as f64;
            // The library adds them up again.
            buckets.push((largest * scale, seen - before));
            before = seen;
        }
        buckets.push((f64::INFINITY, histogram.count - before));
        family.encode_family(&labels)?.encode_histogram::<NoLabelSet>(histogram.sum as f64 * scale, histogram.count, &buckets, None)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        time::Duration,
    };

    use glasshouse_core::Timestamp;
    use glasshouse_protocols::telemetry::Metrics;
    use prometheus_parse::{Sample, Scrape, Value};

    use super::*;
    use crate::telemetry::{OutputTotals, histogram::Histogram};

    fn totals(values: impl IntoIterator<Item = u64>) -> Totals {
        let mut histogram = Histogram::default();
        values.into_iter().for_each(|value| histogram.record(value, Timestamp(Duration::from_secs(1))));
        histogram.totals().clone()
    }

    /// Two clients and an output, with names that have to be quoted.
    fn snapshot() -> Snapshot {
        let client = |id, name: &str| ClientMetrics {
            id,
            name: name.into(),
            pid: Some(7),
            requests: 1 << 60,
            commits: 3,
            pool_bytes: 4_096,
            cpu_percent: Some(50.0),
            ..ClientMetrics::default()
        };
        let output = OutputMetrics { id: 1, name: "HEADLESS-1".into(), frames: 60, missed: 2, fps: 59.5, ..OutputMetrics::default() };
        let desktop = DesktopMetrics { pss_bytes: Some(1 << 20), wakeups: 9, display_pss_bytes: Some(1), ..DesktopMetrics::default() };
        let clients = vec![client(1, "foot"), client(2, "a \"quoted\"\nname\\ 美 {x=\"y\"} 1")];
        let distribution = || totals([500, 1_500_000, 16_666_667, u64::MAX]);
        let frames = OutputTotals {
            frame: distribution(),
            latch: distribution(),
            damage: totals([0, 1, 2_073_600]),
            paint: distribution(),
            painted: totals([]),
            capture: distribution(),
        };
        Snapshot {
            metrics: Metrics { time_ns: 1, desktop, outputs: vec![output], clients },
            turn: distribution(),
            input_to_commit: totals([]),
            input_to_composed: totals([1]),
            outputs: vec![("HEADLESS-1".into(), frames)],
        }
    }

    fn parse(text: &str) -> Scrape {
        Scrape::parse(text.lines().map(|line| Ok(line.to_owned()))).unwrap()
    }

    fn find<'a>(scrape: &'a Scrape, name: &str, label: (&str, &str)) -> &'a Sample {
        let found = scrape.samples.iter().find(|sample| sample.metric == name && sample.labels.get(label.0) == Some(label.1));
        found.unwrap_or_else(|| panic!("no {name} {label:?} in {:?}", scrape.samples))
    }

    #[test]
    fn a_parser_reads_what_was_written() {
        let text = encode(snapshot()).unwrap();
        let scrape = parse(&text);
        let gauge = |name, label| match find(&scrape, name, label).value {
            Value::Gauge(value) => value,
            ref other => panic!("{name}: {other:?}"),
        };
        assert_eq!(gauge("glasshouse_frame_rate", ("output", "HEADLESS-1")), 59.5);
        assert_eq!(gauge("glasshouse_client_pools_bytes", ("name", "foot")), 4_096.0);
        assert_eq!(gauge("glasshouse_client_cpu_usage_ratios", ("name", "foot")), 0.5);
        assert_eq!(gauge("glasshouse_process_proportional_memory_bytes", ("process", "desktop")), 1_048_576.0);
        let frame = find(&scrape, "glasshouse_frame_seconds", ("output", "HEADLESS-1"));
        let Value::Histogram(buckets) = &frame.value else { panic!("{frame:?}") };
        assert_eq!(buckets.last().map(|bucket| (bucket.less_than, bucket.count)), Some((f64::INFINITY, 4.0)));
        assert!(buckets.windows(2).all(|pair| pair[0].less_than < pair[1].less_than && pair[0].count <= pair[1].count), "{buckets:?}");
        let below = |seconds: f64| buckets.iter().rev().find(|bucket| bucket.less_than <= seconds).map(|bucket| bucket.count);
        assert_eq!([below(0.000_002), below(0.01), below(0.05), below(70.0)], [Some(1.0), Some(2.0), Some(3.0), Some(3.0)]);
    }

    /// What `promtool check metrics` and the OpenMetrics specification want of each line.
    #[test]
    fn every_line_is_as_the_format_wants_it() {
        let text = encode(snapshot()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.last(), Some(&"# EOF"));
        let (mut types, mut series, mut family) = (BTreeMap::new(), BTreeSet::new(), String::new());
        for line in &lines[..lines.len() - 1] {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap();
                assert_eq!(types.insert(name.to_owned(), kind.to_owned()), None, "two families of one name");
                family = name.to_owned();
            } else if let Some(rest) = line.strip_prefix("# UNIT ") {
                let (name, unit) = rest.split_once(' ').unwrap();
                assert!(name == family && name.ends_with(&format!("_{unit}")), "{line}");
            } else if let Some(rest) = line.strip_prefix("# HELP ") {
                assert!(rest.split_once(' ').is_some_and(|(name, help)| name.starts_with("glasshouse_") && !help.is_empty()), "{line}");
            } else {
                let (key, value) = line.rsplit_once(' ').unwrap();
                assert!(value.parse::<f64>().is_ok(), "{line}");
                assert!(series.insert(key), "said twice: {key}");
                let name = key.split('{').next().unwrap();
                let suffixes: &[&str] = match types[&family].as_str() {
                    "counter" => &["_total"],
                    "histogram" => &["_bucket", "_count", "_sum"],
                    _ => &[""],
                };
                assert!(name.strip_prefix(family.as_str()).is_some_and(|suffix| suffixes.contains(&suffix)), "{line} in {family}");
            }
        }
        assert!(text.contains(r#"name="a \"quoted\"\nname\\ 美 {x=\"y\"} 1""#), "{text}");
        assert!(types.len() > 25 && series.len() > 200);
    }
}
