//! How long a picture of the whole output takes: after a small change, after a change of everything, and after none.
//!
//! Every picture is checked to show the change. Requests come at all phases of the output's clock, as an agent's would: a server that
//! waits for its next tick then waits for half of it on average.

use std::time::Instant;

use anyhow::{Result, bail};

use super::{Bench, colour, for_each_peer, pause, percentile};
use crate::client::x11::XClient;
use crate::client::{Client, PATCH, Size};
use crate::figures::{Cell, Reach, Row, Samples, Unit};
use crate::peer::{Peer, Server};

const UNIT: Unit = Unit::Milliseconds;

pub(crate) fn measure(bench: &Bench) -> Vec<Row> {
    let rows = [
        Row::new("screencopy_patch_p50", "screencopy 1080p (X: GetImage), 64x64 changed, p50", UNIT, Reach::AtMost(4.0)),
        Row::new("screencopy_patch_p95", "the same, p95", UNIT, Reach::Open),
        Row::new("screencopy_all_p50", "screencopy 1080p, all changed, p50", UNIT, Reach::Open),
        Row::new("screencopy_unchanged_p50", "screencopy 1080p, nothing changed, p50", UNIT, Reach::Open),
    ];
    for_each_peer(bench, rows, |peer| {
        if !peer.has_screencopy() && peer != Peer::Xvfb {
            return Ok(std::array::from_fn(|_| Cell::Absent("no screencopy")));
        }
        let mut server = bench.place.start(peer)?;
        server.complete()?;
        let [patch, all, unchanged] = if peer == Peer::Xvfb { x(bench, &server)? } else { wayland(bench, &server)? };
        let all = if peer == Peer::Xvfb { Cell::Absent("not run") } else { percentile(&all, 50.0, UNIT)? };
        Ok([percentile(&patch, 50.0, UNIT)?, percentile(&patch, 95.0, UNIT)?, all, percentile(&unchanged, 50.0, UNIT)?])
    })
}

fn wayland(bench: &Bench, server: &Server) -> Result<[Samples; 3]> {
    let mut client = Client::connect(&server.socket)?;
    client.open_window("capture", Size::Fullscreen)?;
    client.capture()?;
    let mut sample = |change: &dyn Fn(&mut Client, u32) -> Result<bool>| -> Result<Samples> {
        let mut samples = Samples::default();
        for turn in 0..bench.plan.captures {
            pause(turn);
            let colour = colour(turn);
            let changed = change(&mut client, colour)?;
            samples.push(client.capture()?);
            let seen = client.captured_pixel(PATCH + 10, PATCH + 10)?;
            if changed && seen != colour & 0xff_ffff {
                bail!("picture {turn} shows {seen:#08x} where {colour:#010x} was committed before it was asked for");
            }
        }
        Ok(samples)
    };
    let patch = sample(&|client, colour| client.change_patch(colour).map(|()| true))?;
    let all = sample(&|client, colour| client.change_all(colour).map(|()| true))?;
    let unchanged = sample(&|_, _| Ok(false))?;
    Ok([patch, all, unchanged])
}

fn x(bench: &Bench, server: &Server) -> Result<[Samples; 3]> {
    let mut client = XClient::connect(&server.socket)?;
    let window = client.open_window(1280, 720)?;
    let mut sample = |changing: bool| -> Result<Samples> {
        let mut samples = Samples::default();
        for turn in 0..bench.plan.captures {
            pause(turn);
            if changing {
                client.change(window, colour(turn))?;
            }
            let asked = Instant::now();
            client.capture()?;
            samples.push(asked.elapsed());
        }
        Ok(samples)
    };
    Ok([sample(true)?, Samples::default(), sample(false)?])
}
