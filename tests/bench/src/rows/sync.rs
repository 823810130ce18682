//! The shortest question that a client can ask: `wl_display.sync`, and for X the focus.

use std::time::Instant;

use anyhow::Result;

use super::{Bench, for_each_peer, percentile};
use crate::client::raw::RawClient;
use crate::client::x11::XClient;
use crate::figures::{Reach, Row, Samples, Unit};

const UNIT: Unit = Unit::Microseconds;

pub(crate) fn measure(bench: &Bench) -> Vec<Row> {
    let rows = [
        Row::new("sync_p50", "wl_display.sync round trip, p50", UNIT, Reach::Open),
        Row::new("sync_p99", "wl_display.sync round trip, p99", UNIT, Reach::Open),
    ];
    for_each_peer(bench, rows, |peer| {
        let server = bench.place.start(peer)?;
        let samples = if peer.is_wayland() {
            let mut client = RawClient::connect(&server.socket)?;
            repeat(bench.plan.syncs, || client.sync())?
        } else {
            let mut client = XClient::connect(&server.socket)?;
            repeat(bench.plan.syncs, || client.sync())?
        };
        Ok([percentile(&samples, 50.0, UNIT)?, percentile(&samples, 99.0, UNIT)?])
    })
}

fn repeat(times: usize, mut ask: impl FnMut() -> Result<()>) -> Result<Samples> {
    let mut samples = Samples::default();
    for _ in 0..times {
        let asked = Instant::now();
        ask()?;
        samples.push(asked.elapsed());
    }
    Ok(samples)
}
