//! What is painted elsewhere than it is: windows that move, that are carried, and workspaces that fingers pull.

use euclid::Vector2D;
use glasshouse_scene::{Color, Element, ElementId, ElementKind, LogicalRect, OutputId, PhysicalRect};

use super::{GLASS, IN_HAND_OPACITY, PANE, PANE_EDGE, Painter, part};
use crate::{
    grid::Grid,
    ids::WindowId,
    moving::Warp,
    settings::Blend,
    stacking::{Drawn, Item},
    swipe::Slide,
    window::{Slot, Window},
};

impl Painter<'_> {
    pub(super) fn warp_of(&self, id: WindowId) -> Option<Warp> {
        if !self.desktop.is_moving() {
            return None;
        }
        let drawn = self.desktop.drawn(self.desktop.windows.get(id)?)?;
        self.desktop.warp(id, drawn.area, self.grid, self.at?)
    }

    /// Paints windows that go out of view, and what is left of those that have closed: a pane that fades.
    pub(super) fn leaving(&mut self, output: Option<OutputId>) {
        let desktop = self.desktop;
        let Some(at) = self.at else { return };
        for window in desktop.leaving(at) {
            self.item(Item::Window(window.id), None, output);
        }
        let settings = &desktop.settings;
        let scale = self.grid.scale;
        for (gone, rect, opacity) in desktop.fading(at).filter(|(gone, ..)| output.is_none_or(|output| output == gone.output)) {
            let area = self.grid.pixels(rect);
            let radius = (settings.radius * scale) as f32;
            let decoration = |part| ElementId::Decoration { surface: gone.surface, part };
            let glass = Element::new(decoration(part::FADING), area, ElementKind::Fill(GLASS));
            self.push(Element { radius, opacity, ..glass });
            let width = self.grid.length(settings.border.width);
            if width > 0 {
                let blend = settings.border.focused;
                let kind = ElementKind::Border { width: width as f32, top: blend.top, bottom: blend.bottom };
                let border = Element::new(decoration(part::FADING + 1), area.inflate(width, width), kind);
                self.push(Element { radius: if radius > 0.0 { radius + width as f32 } else { 0.0 }, opacity, ..border });
            }
        }
    }

    /// Paints with everything this much lower.
    pub(super) fn shifted(&mut self, by: f64, paint: impl FnOnce(&mut Self)) {
        let grid = self.grid;
        self.grid.origin.y -= by;
        paint(self);
        self.grid = grid;
    }

    /// Paints the windows of a workspace that is not shown yet, above or below the one that gives way.
    pub(super) fn pulled_in(&mut self, slide: Slide, output: Option<OutputId>) {
        let desktop = self.desktop;
        let Some(to) = slide.to else { return };
        let Some(height) = desktop.outputs.get(slide.output).map(|output| output.size().height) else { return };
        let here = |window: &&Window| window.home.workspace == Some(to) && window.shown() && !matches!(window.slot, Slot::Behind(_));
        let stack = desktop.windows.stack.iter().filter_map(|id| desktop.windows.get(*id)).filter(here);
        let (floating, tiles): (Vec<&Window>, Vec<&Window>) = stack.partition(|window| desktop.floats(window));
        self.shifted(slide.by + if slide.by < 0.0 { height } else { -height }, |painter| {
            painter.item(Item::Tabs(to), Some(slide.output), output);
            for window in tiles.into_iter().chain(floating) {
                painter.item(Item::Window(window.id), Some(slide.output), output);
            }
        });
    }

    /// Paints the tile that somebody carries, small and a little transparent below the pointer, and a pane of light where it would lie.
    pub(super) fn carried(&mut self, output: Option<OutputId>) {
        let desktop = self.desktop;
        let Some((grab, grip)) = desktop.carried() else { return };
        let Some(window) = desktop.windows.get(grab.window) else { return };
        if let Some(hint) = desktop.landing_hint() {
            let on = desktop.outputs.nearest(grab.at).map(|output| output.id);
            if let Some(clip) = self.clip_to(on, output) {
                self.pane(self.grid.pixels(hint), clip);
            }
        }
        let geometry = desktop.geometry(window);
        let shrunk = desktop.shrunk(geometry.size, grab.at);
        // Seen through a coarser grid, in which the hand is where it is in this one.
        let fine = self.grid;
        let origin = grab.at - (grab.at - fine.origin) / shrunk;
        self.grid = Grid { origin, scale: fine.scale * shrunk };
        let corner = grab.at - Vector2D::new(grip.x * geometry.width(), grip.y * geometry.height());
        let area = LogicalRect::new(self.grid.snap(corner), self.grid.snap_size(geometry.size));
        let drawn = Drawn { area, origin: area.origin - geometry.origin.to_vector(), clip: Some(area), only_on: None };
        self.opacity = IN_HAND_OPACITY;
        self.window(window, &drawn, None);
        (self.grid, self.opacity) = (fine, 1.0);
    }

    /// A pane of light with a bright edge.
    fn pane(&mut self, area: PhysicalRect, clip: Option<PhysicalRect>) {
        let settings = &self.desktop.settings;
        let radius = (settings.radius * self.grid.scale) as f32;
        let Blend { top, bottom } = settings.border.focused;
        let faint = |color: Color, part: f32| Color {
            red: color.red * part,
            green: color.green * part,
            blue: color.blue * part,
            alpha: color.alpha * part,
        };
        let fill = ElementKind::Gradient { top: faint(top, 0.26), bottom: faint(bottom, 0.18) };
        self.push(Element { radius, clip, ..Element::new(ElementId::Shell(PANE), area, fill) });
        let width = self.grid.length(settings.border.width.max(2.0)) as f32;
        let border = ElementKind::Border { width, top: faint(top, 0.9), bottom: faint(bottom, 0.9) };
        self.push(Element { radius, clip, ..Element::new(ElementId::Shell(PANE_EDGE), area, border) });
    }
}
