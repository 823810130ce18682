//! Pixels that are scaled, turned or both: fetch a tile, turn it upright, and filter it along both axes.

use std::ops::Range;

use euclid::{Point2D, Rect, Size2D};
use glasshouse_scene::{Buffer, PhysicalRect};

use super::axis::Axis;
use super::decode::{decode, is_native};
use super::filter::{Lines, filter_both};
use crate::memory::{Reader, Unreadable};
use crate::plan::{Image, Placement};

/// Where pixels come from: a client's memory, or a picture of our own.
pub(crate) trait Fetch {
    /// Puts the pixels of `rect`, row by row without gaps, into `tile`, which has exactly that many.
    fn fetch(&mut self, rect: Rect<i32, Buffer>, tile: &mut [u32]) -> Result<(), Unreadable>;
}

/// Memory that is kept between frames.
#[derive(Debug, Default)]
pub(crate) struct Tiles {
    tile: Vec<u32>,
    turned: Vec<u32>,
    filter: Lines,
}

/// Source pixels held at once. A tile of this size stays in the second-level cache, and rows of it are worth a system call.
const TILE_PIXELS: usize = 1 << 16;

/// Computes the pixels of `rect` in bands of rows and hands each band to `emit`.
pub(crate) fn sample(
    placement: Placement,
    rect: PhysicalRect,
    source: &mut dyn Fetch,
    tiles: &mut Tiles,
    mut emit: impl FnMut(PhysicalRect, &mut [u32]),
) -> Result<(), Unreadable> {
    let Placement { map, bounds, filter } = placement;
    let turned = map.m11 == 0.0 && map.m22 == 0.0;
    // `across` follows the target's x, `down` its y, whichever axis of the buffer that is.
    let (across_step, down_step) = if turned { (map.m12, map.m21) } else { (map.m11, map.m22) };
    let (across_shift, down_shift) = if turned { (map.m32, map.m31) } else { (map.m31, map.m32) };
    let (across_bounds, down_bounds) = if turned { (bounds.y_range(), bounds.x_range()) } else { (bounds.x_range(), bounds.y_range()) };
    let across = Axis::new(filter, across_step, across_shift, rect.x_range(), across_bounds);
    let rows = rows_per_band(across.source.len().max(rect.size.width.max(1) as usize), down_step, turned);
    let mut out = Vec::new();
    for top in rect.y_range().step_by(rows) {
        let band = Rect::new(Point2D::new(rect.min_x(), top), Size2D::new(rect.size.width, (rows as i32).min(rect.max_y() - top)));
        let down = Axis::new(filter, down_step, down_shift, band.y_range(), down_bounds.clone());
        fetch_upright(source, &across.source, &down.source, turned, tiles)?;
        if across.is_identity() && down.is_identity() {
            emit(band, &mut tiles.tile);
            continue;
        }
        out.resize(band.area().max(0) as usize, 0);
        if across.single && down.single {
            gather(&tiles.tile, &across, &down, &mut out);
        } else {
            filter_both(&tiles.tile, &across, &down, &mut tiles.filter, &mut out);
        }
        emit(band, &mut out);
    }
    Ok(())
}

fn rows_per_band(width: usize, step: f64, turned: bool) -> usize {
    // Turned, a row of the target is a column of the buffer: a band must be wide to make reads long.
    let pixels = if turned { TILE_PIXELS * 4 } else { TILE_PIXELS };
    let source_rows = pixels / width.max(1);
    ((source_rows as f64 / step.abs().max(1.0)) as usize).clamp(1, 4096)
}

/// Fills `tiles.tile` with the source pixels, as wide as `across` and as high as `down`.
fn fetch_upright(
    source: &mut dyn Fetch,
    across: &Range<i32>,
    down: &Range<i32>,
    turned: bool,
    tiles: &mut Tiles,
) -> Result<(), Unreadable> {
    let (width, height) = (across.len(), down.len());
    tiles.tile.resize(width * height, 0);
    if !turned {
        let rect = Rect::new(Point2D::new(across.start, down.start), Size2D::new(width as i32, height as i32));
        return source.fetch(rect, &mut tiles.tile);
    }
    let rect = Rect::new(Point2D::new(down.start, across.start), Size2D::new(height as i32, width as i32));
    tiles.turned.resize(width * height, 0);
    source.fetch(rect, &mut tiles.turned)?;
    transpose(&tiles.turned, height, &mut tiles.tile, width);
    Ok(())
}

/// Rows of `from`, which is `from_width` wide, become columns of `to`, in squares that fit the first-level cache.
fn transpose(from: &[u32], from_width: usize, to: &mut [u32], to_width: usize) {
    const SQUARE: usize = 16;
    for (block, rows) in from.chunks(from_width.max(1) * SQUARE).enumerate() {
        for (column, target) in to.chunks_exact_mut(to_width.max(1)).enumerate() {
            let target = target.get_mut(block * SQUARE..).unwrap_or_default();
            for (to, row) in target.iter_mut().zip(rows.chunks_exact(from_width.max(1))) {
                *to = row.get(column).copied().unwrap_or(0);
            }
        }
    }
}

/// One source pixel for each target pixel.
fn gather(tile: &[u32], across: &Axis, down: &Axis, out: &mut [u32]) {
    let columns: Vec<usize> = across.pixels().filter_map(|taps| taps.first()).map(|tap| tap.index).collect();
    let width = across.source.len();
    for (target, taps) in out.chunks_exact_mut(columns.len().max(1)).zip(down.pixels()) {
        let Some(row) = taps.first().and_then(|tap| tile.get(tap.index * width..(tap.index + 1) * width)) else { continue };
        for (to, column) in target.iter_mut().zip(&columns) {
            *to = row.get(*column).copied().unwrap_or(0);
        }
    }
}

/// Fetches from a client's memory.
pub(crate) struct FromClient<'a, 'm> {
    pub(crate) reader: &'a Reader<'m>,
    pub(crate) image: &'a Image,
    pub(crate) bytes: &'a mut Vec<u8>,
}

impl Fetch for FromClient<'_, '_> {
    fn fetch(&mut self, rect: Rect<i32, Buffer>, tile: &mut [u32]) -> Result<(), Unreadable> {
        let image = self.image;
        let width = rect.size.width.max(0) as usize;
        let pixel_bytes = u64::from(image.format.bytes_per_pixel());
        let stride = u64::from(image.stride);
        let start = u64::from(image.offset) + rect.min_y().max(0) as u64 * stride + rect.min_x().max(0) as u64 * pixel_bytes;
        let row_bytes = width as u64 * pixel_bytes;
        if is_native(image.format) {
            if row_bytes == stride {
                self.reader.read(bytemuck::cast_slice_mut(tile), start)?;
            } else {
                for (row, number) in tile.chunks_exact_mut(width.max(1)).zip(0u64..) {
                    self.reader.read(bytemuck::cast_slice_mut(row), start + number * stride)?;
                }
            }
            if !image.format.has_alpha() {
                tile.iter_mut().for_each(|pixel| *pixel |= 0xff00_0000);
            }
            return Ok(());
        }
        self.bytes.resize(row_bytes as usize, 0);
        for (row, number) in tile.chunks_exact_mut(width.max(1)).zip(0u64..) {
            self.reader.read(self.bytes, start + number * stride)?;
            decode(image.format, self.bytes, row);
        }
        Ok(())
    }
}

/// Fetches from a picture in our own memory.
pub(crate) struct FromPicture<'a> {
    pub(crate) pixels: &'a [u32],
    pub(crate) width: usize,
}

impl Fetch for FromPicture<'_> {
    fn fetch(&mut self, rect: Rect<i32, Buffer>, tile: &mut [u32]) -> Result<(), Unreadable> {
        let (x, y) = (rect.min_x().max(0) as usize, rect.min_y().max(0) as usize);
        let width = rect.size.width.max(1) as usize;
        for (to, from) in tile.chunks_exact_mut(width).zip(self.pixels.chunks_exact(self.width.max(1)).skip(y)) {
            if let Some(from) = from.get(x..x + width) {
                to.copy_from_slice(from);
            }
        }
        Ok(())
    }
}
