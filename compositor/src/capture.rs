//! Pictures for whoever asks: from a request to a link capture, and from its answer back.

use std::{collections::BTreeMap, sync::Arc};

use euclid::{Point2D, Rect, Size2D};
use glasshouse_core::{Audience, OutputInfo, Refusal, View};
use glasshouse_link::{CaptureFailure, CaptureId, CaptureRequest, CaptureSource, CaptureTarget};
use glasshouse_protocols::{CaptureInfo, PixelFormat};
use glasshouse_scene::{LogicalPoint, LogicalRect, Physical, PhysicalRect, PhysicalSize, Transform, geometry::clamp_rect};

use crate::{
    State,
    bus::{self, BusError, Captured, Picture, PictureSize, PictureSource, Reply},
    display::Picture as Drawn,
};

/// Captures that are under way.
#[derive(Debug, Default)]
pub struct Captures {
    waiting: BTreeMap<CaptureId, Waiting>,
    /// Pictures for `zwlr_screencopy_manager_v1`.
    pub screencopy: BTreeMap<CaptureId, crate::wayland::screencopy::Waiting>,
}

#[derive(Debug)]
struct Waiting {
    reply: Reply<Captured>,
    format: PixelFormat,
    /// What the picture shows of the logical space.
    area: LogicalRect,
    /// What was hidden from pictures when its scene was made. `None`: the display makes it of the newest.
    hide_epoch: Option<u64>,
}

/// See [`State::take_picture`].
const RETRIES: u32 = 2;

/// What to draw, worked out.
struct Plan {
    source: CaptureSource,
    crop: Option<PhysicalRect>,
    natural: PhysicalSize,
    area: LogicalRect,
}

impl State {
    /// Takes a picture for the bus. A display that dies meanwhile is replaced and the picture taken again: twice, because a surface
    /// that kills displays is found out by its second victim.
    pub fn take_picture(&mut self, picture: &Picture, reply: Reply<Captured>) {
        // What was told in this turn may hide something.
        self.settle();
        let plan = match self.plan_picture(&picture.source, picture.size) {
            Ok(plan) => plan,
            Err(error) => {
                let _ = reply.send(Err(error));
                return;
            }
        };
        let size = match picture.size {
            PictureSize::Natural => plan.natural,
            PictureSize::Scale(scale) => (plan.area.size * scale).round().max(Size2D::splat(1.0)).to_i32().cast_unit(),
            PictureSize::Exact(width, height) => Size2D::new(i32::try_from(width).unwrap_or(1), i32::try_from(height).unwrap_or(1)),
        };
        let hide_epoch = matches!(plan.source, CaptureSource::Scene(_)).then(|| self.desktop.hide_epoch());
        let request = CaptureRequest {
            source: plan.source,
            crop: plan.crop,
            size,
            transform: Transform::Normal,
            cursor: picture.cursor,
            target: match picture.format {
                PixelFormat::Png => CaptureTarget::Png,
                PixelFormat::Raw => CaptureTarget::Memfd,
            },
        };
        if !self.display.can_draw() {
            let sentence = self.display.failure.clone().unwrap_or_else(|| "this desktop was started without a display".into());
            let _ = reply.send(Err(BusError::DisplayUnavailable(sentence)));
            return;
        }
        self.display.look(self.now);
        self.compose();
        let id = self.display.link.capture(request, None, RETRIES);
        self.captures.waiting.insert(id, Waiting { reply, format: picture.format, area: plan.area, hide_epoch });
    }

    fn plan_picture(&self, source: &PictureSource, size: PictureSize) -> Result<Plan, BusError> {
        match source {
            PictureSource::Output { name, region } => {
                let outputs = self.desktop.screens();
                let found = match name {
                    Some(name) => outputs.iter().find(|output| output.mode.name == *name),
                    // Rather what is shown than what shows it smaller.
                    None => outputs.iter().find(|output| output.shows.is_none()),
                };
                let Some(output) = found else {
                    let names: Vec<_> = outputs.iter().map(|output| output.mode.name.as_str()).collect();
                    let name = name.as_deref().unwrap_or("to take a picture of");
                    return Err(BusError::NoOutput(format!("there is no output {name}; there are: {}", names.join(", "))));
                };
                let area = LogicalRect::new(output.position, output.size);
                let whole: PhysicalSize = (output.size * output.mode.scale).round().to_i32().cast_unit();
                let (crop, area) = match region {
                    None => (None, area),
                    Some(region) => {
                        let inside = region
                            .intersection(&area)
                            .ok_or_else(|| BusError::BadArgument(format!("the region lies outside of the output {}", output.mode.name)))?;
                        let crop = on_pixels(inside, output.position, output.mode.scale, whole)?;
                        (Some(crop), back_to_logical(crop, output.position, output.mode.scale))
                    }
                };
                let natural = crop.map_or(whole, |crop| crop.size);
                Ok(Plan { source: CaptureSource::Output(output.id), crop, natural, area })
            }
            PictureSource::Region(region) => {
                let outputs = self.desktop.outputs();
                // One output is drawn for itself and known to the display; several need a view of their own.
                let single = outputs.iter().find(|output| LogicalRect::new(output.position, output.size).contains_rect(region));
                if let Some(output) = single {
                    let name = Some(output.mode.name.clone());
                    return self.plan_picture(&PictureSource::Output { name, region: Some(*region) }, size);
                }
                let sharpest = outputs.iter().map(|output| output.mode.scale).fold(1.0, f64::max);
                let scale = if let PictureSize::Scale(scale) = size { scale } else { sharpest };
                if !outputs.iter().any(|output| LogicalRect::new(output.position, output.size).intersects(region)) {
                    return Err(BusError::BadArgument(format!("the region lies outside of all outputs; there is {}", places(&outputs))));
                }
                let scene = self
                    .desktop
                    .scene_for(Audience::Capture, View::Region { area: *region, scale }, self.now)
                    .ok_or_else(|| BusError::BadArgument("there is nothing to see in this region".into()))?;
                let natural = scene.size;
                Ok(Plan { source: CaptureSource::Scene(Box::new(scene)), crop: None, natural, area: *region })
            }
            PictureSource::Window { window, region } => {
                let info = self
                    .desktop
                    .window(*window)
                    .filter(|info| info.mapped)
                    .ok_or_else(|| BusError::NoWindow(format!("there is no window {window}; `glassctl windows` lists them")))?;
                self.desktop.may_capture(*window).map_err(|refusal| bus::refusal(&refusal))?;
                let scene = self
                    .desktop
                    .scene_for(Audience::Capture, View::Window(*window), self.now)
                    .ok_or_else(|| BusError::Refused(format!("window {window} shows nothing yet")))?;
                // Of the contents, not of the place that the window has: a client that has not answered yet shows more than fits there, and
                // its pixels are no smaller for that.
                let scale = self.desktop.window_scale(*window).unwrap_or(1.0);
                let whole = back_to_logical(PhysicalRect::from_size(scene.size), LogicalPoint::zero(), scale);
                let (crop, inside) = match region {
                    None => (None, whole),
                    Some(region) => {
                        let inside = region
                            .intersection(&whole)
                            .ok_or_else(|| BusError::BadArgument("the region lies outside of the window".into()))?;
                        let crop = on_pixels(inside, LogicalPoint::zero(), scale, scene.size)?;
                        (Some(crop), back_to_logical(crop, LogicalPoint::zero(), scale))
                    }
                };
                let natural = crop.map_or(scene.size, |crop| crop.size);
                let area = inside.translate(info.area.origin.to_vector());
                Ok(Plan { source: CaptureSource::Scene(Box::new(scene)), crop, natural, area })
            }
        }
    }

    /// Hands out what the display has answered in this turn.
    pub fn captures_turn(&mut self) {
        for (id, result) in std::mem::take(&mut self.display.captured) {
            // What was painted before a lock and comes now, comes too late.
            let outdated = matches!(&result, Ok((frame, _)) if frame.lock_epoch != self.desktop.lock_epoch());
            if let Some(waiting) = self.captures.screencopy.remove(&id) {
                let outdated = outdated.then(|| CaptureFailure::Draw("the session was locked or unlocked meanwhile".into()));
                self.screencopy_done(waiting, outdated.map_or(result.map(|(frame, _)| frame), Err));
            } else if let Some(waiting) = self.captures.waiting.remove(&id) {
                if outdated || self.desktop.is_locked() {
                    let _ = waiting.reply.send(Err(bus::refusal(&Refusal::Locked)));
                    continue;
                }
                if waiting.hide_epoch.is_some_and(|epoch| epoch != self.desktop.hide_epoch()) {
                    let sentence = "something was hidden from pictures while this one was taken; take another".to_owned();
                    let _ = waiting.reply.send(Err(BusError::HiddenFromCapture(sentence)));
                    continue;
                }
                let _ = waiting.reply.send(answer(result, waiting.format, waiting.area)); // A caller that has gone away needs no picture.
            }
        }
        // While no display can be started, nobody is left waiting for ever.
        if let Some(failure) = self.display.failure.clone()
            && self.display.supervisor.deaths() > 0
            && self.display.link.is_absent()
        {
            for (id, waiting) in std::mem::take(&mut self.captures.waiting) {
                self.display.link.cancel_capture(id);
                let _ = waiting.reply.send(Err(BusError::DisplayUnavailable(failure.clone())));
            }
            for (id, waiting) in std::mem::take(&mut self.captures.screencopy) {
                self.display.link.cancel_capture(id);
                self.screencopy_done(waiting, Err(CaptureFailure::Draw(failure.clone())));
            }
        }
    }
}

/// The pixels that hold a logical rectangle.
fn on_pixels(area: LogicalRect, origin: LogicalPoint, scale: f64, bounds: PhysicalSize) -> Result<PhysicalRect, BusError> {
    let place = |point: LogicalPoint| ((point - origin) * scale).round().to_i32();
    let (min, max) = (place(area.min()), place(area.max()));
    let rect: Rect<i32, Physical> = Rect::new(Point2D::new(min.x, min.y), Size2D::new(max.x - min.x, max.y - min.y));
    clamp_rect(rect, Rect::from_size(bounds)).ok_or_else(|| BusError::BadArgument("the region is smaller than a pixel".into()))
}

/// What whole pixels really show: the exact coordinate map of the picture.
fn back_to_logical(pixels: PhysicalRect, origin: LogicalPoint, scale: f64) -> LogicalRect {
    let pixels: euclid::Rect<f64, Physical> = pixels.to_f64();
    Rect::new(
        Point2D::new(origin.x + pixels.origin.x / scale, origin.y + pixels.origin.y / scale),
        Size2D::new(pixels.size.width / scale, pixels.size.height / scale),
    )
}

fn answer(result: Drawn, format: PixelFormat, area: LogicalRect) -> Result<Captured, BusError> {
    let (frame, fd) = result.map_err(|failure| match failure {
        CaptureFailure::NoOutput => BusError::NoOutput(failure.to_string()),
        CaptureFailure::BadSize => BusError::BadArgument(failure.to_string()),
        CaptureFailure::Target(_) | CaptureFailure::Draw(_) => BusError::DisplayUnavailable(failure.to_string()),
    })?;
    let fd = fd.and_then(|fd| Arc::try_unwrap(fd).ok()).ok_or_else(|| BusError::Internal("a picture came without memory".into()))?;
    let number = |value: i32| u32::try_from(value).unwrap_or_default();
    let info = CaptureInfo {
        format: format.name().to_owned(),
        width: number(frame.size.width),
        height: number(frame.size.height),
        stride: frame.stride,
        bytes: frame.bytes,
        seq: frame.seq.0,
        time_ns: frame.time_ns,
        unchanged: frame.unchanged,
        damage: frame.damage.iter().map(|rect| (rect.origin.x, rect.origin.y, rect.size.width, rect.size.height)).collect(),
        x: area.origin.x,
        y: area.origin.y,
        scale_x: f64::from(frame.size.width) / area.size.width,
        scale_y: f64::from(frame.size.height) / area.size.height,
    };
    Ok(Captured { fd, info })
}

/// Where outputs are, for who looked elsewhere.
fn places(outputs: &[OutputInfo]) -> String {
    let place = |output: &OutputInfo| {
        let (at, size) = (output.position, output.size);
        format!("{} ({}x{} at {},{})", output.mode.name, size.width, size.height, at.x, at.y)
    };
    if outputs.is_empty() { "none".to_owned() } else { outputs.iter().map(place).collect::<Vec<_>>().join(", ") }
}
