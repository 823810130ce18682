//! Pictures from X cursor themes, read when they are first wanted.

use std::collections::BTreeMap;
use std::rc::Rc;

use glasshouse_scene::{PhysicalPoint, PhysicalSize};
use xcursor::CursorTheme;
use xcursor::parser::{Image, parse_xcursor};

use super::{Picture, arrow::arrow, names::older_names};

/// Tried in this order after the theme that was asked for.
const FALLBACKS: [&str; 3] = ["Adwaita", "DMZ-White", "default"];

/// Pictures kept. A desktop shows about ten shapes at one or two scales.
const MAX_PICTURES: usize = 64;

/// A size, in pixels, beyond which no pointer makes sense.
const MAX_SIZE: f64 = 512.0;

/// Pointers by name.
#[derive(Debug)]
pub(crate) struct Cursors {
    themes: Vec<String>,
    /// In logical pixels.
    size: u32,
    pictures: BTreeMap<(String, u32), Rc<Picture>>,
}

impl Cursors {
    /// Pointers of this theme, `size` logical pixels high.
    pub(crate) fn new(theme: &str, size: u32) -> Self {
        let mut themes = vec![theme.to_owned()];
        themes.extend(FALLBACKS.iter().map(|name| (*name).to_owned()));
        themes.retain(|name| !name.is_empty());
        Self { themes, size: size.clamp(1, 256), pictures: BTreeMap::new() }
    }

    /// Only the arrow that needs no theme.
    pub(crate) fn built_in() -> Self {
        Self { themes: Vec::new(), size: 24, pictures: BTreeMap::new() }
    }

    pub(crate) fn picture(&mut self, name: &str, scale: f64) -> Rc<Picture> {
        let size = (f64::from(self.size) * scale.max(0.0)).clamp(1.0, MAX_SIZE).round() as u32;
        let key = (name.to_owned(), size);
        if let Some(picture) = self.pictures.get(&key) {
            return Rc::clone(picture);
        }
        let picture = Rc::new(self.load(name, size).unwrap_or_else(|| arrow(size)));
        if self.pictures.len() >= MAX_PICTURES {
            self.pictures.clear();
        }
        self.pictures.insert(key, Rc::clone(&picture));
        picture
    }

    fn load(&self, name: &str, size: u32) -> Option<Picture> {
        // All names in the theme that the user wants come before any name in another.
        let names = std::iter::once(name).chain(older_names(name).iter().copied()).chain(["default", "left_ptr"]);
        let names: Vec<&str> = names.filter(|name| !name.contains('/')).collect();
        self.themes.iter().find_map(|theme| {
            let theme = CursorTheme::load(theme);
            names.iter().find_map(|name| read(&std::fs::read(theme.load_icon(name)?).ok()?, size))
        })
    }
}

/// The first frame of the picture whose size is nearest.
fn read(bytes: &[u8], size: u32) -> Option<Picture> {
    let images = parse_xcursor(bytes)?;
    let image = images.iter().min_by_key(|image| (image.size.abs_diff(size), std::cmp::Reverse(image.size)))?;
    let picture = convert(image)?;
    let factor = f64::from(size) / f64::from(image.size.max(1));
    // Up to there a picture of a slightly different size looks better than a blurred one.
    if (0.67..1.5).contains(&factor) { Some(picture) } else { Some(picture.scaled(factor)) }
}

fn convert(image: &Image) -> Option<Picture> {
    let (chunks, _) = image.pixels_rgba.as_chunks::<4>();
    let pixels: Vec<u32> = chunks.iter().map(|[r, g, b, a]| u32::from_be_bytes([*a, *r, *g, *b])).collect();
    let size = PhysicalSize::new(i32::try_from(image.width).ok()?, i32::try_from(image.height).ok()?);
    let enough = u64::from(image.width).checked_mul(u64::from(image.height))? == pixels.len() as u64 && !size.is_empty();
    let hotspot = PhysicalPoint::new(i32::try_from(image.xhot).ok()?, i32::try_from(image.yhot).ok()?);
    enough.then_some(Picture { pixels, size, hotspot })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_picture_whatever_is_installed() {
        for mut cursors in [Cursors::new("no such theme", 24), Cursors::built_in()] {
            for name in ["default", "text", "nwse-resize", "no such shape", "../../etc/passwd"] {
                let picture = cursors.picture(name, 1.0);
                assert_eq!(picture.pixels.len(), picture.size.area() as usize);
                assert!(picture.pixels.iter().any(|pixel| *pixel >> 24 == 0xff), "{name} is invisible");
                let (width, height) = (picture.size.width, picture.size.height);
                assert!((0..width).contains(&picture.hotspot.x) && (0..height).contains(&picture.hotspot.y));
            }
        }
    }

    #[test]
    fn a_larger_scale_gives_a_larger_picture() {
        let mut cursors = Cursors::built_in();
        assert!(cursors.picture("default", 2.0).size.height > cursors.picture("default", 1.0).size.height * 3 / 2);
        assert_eq!(cursors.picture("default", f64::NAN).size, cursors.picture("default", 0.0).size);
    }
}
