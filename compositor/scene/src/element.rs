//! A view of the desktop as a flat list of things to draw.

use euclid::{Point2D, Rect, Size2D};
use serde::{Deserialize, Serialize};

use crate::{LogicalPoint, Physical, SurfaceId};

/// An output of the desktop. Given out by the desktop, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OutputId(pub u64);

/// Says that two elements of two scenes are the same thing, moved or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ElementId {
    Surface(SurfaceId),
    /// Something that the desktop draws around or behind a surface: `part` tells several apart.
    Decoration {
        surface: SurfaceId,
        part: u8,
    },
    /// Something that the desktop draws on its own.
    Shell(u64),
}

/// Premultiplied, sRGB-encoded, each from 0 to 1: what clients send and outputs expect.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Color {
    pub red: f32,
    pub green: f32,
    pub blue: f32,
    pub alpha: f32,
}

impl Color {
    pub const TRANSPARENT: Color = Color { red: 0.0, green: 0.0, blue: 0.0, alpha: 0.0 };
    pub const BLACK: Color = Color { red: 0.0, green: 0.0, blue: 0.0, alpha: 1.0 };

    /// From `0xRRGGBB` and an opacity.
    pub const fn rgb(hex: u32, alpha: f32) -> Self {
        Self {
            red: ((hex >> 16) & 0xff) as f32 / 255.0 * alpha,
            green: ((hex >> 8) & 0xff) as f32 / 255.0 * alpha,
            blue: (hex & 0xff) as f32 / 255.0 * alpha,
            alpha,
        }
    }
}

/// Everything that one view shows. Elements lie back to front.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Scene {
    /// In the view's upright pixels: an output's own transform is applied where frames leave the display.
    pub size: Size2D<i32, Physical>,
    pub elements: Vec<Element>,
    /// Drawn on top, unless a capture asks for a picture without them.
    pub cursors: Vec<Cursor>,
    /// Counts lock and unlock. The display never shows a scene of an older epoch than the newest it has seen.
    pub lock_epoch: u64,
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Element {
    pub id: ElementId,
    /// Where, on the pixel grid. May reach outside of the view.
    pub area: Rect<i32, Physical>,
    /// Nothing is drawn outside of it. `None`: the whole view.
    pub clip: Option<Rect<i32, Physical>>,
    /// Rounds the corners of `rounded_area`, in pixels; 0 is square.
    pub radius: f32,
    /// The rectangle whose corners `radius` rounds, usually a window's geometry that holds this surface. `None`: `area`.
    pub rounded_area: Option<Rect<i32, Physical>>,
    /// From 0 to 1, multiplied into what is drawn.
    pub opacity: f32,
    pub kind: ElementKind,
}

impl Element {
    /// A square, opaque, unclipped element.
    pub fn new(id: ElementId, area: Rect<i32, Physical>, kind: ElementKind) -> Self {
        Self { id, area, clip: None, radius: 0.0, rounded_area: None, opacity: 1.0, kind }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ElementKind {
    /// The surface's content, stretched over `area`.
    Surface(SurfaceId),
    /// One colour.
    Fill(Color),
    /// From `top` to `bottom`, dithered so that it does not band.
    Gradient { top: Color, bottom: Color },
    /// A ring of `width` pixels inside `area`; its outer corners have `radius`.
    Border { width: f32, top: Color, bottom: Color },
    /// The soft shadow of a rounded rectangle, itself not drawn inside of it. `area` is that rectangle;
    /// the shadow reaches `spread()` pixels further. `sigma` is the standard deviation of the blur, in pixels.
    Shadow { sigma: f32, offset: Point2D<i32, Physical>, color: Color },
    /// One line of text. Fonts are known to the display alone.
    Text(Text),
    /// What stands where a surface cannot be shown because reading it killed the display.
    Placeholder,
}

/// A line of text in the middle of an element's `area`. What does not fit between its sides is left out, with an ellipsis in its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// Without line breaks. It begins where its first strong character says (Unicode Standard Annex #9).
    pub text: String,
    /// The name of a family of fonts, such as `DejaVu Sans`, or one of `sans-serif`, `serif` and `monospace`. Characters that it does not
    /// have are taken from others.
    pub family: String,
    /// The font's em, in pixels.
    pub size: f32,
    pub color: Color,
}

impl ElementKind {
    /// How far outside of its `area` the element draws, in pixels.
    pub fn spread(&self) -> i32 {
        match self {
            // Beyond three standard deviations less than 0.3 % of a Gaussian is left: under one step of 8 bits.
            Self::Shadow { sigma, offset, .. } => (sigma * 3.0).ceil() as i32 + offset.x.abs().max(offset.y.abs()),
            _ => 0,
        }
    }
}

/// A pointer, drawn over everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// The hot spot, in the view's pixels.
    pub position: Point2D<i32, Physical>,
    /// Physical pixels per logical pixel, for choosing the image's size.
    pub scale: f64,
    pub image: CursorImage,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CursorImage {
    Hidden,
    /// A shape of the cursor theme, by its CSS name (`default`, `text`, `grab`, ...). Themes are loaded in the display.
    Named(String),
    /// A client's surface; the hot spot is in the surface's coordinates.
    Surface {
        surface: SurfaceId,
        hotspot: LogicalPoint,
        size: Size2D<i32, Physical>,
    },
}
