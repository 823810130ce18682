//! What one surface shows now.

use euclid::{Rect, Size2D};
use serde::{Deserialize, Serialize};

use crate::{Buffer, Damage, Logical, Transform, element::Color};

/// A client surface. Given out by the desktop, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SurfaceId(pub u64);

/// A client buffer. Given out by the desktop, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BufferId(pub u64);

/// A piece of client memory that buffers lie in (`wl_shm_pool`). Given out by the desktop, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PoolId(pub u64);

/// What a surface shows: one buffer and how to read it.
///
/// The desktop has checked it: `size` is within [`crate::geometry::MAX_EXTENT`], the pixels lie inside the pool's stated size, `source` lies
/// inside the buffer. The display checks the pool's real size again, because the client may have lied about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub buffer: BufferId,
    pub pixels: Pixels,
    /// In the client's memory, before `transform`.
    pub size: Size2D<i32, Buffer>,
    pub transform: Transform,
    /// The visible part, in buffer pixels *after* `transform` (upright, as the surface sees itself).
    /// The whole buffer unless the client uses a viewport.
    pub source: Rect<f64, Buffer>,
    /// The surface's own size: what `source` is stretched over.
    pub surface_size: Size2D<f64, Logical>,
    /// In surface coordinates: what the client promises to be opaque. Formats without alpha are opaque anyway.
    pub opaque: Vec<Rect<i32, Logical>>,
    /// What differs from the content that this surface showed before, in buffer pixels before `transform`.
    pub damage: Damage,
}

impl Content {
    /// Whether no pixel of it can let anything through, whatever `opaque` says.
    pub fn is_opaque(&self) -> bool {
        match self.pixels {
            Pixels::Shm { format, .. } => !format.has_alpha(),
            Pixels::Solid(color) => color.alpha >= 1.0,
        }
    }

    /// The buffer's size as the surface sees it.
    pub fn upright_size(&self) -> Size2D<i32, Buffer> {
        self.transform.apply_size(self.size)
    }

    /// Whether `other` maps buffer pixels to the surface in the same way, so that damage alone tells what changed.
    pub fn same_mapping(&self, other: &Content) -> bool {
        self.size == other.size
            && self.transform == other.transform
            && self.source == other.source
            && self.surface_size == other.surface_size
            && self.is_opaque() == other.is_opaque()
            && self.opaque == other.opaque
    }
}

/// Where the pixels of a buffer are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Pixels {
    /// `size.height` rows of `stride` bytes, the first at `offset` in the pool.
    Shm { pool: PoolId, offset: u32, stride: u32, format: ShmFormat },
    /// One colour (`wp_single_pixel_buffer`), whatever the size.
    Solid(Color),
}

/// The `wl_shm` formats that toolkits use, in DRM's names (bits from high to low in a little-endian word).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ShmFormat {
    Argb8888,
    Xrgb8888,
    Abgr8888,
    Xbgr8888,
    Rgba8888,
    Rgbx8888,
    Bgra8888,
    Bgrx8888,
    Argb2101010,
    Xrgb2101010,
    Abgr2101010,
    Xbgr2101010,
    Rgb565,
    Rgb888,
    Bgr888,
    Abgr16161616f,
    Xbgr16161616f,
}

impl ShmFormat {
    /// In the order in which they are advertised.
    pub const ALL: [ShmFormat; 17] = [
        Self::Argb8888,
        Self::Xrgb8888,
        Self::Abgr8888,
        Self::Xbgr8888,
        Self::Rgba8888,
        Self::Rgbx8888,
        Self::Bgra8888,
        Self::Bgrx8888,
        Self::Argb2101010,
        Self::Xrgb2101010,
        Self::Abgr2101010,
        Self::Xbgr2101010,
        Self::Rgb565,
        Self::Rgb888,
        Self::Bgr888,
        Self::Abgr16161616f,
        Self::Xbgr16161616f,
    ];

    /// The number on the wire: the DRM fourcc, except for the two that `wl_shm` numbers 0 and 1.
    pub const fn to_wire(self) -> u32 {
        match self {
            Self::Argb8888 => 0,
            Self::Xrgb8888 => 1,
            Self::Abgr8888 => fourcc(b"AB24"),
            Self::Xbgr8888 => fourcc(b"XB24"),
            Self::Rgba8888 => fourcc(b"RA24"),
            Self::Rgbx8888 => fourcc(b"RX24"),
            Self::Bgra8888 => fourcc(b"BA24"),
            Self::Bgrx8888 => fourcc(b"BX24"),
            Self::Argb2101010 => fourcc(b"AR30"),
            Self::Xrgb2101010 => fourcc(b"XR30"),
            Self::Abgr2101010 => fourcc(b"AB30"),
            Self::Xbgr2101010 => fourcc(b"XB30"),
            Self::Rgb565 => fourcc(b"RG16"),
            Self::Rgb888 => fourcc(b"RG24"),
            Self::Bgr888 => fourcc(b"BG24"),
            Self::Abgr16161616f => fourcc(b"AB4H"),
            Self::Xbgr16161616f => fourcc(b"XB4H"),
        }
    }

    pub fn from_wire(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.to_wire() == number)
    }

    pub const fn bytes_per_pixel(self) -> u32 {
        match self {
            Self::Rgb565 => 2,
            Self::Rgb888 | Self::Bgr888 => 3,
            Self::Abgr16161616f | Self::Xbgr16161616f => 8,
            _ => 4,
        }
    }

    pub const fn has_alpha(self) -> bool {
        matches!(
            self,
            Self::Argb8888 | Self::Abgr8888 | Self::Rgba8888 | Self::Bgra8888 | Self::Argb2101010 | Self::Abgr2101010 | Self::Abgr16161616f
        )
    }
}

const fn fourcc(code: &[u8; 4]) -> u32 {
    u32::from_le_bytes(*code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_numbers_are_distinct_and_go_there_and_back() {
        for format in ShmFormat::ALL {
            assert_eq!(ShmFormat::from_wire(format.to_wire()), Some(format));
        }
    }
}
