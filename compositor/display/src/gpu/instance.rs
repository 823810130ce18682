//! What the shaders are told about one rectangle.

use bytemuck::{Pod, Zeroable};
use euclid::Vector2D;
use glasshouse_scene::{Color, Physical, PhysicalRect, PhysicalSize};

use crate::plan::{Filter, Paint, RoundedMask, Sample};

/// Half sizes of a mask that cuts nothing: further away than any pixel.
const EVERYWHERE: f32 = 1_000_000.0;

/// A smaller area than this has no room for the placeholder's sign; see [`crate::cpu::placeholder`].
const ROOM: i32 = 72;

/// The twin of `Instance` in `shaders/shared/instance.wgsl`, which says what the fields mean.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub(super) struct Instance {
    pub(super) rect: [f32; 4],
    pub(super) mask: [f32; 4],
    pub(super) area: [f32; 4],
    pub(super) top: [f32; 4],
    pub(super) bottom: [f32; 4],
    pub(super) bounds: [f32; 4],
    pub(super) origin: [f32; 2],
    pub(super) along_x: [f32; 2],
    pub(super) along_y: [f32; 2],
    pub(super) target_size: [f32; 2],
    pub(super) texel: [f32; 2],
    pub(super) radius: f32,
    pub(super) amount: f32,
    pub(super) opaque_from: f32,
    /// WGSL rounds the size up to the largest alignment, 16.
    pub(super) padding: [f32; 3],
}

impl Instance {
    /// What `paint` does to the pixels of `rect`. A shadow also needs to know how far its texture `spread`s.
    pub(super) fn new(paint: &Paint, rect: PhysicalRect, target: PhysicalSize, spread: i32) -> Self {
        let plain = Self {
            rect: edges(rect),
            mask: [0.0, 0.0, EVERYWHERE, EVERYWHERE],
            target_size: [target.width as f32, target.height as f32],
            amount: 1.0,
            ..Self::zeroed()
        };
        match paint {
            Paint::Clear(color) => Self { top: channels(*color), ..plain },
            Paint::Fill { color, mask } => Self { top: channels(*color), ..plain }.masked(*mask),
            Paint::Sample(sample) => plain.masked(sample.mask).sampled(sample, rect),
            Paint::Gradient { area, top, bottom, mask } => {
                Self { area: edges(*area), top: channels(*top), bottom: channels(*bottom), ..plain }.masked(*mask)
            }
            Paint::Border { area, radius, width, top, bottom } => {
                let colored = Self { area: edges(*area), top: channels(*top), bottom: channels(*bottom), amount: *width, ..plain };
                colored.shaped(*area, *radius)
            }
            Paint::Shadow { area, radius, offset, color, .. } => {
                let outer = area.translate(*offset).inflate(spread, spread);
                Self { area: edges(outer), top: channels(*color), ..plain }.shaped(*area, *radius)
            }
            Paint::Placeholder { area, opacity, mask } => {
                let centre = area.center();
                let room = area.size.width >= ROOM && area.size.height >= ROOM;
                let bounds = [centre.x as f32, centre.y as f32, f32::from(u8::from(room)), 0.0];
                Self { area: edges(*area), bounds, amount: *opacity, ..plain }.masked(*mask)
            }
            // Copies are not drawn.
            Paint::Copy { .. } => plain,
        }
    }

    fn masked(self, mask: Option<RoundedMask>) -> Self {
        mask.map_or(self, |mask| self.shaped(mask.area, mask.radius))
    }

    fn shaped(self, area: PhysicalRect, radius: f32) -> Self {
        let half = (area.size.width as f32 / 2.0, area.size.height as f32 / 2.0);
        Self { mask: [area.min_x() as f32 + half.0, area.min_y() as f32 + half.1, half.0, half.1], radius, ..self }
    }

    fn sampled(self, sample: &Sample, rect: PhysicalRect) -> Self {
        let map = sample.map;
        // From the corner of the rectangle, so that large coordinates do not cost the precision of 32 bits.
        let origin = map.transform_point(rect.origin.to_f64());
        Self {
            origin: [origin.x as f32, origin.y as f32],
            along_x: [map.m11 as f32, map.m12 as f32],
            along_y: [map.m21 as f32, map.m22 as f32],
            texel: [1.0 / sample.image.size.width.max(1) as f32, 1.0 / sample.image.size.height.max(1) as f32],
            bounds: edges(sample.bounds.cast_unit()),
            amount: sample.opacity,
            opaque_from: f32::from(u8::from(sample.opaque)),
            ..self
        }
    }
}

/// The texels of `sample`'s image that the pixels of `rect` read, perhaps a few more; clipped to what may be read.
pub(super) fn texels_read(sample: &Sample, rect: PhysicalRect) -> euclid::Rect<i32, glasshouse_scene::Buffer> {
    let under = sample.map.outer_transformed_rect(&rect.to_f64());
    let step: Vector2D<f64, Physical> = Vector2D::new(
        (sample.map.m11.abs() + sample.map.m21.abs()).clamp(1.0, 16.0),
        (sample.map.m12.abs() + sample.map.m22.abs()).clamp(1.0, 16.0),
    );
    let reach = if sample.filter == Filter::Nearest { Vector2D::new(1.0, 1.0) } else { step + Vector2D::new(1.0, 1.0) };
    let low = (under.min_x() - reach.x, under.min_y() - reach.y);
    let high = (under.max_x() + reach.x, under.max_y() + reach.y);
    // Where nothing is under the rectangle, the nearest texel is read: the bounds' edge stays in.
    let bounds = sample.bounds.to_f64();
    let x = (low.0.clamp(bounds.min_x(), bounds.max_x() - 1.0).floor(), high.0.clamp(bounds.min_x() + 1.0, bounds.max_x()).ceil());
    let y = (low.1.clamp(bounds.min_y(), bounds.max_y() - 1.0).floor(), high.1.clamp(bounds.min_y() + 1.0, bounds.max_y()).ceil());
    euclid::Box2D::new(euclid::Point2D::new(x.0, y.0), euclid::Point2D::new(x.1, y.1)).to_i32().to_rect()
}

fn edges(rect: PhysicalRect) -> [f32; 4] {
    [rect.min_x() as f32, rect.min_y() as f32, rect.max_x() as f32, rect.max_y() as f32]
}

fn channels(color: Color) -> [f32; 4] {
    [color.red, color.green, color.blue, color.alpha]
}

#[cfg(test)]
mod tests {
    use super::*;
    use glasshouse_shaders::Effect;
    use std::mem::offset_of;

    #[test]
    fn the_shaders_see_the_same_fields_at_the_same_places() {
        let ours = [
            ("rect", offset_of!(Instance, rect)),
            ("mask", offset_of!(Instance, mask)),
            ("area", offset_of!(Instance, area)),
            ("top", offset_of!(Instance, top)),
            ("bottom", offset_of!(Instance, bottom)),
            ("bounds", offset_of!(Instance, bounds)),
            ("origin", offset_of!(Instance, origin)),
            ("along_x", offset_of!(Instance, along_x)),
            ("along_y", offset_of!(Instance, along_y)),
            ("target_size", offset_of!(Instance, target_size)),
            ("texel", offset_of!(Instance, texel)),
            ("radius", offset_of!(Instance, radius)),
            ("amount", offset_of!(Instance, amount)),
            ("opaque_from", offset_of!(Instance, opaque_from)),
        ];
        for effect in Effect::ALL {
            let module = wgpu::naga::front::wgsl::parse_str(effect.source()).unwrap();
            let found = module.types.iter().find_map(|(_, kind)| match &kind.inner {
                wgpu::naga::TypeInner::Struct { members, span } if kind.name.as_deref() == Some("Instance") => Some((members, span)),
                _ => None,
            });
            let (members, span) = found.unwrap();
            let theirs: Vec<_> = members.iter().map(|member| (member.name.as_deref().unwrap(), member.offset as usize)).collect();
            assert_eq!(theirs, ours, "{}", effect.name());
            assert_eq!(*span as usize, size_of::<Instance>(), "{}", effect.name());
        }
    }
}
