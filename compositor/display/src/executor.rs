//! What runs frame plans.

use std::os::fd::OwnedFd;

use euclid::{Rect, Size2D};
use glasshouse_link::display::Pool;
use glasshouse_link::{Executor as Kind, ExecutorChoice};
use glasshouse_scene::{
    BufferId, Color, Content, Damage, Element, ElementId, ElementKind, Physical, PhysicalPoint, PhysicalRect, PhysicalSize, Pixels, PoolId,
    Region, Scene, ShmFormat, SurfaceId, Transform,
};

use crate::cpu::canvas::Canvas;
use crate::cpu::{Painter, pixel};
use crate::gpu::Gpu;
use crate::memory::{Breadcrumb, Memory};
use crate::plan::{FramePlan, PlanInput, plan};

/// Names a target for as long as it keeps its size: an executor may keep pixels of its own for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetId(pub u64);

/// Why a plan was not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// The canvas is undefined where these show; make a plan without them.
    #[error("the memory of {0:?} cannot be read")]
    Unreadable(Vec<SurfaceId>),
    /// The executor is of no use any more; choose another and draw everything again.
    #[error("the device is gone: {0}")]
    Lost(String),
}

/// Runs plans. There are two, and golden images hold them together.
pub trait Executor {
    fn kind(&self) -> Kind;

    /// Runs the plan and leaves the pixels of `plan.damage` in `canvas`, which holds all others already.
    ///
    /// Pictures are several per target (readers keep them), so `plan.damage` may be more than what changed since the last call for
    /// the same target. An executor with pixels of its own draws it there and reads back exactly `plan.damage`.
    fn draw(&mut self, target: TargetId, plan: &FramePlan, memory: Memory<'_>, canvas: &mut Canvas<'_>) -> Result<(), DrawError>;

    /// A surface shows something else. `now.damage` is what differs from `before`; an executor with copies of its own notes it.
    fn content_changed(&mut self, _surface: SurfaceId, _before: Option<&Content>, _now: Option<&Content>) {}

    /// Nobody looks at the target any more.
    fn forget(&mut self, target: TargetId);

    /// For what is always painted on the CPU: pointers on pictures, scaled pictures.
    fn painter(&mut self) -> &mut Painter;

    /// For tests: loses the device, as a driver's reset would. Returns whether there was one.
    fn lose_device(&mut self) -> bool {
        false
    }
}

/// Paints straight into the canvas.
#[derive(Debug, Default)]
pub struct Cpu {
    painter: Painter,
}

impl Executor for Cpu {
    fn kind(&self) -> Kind {
        Kind::Cpu
    }

    fn draw(&mut self, _: TargetId, plan: &FramePlan, memory: Memory<'_>, canvas: &mut Canvas<'_>) -> Result<(), DrawError> {
        match self.painter.paint(&plan.ops, memory, canvas) {
            unreadable if unreadable.is_empty() => Ok(()),
            unreadable => Err(DrawError::Unreadable(unreadable)),
        }
    }

    fn forget(&mut self, _: TargetId) {}

    fn painter(&mut self) -> &mut Painter {
        &mut self.painter
    }
}

/// The executor for this choice, and why it is that one, in a sentence.
pub fn choose(choice: ExecutorChoice) -> (Box<dyn Executor>, String) {
    // Vulkan is not even loaded unless somebody wants it.
    let no_gpu = match choice {
        ExecutorChoice::Cpu => String::new(),
        ExecutorChoice::Auto | ExecutorChoice::Gpu => match Gpu::start(choice) {
            Ok((gpu, name)) => return (Box::new(gpu), format!("{name} passed its self-test")),
            Err(why) => why,
        },
    };
    let mut cpu = Box::new(Cpu::default());
    let reason = match (choice, self_test(cpu.as_mut())) {
        (_, Err(wrong)) => format!("cpu is the only executor, but failed its self-test: {wrong}"),
        (ExecutorChoice::Cpu, Ok(())) => "cpu was asked for".to_owned(),
        (ExecutorChoice::Auto, Ok(())) => no_gpu,
        (ExecutorChoice::Gpu, Ok(())) => format!("gpu was asked for, but {no_gpu}"),
    };
    (cpu, reason)
}

/// Draws a known picture of 16x16 pixels and compares. Catches a broken driver, or a broken pixman, before a client is shown wrongly.
pub fn self_test(executor: &mut dyn Executor) -> Result<(), String> {
    let size = PhysicalSize::new(16, 16);
    let element = |id, x, y, width, height, kind| {
        Element::new(id, PhysicalRect::new(PhysicalPoint::new(x, y), PhysicalSize::new(width, height)), kind)
    };
    let (solid, veil) = (Color::rgb(0x336699, 1.0), Color::rgb(0xffffff, 0.5));
    let elements = vec![
        element(ElementId::Shell(1), 0, 0, 8, 16, ElementKind::Fill(solid)),
        element(ElementId::Shell(2), 4, 0, 8, 16, ElementKind::Fill(veil)),
        element(ElementId::Surface(CLIENT), 12, 12, 4, 4, ElementKind::Surface(CLIENT)),
    ];
    let scene = Scene { size, elements, ..Scene::default() };
    let (content, pool) = client().map_err(|error| format!("no memory to draw from: {error}"))?;
    let (contents, pools) = ([(CLIENT, content)].into(), [(PoolId(0), pool)].into());
    let (unreadable, breadcrumb) = (Default::default(), Breadcrumb::default());
    let input = PlanInput { scene: &scene, contents: &contents, background: Color::BLACK, unreadable: &unreadable, cull: true };
    let whole: Region<Physical> = PhysicalRect::from_size(size).into();
    let plan = plan(input, &whole);
    let memory = Memory { pools: &pools, breadcrumb: &breadcrumb, poison: None };
    let mut pixels = vec![0; 256];
    let mut canvas = Canvas::new(&mut pixels, size, false).ok_or("no canvas")?;
    let target = TargetId(u64::MAX);
    executor.draw(target, &plan, memory, &mut canvas).map_err(|error| error.to_string())?;
    executor.content_changed(CLIENT, None, None);
    executor.forget(target);
    let over = |below: f32| below * 0.5 + 0.5;
    let mixed = Color { red: over(solid.red), green: over(solid.green), blue: over(solid.blue), alpha: 1.0 };
    let grey = Color { red: 0.5, green: 0.5, blue: 0.5, alpha: 1.0 };
    for (index, actual) in pixels.iter().enumerate() {
        let expected = match (index % 16, index / 16) {
            (0..4, _) => pixel(solid),
            (4..8, _) => pixel(mixed),
            (8..12, _) => pixel(grey),
            (x, y @ 12..) => client_pixel(x - 12, y - 12),
            _ => pixel(Color::BLACK),
        };
        let off = actual.to_be_bytes().into_iter().zip(expected.to_be_bytes()).skip(1).map(|(a, b)| a.abs_diff(b)).max();
        if off > Some(2) {
            return Err(format!("pixel {index} is {actual:08x} instead of {expected:08x}"));
        }
    }
    Ok(())
}

/// The self-test's only client. The desktop counts from one.
const CLIENT: SurfaceId = SurfaceId(0);

/// Every pixel another, so that a wrong stride or order shows.
fn client_pixel(x: usize, y: usize) -> u32 {
    0x0020_0000 * x as u32 + 0x0000_2040 * y as u32 + 0x0000_4000
}

fn client() -> std::io::Result<(Content, Pool<OwnedFd>)> {
    let pixels: Vec<u32> = (0..16).map(|index| client_pixel(index % 4, index / 4)).collect();
    let fd = rustix::fs::memfd_create("glasshouse-self-test", rustix::fs::MemfdFlags::CLOEXEC)?;
    crate::output::write_all(&fd, bytemuck::cast_slice(&pixels), 0)?;
    let size = Size2D::new(4, 4);
    let content = Content {
        buffer: BufferId(0),
        pixels: Pixels::Shm { pool: PoolId(0), offset: 0, stride: 16, format: ShmFormat::Xrgb8888 },
        size,
        transform: Transform::Normal,
        source: Rect::from_size(size.to_f64()),
        surface_size: Size2D::new(4.0, 4.0),
        opaque: Vec::new(),
        damage: Damage::Full,
    };
    Ok((content, Pool { fd, bytes: 64 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_passes_its_self_test() {
        assert_eq!(self_test(&mut Cpu::default()), Ok(()));
    }
}
