//! Pictures of the whole output over wlr-screencopy, as grim and remote desktops take them.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::fs::{MemfdFlags, memfd_create};
use wayland_client::protocol::{wl_buffer, wl_output, wl_shm};
use wayland_client::{Connection, Dispatch, Proxy, QueueHandle, WEnum, delegate_noop};
use wayland_protocols_wlr::screencopy::v1::client::{zwlr_screencopy_frame_v1, zwlr_screencopy_manager_v1};
use zwlr_screencopy_frame_v1::{Event, ZwlrScreencopyFrameV1};
use zwlr_screencopy_manager_v1::ZwlrScreencopyManagerV1;

use super::{Client, PATIENCE, State};

#[derive(Clone, Copy, PartialEq, Debug)]
struct Layout {
    format: wl_shm::Format,
    width: u32,
    height: u32,
    stride: u32,
}

pub(super) struct Shots {
    manager: ZwlrScreencopyManagerV1,
    output: wl_output::WlOutput,
    shm: wl_shm::WlShm,
    target: Option<Target>,
}

/// Used again for each picture of the same layout.
struct Target {
    layout: Layout,
    memory: File,
    buffer: wl_buffer::WlBuffer,
}

#[derive(Default)]
pub(super) struct Heard {
    layout: Option<Layout>,
    /// All layouts were named; before version 3 there is only one.
    described: bool,
    /// `Some(true)` when the picture is there, `Some(false)` when the server could not take it.
    ended: Option<bool>,
}

impl Client {
    /// Takes a picture and answers with the time from the request until it was ready; `None` if the server says it failed.
    pub(crate) fn try_capture(&mut self, limit: Duration) -> Result<Option<Duration>> {
        if self.shots.is_none() {
            let manager = self.globals.bind(&self.handle, 1..=3, ()).context("no wlr-screencopy")?;
            let output = self.globals.bind(&self.handle, 1..=1, ()).context("no wl_output")?;
            let shm = self.globals.bind(&self.handle, 1..=1, ()).context("no wl_shm")?;
            self.shots = Some(Shots { manager, output, shm, target: None });
            self.queue.roundtrip(&mut self.state)?;
        }
        let shots = self.shots.as_ref().context("nothing is bound")?;
        self.state.shot = Heard::default();
        let started = Instant::now();
        let frame = shots.manager.capture_output(0, &shots.output, &self.handle, ());
        self.wait("description of the picture", limit, |state| state.shot.described || state.shot.ended.is_some())?;
        if let Some(layout) = self.state.shot.layout {
            let shots = self.shots.as_mut().context("nothing is bound")?;
            let target = match shots.target.take() {
                Some(target) if target.layout == layout => target,
                _ => Target::new(layout, &shots.shm, &self.handle)?,
            };
            frame.copy(&target.buffer);
            shots.target = Some(target);
            self.wait("picture", limit, |state| state.shot.ended.is_some())?;
        }
        let took = started.elapsed();
        frame.destroy();
        Ok((self.state.shot.ended == Some(true)).then_some(took))
    }

    pub(crate) fn capture(&mut self) -> Result<Duration> {
        self.try_capture(PATIENCE)?.context("the server failed to take a picture")
    }

    /// The colour of one pixel of the last picture, as 0xRRGGBB.
    pub(crate) fn captured_pixel(&self, x: u32, y: u32) -> Result<u32> {
        let target = self.shots.as_ref().and_then(|shots| shots.target.as_ref()).context("no picture was taken")?;
        let mut pixel = [0; 4];
        target.memory.read_exact_at(&mut pixel, u64::from(y * target.layout.stride + x * 4))?;
        target.layout.rgb(pixel)
    }

    /// Where in the last picture a colour appears first, top left.
    pub(crate) fn find_captured(&self, rgb: u32) -> Result<Option<(u32, u32)>> {
        let target = self.shots.as_ref().and_then(|shots| shots.target.as_ref()).context("no picture was taken")?;
        let layout = target.layout;
        let mut row = vec![0; layout.stride as usize];
        for y in 0..layout.height {
            target.memory.read_exact_at(&mut row, u64::from(y * layout.stride))?;
            for (x, pixel) in row.chunks_exact(4).take(layout.width as usize).enumerate() {
                if layout.rgb(pixel.try_into()?)? == rgb {
                    return Ok(Some((x as u32, y)));
                }
            }
        }
        Ok(None)
    }
}

impl Layout {
    fn rgb(&self, pixel: [u8; 4]) -> Result<u32> {
        let [a, b, c, _] = pixel.map(u32::from);
        match self.format {
            wl_shm::Format::Xrgb8888 | wl_shm::Format::Argb8888 => Ok(c << 16 | b << 8 | a),
            wl_shm::Format::Xbgr8888 | wl_shm::Format::Abgr8888 => Ok(a << 16 | b << 8 | c),
            other => bail!("the server's pictures are in {other:?}, which the bench cannot read"),
        }
    }
}

impl Target {
    fn new(layout: Layout, shm: &wl_shm::WlShm, handle: &QueueHandle<State>) -> Result<Self> {
        let bytes = layout.stride * layout.height;
        let memory = File::from(memfd_create("glasshouse-bench-capture", MemfdFlags::CLOEXEC)?);
        memory.set_len(u64::from(bytes))?;
        let pool = shm.create_pool(memory.as_fd(), bytes as i32, handle, ());
        let Layout { format, width, height, stride } = layout;
        let buffer = pool.create_buffer(0, width as i32, height as i32, stride as i32, format, handle, usize::MAX);
        pool.destroy();
        Ok(Self { layout, memory, buffer })
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.buffer.destroy();
    }
}

impl Dispatch<ZwlrScreencopyFrameV1, ()> for State {
    fn event(state: &mut Self, frame: &ZwlrScreencopyFrameV1, event: Event, _: &(), _: &Connection, _: &QueueHandle<Self>) {
        match event {
            Event::Buffer { format: WEnum::Value(format), width, height, stride } => {
                state.shot.layout = Some(Layout { format, width, height, stride });
                state.shot.described = frame.version() < 3;
            }
            Event::BufferDone => state.shot.described = true,
            Event::Ready { .. } => state.shot.ended = Some(true),
            Event::Failed => state.shot.ended = Some(false),
            _ => {}
        }
    }
}

delegate_noop!(State: ZwlrScreencopyManagerV1);
