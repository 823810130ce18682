use std::os::fd::OwnedFd;
use std::sync::mpsc::{Receiver, channel};

use euclid::{Point2D, Rect, Size2D};
use glasshouse_link::{
    BUILD_ID, CaptureFailure, CaptureFormat, CaptureId, CaptureRequest, CaptureSource, CaptureTarget, ExecutorChoice, Frame, OutputState,
    Pace, PoolSize, Seq, ToDesktop, ToDisplay, Transaction,
};
use glasshouse_scene::{
    Color, Content, Cursor, CursorImage, Damage, ElementKind, OutputId, PhysicalRect, PhysicalSize, PoolId, Scene, ShmFormat, SurfaceId,
    Transform,
};

use super::Display;
use crate::encoder::Encoded;
use crate::testing::{Random, World, memfd, random_scene, rect, test_picture};

const OUTPUT: OutputId = OutputId(1);

/// A desktop that talks to a display without a socket.
struct Bench {
    display: Display,
    encoded: Receiver<Encoded>,
    now_ns: u64,
    seq: u64,
}

impl Bench {
    fn new() -> Self {
        let (sender, encoded) = channel();
        let display = Display::new(false, Box::new(move |encoded| sender.send(encoded).unwrap()));
        let mut bench = Self { display, encoded, now_ns: 1_000_000_000, seq: 0 };
        let hello = ToDisplay::Hello {
            build_id: BUILD_ID.to_owned(),
            executor: ExecutorChoice::Cpu,
            cursor_theme: "no such theme".to_owned(),
            cursor_size: 24,
        };
        assert!(matches!(bench.send(hello, vec![])[..], [ToDesktop::Ready { .. }]));
        bench
    }

    fn send(&mut self, message: ToDisplay, fds: Vec<OwnedFd>) -> Vec<ToDesktop> {
        self.display.handle(message, fds, self.now_ns).unwrap();
        self.display.take_replies().into_iter().map(|(message, _)| message).collect()
    }

    fn pools(&mut self, world: &World) {
        let pools = world.pools.iter().map(|(pool, memory)| PoolSize { pool: *pool, bytes: memory.bytes }).collect();
        let fds = world.pools.values().map(|pool| pool.fd.try_clone().unwrap()).collect();
        assert_eq!(self.send(ToDisplay::AddPools { pools }, fds), [ToDesktop::PoolsAdded]);
    }

    fn submit(&mut self, contents: Vec<(SurfaceId, Option<Content>)>, scene: Option<Scene>) -> Vec<ToDesktop> {
        self.seq += 1;
        let state = |scene| OutputState { transform: Transform::Normal, scale: 1.0, refresh_mhz: 60_000, scene };
        let outputs: Vec<_> = scene.map(|scene| (OUTPUT, Some(state(scene)))).into_iter().collect();
        let lock_epoch = outputs.iter().filter_map(|(_, state)| state.as_ref()).map(|state| state.scene.lock_epoch).max().unwrap_or(0);
        self.send(ToDisplay::Submit(Transaction { seq: Seq(self.seq), lock_epoch, contents, outputs }), vec![])
    }

    /// Shows everything of a world.
    fn show(&mut self, world: &World) {
        self.pools(world);
        let contents = world.contents.iter().map(|(surface, content)| (*surface, Some(content.clone()))).collect();
        self.submit(contents, Some(world.scene.clone()));
    }

    fn try_capture(&mut self, request: CaptureRequest, fds: Vec<OwnedFd>) -> Result<(Frame, Option<OwnedFd>), CaptureFailure> {
        self.display.handle(ToDisplay::Capture { id: CaptureId(7), request }, fds, self.now_ns).unwrap();
        let mut replies = self.display.take_replies();
        if replies.is_empty() {
            self.display.encoded(self.encoded.recv().unwrap());
            replies = self.display.take_replies();
        }
        let (message, mut fds) = replies.pop().unwrap();
        assert!(replies.is_empty());
        match message {
            ToDesktop::Captured { id: CaptureId(7), frame } => Ok((frame, fds.pop().map(|fd| fd.try_clone().unwrap()))),
            ToDesktop::CaptureFailed { id: CaptureId(7), reason } => Err(reason),
            other => panic!("{other:?}"),
        }
    }

    fn capture(&mut self, request: CaptureRequest) -> (Frame, OwnedFd) {
        let (frame, fd) = self.try_capture(request, vec![]).unwrap();
        (frame, fd.unwrap())
    }
}

fn request(size: PhysicalSize) -> CaptureRequest {
    CaptureRequest {
        source: CaptureSource::Output(OUTPUT),
        crop: None,
        size,
        transform: Transform::Normal,
        cursor: false,
        target: CaptureTarget::Memfd,
    }
}

/// The pixels of a picture without their highest bytes.
fn pixels(frame: &Frame, fd: &OwnedFd) -> Vec<u32> {
    let mut bytes = vec![0; frame.bytes as usize];
    assert_eq!(rustix::io::pread(fd, &mut bytes, 0).unwrap(), bytes.len());
    bytes.chunks_exact(4).map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap()) & 0xff_ffff).collect()
}

fn masked(pixels: Vec<u32>) -> Vec<u32> {
    pixels.into_iter().map(|pixel| pixel & 0xff_ffff).collect()
}

fn one_window() -> World {
    let mut world = World::new(64, 48);
    world.shell(rect(0, 0, 64, 48), ElementKind::Fill(Color::rgb(0x334455, 1.0)));
    world.surface(1, (40, 32), ShmFormat::Xrgb8888, Transform::Normal, test_picture(40, 32, false));
    world.show(1, rect(10, 8, 40, 32)).radius = 6.0;
    world
}

#[test]
fn painting_only_the_damage_gives_the_same_as_painting_everything() {
    for seed in 1..150 {
        let mut random = Random::new(seed);
        let mut bench = Bench::new();
        let mut world = World::new(48, 40);
        random_scene(&mut world, &mut random);
        bench.show(&world);
        let mut held = Vec::new();
        let mut last = [Vec::new(), Vec::new()];
        for step in 0..12 {
            match random.below(4) {
                0 => {
                    random_scene(&mut world, &mut random);
                    bench.submit(vec![], Some(world.scene.clone()));
                }
                1 | 2 => {
                    // The client draws into a part of its buffer.
                    let id = 1 + random.below(4) as u64;
                    let content = world.contents[&SurfaceId(id)].clone();
                    let damage = draw_into(&world, id, &mut random);
                    bench.submit(vec![(SurfaceId(id), Some(Content { damage, ..content }))], None);
                }
                _ => {}
            }
            if random.below(3) == 0 {
                held.clear(); // Readers let go, and pictures are painted on again.
            }
            let (frame, fd) = bench.capture(request(world.scene.size));
            assert_eq!(pixels(&frame, &fd), masked(world.paint()), "seed {seed}, step {step}");
            let small = CaptureRequest { crop: Some(rect(5, 3, 40, 30)), ..request(Size2D::new(27, 20)) };
            let (small_frame, small_fd) = bench.capture(small.clone());
            let mut fresh = Bench::new();
            fresh.show(&world);
            let (fresh_frame, fresh_fd) = fresh.capture(small);
            assert_eq!(pixels(&small_frame, &small_fd), pixels(&fresh_frame, &fresh_fd), "seed {seed}, step {step}: scaled");
            for (last, frame, now) in [(0, &frame, pixels(&frame, &fd)), (1, &small_frame, pixels(&small_frame, &small_fd))]
                .map(|(index, frame, now)| (std::mem::replace(&mut last[index], now.clone()), frame, now))
            {
                let width = frame.size.width;
                for (index, _) in last.iter().zip(&now).enumerate().filter(|(_, (last, now))| last != now) {
                    let point = Point2D::new(index as i32 % width, index as i32 / width);
                    assert!(frame.damage.iter().any(|rect| rect.contains(point)), "seed {seed}, step {step}: {point:?} changed");
                }
            }
            held.extend([fd, small_fd]);
        }
    }
}

/// Writes random bytes into a rectangle of a surface's buffer.
fn draw_into(world: &World, id: u64, random: &mut Random) -> Damage {
    let content = &world.contents[&SurfaceId(id)];
    let glasshouse_scene::Pixels::Shm { pool, offset, stride, format } = content.pixels else { panic!() };
    let (x, y) = (random.below(content.size.width), random.below(content.size.height));
    let (width, height) = (1 + random.below(content.size.width - x), 1 + random.below(content.size.height - y));
    for row in y..y + height {
        let bytes: Vec<u8> = (0..width as u32 * format.bytes_per_pixel()).map(|_| if id == 2 { 0x60 } else { 0xff }).collect();
        let at = u64::from(offset) + row as u64 * u64::from(stride) + x as u64 * u64::from(format.bytes_per_pixel());
        rustix::io::pwrite(&world.pools[&pool].fd, &bytes, at).unwrap();
    }
    Damage::from_rects([Rect::new(Point2D::new(x, y), Size2D::new(width, height))], content.size)
}

#[test]
fn what_has_not_changed_is_answered_with_the_same_memory() {
    let mut bench = Bench::new();
    let world = one_window();
    bench.show(&world);
    let (first, fd) = bench.capture(request(world.scene.size));
    assert!(!first.unchanged);
    assert_eq!(first.damage, [rect(0, 0, 64, 48)]);
    let (second, same) = bench.capture(request(world.scene.size));
    assert!(second.unchanged && second.damage.is_empty());
    let inode = |fd: &OwnedFd| rustix::fs::fstat(fd).unwrap().st_ino;
    assert_eq!(inode(&fd), inode(&same));
    // Another shape does not disturb the first one.
    let (third, _) = bench.capture(CaptureRequest { crop: Some(rect(0, 0, 8, 8)), ..request(Size2D::new(8, 8)) });
    assert!(!third.unchanged);
    assert!(bench.capture(request(world.scene.size)).0.unchanged);

    let content =
        Content { damage: Damage::Rects(vec![Rect::new(Point2D::new(4, 5), Size2D::new(3, 2))]), ..world.contents[&SurfaceId(1)].clone() };
    bench.submit(vec![(SurfaceId(1), Some(content))], None);
    let (fourth, other) = bench.capture(request(world.scene.size));
    assert!(!fourth.unchanged && inode(&other) != inode(&fd), "a reader's picture was painted on");
    assert_eq!(fourth.damage, [rect(14, 13, 3, 2)]);
    let (fifth, _) = bench.capture(CaptureRequest { crop: Some(rect(0, 0, 8, 8)), ..request(Size2D::new(8, 8)) });
    assert!(fifth.damage.is_empty(), "the change lies outside of the crop");
}

#[test]
fn the_pointer_is_on_the_picture_only_if_asked_for() {
    let mut bench = Bench::new();
    let mut world = one_window();
    world.scene.cursors.push(Cursor { position: Point2D::new(20, 20), scale: 1.0, image: CursorImage::Named("default".into()) });
    bench.show(&world);
    let with = CaptureRequest { cursor: true, ..request(world.scene.size) };
    let (plain_frame, plain) = bench.capture(request(world.scene.size));
    let (frame, pointed) = bench.capture(with.clone());
    let without = masked(world.paint());
    assert_eq!(pixels(&plain_frame, &plain), without);
    let differing = pixels(&frame, &pointed).iter().zip(&without).filter(|(a, b)| a != b).count();
    assert!(differing > 60, "{differing}");
    // It moves: both places are damaged, and nothing of it stays behind.
    world.scene.cursors[0].position = Point2D::new(40, 30);
    bench.submit(vec![], Some(world.scene.clone()));
    let (moved, _) = bench.capture(with);
    assert!(moved.damage.iter().any(|rect| rect.contains(Point2D::new(22, 25))));
    assert!(moved.damage.iter().any(|rect| rect.contains(Point2D::new(42, 35))));
    drop((plain, pointed));
    let (frame, fd) = bench.capture(request(world.scene.size));
    assert_eq!(pixels(&frame, &fd), without);
    assert!(frame.unchanged || frame.damage.is_empty());
}

#[test]
fn a_transform_turns_the_picture_as_the_output_is_mounted() {
    let mut bench = Bench::new();
    let world = one_window();
    bench.show(&world);
    let upright = masked(world.paint());
    for transform in Transform::ALL {
        let size: PhysicalSize = transform.apply_size(world.scene.size);
        let (frame, fd) = bench.capture(CaptureRequest { transform, ..request(size) });
        let picture = pixels(&frame, &fd);
        for (x, y) in (0..64).flat_map(|x| (0..48).map(move |y| (x, y))) {
            let centre = Point2D::<f64, glasshouse_scene::Physical>::new(f64::from(x) + 0.5, f64::from(y) + 0.5);
            let there: Point2D<f64, glasshouse_scene::Physical> = transform.apply_point(centre, world.scene.size.to_f64());
            let index = there.y as usize * size.width as usize + there.x as usize;
            assert_eq!(picture[index], upright[(y * 64 + x) as usize], "{transform:?} at ({x}, {y})");
        }
    }
}

#[test]
fn a_client_gets_the_picture_in_its_own_memory_and_only_there() {
    let mut bench = Bench::new();
    let world = one_window();
    bench.show(&world);
    let upright = world.paint();
    for (stride, format) in [(64 * 4, CaptureFormat::Xrgb8888), (64 * 4 + 12, CaptureFormat::Argb8888)] {
        let target = memfd(&vec![0x11; 16 + stride * 48]);
        let shm = CaptureTarget::Shm { offset: 16, stride: stride as u32, format };
        let capture = CaptureRequest { target: shm, ..request(world.scene.size) };
        let (frame, none) = bench.try_capture(capture.clone(), vec![target.try_clone().unwrap()]).unwrap();
        assert!(none.is_none());
        assert_eq!((frame.stride, frame.bytes), (stride as u32, 64 * 48 * 4));
        for y in 0..48 {
            let mut row = vec![0; stride];
            rustix::io::pread(&target, &mut row, (16 + y * stride) as u64).unwrap();
            for (x, bytes) in row[..256].chunks_exact(4).enumerate() {
                let pixel = u32::from_le_bytes(bytes.try_into().unwrap());
                assert_eq!(pixel & 0xff_ffff, upright[y * 64 + x] & 0xff_ffff);
                assert!(format == CaptureFormat::Xrgb8888 || pixel >> 24 == 0xff);
            }
            assert!(row[256..].iter().all(|byte| *byte == 0x11));
        }
        let small = memfd(&[0; 100]);
        assert!(matches!(bench.try_capture(capture.clone(), vec![small.try_clone().unwrap()]), Err(CaptureFailure::Target(_))));
        assert_eq!(rustix::fs::fstat(&small).unwrap().st_size, 100, "it grew");
        assert!(matches!(bench.try_capture(capture, vec![]), Err(CaptureFailure::Target(_))));
    }
}

#[test]
fn a_picture_of_nothing_but_copies_goes_straight_and_is_the_same() {
    let mut bench = Bench::new();
    let mut world = World::new(64, 48);
    // Two windows beside one another fill the view; no pixel of it is blended.
    world.surface(1, (40, 48), ShmFormat::Xrgb8888, Transform::Normal, test_picture(40, 48, false));
    world.surface(2, (24, 48), ShmFormat::Xrgb8888, Transform::Normal, test_picture(24, 48, false));
    world.show(1, rect(0, 0, 40, 48));
    world.show(2, rect(40, 0, 24, 48));
    bench.show(&world);
    let upright = world.paint();
    for crop in [rect(0, 0, 64, 48), rect(0, 0, 40, 48), rect(7, 3, 50, 20)] {
        let stride = crop.size.width as usize * 4 + 8;
        let target = memfd(&vec![0x11; 4 + stride * crop.size.height as usize]);
        let shm = CaptureTarget::Shm { offset: 4, stride: stride as u32, format: CaptureFormat::Xrgb8888 };
        let capture = CaptureRequest { target: shm, crop: Some(crop), ..request(crop.size) };
        let (frame, _) = bench.try_capture(capture.clone(), vec![target.try_clone().unwrap()]).unwrap();
        assert_eq!(frame.damage, [PhysicalRect::from_size(crop.size)]);
        assert!(bench.display.outputs[&OUTPUT].view.pictures() == 0, "a picture was painted on the way");
        for y in 0..crop.size.height as usize {
            let mut row = vec![0; stride];
            rustix::io::pread(&target, &mut row, (4 + y * stride) as u64).unwrap();
            let from = (crop.origin.y as usize + y) * 64 + crop.origin.x as usize;
            let (picture, rest) = row.split_at(stride - 8);
            for (bytes, expected) in picture.chunks_exact(4).zip(&upright[from..]) {
                assert_eq!(u32::from_le_bytes(bytes.try_into().unwrap()) & 0xff_ffff, expected & 0xff_ffff);
            }
            assert!(rest.iter().all(|byte| *byte == 0x11));
        }
        let small = memfd(&[0; 100]);
        assert!(matches!(bench.try_capture(capture, vec![small]), Err(CaptureFailure::Target(_))));
    }
    // What was seen directly counts as seen: the next capture tells only what changed since.
    let damage = Damage::Rects(vec![Rect::new(Point2D::new(1, 2), Size2D::new(3, 4))]);
    let content = Content { damage, ..world.contents[&SurfaceId(1)].clone() };
    bench.submit(vec![(SurfaceId(1), Some(content))], None);
    let (frame, fd) = bench.capture(request(world.scene.size));
    assert_eq!(frame.damage, [rect(1, 2, 3, 4)]);
    assert_eq!(pixels(&frame, &fd), masked(upright));
}

#[test]
fn a_png_is_the_picture_and_the_display_answers_meanwhile() {
    let mut bench = Bench::new();
    let world = one_window();
    bench.show(&world);
    let capture = CaptureRequest { target: CaptureTarget::Png, ..request(world.scene.size) };
    for _ in 0..3 {
        let content = Content { damage: Damage::Full, ..world.contents[&SurfaceId(1)].clone() };
        bench.submit(vec![(SurfaceId(1), Some(content))], None);
        bench.display.handle(ToDisplay::Capture { id: CaptureId(7), request: capture.clone() }, vec![], bench.now_ns).unwrap();
        assert!(bench.display.take_replies().is_empty());
        assert_eq!(bench.send(ToDisplay::Ping { id: 3 }, vec![]), [ToDesktop::Pong { id: 3 }]);
        let (direct, fd) = bench.capture(request(world.scene.size));
        assert_eq!(pixels(&direct, &fd), masked(world.paint()));
        bench.display.encoded(bench.encoded.recv().unwrap());
        let (message, fds) = bench.display.take_replies().pop().unwrap();
        let ToDesktop::Captured { frame, .. } = message else { panic!("{message:?}") };
        let mut file = vec![0; frame.bytes as usize];
        rustix::io::pread(&fds[0], &mut file, 0).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut rgb).unwrap();
        let expected: Vec<u8> = world.paint().iter().flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)).collect();
        assert_eq!(rgb, expected);
    }
    // The same again needs no encoder.
    bench.try_capture(capture.clone(), vec![]).unwrap();
    bench.display.handle(ToDisplay::Capture { id: CaptureId(7), request: capture }, vec![], bench.now_ns).unwrap();
    let replies = bench.display.take_replies();
    assert!(matches!(&replies[..], [(ToDesktop::Captured { frame, .. }, fds)] if frame.unchanged && fds.len() == 1), "{replies:?}");
}

#[test]
fn a_scene_without_background_keeps_its_transparency() {
    let mut bench = Bench::new();
    let world = one_window();
    bench.show(&world);
    let mut scene = Scene { size: Size2D::new(44, 36), ..Scene::default() };
    let mut element = world.scene.elements[1].clone();
    element.area.origin = Point2D::new(2, 2);
    scene.elements.push(element);
    let capture = CaptureRequest { source: CaptureSource::Scene(Box::new(scene)), ..request(Size2D::new(44, 36)) };
    let (frame, fd) = bench.capture(capture.clone());
    let mut bytes = vec![0; frame.bytes as usize];
    rustix::io::pread(&fd, &mut bytes, 0).unwrap();
    let alpha = |x: usize, y: usize| bytes[(y * 44 + x) * 4 + 3];
    assert_eq!((alpha(0, 0), alpha(2, 2), alpha(20, 20), alpha(43, 35)), (0, 0, 0xff, 0));
    assert!((1..0xff).contains(&alpha(4, 3)), "the corner is not smooth: {}", alpha(4, 3));
    assert!(bench.capture(capture.clone()).0.unchanged);
    let content = Content { damage: Damage::Full, ..world.contents[&SurfaceId(1)].clone() };
    bench.submit(vec![(SurfaceId(1), Some(content))], None);
    let (frame, _) = bench.capture(capture);
    assert_eq!(frame.damage, [rect(2, 2, 40, 32)]);
}

#[test]
fn memory_that_is_not_there_is_told_and_shown_as_a_placeholder() {
    let mut bench = Bench::new();
    let mut world = one_window();
    bench.pools(&world);
    rustix::fs::ftruncate(&world.pools[&PoolId(1)].fd, 100).unwrap();
    let contents = vec![(SurfaceId(1), Some(world.contents[&SurfaceId(1)].clone()))];
    let replies = bench.submit(contents.clone(), Some(world.scene.clone()));
    assert!(matches!(&replies[0], ToDesktop::Latched { seq: Seq(1), unreadable, .. } if *unreadable == [SurfaceId(1)]), "{replies:?}");
    world.unreadable.insert(SurfaceId(1));
    let (frame, fd) = bench.capture(request(world.scene.size));
    assert_eq!(pixels(&frame, &fd), masked(world.paint()));
    // The client mends it.
    rustix::fs::ftruncate(&world.pools[&PoolId(1)].fd, 100_000).unwrap();
    assert!(matches!(&bench.submit(contents, None)[0], ToDesktop::Latched { unreadable, .. } if unreadable.is_empty()));
    world.unreadable.clear();
    let (frame, fd) = bench.capture(request(world.scene.size));
    assert_eq!(pixels(&frame, &fd), masked(world.paint()));
    // Now it shrinks after the transaction: found when it is read, told with the next one.
    rustix::fs::ftruncate(&world.pools[&PoolId(1)].fd, 0).unwrap();
    let content = Content { damage: Damage::Full, ..world.contents[&SurfaceId(1)].clone() };
    rustix::fs::ftruncate(&world.pools[&PoolId(1)].fd, 100_000).unwrap();
    bench.submit(vec![(SurfaceId(1), Some(content))], None);
    rustix::fs::ftruncate(&world.pools[&PoolId(1)].fd, 0).unwrap();
    world.unreadable.insert(SurfaceId(1));
    let (frame, fd) = bench.capture(request(world.scene.size));
    assert_eq!(pixels(&frame, &fd), masked(world.paint()));
    assert!(matches!(&bench.submit(vec![], None)[0], ToDesktop::Latched { unreadable, .. } if *unreadable == [SurfaceId(1)]));
}

#[test]
fn frames_begin_on_request_and_nothing_wakes_otherwise() {
    let mut bench = Bench::new();
    assert_eq!(bench.display.deadline_ns(), None);
    bench.show(&one_window());
    assert_eq!(bench.display.deadline_ns(), None);
    bench.send(ToDisplay::RequestFrame { output: OUTPUT, pace: Pace::Full }, vec![]);
    let due = bench.display.deadline_ns().unwrap();
    assert!(due > bench.now_ns && due <= bench.now_ns + 16_666_667);
    bench.display.tick(due - 1);
    assert!(bench.display.take_replies().is_empty());
    bench.display.tick(due);
    let replies = bench.display.take_replies();
    assert!(matches!(replies[0].0, ToDesktop::BeginFrame { output: OUTPUT, present_at_ns, .. } if present_at_ns == due));
    assert_eq!(bench.display.deadline_ns(), None);
}

#[test]
fn a_submit_is_latched_and_presented_at_once() {
    let mut bench = Bench::new();
    let world = one_window();
    bench.pools(&world);
    let replies = bench.submit(vec![], Some(world.scene.clone()));
    assert!(matches!(replies[..], [ToDesktop::Latched { seq: Seq(1), .. }, ToDesktop::Presented { output: OUTPUT, seq: Seq(1), .. }]));
}

#[test]
fn pictures_go_when_nobody_captures_any_more() {
    let mut bench = Bench::new();
    let world = one_window();
    bench.show(&world);
    drop(bench.capture(request(world.scene.size)));
    let trim = bench.display.deadline_ns().unwrap();
    bench.display.tick(trim);
    assert!(bench.capture(request(world.scene.size)).0.unchanged, "the newest picture is kept for a while");
    let trim = bench.display.deadline_ns().unwrap();
    bench.display.tick(trim);
    let forget = bench.display.deadline_ns().unwrap();
    assert!(forget > trim);
    bench.display.tick(forget);
    assert_eq!(bench.display.deadline_ns(), None);
    assert!(!bench.capture(request(world.scene.size)).0.unchanged);
}

#[test]
fn nothing_from_before_a_lock_is_shown_after_it() {
    let mut bench = Bench::new();
    let mut world = one_window();
    bench.show(&world);
    bench.capture(request(world.scene.size));
    bench.seq += 1;
    let lock = Transaction { seq: Seq(bench.seq), lock_epoch: 1, ..Transaction::default() };
    bench.send(ToDisplay::Submit(lock), vec![]);
    assert!(bench.try_capture(request(world.scene.size), vec![]).is_err());
    let old = CaptureSource::Scene(Box::new(world.scene.clone()));
    assert!(bench.try_capture(CaptureRequest { source: old, ..request(world.scene.size) }, vec![]).is_err());
    world.scene.lock_epoch = 1;
    world.scene.elements.truncate(1);
    bench.submit(vec![], Some(world.scene.clone()));
    let (frame, fd) = bench.capture(request(world.scene.size));
    assert_eq!((frame.lock_epoch, pixels(&frame, &fd)), (1, masked(world.paint())));
}

#[test]
fn retaining_copies_the_pixels_tightly() {
    let mut bench = Bench::new();
    let world = one_window();
    bench.show(&world);
    let before = bench.capture(request(world.scene.size));
    bench.display.handle(ToDisplay::Retain { surface: SurfaceId(1), copy: PoolId(99) }, vec![], bench.now_ns).unwrap();
    let (message, fds) = bench.display.take_replies().pop().unwrap();
    let ToDesktop::Retained { surface: SurfaceId(1), content, bytes } = message else { panic!("{message:?}") };
    assert_eq!(bytes, 40 * 32 * 4);
    let fds = fds.iter().map(|fd| fd.try_clone().unwrap()).collect();
    bench.send(ToDisplay::AddPools { pools: vec![PoolSize { pool: PoolId(99), bytes }] }, fds);
    bench.submit(vec![(SurfaceId(1), Some(Content { damage: Damage::Full, ..content }))], None);
    rustix::fs::ftruncate(&world.pools[&PoolId(1)].fd, 0).unwrap();
    let after = bench.capture(request(world.scene.size));
    assert_eq!(pixels(&before.0, &before.1), pixels(&after.0, &after.1));
    let nobody = ToDisplay::Retain { surface: SurfaceId(5), copy: PoolId(98) };
    assert_eq!(bench.send(nobody, vec![]), [ToDesktop::NotRetained { surface: SurfaceId(5), copy: PoolId(98) }]);
}

#[test]
fn bad_requests_are_refused() {
    let mut bench = Bench::new();
    let world = one_window();
    let gone = bench.try_capture(request(world.scene.size), vec![]);
    assert_eq!(gone.unwrap_err(), CaptureFailure::NoOutput);
    bench.show(&world);
    let crop = |area: PhysicalRect| CaptureRequest { crop: Some(area), ..request(area.size) };
    let huge = request(PhysicalSize::new(30_000, 30_000));
    for bad in [crop(rect(60, 0, 10, 10)), crop(rect(-1, 0, 5, 5)), crop(rect(0, 0, 0, 5)), request(PhysicalSize::new(0, 4)), huge] {
        assert_eq!(bench.try_capture(bad, vec![]).unwrap_err(), CaptureFailure::BadSize);
    }
    let mut early = Display::new(false, Box::new(drop));
    assert!(early.handle(ToDisplay::Ping { id: 1 }, vec![], 0).is_err());
}

#[test]
fn what_changed_and_what_was_painted_is_told_in_pixels() {
    let mut bench = Bench::new();
    let world = one_window();
    let whole = world.scene.size.area() as u64;
    bench.pools(&world);
    let contents = world.contents.iter().map(|(surface, content)| (*surface, Some(content.clone()))).collect();
    let damage = |replies: Vec<ToDesktop>| match &replies[0] {
        ToDesktop::Latched { damage, .. } => damage.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(damage(bench.submit(contents, Some(world.scene.clone()))), [(OUTPUT, whole)]);
    assert_eq!(bench.capture(request(world.scene.size)).0.cost.pixels, whole);
    assert_eq!(damage(bench.submit(vec![], None)), [], "nothing changed");
    let again = bench.capture(request(world.scene.size)).0;
    assert!(again.unchanged && again.cost.pixels == 0, "{again:?}");
    let content = Content {
        damage: Damage::Rects(vec![Rect::new(Point2D::new(10, 10), Size2D::new(3, 2))]),
        ..world.contents[&SurfaceId(1)].clone()
    };
    let changed = damage(bench.submit(vec![(SurfaceId(1), Some(content))], None));
    let frame = bench.capture(request(world.scene.size)).0;
    assert_eq!(changed, [(OUTPUT, frame.cost.pixels)], "as much is painted as has changed");
    assert!(frame.cost.pixels >= 6 && frame.cost.pixels < whole, "{frame:?}");
    assert!(frame.cost.took_ns > 0);
}
