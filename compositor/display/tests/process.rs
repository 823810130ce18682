//! The program itself, at the other end of a real link.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // The helpers of a test are a test.

use std::os::fd::{AsRawFd as _, OwnedFd};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use euclid::{Point2D, Rect, Size2D};
use glasshouse_link::{
    BUILD_ID, CaptureId, CaptureRequest, CaptureSource, CaptureTarget, Connection, DebugOrder, ExecutorChoice, LinkError, OutputState,
    Pace, PoolSize, Seq, ToDesktop, ToDisplay, Transaction,
};
use glasshouse_scene::{
    BufferId, Content, Damage, Element, ElementId, ElementKind, OutputId, Pixels, PoolId, Scene, ShmFormat, SurfaceId, Transform,
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{MemfdFlags, memfd_create};

const SURFACE: SurfaceId = SurfaceId(0x1234);
const OUTPUT: OutputId = OutputId(1);

/// A display process and our end of its link.
struct Process {
    child: Child,
    link: Connection,
    breadcrumb: Arc<OwnedFd>,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    fn start() -> Self {
        // One at a time, or a process started meanwhile inherits the link of this one as well.
        static STARTING: Mutex<()> = Mutex::new(());
        let _one = STARTING.lock();
        let (here, there) = Connection::pair().unwrap();
        rustix::io::fcntl_setfd(&there, rustix::io::FdFlags::empty()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_glasshouse-display"));
        let child =
            command.env("GLASSHOUSE_LOG", "warn").args(["--debug-orders", "--link-fd", &there.as_raw_fd().to_string()]).spawn().unwrap();
        drop(there);
        let mut process = Self { child, link: Connection::new(here).unwrap(), breadcrumb: memfd(&[0xff; 4096]) };
        let hello = |build_id: &str| ToDisplay::Hello {
            build_id: build_id.to_owned(),
            executor: ExecutorChoice::Cpu,
            cursor_theme: String::new(),
            cursor_size: 24,
        };
        let page = Arc::clone(&process.breadcrumb);
        process.send(&hello(BUILD_ID), vec![page]);
        assert!(matches!(process.receive(), Some((ToDesktop::Ready { .. }, _))));
        process
    }

    fn send(&mut self, message: &ToDisplay, fds: Vec<Arc<OwnedFd>>) {
        self.link.send(message, fds).unwrap();
        while !self.link.flush().unwrap() {}
    }

    /// The next message; `None` if the process is gone.
    fn receive(&mut self) -> Option<(ToDesktop, Vec<OwnedFd>)> {
        let start = Instant::now();
        loop {
            match self.link.receive() {
                Ok(Some(message)) => return Some(message),
                Ok(None) => {}
                Err(LinkError::Closed) => return None,
                Err(error) => panic!("{error}"),
            }
            assert!(start.elapsed() < Duration::from_secs(20), "no answer");
            let limit = Timespec { tv_sec: 1, tv_nsec: 0 };
            poll(&mut [PollFd::new(&self.link, PollFlags::IN)], Some(&limit)).unwrap();
        }
    }

    /// An output with one surface of 8x8 blue pixels.
    fn show(&mut self) {
        let pool = memfd(&[0xff, 0, 0, 0xff].repeat(64));
        self.send(&ToDisplay::AddPools { pools: vec![PoolSize { pool: PoolId(1), bytes: 256 }] }, vec![pool]);
        assert!(matches!(self.receive(), Some((ToDesktop::PoolsAdded, _))));
        let content = Content {
            buffer: BufferId(1),
            pixels: Pixels::Shm { pool: PoolId(1), offset: 0, stride: 32, format: ShmFormat::Xrgb8888 },
            size: Size2D::new(8, 8),
            transform: Transform::Normal,
            source: Rect::from_size(Size2D::new(8.0, 8.0)),
            surface_size: Size2D::new(8.0, 8.0),
            opaque: vec![],
            damage: Damage::Full,
        };
        let area = Rect::new(Point2D::new(4, 4), Size2D::new(8, 8));
        let elements = vec![Element::new(ElementId::Surface(SURFACE), area, ElementKind::Surface(SURFACE))];
        let scene = Scene { size: Size2D::new(16, 16), elements, ..Scene::default() };
        let state = OutputState { transform: Transform::Normal, scale: 1.0, refresh_mhz: 60_000, scene };
        let contents = vec![(SURFACE, Some(content))];
        let transaction = Transaction { seq: Seq(1), lock_epoch: 0, contents, outputs: vec![(OUTPUT, Some(state))] };
        self.send(&ToDisplay::Submit(transaction), vec![]);
        assert!(matches!(self.receive(), Some((ToDesktop::Latched { seq: Seq(1), .. }, _))));
        assert!(matches!(self.receive(), Some((ToDesktop::Presented { .. }, _))));
    }

    fn ask_for_capture(&mut self, target: CaptureTarget) {
        let request = CaptureRequest {
            source: CaptureSource::Output(OUTPUT),
            crop: None,
            size: Size2D::new(16, 16),
            transform: Transform::Normal,
            cursor: false,
            target,
        };
        self.send(&ToDisplay::Capture { id: CaptureId(1), request }, vec![]);
    }

    fn breadcrumb(&self) -> u64 {
        let mut bytes = [0; 8];
        rustix::io::pread(&self.breadcrumb, &mut bytes, 0).unwrap();
        u64::from_le_bytes(bytes)
    }
}

fn memfd(bytes: &[u8]) -> Arc<OwnedFd> {
    let fd = memfd_create("test", MemfdFlags::CLOEXEC).unwrap();
    rustix::io::pwrite(&fd, bytes, 0).unwrap();
    Arc::new(fd)
}

#[test]
fn a_capture_goes_all_the_way() {
    let mut process = Process::start();
    process.show();
    process.ask_for_capture(CaptureTarget::Memfd);
    let Some((ToDesktop::Captured { frame, .. }, fds)) = process.receive() else { panic!("no picture") };
    let mut bytes = vec![0; frame.bytes as usize];
    rustix::io::pread(&fds[0], &mut bytes, 0).unwrap();
    assert_eq!(bytes[(5 * 16 + 5) * 4..][..3], [0xff, 0, 0]);
    assert_eq!(bytes[(2 * 16 + 2) * 4..][..3], [0, 0, 0]);
    assert_eq!(process.breadcrumb(), 0);
    process.ask_for_capture(CaptureTarget::Png);
    assert!(matches!(process.receive(), Some((ToDesktop::Captured { .. }, fds)) if fds.len() == 1));
}

#[test]
fn the_breadcrumb_names_the_surface_that_killed_the_display() {
    let mut process = Process::start();
    process.show();
    process.send(&ToDisplay::Debug(DebugOrder::PoisonSurface(SURFACE)), vec![]);
    process.ask_for_capture(CaptureTarget::Memfd);
    assert!(process.receive().is_none());
    assert_eq!(process.breadcrumb(), SURFACE.0);
}

#[test]
fn a_frame_begins_when_it_was_asked_for() {
    let mut process = Process::start();
    process.show();
    process.send(&ToDisplay::RequestFrame { output: OUTPUT, pace: Pace::Full }, vec![]);
    let Some((ToDesktop::BeginFrame { output: OUTPUT, refresh_ns, .. }, _)) = process.receive() else { panic!("no frame") };
    assert_eq!(refresh_ns, 16_666_666);
}

#[test]
fn it_ends_with_the_link() {
    let mut process = Process::start();
    let (nobody, _) = Connection::pair().unwrap();
    process.link = Connection::new(nobody).unwrap();
    assert!(process.child.wait().unwrap().success());
}
