//! All windows of a workspace get new places at once.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::client::bus;
use crate::client::dbus::{Call, Wire};
use crate::client::many::Many;
use crate::figures::{Cell, Reach, Row, Samples, Unit};
use crate::peer::Peer;
use crate::rows::{Bench, percentile};

const UNIT: Unit = Unit::Milliseconds;
const WINDOWS: usize = 500;
const ROUNDS: usize = 10;

const LAYOUTS: [&str; 6] = ["columns", "tree", "master-stack", "grid", "monocle", "floating"];

pub(super) fn measure(bench: &Bench) -> Vec<Row> {
    let measured = relayout(bench);
    let row = |layout: &'static str, cell| {
        let id = match layout {
            "columns" => "relayout_columns",
            "tree" => "relayout_tree",
            "master-stack" => "relayout_master_stack",
            "grid" => "relayout_grid",
            "monocle" => "relayout_monocle",
            _ => "relayout_floating",
        };
        let what = format!("500 windows into {layout}: call until all are told, p50");
        let mut row = Row::new(id, what, UNIT, Reach::AtMost(5.0));
        row.put(Peer::Glasshouse, cell);
        row
    };
    match measured {
        Ok(cells) => LAYOUTS.into_iter().zip(cells).map(|(layout, cell)| row(layout, cell)).collect(),
        Err(error) => LAYOUTS.into_iter().map(|layout| row(layout, Cell::Failed(format!("{error:#}")))).collect(),
    }
}

fn relayout(bench: &Bench) -> Result<Vec<Cell>> {
    let server = bench.place.start(Peer::Glasshouse)?;
    let mut client = Many::connect(&server.socket)?;
    client.open(WINDOWS)?;
    let mut wire = Wire::connect(&bus::socket(&server)?)?;
    let mut samples: Vec<Samples> = LAYOUTS.iter().map(|_| Samples::default()).collect();
    for _ in 0..ROUNDS {
        for (layout, samples) in LAYOUTS.iter().zip(&mut samples) {
            let call = Call::desktop("Commands1", "Run", &(vec!["set-layout", layout],))?;
            let asked = Instant::now();
            wire.call(&call).with_context(|| format!("set-layout {layout}"))?;
            samples.push(asked.elapsed());
            client.catch_up()?;
        }
    }
    samples.iter().map(|samples| percentile(samples, 50.0, UNIT)).collect()
}
