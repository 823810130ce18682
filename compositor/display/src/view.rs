//! What can be looked at: an output, or a scene that a capture brings along.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use glasshouse_scene::occlusion::{damage_in_view, drawn_area, scene_damage};
use glasshouse_scene::{
    Color, Content, ElementKind, Physical, PhysicalRect, PhysicalSize, Region, Scene, SurfaceId, Transform, geometry::clamp_rect,
};

use crate::cpu::canvas::Canvas;
use crate::cursor::Placed;
use crate::direct::{is_plain, is_worth_it};
use crate::executor::{DrawError, Executor, TargetId};
use crate::memory::Memory;
use crate::picture::{Shape, Slot, Slots};
use crate::plan::{FramePlan, PlanInput, plan};

/// A scene, what of it changed since each picture, and the pictures.
///
/// Nothing is painted here until somebody captures: damage is only noted.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) target: TargetId,
    pub(crate) scene: Scene,
    /// Transparent for a scene that may have no background.
    pub(crate) background: Color,
    native: Slots,
    captured: Vec<Captured>,
    /// What changed since [`Self::take_damage`], for telemetry only.
    fresh: Region<Physical>,
    /// When the last capture was, while there are pictures.
    pub(crate) used_ns: Option<u64>,
    pub(crate) trimmed: bool,
}

/// One shape that was captured, for telling what changed since.
#[derive(Debug)]
struct Captured {
    shape: Shape,
    /// Not used by a picture of the whole view, which is one of the view's own.
    derived: Slots,
    /// What changed since the last capture of this shape.
    since: Region<Physical>,
    cursors: Placed,
    /// The last picture's serial.
    last: u64,
    png: Option<Png>,
}

/// A picture as a file, kept for as long as nothing changes.
#[derive(Debug, Clone)]
pub(crate) struct Png {
    /// The picture's.
    pub(crate) serial: u64,
    pub(crate) file: Arc<OwnedFd>,
    pub(crate) bytes: u64,
}

/// Shapes whose history is kept per view.
const MAX_SHAPES: usize = 4;

/// More rectangles than this are not worth telling.
const MAX_RECTS: usize = 24;

/// What a capture found.
#[derive(Debug)]
pub(crate) struct Taken<'a> {
    pub(crate) slot: &'a mut Slot,
    pub(crate) unchanged: bool,
    /// In the picture's pixels, since the last capture of the same shape.
    pub(crate) damage: Vec<PhysicalRect>,
    /// The same picture as a file, if it was made already.
    pub(crate) png: Option<Png>,
    /// How many pixels were painted for it.
    pub(crate) painted: u64,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ViewError {
    #[error(transparent)]
    Draw(#[from] DrawError),
    #[error("no memory for a picture")]
    Memory(#[from] io::Error),
}

impl View {
    pub(crate) fn new(target: TargetId, scene: Scene, background: Color) -> Self {
        let fresh = Region::from(PhysicalRect::from_size(scene.size));
        Self { target, scene, background, native: Slots::default(), captured: Vec::new(), fresh, used_ns: None, trimmed: false }
    }

    /// Shows another scene. Pictures of another size are of no use.
    pub(crate) fn set_scene(&mut self, scene: Scene) {
        if self.scene.size == scene.size {
            let damage = scene_damage(&self.scene, &scene);
            self.add_damage(&damage);
        } else {
            self.forget_pictures();
            self.fresh = Region::from(PhysicalRect::from_size(scene.size));
        }
        self.scene = scene;
    }

    /// Whether it has texts that are not set: see [`crate::text`].
    pub(crate) fn waits_for_texts(&self) -> bool {
        self.scene.elements.iter().any(|element| matches!(element.kind, ElementKind::Text(_)))
    }

    /// How many pixels have changed since the last call.
    pub(crate) fn take_damage(&mut self) -> u64 {
        area_of(&std::mem::take(&mut self.fresh))
    }

    /// Notes that a surface shows something else than `before`.
    pub(crate) fn content_changed(&mut self, surface: SurfaceId, before: Option<&Content>, now: Option<&Content>) {
        let mut damage = Region::default();
        for element in &self.scene.elements {
            if element.kind != ElementKind::Surface(surface) {
                continue;
            }
            let Some(area) = drawn_area(element, self.scene.size) else { continue };
            match (before, now) {
                (Some(before), Some(now)) if before.same_mapping(now) => {
                    damage_in_view(now, element.area)
                        .into_iter()
                        .filter_map(|rect| clamp_rect(rect, area))
                        .for_each(|rect| damage.add(rect));
                }
                _ => damage.add(area),
            }
        }
        if !damage.is_empty() {
            self.add_damage(&damage);
        }
        // A pointer's picture is not compared by its pixels: paint it again wherever it is.
        self.repaint_cursor(surface);
    }

    fn repaint_cursor(&mut self, surface: SurfaceId) {
        let mut areas = Region::default();
        let slots = self.native.iter().chain(self.captured.iter().flat_map(|captured| captured.derived.iter()));
        let placed = slots.map(|slot| &slot.cursors).chain(self.captured.iter().map(|captured| &captured.cursors));
        placed.filter(|placed| placed.shows(surface)).flat_map(|placed| placed.areas()).for_each(|area| areas.add(area));
        if !areas.is_empty() {
            self.add_damage(&areas);
        }
    }

    /// Everything that shows the surface must be painted again, for instance as its placeholder.
    pub(crate) fn surface_damaged(&mut self, surface: SurfaceId) {
        self.content_changed(surface, None, None);
    }

    fn add_damage(&mut self, damage: &Region<Physical>) {
        let damage = damage.clipped(PhysicalRect::from_size(self.scene.size));
        self.native.add_damage(&damage);
        self.fresh.union_with(&damage);
        self.fresh.simplify(MAX_RECTS);
        for captured in &mut self.captured {
            captured.since.union_with(&damage);
            captured.since.simplify(MAX_RECTS);
            captured.derived.add_damage(&damage);
        }
    }

    /// Nothing painted so far is of use, or may be shown.
    pub(crate) fn forget_pictures(&mut self) {
        self.native = Slots::default();
        self.captured.clear();
        self.used_ns = None;
    }

    /// Gives back memory, but keeps what makes the next capture cheap.
    pub(crate) fn trim(&mut self) {
        self.native.trim();
        for captured in &mut self.captured {
            captured.derived.trim();
            captured.png = None;
        }
        self.trimmed = true;
    }

    pub(crate) fn has_pictures(&self) -> bool {
        !self.native.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn pictures(&self) -> usize {
        self.native.iter().count()
    }

    /// A picture lent out by [`Taken`] comes back, unless it was dropped meanwhile.
    pub(crate) fn slot_mut(&mut self, serial: u64) -> Option<&mut Slot> {
        let derived = self.captured.iter_mut().find_map(|captured| captured.derived.get_mut(serial));
        derived.or_else(|| self.native.get_mut(serial))
    }

    /// Keeps a file in case the same picture is wanted again.
    pub(crate) fn keep_png(&mut self, png: &Png) {
        if let Some(captured) = self.captured.iter_mut().find(|captured| captured.last == png.serial) {
            captured.png = Some(png.clone());
        }
    }

    /// The picture of this shape, painted as far as necessary.
    pub(crate) fn take(
        &mut self,
        shape: Shape,
        cursors: &Placed,
        studio: &mut Studio<'_>,
        next_serial: &mut u64,
    ) -> Result<Taken<'_>, ViewError> {
        let view = self.scene.size;
        let native = self.native.choose(cursors, view, view, next_serial)?;
        let mut painted = Self::paint(&self.scene, self.background, self.target, native, cursors, studio)?;
        let captured = match self.captured.iter().position(|captured| captured.shape == shape) {
            Some(index) => self.captured.remove(index),
            None => Captured::new(shape, view),
        };
        self.captured.truncate(MAX_SHAPES - 1);
        self.captured.insert(0, captured);
        let Some(captured) = self.captured.first_mut() else { return Err(io::Error::from(io::ErrorKind::NotFound).into()) };
        let Captured { derived, since, cursors: seen, last, png, .. } = captured;
        if seen != cursors {
            seen.areas().chain(cursors.areas()).for_each(|area| since.add(area));
        }
        let damage = shape.damage(view, &since.clipped(shape.crop));
        let slot = if shape.is_whole(view) {
            native
        } else {
            let (slot, pixels) = derive(shape, derived, view, native, cursors, studio, next_serial)?;
            painted += pixels;
            slot
        };
        let unchanged = damage.is_empty() && *last == slot.serial;
        *since = Region::default();
        *seen = cursors.clone();
        *last = slot.serial;
        let png = png.clone().filter(|png| png.serial == slot.serial);
        Ok(Taken { slot, unchanged, damage, png, painted })
    }

    /// The plan of a picture of this shape, if it can go straight into a client's memory and that costs less; see [`crate::direct`].
    ///
    /// No picture is painted, so that what is stale stays so.
    pub(crate) fn direct(&self, shape: Shape, cursors: &Placed, studio: &Studio<'_>) -> Option<FramePlan> {
        let as_it_is = shape.transform == Transform::Normal && shape.size == shape.crop.size;
        if !as_it_is || cursors.areas().any(|area| area.intersects(&shape.crop)) {
            return None;
        }
        let least_stale = self.native.iter().map(|slot| &slot.stale).min_by_key(|stale| stale.area());
        if !least_stale.is_none_or(|stale| is_worth_it(stale, shape.crop)) {
            return None;
        }
        let (scene, background) = (&self.scene, self.background);
        let input = PlanInput { scene, contents: studio.contents, background, unreadable: studio.unreadable, cull: true };
        Some(plan(input, &shape.crop.into())).filter(is_plain)
    }

    /// Notes that somebody has seen this shape without a picture of ours. Returns what had changed since the last time.
    pub(crate) fn seen(&mut self, shape: Shape, cursors: &Placed) -> Vec<PhysicalRect> {
        let view = self.scene.size;
        let captured = match self.captured.iter().position(|captured| captured.shape == shape) {
            Some(index) => self.captured.remove(index),
            None => Captured::new(shape, view),
        };
        self.captured.truncate(MAX_SHAPES - 1);
        self.captured.insert(0, captured);
        let Some(captured) = self.captured.first_mut() else { return Vec::new() };
        let damage = shape.damage(view, &captured.since.clipped(shape.crop));
        captured.since = Region::default();
        captured.cursors = cursors.clone();
        captured.last = 0;
        damage
    }

    /// Brings a picture of the whole view up to date. Returns how many pixels that took.
    fn paint(
        scene: &Scene,
        background: Color,
        target: TargetId,
        slot: &mut Slot,
        cursors: &Placed,
        studio: &mut Studio<'_>,
    ) -> Result<u64, ViewError> {
        let mut damage = slot.stale.clone();
        if slot.cursors != *cursors {
            slot.cursors.areas().chain(cursors.areas()).for_each(|area| damage.add(area));
        }
        cursors.complete(&mut damage);
        let damage = damage.clipped(PhysicalRect::from_size(scene.size));
        if !damage.is_empty() {
            // If painting fails in the middle, all of this is still stale.
            slot.stale = damage.clone();
            let Some(memory) = &mut slot.memory else { return Err(io::Error::from(io::ErrorKind::NotFound).into()) };
            let alpha = background.alpha < 1.0;
            let Some(mut canvas) = Canvas::new(memory.pixels_mut(), scene.size, alpha) else {
                return Err(io::Error::from(io::ErrorKind::InvalidData).into());
            };
            let input = PlanInput { scene, contents: studio.contents, background, unreadable: studio.unreadable, cull: true };
            studio.executor.draw(target, &plan(input, &damage), studio.memory, &mut canvas)?;
            cursors.paint(studio.executor.painter(), studio.memory, &mut canvas, Some(&damage));
        }
        slot.stale = Region::default();
        slot.cursors = cursors.clone();
        Ok(area_of(&damage))
    }
}

impl Captured {
    fn new(shape: Shape, view: PhysicalSize) -> Self {
        let since = Region::from(PhysicalRect::from_size(view));
        Self { shape, derived: Slots::default(), since, cursors: Placed::default(), last: 0, png: None }
    }
}

fn area_of(region: &Region<Physical>) -> u64 {
    u64::try_from(region.area()).unwrap_or_default()
}

/// The picture of another shape, from one of the whole view, and how many pixels that took.
fn derive<'s>(
    shape: Shape,
    slots: &'s mut Slots,
    view: PhysicalSize,
    native: &Slot,
    cursors: &Placed,
    studio: &mut Studio<'_>,
    next_serial: &mut u64,
) -> Result<(&'s mut Slot, u64), ViewError> {
    let slot = slots.choose(cursors, view, shape.size, next_serial)?;
    let mut damage = slot.stale.clone();
    if slot.cursors != *cursors {
        slot.cursors.areas().chain(cursors.areas()).for_each(|area| damage.add(area));
    }
    let rects = shape.damage(view, &damage.clipped(shape.crop));
    if let (Some(from), Some(memory)) = (&native.memory, &mut slot.memory)
        && let Some(mut canvas) = Canvas::new(memory.pixels_mut(), shape.size, true)
    {
        studio.executor.painter().derive(from.pixels(), view, shape.placement(view), &rects, &mut canvas);
    }
    slot.stale = Region::default();
    slot.cursors = cursors.clone();
    let painted = rects.iter().map(|rect| u64::from(rect.size.width.unsigned_abs()) * u64::from(rect.size.height.unsigned_abs())).sum();
    Ok((slot, painted))
}

/// What painting needs.
pub(crate) struct Studio<'a> {
    pub(crate) executor: &'a mut dyn Executor,
    pub(crate) contents: &'a glasshouse_scene::occlusion::Contents,
    pub(crate) memory: Memory<'a>,
    pub(crate) unreadable: &'a std::collections::BTreeSet<SurfaceId>,
}
