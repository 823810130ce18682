//! Pictures over our own D-Bus socket, as glassctl and agents take them: raw pixels in sealed memory, and PNG.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::time::Instant;

use anyhow::{Result, bail};
use glasshouse_protocols::{CaptureInfo, CaptureOptions, PixelFormat};

use super::{Bench, colour, pause, percentile};
use crate::client::bus::Bus;
use crate::client::{Client, PATCH, Size};
use crate::figures::{Cell, Reach, Row, Samples, Unit};
use crate::peer::Peer;

const UNIT: Unit = Unit::Milliseconds;

pub(crate) fn measure(bench: &Bench) -> Vec<Row> {
    if !bench.peers.contains(&Peer::Glasshouse) {
        return Vec::new();
    }
    let mut rows = vec![
        Row::new("api_patch_p50", "our own API 1080p, 64x64 changed, p50", UNIT, Reach::AtMost(4.0)),
        Row::new("api_unchanged_p50", "our own API 1080p, nothing changed, p50", UNIT, Reach::AtMost(0.5)),
        Row::new("api_png_p50", "our own API 1080p as PNG, 64x64 changed, p50", UNIT, Reach::Open),
    ];
    let cells = pictures(bench).unwrap_or_else(|error| super::failed(&error));
    for (row, cell) in rows.iter_mut().zip(cells) {
        row.put(Peer::Glasshouse, cell);
    }
    rows
}

fn pictures(bench: &Bench) -> Result<[Cell; 3]> {
    let server = bench.place.start(Peer::Glasshouse)?;
    let mut client = Client::connect(&server.socket)?;
    client.open_window("api", Size::Fullscreen)?;
    let bus = Bus::connect(&server)?;
    capture(&bus, PixelFormat::Raw)?;

    let (mut patch, mut unchanged, mut png) = (Samples::default(), Samples::default(), Samples::default());
    for turn in 0..bench.plan.captures {
        pause(turn);
        let colour = colour(turn);
        client.change_patch(colour)?;
        let asked = Instant::now();
        let picture = capture(&bus, PixelFormat::Raw)?;
        patch.push(asked.elapsed());
        let seen = picture.pixel(PATCH + 10, PATCH + 10)?;
        if seen != colour & 0xff_ffff {
            bail!("picture {turn} shows {seen:#08x} where {colour:#010x} was committed before it was asked for");
        }
        let asked = Instant::now();
        let same = capture(&bus, PixelFormat::Raw)?;
        unchanged.push(asked.elapsed());
        if same.pixel(PATCH + 10, PATCH + 10)? != seen {
            bail!("picture {turn} changed although nothing was committed");
        }
    }
    for turn in 0..bench.plan.captures {
        pause(turn);
        client.change_patch(colour(turn))?;
        let asked = Instant::now();
        capture(&bus, PixelFormat::Png)?;
        png.push(asked.elapsed());
    }
    Ok([percentile(&patch, 50.0, UNIT)?, percentile(&unchanged, 50.0, UNIT)?, percentile(&png, 50.0, UNIT)?])
}

struct Picture {
    memory: File,
    info: CaptureInfo,
}

fn capture(bus: &Bus, format: PixelFormat) -> Result<Picture> {
    let options = CaptureOptions { cursor: Some(false), format: Some(format.name().to_owned()), ..CaptureOptions::default() };
    let (memory, info) = bus.capture(options)?;
    Ok(Picture { memory: File::from(OwnedFd::from(memory)), info })
}

impl Picture {
    /// The colour of one pixel of a raw picture, as 0xRRGGBB.
    fn pixel(&self, x: u32, y: u32) -> Result<u32> {
        let mut pixel = [0; 4];
        self.memory.read_exact_at(&mut pixel, u64::from(y * self.info.stride + x * 4))?;
        Ok(u32::from_le_bytes(pixel) & 0xff_ffff)
    }
}
