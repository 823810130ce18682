//! What covers what, and what changed between two scenes of the same view.

use std::collections::BTreeMap;

use euclid::{Box2D, Point2D, Rect, Size2D};

use crate::{Content, Element, ElementId, ElementKind, Physical, Region, Scene, SurfaceId, geometry::clamp_rect};

/// What every surface shows: how a scene's surfaces are looked up.
pub type Contents = BTreeMap<SurfaceId, Content>;

/// Where an element may draw: its area and spread, clipped to its clip and to the view.
pub fn drawn_area(element: &Element, view: Size2D<i32, Physical>) -> Option<Rect<i32, Physical>> {
    let spread = element.kind.spread();
    let area = element.area.inflate(spread, spread);
    let area = match element.clip {
        Some(clip) => clamp_rect(area, clip)?,
        None => area,
    };
    clamp_rect(area, Rect::from_size(view))
}

/// The pixels through which nothing below the element can be seen. May say too little, never too much.
pub fn opaque_region(element: &Element, contents: &Contents, view: Size2D<i32, Physical>) -> Region<Physical> {
    let mut region = Region::default();
    if element.opacity < 1.0 {
        return region;
    }
    let Some(visible) = drawn_area(element, view) else { return region };
    match &element.kind {
        ElementKind::Fill(color) if color.alpha >= 1.0 => region.add(visible),
        ElementKind::Gradient { top, bottom } if top.alpha >= 1.0 && bottom.alpha >= 1.0 => region.add(visible),
        ElementKind::Placeholder => region.add(visible),
        ElementKind::Surface(surface) => {
            let Some(content) = contents.get(surface) else { return region };
            if content.is_opaque() {
                region.add(visible);
            } else {
                for rect in &content.opaque {
                    if let Some(rect) = clamp_rect(surface_to_view(*rect, content, element.area), visible) {
                        region.add(rect);
                    }
                }
            }
        }
        _ => {}
    }
    cut_corners(&mut region, element);
    region
}

/// Takes the squares that hold the rounded corners out of `region`.
fn cut_corners(region: &mut Region<Physical>, element: &Element) {
    if element.radius <= 0.0 {
        return;
    }
    let outer = element.rounded_area.unwrap_or(element.area);
    for corner in corners(outer, element.radius) {
        region.subtract(corner);
    }
}

/// The four squares that hold the rounded corners of `area`.
pub fn corners(area: Rect<i32, Physical>, radius: f32) -> [Rect<i32, Physical>; 4] {
    let side = (radius.ceil() as i32).min(area.size.width).min(area.size.height).max(0);
    let square = |x, y| Rect::new(Point2D::new(x, y), Size2D::new(side, side));
    [
        square(area.min_x(), area.min_y()),
        square(area.max_x() - side, area.min_y()),
        square(area.min_x(), area.max_y() - side),
        square(area.max_x() - side, area.max_y() - side),
    ]
}

/// Where a rectangle of the surface lies in the view, rounded inwards: half a pixel of promise is none.
fn surface_to_view(rect: Rect<i32, crate::Logical>, content: &Content, area: Rect<i32, Physical>) -> Rect<i32, Physical> {
    let rect = rect.to_f64();
    let scale_x = f64::from(area.size.width) / content.surface_size.width.max(f64::MIN_POSITIVE);
    let scale_y = f64::from(area.size.height) / content.surface_size.height.max(f64::MIN_POSITIVE);
    let map = |x: f64, y: f64| Point2D::new(f64::from(area.origin.x) + x * scale_x, f64::from(area.origin.y) + y * scale_y);
    let exact: Box2D<f64, Physical> = Box2D::new(map(rect.min_x(), rect.min_y()), map(rect.max_x(), rect.max_y()));
    // A tenth of a thousandth of a pixel absorbs rounding in the division.
    let inner = Box2D::new(
        Point2D::new((exact.min.x - 1e-4).ceil(), (exact.min.y - 1e-4).ceil()),
        Point2D::new((exact.max.x + 1e-4).floor(), (exact.max.y + 1e-4).floor()),
    );
    inner.to_i32().to_rect()
}

/// Where the damage of a surface's content lies in the view, rounded outwards and by one more pixel where it is scaled,
/// because filters read their neighbours.
pub fn damage_in_view(content: &Content, area: Rect<i32, Physical>) -> Vec<Rect<i32, Physical>> {
    let upright = content.upright_size().to_f64();
    let source = content.source;
    if source.is_empty() {
        return vec![area];
    }
    let scale_x = f64::from(area.size.width) / source.size.width;
    let scale_y = f64::from(area.size.height) / source.size.height;
    let margin =
        if scale_x == 1.0 && scale_y == 1.0 && source.origin.x.fract() == 0.0 && source.origin.y.fract() == 0.0 { 0.0 } else { 1.0 };
    // Filters reach one source pixel further, which is `scale` pixels of the view.
    let (margin_x, margin_y) = (margin * scale_x.max(1.0), margin * scale_y.max(1.0));
    let damage = content.damage.rects(content.size);
    damage
        .into_iter()
        .filter_map(|rect| {
            // Damage is in the buffer's own orientation; turn it upright first.
            let rect: Rect<f64, crate::Buffer> = content.transform.inverse().apply_rect(rect.to_f64(), content.size.to_f64());
            debug_assert!(rect.max_x() <= upright.width + 1e-6 && rect.max_y() <= upright.height + 1e-6);
            let x = |x: f64| f64::from(area.origin.x) + (x - source.origin.x) * scale_x;
            let y = |y: f64| f64::from(area.origin.y) + (y - source.origin.y) * scale_y;
            let min = Point2D::new((x(rect.min_x()) - margin_x).floor(), (y(rect.min_y()) - margin_y).floor());
            let max = Point2D::new((x(rect.max_x()) + margin_x).ceil(), (y(rect.max_y()) + margin_y).ceil());
            clamp_rect(Box2D::new(min, max).to_i32().to_rect(), area)
        })
        .collect()
}

/// The pixels of the view that differ between two scenes, apart from what surfaces changed by themselves.
///
/// A moved, changed, new or gone element damages where it was and where it is. An element that changed its place in the
/// stack damages itself; the elements that only kept their order do not.
pub fn scene_damage(before: &Scene, after: &Scene) -> Region<Physical> {
    if before.size != after.size {
        return Region::from(Rect::from_size(after.size));
    }
    let mut damage = Region::default();
    let mut add = |element: &Element| {
        if let Some(area) = drawn_area(element, after.size) {
            damage.add(area);
        }
    };
    let old: BTreeMap<ElementId, (usize, &Element)> =
        before.elements.iter().enumerate().map(|(index, element)| (element.id, (index, element))).collect();
    let mut kept = BTreeMap::new();
    let mut highest = None;
    for element in &after.elements {
        match old.get(&element.id) {
            None => add(element),
            Some((index, earlier)) => {
                kept.insert(element.id, ());
                if *earlier != element {
                    add(earlier);
                    add(element);
                } else if highest.is_some_and(|highest| *index < highest) {
                    add(element);
                }
                highest = highest.max(Some(*index));
            }
        }
    }
    before.elements.iter().filter(|element| !kept.contains_key(&element.id)).for_each(&mut add);
    damage
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Color, testing::Random};

    fn fill(id: u64, x: i32, y: i32, w: i32, h: i32, color: u32) -> Element {
        let area = Rect::new(Point2D::new(x, y), Size2D::new(w, h));
        Element::new(ElementId::Shell(id), area, ElementKind::Fill(Color::rgb(color, 1.0)))
    }

    fn scene(elements: Vec<Element>) -> Scene {
        Scene { size: Size2D::new(24, 24), elements, ..Scene::default() }
    }

    /// Paints opaque fills the slow way.
    fn paint(scene: &Scene) -> BTreeMap<(i32, i32), f32> {
        let mut pixels = BTreeMap::new();
        for element in &scene.elements {
            let ElementKind::Fill(color) = element.kind else { continue };
            let Some(area) = drawn_area(element, scene.size) else { continue };
            for x in area.x_range() {
                for y in area.y_range() {
                    pixels.insert((x, y), color.blue);
                }
            }
        }
        pixels
    }

    #[test]
    fn every_pixel_that_differs_between_two_scenes_is_damaged() {
        for seed in 1..1000u64 {
            let mut state = Random::new(seed);
            let mut make = || {
                let mut ids: Vec<u64> = (0..6).collect();
                let mut elements = Vec::new();
                for _ in 0..state.below(6) {
                    let id = ids.remove(state.below(ids.len() as i32) as usize);
                    let mut at = || state.below(3) * 8 - 4;
                    let (x, y) = (at(), at());
                    elements.push(fill(id, x, y, 10, 10, id as u32 * 40 + state.below(2) as u32));
                }
                scene(elements)
            };
            let (before, after) = (make(), make());
            let damage = scene_damage(&before, &after);
            let (old, new) = (paint(&before), paint(&after));
            for x in 0..24 {
                for y in 0..24 {
                    let differs = old.get(&(x, y)) != new.get(&(x, y));
                    assert!(!differs || damage.contains(Point2D::new(x, y)), "seed {seed}: ({x}, {y}) is missing");
                }
            }
            assert!(scene_damage(&after, &after).is_empty());
        }
    }

    #[test]
    fn rounded_corners_hide_nothing() {
        let mut element = fill(1, 0, 0, 20, 20, 0);
        element.radius = 4.0;
        let opaque = opaque_region(&element, &Contents::new(), Size2D::new(24, 24));
        assert_eq!(opaque.area(), 400 - 4 * 16);
        assert!(!opaque.contains(Point2D::new(0, 0)));
    }
}
