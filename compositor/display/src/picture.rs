//! Pictures of a view: their shapes, and the shared memory that they lie in.

use std::io;

use euclid::{Point2D, Rect, Size2D};
use glasshouse_link::CaptureRequest;
use glasshouse_scene::geometry::clamp_rect;
use glasshouse_scene::{
    Buffer, BufferId, Color, Content, Damage, Physical, PhysicalRect, PhysicalSize, Pixels, Region, Transform, geometry::MAX_EXTENT,
};

use crate::cursor::Placed;
use crate::interop::SharedMemory;
use crate::plan::{Placement, placement};

/// Which part of a view a picture shows, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) crop: PhysicalRect,
    pub(crate) size: PhysicalSize,
    pub(crate) transform: Transform,
    pub(crate) cursor: bool,
}

/// Pixels in the largest picture: 256 MiB. Two 8K outputs side by side have as many.
const MAX_PIXELS: i64 = 1 << 26;

impl Shape {
    /// The view as it is.
    pub(crate) fn whole(view: PhysicalSize) -> Self {
        Self { crop: PhysicalRect::from_size(view), size: view, transform: Transform::Normal, cursor: false }
    }

    pub(crate) fn with_size(self, size: PhysicalSize) -> Self {
        Self { size, ..self }
    }

    /// What a request asks of a view. `None` if that is empty, too large or outside of the view.
    pub(crate) fn requested(request: &CaptureRequest, view: PhysicalSize) -> Option<Self> {
        let crop = request.crop.unwrap_or(PhysicalRect::from_size(view));
        let inside = clamp_rect(crop, PhysicalRect::from_size(view)) == Some(crop);
        let shape = Self { crop, size: request.size, transform: request.transform, cursor: request.cursor };
        (inside && is_sane(request.size) && is_sane(view)).then_some(shape)
    }

    /// Whether the picture is the view itself, pixel by pixel.
    pub(crate) fn is_whole(&self, view: PhysicalSize) -> bool {
        Self { cursor: false, ..*self } == Self::whole(view)
    }

    /// From the picture's pixels to those of the view.
    pub(crate) fn placement(&self, view: PhysicalSize) -> Placement {
        let view: Size2D<i32, Buffer> = view.cast_unit();
        let crop: Rect<f64, Buffer> = self.crop.to_f64().cast_unit();
        let content = Content {
            buffer: BufferId(0),
            pixels: Pixels::Solid(Color::BLACK),
            size: view,
            // The picture takes the place of what is upright, the view that of the buffer.
            transform: self.transform.inverse(),
            source: self.transform.apply_rect(crop, view.to_f64()),
            surface_size: Size2D::zero(),
            opaque: Vec::new(),
            damage: Damage::None,
        };
        placement(&content, PhysicalRect::from_size(self.size))
    }

    /// Where changes of the view lie in the picture.
    pub(crate) fn damage(&self, view: PhysicalSize, damage: &Region<Physical>) -> Vec<PhysicalRect> {
        if self.is_whole(view) {
            return damage.rects().to_vec();
        }
        // The crop turned as the picture is, then scaled to it.
        let turned: Rect<f64, Physical> = self.transform.apply_rect(self.crop.to_f64(), view.to_f64());
        let (scale_x, scale_y) = (f64::from(self.size.width) / turned.size.width, f64::from(self.size.height) / turned.size.height);
        let margin = if scale_x == 1.0 && scale_y == 1.0 { 0.0 } else { 1.0 };
        let mut region = Region::<Physical>::default();
        for rect in damage.rects() {
            let Some(rect) = clamp_rect(*rect, self.crop) else { continue };
            let rect: Rect<f64, Physical> = self.transform.apply_rect(rect.to_f64(), view.to_f64());
            let x = |x: f64| (x - turned.min_x()) * scale_x;
            let y = |y: f64| (y - turned.min_y()) * scale_y;
            let reach = (margin * scale_x.max(1.0), margin * scale_y.max(1.0));
            let min = Point2D::new((x(rect.min_x()) - reach.0).floor(), (y(rect.min_y()) - reach.1).floor());
            let max = Point2D::new((x(rect.max_x()) + reach.0).ceil(), (y(rect.max_y()) + reach.1).ceil());
            let rect = euclid::Box2D::new(min, max).to_i32().to_rect();
            if let Some(rect) = clamp_rect(rect, PhysicalRect::from_size(self.size)) {
                region.add(rect);
            }
        }
        region.rects().to_vec()
    }
}

/// Whether a picture may be this large.
fn is_sane(size: PhysicalSize) -> bool {
    let extents = (1..=MAX_EXTENT).contains(&size.width) && (1..=MAX_EXTENT).contains(&size.height);
    extents && i64::from(size.width) * i64::from(size.height) <= MAX_PIXELS
}

/// One picture that is kept, so that the next one only costs what changed.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) serial: u64,
    /// `None` while the encoder has it.
    pub(crate) memory: Option<SharedMemory>,
    /// What of the view has changed since the picture was painted.
    pub(crate) stale: Region<Physical>,
    /// The pointers that are painted on it.
    pub(crate) cursors: Placed,
}

impl Slot {
    fn is_free(&self) -> bool {
        self.memory.as_ref().is_some_and(|memory| !memory.has_readers())
    }

    fn shows(&self, cursors: &Placed) -> bool {
        self.memory.is_some() && self.stale.is_empty() && self.cursors == *cursors
    }
}

/// The pictures of one size.
#[derive(Debug, Default)]
pub(crate) struct Slots(Vec<Slot>);

/// Pictures kept per size: one that a reader looks at, one to paint on, and one for a second reader.
const MAX_SLOTS: usize = 3;

/// Damage of more rectangles than this is worth simplifying.
const MAX_RECTS: usize = 24;

impl Slots {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get_mut(&mut self, serial: u64) -> Option<&mut Slot> {
        self.0.iter_mut().find(|slot| slot.serial == serial)
    }

    pub(crate) fn add_damage(&mut self, damage: &Region<Physical>) {
        for slot in &mut self.0 {
            slot.stale.union_with(damage);
            slot.stale.simplify(MAX_RECTS);
        }
    }

    /// A picture that shows the newest state already, or else the free one that needs the least painting, or else a new one.
    ///
    /// `next_serial` numbers pictures; one that will be painted gets a new number, so that old numbers never name new pixels.
    pub(crate) fn choose(
        &mut self,
        cursors: &Placed,
        view: PhysicalSize,
        size: PhysicalSize,
        next_serial: &mut u64,
    ) -> io::Result<&mut Slot> {
        // Of several, the one used last: it is the picture that its reader knows.
        let newest = self.0.iter().rposition(|slot| slot.shows(cursors));
        if let Some(index) = newest.or_else(|| self.freest()) {
            // The one in use moves to the end: the front is the oldest.
            let mut slot = self.0.remove(index);
            if newest.is_none() {
                *next_serial += 1;
                slot.serial = *next_serial;
            }
            self.0.push(slot);
        } else {
            if self.0.len() >= MAX_SLOTS {
                self.0.remove(0);
            }
            let memory = SharedMemory::new(size.area().max(0) as usize * 4)?;
            *next_serial += 1;
            let stale = Region::from(PhysicalRect::from_size(view));
            self.0.push(Slot { serial: *next_serial, memory: Some(memory), stale, cursors: Placed::default() });
        }
        self.0.last_mut().ok_or_else(|| io::ErrorKind::OutOfMemory.into())
    }

    fn freest(&self) -> Option<usize> {
        let free = self.0.iter().enumerate().filter(|(_, slot)| slot.is_free());
        free.min_by_key(|(_, slot)| slot.stale.area()).map(|(index, _)| index)
    }

    /// Keeps only the newest.
    pub(crate) fn trim(&mut self) {
        let surplus = self.0.len().saturating_sub(1);
        self.0.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rect;

    const VIEW: PhysicalSize = PhysicalSize::new(100, 60);

    #[test]
    fn damage_follows_crop_scale_and_transform() {
        let damage = Region::from(rect(10, 20, 4, 2));
        let shape = Shape::whole(VIEW);
        assert_eq!(shape.damage(VIEW, &damage), [rect(10, 20, 4, 2)]);
        let crop = Shape { crop: rect(8, 10, 20, 20), size: Size2D::new(20, 20), ..shape };
        assert_eq!(crop.damage(VIEW, &damage), [rect(2, 10, 4, 2)]);
        // Enlarged, filters reach further.
        let large = Shape { size: Size2D::new(40, 40), ..crop };
        assert_eq!(large.damage(VIEW, &damage), [rect(2, 18, 12, 8)]);
        let turned = Shape { transform: Transform::Rotated90, size: Size2D::new(60, 100), ..shape };
        assert_eq!(turned.damage(VIEW, &damage), [rect(20, 100 - 14, 2, 4)]);
    }

    #[test]
    fn a_picture_with_a_reader_is_not_painted_again() {
        let (mut slots, mut serial, none) = (Slots::default(), 0, Placed::default());
        let slot = slots.choose(&none, VIEW, VIEW, &mut serial).unwrap();
        slot.stale = Region::default();
        let first = slot.serial;
        let reader = slot.memory.as_ref().unwrap().reader().unwrap();
        assert_eq!(slots.choose(&none, VIEW, VIEW, &mut serial).unwrap().serial, first, "it is up to date");
        slots.add_damage(&Region::from(rect(0, 0, 1, 1)));
        let slot = slots.choose(&none, VIEW, VIEW, &mut serial).unwrap();
        slot.stale = Region::default();
        assert_eq!(slots.iter().count(), 2);
        drop(reader);
        slots.add_damage(&Region::from(rect(0, 0, 1, 1)));
        slots.choose(&none, VIEW, VIEW, &mut serial).unwrap();
        assert_eq!(slots.iter().count(), 2, "both were free");
        assert!(slots.get_mut(first).is_none_or(|slot| slot.stale.area() > 0));
    }
}
