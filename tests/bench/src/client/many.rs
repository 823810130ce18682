//! Many small windows on one connection, and a keyboard. Every configure is answered at once, as a quick program would.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::fs::{MemfdFlags, memfd_create};
use wayland_client::globals::{GlobalList, GlobalListContents};
use wayland_client::protocol::{wl_buffer, wl_callback, wl_compositor, wl_registry, wl_seat, wl_shm, wl_shm_pool, wl_surface};
use wayland_client::{Connection, Dispatch, EventQueue, QueueHandle, delegate_noop};
use wayland_protocols::xdg::shell::client::{xdg_surface, xdg_toplevel, xdg_wm_base};
use wayland_protocols_misc::zwp_virtual_keyboard_v1::client::{zwp_virtual_keyboard_manager_v1, zwp_virtual_keyboard_v1};
use zwp_virtual_keyboard_manager_v1::ZwpVirtualKeyboardManagerV1;
use zwp_virtual_keyboard_v1::ZwpVirtualKeyboardV1;

use super::PATIENCE;

/// Of every window, in pixels.
const EDGE: u32 = 32;

/// The keymap of the keyboard, as xkb compiles it.
const KEYMAP: &str = "xkb_keymap {
    xkb_keycodes { include \"evdev+aliases(qwerty)\" };
    xkb_types { include \"complete\" };
    xkb_compat { include \"complete\" };
    xkb_symbols { include \"pc+us+inet(evdev)\" };
};\0";
const XKB_V1: u32 = 1;

/// The bit of Super in xkb's modifiers.
const SUPER: u32 = 1 << 6;

pub(crate) struct Many {
    queue: EventQueue<State>,
    handle: QueueHandle<State>,
    globals: GlobalList,
    compositor: wl_compositor::WlCompositor,
    shell: xdg_wm_base::XdgWmBase,
    buffer: wl_buffer::WlBuffer,
    keyboard: Option<ZwpVirtualKeyboardV1>,
    windows: Vec<Window>,
    state: State,
}

struct Window {
    surface: wl_surface::WlSurface,
    xdg_surface: xdg_surface::XdgSurface,
    toplevel: xdg_toplevel::XdgToplevel,
}

/// What a window's configures need to be answered.
struct Answer {
    surface: wl_surface::WlSurface,
    buffer: wl_buffer::WlBuffer,
    shown: AtomicBool,
}

#[derive(Default)]
struct State {
    configures: usize,
    shown: usize,
    frames: usize,
    /// Whether the next window asks for a frame with its first picture.
    wants_frames: bool,
    /// Whether new windows show nothing yet.
    waits: bool,
}

impl Many {
    pub(crate) fn connect(socket: &Path) -> Result<Self> {
        let (globals, queue) = super::connect(socket)?;
        let handle = queue.handle();
        let compositor = globals.bind(&handle, 4..=5, ()).context("no wl_compositor 4")?;
        let shell = globals.bind(&handle, 1..=1, ()).context("no xdg_wm_base")?;
        let shm: wl_shm::WlShm = globals.bind(&handle, 1..=1, ()).context("no wl_shm")?;
        let bytes = EDGE * EDGE * 4;
        let memory = File::from(memfd_create("glasshouse-bench-many", MemfdFlags::CLOEXEC)?);
        memory.set_len(u64::from(bytes))?;
        let pool = shm.create_pool(memory.as_fd(), bytes as i32, &handle, ());
        let buffer = pool.create_buffer(0, EDGE as i32, EDGE as i32, EDGE as i32 * 4, wl_shm::Format::Xrgb8888, &handle, ());
        pool.destroy();
        Ok(Self { queue, handle, globals, compositor, shell, buffer, keyboard: None, windows: Vec::new(), state: State::default() })
    }

    /// Plugs in a keyboard, which types to whoever has the focus.
    pub(crate) fn plug_keyboard(&mut self) -> Result<()> {
        let seat: wl_seat::WlSeat = self.globals.bind(&self.handle, 1..=1, ()).context("no wl_seat")?;
        let keyboards: ZwpVirtualKeyboardManagerV1 = self.globals.bind(&self.handle, 1..=1, ()).context("no virtual keyboards")?;
        let keyboard = keyboards.create_virtual_keyboard(&seat, &self.handle, ());
        let keymap = File::from(memfd_create("glasshouse-bench-keymap", MemfdFlags::CLOEXEC)?);
        keymap.write_all_at(KEYMAP.as_bytes(), 0)?;
        keyboard.keymap(XKB_V1, keymap.as_fd(), KEYMAP.len() as u32);
        self.keyboard = Some(keyboard);
        self.catch_up()
    }

    /// Opens so many windows more and waits until all show something.
    pub(crate) fn open(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            self.create();
        }
        let all = self.windows.len();
        self.wait("configure of all windows", |state| state.shown >= all)?;
        self.catch_up()
    }

    fn create(&mut self) {
        let surface = self.compositor.create_surface(&self.handle, ());
        let answer = Answer { surface: surface.clone(), buffer: self.buffer.clone(), shown: AtomicBool::new(false) };
        let xdg_surface = self.shell.get_xdg_surface(&surface, &self.handle, answer);
        let toplevel = xdg_surface.get_toplevel(&self.handle, ());
        toplevel.set_app_id("org.glasshouse.Bench".to_owned());
        surface.commit();
        self.windows.push(Window { surface, xdg_surface, toplevel });
    }

    /// Opens a window; answers with the time from its creation until its first picture is on the screen.
    pub(crate) fn open_until_frame(&mut self) -> Result<Duration> {
        let (before, opened) = (self.state.frames, Instant::now());
        self.state.wants_frames = true;
        let all = self.windows.len() + 1;
        self.create();
        self.wait("first frame", |state| state.frames > before)?;
        let took = opened.elapsed();
        self.state.wants_frames = false;
        self.wait("configure of all windows", |state| state.shown >= all)?;
        self.catch_up()?;
        Ok(took)
    }

    /// Has the first window show something new with every frame, for so long. Answers how many frames there were.
    pub(crate) fn animate(&mut self, duration: Duration) -> Result<usize> {
        let (first, until) = (self.state.frames, Instant::now() + duration);
        while Instant::now() < until {
            let before = self.state.frames;
            let surface = &self.windows.first().context("no window is open")?.surface;
            surface.frame(&self.handle, ());
            surface.attach(Some(&self.buffer), 0, 0);
            surface.damage_buffer(0, 0, EDGE as i32, EDGE as i32);
            surface.commit();
            self.wait("frame", |state| state.frames > before)?;
        }
        Ok(self.state.frames - first)
    }

    /// Creates a window and waits until the server has said how large it is to be. It shows nothing yet.
    pub(crate) fn ask_for_configure(&mut self) -> Result<()> {
        let before = self.state.configures;
        self.state.waits = true;
        self.create();
        self.wait("configure of the new window", |state| state.configures > before)
    }

    /// Shows the window that was created last, and waits until the server has heard of it from everybody.
    pub(crate) fn show_newest(&mut self) -> Result<()> {
        self.state.waits = false;
        let all = self.windows.len();
        let newest = self.windows.last().context("no window is open")?;
        newest.surface.attach(Some(&self.buffer), 0, 0);
        newest.surface.damage_buffer(0, 0, EDGE as i32, EDGE as i32);
        newest.surface.commit();
        self.state.shown += 1;
        self.wait("configure of all windows", |state| state.shown >= all)?;
        self.catch_up()
    }

    /// Closes the newest windows.
    pub(crate) fn close(&mut self, count: usize) -> Result<()> {
        for window in self.windows.split_off(self.windows.len().saturating_sub(count)) {
            window.toplevel.destroy();
            window.xdg_surface.destroy();
            window.surface.destroy();
            self.state.shown -= 1;
        }
        self.catch_up()
    }

    /// Answers what the server says until it has handled the answers, too.
    pub(crate) fn catch_up(&mut self) -> Result<()> {
        for _ in 0..2 {
            self.queue.roundtrip(&mut self.state).context("the server cut the connection")?;
        }
        Ok(())
    }

    /// Presses and releases a key, by its evdev code, with Super; answers with the time from the press until the next configure.
    pub(crate) fn strike_until_configure(&mut self, key: u32) -> Result<Duration> {
        let keyboard = self.keyboard.as_ref().context("no keyboard is plugged in")?;
        let before = self.state.configures;
        let struck = Instant::now();
        keyboard.modifiers(SUPER, 0, 0, 0);
        keyboard.key(0, key, 1);
        self.wait("configure after the key", |state| state.configures > before)?;
        let took = struck.elapsed();
        let keyboard = self.keyboard.as_ref().context("no keyboard is plugged in")?;
        keyboard.key(1, key, 0);
        keyboard.modifiers(0, 0, 0, 0);
        self.catch_up()?;
        Ok(took)
    }

    fn wait(&mut self, what: &str, done: impl Fn(&State) -> bool) -> Result<()> {
        super::wait(&mut self.queue, &mut self.state, what, PATIENCE, done)
    }
}

impl Dispatch<xdg_surface::XdgSurface, Answer> for State {
    fn event(
        state: &mut Self,
        xdg_surface: &xdg_surface::XdgSurface,
        event: xdg_surface::Event,
        answer: &Answer,
        _: &Connection,
        handle: &QueueHandle<Self>,
    ) {
        let xdg_surface::Event::Configure { serial } = event else { return };
        xdg_surface.ack_configure(serial);
        if !answer.shown.swap(true, Ordering::Relaxed) && !state.waits {
            if state.wants_frames {
                answer.surface.frame(handle, ());
            }
            answer.surface.attach(Some(&answer.buffer), 0, 0);
            answer.surface.damage_buffer(0, 0, EDGE as i32, EDGE as i32);
            state.shown += 1;
        }
        answer.surface.commit();
        state.configures += 1;
    }
}

impl Dispatch<wl_callback::WlCallback, ()> for State {
    fn event(state: &mut Self, _: &wl_callback::WlCallback, _: wl_callback::Event, _: &(), _: &Connection, _: &QueueHandle<Self>) {
        state.frames += 1;
    }
}

impl Dispatch<xdg_wm_base::XdgWmBase, ()> for State {
    fn event(_: &mut Self, shell: &xdg_wm_base::XdgWmBase, event: xdg_wm_base::Event, _: &(), _: &Connection, _: &QueueHandle<Self>) {
        if let xdg_wm_base::Event::Ping { serial } = event {
            shell.pong(serial);
        }
    }
}

impl Dispatch<wl_registry::WlRegistry, GlobalListContents> for State {
    fn event(
        _: &mut Self,
        _: &wl_registry::WlRegistry,
        _: wl_registry::Event,
        _: &GlobalListContents,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}

delegate_noop!(State: wl_compositor::WlCompositor);
delegate_noop!(State: wl_shm_pool::WlShmPool);
delegate_noop!(State: ZwpVirtualKeyboardManagerV1);
delegate_noop!(State: ZwpVirtualKeyboardV1);
delegate_noop!(State: ignore wl_shm::WlShm);
delegate_noop!(State: ignore wl_seat::WlSeat);
delegate_noop!(State: ignore wl_buffer::WlBuffer);
delegate_noop!(State: ignore wl_surface::WlSurface);
delegate_noop!(State: ignore xdg_toplevel::XdgToplevel);
