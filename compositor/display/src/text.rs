//! Text that the desktop draws: set once into memory of our own, and from then on shown as a client's surface is.
//!
//! So neither executor knows of fonts, and both show the same pixels. Fonts are loaded when the first text is to be seen: a desktop without
//! any pays for none.

use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cosmic_text::{
    Align, Attrs, Buffer, Ellipsize, EllipsizeHeightLimit, Family, FontSystem, Metrics, Shaping, SwashCache, SwashContent, Wrap, fontdb,
};
use euclid::Rect;
use glasshouse_link::{Replica, display::Pool};
use glasshouse_scene::{
    BufferId, Content, Damage, ElementKind, PhysicalSize, Pixels, PoolId, Scene, ShmFormat, SurfaceId, Text, Transform,
};

use crate::interop::SharedMemory;

/// Surfaces, pools and buffers of texts. The desktop counts its own from one, and one at a time.
const FIRST: u64 = 1 << 63;

/// More texts than this at once are not shown: each has a descriptor of its own.
const MOST: usize = 256;

/// Wider or higher ones are not either, nor larger letters.
const MOST_PIXELS: i32 = 1 << 22;
const MOST_SIZE: f32 = 512.0;

/// A line's height in terms of the em: enough for the accents and tails of most scripts.
const LINE: f32 = 1.25;

/// What is set.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    setter: Option<Setter>,
    lines: Vec<Line>,
    /// How many there ever were.
    count: u64,
}

#[derive(Debug)]
struct Line {
    text: Text,
    size: PhysicalSize,
    surface: SurfaceId,
}

impl Texts {
    /// Puts a surface in the place of every text. What cannot be set stays, and is not drawn.
    pub(crate) fn place(&mut self, scene: &mut Scene, replica: &mut Replica<OwnedFd>) {
        for element in &mut scene.elements {
            if let ElementKind::Text(text) = &element.kind
                && let Some(surface) = self.surface(text, element.area.size, replica)
            {
                element.kind = ElementKind::Surface(surface);
            }
        }
    }

    /// Takes those out that are in none of these scenes. Answers which, and what they were.
    pub(crate) fn forget<'a>(
        &mut self,
        scenes: impl Iterator<Item = &'a Scene> + Clone,
        replica: &mut Replica<OwnedFd>,
    ) -> Vec<(SurfaceId, Content)> {
        let shown = |surface| scenes.clone().flat_map(|scene| &scene.elements).any(|element| element.kind == ElementKind::Surface(surface));
        let gone = self.lines.extract_if(.., |line| !shown(line.surface));
        gone.filter_map(|line| {
            replica.pools.remove(&PoolId(line.surface.0));
            Some((line.surface, replica.contents.remove(&line.surface)?))
        })
        .collect()
    }

    fn surface(&mut self, text: &Text, size: PhysicalSize, replica: &mut Replica<OwnedFd>) -> Option<SurfaceId> {
        if let Some(line) = self.lines.iter().find(|line| line.size == size && line.text == *text) {
            return Some(line.surface);
        }
        let fits = size.width > 0 && size.height > 0 && size.width.checked_mul(size.height).is_some_and(|pixels| pixels <= MOST_PIXELS);
        if !fits || self.lines.len() >= MOST || !(1.0..=MOST_SIZE).contains(&text.size) {
            return None;
        }
        let bytes = size.area().unsigned_abs() as usize * 4;
        let mut memory = SharedMemory::new(bytes).ok()?;
        let mut setter = self.setter.take().unwrap_or_else(Setter::new);
        // Letters come from strangers, and through a library: a desktop does not end because of a title.
        let set = catch_unwind(AssertUnwindSafe(|| setter.set(text, size, memory.pixels_mut())));
        match set {
            Ok(()) => self.setter = Some(setter),
            Err(_) => tracing::warn!(text = text.text, "the text cannot be set"),
        }
        let pool = Pool { fd: memory.reader().ok()?, bytes: bytes as u64 };
        let id = FIRST + self.count;
        self.count += 1;
        replica.pools.insert(PoolId(id), pool);
        replica.contents.insert(SurfaceId(id), content(id, size));
        self.lines.push(Line { text: text.clone(), size, surface: SurfaceId(id) });
        Some(SurfaceId(id))
    }
}

/// Pixels one to one, side by side, from the beginning of a pool.
fn content(id: u64, size: PhysicalSize) -> Content {
    let stride = size.width.unsigned_abs() * 4;
    Content {
        buffer: BufferId(id),
        pixels: Pixels::Shm { pool: PoolId(id), offset: 0, stride, format: ShmFormat::Argb8888 },
        size: size.cast_unit(),
        transform: Transform::Normal,
        source: Rect::from_size(size.to_f64().cast_unit()),
        surface_size: size.to_f64().cast_unit(),
        opaque: Vec::new(),
        damage: Damage::Full,
    }
}

/// The fonts of this machine.
#[derive(Debug)]
struct Setter {
    fonts: FontSystem,
    glyphs: SwashCache,
}

impl Setter {
    fn new() -> Self {
        let mut fonts = fontdb::Database::new();
        fonts.load_system_fonts();
        if fonts.is_empty() {
            tracing::warn!("there are no fonts, so titles cannot be read");
        }
        // The language chooses between the shapes of characters that Chinese, Japanese and Korean share.
        let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default();
        let locale = locale.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
        Self { fonts: FontSystem::new_with_locale_and_db(locale, fonts), glyphs: SwashCache::new() }
    }

    /// Writes the text's pixels, premultiplied ARGB, into the middle of transparent ones.
    fn set(&mut self, text: &Text, size: PhysicalSize, pixels: &mut [u32]) {
        let family = match text.family.as_str() {
            "sans-serif" => Family::SansSerif,
            "serif" => Family::Serif,
            "monospace" => Family::Monospace,
            name => Family::Name(name),
        };
        let line_height = (text.size * LINE).ceil();
        let mut line = Buffer::new_empty(Metrics::new(text.size, line_height));
        line.set_wrap(Wrap::None);
        line.set_ellipsize(Ellipsize::End(EllipsizeHeightLimit::Lines(1)));
        line.set_size(Some(size.width as f32), None);
        line.set_text(&text.text, &Attrs::new().family(family), Shaping::Advanced, Some(Align::Center));
        line.shape_until_scroll(&mut self.fonts, false);
        let top = ((size.height as f32 - line_height) / 2.0).round();
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

#[cfg(test)]
mod tests;
