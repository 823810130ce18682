//! From a client's memory straight into the target: one copy per pixel, made by the kernel.

use euclid::Vector2D;
use glasshouse_scene::{Buffer, PhysicalRect};

use super::canvas::Canvas;
use super::decode::{decode, is_native};
use crate::memory::{Reader, Unreadable};
use crate::plan::Image;

pub(super) fn copy(
    canvas: &mut Canvas<'_>,
    rects: &[PhysicalRect],
    image: &Image,
    offset: Vector2D<i32, Buffer>,
    reader: &Reader<'_>,
    bytes: &mut Vec<u8>,
) -> Result<(), Unreadable> {
    let pixel_bytes = u64::from(image.format.bytes_per_pixel());
    let stride = u64::from(image.stride);
    let opaque = canvas.has_alpha() && !image.format.has_alpha();
    for rect in rects {
        let (x, y) = (rect.min_x() + offset.x, rect.min_y() + offset.y);
        let (Ok(x), Ok(y)) = (u64::try_from(x), u64::try_from(y)) else { continue };
        let start = u64::from(image.offset) + y * stride + x * pixel_bytes;
        let row_bytes = rect.size.width.max(0) as u64 * pixel_bytes;
        if !is_native(image.format) {
            bytes.resize(row_bytes as usize, 0);
            for ((_, row), number) in canvas.rows_mut(*rect).zip(0u64..) {
                reader.read(bytes, start + number * stride)?;
                decode(image.format, bytes, row);
            }
            continue;
        }
        if row_bytes == stride {
            match canvas.whole_rows_mut(*rect) {
                Some(pixels) => reader.read(bytemuck::cast_slice_mut(pixels), start)?,
                None => reader.read_rows(canvas.rows_mut(*rect).map(|(_, row)| bytemuck::cast_slice_mut(row)), start)?,
            }
        } else {
            for ((_, row), number) in canvas.rows_mut(*rect).zip(0u64..) {
                reader.read(bytemuck::cast_slice_mut(row), start + number * stride)?;
            }
        }
        if opaque {
            canvas.rows_mut(*rect).for_each(|(_, row)| row.iter_mut().for_each(|pixel| *pixel |= 0xff00_0000));
        }
    }
    Ok(())
}
