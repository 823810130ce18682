//! From a scene to a plan: front to back, each element gets the damaged pixels that nothing above it hides.

use std::borrow::Cow;
use std::collections::BTreeSet;

use euclid::{Rect, Size2D};
use glasshouse_scene::occlusion::{Contents, corners, drawn_area, opaque_region};
use glasshouse_scene::{Color, Content, Element, ElementKind, Physical, PhysicalRect, Pixels, Region, Scene, SurfaceId};

use super::{FramePlan, Op, Paint, RoundedMask, surface_op};

/// What a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    pub scene: &'a Scene,
    pub contents: &'a Contents,
    /// What lies behind all elements: black for outputs, transparent for a view without a background.
    pub background: Color,
    /// Surfaces whose memory cannot be read: their placeholder is shown.
    pub unreadable: &'a BTreeSet<SurfaceId>,
    /// Leave out what opaque elements hide. Only the oracle of the tests says `false`.
    pub cull: bool,
}

/// More damaged rectangles than this cost more than the pixels between them.
const MAX_DAMAGE_RECTS: usize = 32;

/// The plan that repaints `damage`.
pub fn plan(input: PlanInput<'_>, damage: &Region<Physical>) -> FramePlan {
    let scene = input.scene;
    let mut damage = damage.clipped(Rect::from_size(scene.size));
    damage.simplify(MAX_DAMAGE_RECTS);
    let mut open = damage.clone();
    let mut ops = Vec::new();
    for element in scene.elements.iter().rev() {
        if open.is_empty() {
            break;
        }
        let element = shown(element, input.unreadable);
        let Some(area) = drawn_area(&element, scene.size) else { continue };
        let visible = open.clipped(area);
        if visible.is_empty() {
            continue;
        }
        let opaque = opaque_pixels(&element, input.contents, scene.size);
        element_ops(&element, input.contents, visible, &opaque, &mut ops);
        if input.cull {
            open.subtract_region(&opaque);
        }
    }
    push(&mut ops, open, Paint::Clear(input.background));
    ops.reverse();
    FramePlan { size: scene.size, damage, ops }
}

/// The element as it is painted: its placeholder where its memory cannot be read, and a radius that fits its rectangle.
fn shown<'a>(element: &'a Element, unreadable: &BTreeSet<SurfaceId>) -> Cow<'a, Element> {
    let mut shown = Cow::Borrowed(element);
    if let ElementKind::Surface(surface) = &element.kind
        && unreadable.contains(surface)
    {
        shown.to_mut().kind = ElementKind::Placeholder;
    }
    let radius = clamped_radius(element.rounded_area.unwrap_or(element.area), element.radius);
    if radius != element.radius {
        shown.to_mut().radius = radius;
    }
    shown
}

/// Like [`opaque_region`], but without the pixels that a filter mixes with translucent neighbours.
fn opaque_pixels(element: &Element, contents: &Contents, view: Size2D<i32, Physical>) -> Region<Physical> {
    let region = opaque_region(element, contents, view);
    let ElementKind::Surface(surface) = element.kind else { return region };
    let Some(content) = contents.get(&surface) else { return region };
    if content.is_opaque() {
        return region;
    }
    match surface_op(surface, content, element.area).and_then(|op| op.reach()) {
        None => region,
        Some(reach) => shrunk(&region, element.area, reach),
    }
}

/// Every rectangle smaller by `reach`, except at the edges of `area`, beyond which nothing is read.
fn shrunk(region: &Region<Physical>, area: PhysicalRect, reach: i32) -> Region<Physical> {
    let mut inner = Region::default();
    for rect in region.rects() {
        let rect = rect.to_box2d();
        let area = area.to_box2d();
        let mut small = rect.inflate(-reach, -reach);
        small.min.x = if rect.min.x <= area.min.x { rect.min.x } else { small.min.x };
        small.min.y = if rect.min.y <= area.min.y { rect.min.y } else { small.min.y };
        small.max.x = if rect.max.x >= area.max.x { rect.max.x } else { small.max.x };
        small.max.y = if rect.max.y >= area.max.y { rect.max.y } else { small.max.y };
        if !small.is_empty() {
            inner.add(small.to_rect());
        }
    }
    inner
}

fn element_ops(element: &Element, contents: &Contents, visible: Region<Physical>, opaque: &Region<Physical>, ops: &mut Vec<Op>) {
    let area = element.area;
    let opacity = element.opacity.clamp(0.0, 1.0);
    let (rounded, mut square) = rounded_part(element, visible);
    let mask = rounded.as_ref().map(|(mask, _)| *mask);
    let corner_pixels = rounded.map(|(_, pixels)| pixels).unwrap_or_default();
    // Twice the same paint: plain for the middle, masked for the corners.
    let mut both = |paint: &dyn Fn(Option<RoundedMask>) -> Paint, square: Region<Physical>| {
        push(ops, square, paint(None));
        push(ops, corner_pixels.clone(), paint(mask));
    };
    match &element.kind {
        ElementKind::Fill(color) => {
            let color = faded(*color, opacity);
            both(&|mask| Paint::Fill { color, mask }, square);
        }
        ElementKind::Gradient { top, bottom } => {
            let (top, bottom) = (faded(*top, opacity), faded(*bottom, opacity));
            both(&|mask| Paint::Gradient { area, top, bottom, mask }, square);
        }
        ElementKind::Placeholder => both(&|mask| Paint::Placeholder { area, opacity, mask }, square),
        ElementKind::Surface(surface) => {
            let Some(content) = contents.get(surface) else { return };
            if let Some(color) = solid(content, opacity) {
                return both(&|mask| Paint::Fill { color, mask }, square);
            }
            let Some(op) = surface_op(*surface, content, area) else { return };
            let mut plain = Region::default();
            for rect in opaque.rects() {
                plain.union_with(&square.clipped(*rect));
            }
            square.subtract_region(&plain);
            push(ops, plain, op.opaque());
            push(ops, square, op.over(opacity, None));
            push(ops, corner_pixels, op.over(opacity, mask));
        }
        // It is a surface by now, unless it could not be set.
        ElementKind::Text(_) => {}
        ElementKind::Border { width, top, bottom } => {
            square.union_with(&corner_pixels);
            let radius = clamped_radius(area, element.radius);
            let width = width.clamp(0.0, area.size.width.min(area.size.height).max(0) as f32);
            let (top, bottom) = (faded(*top, opacity), faded(*bottom, opacity));
            cut_inside(&mut square, area, radius, width);
            push(ops, square, Paint::Border { area, radius, width, top, bottom });
        }
        ElementKind::Shadow { sigma, offset, color } => {
            square.union_with(&corner_pixels);
            let radius = clamped_radius(area, element.radius);
            let (offset, color) = (offset.to_vector(), faded(*color, opacity));
            cut_inside(&mut square, area, radius, 0.0);
            if *sigma >= 0.0 {
                push(ops, square, Paint::Shadow { area, radius, sigma: sigma.min(MAX_SIGMA), offset, color });
            }
        }
    }
}

/// A blur wider than this is a fog, and costs as much.
pub(crate) const MAX_SIGMA: f32 = 128.0;

/// Splits `visible` into the pixels near rounded corners, with their mask, and all others.
///
/// Borders and shadows bring their own corners and need no mask, but what `rounded_area` cuts is cut from all kinds.
fn rounded_part(element: &Element, visible: Region<Physical>) -> (Option<(RoundedMask, Region<Physical>)>, Region<Physical>) {
    let outer = element.rounded_area.unwrap_or(element.area);
    let radius = element.radius;
    if radius <= 0.0 || matches!(element.kind, ElementKind::Border { .. } | ElementKind::Shadow { .. }) {
        return (None, visible);
    }
    let mut square = visible.clone();
    let mut rounded = Region::default();
    for corner in corners(outer, radius) {
        rounded.union_with(&visible.clipped(corner));
        square.subtract(corner);
    }
    (Some((RoundedMask { area: outer, radius }, rounded)), square)
}

/// Takes out the pixels that lie wholly inside of the ring of `width` in a rounded rectangle: a cross between its corners.
fn cut_inside(region: &mut Region<Physical>, area: PhysicalRect, radius: f32, width: f32) {
    let width = width.ceil() as i32;
    let corner = (radius.ceil() as i32).max(width);
    region.subtract(area.inflate(-corner, -width));
    region.subtract(area.inflate(-width, -corner));
}

fn clamped_radius(area: PhysicalRect, radius: f32) -> f32 {
    let half = area.size.width.min(area.size.height) as f32 / 2.0;
    if radius.is_finite() { radius.clamp(0.0, half.max(0.0)) } else { 0.0 }
}

fn solid(content: &Content, opacity: f32) -> Option<Color> {
    match content.pixels {
        Pixels::Solid(color) => Some(faded(color, opacity)),
        Pixels::Shm { .. } => None,
    }
}

fn faded(color: Color, opacity: f32) -> Color {
    let Color { red, green, blue, alpha } = color;
    Color { red: red * opacity, green: green * opacity, blue: blue * opacity, alpha: alpha * opacity }
}

/// Operations that paint nothing are not in a plan.
fn push(ops: &mut Vec<Op>, region: Region<Physical>, paint: Paint) {
    let invisible = match &paint {
        Paint::Fill { color, .. } => *color == Color::TRANSPARENT,
        Paint::Sample(sample) => sample.opacity <= 0.0,
        Paint::Shadow { color, .. } => color.alpha <= 0.0,
        Paint::Placeholder { opacity, .. } => *opacity <= 0.0,
        _ => false,
    };
    if !invisible && !region.is_empty() {
        ops.push(Op { rects: region.rects().to_vec(), paint });
    }
}
