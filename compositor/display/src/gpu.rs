//! The executor on a GPU: Vulkan by wgpu, the same plans, the same pixels within a step or two.
//!
//! A frame is one submission: client pixels go up by `pread` and a staging buffer, opaque and unscaled surfaces are copied, everything
//! else is batched into a few instanced draws, and the damage comes back. On software drivers a copy costs a tenth of a draw, which is why
//! a picture that has just changed goes straight from the client into the target.
//!
//! Nothing that a client does may trigger the validation of wgpu: sizes are checked before they get there. What the device cannot do
//! (a surface of 30,000 pixels on a device that ends at 16,384) the [`Painter`] does for that frame, and so it is when the device refuses
//! something: a picture is never wrong, at worst late. A lost device is opened again and the frame drawn again; too many losses, and the
//! display goes on without the GPU.

mod batch;
mod device;
mod frame;
mod instance;
mod pipelines;
mod shapes;
mod staging;
mod surfaces;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use glasshouse_link::{Executor as Kind, ExecutorChoice};
use glasshouse_scene::{Content, SurfaceId};
use tracing::{debug, info, warn};

use crate::cpu::Painter;
use crate::cpu::canvas::Canvas;
use crate::executor::{DrawError, Executor, TargetId, self_test};
use crate::memory::Memory;
use crate::plan::FramePlan;
use device::{Device, Fault, adapters};
use frame::Renderer;

/// This many faults within [`PERIOD`], and the device is given up.
const MOST_FAULTS: usize = 3;
const PERIOD: Duration = Duration::from_secs(60);

/// Runs plans on a Vulkan device.
#[derive(Debug)]
pub struct Gpu {
    choice: ExecutorChoice,
    /// `None` between losing a device and opening the next.
    renderer: Option<Renderer>,
    /// For what the device cannot do.
    painter: Painter,
    /// When something went wrong lately.
    faults: Vec<Instant>,
    /// Frames that the painter had to do, for the log: on a healthy device with ordinary clients there are none.
    painted: u64,
}

impl Gpu {
    /// Opens the best device that passes the self-test. Returns its name as well.
    ///
    /// # Errors
    ///
    /// A sentence that says why there is none.
    pub fn start(choice: ExecutorChoice) -> Result<(Self, String), String> {
        let mut reasons = Vec::new();
        for (name, adapter) in guarded(|| adapters(choice))?? {
            let opened = guarded(|| Device::open(&adapter).map(Renderer::new)).and_then(|opened| opened);
            let renderer = match opened {
                Ok(renderer) => renderer,
                Err(why) => {
                    reasons.push(format!("{name} cannot be opened: {why}"));
                    continue;
                }
            };
            let mut gpu = Self { choice, renderer: Some(renderer), painter: Painter::default(), faults: Vec::new(), painted: 0 };
            let tested = self_test(&mut gpu);
            match (tested, gpu.faults.is_empty()) {
                (Ok(()), true) => return Ok((gpu, name.to_string())),
                (Ok(()), false) => reasons.push(format!("{name} refused the self-test's frame")),
                (Err(why), _) => reasons.push(format!("{name} failed its self-test: {why}")),
            }
        }
        Err(reasons.join("; "))
    }

    /// Opens a device again after a loss. The driver may have gone with it, so everything begins anew.
    fn reopen(&self) -> Result<Renderer, String> {
        let mut reasons = Vec::new();
        for (name, adapter) in adapters(self.choice)? {
            match Device::open(&adapter) {
                Ok(device) => {
                    info!(%name, "opened the device again");
                    return Ok(Renderer::new(device));
                }
                Err(why) => reasons.push(format!("{name} cannot be opened: {why}")),
            }
        }
        Err(reasons.join("; "))
    }

    fn try_draw(&mut self, target: TargetId, plan: &FramePlan, memory: Memory<'_>, canvas: &mut Canvas<'_>) -> Result<(), Fault> {
        let renderer = match self.renderer.take() {
            Some(renderer) => renderer,
            None => guarded(|| self.reopen()).and_then(|opened| opened).map_err(Fault::Lost)?,
        };
        let renderer = self.renderer.insert(renderer);
        guarded(|| renderer.draw(target, plan, memory, canvas)).unwrap_or_else(|why| Err(Fault::Lost(why)))
    }

    /// Gives back everything on the device, however broken that is.
    fn discard(&mut self) {
        let renderer = self.renderer.take();
        if let Err(why) = guarded(|| drop(renderer)) {
            debug!(why, "the device could not be closed");
        }
    }

    /// Counts a fault. Returns whether there were too many.
    fn too_many(&mut self) -> bool {
        let now = Instant::now();
        self.faults.retain(|earlier| now.duration_since(*earlier) < PERIOD);
        self.faults.push(now);
        self.faults.len() >= MOST_FAULTS
    }
}

impl Executor for Gpu {
    fn kind(&self) -> Kind {
        Kind::Gpu
    }

    fn draw(&mut self, target: TargetId, plan: &FramePlan, memory: Memory<'_>, canvas: &mut Canvas<'_>) -> Result<(), DrawError> {
        loop {
            let why = match self.try_draw(target, plan, memory, canvas) {
                Ok(()) => return Ok(()),
                Err(Fault::Unreadable(surfaces)) => return Err(DrawError::Unreadable(surfaces)),
                Err(Fault::TooLarge(why)) => {
                    debug!(why, earlier = self.painted, "painting this frame on the CPU");
                    break;
                }
                Err(Fault::Exhausted(why)) => {
                    warn!(why, "the GPU is out of memory, painting this frame on the CPU");
                    self.discard();
                    break;
                }
                Err(Fault::Refused(why)) => {
                    warn!(why, "the GPU dropped a frame, painting it on the CPU");
                    self.discard();
                    if !self.too_many() {
                        break;
                    }
                    why
                }
                Err(Fault::Lost(why)) => {
                    warn!(why, "lost the GPU, drawing the frame again");
                    self.discard();
                    if !self.too_many() {
                        continue;
                    }
                    why
                }
            };
            return Err(DrawError::Lost(format!("{MOST_FAULTS} times within {} s, at last: {why}", PERIOD.as_secs())));
        }
        self.painted += 1;
        match self.painter.paint(&plan.ops, memory, canvas) {
            unreadable if unreadable.is_empty() => Ok(()),
            unreadable => Err(DrawError::Unreadable(unreadable)),
        }
    }

    fn content_changed(&mut self, surface: SurfaceId, _: Option<&Content>, now: Option<&Content>) {
        if let Some(renderer) = &mut self.renderer {
            renderer.surfaces().content_changed(surface, now);
        }
    }

    fn forget(&mut self, target: TargetId) {
        if let Some(renderer) = &mut self.renderer {
            renderer.forget(target);
        }
    }

    fn painter(&mut self) -> &mut Painter {
        &mut self.painter
    }

    fn lose_device(&mut self) -> bool {
        self.renderer.as_ref().inspect(|renderer| renderer.destroy()).is_some()
    }
}

/// wgpu and drivers panic where they see no way on. We do: as after any other loss of the device.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        format!("wgpu panicked: {}", message.unwrap_or("without a word"))
    })
}
