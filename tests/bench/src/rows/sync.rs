//! The shortest question that a client can ask: `wl_display.sync`, and for X the focus.
//!
//! Client and server share one processor: across two, waking the other one costs several times what is to be measured, and whether it
//! happens is the scheduler's luck.

use std::time::Instant;

use anyhow::Result;
use rustix::thread::CpuSet;

use super::{Bench, for_each_peer, percentile};
use crate::client::raw::RawClient;
use crate::client::x11::XClient;
use crate::figures::{Reach, Row, Samples, Unit};
use crate::peer::Server;
use crate::process;

const UNIT: Unit = Unit::Microseconds;

pub(crate) fn measure(bench: &Bench) -> Vec<Row> {
    let rows = [
        Row::new("sync_p50", "wl_display.sync round trip on one processor, p50", UNIT, Reach::Open),
        Row::new("sync_p99", "the same, p99", UNIT, Reach::Open),
    ];
    for_each_peer(bench, rows, |peer| {
        let server = bench.place.start(peer)?;
        let mut one = CpuSet::new();
        one.set(0);
        for pid in server.pids() {
            process::pin(Some(pid), &one)?;
        }
        let everywhere = process::pin(None, &one)?;
        let samples = ask(bench, &server);
        process::pin(None, &everywhere)?;
        let samples = samples?;
        Ok([percentile(&samples, 50.0, UNIT)?, percentile(&samples, 99.0, UNIT)?])
    })
}

fn ask(bench: &Bench, server: &Server) -> Result<Samples> {
    if server.peer.is_wayland() {
        let mut client = RawClient::connect(&server.socket)?;
        repeat(bench.plan.syncs, || client.sync())
    } else {
        let mut client = XClient::connect(&server.socket)?;
        repeat(bench.plan.syncs, || client.sync())
    }
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
