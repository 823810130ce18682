//! Scenes: everything of a view as flat elements, back to front.

mod tabs;
mod under_way;

use euclid::{Point2D, Rect};
use glasshouse_scene::{
    Color, Cursor, CursorImage, Element, ElementId, ElementKind, LogicalPoint, LogicalRect, OutputId, PhysicalRect, PhysicalSize, Scene,
    SurfaceId, geometry::MAX_EXTENT, occlusion::drawn_area,
};
use rustc_hash::FxHashSet;

use crate::{
    desktop::Desktop,
    event::{CursorWanted, Layer},
    grid::{Grid, tame},
    ids::{Timestamp, WindowId, WorkspaceId},
    moving::Warp,
    output::Output,
    pointer::Look,
    settings::Blend,
    stacking::{Drawn, Item},
    surfaces::MAX_DEPTH,
    window::{Slot, Window},
};

/// What part of the desktop a scene shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum View {
    Output(OutputId),
    /// One window alone, whatever covers it, as large as its geometry, on nothing.
    Window(WindowId),
    /// Any part of the space of all outputs, at any scale.
    Region {
        area: LogicalRect,
        scale: f64,
    },
}

/// Who looks at a scene. Rules may hide from pictures what a person at the screen sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The person at a screen.
    Screen,
    /// Whoever takes pictures: also every output without a screen, of which nothing else is ever seen.
    Capture,
}

/// The parts of a window's decoration, for [`ElementId::Decoration`].
mod part {
    pub(super) const SHADOW: u8 = 0;
    pub(super) const BORDER: u8 = 1;
    pub(super) const BACKDROP: u8 = 2;
    /// What pictures show in place of something that is hidden from them.
    pub(super) const VEIL: u8 = 3;
    /// And above, [`TAB_PARTS`] for each of the containers in each other that a window stands for.
    pub(super) const TAB: u8 = 4;
    pub(super) const TAB_PARTS: u8 = 3;
    /// And the one above: of what is left of a closed window.
    pub(super) const FADING: u8 = 250;
}

/// What pictures show in place of something that is hidden from them: solid, and darker than any background, so that one sees that
/// something is there.
const VEIL: Color = Color::rgb(0x10_11_17, 1.0);
/// What remains of a closed window is a pane of this.
const GLASS: Color = Color::rgb(0x9f_c8_ff, 0.16);
/// The background of an output's own view.
const BACKGROUND: u64 = 0;
/// Where a window that is carried would lie.
const PANE: u64 = 1;
const PANE_EDGE: u64 = 2;
/// How much of a carried window covers what is below.
const IN_HAND_OPACITY: f32 = 0.9;
/// In a view of several outputs, an output's background has its number above this.
const BACKGROUNDS: u64 = 1 << 32;

impl Desktop {
    /// What a view shows the person at a screen. `None`: there is no such output or mapped window, or the region is empty. While the session
    /// is locked, there are only outputs.
    pub fn scene(&self, view: View, at: Timestamp) -> Option<Scene> {
        self.scene_for(Audience::Screen, view, at)
    }

    /// What a view shows to somebody. `None` as for [`Self::scene`].
    pub fn scene_for(&self, audience: Audience, view: View, at: Timestamp) -> Option<Scene> {
        match view {
            View::Window(_) | View::Region { .. } if self.lock.on => None,
            // Settling has made them already.
            View::Output(id) if self.is_settled() && (!self.is_moving() || self.told.at == at) => self.told.scene(id, audience),
            View::Output(id) => match self.outputs.get(id) {
                Some(output) => Some(self.output_scene(output, at, audience)),
                None => self.mirror_scene(self.outputs.any(id)?, at, audience),
            },
            View::Window(id) => self.window_scene(self.windows.get(id)?, audience),
            View::Region { area, scale } => self.region_scene(area, scale, audience),
        }
    }

    pub(crate) fn output_scene(&self, output: &Output, at: Timestamp, audience: Audience) -> Scene {
        if !output.powered {
            return self.dark_scene(output);
        }
        if self.lock.on {
            return self.locked_scene(output);
        }
        let mut painter = Painter { at: Some(at), ..Painter::new(self, output.grid(), output.pixels()).shown_to(audience) };
        painter.background(ElementId::Shell(BACKGROUND), Rect::from_size(output.pixels()));
        painter.items(Some(output.id));
        painter.finish(self.cursor_on(output, audience))
    }

    fn dark_scene(&self, output: &Output) -> Scene {
        let mut painter = Painter::new(self, output.grid(), output.pixels());
        painter.fill(ElementId::Shell(BACKGROUND), ElementKind::Fill(Color::BLACK));
        painter.finish(None)
    }

    /// The cursor, if the pointer is on this output.
    pub(crate) fn cursor_on(&self, output: &Output, audience: Audience) -> Option<Cursor> {
        let here = output.powered && self.outputs.nearest(self.pointer.at).is_some_and(|nearest| nearest.id == output.id);
        here.then(|| self.cursor(output.grid(), audience))
    }

    fn region_scene(&self, area: LogicalRect, scale: f64, audience: Audience) -> Option<Scene> {
        if !(scale > 0.0 && scale <= 16.0) || area.is_empty() || !area.origin.is_finite() {
            return None;
        }
        let area = LogicalRect::new(LogicalPoint::new(tame(area.origin.x), tame(area.origin.y)), area.size);
        let grid = Grid { origin: area.origin, scale };
        let size = grid.pixel_size(area.size);
        let size = PhysicalSize::new(size.width.clamp(1, MAX_EXTENT), size.height.clamp(1, MAX_EXTENT));
        let mut painter = Painter::new(self, grid, size).shown_to(audience);
        for output in self.outputs.iter() {
            painter.background(ElementId::Shell(BACKGROUNDS + output.id.0), grid.pixels(output.area()));
        }
        painter.items(None);
        Some(painter.finish(area.contains(self.pointer.at).then(|| self.cursor(grid, audience))))
    }

    fn window_scene(&self, window: &Window, audience: Audience) -> Option<Scene> {
        let geometry = self.geometry(window);
        if window.phase != crate::window::Phase::Mapped || geometry.is_empty() {
            return None;
        }
        // In the window's own coordinates: where it is on the screen has no influence on how it looks.
        let grid = Grid { origin: geometry.origin, scale: self.grid_of(window).scale };
        let size = grid.pixel_size(geometry.size);
        let mut painter = Painter::new(self, grid, PhysicalSize::new(size.width.max(1), size.height.max(1))).shown_to(audience);
        if painter.hides(window.surface) {
            painter.fill(ElementId::Decoration { surface: window.surface, part: part::VEIL }, ElementKind::Fill(VEIL));
            return Some(painter.finish(None));
        }
        painter.tree(window.surface, LogicalPoint::zero(), Cut::default());
        for popup in self.popups.above(window.surface) {
            painter.tree(popup.surface, self.offset_in_root(popup.surface), Cut::default());
        }
        let drawn = self.drawn(window).filter(|drawn| self.seen(window) && drawn.area.contains(self.pointer.at));
        Some(painter.finish(drawn.map(|drawn| self.cursor(Grid { origin: drawn.origin + geometry.origin.to_vector(), ..grid }, audience))))
    }

    /// Pixels per logical pixel in [`View::Window`] of this window. `None`: there is no such window.
    pub fn window_scale(&self, window: WindowId) -> Option<f64> {
        self.windows.get(window).map(|window| self.grid_of(window).scale)
    }

    /// Where a popup's surface lies in the coordinates of its window's main surface.
    fn offset_in_root(&self, popup: SurfaceId) -> LogicalPoint {
        let mut offset = LogicalPoint::zero();
        let mut current = popup;
        for _ in 0..=MAX_DEPTH {
            let Some(popup) = self.popups.get(current) else { break };
            offset += self.popup_offset(popup).to_vector();
            current = popup.parent;
        }
        offset
    }

    fn cursor(&self, grid: Grid, audience: Audience) -> Cursor {
        // What a hidden window makes of the pointer is a part of it.
        // While a button is held, the look is of the window in which it was pressed.
        let theirs = || self.pointer.over.into_iter().chain(self.told.under()).any(|surface| self.is_hidden(surface));
        let veiled = || audience == Audience::Capture && theirs();
        let image = match (&self.pointer.grab, &self.pointer.look) {
            (Some(grab), _) if self.interacting() => CursorImage::Named(grab.shape().to_owned()),
            (_, Look::Wanted(CursorWanted::Surface { .. })) if veiled() => CursorImage::Named("default".to_owned()),
            (_, Look::Default) => CursorImage::Named("default".to_owned()),
            (_, Look::Hidden) => CursorImage::Hidden,
            (_, Look::Wanted(CursorWanted::Named(name))) => CursorImage::Named(name.clone()),
            (_, Look::Wanted(CursorWanted::Surface { surface, hotspot })) => match self.surfaces.size(*surface) {
                None => CursorImage::Hidden,
                Some(size) => CursorImage::Surface { surface: *surface, hotspot: hotspot.to_f64(), size: grid.pixel_size(size) },
            },
        };
        Cursor { position: grid.pixel_below(self.pointer.at), scale: grid.scale, image }
    }

    /// The surfaces that can be seen on an output and should go on drawing. Says too much rather than too little: which contents are
    /// opaque is known to the display alone.
    pub fn visible(&self, output: OutputId) -> Vec<SurfaceId> {
        let Some(scene) = self.told.scenes.get(&output) else { return Vec::new() };
        let mut visible = Vec::new();
        for element in &scene.elements {
            match &element.kind {
                // The black below a fullscreen window hides everything before it.
                ElementKind::Fill(color)
                    if color.alpha >= 1.0 && element.opacity >= 1.0 && element.area.contains_rect(&Rect::from_size(scene.size)) =>
                {
                    visible.clear()
                }
                ElementKind::Surface(surface) => visible.push(*surface),
                _ => {}
            }
        }
        visible.extend(scene.cursors.iter().filter_map(|cursor| match cursor.image {
            CursorImage::Surface { surface, .. } => Some(surface),
            _ => None,
        }));
        visible
    }
}

/// How the surfaces of a tree are cut, in pixels.
#[derive(Debug, Clone, Copy)]
struct Cut {
    clip: Option<PhysicalRect>,
    radius: f32,
    rounded: Option<PhysicalRect>,
    opacity: f32,
}

impl Default for Cut {
    fn default() -> Self {
        Self { clip: None, radius: 0.0, rounded: None, opacity: 1.0 }
    }
}

pub(crate) struct Painter<'a> {
    desktop: &'a Desktop,
    audience: Audience,
    grid: Grid,
    scene: Scene,
    /// Multiplied into that of every element.
    opacity: f32,
    /// `None`: everything is painted where it will be.
    at: Option<Timestamp>,
    /// What is done to the window in hand.
    warp: Option<Warp>,
    /// A surface is shown once, whatever an edge claims: two elements with one id would be the same thing at two places.
    painted: FxHashSet<SurfaceId>,
}

impl<'a> Painter<'a> {
    pub(crate) fn new(desktop: &'a Desktop, grid: Grid, size: PhysicalSize) -> Self {
        let scene = Scene { size, lock_epoch: desktop.lock.epoch, ..Scene::default() };
        Self { desktop, audience: Audience::Screen, grid, scene, opacity: 1.0, at: None, warp: None, painted: FxHashSet::default() }
    }

    fn shown_to(self, audience: Audience) -> Self {
        Self { audience, ..self }
    }

    /// Whether this view must not show what belongs to this window or layer surface.
    fn hides(&self, root: SurfaceId) -> bool {
        self.audience == Audience::Capture && self.desktop.is_hidden(root)
    }

    /// Shows that something is here, and nothing of it.
    fn veil(&mut self, surface: SurfaceId, area: PhysicalRect, look: Cut) {
        let element = Element::new(ElementId::Decoration { surface, part: part::VEIL }, area, ElementKind::Fill(VEIL));
        self.push(Element { clip: look.clip, radius: look.radius, ..element });
    }

    /// Adds an element, unless nothing of it would be seen: then this scene does not change when it moves.
    fn push(&mut self, mut element: Element) {
        element.opacity *= self.opacity;
        if let Some(warp) = self.warp {
            element.area = warp.apply(element.area);
            element.clip = element.clip.map(|clip| warp.apply(clip));
            element.rounded_area = element.rounded_area.map(|area| warp.apply(area));
            element.opacity *= warp.opacity;
        }
        if !element.area.is_empty() && drawn_area(&element, self.scene.size).is_some() {
            self.scene.elements.push(element);
        }
    }

    /// Covers the whole view.
    pub(crate) fn fill(&mut self, id: ElementId, kind: ElementKind) {
        self.push(Element::new(id, Rect::from_size(self.scene.size), kind));
    }

    pub(crate) fn lock_surface(&mut self, surface: SurfaceId, origin: LogicalPoint) {
        self.tree(surface, origin, Cut::default());
    }

    fn background(&mut self, id: ElementId, area: PhysicalRect) {
        let blend = self.desktop.settings.background;
        let kind = if blend.top == blend.bottom {
            ElementKind::Fill(blend.top)
        } else {
            ElementKind::Gradient { top: blend.top, bottom: blend.bottom }
        };
        self.push(Element::new(id, area, kind));
    }

    /// Paints the stack. `output`: the view is this output's own, and what belongs to another is left out.
    fn items(&mut self, output: Option<OutputId>) {
        let desktop = self.desktop;
        let mut leaving = self.at.is_some_and(|_| desktop.is_moving());
        // Of two workspaces, one of which pulls the other in, the second lies below panels as well.
        let pulled = desktop.slide();
        let mut slide = pulled;
        let of = |window: Option<WorkspaceId>| pulled.filter(|slide| window == Some(slide.from)).map(|slide| (slide.by, slide.output));
        // What is sticky is on both.
        let stays_on = |window: &Window| window.home.workspace.filter(|_| !window.modes.sticky);
        let moves_of = |item: &Item| match *item {
            _ if pulled.is_none() => None,
            Item::Window(id) => of(desktop.windows.get(id).and_then(stays_on)),
            Item::Popups(root) => of(desktop.windows.of_surface(root).and_then(stays_on)),
            Item::Tabs(workspace) => of(Some(workspace)),
            Item::Layer(_) => None,
        };
        let items = desktop.bottom_to_top();
        self.scene.elements.reserve(3 * items.len());
        self.painted.reserve(items.len());
        for item in items {
            let moves = moves_of(&item);
            // What goes lies below what stays.
            if leaving && !matches!(item, Item::Layer(_)) {
                leaving = false;
                self.leaving(output);
            }
            let is_panel = |surface| desktop.layers.get(surface).is_some_and(|layer| layer.layer() >= Layer::Top);
            if matches!(item, Item::Layer(surface) if is_panel(surface))
                && let Some(slide) = slide.take()
            {
                self.pulled_in(slide, output);
            }
            match moves {
                None => self.item(item, None, output),
                Some((by, on)) => self.shifted(by, |painter| painter.item(item, Some(on), output)),
            }
        }
        if let Some(slide) = slide {
            self.pulled_in(slide, output);
        }
        if leaving {
            self.leaving(output);
        }
        self.carried(output);
        // Nobody knows for sure where a drag began, by which finger, and whether that is still there.
        let may_be_secret = self.audience == Audience::Capture && desktop.hides_anything();
        if let Some(icon) = desktop.pointer.drag_icon.filter(|_| !may_be_secret) {
            self.tree(icon, desktop.pointer.at, Cut::default());
        }
    }

    /// Paints one thing of the stack. `only_on`: it is moved, and seen on this output alone.
    fn item(&mut self, item: Item, only_on: Option<OutputId>, output: Option<OutputId>) {
        let desktop = self.desktop;
        match item {
            Item::Layer(surface) => {
                let Some(layer) = desktop.layers.get(surface) else { return };
                let Some(clip) = self.clip_to(layer.output, output) else { return };
                if self.hides(surface) {
                    self.veil(surface, self.grid.pixels(layer.area), Cut { clip, ..Cut::default() });
                    return;
                }
                let opacity = layer.ruled.lasting.opacity.unwrap_or(1.0) as f32;
                self.tree(surface, layer.area.origin, Cut { clip, opacity, ..Cut::default() });
            }
            Item::Window(id) => {
                let Some(window) = desktop.windows.get(id) else { return };
                let Some(drawn) = desktop.drawn(window) else { return };
                if let Some(clip) = self.clip_to(only_on.or(drawn.only_on), output) {
                    self.warp = self.warp_of(id);
                    self.window(window, &drawn, clip);
                    self.warp = None;
                }
            }
            Item::Tabs(workspace) => {
                let on = desktop.workspaces.get(workspace).and_then(|workspace| workspace.output);
                if let Some(clip) = self.clip_to(on, output) {
                    self.tabs(desktop.tabs_on(workspace), clip);
                }
            }
            Item::Popups(root) => {
                self.warp = desktop.windows.of_surface(root).and_then(|window| self.warp_of(window.id));
                for popup in desktop.popups.above(root) {
                    let Some(origin) = desktop.main_origin(popup.surface) else { continue };
                    if self.hides(root) {
                        let corner = origin + popup.geometry.origin.to_f64().to_vector();
                        let area = LogicalRect::new(corner, popup.geometry.size.to_f64());
                        self.veil(popup.surface, self.grid.pixels(area), Cut::default());
                    } else {
                        self.tree(popup.surface, origin, Cut::default());
                    }
                }
                self.warp = None;
            }
        }
    }

    /// How something that belongs to one output only is clipped in this view. `None`: it is not in it at all.
    fn clip_to(&self, only_on: Option<OutputId>, view: Option<OutputId>) -> Option<Option<PhysicalRect>> {
        match (only_on, view) {
            (None, _) => Some(None),
            (Some(only_on), Some(view)) => (only_on == view).then_some(None),
            (Some(only_on), None) => Some(Some(self.grid.pixels(self.desktop.outputs.get(only_on)?.area()))),
        }
    }

    fn window(&mut self, window: &Window, drawn: &Drawn, output_clip: Option<PhysicalRect>) {
        let settings = &self.desktop.settings;
        let ruled = &window.ruled.lasting;
        let opacity = ruled.opacity.unwrap_or(1.0) as f32;
        let hidden = self.hides(window.surface);
        let area = self.grid.pixels(drawn.area);
        let clip = match (drawn.clip.map(|clip| self.grid.pixels(clip)), output_clip) {
            (Some(a), Some(b)) => Some(a.intersection(&b).unwrap_or_default()),
            (a, b) => a.or(b),
        };
        let decoration = |part| ElementId::Decoration { surface: window.surface, part };
        if let Slot::Fullscreen(rect) = window.slot {
            let area = self.grid.pixels(rect);
            if hidden {
                self.veil(window.surface, area, Cut { clip: output_clip, ..Cut::default() });
                return;
            }
            self.push(Element { clip: output_clip, ..Element::new(decoration(part::BACKDROP), area, ElementKind::Fill(Color::BLACK)) });
            self.tree(window.surface, drawn.origin, Cut { clip, opacity, ..Cut::default() });
            return;
        }
        if matches!(window.slot, Slot::Maximized(_)) || area.is_empty() {
            match hidden {
                true => self.veil(window.surface, area, Cut { clip, ..Cut::default() }),
                false => self.tree(window.surface, drawn.origin, Cut { clip, opacity, ..Cut::default() }),
            }
            return;
        }
        let scale = self.grid.scale;
        let radius = (ruled.radius.unwrap_or(settings.radius) * scale) as f32;
        // What hides a window is solid, whatever that is.
        let opacity = if hidden { 1.0 } else { opacity };
        if let Some(shadow) = settings.shadow.filter(|_| ruled.shadow != Some(false)) {
            let offset = Point2D::new(0, self.grid.length(shadow.drop));
            let kind = ElementKind::Shadow { sigma: (shadow.sigma * scale) as f32, offset, color: shadow.color };
            self.push(Element { radius, opacity, clip: output_clip, ..Element::new(decoration(part::SHADOW), area, kind) });
        }
        let rounded = (radius > 0.0).then_some(area);
        match hidden {
            true => self.veil(window.surface, area, Cut { clip, radius, ..Cut::default() }),
            false => self.tree(window.surface, drawn.origin, Cut { clip, radius, rounded, opacity }),
        }
        let width = if ruled.border == Some(false) { 0.0 } else { ruled.border_width.unwrap_or(settings.border.width) };
        let width = self.grid.length(width);
        if width > 0 {
            let focused = self.desktop.has_focus(window);
            let (blend, color) = match focused {
                true => (settings.border.focused, ruled.border_focused),
                false => (settings.border.unfocused, ruled.border_unfocused),
            };
            let blend = color.map_or(blend, |color| Blend { top: color, bottom: color });
            let kind = ElementKind::Border { width: width as f32, top: blend.top, bottom: blend.bottom };
            // Around the contents, not on them: its inner edge has the window's radius.
            let radius = if radius > 0.0 { radius + width as f32 } else { 0.0 };
            let element = Element::new(decoration(part::BORDER), area.inflate(width, width), kind);
            self.push(Element { radius, opacity, clip: output_clip, ..element });
        }
    }

    /// Paints a surface and its subsurfaces, with the main surface's (0, 0) at `origin`.
    fn tree(&mut self, root: SurfaceId, origin: LogicalPoint, look: Cut) {
        for placed in self.desktop.surfaces.tree(root) {
            if !self.painted.insert(placed.surface) {
                continue;
            }
            let area = placed.pixels(origin, self.grid);
            let element = Element::new(ElementId::Surface(placed.surface), area, ElementKind::Surface(placed.surface));
            let opacity = look.opacity;
            self.push(Element { clip: look.clip, radius: look.radius, rounded_area: look.rounded, opacity, ..element });
        }
    }

    pub(crate) fn finish(mut self, cursor: Option<Cursor>) -> Scene {
        self.scene.cursors.extend(cursor);
        self.scene
    }
}
