//! `org.glasshouse.Capture1`: pictures.

use std::{collections::HashMap, fmt, str::FromStr};

use zbus::{DeserializeDict, OwnedFd, OwnedVariant, SerializeDict, Type, proxy};

use crate::{Error, dict::option};

/// The largest picture, in pixels on a side.
pub const MAX_PICTURE: u32 = 16_384;

/// What to take a picture of, and how. On the wire `a{sv}`; all of it may be absent.
///
/// Without `window`, `output` and `region`: the first output.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct CaptureOptions {
    /// `t`. This window alone, also where others cover it. Not together with `output`.
    pub window: Option<u64>,
    /// `s`. The output with this name.
    pub output: Option<String>,
    /// `(dddd)`. Only this part: x, y, width, height in logical pixels; of a window, from the top-left corner of its geometry, else in the
    /// space of all outputs.
    pub region: Option<(f64, f64, f64, f64)>,
    /// `(uu)`. Width and height of the picture in pixels. Not together with `scale`.
    pub size: Option<(u32, u32)>,
    /// `d`. Pixels of the picture per logical pixel. Without it and `size`: as sharp as the output.
    pub scale: Option<f64>,
    /// `b`. With the pointer; `true` if absent.
    pub cursor: Option<bool>,
    /// `s`. `png` (if absent) or `raw`.
    pub format: Option<String>,
}

impl CaptureOptions {
    /// Reads what came over the wire.
    ///
    /// # Errors
    ///
    /// [`Error::BadArgument`] for an unknown option or one of another type: a picture of something else helps nobody.
    pub fn from_dict(options: HashMap<String, OwnedVariant>) -> Result<Self, Error> {
        let mut read = Self::default();
        for (name, value) in options {
            match name.as_str() {
                "window" => read.window = Some(option("capture option", &name, value, "an unsigned 64-bit number (t)")?),
                "output" => read.output = Some(option("capture option", &name, value, "a name (s)")?),
                "region" => read.region = Some(option("capture option", &name, value, "x, y, width and height as (dddd)")?),
                "size" => read.size = Some(option("capture option", &name, value, "width and height as (uu)")?),
                "scale" => read.scale = Some(option("capture option", &name, value, "a number (d)")?),
                "cursor" => read.cursor = Some(option("capture option", &name, value, "true or false (b)")?),
                "format" => read.format = Some(option("capture option", &name, value, "\"png\" or \"raw\" (s)")?),
                _ => {
                    return Err(Error::BadArgument(format!(
                        "there is no capture option {name:?}; there are window, output, region, size, scale, cursor and format"
                    )));
                }
            }
        }
        Ok(read)
    }
}

/// How the picture is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PixelFormat {
    /// A PNG file.
    #[default]
    Png,
    /// Rows of little-endian XRGB8888 (bytes B, G, R, X); of a window ARGB8888, premultiplied.
    Raw,
}

impl PixelFormat {
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Raw => "raw",
        }
    }
}

impl fmt::Display for PixelFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for PixelFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "png" => Ok(Self::Png),
            "raw" => Ok(Self::Raw),
            _ => Err(Error::BadArgument(format!("there is no picture format {name:?}; there are png and raw"))),
        }
    }
}

/// What the picture is. On the wire `a{sv}`.
///
/// The centre of the picture's pixel (column, row) lies at `x + (column + 0.5) / scale_x`, `y + (row + 0.5) / scale_y` in the logical space of
/// all outputs: exactly where a click must go to hit what the pixel shows.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct CaptureInfo {
    /// `png` or `raw`.
    pub format: String,
    /// In pixels.
    pub width: u32,
    pub height: u32,
    /// Bytes per row; 0 for a PNG.
    pub stride: u32,
    /// Bytes in the descriptor.
    pub bytes: u64,
    /// The newest transaction that the picture shows. Grows.
    pub seq: u64,
    /// `CLOCK_MONOTONIC` when it was drawn, in nanoseconds.
    pub time_ns: u64,
    /// Nothing has changed since the last picture of the same source and shape.
    pub unchanged: bool,
    /// What changed since then: x, y, width, height in the picture's pixels.
    pub damage: Vec<(i32, i32, i32, i32)>,
    /// Where the picture's top-left corner lies in the logical space of all outputs.
    pub x: f64,
    pub y: f64,
    /// Pixels of the picture per logical pixel.
    pub scale_x: f64,
    pub scale_y: f64,
}

impl CaptureInfo {
    /// Where to click to hit the middle of a pixel of the picture.
    pub fn logical(&self, column: u32, row: u32) -> (f64, f64) {
        (self.x + (f64::from(column) + 0.5) / self.scale_x, self.y + (f64::from(row) + 0.5) / self.scale_y)
    }
}

/// Pictures of outputs, windows and regions.
#[proxy(interface = "org.glasshouse.Capture1", default_service = "org.glasshouse.Desktop", default_path = "/org/glasshouse/Desktop")]
pub trait Capture1 {
    /// Takes a picture and answers with sealed memory and what is in it.
    ///
    /// Read it with `pread` or map it: other readers share its file offset. Options are those of `CaptureOptions`: `window` (t), `output` (s),
    /// `region` (dddd), `size` (uu), `scale` (d), `cursor` (b), `format` (s).
    fn capture(&self, options: CaptureOptions) -> Result<(OwnedFd, CaptureInfo), Error>;
}

#[cfg(test)]
mod tests {
    use zbus::{
        Variant,
        wire::{LE, serialized::Context, to_bytes},
    };

    use super::*;

    #[test]
    fn options_survive_the_wire() {
        let options = CaptureOptions {
            window: Some(7),
            output: None,
            region: Some((1.5, 2.0, 30.0, 40.0)),
            size: Some((64, 48)),
            scale: None,
            cursor: Some(false),
            format: Some("raw".to_owned()),
        };
        let bytes = to_bytes(Context::new(LE, 0), &options).unwrap();
        let (dict, _) = bytes.deserialize::<HashMap<String, OwnedVariant>>().unwrap();
        assert_eq!(dict.len(), 5, "what is None is absent");
        assert_eq!(CaptureOptions::from_dict(dict).unwrap(), options);
    }

    #[test]
    fn a_wrong_option_is_refused_in_a_sentence() {
        let check = |name: &str, value: Variant<'_>, words: &str| {
            let dict = HashMap::from([(name.to_owned(), value.try_into_owned().unwrap())]);
            let sentence = CaptureOptions::from_dict(dict).unwrap_err().to_string();
            assert!(sentence.contains(words), "{sentence}");
        };
        check("windo", Variant::from(7_u64), "there is no capture option \"windo\"; there are window");
        check("window", Variant::from("7"), "\"window\" must be an unsigned 64-bit number");
        check("size", Variant::from((1_i32, 2_i32)), "\"size\" must be width and height as (uu)");
        check("region", Variant::from((1.0_f64, 2.0_f64)), "(dddd)");
    }

    #[test]
    fn a_pixel_is_where_a_click_must_go() {
        let info = CaptureInfo { x: 100.0, y: 50.0, scale_x: 2.0, scale_y: 0.5, ..CaptureInfo::default() };
        assert_eq!(info.logical(0, 0), (100.25, 51.0));
        assert_eq!(info.logical(9, 9), (104.75, 69.0));
    }
}
