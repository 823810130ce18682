//! The blurred shapes of shadows, as textures.

use std::collections::BTreeMap;

use glasshouse_scene::PhysicalRect;

use super::device::Device;
use super::pipelines::Pipelines;
use crate::cpu::shadow::{Key, Quarter, ShadowCache};

/// Shapes kept; see [`crate::cpu::shadow`].
const MOST: usize = 16;

/// The upper left quarters of shadows. The CPU computes them, once per style.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    cache: ShadowCache,
    bindings: BTreeMap<Key, wgpu::BindGroup>,
}

impl Shapes {
    /// Makes sure that the shape is there. Returns its name, and how far it reaches beyond the rectangle.
    pub(super) fn prepare(&mut self, device: &Device, pipelines: &Pipelines, area: PhysicalRect, radius: f32, sigma: f32) -> (Key, i32) {
        let quarter = self.cache.quarter(area, radius, sigma);
        let (key, spread) = (quarter.key, quarter.spread);
        if !self.bindings.contains_key(&key)
            && let Some(binding) = upload(device, pipelines, quarter)
        {
            self.bindings.insert(key, binding);
        }
        (key, spread)
    }

    pub(super) fn binding(&self, key: Key) -> Option<&wgpu::BindGroup> {
        self.bindings.get(&key)
    }

    /// After a frame, which needs all of its own.
    pub(super) fn tidy(&mut self) {
        if self.bindings.len() > MOST {
            self.bindings.clear();
        }
    }
}

fn upload(device: &Device, pipelines: &Pipelines, quarter: &Quarter) -> Option<wgpu::BindGroup> {
    let width = u32::try_from(quarter.width).ok().filter(|width| *width > 0)?;
    let height = u32::try_from(quarter.strengths.len() / quarter.width).ok().filter(|height| *height > 0)?;
    if width.max(height) > device.limits.max_texture_dimension_2d {
        return None;
    }
    let size = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
    let texture = device.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("shadow"),
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rg8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    // 16 bits in two channels: every device has this format, and fewer bits would show in the dithering.
    let bytes: Vec<u8> =
        quarter.strengths.iter().flat_map(|strength| ((strength.clamp(0.0, 1.0) * 65_535.0 + 0.5) as u16).to_be_bytes()).collect();
    let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(width * 2), rows_per_image: None };
    let bytes = bytes.get(..width as usize * height as usize * 2)?;
    device.queue.write_texture(texture.as_image_copy(), bytes, layout, size);
    Some(pipelines.bind_texture(&device.device, &texture, false))
}
