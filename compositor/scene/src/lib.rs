//! What is to be seen, as plain values: the contract between the desktop and the display.
//!
//! The desktop builds a [`Scene`] per output (or per capture) and says what every surface shows ([`Content`]). The display
//! turns both into a frame. Nothing here knows a window, a protocol, a file descriptor or a device.

pub mod content;
pub mod damage;
pub mod element;
pub mod geometry;
pub mod occlusion;
pub mod region;
#[cfg(test)]
mod testing;

pub use content::{BufferId, Content, Pixels, PoolId, ShmFormat, SurfaceId};
pub use damage::Damage;
pub use element::{Color, Cursor, CursorImage, Element, ElementId, ElementKind, OutputId, Scene, Text};
pub use geometry::{
    Buffer, Logical, LogicalPoint, LogicalRect, LogicalSize, Physical, PhysicalPoint, PhysicalRect, PhysicalSize, Transform,
};
pub use region::Region;
