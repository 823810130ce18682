//! `zwlr_screencopy_manager_v1` 3: grim and other tools take pictures of outputs into their own buffers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use euclid::{Point2D, Rect, Size2D};
use glasshouse_core::OutputId;
use glasshouse_link::{CaptureFailure, CaptureFormat, CaptureRequest, CaptureSource, CaptureTarget, Frame};
use glasshouse_scene::{Physical, PhysicalRect, PhysicalSize, ShmFormat, Transform, geometry::clamp_rect};
use smithay::reexports::{
    wayland_protocols_wlr::screencopy::v1::server::{
        zwlr_screencopy_frame_v1::{self, Flags, ZwlrScreencopyFrameV1},
        zwlr_screencopy_manager_v1::{self, ZwlrScreencopyManagerV1},
    },
    wayland_server::{
        Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource,
        protocol::{wl_buffer::WlBuffer, wl_output::WlOutput, wl_shm},
    },
};

use super::{client::is_trusted, shm::ShmBuffer};
use crate::State;

/// What a frame object promises. `None`: it failed from the start.
#[derive(Debug)]
pub struct Promise {
    wanted: Option<Wanted>,
    copied: AtomicBool,
}

#[derive(Debug, Clone, Copy)]
struct Wanted {
    output: OutputId,
    /// In the output's upright pixels.
    crop: PhysicalRect,
    /// As the buffer has to be: in mount orientation.
    size: PhysicalSize,
    transform: Transform,
    cursor: bool,
}

/// A copy that is under way.
#[derive(Debug)]
pub struct Waiting {
    frame: ZwlrScreencopyFrameV1,
    with_damage: bool,
}

impl GlobalDispatch<ZwlrScreencopyManagerV1, ()> for State {
    fn bind(_: &mut State, _: &DisplayHandle, _: &Client, resource: New<ZwlrScreencopyManagerV1>, (): &(), init: &mut DataInit<'_, State>) {
        init.init(resource, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_trusted(&client)
    }
}

impl Dispatch<ZwlrScreencopyManagerV1, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        _: &ZwlrScreencopyManagerV1,
        request: zwlr_screencopy_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        use zwlr_screencopy_manager_v1::Request;
        let (frame, cursor, output, region) = match request {
            Request::CaptureOutput { frame, overlay_cursor, output } => (frame, overlay_cursor != 0, output, None),
            Request::CaptureOutputRegion { frame, overlay_cursor, output, x, y, width, height } => {
                (frame, overlay_cursor != 0, output, Some((x, y, width, height)))
            }
            _ => return, // `destroy` is a destructor.
        };
        let wanted = state.screencopy_wanted(&output, cursor, region);
        let frame = init.init(frame, Promise { wanted, copied: AtomicBool::new(false) });
        let Some(wanted) = wanted else {
            frame.failed();
            return;
        };
        let (width, height) = (wanted.size.width.unsigned_abs(), wanted.size.height.unsigned_abs());
        frame.buffer(wl_shm::Format::Xrgb8888, width, height, width * 4);
        if frame.version() >= 3 {
            frame.buffer_done();
        }
    }
}

impl State {
    /// What is to be captured, or `None` if there is nothing at that place.
    fn screencopy_wanted(&self, output: &WlOutput, cursor: bool, region: Option<(i32, i32, i32, i32)>) -> Option<Wanted> {
        let output = self.clients.output_id(output)?;
        let info = self.desktop.output(output)?;
        let scale = info.mode.scale;
        let whole: PhysicalSize = (info.size * scale).round().to_i32().cast_unit();
        let whole: PhysicalRect = Rect::from_size(whole);
        let crop = match region {
            None => whole,
            Some((x, y, width, height)) => {
                // The region is in the output's logical coordinates.
                let min = Point2D::<f64, Physical>::new(f64::from(x) * scale, f64::from(y) * scale).round();
                let max =
                    Point2D::<f64, Physical>::new(f64::from(x.saturating_add(width)) * scale, f64::from(y.saturating_add(height)) * scale)
                        .round();
                clamp_rect(Rect::new(min.to_i32(), Size2D::new((max.x - min.x) as i32, (max.y - min.y) as i32)), whole)?
            }
        };
        let transform = info.mode.transform;
        Some(Wanted { output, crop, size: transform.apply_size(crop.size), transform, cursor })
    }

    pub fn screencopy_done(&mut self, waiting: Waiting, result: Result<Frame, CaptureFailure>) {
        let Waiting { frame, with_damage } = waiting;
        if !frame.is_alive() {
            return;
        }
        match result {
            Ok(picture) => {
                frame.flags(Flags::empty());
                if with_damage {
                    let number = |value: i32| u32::try_from(value).unwrap_or_default();
                    for rect in &picture.damage {
                        frame.damage(number(rect.origin.x), number(rect.origin.y), number(rect.size.width), number(rect.size.height));
                    }
                }
                let time = Duration::from_nanos(picture.time_ns);
                frame.ready((time.as_secs() >> 32) as u32, (time.as_secs() & 0xffff_ffff) as u32, time.subsec_nanos());
            }
            Err(error) => {
                tracing::debug!(%error, "a screencopy failed");
                frame.failed();
            }
        }
    }
}

impl Dispatch<ZwlrScreencopyFrameV1, Promise> for State {
    fn request(
        state: &mut State,
        _: &Client,
        frame: &ZwlrScreencopyFrameV1,
        request: zwlr_screencopy_frame_v1::Request,
        promise: &Promise,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        use zwlr_screencopy_frame_v1::Request;
        let (buffer, with_damage) = match request {
            Request::Copy { buffer } => (buffer, false),
            Request::CopyWithDamage { buffer } => (buffer, true),
            _ => return, // `destroy` is a destructor.
        };
        let Some(wanted) = promise.wanted else { return };
        if promise.copied.swap(true, Ordering::Relaxed) {
            frame.post_error(zwlr_screencopy_frame_v1::Error::AlreadyUsed, "one frame object copies one frame");
            return;
        }
        let Some(target) = check_target(frame, &buffer, wanted.size) else { return };
        if !state.display.can_draw() {
            frame.failed();
            return;
        }
        let Some(shm) = buffer.data::<ShmBuffer>() else { return };
        let request = CaptureRequest {
            source: CaptureSource::Output(wanted.output),
            crop: Some(wanted.crop),
            size: wanted.size,
            transform: wanted.transform,
            cursor: wanted.cursor,
            target,
        };
        // What was told in this turn may hide something.
        state.settle();
        state.display.look(state.now);
        state.compose();
        // A client's buffer is written once: whether a dead display had begun is not known.
        let id = state.display.link.capture(request, Some(Arc::clone(&shm.pool.fd)), 0);
        state.captures.screencopy.insert(id, Waiting { frame: frame.clone(), with_damage });
    }
}

/// Where the picture goes, or `None` after a protocol error.
fn check_target(frame: &ZwlrScreencopyFrameV1, buffer: &WlBuffer, size: PhysicalSize) -> Option<CaptureTarget> {
    let fits = buffer.data::<ShmBuffer>().and_then(|shm| {
        let format = match shm.format {
            ShmFormat::Xrgb8888 => CaptureFormat::Xrgb8888,
            ShmFormat::Argb8888 => CaptureFormat::Argb8888,
            _ => return None,
        };
        let same = shm.width == size.width && shm.height == size.height;
        same.then_some(CaptureTarget::Shm { offset: u64::from(shm.offset), stride: shm.stride, format })
    });
    if fits.is_none() {
        let message = format!("the buffer must be shared memory in xrgb8888 of {} x {} pixels", size.width, size.height);
        frame.post_error(zwlr_screencopy_frame_v1::Error::InvalidBuffer, message);
    }
    fits
}
