//! `glassctl capture`.

use std::{
    fs::File,
    io::{self, IsTerminal as _, Write},
    os::{fd::OwnedFd, unix::fs::FileExt as _},
    path::Path,
};

use anyhow::{Context as _, bail};
use glasshouse_protocols::{Capture1Proxy, CaptureOptions, PixelFormat};
use zbus::Connection;

use crate::{args::Capture, commands, show};

pub(crate) async fn take(connection: &Connection, capture: Capture) -> anyhow::Result<()> {
    let to_stdout = capture.output_file.as_deref().is_none_or(|file| file == Path::new("-"));
    if capture.output_file.is_none() && io::stdout().is_terminal() {
        bail!("a picture does not belong on a terminal; name a file with -o FILE");
    }
    let window = match &capture.window {
        Some(window) => Some(commands::resolve(connection, window).await?),
        None => None,
    };
    let options = CaptureOptions {
        window,
        output: capture.output,
        region: capture.region.map(|region| (region.0, region.1, region.2, region.3)),
        size: capture.size.map(|size| (size.0, size.1)),
        scale: capture.scale,
        cursor: Some(capture.cursor),
        format: Some(if capture.raw { PixelFormat::Raw } else { PixelFormat::Png }.name().to_owned()),
    };
    let (picture, info) = Capture1Proxy::new(connection).await?.capture(options).await?;
    let picture = File::from(OwnedFd::from(picture));
    match capture.output_file {
        Some(file) if !to_stdout => {
            let mut out = File::create(&file).with_context(|| format!("could not write {}", file.display()))?;
            copy(&picture, info.bytes, &mut out).with_context(|| format!("could not write {}", file.display()))?;
        }
        _ => copy(&picture, info.bytes, &mut io::stdout().lock())?,
    }
    if capture.json {
        let json = show::capture_json(&info);
        if to_stdout { writeln!(io::stderr(), "{json}")? } else { writeln!(io::stdout(), "{json}")? }
    }
    Ok(())
}

/// With positions of our own: the memory may be another reader's too, and its file offset with it.
fn copy(picture: &File, bytes: u64, out: &mut impl Write) -> io::Result<()> {
    let mut part = vec![0; 256 << 10];
    let mut at = 0;
    while at < bytes {
        let want = usize::try_from(bytes - at).unwrap_or(usize::MAX).min(part.len());
        let part = part.get_mut(..want).unwrap_or_default();
        let read = picture.read_at(part, at)?;
        if read == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the picture is shorter than the desktop said"));
        }
        out.write_all(part.get(..read).unwrap_or_default())?;
        at += read as u64;
    }
    out.flush()
}
