//! The executor without a GPU: `pread`, pixman and plain Rust.
//!
//! It starts in no time, costs one copy per damaged pixel where nothing is blended, and is exact: the same plan gives the same
//! pixels, whichever part of the target it repaints. That makes it the oracle for the other executor.

mod axis;
mod blend;
mod border;
pub mod canvas;
mod copy;
pub mod coverage;
pub(crate) mod decode;
mod fill;
mod filter;
mod placeholder;
pub(crate) mod sample;
pub(crate) mod shadow;

use glasshouse_scene::{PhysicalPoint, PhysicalRect, PhysicalSize, SurfaceId};

use crate::memory::{Memory, Unreadable};
use crate::plan::{Op, Paint, Placement, Sample};
use blend::{Mask, Source, over};
use border::Border;
use canvas::Canvas;
use fill::Gradient;
use sample::{FromClient, FromPicture, Tiles, sample};
use shadow::{Shadow, ShadowCache};

pub use fill::pixel;
pub use placeholder::placeholder;

/// Runs plans on the CPU. Holds what is worth keeping between frames: small scratch memory and the shapes of shadows.
#[derive(Debug, Default)]
pub struct Painter {
    scratch: Scratch,
    tiles: Tiles,
    shadows: ShadowCache,
}

/// Memory that operations work in, so that they do not allocate for every rectangle.
#[derive(Debug, Default)]
struct Scratch {
    pixels: Vec<u32>,
    mask: Vec<u32>,
    bytes: Vec<u8>,
}

/// Pixels worked on at once by operations that need scratch memory: they stay in the second-level cache.
const BAND_PIXELS: i32 = 1 << 15;

impl Painter {
    /// Paints the operations in their order. Returns the surfaces that could not be read; their pixels are undefined then.
    pub fn paint(&mut self, ops: &[Op], memory: Memory<'_>, canvas: &mut Canvas<'_>) -> Vec<SurfaceId> {
        let mut unreadable = Vec::new();
        for op in ops {
            if let Err(Unreadable(surface)) = self.paint_op(op, memory, canvas)
                && !unreadable.contains(&surface)
            {
                unreadable.push(surface);
            }
        }
        unreadable
    }

    fn paint_op(&mut self, op: &Op, memory: Memory<'_>, canvas: &mut Canvas<'_>) -> Result<(), Unreadable> {
        let scratch = &mut self.scratch;
        match &op.paint {
            Paint::Clear(color) => fill::write(canvas, &op.rects, *color),
            Paint::Fill { color, mask: None } => fill::fill(canvas, &op.rects, *color),
            Paint::Fill { color, mask: Some(mask) } => fill::fill_masked(canvas, &banded(&op.rects), *color, *mask, scratch),
            Paint::Copy { image, offset } => {
                copy::copy(canvas, &op.rects, image, *offset, &memory.open(image)?, &mut scratch.bytes)?;
            }
            Paint::Sample(sample) => self.paint_sample(sample, &op.rects, memory, canvas)?,
            Paint::Gradient { area, top, bottom, mask } => {
                Gradient { area: *area, top: *top, bottom: *bottom }.paint(canvas, &banded(&op.rects), *mask, scratch);
            }
            Paint::Border { area, radius, width, top, bottom } => {
                let border = Border { area: *area, radius: *radius, width: *width, top: *top, bottom: *bottom };
                border.paint(canvas, &banded(&op.rects), scratch);
            }
            Paint::Shadow { area, radius, sigma, offset, color } => {
                let shadow = Shadow { area: *area, radius: *radius, sigma: *sigma, offset: *offset, color: *color };
                shadow.paint(canvas, &banded(&op.rects), &mut self.shadows, scratch);
            }
            Paint::Placeholder { area, opacity, mask } => {
                placeholder::paint(canvas, &banded(&op.rects), *area, *opacity, *mask, scratch);
            }
        }
        Ok(())
    }

    fn paint_sample(&mut self, op: &Sample, rects: &[PhysicalRect], memory: Memory<'_>, canvas: &mut Canvas<'_>) -> Result<(), Unreadable> {
        let reader = memory.open(&op.image)?;
        let mapping = Placement { map: op.map, bounds: op.bounds, filter: op.filter };
        let mask_words = &mut self.scratch.mask;
        let mut source = FromClient { reader: &reader, image: &op.image, bytes: &mut self.scratch.bytes };
        for rect in rects {
            sample(mapping, *rect, &mut source, &mut self.tiles, |band, pixels| {
                if op.opaque {
                    return write(canvas, band, pixels);
                }
                let mask = if op.mask.is_some() {
                    coverage::mask_bytes(op.mask, op.opacity, band, mask_words);
                    Mask::Bytes(mask_words)
                } else if op.opacity < 1.0 {
                    Mask::Opacity(op.opacity)
                } else {
                    Mask::None
                };
                over(canvas, band, Source::Pixels(pixels), mask);
            })?;
        }
        Ok(())
    }

    /// Scales, crops and turns a finished picture into another one, in `rects` of the latter.
    pub(crate) fn derive(
        &mut self,
        from: &[u32],
        from_size: PhysicalSize,
        mapping: Placement,
        rects: &[PhysicalRect],
        canvas: &mut Canvas<'_>,
    ) {
        let mut source = FromPicture { pixels: from, width: from_size.width.max(0) as usize };
        for rect in rects {
            // A picture of our own is always readable.
            let _ = sample(mapping, *rect, &mut source, &mut self.tiles, |band, pixels| write(canvas, band, pixels));
        }
    }

    /// Blends a small picture, premultiplied ARGB, with its upper left corner at `at`.
    pub fn stamp(&mut self, picture: &[u32], size: PhysicalSize, at: PhysicalPoint, canvas: &mut Canvas<'_>) {
        let area = PhysicalRect::new(at, size);
        let Some(visible) = glasshouse_scene::geometry::clamp_rect(area, PhysicalRect::from_size(canvas.size())) else { return };
        let skip_rows = (visible.min_y() - at.y).max(0) as usize;
        let columns = (visible.min_x() - at.x).max(0) as usize..(visible.max_x() - at.x).max(0) as usize;
        self.scratch.pixels.clear();
        for row in picture.chunks_exact(size.width.max(1) as usize).skip(skip_rows).take(visible.size.height as usize) {
            self.scratch.pixels.extend_from_slice(row.get(columns.clone()).unwrap_or_default());
        }
        over(canvas, visible, Source::Pixels(&mut self.scratch.pixels), Mask::None);
    }
}

fn write(canvas: &mut Canvas<'_>, rect: PhysicalRect, pixels: &[u32]) {
    for ((_, row), from) in canvas.rows_mut(rect).zip(pixels.chunks_exact(rect.size.width.max(1) as usize)) {
        row.copy_from_slice(from);
    }
}

/// The same pixels in rectangles of a bounded size.
fn banded(rects: &[PhysicalRect]) -> Vec<PhysicalRect> {
    let mut bands = Vec::with_capacity(rects.len());
    for rect in rects {
        let rows = (BAND_PIXELS / rect.size.width.max(1)).max(1);
        for top in rect.y_range().step_by(rows as usize) {
            let size = PhysicalSize::new(rect.size.width, rows.min(rect.max_y() - top));
            bands.push(PhysicalRect::new(PhysicalPoint::new(rect.min_x(), top), size));
        }
    }
    bands
}
