//! Outputs that show what another one shows, and what follows from what somebody said about outputs.
//!
//! A mirror is no place: it has no workspaces, no windows and no layer surfaces of its own, the pointer is never on it, and programs do not
//! see it. What it shows is painted through a grid of its own, in which its source lies in the middle with black beside it: so it is sharp
//! at any size, and a lock's cover, hidden windows and the pointer are on it as they are on its source.
//!
//! What somebody said (`Output::enabled`, `Output::mirror`) stays whatever becomes of the source: without it, the mirror is an output like
//! any other, and it is a mirror again when the source is back.

use euclid::{Point2D, Rect, Size2D};
use glasshouse_scene::{Color, Element, ElementId, ElementKind, LogicalPoint, OutputId, PhysicalRect, PhysicalSize, Scene, Transform};

use crate::{
    command::{MirrorOf, OutputMode, Refusal},
    desktop::Desktop,
    effect::{Effect, Effects},
    ids::Timestamp,
    output::{Output, OutputInfo, Use},
    paint::Audience,
};

/// The first of the four black bars around what a mirror shows. Lower numbers are the painter's.
const BARS: u64 = 16;

impl Desktop {
    /// Which output shall be seen on this one.
    ///
    /// # Errors
    /// [`Refusal::BadMirror`]: of itself, of a mirror, or with mirrors of its own.
    pub(crate) fn checked_mirror(&self, id: OutputId, wanted: &MirrorOf) -> Result<Option<String>, Refusal> {
        let MirrorOf::Output(source) = wanted else { return Ok(None) };
        let own = self.outputs.any(id).map(|output| output.mode.name.as_str()).unwrap_or_default();
        let why = if own == source {
            "it cannot show itself"
        } else if self.outputs.any_named(source).is_some_and(|source| source.mirror.is_some()) {
            "what it shall show is a mirror itself"
        } else if self.outputs.all().any(|other| other.mirror.as_deref() == Some(own)) {
            "others mirror it"
        } else {
            return Ok(Some(source.clone()));
        };
        Err(Refusal::BadMirror { output: own.to_owned(), source_output: source.clone(), why })
    }

    /// What an output is for, by what was said of it and by which others there are.
    fn wanted_use(&self, output: &Output) -> Use {
        let is_source = |other: &&Output| other.id != output.id && other.enabled && other.mirror.is_none();
        let source = output.mirror.as_deref().and_then(|name| self.outputs.any_named(name)).filter(is_source);
        match source {
            _ if !output.enabled => Use::Nothing,
            Some(source) => Use::Mirror(source.id),
            None => Use::Own,
        }
    }

    /// Makes outputs what they are for now. Those that come are there before others go, so that windows find a place.
    pub(crate) fn settle_uses(&mut self, effects: &mut Effects) {
        let wanted: Vec<(OutputId, Use)> = self.outputs.all().map(|output| (output.id, self.wanted_use(output))).collect();
        for (id, now) in wanted.iter().filter(|(_, now)| *now == Use::Own) {
            if self.outputs.get(*id).is_none() {
                let before = self.outputs.clone();
                self.outputs.set_use(*id, *now);
                effects.push(Effect::OutputAdded { output: *id });
                self.follow_outputs(&before, effects);
                self.welcome_output(*id);
            }
        }
        for (id, now) in wanted.into_iter().filter(|(_, now)| *now != Use::Own) {
            let Some(was) = self.outputs.any(id).filter(|output| output.now != now).cloned() else { continue };
            let before = self.outputs.clone();
            self.outputs.set_use(id, now);
            self.told.forget_scene(id);
            if was.is_own() {
                self.close_layers_on(id, effects);
                effects.push(Effect::OutputRemoved { output: id });
                self.follow_outputs(&before, effects);
                self.leave_output(&was);
            } else if now == Use::Nothing {
                effects.push(Effect::OutputRemoved { output: id });
            }
            effects.push(Effect::UnusedOutputsChanged);
            self.touch_outputs();
        }
    }

    /// An output that can be seen: one of its own, or a mirror as the part of its source that it shows, with its own size in pixels.
    fn lens(&self, mirror: &Output) -> Option<Output> {
        let source = self.outputs.get(mirror.source()?)?;
        let (pixels, fitted) = (mirror.pixels(), self.fitted(mirror)?);
        let scale = source.mode.scale * f64::from(fitted.width()) / f64::from(source.pixels().width.max(1));
        let corner = fitted.origin.to_f64();
        let position = LogicalPoint::new(source.position.x - corner.x / scale, source.position.y - corner.y / scale);
        let (width, height) = (pixels.width.unsigned_abs(), pixels.height.unsigned_abs());
        let mode = OutputMode { width, height, scale, transform: Transform::Normal, ..mirror.mode.clone() };
        Some(Output { id: source.id, mode, position, powered: mirror.powered && source.powered, ..mirror.clone() })
    }

    /// Where on a mirror its source is seen, as large as it fits with its aspect, in the middle.
    fn fitted(&self, mirror: &Output) -> Option<PhysicalRect> {
        let (into, from) = (mirror.pixels(), self.outputs.get(mirror.source()?)?.pixels());
        let factor = (f64::from(into.width) / f64::from(from.width.max(1))).min(f64::from(into.height) / f64::from(from.height.max(1)));
        let part = |length: i32, most: i32| ((f64::from(length) * factor).round() as i32).clamp(1, most.max(1));
        let size = PhysicalSize::new(part(from.width, into.width), part(from.height, into.height));
        Some(Rect::new(Point2D::new((into.width - size.width) / 2, (into.height - size.height) / 2), size))
    }

    /// What can be seen of an output: of one that has workspaces, where it is; of a mirror, the part of all outputs that it shows, with the
    /// black beside it, so that a place on it is one of its source. `None`: it shows nothing, because it is not used or not there.
    pub fn screen(&self, id: OutputId) -> Option<OutputInfo> {
        let output = self.outputs.any(id)?;
        let Some(lens) = self.lens(output) else { return self.output(id) };
        let mode = OutputMode { scale: lens.mode.scale, ..output.mode.clone() };
        Some(OutputInfo { mode, position: lens.position, size: lens.size(), powered: lens.powered, ..output.info() })
    }

    /// As [`Self::screen`], of all outputs that show something.
    pub fn screens(&self) -> Vec<OutputInfo> {
        self.outputs.all().filter_map(|output| self.screen(output.id)).collect()
    }

    pub(crate) fn mirrors(&self) -> impl Iterator<Item = &Output> {
        self.outputs.all().filter(|output| output.source().is_some())
    }

    /// What somebody sees on a mirror. `None`: it is none.
    pub(crate) fn mirror_scene(&self, mirror: &Output, at: Timestamp, audience: Audience) -> Option<Scene> {
        let (lens, fitted) = (self.lens(mirror)?, self.fitted(mirror)?);
        let mut scene = self.output_scene(&lens, at, audience);
        let size = scene.size;
        let bar = |x: i32, y: i32, width: i32, height: i32| Rect::new(Point2D::new(x, y), Size2D::new(width, height));
        let bars = [
            bar(0, 0, size.width, fitted.min_y()),
            bar(0, fitted.max_y(), size.width, size.height - fitted.max_y()),
            bar(0, fitted.min_y(), fitted.min_x(), fitted.height()),
            bar(fitted.max_x(), fitted.min_y(), size.width - fitted.max_x(), fitted.height()),
        ];
        for (id, area) in (BARS..).zip(bars).filter(|(_, area)| !area.is_empty()) {
            scene.elements.push(Element::new(ElementId::Shell(id), area, ElementKind::Fill(Color::BLACK)));
        }
        Some(scene)
    }

    /// The cursors on a mirror.
    pub(crate) fn mirror_cursors(&self, mirror: &Output) -> Vec<glasshouse_scene::Cursor> {
        self.lens(mirror).and_then(|lens| self.cursor_on(&lens, Audience::Screen)).into_iter().collect()
    }
}
