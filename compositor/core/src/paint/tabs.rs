//! The titles of tabs.

use std::collections::BTreeMap;

use euclid::{Point2D, Size2D};
use glasshouse_scene::{Color, Element, ElementId, ElementKind, PhysicalRect, SurfaceId, Text};

use super::{Painter, part};
use crate::{ids::WindowId, layout::tiles::Tab, window::Window};

/// Dark glass, on which bright letters can be read whatever lies behind.
const DARK: Color = Color::rgb(0x0c_11_24, 1.0);
/// What shines through of a title in front.
const LIGHT: Color = Color::rgb(0x8f_a8_e8, 1.0);
/// Of a window that asks for attention: warm, where everything else is cool.
const URGENT: Color = Color::rgb(0xff_9e_5e, 1.0);
const WHITE: Color = Color::rgb(0xff_ff_ff, 1.0);

/// The pane of a title is at least this high, in terms of its font's em; below that, a line of light has to do.
const ROOM: f64 = 1.25;
/// How much is left free beside the letters, at either side, and below and beside a title, in logical pixels.
const PADDING: f64 = 8.0;
const SPACE_BELOW: f64 = 5.0;
const SPACE_BESIDE: f64 = 2.0;
/// Nobody reads more characters.
const MOST_CHARACTERS: usize = 200;

/// How a title looks.
struct Look {
    pane: Color,
    letters: Color,
    /// The line of light in place of letters.
    line: Color,
}

impl Painter<'_> {
    pub(super) fn tabs(&mut self, tabs: &[Tab], clip: Option<PhysicalRect>) {
        // One window may stand for several containers in each other.
        let mut painted: BTreeMap<WindowId, u8> = BTreeMap::new();
        for tab in tabs {
            let Some(window) = self.desktop.windows.get(tab.window) else { continue };
            let nested = painted.entry(tab.window).or_default();
            let Some(first) = nested.checked_mul(part::TAB_PARTS).and_then(|parts| parts.checked_add(part::TAB)) else { continue };
            if first > part::FADING - part::TAB_PARTS {
                continue;
            }
            *nested += 1;
            let look = self.look(tab, window);
            if tab.rect.height() - SPACE_BELOW < self.desktop.settings.tabs.font_size * ROOM {
                self.line_of_light(tab, window.surface, first, look.line, clip);
            } else {
                self.title(tab, window, first, look, clip);
            }
        }
    }

    fn look(&self, tab: &Tab, window: &Window) -> Look {
        let focused = self.desktop.settings.border.focused.top;
        let pane = |light: Color, part: f32, opacity: f32| scaled(mixed(DARK, light, part), opacity);
        match (tab.active && self.desktop.has_focus(window), tab.active, window.urgent) {
            (true, ..) => Look { pane: pane(focused, 0.3, 0.92), letters: WHITE, line: focused },
            (_, _, true) => Look { pane: pane(URGENT, 0.2, 0.9), letters: URGENT, line: URGENT },
            (_, true, _) => Look { pane: pane(LIGHT, 0.25, 0.88), letters: scaled(WHITE, 0.9), line: scaled(WHITE, 0.7) },
            _ => Look { pane: pane(LIGHT, 0.1, 0.78), letters: scaled(WHITE, 0.68), line: scaled(WHITE, 0.25) },
        }
    }

    /// A pane of glass with the window's title on it.
    fn title(&mut self, tab: &Tab, window: &Window, first: u8, look: Look, clip: Option<PhysicalRect>) {
        let settings = &self.desktop.settings;
        // Its size does not depend on where it is: letters are set for a size, and do not have to be again while a workspace is pulled.
        let (area, whole) = (self.grid.pixels(tab.rect), tab.rect.size);
        let (beside, below) = (self.grid.length(SPACE_BESIDE), self.grid.length(SPACE_BELOW));
        let size = Size2D::new(self.grid.length(whole.width) - 2 * beside, self.grid.length(whole.height) - below);
        let pane = PhysicalRect::new(Point2D::new(area.min_x() + beside, area.min_y()), size.max(Size2D::new(1, 1)));
        let radius = ((settings.radius * self.grid.scale) as f32 * 2.0 / 3.0).min(pane.height() as f32 / 2.0);
        let id = |part: u8| ElementId::Decoration { surface: window.surface, part: first + part };
        let (font, em) = (settings.tabs.font.clone(), settings.tabs.font_size * self.grid.scale);
        let edge = (tab.active && self.desktop.has_focus(window)).then_some(settings.border.focused);
        self.push(Element { radius, clip, ..Element::new(id(0), pane, ElementKind::Fill(look.pane)) });
        if let Some(edge) = edge.filter(|_| settings.border.width > 0.0) {
            let kind = ElementKind::Border { width: self.grid.length(1.0) as f32, top: edge.top, bottom: edge.bottom };
            self.push(Element { radius, clip, ..Element::new(id(1), pane, kind) });
        }
        let letters = pane.inflate(-self.grid.length(PADDING), 0);
        let words = words(window);
        // Pictures do not tell what the window is about that is hidden from them.
        if f64::from(letters.width()) >= 2.0 * em && !words.is_empty() && !self.hides(window.surface) {
            let text = Text { text: words, family: font, size: em as f32, color: look.letters };
            self.push(Element { clip, ..Element::new(id(2), letters, ElementKind::Text(text)) });
        }
    }

    /// Where there is no room for letters: a third of the height, in the middle; a little shorter than the tab, so that one sees where the
    /// next begins.
    fn line_of_light(&mut self, tab: &Tab, surface: SurfaceId, part: u8, color: Color, clip: Option<PhysicalRect>) {
        let area = self.grid.pixels(tab.rect);
        let height = (area.height() / 3).max(1);
        let inset = (area.height() / 4).min(area.width() / 4);
        let line = PhysicalRect::new(
            Point2D::new(area.min_x() + inset, area.min_y() + (area.height() - height) / 2),
            Size2D::new((area.width() - 2 * inset).max(1), height),
        );
        let id = ElementId::Decoration { surface, part };
        self.push(Element { radius: height as f32 / 2.0, clip, ..Element::new(id, line, ElementKind::Fill(color)) });
    }
}

/// What a window is called, in one line.
fn words(window: &Window) -> String {
    let called = if window.title.trim().is_empty() { &window.app_id } else { &window.title };
    let breaks = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    called.chars().map(|letter| if breaks(letter) { ' ' } else { letter }).take(MOST_CHARACTERS).collect::<String>().trim().to_owned()
}

fn scaled(Color { red, green, blue, alpha }: Color, by: f32) -> Color {
    Color { red: red * by, green: green * by, blue: blue * by, alpha: alpha * by }
}

/// `part` of the second colour, and the rest of the first.
fn mixed(one: Color, other: Color, part: f32) -> Color {
    let (one, other) = (scaled(one, 1.0 - part), scaled(other, part));
    Color { red: one.red + other.red, green: one.green + other.green, blue: one.blue + other.blue, alpha: one.alpha + other.alpha }
}
