//! Fonts, and pixels from them.

use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cosmic_text::{
    Align, Attrs, Buffer, Ellipsize, EllipsizeHeightLimit, Family, FontSystem, Metrics, Shaping, SwashCache, SwashContent, Wrap, fontdb,
};
use glasshouse_scene::{PhysicalSize, Text};

use super::SharedMemory;

/// A line's height in terms of the em: enough for the accents and tails of most scripts.
const LINE: f32 = 1.25;

/// The fonts of this machine.
#[derive(Debug)]
pub(super) struct Setter {
    /// Kept aside, so that they are looked for once.
    known: fontdb::Database,
    locale: String,
    fonts: FontSystem,
    glyphs: SwashCache,
}

impl Setter {
    pub(super) fn new() -> Self {
        let mut known = fontdb::Database::new();
        known.load_system_fonts();
        if known.is_empty() {
            tracing::warn!("there are no fonts, so titles cannot be read");
        }
        // The language chooses between the shapes of characters that Chinese, Japanese and Korean share.
        let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default();
        let locale = locale.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
        let fonts = FontSystem::new_with_locale_and_db(locale.clone(), known.clone());
        Self { known, locale, fonts, glyphs: SwashCache::new() }
    }

    /// Memory with the pixels of a text. `None`: there is none, or the library has failed.
    pub(super) fn pixels(&mut self, text: &Text, size: PhysicalSize) -> Option<OwnedFd> {
        let mut memory = SharedMemory::new(usize::try_from(size.area()).ok()? * 4).ok()?;
        // A display does not end because of a title.
        if catch_unwind(AssertUnwindSafe(|| self.set(text, size, memory.pixels_mut()))).is_err() {
            tracing::warn!(characters = text.text.chars().count(), "a title cannot be set");
            self.fonts = FontSystem::new_with_locale_and_db(self.locale.clone(), self.known.clone());
            self.glyphs = SwashCache::new();
            return None;
        }
        memory.reader().ok()
    }

    /// Writes the text's pixels, premultiplied ARGB, into the middle of transparent ones.
    pub(super) fn set(&mut self, text: &Text, size: PhysicalSize, pixels: &mut [u32]) {
        // The library expects one at least.
        if self.known.is_empty() {
            return;
        }
        let line = self.line(text, size);
        let top = ((size.height as f32 - line.metrics().line_height) / 2.0).round();
        for run in line.layout_runs().take(1) {
            for glyph in run.glyphs {
                let glyph = glyph.physical((0.0, top + run.line_y), 1.0);
                // Titles change seldom: glyphs are not worth keeping.
                let Some(image) = self.glyphs.get_image_uncached(&mut self.fonts, glyph.cache_key) else { continue };
                let (left, top) = (glyph.x + image.placement.left, glyph.y - image.placement.top);
                let inks: Box<dyn Iterator<Item = [f32; 4]>> = match image.content {
                    SwashContent::Color => Box::new(image.data.chunks_exact(4).map(|rgba| straight(rgba, text.color.alpha))),
                    SwashContent::Mask => Box::new(image.data.iter().map(|coverage| ink(text, *coverage))),
                    // Nobody asks for these.
                    SwashContent::SubpixelMask => Box::new(std::iter::empty()),
                };
                for (ink, at) in inks.zip(0_i32..) {
                    let width = image.placement.width.max(1) as i32;
                    let (x, y) = (left + at % width, top + at / width);
                    if (0..size.width).contains(&x)
                        && (0..size.height).contains(&y)
                        && let Some(pixel) = pixels.get_mut((y * size.width + x) as usize)
                    {
                        *pixel = over(*pixel, ink);
                    }
                }
            }
        }
    }

    /// The glyphs of a text, and where they stand.
    pub(super) fn line(&mut self, text: &Text, size: PhysicalSize) -> Buffer {
        let family = match text.family.as_str() {
            "sans-serif" => Family::SansSerif,
            "serif" => Family::Serif,
            "monospace" => Family::Monospace,
            name => Family::Name(name),
        };
        // Where the library would begin another paragraph, which may run in another direction: it takes that for a mistake of ours.
        let breaks = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
        let words: String = text.text.chars().map(|letter| if breaks(letter) { ' ' } else { letter }).collect();
        let mut line = Buffer::new_empty(Metrics::new(text.size, (text.size * LINE).ceil()));
        line.set_wrap(Wrap::None);
        line.set_ellipsize(Ellipsize::End(EllipsizeHeightLimit::Lines(1)));
        line.set_size(Some(size.width as f32), None);
        line.set_text(&words, &Attrs::new().family(family), Shaping::Advanced, Some(Align::Center));
        line.shape_until_scroll(&mut self.fonts, false);
        line
    }
}

/// The text's colour at a pixel that a glyph covers so far, premultiplied ARGB.
fn ink(text: &Text, coverage: u8) -> [f32; 4] {
    let coverage = f32::from(coverage) / 255.0;
    let color = text.color;
    [color.alpha, color.red, color.green, color.blue].map(|channel| channel * coverage)
}

/// A pixel of a coloured glyph, such as an emoji, premultiplied ARGB.
fn straight(rgba: &[u8], opacity: f32) -> [f32; 4] {
    let &[red, green, blue, alpha] = rgba else { return [0.0; 4] };
    let alpha = f32::from(alpha) / 255.0 * opacity;
    let channel = |value: u8| f32::from(value) / 255.0 * alpha;
    [alpha, channel(red), channel(green), channel(blue)]
}

/// Glyphs may touch each other.
fn over(below: u32, ink: [f32; 4]) -> u32 {
    let below = below.to_be_bytes();
    let left = 1.0 - ink[0];
    let mut mixed = [0; 4];
    for ((mixed, ink), below) in mixed.iter_mut().zip(ink).zip(below) {
        *mixed = (ink * 255.0 + f32::from(below) * left).round().clamp(0.0, 255.0) as u8;
    }
    u32::from_be_bytes(mixed)
}
