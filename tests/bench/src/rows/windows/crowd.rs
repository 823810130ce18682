//! A thousand windows, of which one moves.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::client::bus::Bus;
use crate::client::many::Many;
use crate::client::{Client, Size};
use crate::figures::{Cell, Reach, Row, Unit};
use crate::peer::{Peer, Server};
use crate::process;
use crate::rows::{Bench, failed, for_each_peer};

const WINDOWS: usize = 1_000;

pub(super) fn measure(bench: &Bench) -> Vec<Row> {
    let rows = [
        Row::new("crowd_turn", "1,000 windows, one animated: turn of the main loop, p99", Unit::Milliseconds, Reach::AtMost(4.0)),
        Row::new("crowd_cpu", "the same: processor time of the desktop per frame", Unit::Milliseconds, Reach::Open),
        Row::new("crowd_pss", "the same: PSS of the desktop", Unit::Megabytes, Reach::AtMost(64.0)),
    ];
    for_each_peer(bench, rows, |peer| {
        if !peer.has_screencopy() {
            return Ok(std::array::from_fn(|_| Cell::Absent("no screencopy")));
        }
        let server = bench.place.start(peer)?;
        crowd(bench, &server).or_else(|error| Ok(failed(&error)))
    })
}

fn crowd(bench: &Bench, server: &Server) -> Result<[Cell; 3]> {
    // Somebody looks, so that there are frames.
    let mut looker = Client::connect(&server.socket)?;
    looker.open_window("looker", Size::Pixels(64, 64))?;
    let mut client = Many::connect(&server.socket)?;
    client.open(WINDOWS - 1)?;
    looker.catch_up()?;
    looker.capture()?;
    // The opening of a thousand windows is no part of it, and turns are known for up to twenty seconds.
    sleep(bench.plan.video * 2 + Duration::from_secs(1));
    let desktop = desktop(server)?;
    let before = process::exact_cpu_time(&desktop)?;
    let frames = client.animate(bench.plan.video.max(Duration::from_secs(2)))?;
    let spent = process::exact_cpu_time(&desktop)?.saturating_sub(before);
    ensure!(frames > 0, "there was no frame");
    let pss = process::memory(&desktop)?.pss as f64 / 1e6;
    let per_frame = spent.as_secs_f64() * 1e3 / frames as f64;
    let turn = if server.peer == Peer::Glasshouse {
        Cell::Value(Bus::connect(server)?.metrics()?.desktop.turn_ns.p99 as f64 / 1e6)
    } else {
        Cell::Absent("does not say")
    };
    Ok([turn, Cell::Value(per_frame), Cell::Value(pss)])
}

/// The process that owns the windows.
fn desktop(server: &Server) -> Result<Vec<rustix::process::Pid>> {
    let display = server.display_process();
    let desktop: Vec<_> = server.pids().into_iter().filter(|pid| Some(*pid) != display).collect();
    (!desktop.is_empty()).then_some(desktop).context("there is no desktop")
}
