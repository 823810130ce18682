//! What a measurement leaves behind: samples, rows, and the table of all of them.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::peer::Peer;

/// Durations of one operation, repeated.
#[derive(Default)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    pub(crate) fn push(&mut self, sample: Duration) {
        self.0.push(sample);
    }

    /// The value below which `percent` of the samples lie, by nearest rank. `None` without samples.
    pub(crate) fn percentile(&self, percent: f64) -> Option<Duration> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied()
    }
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Unit {
    Milliseconds,
    Microseconds,
    Megabytes,
    Kilobytes,
    Count,
    Percent,
    PerSecond,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Microseconds => "µs",
            Self::Megabytes => "MB",
            Self::Kilobytes => "kB",
            Self::Count => "",
            Self::Percent => "% of a core",
            Self::PerSecond => "1/s",
        }
    }

    pub(crate) fn of(self, duration: Duration) -> f64 {
        match self {
            Self::Microseconds => duration.as_secs_f64() * 1e6,
            _ => duration.as_secs_f64() * 1e3,
        }
    }
}

/// What one program reached in one row.
#[derive(Clone)]
pub(crate) enum Cell {
    Value(f64),
    /// The program cannot do this; a word says why.
    Absent(&'static str),
    /// It should have, and did not; the sentence stands below the table.
    Failed(String),
}

impl Cell {
    pub(crate) fn value(&self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Absent(_) | Self::Failed(_) => None,
        }
    }
}

/// What we want to reach in a row. Less is better in all of them but those with [`Self::AtLeast`].
#[derive(Clone, Copy)]
pub(crate) enum Reach {
    /// Only to know.
    Open,
    AtMost(f64),
    /// Only for what no peer does: ratios name the smallest peer the best.
    AtLeast(f64),
    /// At most this many times what the peer reached in the same run.
    Times(f64, Peer),
}

impl Reach {
    fn limit(self, row: &Row) -> Option<f64> {
        match self {
            Self::Open => None,
            Self::AtMost(limit) | Self::AtLeast(limit) => Some(limit),
            Self::Times(factor, peer) => row.cell(peer).and_then(Cell::value).map(|value| value * factor),
        }
    }
}

pub(crate) struct Row {
    /// Stable, for `--json`.
    pub(crate) id: &'static str,
    pub(crate) what: String,
    pub(crate) unit: Unit,
    pub(crate) reach: Reach,
    pub(crate) cells: Vec<(Peer, Cell)>,
}

impl Row {
    pub(crate) fn new(id: &'static str, what: impl Into<String>, unit: Unit, reach: Reach) -> Self {
        Self { id, what: what.into(), unit, reach, cells: Vec::new() }
    }

    pub(crate) fn put(&mut self, peer: Peer, cell: Cell) {
        self.cells.push((peer, cell));
    }

    fn cell(&self, peer: Peer) -> Option<&Cell> {
        self.cells.iter().find(|(of, _)| *of == peer).map(|(_, cell)| cell)
    }

    fn ours(&self) -> Option<f64> {
        self.cell(Peer::Glasshouse).and_then(Cell::value)
    }

    fn best_peer(&self) -> Option<(Peer, f64)> {
        let peers = self.cells.iter().filter(|(peer, _)| *peer != Peer::Glasshouse);
        peers.filter_map(|(peer, cell)| cell.value().map(|value| (*peer, value))).min_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    /// Ours divided by the best peer's. `None` where one of them is missing or the peer's is zero.
    fn ratio(&self) -> Option<f64> {
        let (ours, (_, best)) = (self.ours()?, self.best_peer()?);
        (best > 0.0).then(|| ours / best)
    }

    fn reached(&self) -> Option<bool> {
        let (ours, limit) = (self.ours()?, self.reach.limit(self)?);
        Some(if matches!(self.reach, Reach::AtLeast(_)) { ours >= limit } else { ours <= limit })
    }

    fn json(&self) -> Value {
        let cells: serde_json::Map<String, Value> = self
            .cells
            .iter()
            .map(|(peer, cell)| {
                let value = match cell {
                    Cell::Value(value) => json!(value),
                    Cell::Absent(why) => json!({ "absent": why }),
                    Cell::Failed(why) => json!({ "failed": why }),
                };
                (peer.id().to_owned(), value)
            })
            .collect();
        json!({
            "id": self.id,
            "what": self.what,
            "unit": self.unit.name(),
            "measured": cells,
            "best_peer": self.best_peer().map(|(peer, _)| peer.id()),
            "ratio_to_best_peer": self.ratio(),
            "reach": self.reach.limit(self),
            "reached": self.reached(),
        })
    }
}

pub(crate) fn json(machine: &Value, rows: &[Row]) -> Value {
    json!({ "machine": machine, "rows": rows.iter().map(Row::json).collect::<Vec<_>>() })
}

/// The table as Markdown, so that it can be read in a terminal and pasted into a document, with what failed below it.
pub(crate) fn table(peers: &[Peer], rows: &[Row]) -> String {
    let mut lines = vec![vec!["what".to_owned(), "unit".to_owned()]];
    let heads = peers.iter().map(|peer| peer.name().to_owned());
    let tail = ["ours / best peer", "reach", "reached"].map(str::to_owned);
    if let Some(first) = lines.first_mut() {
        first.extend(heads.chain(tail));
    }
    for row in rows {
        let mut line = vec![row.what.clone(), row.unit.name().to_owned()];
        line.extend(peers.iter().map(|peer| match row.cell(*peer) {
            Some(Cell::Value(value)) => number(*value),
            Some(Cell::Absent(why)) => format!("({why})"),
            Some(Cell::Failed(_)) => "failed".to_owned(),
            None => String::new(),
        }));
        line.push(row.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default());
        let sign = if matches!(row.reach, Reach::AtLeast(_)) { ">=" } else { "<=" };
        line.push(row.reach.limit(row).map(|limit| format!("{sign} {}", number(limit))).unwrap_or_default());
        line.push(row.reached().map(|reached| if reached { "yes" } else { "NO" }).unwrap_or_default().to_owned());
        lines.push(line);
    }
    let mut text = aligned(&lines);
    for row in rows {
        for (peer, cell) in &row.cells {
            if let Cell::Failed(why) = cell {
                let _ = write!(text, "\n{}, {}: {why}", peer.name(), row.what);
            }
        }
    }
    text
}

fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map(Vec::len).unwrap_or_default();
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            let fill = " ".repeat(width.saturating_sub(cell.chars().count()));
            if column < 2 { format!("{cell}{fill}") } else { format!("{fill}{cell}") }
        });
        let _ = writeln!(text, "| {} |", cells.collect::<Vec<_>>().join(" | "));
        if index == 0 {
            let rules = widths
                .iter()
                .enumerate()
                .map(|(column, width)| if column < 2 { "-".repeat(width + 2) } else { format!("{}:", "-".repeat(width + 1)) });
            let _ = writeln!(text, "|{}|", rules.collect::<Vec<_>>().join("|"));
        }
    }
    text
}

/// Three significant digits where they mean something, none where they do not.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(milliseconds: impl IntoIterator<Item = u64>) -> Samples {
        Samples(milliseconds.into_iter().map(Duration::from_millis).collect())
    }

    #[test]
    fn percentiles_are_samples_by_nearest_rank() {
        let hundred = samples((1..=100).rev());
        assert_eq!(hundred.percentile(50.0), Some(Duration::from_millis(50)));
        assert_eq!(hundred.percentile(99.0), Some(Duration::from_millis(99)));
        assert_eq!(hundred.percentile(100.0), Some(Duration::from_millis(100)));
        assert_eq!(samples([7]).percentile(1.0), Some(Duration::from_millis(7)));
        assert_eq!(samples([]).percentile(50.0), None);
    }

    #[test]
    fn a_ratio_is_ours_to_the_best_peer() {
        let mut row = Row::new("x", "x", Unit::Count, Reach::Times(1.5, Peer::Sway));
        row.put(Peer::Glasshouse, Cell::Value(3.0));
        assert_eq!((row.ratio(), row.reached()), (None, None));
        row.put(Peer::Weston, Cell::Absent("no such protocol"));
        row.put(Peer::Sway, Cell::Value(2.0));
        assert_eq!((row.ratio(), row.reached()), (Some(1.5), Some(true)));
    }

    #[test]
    fn some_rows_are_better_when_they_are_more() {
        let mut row = Row::new("x", "x", Unit::PerSecond, Reach::AtLeast(100.0));
        row.put(Peer::Glasshouse, Cell::Value(99.0));
        assert_eq!(row.reached(), Some(false));
        row.cells.clear();
        row.put(Peer::Glasshouse, Cell::Value(101.0));
        assert_eq!(row.reached(), Some(true));
        assert!(table(&[Peer::Glasshouse], &[row]).contains(">= 100"));
    }

    #[test]
    fn every_line_of_the_table_is_equally_wide() {
        let mut row = Row::new("x", "naïve", Unit::Microseconds, Reach::AtMost(200.0));
        row.put(Peer::Glasshouse, Cell::Value(1234.5));
        let text = table(&[Peer::Glasshouse, Peer::Xvfb], &[row]);
        let widths: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
        assert_eq!(widths.len(), 3);
        assert!(widths.iter().all(|width| Some(width) == widths.first()), "{text}");
    }
}
