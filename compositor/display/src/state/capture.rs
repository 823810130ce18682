//! Pictures for the desktop and its clients.

use glasshouse_link::{CaptureFailure, CaptureFormat, CaptureId, CaptureRequest, CaptureSource, CaptureTarget, Cost, Frame};
use glasshouse_scene::{ElementId, Scene};

use super::*;
use crate::direct::{self, DirectError, Target};
use crate::encoder::{Encoded, Job, png_frame};
use crate::executor::DrawError;
use crate::memory::Memory;
use crate::picture::Shape;
use crate::view::{Png, Studio, ViewError};

/// After this long without a capture a view keeps one picture, and after [`FORGET_NS`] none.
const TRIM_NS: u64 = 10_000_000_000;
const FORGET_NS: u64 = 60_000_000_000;

/// Scenes that captures brought along and that are remembered, so that the next capture of the same costs only what changed.
const MAX_SCENES: usize = 4;

/// When a view's pictures are next looked after.
pub(super) fn deadline_ns(view: &View) -> Option<u64> {
    let after = if view.trimmed { FORGET_NS } else { TRIM_NS };
    view.used_ns.filter(|_| view.has_pictures()).map(|used| used + after)
}

const OUTDATED: &str = "the scene is from before the session was locked or unlocked";

/// How a view is found again.
#[derive(Debug, Clone, Copy)]
enum Key {
    Output(OutputId),
    /// The newest of the scenes.
    Scene,
}

impl Display {
    pub(super) fn capture(&mut self, id: CaptureId, request: CaptureRequest, target: Option<OwnedFd>, now_ns: u64) {
        let _capture = tracing::debug_span!("capture", id = id.0).entered();
        if let Err(reason) = self.try_capture(id, request, target, now_ns) {
            self.reply(ToDesktop::CaptureFailed { id, reason });
        }
    }

    fn try_capture(
        &mut self,
        id: CaptureId,
        mut request: CaptureRequest,
        target: Option<OwnedFd>,
        now_ns: u64,
    ) -> Result<(), CaptureFailure> {
        let source = std::mem::replace(&mut request.source, CaptureSource::Output(OutputId(0)));
        let key = self.find_view(source)?;
        if self.view(key).is_some_and(View::waits_for_texts) {
            self.texts.catch_up(&mut self.replica);
            self.look_at_texts();
        }
        for _ in 0..MAX_ATTEMPTS {
            match self.attempt(key, id, &request, target.as_ref(), now_ns) {
                Err(Attempt::Again) => {}
                Err(Attempt::Failed(failure)) => return Err(failure),
                Ok(reply) => {
                    self.replies.extend(reply);
                    return Ok(());
                }
            }
        }
        Err(CaptureFailure::Draw("clients keep taking their memory away".to_owned()))
    }

    /// The view of a source, which may be new.
    fn find_view(&mut self, source: CaptureSource) -> Result<Key, CaptureFailure> {
        let mut scene = match source {
            CaptureSource::Output(output) => return Ok(Key::Output(output)),
            CaptureSource::Scene(scene) => *scene,
        };
        if scene.lock_epoch < self.replica.lock_epoch {
            return Err(CaptureFailure::Draw(OUTDATED.to_owned()));
        }
        self.texts.place(&mut scene, &mut self.replica);
        let ids = |scene: &Scene| -> Vec<ElementId> { scene.elements.iter().map(|element| element.id).collect() };
        let known = self.scenes.iter().position(|view| view.scene.size == scene.size && ids(&view.scene) == ids(&scene));
        let view = match known {
            Some(index) => {
                let mut view = self.scenes.remove(index);
                view.set_scene(scene);
                view
            }
            None => View::new(self.target(), scene, Color::TRANSPARENT),
        };
        self.scenes.insert(0, view);
        for view in self.scenes.drain(MAX_SCENES.min(self.scenes.len())..) {
            if let Some(executor) = &mut self.executor {
                executor.forget(view.target);
            }
        }
        self.look_at_texts();
        Ok(Key::Scene)
    }

    fn view(&self, key: Key) -> Option<&View> {
        match key {
            Key::Output(output) => self.outputs.get(&output).map(|output| &output.view),
            Key::Scene => self.scenes.first(),
        }
    }

    fn attempt(
        &mut self,
        key: Key,
        id: CaptureId,
        request: &CaptureRequest,
        target: Option<&OwnedFd>,
        now_ns: u64,
    ) -> Result<Option<Reply>, Attempt> {
        let began = Instant::now();
        let Some(executor) = self.executor.as_deref_mut() else { return Err(failed("no executor")) };
        let view = match key {
            Key::Output(output) => self.outputs.get_mut(&output).map(|output| &mut output.view),
            Key::Scene => self.scenes.first_mut(),
        };
        let view = view.ok_or(Attempt::Failed(CaptureFailure::NoOutput))?;
        if view.scene.lock_epoch < self.replica.lock_epoch {
            return Err(failed(OUTDATED));
        }
        let shape = Shape::requested(request, view.scene.size).ok_or(Attempt::Failed(CaptureFailure::BadSize))?;
        let cursors = if request.cursor { self.cursors.place(&view.scene.cursors, &self.replica.contents) } else { Default::default() };
        let memory = Memory { pools: &self.replica.pools, breadcrumb: &self.breadcrumb, poison: self.poison };
        let mut studio = Studio { executor, contents: &self.replica.contents, memory, unreadable: &self.unreadable };
        (view.used_ns, view.trimmed) = (Some(now_ns), false);
        let alpha = view.background.alpha < 1.0;
        let lock_epoch = view.scene.lock_epoch;
        if let (CaptureTarget::Shm { offset, stride, format: CaptureFormat::Xrgb8888 }, Some(fd)) = (request.target, target)
            && let Some(plan) = view.direct(shape, &cursors, &studio)
        {
            let target = Target { fd, offset, stride, origin: shape.crop.origin };
            if let Err(error) = direct::run(&plan, shape.crop, studio.memory, target) {
                return Err(match error {
                    DirectError::Draw(error) => self.failed_to_draw(error.into()),
                    DirectError::Target(error) => Attempt::Failed(CaptureFailure::Target(error.to_string())),
                });
            }
            let frame = Frame {
                seq: self.replica.seq,
                size: shape.size,
                stride,
                bytes: shape.size.area() as u64 * 4,
                unchanged: false,
                damage: view.seen(shape, &cursors),
                time_ns: now_ns,
                lock_epoch,
                cost: Cost { took_ns: nanos_since(began), pixels: shape.size.area() as u64 },
            };
            return Ok(Some((ToDesktop::Captured { id, frame }, Vec::new())));
        }
        let taken = match view.take(shape, &cursors, &mut studio, &mut self.next_serial) {
            Ok(taken) => taken,
            Err(error) => return Err(self.failed_to_draw(error)),
        };
        let frame = Frame {
            seq: self.replica.seq,
            size: shape.size,
            stride: shape.size.width as u32 * 4,
            bytes: shape.size.area() as u64 * 4,
            unchanged: taken.unchanged,
            damage: taken.damage,
            time_ns: now_ns,
            lock_epoch,
            cost: Cost { took_ns: nanos_since(began), pixels: taken.painted },
        };
        let slot = taken.slot;
        let Some(picture) = &slot.memory else { return Err(failed("the picture is being encoded")) };
        match request.target {
            CaptureTarget::Memfd => {
                let reader = picture.reader().map_err(|error| failed(&error.to_string()))?;
                Ok(Some((ToDesktop::Captured { id, frame }, vec![Arc::new(reader)])))
            }
            CaptureTarget::Shm { offset, stride, format } => {
                let opaque = !alpha && format == CaptureFormat::Argb8888;
                let target = target.ok_or_else(|| Attempt::Failed(CaptureFailure::Target("there is no buffer".to_owned())))?;
                let written = crate::output::write_rows(picture.pixels(), shape.size, opaque, target, offset, stride);
                let bytes = written.map_err(|error| Attempt::Failed(CaptureFailure::Target(error.to_string())))?;
                Ok(Some((ToDesktop::Captured { id, frame: Frame { stride, bytes, ..frame } }, Vec::new())))
            }
            CaptureTarget::Png => {
                if let Some(png) = taken.png {
                    let frame = png_frame(frame, png.bytes);
                    return Ok(Some((ToDesktop::Captured { id, frame }, vec![png.file])));
                }
                let Some(picture) = slot.memory.take() else { return Err(failed("the picture is being encoded")) };
                let job = Job { id, frame, picture, serial: slot.serial, alpha };
                match self.encoder.start(job) {
                    Ok(()) => Ok(None),
                    Err(job) => {
                        slot.memory = Some(job.picture);
                        Err(failed("there is no thread for the encoder"))
                    }
                }
            }
        }
    }

    /// Sends a finished PNG and takes its picture back.
    pub fn encoded(&mut self, encoded: Encoded) {
        let Encoded { job, file } = encoded;
        let file = file.map(|(file, bytes)| Png { serial: job.serial, file: Arc::new(file), bytes });
        let mut picture = Some(job.picture);
        for view in self.views_mut() {
            if let Some(slot) = view.slot_mut(job.serial) {
                slot.memory = picture.take();
                file.iter().for_each(|png| view.keep_png(png));
                break;
            }
        }
        // The session was locked while the picture was on its way.
        let outdated = job.frame.lock_epoch < self.replica.lock_epoch;
        match file {
            Ok(png) if !outdated => {
                let frame = png_frame(job.frame, png.bytes);
                self.replies.push((ToDesktop::Captured { id: job.id, frame }, vec![png.file]));
            }
            file => {
                let reason = file.err().unwrap_or_else(|| "the session was locked meanwhile".to_owned());
                self.reply(ToDesktop::CaptureFailed { id: job.id, reason: CaptureFailure::Draw(reason) });
            }
        }
    }

    fn failed_to_draw(&mut self, error: ViewError) -> Attempt {
        match error {
            ViewError::Draw(DrawError::Unreadable(surfaces)) => {
                for surface in surfaces {
                    warn!(?surface, "its memory is not there any more");
                    self.unreadable.insert(surface);
                    self.untold.insert(surface);
                    self.views_mut().for_each(|view| view.surface_damaged(surface));
                }
                Attempt::Again
            }
            ViewError::Draw(DrawError::Lost(why)) => {
                self.fall_back(&why);
                Attempt::Again
            }
            ViewError::Memory(error) => failed(&error.to_string()),
        }
    }

    /// Gives back the memory of pictures that nobody wanted for a while.
    pub(super) fn tidy(&mut self, now_ns: u64) {
        let mut forgotten = Vec::new();
        for view in self.views_mut() {
            if deadline_ns(view).is_none_or(|deadline| now_ns < deadline) {
                continue;
            }
            if view.trimmed {
                view.forget_pictures();
                forgotten.push(view.target);
            } else {
                view.trim();
            }
        }
        let before = self.scenes.len();
        self.scenes.retain(|view| view.used_ns.is_some());
        if self.scenes.len() < before {
            self.look_at_texts();
        }
        if let Some(executor) = &mut self.executor {
            forgotten.into_iter().for_each(|target| executor.forget(target));
        }
    }
}

/// Each attempt finds at least one more unreadable surface, or changes the executor. This many in one frame are an attack.
const MAX_ATTEMPTS: usize = 64;

enum Attempt {
    /// Something was put aside; the next attempt may succeed.
    Again,
    Failed(CaptureFailure),
}

fn failed(reason: &str) -> Attempt {
    Attempt::Failed(CaptureFailure::Draw(reason.to_owned()))
}
