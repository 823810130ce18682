//! Copies of what surfaces show, so that clients with one buffer get it back.

use glasshouse_scene::PoolId;

use super::*;
use crate::interop::SharedMemory;
use crate::memory::Memory;

impl Display {
    pub(super) fn retain(&mut self, surface: SurfaceId, copy: PoolId) {
        match self.copied(surface, copy) {
            Some((content, memory, bytes)) => {
                self.replies.push((ToDesktop::Retained { surface, content, bytes }, vec![Arc::new(memory)]));
            }
            None => self.reply(ToDesktop::NotRetained { surface, copy }),
        }
    }

    fn copied(&mut self, surface: SurfaceId, copy: PoolId) -> Option<(Content, OwnedFd, u64)> {
        let content = self.replica.contents.get(&surface)?;
        let Pixels::Shm { pool, offset, stride, format } = content.pixels else { return None };
        let image = Image { surface, buffer: content.buffer, pool, offset, stride, format, size: content.size };
        let row_bytes = u32::try_from(content.size.width).ok()?.checked_mul(format.bytes_per_pixel())?;
        let bytes = u64::from(row_bytes) * u64::try_from(content.size.height).ok()?;
        let memory = Memory { pools: &self.replica.pools, breadcrumb: &self.breadcrumb, poison: self.poison };
        let reader = memory.open(&image).ok()?;
        let mut target = SharedMemory::new(usize::try_from(bytes).ok()?).ok()?;
        let pixels: &mut [u8] = bytemuck::cast_slice_mut(target.pixels_mut());
        let pixels = pixels.get_mut(..usize::try_from(bytes).ok()?)?;
        if row_bytes == stride {
            reader.read(pixels, u64::from(offset)).ok()?;
        } else {
            for (row, number) in pixels.chunks_exact_mut((row_bytes as usize).max(1)).zip(0u64..) {
                reader.read(row, u64::from(offset) + number * u64::from(stride)).ok()?;
            }
        }
        let content = Content { pixels: Pixels::Shm { pool: copy, offset: 0, stride: row_bytes, format }, ..content.clone() };
        Some((content, target.reader().ok()?, bytes))
    }
}
