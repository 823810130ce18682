//! What to paint, computed without a device.
//!
//! A [`FramePlan`] is made from a scene, the contents of its surfaces and the damaged pixels. Both executors run it: `cpu` in
//! [`crate::cpu`], `gpu` on Vulkan. It is exact: every pixel of `damage` is painted by one opaque operation and by those above it,
//! pixels outside of `damage` are not touched, and what an opaque operation hides is not in the plan at all.

mod build;
mod mapping;
#[cfg(test)]
mod tests;

use euclid::{Rect, Size2D, Transform2D, Vector2D};
use glasshouse_scene::{Buffer, BufferId, Color, Physical, PhysicalRect, PhysicalSize, PoolId, Region, ShmFormat, SurfaceId};

pub use build::{PlanInput, plan};
pub use mapping::surface_op;
pub(crate) use mapping::{Placement, placement};

/// One frame, or the damaged part of it, as operations in the order in which they run: back to front.
#[derive(Debug, Clone, PartialEq)]
pub struct FramePlan {
    /// The target's size. Every rectangle of the plan lies inside of it.
    pub size: PhysicalSize,
    /// What the plan repaints. An executor loads the target's earlier pixels and leaves all others alone.
    pub damage: Region<Physical>,
    pub ops: Vec<Op>,
}

impl FramePlan {
    /// The surfaces that the plan reads, each once, lowest first.
    pub fn surfaces(&self) -> Vec<SurfaceId> {
        let mut surfaces = Vec::new();
        for image in self.ops.iter().filter_map(|op| op.paint.image()) {
            if !surfaces.contains(&image.surface) {
                surfaces.push(image.surface);
            }
        }
        surfaces
    }
}

/// One way to paint, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Op {
    /// Target pixels. Not empty, disjoint among each other, inside of the plan's damage.
    pub rects: Vec<PhysicalRect>,
    pub paint: Paint,
}

/// How to paint the pixels of an operation.
///
/// Colours are premultiplied, sRGB-encoded, with the element's opacity already multiplied in. "Over" is Porter-Duff on premultiplied
/// values, as the 8-bit encoded numbers are: clients blend in that space, so a linear blend would change every translucent edge.
#[derive(Debug, Clone, PartialEq)]
pub enum Paint {
    /// Writes the colour, whatever was there. Transparent only where the target keeps alpha.
    Clear(Color),
    /// One colour. Overwrites if [`Paint::overwrites`], else over.
    Fill { color: Color, mask: Option<RoundedMask> },
    /// The pixel `p` of the target is the pixel `p + offset` of the buffer, written as it is (formats without alpha count as opaque).
    /// `p + offset` lies inside of the buffer for every pixel of the operation.
    Copy { image: Image, offset: Vector2D<i32, Buffer> },
    /// A surface that is scaled, turned, translucent or rounded.
    Sample(Sample),
    /// Vertical, from `top` at the upper edge of `area` to `bottom` at its lower edge, evaluated at pixel centres, dithered with
    /// [`bayer_threshold`]. Overwrites if [`Paint::overwrites`], else over.
    Gradient { area: PhysicalRect, top: Color, bottom: Color, mask: Option<RoundedMask> },
    /// Over: a ring of `width` pixels inside of `area`: the coverage of (`area`, `radius`) minus that of the same rectangle inset by
    /// `width` with `max(radius - width, 0)`. Its colour is a gradient over `area` as above, not dithered.
    Border { area: PhysicalRect, radius: f32, width: f32, top: Color, bottom: Color },
    /// Over: `color` times the coverage of (`area` moved by `offset`, `radius`) convolved with a Gaussian of `sigma` pixels, times one
    /// minus the coverage of (`area`, `radius`), because a window is not shaded by its own shadow. Dithered with [`bayer_threshold`].
    Shadow { area: PhysicalRect, radius: f32, sigma: f32, offset: Vector2D<i32, Physical>, color: Color },
    /// The picture of [`crate::cpu::placeholder`], anchored to `area`. Overwrites if [`Paint::overwrites`], else over.
    Placeholder { area: PhysicalRect, opacity: f32, mask: Option<RoundedMask> },
}

impl Paint {
    /// Whether the operation replaces what was there, so that it may run without reading the target.
    pub fn overwrites(&self) -> bool {
        match self {
            Self::Clear(_) | Self::Copy { .. } => true,
            Self::Fill { color, mask } => color.alpha >= 1.0 && mask.is_none(),
            Self::Sample(sample) => sample.opaque,
            Self::Gradient { top, bottom, mask, .. } => top.alpha >= 1.0 && bottom.alpha >= 1.0 && mask.is_none(),
            Self::Placeholder { opacity, mask, .. } => *opacity >= 1.0 && mask.is_none(),
            Self::Border { .. } | Self::Shadow { .. } => false,
        }
    }

    /// The client memory that the operation reads.
    pub fn image(&self) -> Option<&Image> {
        match self {
            Self::Copy { image, .. } | Self::Sample(Sample { image, .. }) => Some(image),
            _ => None,
        }
    }
}

/// Reads a buffer at other places than one to one.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub image: Image,
    /// From target coordinates (pixel centres at halves) to buffer coordinates (the same). Always one of the eight orientations with
    /// a scale and a translation: either `m12` and `m21` are zero, or `m11` and `m22` are.
    pub map: Transform2D<f64, Physical, Buffer>,
    /// Buffer pixels that may be read; beyond them the nearest one counts. Not empty, inside of the buffer.
    pub bounds: Rect<i32, Buffer>,
    pub filter: Filter,
    /// Multiplied into the colour and its alpha.
    pub opacity: f32,
    /// The result is opaque: write it without blending. Never set together with a mask or an opacity below one.
    pub opaque: bool,
    /// Coverage, multiplied in as well.
    pub mask: Option<RoundedMask>,
}

/// How to read between the pixels of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Filter {
    /// The map hits pixel centres exactly, or enlarges by whole numbers, which keeps text crisp.
    Nearest,
    /// Bilinear: enlarging, and shrinking to no less than half.
    Linear,
    /// Shrinking further: the mean of all pixels that fall under one, weighted by a triangle.
    Area,
}

/// Pixels in a client's memory, as [`glasshouse_scene::Content`] names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image {
    /// For the breadcrumb, and for who is to blame if the memory is not there.
    pub surface: SurfaceId,
    pub buffer: BufferId,
    pub pool: PoolId,
    pub offset: u32,
    pub stride: u32,
    pub format: ShmFormat,
    pub size: Size2D<i32, Buffer>,
}

impl Image {
    /// The first byte after the image in its pool: what the pool's real size must reach.
    pub fn end(&self) -> u64 {
        let (width, height) = (self.size.width.max(0) as u64, self.size.height.max(0) as u64);
        let last_row = u64::from(self.stride) * height.saturating_sub(1);
        u64::from(self.offset) + last_row + width * u64::from(self.format.bytes_per_pixel())
    }
}

/// Multiplies the coverage of a rounded rectangle into an operation (see [`crate::cpu::coverage`]).
///
/// Operations with a mask only ever touch the squares that hold the corners: everything else is a plain operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundedMask {
    pub area: PhysicalRect,
    /// Above zero; at most half of the shorter side.
    pub radius: f32,
}

/// The threshold of ordered dithering at a target pixel, from 0 to 1: add it to a value in steps of 1/255 and round down.
///
/// Bayer's 8x8 matrix: exact on both executors, and invisible at one step of 8 bits.
pub fn bayer_threshold(x: i32, y: i32) -> f32 {
    let (x, y) = (x as u32, y as u32);
    let diagonal = x ^ y;
    let bit = |value: u32, index: u32| (value >> index) & 1;
    let rank = bit(diagonal, 0) << 5 | bit(y, 0) << 4 | bit(diagonal, 1) << 3 | bit(y, 1) << 2 | bit(diagonal, 2) << 1 | bit(y, 2);
    (rank as f32 + 0.5) / 64.0
}
