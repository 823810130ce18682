//! Copies of clients' surfaces on the device, and which of their pixels are old.

use std::collections::BTreeMap;

use euclid::{Rect, Size2D};
use glasshouse_scene::{Buffer, Content, Pixels, Region, SurfaceId};

use super::device::Fault;
use super::pipelines::{FORMAT, Pipelines};
use crate::plan::Image;

/// All textures together take no more than this; what does not fit is painted on the CPU.
const MOST_BYTES: u64 = 512 << 20;

/// One texture takes no more than this, which is enough for 8K: the rest is for others.
const MOST_BYTES_EACH: u64 = 128 << 20;

/// More old rectangles than this are one.
const MAX_RECTS: usize = 16;

/// What is known about the surfaces that were ever drawn or announced.
#[derive(Debug, Default)]
pub(super) struct Surfaces {
    known: BTreeMap<SurfaceId, Surface>,
    frame: u64,
}

/// One surface.
#[derive(Debug)]
pub(super) struct Surface {
    image: Image,
    texture: Option<Uploaded>,
    /// Pixels that the texture does not have as `image` has them. All of them without a texture.
    stale: Region<Buffer>,
    /// What will be stale once the frame is drawn.
    next_stale: Region<Buffer>,
    /// Old pixels of this very content have gone straight to a target before: the next time a texture pays.
    went_straight: bool,
    goes_straight: bool,
    used: u64,
}

/// A surface's texture and how it is bound.
#[derive(Debug)]
struct Uploaded {
    texture: wgpu::Texture,
    nearest: Option<wgpu::BindGroup>,
    linear: Option<wgpu::BindGroup>,
}

impl Surfaces {
    /// See [`crate::executor::Executor::content_changed`].
    pub(super) fn content_changed(&mut self, id: SurfaceId, now: Option<&Content>) {
        let image = now.and_then(|content| match content.pixels {
            Pixels::Shm { pool, offset, stride, format } => {
                Some((content, Image { surface: id, buffer: content.buffer, pool, offset, stride, format, size: content.size }))
            }
            Pixels::Solid(_) => None,
        });
        let Some((content, image)) = image else {
            self.known.remove(&id);
            return;
        };
        // A surface that was never drawn has nothing that could be old.
        let Some(surface) = self.known.get_mut(&id) else { return };
        if surface.image.size != image.size {
            self.known.remove(&id);
            return;
        }
        // The content says how it differs from the one before, but not what another format makes of the rest.
        let same_format = surface.image.format == image.format;
        surface.image = image;
        let changed = if same_format { content.damage.rects(content.size) } else { vec![Rect::from_size(content.size)] };
        if !changed.is_empty() {
            surface.went_straight = false;
        }
        changed.into_iter().for_each(|rect| surface.stale.add(rect));
        surface.stale.simplify(MAX_RECTS);
    }

    /// Nobody looks: the textures go, and everything is read again when somebody does.
    pub(super) fn clear(&mut self) {
        self.known.clear();
    }

    /// A new frame begins; what the last one meant to do and did not is forgotten.
    pub(super) fn begin(&mut self) {
        self.frame += 1;
        for surface in self.known.values_mut() {
            surface.next_stale.clone_from(&surface.stale);
            surface.goes_straight = surface.went_straight;
        }
    }

    /// The frame is drawn as planned.
    pub(super) fn finish(&mut self) {
        for surface in self.known.values_mut().filter(|surface| surface.used == self.frame) {
            surface.stale = std::mem::take(&mut surface.next_stale);
            surface.went_straight = surface.goes_straight;
        }
    }

    /// The surface behind an image.
    pub(super) fn surface(&mut self, image: &Image) -> &mut Surface {
        let fresh = || Surface::new(*image);
        let surface = self.known.entry(image.surface).or_insert_with(fresh);
        if surface.image != *image {
            // Nobody has said how the two differ.
            let texture = surface.texture.take().filter(|_| surface.image.size == image.size);
            *surface = Surface { texture, ..fresh() };
        }
        surface.used = self.frame;
        surface
    }

    /// Gives the surface a texture, if it has none and one can be had.
    pub(super) fn texture(&mut self, device: &wgpu::Device, limits: &wgpu::Limits, image: &Image) -> Result<(), Fault> {
        if self.surface(image).texture.is_some() {
            return Ok(());
        }
        let (Ok(width), Ok(height)) = (u32::try_from(image.size.width), u32::try_from(image.size.height)) else {
            return Err(Fault::TooLarge("a surface has a negative size".to_owned()));
        };
        let most = limits.max_texture_dimension_2d;
        if width == 0 || height == 0 || width > most || height > most {
            return Err(Fault::TooLarge(format!("a surface of {width}x{height} pixels is larger than the device's {most}")));
        }
        if bytes(image.size) > MOST_BYTES_EACH {
            return Err(Fault::TooLarge(format!("a surface of {width}x{height} pixels needs more than {} MB", MOST_BYTES_EACH >> 20)));
        }
        self.make_room(bytes(image.size))?;
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("surface"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        self.surface(image).texture = Some(Uploaded { texture, nearest: None, linear: None });
        Ok(())
    }

    /// Drops textures that this frame does not need, the longest unused first, until `wanted` bytes fit.
    fn make_room(&mut self, wanted: u64) -> Result<(), Fault> {
        loop {
            let textures = self.known.values().filter(|surface| surface.texture.is_some());
            let total: u64 = textures.clone().map(|surface| bytes(surface.image.size)).sum();
            if total.saturating_add(wanted) <= MOST_BYTES {
                return Ok(());
            }
            let oldest = textures.filter(|surface| surface.used < self.frame).min_by_key(|surface| surface.used);
            let Some(oldest) = oldest.map(|surface| surface.image.surface) else {
                return Err(Fault::TooLarge(format!("its surfaces need more than {} MB", MOST_BYTES >> 20)));
            };
            self.known.remove(&oldest);
        }
    }

    /// The surface's texture, if it has one.
    pub(super) fn get(&self, id: SurfaceId) -> Option<&wgpu::Texture> {
        Some(&self.known.get(&id)?.texture.as_ref()?.texture)
    }

    /// Makes sure that [`Self::binding`] finds something.
    pub(super) fn bind(&mut self, device: &wgpu::Device, pipelines: &Pipelines, id: SurfaceId, linear: bool) {
        let Some(uploaded) = self.known.get_mut(&id).and_then(|surface| surface.texture.as_mut()) else { return };
        let slot = if linear { &mut uploaded.linear } else { &mut uploaded.nearest };
        slot.get_or_insert_with(|| pipelines.bind_texture(device, &uploaded.texture, linear));
    }

    pub(super) fn binding(&self, id: SurfaceId, linear: bool) -> Option<&wgpu::BindGroup> {
        let uploaded = self.known.get(&id)?.texture.as_ref()?;
        if linear { uploaded.linear.as_ref() } else { uploaded.nearest.as_ref() }
    }
}

impl Surface {
    fn new(image: Image) -> Self {
        let stale = Region::from(Rect::from_size(image.size));
        Self { image, texture: None, next_stale: stale.clone(), stale, went_straight: false, goes_straight: false, used: 0 }
    }

    /// Takes the old pixels in `rect` to be uploaded: they are as good as new from here on.
    pub(super) fn freshen(&mut self, rect: Rect<i32, Buffer>) -> Region<Buffer> {
        let wanted = self.next_stale.clipped(rect);
        self.next_stale.subtract_region(&wanted);
        wanted
    }

    /// How to copy the pixels of `rect`: those that are in the texture, and those that go straight from the client to the target.
    ///
    /// The first time, old pixels go straight: a video would only make a detour through a texture. `None`: it is not the first time,
    /// so that a texture is worth having.
    pub(super) fn split(&mut self, rect: Rect<i32, Buffer>) -> Option<(Region<Buffer>, Region<Buffer>)> {
        let straight = self.next_stale.clipped(rect);
        if straight.is_empty() {
            return Some((rect.into(), straight));
        }
        if self.went_straight {
            return None;
        }
        self.goes_straight = true;
        let mut copied = Region::from(rect);
        copied.subtract_region(&straight);
        Some((copied, straight))
    }
}

fn bytes(size: Size2D<i32, Buffer>) -> u64 {
    u64::try_from(size.width).unwrap_or(0) * u64::try_from(size.height).unwrap_or(0) * 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use euclid::Point2D;
    use glasshouse_scene::{BufferId, Damage, PoolId, ShmFormat, Transform};

    fn content(damage: Damage) -> Content {
        let size = Size2D::new(10, 10);
        Content {
            buffer: BufferId(1),
            pixels: Pixels::Shm { pool: PoolId(1), offset: 0, stride: 40, format: ShmFormat::Xrgb8888 },
            size,
            transform: Transform::Normal,
            source: Rect::from_size(size.to_f64()),
            surface_size: Size2D::new(10.0, 10.0),
            opaque: Vec::new(),
            damage,
        }
    }

    fn image() -> Image {
        let (surface, buffer, pool, size) = (SurfaceId(1), BufferId(1), PoolId(1), Size2D::new(10, 10));
        Image { surface, buffer, pool, offset: 0, stride: 40, format: ShmFormat::Xrgb8888, size }
    }

    fn part(x: i32, width: i32) -> Rect<i32, Buffer> {
        Rect::new(Point2D::new(x, 0), Size2D::new(width, 10))
    }

    #[test]
    fn only_what_changed_is_read_again() {
        let mut surfaces = Surfaces::default();
        surfaces.begin();
        assert_eq!(surfaces.surface(&image()).freshen(part(0, 10)).area(), 100);
        surfaces.finish();
        surfaces.content_changed(SurfaceId(1), Some(&content(Damage::Rects(vec![part(2, 3)]))));
        surfaces.begin();
        assert_eq!(surfaces.surface(&image()).freshen(part(4, 6)).area(), 10);
        surfaces.finish();
        surfaces.begin();
        assert_eq!(surfaces.surface(&image()).freshen(part(0, 10)).area(), 20);
    }

    #[test]
    fn a_frame_that_was_not_drawn_has_freshened_nothing() {
        let mut surfaces = Surfaces::default();
        surfaces.begin();
        surfaces.surface(&image()).freshen(part(0, 10));
        surfaces.begin();
        assert_eq!(surfaces.surface(&image()).freshen(part(0, 10)).area(), 100);
    }

    #[test]
    fn new_pixels_go_straight_once_and_then_get_a_texture() {
        let mut surfaces = Surfaces::default();
        for changes in 0..3 {
            surfaces.content_changed(SurfaceId(1), Some(&content(Damage::Full)));
            surfaces.begin();
            let (copied, straight) = surfaces.surface(&image()).split(part(0, 10)).unwrap();
            assert_eq!((copied.area(), straight.area()), (0, 100), "change {changes}");
            surfaces.finish();
        }
        surfaces.begin();
        assert_eq!(surfaces.surface(&image()).split(part(0, 10)), None);
    }

    #[test]
    fn another_size_or_buffer_that_nobody_announced_starts_anew() {
        let mut surfaces = Surfaces::default();
        surfaces.begin();
        surfaces.surface(&image()).freshen(part(0, 10));
        surfaces.finish();
        surfaces.begin();
        let other = Image { buffer: BufferId(2), ..image() };
        assert_eq!(surfaces.surface(&other).freshen(part(0, 10)).area(), 100);
    }
}
