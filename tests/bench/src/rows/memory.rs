//! Memory of an idle desktop, and of one that somebody looks at.

use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;

use super::{Bench, for_each_peer};
use crate::client::x11::XClient;
use crate::client::{Client, Size};
use crate::figures::{Cell, Reach, Row, Unit};
use crate::peer::{Peer, Server};
use crate::process;

const CAPTURES: u32 = 30;
const SETTLE: Duration = Duration::from_secs(1);

pub(crate) fn measure(bench: &Bench) -> Vec<Row> {
    let unit = Unit::Megabytes;
    let rows = [
        Row::new("idle_pss", "PSS idle at 1080p, nobody looks", unit, Reach::AtMost(16.0)),
        Row::new("idle_private_dirty", "of that, private and dirty", unit, Reach::Open),
        Row::new("captured_pss", "PSS of all processes while captured", unit, Reach::AtMost(32.0)),
        Row::new("captured_private_dirty", "of that, private and dirty", unit, Reach::Open),
    ];
    for_each_peer(bench, rows, |peer| {
        let mut server = bench.place.start(peer)?;
        server.complete()?;
        sleep(SETTLE);
        let [idle_pss, idle_dirty] = cells(&server)?;
        let [captured_pss, captured_dirty] = captured(&server).unwrap_or_else(|error| super::failed(&error));
        Ok([idle_pss, idle_dirty, captured_pss, captured_dirty])
    })
}

/// With one changing window of 800x600, and its pictures taken. Measured while the taker is still there.
fn captured(server: &Server) -> Result<[Cell; 2]> {
    if server.peer == Peer::Xvfb {
        let mut client = XClient::connect(&server.socket)?;
        let window = client.open_window(800, 600)?;
        for colour in 0..CAPTURES {
            client.change(window, colour)?;
            client.capture()?;
        }
        return cells(server);
    }
    if !server.peer.has_screencopy() {
        return Ok([Cell::Absent("no screencopy"), Cell::Absent("no screencopy")]);
    }
    let mut client = Client::connect(&server.socket)?;
    client.open_window("captured", Size::Pixels(800, 600))?;
    for colour in 0..CAPTURES {
        client.change_patch(0xff00_0000 | colour)?;
        client.capture()?;
    }
    cells(server)
}

fn cells(server: &Server) -> Result<[Cell; 2]> {
    let memory = process::memory(&server.pids())?;
    let megabytes = |bytes: u64| Cell::Value(bytes as f64 / 1e6);
    Ok([megabytes(memory.pss), megabytes(memory.private_dirty)])
}
