//! Porter-Duff over, by pixman's SIMD.
//!
//! pixman's safe constructors trust the sizes they are given, so they are checked here and nowhere else.

use glasshouse_scene::{Color, PhysicalRect};
use pixman::{Box32, FormatCode, Image, ImageRef, Operation, Solid};

use super::canvas::Canvas;

/// What is blended.
#[derive(Debug)]
pub(super) enum Source<'a> {
    Color(Color),
    /// Premultiplied ARGB, rows of the rectangle's width without gaps.
    Pixels(&'a mut [u32]),
}

/// What is multiplied into it.
#[derive(Debug)]
pub(super) enum Mask<'a> {
    None,
    /// The same for every pixel, from 0 to 1.
    Opacity(f32),
    /// One byte per pixel, as [`super::coverage::mask_bytes`] makes them.
    Bytes(&'a mut [u32]),
}

/// Blends `source`, times `mask`, over the pixels of `rect`. Does nothing if one of them is too small.
pub(super) fn over(canvas: &mut Canvas<'_>, rect: PhysicalRect, source: Source<'_>, mask: Mask<'_>) {
    if !euclid::Rect::from_size(canvas.size()).contains_rect(&rect) || rect.is_empty() {
        return;
    }
    let (width, height) = (rect.size.width as usize, rect.size.height as usize);
    let Some(mut target) = target(canvas) else { return };
    let run = |source: &ImageRef, mask: Option<&ImageRef>| {
        target.composite32(Operation::Over, source, mask, (0, 0), (0, 0), (rect.min_x(), rect.min_y()), (width as i32, height as i32));
    };
    match source {
        Source::Color(color) => {
            if let Ok(solid) = Solid::new(pixman_color(color)) {
                with_mask(mask, width, height, &solid, run);
            }
        }
        Source::Pixels(pixels) => {
            if pixels.len() >= width * height
                && let Ok(image) = Image::from_slice_mut(FormatCode::A8R8G8B8, width, height, pixels, width * 4, false)
            {
                with_mask(mask, width, height, &image, run);
            }
        }
    }
}

fn with_mask(mask: Mask<'_>, width: usize, height: usize, source: &ImageRef, run: impl FnOnce(&ImageRef, Option<&ImageRef>)) {
    match mask {
        Mask::None => run(source, None),
        Mask::Opacity(opacity) => {
            if let Ok(solid) = Solid::new(pixman::Color::from_f32(0.0, 0.0, 0.0, opacity.clamp(0.0, 1.0))) {
                run(source, Some(&solid));
            }
        }
        Mask::Bytes(words) => {
            let row_words = width.div_ceil(4);
            if words.len() >= row_words * height
                && let Ok(image) = Image::from_slice_mut(FormatCode::A8, width, height, words, row_words * 4, false)
            {
                run(source, Some(&image));
            }
        }
    }
}

/// Blends one colour over several rectangles.
pub(super) fn over_color(canvas: &mut Canvas<'_>, rects: &[PhysicalRect], color: Color) {
    let bounds = euclid::Rect::from_size(canvas.size());
    let boxes: Vec<Box32> = rects
        .iter()
        .filter(|rect| bounds.contains_rect(rect))
        .map(|rect| Box32 { x1: rect.min_x(), y1: rect.min_y(), x2: rect.max_x(), y2: rect.max_y() })
        .collect();
    if let Some(mut target) = target(canvas) {
        // It fails only without memory for a region, which has no better answer than a missing tint.
        let _ = target.fill_boxes(Operation::Over, pixman_color(color), &boxes);
    }
}

fn target<'c>(canvas: &'c mut Canvas<'_>) -> Option<Image<'c, 'static>> {
    let format = if canvas.has_alpha() { FormatCode::A8R8G8B8 } else { FormatCode::X8R8G8B8 };
    let (width, height) = (canvas.width(), canvas.height());
    Image::from_slice_mut(format, width, height, canvas.pixels_mut(), width * 4, false).ok()
}

fn pixman_color(color: Color) -> pixman::Color {
    pixman::Color::from_f32(color.red, color.green, color.blue, color.alpha)
}
