//! The pixels that are painted on.

use glasshouse_scene::{PhysicalRect, PhysicalSize};

/// A picture in memory: rows of premultiplied little-endian ARGB8888 without gaps.
#[derive(Debug)]
pub struct Canvas<'a> {
    pixels: &'a mut [u32],
    width: usize,
    height: usize,
    alpha: bool,
}

impl<'a> Canvas<'a> {
    /// `alpha` says whether the highest byte means anything. `None` if there are fewer pixels than `size` needs.
    pub fn new(pixels: &'a mut [u32], size: PhysicalSize, alpha: bool) -> Option<Self> {
        let (width, height) = (usize::try_from(size.width).ok()?, usize::try_from(size.height).ok()?);
        let pixels = pixels.get_mut(..width.checked_mul(height)?)?;
        Some(Self { pixels, width, height, alpha })
    }

    pub fn size(&self) -> PhysicalSize {
        PhysicalSize::new(self.width as i32, self.height as i32)
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    pub fn has_alpha(&self) -> bool {
        self.alpha
    }

    pub fn pixels(&self) -> &[u32] {
        self.pixels
    }

    pub fn pixels_mut(&mut self) -> &mut [u32] {
        self.pixels
    }

    /// The rows of `rect`, from top to bottom, each with its number. None if `rect` reaches outside.
    pub fn rows_mut(&mut self, rect: PhysicalRect) -> impl Iterator<Item = (i32, &mut [u32])> {
        let inside = euclid::Rect::from_size(self.size()).contains_rect(&rect) && !rect.is_empty();
        let (skip, count) = if inside { (rect.min_y() as usize, rect.size.height as usize) } else { (0, 0) };
        let (from, to) = (rect.min_x().max(0) as usize, rect.max_x().max(0) as usize);
        self.pixels
            .chunks_exact_mut(self.width.max(1))
            .skip(skip)
            .take(count)
            .zip(rect.min_y()..)
            .map(move |(row, y)| (y, row.get_mut(from..to).unwrap_or_default()))
    }

    /// The pixels of `rect` as one slice, if it is as wide as the canvas.
    pub fn whole_rows_mut(&mut self, rect: PhysicalRect) -> Option<&mut [u32]> {
        if rect.min_x() != 0 || rect.size.width as usize != self.width {
            return None;
        }
        let (from, to) = (usize::try_from(rect.min_y()).ok()?, usize::try_from(rect.max_y()).ok()?);
        self.pixels.get_mut(from * self.width..to * self.width)
    }
}
