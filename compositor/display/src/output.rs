//! Pictures into a client's memory.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use glasshouse_scene::PhysicalSize;

use crate::memory::readable;

/// Pixels changed on their way at once: they stay in the first-level cache.
const CHUNK: usize = 4096;

/// Writes a picture to `target` by `pwrite` and says how many bytes. `opaque` sets the highest byte of every pixel.
///
/// # Errors
///
/// The memory is too small, read-only, or not a file. It never grows, and a client that shrinks it meanwhile harms nobody.
pub(crate) fn write_rows(pixels: &[u32], size: PhysicalSize, opaque: bool, target: &OwnedFd, offset: u64, stride: u32) -> io::Result<u64> {
    let (width, height) = (size.width.max(1) as usize, size.height.max(1) as usize);
    let row_bytes = width as u64 * 4;
    let end = (height as u64 - 1).checked_mul(u64::from(stride)).and_then(|rows| rows.checked_add(offset)?.checked_add(row_bytes));
    if u64::from(stride) < row_bytes || !end.is_some_and(|end| readable(target.as_fd(), end)) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is smaller than the picture"));
    }
    let pixels = pixels.get(..width * height).unwrap_or_default();
    // Tight rows are one long row.
    let (row_pixels, step) = if row_bytes == u64::from(stride) { (pixels.len(), 0) } else { (width, u64::from(stride)) };
    for (row, number) in pixels.chunks_exact(row_pixels.max(1)).zip(0u64..) {
        let at = offset + number * step;
        if opaque {
            write_opaque(row, target, at)?;
        } else {
            write_all(target, bytemuck::cast_slice(row), at)?;
        }
    }
    Ok(row_bytes * height as u64)
}

fn write_opaque(row: &[u32], target: &OwnedFd, mut at: u64) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(CHUNK);
    for chunk in row.chunks(CHUNK) {
        buffer.clear();
        buffer.extend(chunk.iter().map(|pixel| pixel | 0xff00_0000));
        write_all(target, bytemuck::cast_slice(&buffer), at)?;
        at += chunk.len() as u64 * 4;
    }
    Ok(())
}

pub(crate) fn write_all(target: &OwnedFd, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::pwrite(target, bytes, at) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                bytes = bytes.get(count..).unwrap_or_default();
                at += count as u64;
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
