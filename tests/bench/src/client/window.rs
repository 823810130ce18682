//! A window of one colour with a patch of another, in shared memory, as simple toolkits draw.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

use anyhow::{Context, Result};
use rustix::fs::{MemfdFlags, memfd_create};
use wayland_client::protocol::{wl_buffer, wl_compositor, wl_shm, wl_surface};
use wayland_client::{Connection, Dispatch, QueueHandle, delegate_noop};
use wayland_protocols::xdg::shell::client::{xdg_surface, xdg_toplevel, xdg_wm_base};

use super::{Client, PATIENCE, State};
use crate::peer::{HEIGHT, WIDTH};

/// Enough that no server makes us wait for a release.
const BUFFERS: usize = 3;
const BACKGROUND: u32 = 0xff20_3040;

/// Where the patch lies in the window, and its edge.
pub(crate) const PATCH: u32 = 32;
const PATCH_SIZE: u32 = 64;

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Size {
    Fullscreen,
    Pixels(u32, u32),
}

pub(super) struct Window {
    surface: wl_surface::WlSurface,
    xdg_surface: xdg_surface::XdgSurface,
    _toplevel: xdg_toplevel::XdgToplevel,
    memory: File,
    buffers: Vec<wl_buffer::WlBuffer>,
    width: u32,
    height: u32,
    /// Reused, so that painting allocates nothing.
    row: Vec<u8>,
}

#[derive(Default)]
pub(super) struct Heard {
    /// A serial to acknowledge.
    configure: Option<u32>,
    busy: [bool; BUFFERS],
}

impl Client {
    /// Opens the window and waits until the server has configured it and handled its first picture.
    ///
    /// Not for its first frame: weston's kiosk shows nothing without a seat, and a headless weston has none.
    pub(crate) fn open_window(&mut self, title: &str, size: Size) -> Result<()> {
        let (width, height) = match size {
            Size::Fullscreen => (WIDTH, HEIGHT),
            Size::Pixels(width, height) => (width, height),
        };
        let compositor: wl_compositor::WlCompositor = self.globals.bind(&self.handle, 4..=5, ()).context("no wl_compositor 4")?;
        let shell: xdg_wm_base::XdgWmBase = self.globals.bind(&self.handle, 1..=1, ()).context("no xdg_wm_base")?;
        let shm: wl_shm::WlShm = self.globals.bind(&self.handle, 1..=1, ()).context("no wl_shm")?;

        let surface = compositor.create_surface(&self.handle, ());
        let xdg_surface = shell.get_xdg_surface(&surface, &self.handle, ());
        let toplevel = xdg_surface.get_toplevel(&self.handle, ());
        toplevel.set_title(title.to_owned());
        toplevel.set_app_id("org.glasshouse.Bench".to_owned());
        if size == Size::Fullscreen {
            toplevel.set_fullscreen(None);
        }
        surface.commit();
        self.wait("configure", PATIENCE, |state| state.window.configure.is_some())?;

        let bytes = width * height * 4;
        let memory = File::from(memfd_create("glasshouse-bench-window", MemfdFlags::CLOEXEC)?);
        memory.set_len(u64::from(bytes) * BUFFERS as u64)?;
        let pool = shm.create_pool(memory.as_fd(), (bytes * BUFFERS as u32) as i32, &self.handle, ());
        let buffers = (0..BUFFERS).map(|index| {
            let offset = (bytes * index as u32) as i32;
            pool.create_buffer(offset, width as i32, height as i32, width as i32 * 4, wl_shm::Format::Xrgb8888, &self.handle, index)
        });
        let buffers = buffers.collect();
        let window =
            Window { surface, xdg_surface, _toplevel: toplevel, memory, buffers, width, height, row: vec![0; (width * 4) as usize] };
        self.window = Some(window);
        for index in 0..BUFFERS {
            self.paint(index, 0..height, 0..width, BACKGROUND)?;
        }
        self.answer_configure()?;
        self.show(BACKGROUND, true)?;
        self.catch_up()
    }

    /// Commits a new patch of 64x64 pixels.
    pub(crate) fn change_patch(&mut self, colour: u32) -> Result<()> {
        self.show(colour, false)
    }

    /// Commits a new picture in which every pixel is another one.
    pub(crate) fn change_all(&mut self, colour: u32) -> Result<()> {
        self.show(colour, true)
    }

    /// The server may resize us; we stay as large as we are and say so by committing again.
    pub(super) fn answer_configure(&mut self) -> Result<()> {
        let Some(window) = &self.window else { return Ok(()) };
        if let Some(serial) = self.state.window.configure.take() {
            window.xdg_surface.ack_configure(serial);
            window.surface.commit();
            self.queue.flush().context("the server no longer reads")?;
        }
        Ok(())
    }

    fn show(&mut self, colour: u32, all: bool) -> Result<()> {
        self.wait("free buffer", PATIENCE, |state| state.window.busy.iter().any(|busy| !busy))?;
        self.answer_configure()?;
        let index = self.state.window.busy.iter().position(|busy| !busy).context("no buffer is free")?;
        let (width, height) = self.window.as_ref().map(|window| (window.width, window.height)).context("there is no window")?;
        let (rows, columns) = if all { (0..height, 0..width) } else { (PATCH..PATCH + PATCH_SIZE, PATCH..PATCH + PATCH_SIZE) };
        self.paint(index, rows.clone(), columns.clone(), colour)?;

        let window = self.window.as_ref().context("there is no window")?;
        let (x, y) = (columns.start as i32, rows.start as i32);
        window.surface.damage_buffer(x, y, columns.len() as i32, rows.len() as i32);
        window.surface.attach(window.buffers.get(index), 0, 0);
        window.surface.commit();
        if let Some(busy) = self.state.window.busy.get_mut(index) {
            *busy = true;
        }
        self.queue.flush().context("the server no longer reads")
    }

    fn paint(&mut self, index: usize, rows: std::ops::Range<u32>, columns: std::ops::Range<u32>, colour: u32) -> Result<()> {
        let window = self.window.as_mut().context("there is no window")?;
        let start = index as u64 * u64::from(window.width * window.height * 4);
        let length = columns.len() * 4;
        for pixel in window.row.chunks_exact_mut(4) {
            pixel.copy_from_slice(&colour.to_le_bytes());
        }
        let row = window.row.get(..length).context("the patch is wider than the window")?;
        for y in rows {
            window.memory.write_all_at(row, start + u64::from((y * window.width + columns.start) * 4))?;
        }
        Ok(())
    }
}

impl Dispatch<xdg_wm_base::XdgWmBase, ()> for State {
    fn event(_: &mut Self, shell: &xdg_wm_base::XdgWmBase, event: xdg_wm_base::Event, _: &(), _: &Connection, _: &QueueHandle<Self>) {
        if let xdg_wm_base::Event::Ping { serial } = event {
            shell.pong(serial);
        }
    }
}

impl Dispatch<xdg_surface::XdgSurface, ()> for State {
    fn event(state: &mut Self, _: &xdg_surface::XdgSurface, event: xdg_surface::Event, _: &(), _: &Connection, _: &QueueHandle<Self>) {
        if let xdg_surface::Event::Configure { serial } = event {
            state.window.configure = Some(serial);
        }
    }
}

impl Dispatch<wl_buffer::WlBuffer, usize> for State {
    fn event(state: &mut Self, _: &wl_buffer::WlBuffer, event: wl_buffer::Event, index: &usize, _: &Connection, _: &QueueHandle<Self>) {
        if let (wl_buffer::Event::Release, Some(busy)) = (event, state.window.busy.get_mut(*index)) {
            *busy = false;
        }
    }
}

delegate_noop!(State: ignore xdg_toplevel::XdgToplevel);
