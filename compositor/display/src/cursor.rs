//! Pointers: which picture, and where.

mod arrow;
mod names;
mod theme;

use std::rc::Rc;

use euclid::{Point2D, Size2D};
use glasshouse_scene::geometry::clamp_rect;
use glasshouse_scene::occlusion::Contents;
use glasshouse_scene::{BufferId, Cursor, CursorImage, Physical, PhysicalPoint, PhysicalRect, PhysicalSize, Region, SurfaceId};

use crate::cpu::Painter;
use crate::cpu::canvas::Canvas;
use crate::memory::Memory;
use crate::plan::{Op, surface_op};
pub(crate) use theme::Cursors;

/// A pointer's picture, premultiplied ARGB.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) pixels: Vec<u32>,
    pub(crate) size: PhysicalSize,
    pub(crate) hotspot: PhysicalPoint,
}

/// Pointers at their places on one view. Two of them are equal if they look the same.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Placed(Vec<PlacedCursor>);

#[derive(Debug, Clone)]
struct PlacedCursor {
    area: PhysicalRect,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Picture(Rc<Picture>),
    /// A client's surface, in this buffer.
    Surface(SurfaceId, BufferId, Box<Op>),
}

impl PartialEq for PlacedCursor {
    fn eq(&self, other: &Self) -> bool {
        self.area == other.area
            && match (&self.what, &other.what) {
                (What::Picture(a), What::Picture(b)) => Rc::ptr_eq(a, b) || a == b,
                (What::Surface(a, in_a, op), What::Surface(b, in_b, other)) => a == b && in_a == in_b && op == other,
                _ => false,
            }
    }
}

impl Cursors {
    /// Finds the pictures of these pointers and their places.
    pub(crate) fn place(&mut self, cursors: &[Cursor], contents: &Contents) -> Placed {
        Placed(cursors.iter().filter_map(|cursor| self.place_one(cursor, contents)).collect())
    }

    fn place_one(&mut self, cursor: &Cursor, contents: &Contents) -> Option<PlacedCursor> {
        match &cursor.image {
            CursorImage::Hidden => None,
            CursorImage::Named(name) => {
                let picture = self.picture(name, cursor.scale);
                let area = PhysicalRect::new(cursor.position - picture.hotspot.to_vector(), picture.size);
                Some(PlacedCursor { area, what: What::Picture(picture) })
            }
            CursorImage::Surface { surface, hotspot, size } => {
                let hotspot: Point2D<i32, Physical> = (*hotspot * cursor.scale).round().to_i32().cast_unit();
                let area = PhysicalRect::new(cursor.position - hotspot.to_vector(), *size);
                let content = contents.get(surface)?;
                let paint = surface_op(*surface, content, area)?.over(1.0, None);
                Some(PlacedCursor { area, what: What::Surface(*surface, content.buffer, Box::new(Op { rects: Vec::new(), paint })) })
            }
        }
    }
}

impl Placed {
    /// Where they draw.
    pub(crate) fn areas(&self) -> impl Iterator<Item = PhysicalRect> {
        self.0.iter().map(|cursor| cursor.area)
    }

    /// Adds every pointer that `damage` touches to it, because a pointer can only be painted whole.
    pub(crate) fn complete(&self, damage: &mut Region<Physical>) {
        // Pointers may overlap one another; there are hardly ever two.
        for _ in 0..self.0.len() {
            for area in self.areas() {
                if !damage.clipped(area).is_empty() {
                    damage.add(area);
                }
            }
        }
    }

    /// Paints those that lie in `damage`; `None`: all.
    pub(crate) fn paint(&self, painter: &mut Painter, memory: Memory<'_>, canvas: &mut Canvas<'_>, damage: Option<&Region<Physical>>) {
        let view = PhysicalRect::from_size(canvas.size());
        for cursor in &self.0 {
            let Some(visible) = clamp_rect(cursor.area, view) else { continue };
            if damage.is_some_and(|damage| damage.clipped(visible).is_empty()) {
                continue;
            }
            match &cursor.what {
                What::Picture(picture) => painter.stamp(&picture.pixels, picture.size, cursor.area.origin, canvas),
                What::Surface(_, _, op) => {
                    let op = Op { rects: vec![visible], ..op.as_ref().clone() };
                    // An unreadable pointer is not worth a placeholder.
                    let _ = painter.paint(&[op], memory, canvas);
                }
            }
        }
    }

    /// Whether a pointer is this surface.
    pub(crate) fn shows(&self, surface: SurfaceId) -> bool {
        self.0.iter().any(|cursor| matches!(cursor.what, What::Surface(shown, ..) if shown == surface))
    }
}

impl Picture {
    /// The same picture at another size.
    fn scaled(&self, factor: f64) -> Self {
        let scale = |value: i32| ((f64::from(value) * factor).round() as i32).clamp(1, 1024);
        let size = Size2D::new(scale(self.size.width), scale(self.size.height));
        let mut pixels = vec![0; size.area().max(0) as usize];
        let placement = crate::picture::Shape::whole(self.size).with_size(size).placement(self.size);
        if let Some(mut canvas) = Canvas::new(&mut pixels, size, true) {
            Painter::default().derive(&self.pixels, self.size, placement, &[PhysicalRect::from_size(size)], &mut canvas);
        }
        let hotspot = (self.hotspot.to_f64() * factor).round().to_i32();
        Self { pixels, size, hotspot }
    }
}
