use std::collections::HashMap;

use glasshouse_core::WindowId;
use glasshouse_protocols::{CaptureInfo, CaptureOptions, capture::MAX_PICTURE, finite};
use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize};
use zbus::{Connection, OwnedFd, OwnedVariant, interface};

use super::{BusError, Picture, PictureSize, PictureSource, Request, peer::Peer};

/// `org.glasshouse.Capture1`.
pub(super) struct Capture1(pub(super) Peer);

#[interface(name = "org.glasshouse.Capture1", spawn = false)]
impl Capture1 {
    /// Takes a picture and answers with sealed memory and what is in it.
    ///
    /// Options, all of which may be absent: window (t) or output (s); region (dddd: x, y, width, height in logical pixels, of a window from
    /// the top-left corner of its geometry, else in the space of all outputs); size (uu, in pixels) or scale (d, pixels per logical pixel);
    /// cursor (b, true if absent); format (s, png or raw).
    ///
    /// The info: format (s), width, height (u), stride (u, 0 for png), bytes (t), seq (t), time_ns (t, CLOCK_MONOTONIC), unchanged (b),
    /// damage a(iiii), and where the pixels are: x, y (d) of the top-left corner in the logical space, scale_x, scale_y (d) in pixels per
    /// logical pixel. Read the picture with pread or map it: other readers share its file offset.
    #[zbus(out_args("picture", "info"))]
    async fn capture(
        &self,
        #[zbus(connection)] connection: &Connection,
        options: HashMap<String, OwnedVariant>,
    ) -> Result<(OwnedFd, CaptureInfo), BusError> {
        let picture = checked(CaptureOptions::from_dict(options)?)?;
        let captured = self.0.ask(connection, |caller, reply| Request::Capture { caller, picture, reply }).await?;
        Ok((captured.fd.into(), captured.info))
    }
}

fn checked(options: CaptureOptions) -> Result<Picture, BusError> {
    let CaptureOptions { window, output, region, size, scale, cursor, format } = options;
    let region = region.map(rectangle).transpose()?;
    let source = match (window, output, region) {
        (Some(_), Some(_), _) => {
            return Err(BusError::BadArgument("a picture is of a window or of an output; leave out one of the two".to_owned()));
        }
        (Some(window), None, region) => PictureSource::Window { window: WindowId(window), region },
        (None, None, Some(region)) => PictureSource::Region(region),
        (None, name, region) => PictureSource::Output { name, region },
    };
    let size = match (size, scale) {
        (Some(_), Some(_)) => {
            return Err(BusError::BadArgument("a picture has a size or a scale; leave out one of the two".to_owned()));
        }
        (Some((width, height)), None) => {
            if !(1..=MAX_PICTURE).contains(&width) || !(1..=MAX_PICTURE).contains(&height) {
                return Err(BusError::BadArgument(format!(
                    "a picture of {width} x {height} cannot be made; both must be from 1 to {MAX_PICTURE}"
                )));
            }
            PictureSize::Exact(width, height)
        }
        (None, Some(scale)) => {
            if !(scale > 0.0 && scale <= 64.0) {
                return Err(BusError::BadArgument(format!("the scale {scale} is not above 0 and at most 64")));
            }
            PictureSize::Scale(scale)
        }
        (None, None) => PictureSize::Natural,
    };
    let format = format.map(|format| format.parse()).transpose()?.unwrap_or_default();
    Ok(Picture { source, size, cursor: cursor.unwrap_or(true), format })
}

fn rectangle((x, y, width, height): (f64, f64, f64, f64)) -> Result<LogicalRect, BusError> {
    finite([("the region's x", x), ("its y", y), ("its width", width), ("its height", height)])?;
    if width <= 0.0 || height <= 0.0 {
        return Err(BusError::BadArgument(format!("the region of {width} x {height} is empty; both must be above 0")));
    }
    Ok(LogicalRect::new(LogicalPoint::new(x, y), LogicalSize::new(width, height)))
}
