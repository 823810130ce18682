//! A picture to look at in a test.

use std::{fs::File, io::BufReader, path::Path};

use anyhow::{Context, ensure};

/// RGB, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let mut decoder = png::Decoder::new(BufReader::new(File::open(path)?));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
        let mut reader = decoder.read_info()?;
        let mut bytes = vec![0; reader.output_buffer_size().context("a picture that fits into memory")?];
        let info = reader.next_frame(&mut bytes)?;
        let channels = info.color_type.samples();
        ensure!(channels >= 3, "a picture in colour");
        let pixels = bytes.chunks_exact(channels).filter_map(|pixel| pixel.first_chunk().copied()).collect();
        Ok(Self { width: info.width as usize, height: info.height as usize, pixels })
    }

    pub fn at(&self, x: usize, y: usize) -> Option<[u8; 3]> {
        (x < self.width).then(|| self.pixels.get(y * self.width + x).copied()).flatten()
    }

    /// How many pixels a test is true for.
    pub fn count(&self, test: impl Fn([u8; 3]) -> bool) -> usize {
        self.pixels.iter().filter(|pixel| test(**pixel)).count()
    }

    /// How many pixels differ from another picture of the same size.
    pub fn difference(&self, other: &Self) -> anyhow::Result<usize> {
        ensure!(self.width == other.width && self.height == other.height, "pictures of different sizes");
        Ok(self.pixels.iter().zip(&other.pixels).filter(|(a, b)| a != b).count())
    }

    /// How many colours there are.
    pub fn colors(&self) -> usize {
        self.pixels.iter().collect::<std::collections::HashSet<_>>().len()
    }
}
