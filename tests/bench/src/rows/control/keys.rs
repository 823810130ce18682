//! From a key to what it is bound to: Super+F by a virtual keyboard, until the window hears of its new size.

use anyhow::Result;

use super::on_one_processor;
use crate::client::many::Many;
use crate::figures::{Cell, Reach, Row, Samples, Unit};
use crate::peer::{Peer, Server};
use crate::rows::{Bench, for_each_peer, percentile};

const UNIT: Unit = Unit::Microseconds;

/// F, by its evdev code.
const KEY_F: u32 = 33;

pub(super) fn measure(bench: &Bench) -> Vec<Row> {
    let rows = [
        Row::new("key_p50", "key binding (fullscreen) to configure on one processor, p50", UNIT, Reach::Open),
        Row::new("key_p99", "the same, p99", UNIT, Reach::AtMost(1_000.0)),
    ];
    for_each_peer(bench, rows, |peer| {
        if matches!(peer, Peer::Weston | Peer::Xvfb) {
            return Ok([Cell::Absent("no virtual keyboard"), Cell::Absent("no virtual keyboard")]);
        }
        let server = bench.place.start(peer)?;
        let samples = strike(bench, &server)?;
        Ok([percentile(&samples, 50.0, UNIT)?, percentile(&samples, 99.0, UNIT)?])
    })
}

fn strike(bench: &Bench, server: &Server) -> Result<Samples> {
    let mut client = Many::connect(&server.socket)?;
    client.open(1)?;
    client.plug_keyboard()?;
    // Compiles the keymap, which does not count.
    client.strike_until_configure(KEY_F)?;
    on_one_processor(server, &[], || {
        let mut samples = Samples::default();
        for _ in 0..bench.plan.syncs / 5 {
            samples.push(client.strike_until_configure(KEY_F)?);
        }
        Ok(samples)
    })
}
