//! The six attacks of `tests/hostile`, one of them in two sizes: who is cut off, and what an honest client notices meanwhile.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{Bench, failed};
use crate::figures::{Cell, Reach, Row, Unit};
use crate::peer::Peer;

/// What `glasshouse-hostile --json` prints, as far as it makes a row.
#[derive(Deserialize)]
struct Report {
    attacks: Vec<Attack>,
}

#[derive(Deserialize)]
struct Attack {
    cut_off: bool,
    failures: Vec<String>,
    latency: Latency,
    memory_kb: f64,
}

#[derive(Deserialize)]
struct Latency {
    p99_ms: f64,
}

pub(crate) fn measure(bench: &Bench) -> Vec<Row> {
    let mut rows = [
        Row::new("attacks_survived", "attacks whose attacker got away, of 7", Unit::Count, Reach::AtMost(0.0)),
        Row::new("attacks_p99", "another client's sync meanwhile, one per ms, worst p99", Unit::Milliseconds, Reach::AtMost(2.0)),
        Row::new("attacks_memory", "most memory that an attack cost", Unit::Megabytes, Reach::AtMost(8.0)),
    ];
    if bench.peers.contains(&Peer::Glasshouse) {
        let cells = attack(bench).unwrap_or_else(|error| failed(&error));
        for (row, cell) in rows.iter_mut().zip(cells) {
            row.put(Peer::Glasshouse, cell);
        }
    }
    rows.into()
}

fn attack(bench: &Bench) -> Result<[Cell; 3]> {
    let output = Command::new(bench.place.program("glasshouse-hostile"))
        .arg("--json")
        .output()
        .context("glasshouse-hostile cannot be run: `cargo build -p glasshouse-hostile` makes it")?;
    let report: Report = serde_json::from_slice(&output.stdout).context("glasshouse-hostile printed no report")?;
    if report.attacks.is_empty() {
        bail!("glasshouse-hostile ran no attack");
    }
    let away = report.attacks.iter().filter(|attack| !attack.cut_off || !attack.failures.is_empty()).count();
    let worst = |of: fn(&Attack) -> f64| report.attacks.iter().map(of).fold(0.0, f64::max);
    Ok([
        Cell::Value(away as f64),
        Cell::Value(worst(|attack| attack.latency.p99_ms)),
        Cell::Value(worst(|attack| attack.memory_kb) * 1024.0 / 1e6),
    ])
}
