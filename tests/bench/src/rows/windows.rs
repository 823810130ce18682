//! Many windows: what it costs that one more opens, that all get new places, and that there are a thousand of them.

mod crowd;
mod maps;
mod relayout;

use super::Bench;
use crate::figures::Row;
use crate::peer::Peer;

pub(crate) fn measure(bench: &Bench) -> Vec<Row> {
    let ours = if bench.peers.contains(&Peer::Glasshouse) { relayout::measure(bench) } else { Vec::new() };
    maps::measure(bench).into_iter().chain(ours).chain(crowd::measure(bench)).collect()
}
