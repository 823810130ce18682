//! Golden images: each scene is described once, here, and painted by every executor.
//!
//! `GLASSHOUSE_UPDATE_GOLDEN=1` writes them anew; look at them before you commit them. A failure leaves `*.actual.png` and
//! `*.difference.png` beside the golden one. The CPU executor must match exactly; others say how far they may be off.

use std::path::{Path, PathBuf};

use euclid::{Point2D, Rect, Size2D, Vector2D};
use glasshouse_scene::{Color, Cursor, CursorImage, ElementKind, PhysicalRect, ShmFormat, SurfaceId, Transform};

use crate::cpu::Painter;
use crate::cpu::canvas::Canvas;
use crate::cursor::Cursors;
use crate::testing::{World, rect, test_picture};

/// Every scene, by the name of its file.
pub(crate) fn goldens() -> Vec<(&'static str, World)> {
    vec![
        ("fills", fills()),
        ("copies", copies()),
        ("blends", blends()),
        ("transforms", transforms()),
        ("viewport", viewport()),
        ("fractional", fractional()),
        ("shrunk", shrunk()),
        ("formats", formats()),
        ("rounded", rounded()),
        ("borders", borders()),
        ("shadows", shadows()),
        ("gradients", gradients()),
        ("clip", clip()),
        ("placeholder", placeholder()),
        ("window", window()),
    ]
}

const PAPER: Color = Color::rgb(0xe9ebf0, 1.0);

/// A world with a light background.
fn paper(width: i32, height: i32) -> World {
    let mut world = World::new(width, height);
    world.shell(rect(0, 0, width, height), ElementKind::Fill(PAPER));
    world
}

fn fills() -> World {
    let mut world = World::new(64, 48);
    world.shell(rect(4, 4, 40, 30), ElementKind::Fill(Color::rgb(0x3366cc, 1.0)));
    world.shell(rect(20, 14, 40, 30), ElementKind::Fill(Color::rgb(0xffaa33, 0.5)));
    world.shell(rect(0, 40, 64, 20), ElementKind::Fill(Color::rgb(0xffffff, 1.0))).opacity = 0.25;
    world
}

fn copies() -> World {
    let mut world = paper(80, 64);
    world.surface(1, (40, 32), ShmFormat::Xrgb8888, Transform::Normal, test_picture(40, 32, false));
    world.show(1, rect(-8, -6, 40, 32));
    world.surface(2, (40, 32), ShmFormat::Xrgb8888, Transform::Normal, test_picture(40, 32, false));
    world.show(2, rect(28, 20, 40, 32));
    world
}

fn blends() -> World {
    let mut world = paper(112, 48);
    world.surface(1, (40, 32), ShmFormat::Argb8888, Transform::Normal, test_picture(40, 32, true));
    world.show(1, rect(4, 8, 40, 32));
    world.surface(2, (40, 32), ShmFormat::Xrgb8888, Transform::Normal, test_picture(40, 32, false));
    world.show(2, rect(36, 4, 40, 32)).opacity = 0.6;
    world.surface(3, (40, 32), ShmFormat::Argb8888, Transform::Normal, test_picture(40, 32, true)).opaque =
        vec![Rect::new(Point2D::new(0, 0), Size2D::new(40, 4))];
    world.show(3, rect(70, 10, 40, 32)).opacity = 0.7;
    world
}

/// All eight look the same, because the client turned its picture as it says.
fn transforms() -> World {
    let mut world = paper(4 * 36, 2 * 28);
    for (index, transform) in (0..).zip(Transform::ALL) {
        let upright = (32, 24);
        let picture = test_picture(upright.0, upright.1, false);
        let size: Size2D<i32, glasshouse_scene::Buffer> = transform.apply_size(Size2D::<i32, glasshouse_scene::Buffer>::new(32, 24));
        world.surface(index + 1, (size.width, size.height), ShmFormat::Xrgb8888, transform, |x, y| {
            let centre = Point2D::<f64, glasshouse_scene::Buffer>::new(f64::from(x) + 0.5, f64::from(y) + 0.5);
            let upright: Point2D<f64, glasshouse_scene::Logical> = transform.inverse().apply_point(centre, size.to_f64());
            picture(upright.x as i32, upright.y as i32)
        });
        let (column, row) = (index as i32 % 4, index as i32 / 4);
        world.show(index + 1, rect(2 + column * 36, 2 + row * 28, 32, 24));
    }
    world
}

/// Crops on whole pixels (a copy), doubled (nearest) and stretched (bilinear).
fn viewport() -> World {
    let mut world = paper(112, 56);
    for (id, area) in [(1, rect(4, 4, 20, 16)), (2, rect(28, 4, 40, 32)), (3, rect(72, 4, 37, 45))] {
        let content = world.surface(id, (40, 32), ShmFormat::Xrgb8888, Transform::Normal, test_picture(40, 32, false));
        content.source = Rect::new(Point2D::new(16.0, 12.0), Size2D::new(20.0, 16.0));
        content.surface_size = Size2D::new(20.0, 16.0);
        world.show(id, area);
    }
    world
}

/// A picture at scale 2 on an output at 1.5, a picture at 1 on the same, and a turned one.
fn fractional() -> World {
    let mut world = paper(108, 44);
    world.surface(1, (48, 36), ShmFormat::Xrgb8888, Transform::Normal, test_picture(48, 36, false));
    world.show(1, rect(4, 4, 36, 27));
    world.surface(2, (20, 22), ShmFormat::Argb8888, Transform::Normal, test_picture(20, 22, true));
    world.show(2, rect(44, 4, 30, 33));
    world.surface(3, (24, 18), ShmFormat::Xrgb8888, Transform::Flipped90, test_picture(24, 18, false));
    world.show(3, rect(78, 4, 27, 36));
    world
}

/// Fine lines to a third and a fifth: a filter that skips pixels makes noise of them.
fn shrunk() -> World {
    let mut world = paper(70, 44);
    let rings = |x: i32, y: i32| {
        let far = f64::from((x - 66) * (x - 66) + (y - 66) * (y - 66));
        let value = (127.5 + 127.5 * (far / 420.0).cos()) as u8;
        [0xff, value, value, value]
    };
    for (id, area) in [(1, rect(4, 4, 36, 36)), (2, rect(44, 4, 22, 22))] {
        world.surface(id, (132, 132), ShmFormat::Xrgb8888, Transform::Normal, rings);
        world.show(id, area);
    }
    world
}

fn formats() -> World {
    let mut world = paper(6 * 24, 3 * 20);
    for (index, format) in (0..).zip(ShmFormat::ALL) {
        // Two bits of alpha cannot hold a soft edge.
        let alpha = format.has_alpha() && !matches!(format, ShmFormat::Argb2101010 | ShmFormat::Abgr2101010);
        world.surface(index + 1, (20, 16), format, Transform::Normal, test_picture(20, 16, alpha));
        let (column, row) = (index as i32 % 6, index as i32 / 6);
        world.show(index + 1, rect(2 + column * 24, 2 + row * 20, 20, 16));
    }
    world
}

fn rounded() -> World {
    let mut world = paper(128, 64);
    world.surface(1, (56, 48), ShmFormat::Xrgb8888, Transform::Normal, test_picture(56, 48, false));
    world.show(1, rect(4, 6, 56, 48)).radius = 12.0;
    world.shell(rect(66, 6, 26, 26), ElementKind::Fill(Color::rgb(0x2244aa, 1.0))).radius = 13.0;
    world.shell(rect(96, 6, 26, 26), ElementKind::Fill(Color::rgb(0xcc4422, 0.5))).radius = 5.5;
    let element = world.shell(rect(66, 36, 56, 12), ElementKind::Fill(Color::rgb(0x227755, 1.0)));
    (element.radius, element.rounded_area) = (9.0, Some(rect(66, 36, 56, 24)));
    world
}

fn borders() -> World {
    let mut world = paper(128, 64);
    let (top, bottom) = (Color::rgb(0x6ea8ff, 1.0), Color::rgb(0x8844dd, 1.0));
    world.shell(rect(4, 4, 56, 56), ElementKind::Border { width: 3.0, top, bottom }).radius = 14.0;
    world.shell(rect(66, 4, 26, 26), ElementKind::Border { width: 1.0, top, bottom });
    world.shell(rect(98, 4, 26, 26), ElementKind::Border { width: 1.5, top, bottom }).radius = 8.0;
    let edge = ElementKind::Border { width: 1.0, top: Color::rgb(0x000000, 0.35), bottom: Color::rgb(0x000000, 0.1) };
    world.shell(rect(66, 34, 58, 26), edge).radius = 10.0;
    world
}

fn shadows() -> World {
    let mut world = paper(104, 64);
    for (area, radius, sigma) in [(rect(14, 12, 40, 32), 8.0, 5.0), (rect(76, 16, 14, 8), 4.0, 4.0), (rect(72, 46, 24, 6), 0.0, 1.5)] {
        let color = Color::rgb(0x101830, 0.5);
        world.shell(area, ElementKind::Shadow { sigma, offset: Point2D::new(0, 4), color }).radius = radius;
        world.shell(area, ElementKind::Fill(Color::rgb(0xffffff, 1.0))).radius = radius;
    }
    world
}

fn gradients() -> World {
    let mut world = World::new(96, 64);
    world.shell(rect(0, 0, 96, 64), ElementKind::Gradient { top: Color::rgb(0x1b2a4a, 1.0), bottom: Color::rgb(0x2a4468, 1.0) });
    let glass = ElementKind::Gradient { top: Color::rgb(0xffffff, 0.4), bottom: Color::TRANSPARENT };
    world.shell(rect(8, 8, 36, 48), glass).radius = 8.0;
    world.shell(rect(52, 8, 36, 48), ElementKind::Gradient { top: Color::rgb(0xff8855, 1.0), bottom: Color::rgb(0x7733aa, 1.0) });
    world
}

fn clip() -> World {
    let mut world = paper(64, 48);
    world.surface(1, (40, 32), ShmFormat::Xrgb8888, Transform::Normal, test_picture(40, 32, false));
    let element = world.show(1, rect(10, 8, 40, 32));
    (element.clip, element.radius) = (Some(rect(4, 14, 40, 30)), 10.0);
    world.shell(rect(30, 24, 40, 40), ElementKind::Fill(Color::rgb(0xdd2266, 0.7))).clip = Some(rect(34, 28, 20, 10));
    world
}

fn placeholder() -> World {
    let mut world = paper(144, 96);
    world.surface(1, (88, 80), ShmFormat::Xrgb8888, Transform::Normal, test_picture(88, 80, false));
    world.unreadable.insert(SurfaceId(1));
    world.show(1, rect(6, 8, 88, 80)).radius = 8.0;
    world.shell(rect(102, 8, 36, 36), ElementKind::Placeholder).opacity = 0.5;
    world
}

/// A desktop in miniature: wallpaper, a shadowed window with a title bar, its border, a translucent panel and a pointer.
fn window() -> World {
    let mut world = World::new(112, 80);
    world.shell(rect(0, 0, 112, 80), ElementKind::Gradient { top: Color::rgb(0x31456f, 1.0), bottom: Color::rgb(0x31456f, 1.0) });
    let frame = rect(18, 16, 76, 48);
    let shadow = ElementKind::Shadow { sigma: 5.0, offset: Point2D::new(0, 4), color: Color::rgb(0, 0.45) };
    world.shell(frame, shadow).radius = 8.0;
    let title = world.shell(rect(18, 16, 76, 12), ElementKind::Fill(Color::rgb(0xf4f5f8, 1.0)));
    (title.radius, title.rounded_area) = (8.0, Some(frame));
    world.surface(1, (76, 36), ShmFormat::Xrgb8888, Transform::Normal, test_picture(76, 36, false));
    let body = world.show(1, rect(18, 28, 76, 36));
    (body.radius, body.rounded_area) = (8.0, Some(frame));
    world.shell(frame, ElementKind::Border { width: 1.0, top: Color::rgb(0xffffff, 0.5), bottom: Color::rgb(0xffffff, 0.15) }).radius = 8.0;
    world.shell(rect(0, 0, 112, 8), ElementKind::Fill(Color::rgb(0x0b1020, 0.6)));
    world.scene.cursors.push(Cursor { position: Point2D::new(70, 48), scale: 1.0, image: CursorImage::Named("default".into()) });
    world
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// RGB bytes of a picture whose highest byte means nothing.
fn rgb(pixels: &[u32]) -> Vec<u8> {
    pixels.iter().flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)).collect()
}

fn write(path: &Path, size: Size2D<i32, glasshouse_scene::Physical>, bytes: &[u8]) -> u64 {
    let mut encoder = png::Encoder::new(std::fs::File::create(path).unwrap(), size.width as u32, size.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    encoder.write_header().unwrap().write_image_data(bytes).unwrap();
    std::fs::metadata(path).unwrap().len()
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let mut reader = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(path).ok()?)).read_info().ok()?;
    let mut bytes = vec![0; reader.output_buffer_size()?];
    reader.next_frame(&mut bytes).ok()?;
    Some(bytes)
}

/// How far an executor may be off: per channel at any pixel, and on average over all channels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tolerance {
    pub(crate) worst: u8,
    pub(crate) mean: f64,
}

impl Tolerance {
    pub(crate) const EXACT: Tolerance = Tolerance { worst: 0, mean: 0.0 };
}

/// Compares with the golden image of this name. Returns what is wrong.
pub(crate) fn compare(name: &str, size: Size2D<i32, glasshouse_scene::Physical>, pixels: &[u32], allowed: Tolerance) -> Result<(), String> {
    let path = folder().join(format!("{name}.png"));
    let actual = rgb(pixels);
    if std::env::var_os("GLASSHOUSE_UPDATE_GOLDEN").is_some() && allowed.worst == 0 {
        std::fs::create_dir_all(folder()).unwrap();
        let bytes = write(&path, size, &actual);
        return if bytes > 4096 { Err(format!("{name}: {bytes} bytes is more than 4 KiB")) } else { Ok(()) };
    }
    let expected = read(&path).ok_or(format!("{name}: no golden image; set GLASSHOUSE_UPDATE_GOLDEN=1"))?;
    let difference: Vec<u8> = actual.iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).collect();
    let worst = difference.iter().max().copied().unwrap_or(0);
    let mean = difference.iter().map(|value| f64::from(*value)).sum::<f64>() / difference.len().max(1) as f64;
    if actual.len() == expected.len() && worst <= allowed.worst && mean <= allowed.mean {
        return Ok(());
    }
    write(&folder().join(format!("{name}.actual.png")), size, &actual);
    let loud: Vec<u8> = difference.iter().map(|value| value.saturating_mul(16)).collect();
    write(&folder().join(format!("{name}.difference.png")), size, &loud);
    Err(format!("{name}: off by at most {worst} and {mean:.4} on average, {} bytes of {}", actual.len(), expected.len()))
}

/// Draws the cursors of the scene with the built-in arrow, which needs no theme.
fn with_cursors(world: &World) -> Vec<u32> {
    let mut pixels = world.paint();
    let mut canvas = Canvas::new(&mut pixels, world.scene.size, false).unwrap();
    let placed = Cursors::built_in().place(&world.scene.cursors, &world.contents);
    placed.paint(&mut Painter::default(), world.memory(), &mut canvas, None);
    pixels
}

#[test]
fn the_cpu_executor_paints_the_golden_images_exactly() {
    let failures: Vec<String> = goldens()
        .iter()
        .filter_map(|(name, world)| compare(name, world.scene.size, &with_cursors(world), Tolerance::EXACT).err())
        .collect();
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn all_eight_transforms_show_the_same_picture() {
    let world = transforms();
    let pixels = world.paint();
    let at = |area: PhysicalRect, offset: Vector2D<i32, glasshouse_scene::Physical>| {
        let point = area.origin + offset;
        pixels[(point.y * world.scene.size.width + point.x) as usize] & 0xff_ffff
    };
    let first = world.scene.elements[1].area;
    for element in &world.scene.elements[2..] {
        for (x, y) in (0..32).flat_map(|x| (0..24).map(move |y| (x, y))) {
            let offset = Vector2D::new(x, y);
            assert_eq!(at(element.area, offset), at(first, offset), "{:?} at ({x}, {y})", element.id);
        }
    }
}
