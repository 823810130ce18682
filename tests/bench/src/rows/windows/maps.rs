//! What it costs a desktop that one more window opens while many are there, and when one sees it.

use std::time::Duration;

use anyhow::Result;

use crate::client::many::Many;
use crate::client::{Client, Size};
use crate::figures::{Cell, Reach, Row, Samples, Unit};
use crate::process;
use crate::rows::{Bench, failed, for_each_peer, pause, percentile};

/// Windows that are there, and windows that are opened then, one after the other.
const THERE: [usize; 3] = [1, 100, 500];
const OPENED: usize = 20;

pub(super) fn measure(bench: &Bench) -> Vec<Row> {
    costs(bench).into_iter().chain(frames(bench)).collect()
}

/// From the creation of a window to its first frame, with somebody looking.
fn frames(bench: &Bench) -> Vec<Row> {
    let unit = Unit::Milliseconds;
    let row = |id, there| Row::new(id, format!("window created to its first frame, beside {there}, p99"), unit, Reach::AtMost(50.0));
    let [few, some, many] = THERE;
    let rows = [row("frame_1", few), row("frame_100", some), row("frame_500", many)];
    for_each_peer(bench, rows, |peer| {
        if !peer.has_screencopy() {
            return Ok(THERE.map(|_| Cell::Absent("no screencopy")));
        }
        let server = bench.place.start(peer)?;
        let mut looker = Client::connect(&server.socket)?;
        looker.open_window("looker", Size::Pixels(64, 64))?;
        let mut client = Many::connect(&server.socket)?;
        let mut there = 1;
        let mut measure = |wanted: usize| -> Result<Cell> {
            client.open(wanted - there)?;
            there = wanted;
            let mut samples = Samples::default();
            for turn in 0..OPENED {
                looker.catch_up()?;
                looker.capture()?;
                pause(turn);
                samples.push(client.open_until_frame()?);
                client.close(1)?;
            }
            percentile(&samples, 99.0, unit)
        };
        Ok(THERE.map(|wanted| measure(wanted).unwrap_or_else(|error| Cell::Failed(format!("{error:#}")))))
    })
}

fn costs(bench: &Bench) -> Vec<Row> {
    let unit = Unit::Milliseconds;
    let configured = |id, there| {
        let what = format!("processor time from a window's first request to its configure, beside {there}");
        Row::new(id, what, unit, Reach::AtMost(2.0))
    };
    let mapped = |id, there| {
        let what = format!("the same until it is there and {there} others have the places that the layout gives them");
        Row::new(id, what, unit, Reach::Open)
    };
    let [few, some, many] = THERE;
    let rows = [
        configured("configure_1", few),
        mapped("map_1", few),
        configured("configure_100", some),
        mapped("map_100", some),
        configured("configure_500", many),
        mapped("map_500", many),
    ];
    for_each_peer(bench, rows, |peer| {
        if !peer.is_wayland() {
            return Ok(std::array::from_fn(|_| Cell::Absent("X")));
        }
        let server = bench.place.start(peer)?;
        let mut client = Many::connect(&server.socket)?;
        let mut there = 0;
        let mut measure = |wanted: usize| -> Result<[Cell; 2]> {
            client.open(wanted - there)?;
            there = wanted;
            let (mut to_configure, mut to_map) = (Duration::ZERO, Duration::ZERO);
            for _ in 0..OPENED {
                let before = process::exact_cpu_time(&server.pids())?;
                client.ask_for_configure()?;
                let configured = process::exact_cpu_time(&server.pids())?;
                client.show_newest()?;
                let mapped = process::exact_cpu_time(&server.pids())?;
                to_configure += configured.saturating_sub(before);
                to_map += mapped.saturating_sub(before);
                client.close(1)?;
            }
            Ok([to_configure, to_map].map(|spent| Cell::Value(unit.of(spent / OPENED as u32))))
        };
        let cells = THERE.map(|wanted| measure(wanted).unwrap_or_else(|error| failed(&error)));
        let [[a, b], [c, d], [e, f]] = cells;
        Ok([a, b, c, d, e, f])
    })
}
