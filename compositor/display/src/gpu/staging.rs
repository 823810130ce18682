//! Memory that both sides see: pixels on their way in, and on their way out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use glasshouse_scene::PhysicalRect;

use super::device::Fault;
use crate::cpu::canvas::Canvas;

/// Rows in a buffer that a texture is copied to or from begin at multiples of this.
const ROW: u64 = wgpu::COPY_BYTES_PER_ROW_ALIGNMENT as u64;

/// Larger buffers are given back after the frame: two full-HD frames of pixels.
const KEPT: u64 = 16 << 20;

/// The largest buffer that the limits allow; see [`wgpu::Limits::downlevel_defaults`].
pub(super) const MOST: u64 = 256 << 20;

/// Where the rows of a rectangle lie in a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) offset: u64,
    /// Bytes from one row to the next.
    pub(super) pitch: u64,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Rows {
    /// Appends a rectangle to what already takes `end` bytes. `None` if it would be more than a buffer may hold.
    pub(super) fn append(end: &mut u64, width: i32, height: i32) -> Option<Self> {
        let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
        let pitch = (u64::from(width) * 4).next_multiple_of(ROW);
        let rows = Self { offset: *end, pitch, width, height };
        let after = end.checked_add(pitch.checked_mul(u64::from(height))?)?;
        (after <= MOST).then(|| {
            *end = after;
            rows
        })
    }

    pub(super) fn layout(&self) -> wgpu::TexelCopyBufferLayout {
        let bytes_per_row = u32::try_from(self.pitch).ok();
        wgpu::TexelCopyBufferLayout { offset: self.offset, bytes_per_row, rows_per_image: Some(self.height) }
    }

    pub(super) fn extent(&self) -> wgpu::Extent3d {
        wgpu::Extent3d { width: self.width, height: self.height, depth_or_array_layers: 1 }
    }
}

/// One buffer, kept for the next frame, and larger when one needs more.
#[derive(Debug)]
pub(super) struct Staging {
    usage: wgpu::BufferUsages,
    buffer: Option<wgpu::Buffer>,
    /// The host may touch it now.
    mapped: Arc<AtomicBool>,
}

impl Staging {
    /// For pixels on their way to the device.
    pub(super) fn upload() -> Self {
        let usage = wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC;
        Self { usage, buffer: None, mapped: Arc::default() }
    }

    /// For pixels on their way back.
    pub(super) fn readback() -> Self {
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        Self { usage, buffer: None, mapped: Arc::default() }
    }

    fn is_upload(&self) -> bool {
        self.usage.contains(wgpu::BufferUsages::MAP_WRITE)
    }

    /// A buffer of at least `bytes`. One for uploads is mapped.
    pub(super) fn reserve(&mut self, device: &wgpu::Device, bytes: u64) -> Result<wgpu::Buffer, Fault> {
        let fits = |buffer: &&wgpu::Buffer| buffer.size() >= bytes && buffer.size() <= bytes.max(KEPT);
        // A buffer for uploads that did not become mapped again is of no use.
        let ready = self.is_upload() == self.mapped.load(Ordering::Acquire);
        if let Some(buffer) = self.buffer.as_ref().filter(fits).filter(|_| ready) {
            return Ok(buffer.clone());
        }
        let size = bytes.max(4096).checked_next_multiple_of(1 << 16).unwrap_or(bytes).min(MOST).max(bytes);
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("staging"),
            size,
            usage: self.usage,
            mapped_at_creation: self.is_upload(),
        });
        self.mapped = Arc::new(AtomicBool::new(self.is_upload()));
        self.buffer = Some(buffer.clone());
        Ok(buffer)
    }

    /// Takes the buffer away from the host, so that the device may use it.
    pub(super) fn unmap(&mut self) {
        if let Some(buffer) = &self.buffer
            && self.mapped.swap(false, Ordering::AcqRel)
        {
            buffer.unmap();
        }
    }

    /// Asks for the buffer back; it is there after [`super::device::Device::wait`]. A large one for uploads is given up instead.
    pub(super) fn map(&mut self) {
        if self.is_upload() {
            self.buffer = self.buffer.take().filter(|buffer| buffer.size() <= KEPT);
        }
        let Some(buffer) = &self.buffer else { return };
        let mode = if self.is_upload() { wgpu::MapMode::Write } else { wgpu::MapMode::Read };
        let mapped = Arc::clone(&self.mapped);
        buffer.map_async(mode, .., move |result| mapped.store(result.is_ok(), Ordering::Release));
    }

    /// Copies rectangles that came back into the canvas, and lets the device have the buffer again.
    pub(super) fn read(&mut self, rects: &[(PhysicalRect, Rows)], canvas: &mut Canvas<'_>) -> Result<(), Fault> {
        let Some(buffer) = &self.buffer else { return Ok(()) };
        if !self.mapped.load(Ordering::Acquire) {
            return Err(Fault::Refused("pixels could not be read back".to_owned()));
        }
        for (rect, rows) in rects {
            let end = rows.offset + rows.pitch * u64::from(rows.height);
            let view = buffer.get_mapped_range(rows.offset..end).map_err(|error| Fault::Refused(error.to_string()))?;
            let bytes = u64::from(rows.width) * 4;
            match canvas.whole_rows_mut(*rect).filter(|_| rows.pitch == bytes) {
                Some(pixels) => copy(bytemuck::cast_slice_mut(pixels), &view),
                None => {
                    for ((_, row), from) in canvas.rows_mut(*rect).zip(view.chunks(rows.pitch as usize)) {
                        copy(bytemuck::cast_slice_mut(row), from);
                    }
                }
            }
        }
        self.unmap();
        self.buffer = self.buffer.take().filter(|buffer| buffer.size() <= KEPT);
        Ok(())
    }
}

/// As much of `from` as fits.
fn copy(to: &mut [u8], from: &[u8]) {
    let bytes = to.len().min(from.len());
    if let (Some(to), Some(from)) = (to.get_mut(..bytes), from.get(..bytes)) {
        to.copy_from_slice(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_aligned_and_never_more_than_a_buffer_holds() {
        let mut end = 0;
        let first = Rows::append(&mut end, 10, 3).unwrap();
        let second = Rows::append(&mut end, 65, 2).unwrap();
        assert_eq!((first.offset, first.pitch, second.offset, second.pitch, end), (0, 256, 768, 512, 1792));
        assert_eq!(Rows::append(&mut end, 32_767, 32_767), None);
        assert_eq!(Rows::append(&mut end, -1, 5), None);
        assert_eq!(end, 1792);
    }
}
