//! From clients' memory straight into a client's memory, for pictures that are nothing but copies.
//!
//! A full-screen window that changes all over would otherwise be copied twice: into the view's picture, and from there to the client.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use glasshouse_scene::{Physical, PhysicalPoint, PhysicalRect, Region};

use crate::cpu::decode::is_native;
use crate::executor::DrawError;
use crate::memory::{Memory, readable};
use crate::output::write_all;
use crate::plan::{FramePlan, Paint};

/// Bytes on their way at once: they stay in the second-level cache.
const BAND: usize = 256 << 10;

/// Where a picture goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) fd: &'a OwnedFd,
    pub(crate) offset: u64,
    pub(crate) stride: u32,
    /// The view's pixel that is the picture's first.
    pub(crate) origin: PhysicalPoint,
}

/// Why a picture did not get there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DirectError {
    #[error(transparent)]
    Draw(#[from] DrawError),
    #[error(transparent)]
    Target(#[from] io::Error),
}

/// Whether the plan only copies pixels that are already as the target wants them.
pub(crate) fn is_plain(plan: &FramePlan) -> bool {
    plan.ops.iter().all(|op| matches!(&op.paint, Paint::Copy { image, .. } if is_native(image.format)))
}

/// Runs a plain plan for `crop` of a view. Nothing is remembered of it.
pub(crate) fn run(plan: &FramePlan, crop: PhysicalRect, memory: Memory<'_>, target: Target<'_>) -> Result<(), DirectError> {
    let row_bytes = crop.size.width.max(0).unsigned_abs() as u64 * 4;
    let rows = crop.size.height.max(1).unsigned_abs() as u64;
    let end = (rows - 1).checked_mul(u64::from(target.stride)).and_then(|rows| rows.checked_add(target.offset)?.checked_add(row_bytes));
    if u64::from(target.stride) < row_bytes || !end.is_some_and(|end| readable(target.fd.as_fd(), end)) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is smaller than the picture").into());
    }
    let mut band = Vec::new();
    for op in &plan.ops {
        let Paint::Copy { image, offset } = &op.paint else { continue };
        let reader = memory.open(image).map_err(|error| DrawError::Unreadable(vec![error.0]))?;
        for rect in &op.rects {
            let width = rect.size.width.max(0).unsigned_abs() as u64 * 4;
            let from = |y: i32| {
                let (x, y) = (rect.min_x() + offset.x, y + offset.y);
                u64::from(image.offset) + y.max(0).unsigned_abs() as u64 * u64::from(image.stride) + x.max(0).unsigned_abs() as u64 * 4
            };
            let to = |y: i32| {
                let (x, y) = (rect.min_x() - target.origin.x, y - target.origin.y);
                target.offset + y.max(0).unsigned_abs() as u64 * u64::from(target.stride) + x.max(0).unsigned_abs() as u64 * 4
            };
            // Rows that follow one another in both memories go in one piece, and then the kernel can copy by itself.
            let tight = width == u64::from(image.stride) && width == u64::from(target.stride);
            if tight {
                let bytes = width * rect.size.height.max(0).unsigned_abs() as u64;
                if reader.copy_to(target.fd, from(rect.min_y()), to(rect.min_y()), bytes) {
                    continue;
                }
            }
            let rows_at_once = if tight { (BAND / (width.max(1) as usize)).max(1) } else { 1 };
            for y in rect.y_range().step_by(rows_at_once) {
                let rows = rows_at_once.min((rect.max_y() - y).max(0).unsigned_abs() as usize);
                band.resize(width as usize * rows, 0);
                reader.read(&mut band, from(y)).map_err(|error| DrawError::Unreadable(vec![error.0]))?;
                write_all(target.fd, &band, to(y))?;
            }
        }
    }
    Ok(())
}

/// Whether so much of `crop` has changed that copying all of it costs less than bringing a picture up to date and copying that.
pub(crate) fn is_worth_it(stale: &Region<Physical>, crop: PhysicalRect) -> bool {
    stale.clipped(crop).area() * 2 >= i64::from(crop.size.width) * i64::from(crop.size.height)
}
