//! One frame on the device: pixels in, copies, one pass of draws, pixels out.

use std::collections::BTreeMap;

use euclid::{Point2D, Rect, Size2D};
use glasshouse_scene::{Buffer, PhysicalPoint, PhysicalRect, PhysicalSize, SurfaceId};
use glasshouse_shaders::Effect;
use tracing::trace;

use super::batch::{Batches, Texture};
use super::device::{Device, Fault};
use super::instance::{Instance, texels_read};
use super::pipelines::{FORMAT, Pipeline, Pipelines};
use super::shapes::Shapes;
use super::staging::{MOST, Rows, Staging};
use super::surfaces::Surfaces;
use crate::cpu::canvas::Canvas;
use crate::cpu::sample::{Fetch as _, FromClient};
use crate::executor::TargetId;
use crate::memory::Memory;
use crate::plan::{Filter, FramePlan, Image, Op, Paint};

/// Everything that lives on one device, and dies with it.
#[derive(Debug)]
pub(super) struct Renderer {
    device: Device,
    pipelines: Pipelines,
    targets: BTreeMap<TargetId, wgpu::Texture>,
    surfaces: Surfaces,
    shapes: Shapes,
    upload: Staging,
    readback: Staging,
    instances: Option<(wgpu::Buffer, wgpu::BindGroup)>,
    /// Client pixels on their way into `upload`: mapped memory is better written in order and never read.
    tile: Vec<u32>,
    bytes: Vec<u8>,
}

/// Client pixels on their way to a texture.
#[derive(Debug)]
struct Upload {
    image: Image,
    /// In the image.
    from: Rect<i32, Buffer>,
    /// Straight to the target, at this point; `None`: to the same place in the surface's texture.
    to: Option<PhysicalPoint>,
    rows: Rows,
}

/// From a surface's texture to the target.
#[derive(Debug)]
struct Copy {
    surface: SurfaceId,
    from: Rect<i32, Buffer>,
    to: PhysicalPoint,
}

/// What a frame consists of.
#[derive(Debug, Default)]
struct Frame {
    uploads: Vec<Upload>,
    upload_bytes: u64,
    copies: Vec<Copy>,
    batches: Batches,
}

/// Pixels read from a client at once: they stay in the second-level cache on their way to the staging memory.
const TILE_PIXELS: i32 = 1 << 15;

impl Frame {
    fn upload(&mut self, image: &Image, from: Rect<i32, Buffer>, to: Option<PhysicalPoint>) -> Result<(), Fault> {
        let rows = Rows::append(&mut self.upload_bytes, from.size.width, from.size.height)
            .ok_or_else(|| Fault::TooLarge(format!("more than {} MB of client pixels at once", MOST >> 20)))?;
        self.uploads.push(Upload { image: *image, from, to, rows });
        Ok(())
    }
}

impl Renderer {
    pub(super) fn new(device: Device) -> Self {
        let pipelines = Pipelines::new(&device.device);
        Self {
            device,
            pipelines,
            targets: BTreeMap::new(),
            surfaces: Surfaces::default(),
            shapes: Shapes::default(),
            upload: Staging::upload(),
            readback: Staging::readback(),
            instances: None,
            tile: Vec::new(),
            bytes: Vec::new(),
        }
    }

    pub(super) fn surfaces(&mut self) -> &mut Surfaces {
        &mut self.surfaces
    }

    /// Gives back the memory of a target, and with the last one all memory.
    pub(super) fn forget(&mut self, target: TargetId) {
        self.targets.remove(&target);
        if self.targets.is_empty() {
            self.surfaces.clear();
            self.upload = Staging::upload();
            self.readback = Staging::readback();
        }
    }

    /// Makes the device as useless as a driver's reset does.
    pub(super) fn destroy(&self) {
        self.device.device.destroy();
    }

    /// Asks wgpu for something that it must refuse.
    #[cfg(test)]
    pub(super) fn spoil(&self) {
        let size = wgpu::Extent3d { width: u32::MAX, height: 1, depth_or_array_layers: 1 };
        let _ = self.device.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("spoilt"),
            size,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
    }

    /// Runs a plan and reads its damage back.
    pub(super) fn draw(&mut self, id: TargetId, plan: &FramePlan, memory: Memory<'_>, canvas: &mut Canvas<'_>) -> Result<(), Fault> {
        match self.draw_frame(id, plan, memory, canvas) {
            // Often only the consequence of something that the device itself says better.
            Err(Fault::Refused(why)) => Err(self.device.check().err().unwrap_or(Fault::Refused(why))),
            drawn => drawn,
        }
    }

    fn draw_frame(&mut self, id: TargetId, plan: &FramePlan, memory: Memory<'_>, canvas: &mut Canvas<'_>) -> Result<(), Fault> {
        self.device.look()?;
        if canvas.size() != plan.size {
            return Err(Fault::TooLarge("the canvas has another size than the plan".to_owned()));
        }
        if plan.damage.is_empty() {
            return Ok(());
        }
        self.surfaces.begin();
        let target = self.target(id, plan.size)?;
        let frame = self.arrange(plan)?;
        let upload = self.fill_staging(&frame, memory)?;
        let (instances, binding) = self.write_instances(&frame.batches);
        trace!(uploads = frame.uploads.len(), copies = frame.copies.len(), draws = frame.batches.iter().count(), instances, "frame");

        let mut encoder = self.device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("frame") });
        if let Some(upload) = &upload {
            self.encode_uploads(&mut encoder, &frame, upload, &target);
        }
        for copy in &frame.copies {
            if let Some(texture) = self.surfaces.get(copy.surface) {
                let extent = extent(copy.from.size);
                encoder.copy_texture_to_texture(at(texture, copy.from.origin.cast_unit()), at(&target, copy.to), extent);
            }
        }
        if let Some(binding) = binding {
            self.encode_pass(&mut encoder, plan, &frame.batches, &binding, &target);
        }
        let back = self.encode_readback(&mut encoder, plan, &target)?;
        self.upload.unmap();
        let submission = self.device.queue.submit([encoder.finish()]);
        self.upload.map();
        self.readback.map();
        self.device.wait(submission)?;
        self.readback.read(&back, canvas)?;
        self.surfaces.finish();
        self.shapes.tidy();
        Ok(())
    }

    fn target(&mut self, id: TargetId, size: PhysicalSize) -> Result<wgpu::Texture, Fault> {
        let size = extent(size);
        let most = self.device.limits.max_texture_dimension_2d;
        if size.width.max(size.height) > most || size.width.min(size.height) == 0 {
            return Err(Fault::TooLarge(format!("{}x{} pixels are more than the device's {most}", size.width, size.height)));
        }
        if let Some(known) = self.targets.get(&id).filter(|known| known.size() == size) {
            return Ok(known.clone());
        }
        let target = self.device.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("target"),
            size,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_DST | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        self.targets.insert(id, target.clone());
        Ok(target)
    }

    /// Sorts the operations into uploads, copies and draws.
    fn arrange(&mut self, plan: &FramePlan) -> Result<Frame, Fault> {
        let mut frame = Frame::default();
        // What is sampled first: then copies of the same surface find its pixels in the texture.
        for op in &plan.ops {
            self.draw_op(op, plan.size, &mut frame)?;
        }
        for op in &plan.ops {
            let Paint::Copy { image, offset } = &op.paint else { continue };
            for rect in &op.rects {
                let from: Rect<i32, Buffer> = rect.cast_unit().translate(*offset);
                // A plan promises it; the device would refuse the whole frame.
                if !Rect::from_size(image.size).contains_rect(&from) {
                    return Err(Fault::Refused("a copy reaches outside of its surface".to_owned()));
                }
                self.copy(image, from, rect.origin, &mut frame)?;
            }
        }
        Ok(frame)
    }

    fn copy(&mut self, image: &Image, from: Rect<i32, Buffer>, to: PhysicalPoint, frame: &mut Frame) -> Result<(), Fault> {
        let to_target = |part: &Rect<i32, Buffer>| to + (part.origin - from.origin).cast_unit();
        let surface = self.surfaces.surface(image);
        let (copied, straight) = match surface.split(from) {
            Some(split) => split,
            None => {
                self.surfaces.texture(&self.device.device, &self.device.limits, image)?;
                let surface = self.surfaces.surface(image);
                for part in surface.freshen(from).rects() {
                    frame.upload(image, *part, None)?;
                }
                (from.into(), Default::default())
            }
        };
        for part in straight.rects() {
            frame.upload(image, *part, Some(to_target(part)))?;
        }
        frame.copies.extend(copied.rects().iter().map(|part| Copy { surface: image.surface, from: *part, to: to_target(part) }));
        Ok(())
    }

    /// Everything that is not a copy.
    fn draw_op(&mut self, op: &Op, target: PhysicalSize, frame: &mut Frame) -> Result<(), Fault> {
        let mut spread = 0;
        let (pipeline, texture) = match &op.paint {
            Paint::Copy { .. } => return Ok(()),
            Paint::Clear(color) if color.alpha < 1.0 => (Pipeline::Clear, Texture::None),
            Paint::Clear(_) | Paint::Fill { .. } => (Pipeline::Draw(Effect::Fill), Texture::None),
            Paint::Gradient { .. } => (Pipeline::Draw(Effect::Gradient), Texture::None),
            Paint::Border { .. } => (Pipeline::Draw(Effect::Border), Texture::None),
            Paint::Placeholder { .. } => (Pipeline::Draw(Effect::Placeholder), Texture::None),
            Paint::Shadow { area, radius, sigma, .. } => {
                let (key, reach) = self.shapes.prepare(&self.device, &self.pipelines, *area, *radius, *sigma);
                spread = reach;
                (Pipeline::Draw(Effect::Shadow), Texture::Shape(key))
            }
            Paint::Sample(sample) => {
                self.surfaces.texture(&self.device.device, &self.device.limits, &sample.image)?;
                for rect in &op.rects {
                    for part in self.surfaces.surface(&sample.image).freshen(texels_read(sample, *rect)).rects() {
                        frame.upload(&sample.image, *part, None)?;
                    }
                }
                let (id, linear) = (sample.image.surface, sample.filter == Filter::Linear);
                self.surfaces.bind(&self.device.device, &self.pipelines, id, linear);
                let effect = if sample.filter == Filter::Area { Effect::Area } else { Effect::Surface };
                (Pipeline::Draw(effect), Texture::Surface { id, linear })
            }
        };
        self.pipelines.prepare(&self.device.device, pipeline);
        for rect in &op.rects {
            let instance = Instance::new(&op.paint, *rect, target, spread);
            if op.paint.overwrites() {
                frame.batches.add_opaque(pipeline, texture, *rect, instance);
            } else {
                frame.batches.add_blended(pipeline, texture, *rect, instance);
            }
        }
        Ok(())
    }

    /// Reads what the clients have into the staging buffer.
    fn fill_staging(&mut self, frame: &Frame, memory: Memory<'_>) -> Result<Option<wgpu::Buffer>, Fault> {
        if frame.upload_bytes == 0 {
            return Ok(None);
        }
        let buffer = self.upload.reserve(&self.device.device, frame.upload_bytes)?;
        let mut unreadable: Vec<SurfaceId> = Vec::new();
        for upload in &frame.uploads {
            if self.read(upload, memory, &buffer)?.is_none() && !unreadable.contains(&upload.image.surface) {
                unreadable.push(upload.image.surface);
            }
        }
        if unreadable.is_empty() { Ok(Some(buffer)) } else { Err(Fault::Unreadable(unreadable)) }
    }

    /// `None` if the client's memory is not there.
    fn read(&mut self, upload: &Upload, memory: Memory<'_>, buffer: &wgpu::Buffer) -> Result<Option<()>, Fault> {
        let Upload { image, from, rows, .. } = upload;
        let Ok(reader) = memory.open(image) else { return Ok(None) };
        let mut client = FromClient { reader: &reader, image, bytes: &mut self.bytes };
        let width = from.size.width.max(1);
        let band_rows = (TILE_PIXELS / width).max(1);
        let end = rows.offset + rows.pitch * u64::from(rows.height);
        let mut mapped = buffer.get_mapped_range_mut(rows.offset..end).map_err(|error| Fault::Refused(error.to_string()))?;
        let mut at = 0;
        for top in from.y_range().step_by(band_rows as usize) {
            let height = band_rows.min(from.max_y() - top);
            let band = Rect::new(Point2D::new(from.min_x(), top), Size2D::new(width, height));
            self.tile.resize(width as usize * height as usize, 0);
            if client.fetch(band, &mut self.tile).is_err() {
                return Ok(None);
            }
            let bytes: &[u8] = bytemuck::cast_slice(&self.tile);
            // Rows without gaps are one long row.
            let row_bytes = if rows.pitch == u64::from(rows.width) * 4 { bytes.len() } else { width as usize * 4 };
            for row in bytes.chunks_exact(row_bytes) {
                mapped.slice(at..at + row.len()).copy_from_slice(row);
                at += row.len().next_multiple_of(rows.pitch as usize);
            }
        }
        Ok(Some(()))
    }

    /// Returns how many there are, and how to bind them; `None` if there are none.
    fn write_instances(&mut self, batches: &Batches) -> (usize, Option<wgpu::BindGroup>) {
        let count = batches.instances();
        if count == 0 {
            return (0, None);
        }
        let bytes = (count * size_of::<Instance>()) as u64;
        let fits = |(buffer, _): &&(wgpu::Buffer, wgpu::BindGroup)| buffer.size() >= bytes;
        let (buffer, binding) = match self.instances.as_ref().filter(fits) {
            Some(known) => known.clone(),
            None => {
                let buffer = self.device.device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some("instances"),
                    size: bytes.next_power_of_two().max(16 << 10),
                    usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                });
                let binding = self.pipelines.bind_instances(&self.device.device, &buffer);
                self.instances.insert((buffer, binding)).clone()
            }
        };
        let all: Vec<Instance> = batches.iter().flat_map(|batch| batch.instances.iter().copied()).collect();
        self.device.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(&all));
        (count, Some(binding))
    }

    fn encode_uploads(&self, encoder: &mut wgpu::CommandEncoder, frame: &Frame, buffer: &wgpu::Buffer, target: &wgpu::Texture) {
        for upload in &frame.uploads {
            let texture = match upload.to {
                Some(point) => at(target, point),
                None => match self.surfaces.get(upload.image.surface) {
                    Some(texture) => at(texture, upload.from.origin.cast_unit()),
                    None => continue,
                },
            };
            let source = wgpu::TexelCopyBufferInfo { buffer, layout: upload.rows.layout() };
            encoder.copy_buffer_to_texture(source, texture, upload.rows.extent());
        }
    }

    fn encode_pass(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        plan: &FramePlan,
        batches: &Batches,
        binding: &wgpu::BindGroup,
        target: &wgpu::Texture,
    ) {
        let view = target.create_view(&wgpu::TextureViewDescriptor::default());
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("draws"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Load, store: wgpu::StoreOp::Store },
            })],
            ..Default::default()
        });
        // Rectangles of a plan lie inside of its damage already; the scissor spares a tiled device the rest.
        let bounds = plan.damage.bounds().and_then(|bounds| bounds.intersection(&PhysicalRect::from_size(plan.size)));
        if let Some(bounds) = bounds {
            let (origin, size) = (origin(bounds.origin), extent(bounds.size));
            pass.set_scissor_rect(origin.x, origin.y, size.width, size.height);
        }
        pass.set_bind_group(0, binding, &[]);
        let mut first = 0;
        for batch in batches.iter() {
            let end = first + batch.instances.len() as u32;
            let instances = first..end;
            first = end;
            let Some(pipeline) = self.pipelines.get(batch.pipeline) else { continue };
            let texture = match batch.texture {
                Texture::None => None,
                Texture::Surface { id, linear } => match self.surfaces.binding(id, linear) {
                    None => continue,
                    found => found,
                },
                Texture::Shape(key) => match self.shapes.binding(key) {
                    None => continue,
                    found => found,
                },
            };
            pass.set_pipeline(pipeline);
            if let Some(texture) = texture {
                pass.set_bind_group(1, texture, &[]);
            }
            pass.draw(0..4, instances);
        }
    }

    /// Returns where the damaged rectangles will lie in the readback buffer.
    fn encode_readback(
        &mut self,
        encoder: &mut wgpu::CommandEncoder,
        plan: &FramePlan,
        target: &wgpu::Texture,
    ) -> Result<Vec<(PhysicalRect, Rows)>, Fault> {
        let mut end = 0;
        let mut back = Vec::with_capacity(plan.damage.rects().len());
        for rect in plan.damage.rects() {
            let rows = Rows::append(&mut end, rect.size.width, rect.size.height)
                .ok_or_else(|| Fault::TooLarge(format!("a picture of more than {} MB", MOST >> 20)))?;
            back.push((*rect, rows));
        }
        let buffer = self.readback.reserve(&self.device.device, end)?;
        for (rect, rows) in &back {
            let into = wgpu::TexelCopyBufferInfo { buffer: &buffer, layout: rows.layout() };
            encoder.copy_texture_to_buffer(at(target, rect.origin), into, rows.extent());
        }
        Ok(back)
    }
}

fn origin(point: PhysicalPoint) -> wgpu::Origin3d {
    wgpu::Origin3d { x: point.x.max(0).unsigned_abs(), y: point.y.max(0).unsigned_abs(), z: 0 }
}

fn at(texture: &wgpu::Texture, point: PhysicalPoint) -> wgpu::TexelCopyTextureInfo<'_> {
    wgpu::TexelCopyTextureInfo { texture, mip_level: 0, origin: origin(point), aspect: wgpu::TextureAspect::All }
}

fn extent<U>(size: Size2D<i32, U>) -> wgpu::Extent3d {
    wgpu::Extent3d { width: size.width.max(0).unsigned_abs(), height: size.height.max(0).unsigned_abs(), depth_or_array_layers: 1 }
}
