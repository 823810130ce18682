//! Small worlds for the tests: surfaces in memfds, a scene, and what comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::OwnedFd;

use euclid::{Point2D, Rect, Size2D};
use glasshouse_link::display::Pool;
use glasshouse_scene::occlusion::Contents;
use glasshouse_scene::{
    BufferId, Color, Content, Damage, Element, ElementId, ElementKind, Physical, PhysicalRect, Pixels, PoolId, Region, Scene, ShmFormat,
    SurfaceId, Transform,
};
use rustix::fs::{MemfdFlags, memfd_create};

use crate::cpu::Painter;
use crate::cpu::canvas::Canvas;
use crate::memory::{Breadcrumb, Memory};
use crate::plan::{PlanInput, plan};

/// xorshift64 (Marsaglia 2003), seeded so that every seed gives another history.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// From 0 to `limit`, without it.
    pub(crate) fn below(&mut self, limit: i32) -> i32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.unsigned_abs() as u64) as i32
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as i32) as usize]
    }
}

pub(crate) fn rect(x: i32, y: i32, width: i32, height: i32) -> PhysicalRect {
    Rect::new(Point2D::new(x, y), Size2D::new(width, height))
}

/// The bytes of one pixel of this premultiplied colour, by the definition of the format.
pub(crate) fn encode(format: ShmFormat, [a, r, g, b]: [u8; 4]) -> Vec<u8> {
    let ten = |v: u8| (u32::from(v) * 1023 + 127) / 255;
    let wide = |x: u8, y: u8, z: u8| (u32::from(a) / 85) << 30 | ten(x) << 20 | ten(y) << 10 | ten(z);
    match format {
        ShmFormat::Argb8888 | ShmFormat::Xrgb8888 => vec![b, g, r, a],
        ShmFormat::Abgr8888 | ShmFormat::Xbgr8888 => vec![r, g, b, a],
        ShmFormat::Rgba8888 | ShmFormat::Rgbx8888 => vec![a, b, g, r],
        ShmFormat::Bgra8888 | ShmFormat::Bgrx8888 => vec![a, r, g, b],
        ShmFormat::Argb2101010 | ShmFormat::Xrgb2101010 => wide(r, g, b).to_le_bytes().to_vec(),
        ShmFormat::Abgr2101010 | ShmFormat::Xbgr2101010 => wide(b, g, r).to_le_bytes().to_vec(),
        ShmFormat::Rgb565 => (u16::from(r >> 3) << 11 | u16::from(g >> 2) << 5 | u16::from(b >> 3)).to_le_bytes().to_vec(),
        ShmFormat::Rgb888 => vec![b, g, r],
        ShmFormat::Bgr888 => vec![r, g, b],
        ShmFormat::Abgr16161616f | ShmFormat::Xbgr16161616f => [r, g, b, a].into_iter().flat_map(|v| half(v).to_le_bytes()).collect(),
    }
}

/// `value / 255` in half precision, rounded to nearest.
fn half(value: u8) -> u16 {
    if value == 0 {
        return 0;
    }
    let bits = (f32::from(value) / 255.0).to_bits() + 0x1000;
    (((bits >> 23) - 112) << 10 | bits >> 13 & 0x3ff) as u16
}

/// Surfaces and a scene.
pub(crate) struct World {
    pub(crate) scene: Scene,
    pub(crate) contents: Contents,
    pub(crate) pools: BTreeMap<PoolId, Pool<OwnedFd>>,
    pub(crate) breadcrumb: Breadcrumb,
    pub(crate) unreadable: BTreeSet<SurfaceId>,
    pub(crate) background: Color,
}

/// A memfd with these bytes.
pub(crate) fn memfd(bytes: &[u8]) -> OwnedFd {
    let fd = memfd_create("test", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING).unwrap();
    rustix::fs::ftruncate(&fd, bytes.len() as u64).unwrap();
    assert_eq!(rustix::io::pwrite(&fd, bytes, 0).unwrap(), bytes.len());
    fd
}

impl World {
    pub(crate) fn new(width: i32, height: i32) -> Self {
        Self {
            scene: Scene { size: Size2D::new(width, height), ..Scene::default() },
            contents: Contents::new(),
            pools: BTreeMap::new(),
            breadcrumb: Breadcrumb::default(),
            unreadable: BTreeSet::new(),
            background: Color::BLACK,
        }
    }

    /// Gives a surface a buffer whose pixels, in the buffer's own orientation, `color` computes as premultiplied ARGB.
    pub(crate) fn surface(
        &mut self,
        id: u64,
        (width, height): (i32, i32),
        format: ShmFormat,
        transform: Transform,
        color: impl Fn(i32, i32) -> [u8; 4],
    ) -> &mut Content {
        // A gap after each row and an offset catch mistakes that a tight buffer forgives.
        let (offset, stride) = (24, width as u32 * format.bytes_per_pixel() + 8);
        let mut bytes = vec![0xaa; offset as usize];
        for y in 0..height {
            for x in 0..width {
                bytes.extend(encode(format, color(x, y)));
            }
            bytes.extend([0xaa; 8]);
        }
        let size = Size2D::new(width, height);
        let upright: Size2D<i32, glasshouse_scene::Buffer> = transform.apply_size(size);
        let content = Content {
            buffer: BufferId(id),
            pixels: Pixels::Shm { pool: PoolId(id), offset, stride, format },
            size,
            transform,
            source: Rect::from_size(upright.to_f64()),
            surface_size: upright.to_f64().cast_unit(),
            opaque: Vec::new(),
            damage: Damage::Full,
        };
        self.pools.insert(PoolId(id), Pool { bytes: bytes.len() as u64, fd: memfd(&bytes) });
        self.contents.insert(SurfaceId(id), content);
        self.contents.get_mut(&SurfaceId(id)).unwrap()
    }

    pub(crate) fn show(&mut self, surface: u64, area: PhysicalRect) -> &mut Element {
        self.push(ElementId::Surface(SurfaceId(surface)), area, ElementKind::Surface(SurfaceId(surface)))
    }

    pub(crate) fn shell(&mut self, area: PhysicalRect, kind: ElementKind) -> &mut Element {
        let id = ElementId::Shell(self.scene.elements.len() as u64);
        self.push(id, area, kind)
    }

    pub(crate) fn push(&mut self, id: ElementId, area: PhysicalRect, kind: ElementKind) -> &mut Element {
        self.scene.elements.push(Element::new(id, area, kind));
        self.scene.elements.last_mut().unwrap()
    }

    pub(crate) fn input(&self) -> PlanInput<'_> {
        PlanInput { scene: &self.scene, contents: &self.contents, background: self.background, unreadable: &self.unreadable, cull: true }
    }

    pub(crate) fn memory(&self) -> Memory<'_> {
        Memory { pools: &self.pools, breadcrumb: &self.breadcrumb, poison: None }
    }

    /// Repaints `damage` of a picture.
    pub(crate) fn repaint(&self, damage: &Region<Physical>, cull: bool, pixels: &mut [u32]) {
        let plan = plan(PlanInput { cull, ..self.input() }, damage);
        let mut canvas = Canvas::new(pixels, self.scene.size, self.background.alpha < 1.0).unwrap();
        assert_eq!(Painter::default().paint(&plan.ops, self.memory(), &mut canvas), []);
    }

    pub(crate) fn paint(&self) -> Vec<u32> {
        let mut pixels = vec![0; self.scene.size.area() as usize];
        self.repaint(&Region::from(Rect::from_size(self.scene.size)), true, &mut pixels);
        pixels
    }
}

/// A picture on which every mistake of orientation, scale or channel order shows: a round gradient, a red bar at the upper edge, a
/// green bar at the left one, a fine check and a translucent corner.
pub(crate) fn test_picture(width: i32, height: i32, alpha: bool) -> impl Fn(i32, i32) -> [u8; 4] {
    move |x, y| {
        let (u, v) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
        let far = ((u - 0.6).powi(2) + (v - 0.6).powi(2)).sqrt();
        let check = if u > 0.5 && v > 0.5 && (x / 2 + y / 2) % 2 == 0 { 0.75 } else { 1.0 };
        let mut color = [0.25 + 0.3 * u, 0.45 + 0.3 * v - far * 0.2, 0.85 - far * 0.5].map(|value| value * check);
        if v < 0.12 {
            color = [0.9, 0.25, 0.3];
        }
        if u < 0.08 {
            color = [0.3, 0.75, 0.4];
        }
        let opacity = if alpha { 1.0 - 0.8 * (u * v) } else { 1.0 };
        let byte = |value: f64| (value * opacity * 255.0).round() as u8;
        [byte(1.0), byte(color[0]), byte(color[1]), byte(color[2])]
    }
}

/// A random scene of up to eight elements of all kinds on `world`'s surfaces, which it makes once.
pub(crate) fn random_scene(world: &mut World, random: &mut Random) {
    let view = world.scene.size;
    if world.contents.is_empty() {
        for (id, format) in (1..).zip([ShmFormat::Xrgb8888, ShmFormat::Argb8888, ShmFormat::Rgb565, ShmFormat::Argb8888]) {
            let size = (8 + random.below(16), 8 + random.below(16));
            let transform = if id > 2 { random.one_of(&Transform::ALL) } else { Transform::Normal };
            let content = world.surface(id, size, format, transform, test_picture(size.0, size.1, id == 2));
            if id == 4 {
                let half = Size2D::new(content.surface_size.width as i32, content.surface_size.height as i32 / 2);
                content.opaque = vec![Rect::from_size(half)];
            }
        }
    }
    world.scene.elements.clear();
    let mut ids: Vec<u64> = (1..=8).collect();
    for _ in 0..1 + random.below(7) {
        let id = ids.remove(random.below(ids.len() as i32) as usize);
        let (x, y) = (random.below(view.width + 8) - 8, random.below(view.height + 8) - 8);
        let color = Color::rgb(random.below(0xff_ffff) as u32, random.one_of(&[1.0, 1.0, 0.5]));
        let mut area = rect(x, y, 3 + random.below(24), 3 + random.below(24));
        let kind = match id {
            1..=4 => {
                if random.below(2) == 0 {
                    area.size = world.contents[&SurfaceId(id)].surface_size.to_i32().cast_unit();
                }
                ElementKind::Surface(SurfaceId(id))
            }
            5 => ElementKind::Fill(color),
            6 => ElementKind::Gradient { top: color, bottom: Color::rgb(0x88ff00, random.one_of(&[1.0, 0.3])) },
            7 => ElementKind::Border { width: random.one_of(&[1.0, 1.5, 3.0]), top: color, bottom: Color::BLACK },
            _ => ElementKind::Shadow { sigma: random.one_of(&[1.0, 3.0]), offset: Point2D::new(1, 2), color },
        };
        let clip = (random.below(4) == 0).then(|| rect(random.below(20), random.below(20), 20, 20));
        let element = world.push(ElementId::Shell(id), area, kind);
        element.clip = clip;
        element.radius = random.one_of(&[0.0, 0.0, 2.5, 6.0, 40.0]);
        element.rounded_area = (random.below(4) == 0).then(|| area.inflate(-2, 3)).filter(|area| area.size.width > 0);
        element.opacity = random.one_of(&[1.0, 1.0, 1.0, 0.4]);
    }
}
