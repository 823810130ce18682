//! What a connection costs that is merely there.

use anyhow::Result;

use super::put;
use crate::client::bus;
use crate::client::dbus::{Call, Wire};
use crate::figures::{Cell, Reach, Row, Unit};
use crate::peer::Peer;
use crate::process;
use crate::rows::Bench;

const CONNECTIONS: usize = 1_000;

pub(super) fn measure(bench: &Bench) -> Vec<Row> {
    let mut rows = [Row::new("connection_memory", "memory (PSS) of each of 1,000 D-Bus connections", Unit::Kilobytes, Reach::AtMost(50.0))];
    put(&mut rows, memory(bench).map(|kilobytes| [Cell::Value(kilobytes)]));
    rows.into()
}

/// Every connection has made a call, so that what is set up with the first one is there.
fn memory(bench: &Bench) -> Result<f64> {
    let server = bench.place.start(Peer::Glasshouse)?;
    let socket = bus::socket(&server)?;
    let outputs = Call::desktop("Desktop1", "Outputs", &())?;
    let connect = || -> Result<Wire> {
        let mut wire = Wire::connect(&socket)?;
        wire.call(&outputs)?;
        Ok(wire)
    };
    let first = connect()?;
    let before = process::memory(&server.pids())?.pss;
    let all = (0..CONNECTIONS).map(|_| connect()).collect::<Result<Vec<_>>>()?;
    let after = process::memory(&server.pids())?.pss;
    drop((first, all));
    Ok(after.saturating_sub(before) as f64 / CONNECTIONS as f64 / 1e3)
}
