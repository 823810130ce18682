//! The rows of the table, a file for each group of them. A failure is a cell of its row, never the end of the bench.

pub(crate) mod api;
pub(crate) mod attacks;
pub(crate) mod capture;
pub(crate) mod control;
pub(crate) mod deaths;
pub(crate) mod memory;
pub(crate) mod start;
pub(crate) mod sync;
pub(crate) mod video;
pub(crate) mod wakeups;
pub(crate) mod windows;

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::figures::{Cell, Row, Samples, Unit};
use crate::peer::{Peer, Place};

/// What all groups know: who is measured, and how long.
pub(crate) struct Bench {
    pub(crate) place: Place,
    pub(crate) peers: Vec<Peer>,
    pub(crate) plan: Plan,
}

/// How much is measured. The quick one finds what is broken, the full one makes figures.
pub(crate) struct Plan {
    pub(crate) starts: usize,
    pub(crate) captures: usize,
    pub(crate) syncs: usize,
    pub(crate) video: Duration,
    pub(crate) idle: Duration,
    pub(crate) kills: usize,
    pub(crate) stops: usize,
    pub(crate) hangs: usize,
}

impl Plan {
    pub(crate) const QUICK: Self = Self {
        starts: 3,
        captures: 20,
        syncs: 1_000,
        video: Duration::from_secs(2),
        idle: Duration::from_secs(5),
        kills: 10,
        stops: 2,
        hangs: 1,
    };
    pub(crate) const FULL: Self = Self {
        starts: 15,
        captures: 100,
        syncs: 10_000,
        video: Duration::from_secs(10),
        idle: Duration::from_secs(60),
        kills: 100,
        stops: 20,
        hangs: 10,
    };
}

/// Measures one group of rows.
pub(crate) type Group = fn(&Bench) -> Vec<Row>;

/// Every group by the name that `--only` takes.
pub(crate) const GROUPS: &[(&str, Group)] = &[
    ("start", start::measure),
    ("memory", memory::measure),
    ("capture", capture::measure),
    ("api", api::measure),
    ("video", video::measure),
    ("sync", sync::measure),
    ("control", control::measure),
    ("windows", windows::measure),
    ("deaths", deaths::measure),
    ("attacks", attacks::measure),
    ("wakeups", wakeups::measure),
];

/// Measures the rows of one group for each peer. The closure answers with one cell for each row, or with what went wrong for all of them.
fn for_each_peer<const N: usize>(bench: &Bench, mut rows: [Row; N], mut measure: impl FnMut(Peer) -> Result<[Cell; N]>) -> Vec<Row> {
    for peer in &bench.peers {
        let cells = measure(*peer).unwrap_or_else(|error| failed(&error));
        for (row, cell) in rows.iter_mut().zip(cells) {
            row.put(*peer, cell);
        }
    }
    rows.into()
}

fn failed<const N: usize>(error: &anyhow::Error) -> [Cell; N] {
    std::array::from_fn(|_| Cell::Failed(format!("{error:#}")))
}

fn percentile(samples: &Samples, percent: f64, unit: Unit) -> Result<Cell> {
    let value = samples.percentile(percent).context("nothing was measured")?;
    Ok(Cell::Value(unit.of(value)))
}

/// Spreads requests evenly over the 16.7 ms of an output's tick: the turns come at all of its phases.
fn pause(turn: usize) {
    sleep(Duration::from_micros(20_000 + (turn as u64 * 7_919) % 16_667));
}

/// Another colour each turn.
fn colour(turn: usize) -> u32 {
    0xff00_0000 | (0x0012_3457_u32.wrapping_mul(turn as u32 + 1) & 0x00ff_ffff)
}
