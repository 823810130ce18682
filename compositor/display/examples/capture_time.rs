//! How long captures take, and how much memory they need, measured from outside of a real `glasshouse-display`.
//!
//! `cargo run -p glasshouse-display --example capture_time [--gpu]`: build the program first. Prints the median and the best of many.

use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use euclid::{Point2D, Rect, Size2D};
use glasshouse_link::{
    BUILD_ID, CaptureId, CaptureRequest, CaptureSource, CaptureTarget, Connection, ExecutorChoice, Frame, OutputState, PoolSize, Seq,
    ToDesktop, ToDisplay, Transaction,
};
use glasshouse_scene::{
    BufferId, Color, Content, Damage, Element, ElementId, ElementKind, OutputId, PhysicalRect, PhysicalSize, Pixels, PoolId, Scene,
    ShmFormat, SurfaceId, Transform,
};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{MemfdFlags, memfd_create};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const SIZE: PhysicalSize = PhysicalSize::new(1920, 1080);
const OUTPUT: OutputId = OutputId(1);

struct Bench {
    child: Child,
    connection: Connection,
    seq: u64,
}

impl Bench {
    fn start(executor: ExecutorChoice) -> Result<Self> {
        let (here, there) = Connection::pair()?;
        let program = std::env::current_exe()?.ancestors().nth(2).ok_or("no target folder")?.join("glasshouse-display");
        let number = there.as_raw_fd();
        let mut command = Command::new(program);
        command.arg("--link-fd").arg("3").env("GLASSHOUSE_LOG", "warn");
        // The child gets the link as its descriptor 3.
        let inherited = rustix::io::fcntl_dupfd_cloexec(&there, 100)?;
        drop(there);
        let _ = number;
        command.arg0("glasshouse-display");
        // A shell moves the descriptor, because nothing here may be unsafe.
        rustix::io::fcntl_setfd(&inherited, rustix::io::FdFlags::empty())?;
        let program = command.get_program().to_owned();
        let mut shell = Command::new("bash");
        shell.arg("-c").arg(format!("exec 3<&{0} {0}<&-; exec \"$0\" --link-fd 3", inherited.as_raw_fd())).arg(program);
        let child = shell.env("GLASSHOUSE_LOG", "warn").spawn()?;
        drop(inherited);
        let mut bench = Self { child, connection: Connection::new(here)?, seq: 0 };
        let hello = ToDisplay::Hello { build_id: BUILD_ID.to_owned(), executor, cursor_theme: "Adwaita".into(), cursor_size: 24 };
        bench.send(&hello, vec![Arc::new(memfd(4096)?)])?;
        let (ready, _) = bench.receive()?;
        println!("{ready:?}");
        Ok(bench)
    }

    fn send(&mut self, message: &ToDisplay, fds: Vec<Arc<OwnedFd>>) -> Result<()> {
        self.connection.send(message, fds)?;
        while !self.connection.flush()? {}
        Ok(())
    }

    fn receive(&mut self) -> Result<(ToDesktop, Vec<OwnedFd>)> {
        loop {
            if let Some(message) = self.connection.receive()? {
                return Ok(message);
            }
            poll(&mut [PollFd::new(&self.connection, PollFlags::IN)], None)?;
        }
    }

    fn submit(&mut self, contents: Vec<(SurfaceId, Option<Content>)>, scene: Option<Scene>) -> Result<()> {
        self.seq += 1;
        let state = |scene| OutputState { transform: Transform::Normal, scale: 1.0, refresh_mhz: 60_000, scene };
        let outputs = scene.map(|scene| (OUTPUT, Some(state(scene)))).into_iter().collect();
        self.send(&ToDisplay::Submit(Transaction { seq: Seq(self.seq), lock_epoch: 0, contents, outputs }), vec![])?;
        while !matches!(self.receive()?.0, ToDesktop::Latched { .. }) {}
        Ok(())
    }

    fn capture(&mut self, request: &CaptureRequest) -> Result<(Frame, Duration, OwnedFd)> {
        let start = Instant::now();
        self.send(&ToDisplay::Capture { id: CaptureId(1), request: request.clone() }, vec![])?;
        loop {
            match self.receive()? {
                (ToDesktop::Captured { frame, .. }, mut fds) => {
                    return Ok((frame, start.elapsed(), fds.pop().ok_or("no picture")?));
                }
                (ToDesktop::CaptureFailed { reason, .. }, _) => return Err(reason.into()),
                _ => {}
            }
        }
    }

    /// Changes something, captures, and holds the picture until the next one has come, as an agent does.
    fn measure(&mut self, name: &str, request: &CaptureRequest, mut change: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        let mut times = Vec::new();
        let mut held = None;
        for _ in 0..60 {
            change(self)?;
            let (_, time, fd) = self.capture(request)?;
            held.replace(fd);
            times.push(time);
        }
        times.sort();
        let at = |index: usize| times.get(index).copied().unwrap_or_default().as_secs_f64() * 1e3;
        println!("{name:50} median {:7.2} ms   best {:7.2} ms", at(times.len() / 2), at(0));
        Ok(())
    }

    fn memory(&self) -> Result<String> {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        let lines = rollup.lines().filter(|line| line.starts_with("Pss") || line.starts_with("Rss"));
        Ok(lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("  "))
    }
}

fn memfd(bytes: usize) -> Result<OwnedFd> {
    let fd = memfd_create("bench", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    let pixels: Vec<u8> = (0..bytes).map(|at| (at / 4 % 251) as u8 | 0x80).collect();
    rustix::io::pwrite(&fd, &pixels, 0)?;
    Ok(fd)
}

fn content(id: u64, size: (i32, i32), format: ShmFormat, damage: Damage) -> (SurfaceId, Option<Content>) {
    let content = Content {
        buffer: BufferId(id),
        pixels: Pixels::Shm { pool: PoolId(id), offset: 0, stride: size.0 as u32 * 4, format },
        size: Size2D::new(size.0, size.1),
        transform: Transform::Normal,
        source: Rect::from_size(Size2D::new(f64::from(size.0), f64::from(size.1))),
        surface_size: Size2D::new(f64::from(size.0), f64::from(size.1)),
        opaque: vec![],
        damage,
    };
    (SurfaceId(id), Some(content))
}

fn area(x: i32, y: i32, width: i32, height: i32) -> PhysicalRect {
    Rect::new(Point2D::new(x, y), Size2D::new(width, height))
}

/// A wallpaper and windows with shadows, borders and rounded corners.
fn desktop(windows: &[(u64, PhysicalRect)]) -> Scene {
    let gradient = ElementKind::Gradient { top: Color::rgb(0x1b2a4a, 1.0), bottom: Color::rgb(0x5a4468, 1.0) };
    let mut elements = vec![Element::new(ElementId::Shell(0), area(0, 0, SIZE.width, SIZE.height), gradient)];
    for (id, place) in windows {
        let part = |part| ElementId::Decoration { surface: SurfaceId(*id), part };
        let shadow = ElementKind::Shadow { sigma: 18.0, offset: Point2D::new(0, 8), color: Color::rgb(0, 0.5) };
        elements.push(Element { radius: 12.0, ..Element::new(part(0), *place, shadow) });
        let surface = Element::new(ElementId::Surface(SurfaceId(*id)), *place, ElementKind::Surface(SurfaceId(*id)));
        elements.push(Element { radius: 12.0, ..surface });
        let border = ElementKind::Border { width: 1.0, top: Color::rgb(0xffffff, 0.3), bottom: Color::rgb(0xffffff, 0.1) };
        elements.push(Element { radius: 12.0, ..Element::new(part(1), *place, border) });
    }
    Scene { size: SIZE, elements, ..Scene::default() }
}

fn main() -> Result<()> {
    let gpu = std::env::args().any(|argument| argument == "--gpu");
    let mut bench = Bench::start(if gpu { ExecutorChoice::Gpu } else { ExecutorChoice::Cpu })?;
    println!("started: {}", bench.memory()?);
    let full = (SIZE.width, SIZE.height);
    let sizes = [(1, full), (2, (900, 700)), (3, (900, 700)), (4, (900, 700))];
    let pools = sizes.iter().map(|(id, (w, h))| PoolSize { pool: PoolId(*id), bytes: (w * h * 4) as u64 }).collect();
    let fds = sizes.iter().map(|(_, (w, h))| Ok(Arc::new(memfd((w * h * 4) as usize)?))).collect::<Result<_>>()?;
    bench.send(&ToDisplay::AddPools { pools }, fds)?;
    bench.receive()?;
    let all = |damage: Damage| -> Vec<_> {
        sizes
            .iter()
            .map(|(id, size)| content(*id, *size, if *id == 4 { ShmFormat::Argb8888 } else { ShmFormat::Xrgb8888 }, damage.clone()))
            .collect()
    };
    let mut single = desktop(&[]);
    single.elements.push(Element::new(ElementId::Surface(SurfaceId(1)), area(0, 0, full.0, full.1), ElementKind::Surface(SurfaceId(1))));
    bench.submit(all(Damage::Full), Some(single.clone()))?;
    let whole = CaptureRequest {
        source: CaptureSource::Output(OUTPUT),
        crop: None,
        size: SIZE,
        transform: Transform::Normal,
        cursor: false,
        target: CaptureTarget::Memfd,
    };
    let (_, time, _) = bench.capture(&whole)?;
    println!("the first capture of a full-screen window {:.2} ms", time.as_secs_f64() * 1e3);
    let changed = |bench: &mut Bench| bench.submit(vec![content(1, full, ShmFormat::Xrgb8888, Damage::Full)], None);
    bench.measure("full-screen window, all of it changed", &whole, changed)?;
    bench.measure("nothing changed", &whole, |_| Ok(()))?;
    bench.measure("a ping", &CaptureRequest { crop: Some(area(0, 0, 1, 1)), size: Size2D::new(1, 1), ..whole.clone() }, |_| Ok(()))?;
    let small = Damage::Rects(vec![Rect::new(Point2D::new(400, 300), Size2D::new(200, 20))]);
    let line = |bench: &mut Bench| bench.submit(vec![content(1, full, ShmFormat::Xrgb8888, small.clone())], None);
    bench.measure("a line of text changed", &whole, line)?;
    println!("capturing: {}", bench.memory()?);
    bench.measure("all changed, 1280x720", &CaptureRequest { size: Size2D::new(1280, 720), ..whole.clone() }, changed)?;
    bench.measure("all changed, 640x360", &CaptureRequest { size: Size2D::new(640, 360), ..whole.clone() }, changed)?;
    bench.measure(
        "all changed, rotated",
        &CaptureRequest { transform: Transform::Rotated90, size: Size2D::new(1080, 1920), ..whole.clone() },
        changed,
    )?;
    bench.measure("all changed, PNG", &CaptureRequest { target: CaptureTarget::Png, ..whole.clone() }, changed)?;
    println!("with other shapes: {}", bench.memory()?);
    let windows = [(2, area(60, 60, 900, 700)), (3, area(500, 200, 900, 700)), (4, area(900, 320, 900, 700))];
    let scene = desktop(&windows);
    bench.submit(vec![], Some(scene.clone()))?;
    let everything = |bench: &mut Bench| bench.submit(all(Damage::Full), None);
    bench.measure("three windows (one ARGB), their contents changed", &whole, everything)?;
    let mut flip = false;
    let redraw = |bench: &mut Bench| {
        flip = !flip;
        bench.submit(vec![], Some(if flip { single.clone() } else { scene.clone() }))
    };
    bench.measure("between one and three windows, all changed", &whole, redraw)?;
    let mut fractional = desktop(&windows);
    for element in &mut fractional.elements {
        if matches!(element.kind, ElementKind::Surface(_)) {
            element.area.size = Size2D::new(675, 525);
        }
    }
    bench.submit(vec![], Some(fractional))?;
    bench.measure("three windows scaled to 0.75, contents changed", &whole, everything)?;
    println!("at the end: {}", bench.memory()?);
    bench.child.kill()?;
    Ok(())
}
