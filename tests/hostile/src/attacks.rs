//! The attacks of notes/reliability.md, section 2.2. An attack returns once it is stopped, or has done all it wanted.

use std::{
    os::fd::{AsFd, OwnedFd},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use rustix::fs::{MemfdFlags, ftruncate, memfd_create};

use crate::wire::{Arg, End, MAX_FDS, Wire};

/// One attack.
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Path) -> Result<Option<End>>,
}

pub(crate) const ATTACKS: &[Attack] = &[
    Attack { name: "wl_shm_pool.resize(0)", run: resize_to_nothing },
    Attack { name: "popup that is its own parent", run: popup_of_itself },
    Attack { name: "keymap of 0 bytes said to be 4096", run: keymap_that_lies },
    Attack { name: "2,000 nested subsurfaces, leaf first", run: |path| nested(path, 2_000) },
    Attack { name: "8,000 nested subsurfaces, leaf first", run: |path| nested(path, 8_000) },
    Attack { name: "28 descriptors with every byte", run: descriptors },
    Attack { name: "damage for 3 s, never a commit", run: damage },
];

/// How long an attacker waits to hear that it was cut off.
const VERDICT: Duration = Duration::from_secs(2);

fn memory(bytes: u64) -> Result<OwnedFd> {
    let fd = memfd_create("hostile", MemfdFlags::CLOEXEC).context("there are no memfds")?;
    ftruncate(&fd, bytes).context("a memfd cannot have this size")?;
    Ok(fd)
}

fn verdict(mut wire: Wire) -> Result<Option<End>> {
    wire.flush(&[])?;
    wire.listen(VERDICT)?;
    Ok(wire.end)
}

fn resize_to_nothing(path: &Path) -> Result<Option<End>> {
    let mut wire = Wire::connect(path)?;
    let shm = wire.bind("wl_shm")?;
    let (pool, memory) = (wire.new_id(), memory(4096)?);
    wire.request(shm, 0, &[Arg::Uint(pool), Arg::Int(4096)]);
    wire.flush(&[memory.as_fd()])?;
    wire.request(pool, 2, &[Arg::Int(0)]);
    verdict(wire)
}

fn popup_of_itself(path: &Path) -> Result<Option<End>> {
    let mut wire = Wire::connect(path)?;
    let (compositor, base) = (wire.bind("wl_compositor")?, wire.bind("xdg_wm_base")?);
    let (surface, xdg, positioner, popup) = (wire.new_id(), wire.new_id(), wire.new_id(), wire.new_id());
    wire.request(compositor, 0, &[Arg::Uint(surface)]);
    wire.request(base, 2, &[Arg::Uint(xdg), Arg::Uint(surface)]);
    wire.request(base, 1, &[Arg::Uint(positioner)]);
    wire.request(positioner, 1, &[Arg::Int(10), Arg::Int(10)]);
    wire.request(positioner, 2, &[Arg::Int(0), Arg::Int(0), Arg::Int(1), Arg::Int(1)]);
    wire.request(xdg, 2, &[Arg::Uint(popup), Arg::Uint(xdg), Arg::Uint(positioner)]);
    wire.request(surface, 6, &[]);
    verdict(wire)
}

fn keymap_that_lies(path: &Path) -> Result<Option<End>> {
    let mut wire = Wire::connect(path)?;
    let (seat, manager) = (wire.bind("wl_seat")?, wire.bind("zwp_virtual_keyboard_manager_v1")?);
    let (keyboard, memory) = (wire.new_id(), memory(0)?);
    wire.request(manager, 0, &[Arg::Uint(seat), Arg::Uint(keyboard)]);
    wire.flush(&[])?;
    // Format 1 is xkb's text.
    wire.request(keyboard, 0, &[Arg::Uint(1), Arg::Uint(4096)]);
    wire.flush(&[memory.as_fd()])?;
    // A key makes the desktop need the keymap.
    for pressed in [1, 0] {
        wire.request(keyboard, 1, &[Arg::Uint(0), Arg::Uint(30), Arg::Uint(pressed)]);
    }
    verdict(wire)
}

fn nested(path: &Path, count: usize) -> Result<Option<End>> {
    let mut wire = Wire::connect(path)?;
    let (compositor, subcompositor) = (wire.bind("wl_compositor")?, wire.bind("wl_subcompositor")?);
    let surfaces: Vec<u32> = (0..count).map(|_| wire.new_id()).collect();
    for surface in &surfaces {
        wire.request(compositor, 0, &[Arg::Uint(*surface)]);
    }
    for pair in surfaces.windows(2).rev() {
        let [parent, child] = pair else { continue };
        let subsurface = wire.new_id();
        wire.request(subcompositor, 1, &[Arg::Uint(subsurface), Arg::Uint(*child), Arg::Uint(*parent)]);
        if wire.pending() > 32 << 10 {
            wire.flush(&[])?;
        }
    }
    if let Some(root) = surfaces.first() {
        wire.request(*root, 6, &[]);
    }
    verdict(wire)
}

fn descriptors(path: &Path) -> Result<Option<End>> {
    let mut wire = Wire::connect(path)?;
    let memory = memory(4096)?;
    let fds = [memory.as_fd(); MAX_FDS];
    // The head of a request of 4,000 bytes that never ends.
    wire.raw(&1_u32.to_ne_bytes());
    wire.raw(&(4_000_u32 << 16).to_ne_bytes());
    wire.flush(&[])?;
    for _ in 0..1_000 {
        wire.raw(&[0]);
        wire.flush(&fds)?;
        if wire.end.is_some() {
            break;
        }
    }
    verdict(wire)
}

fn damage(path: &Path) -> Result<Option<End>> {
    let mut wire = Wire::connect(path)?;
    let compositor = wire.bind("wl_compositor")?;
    let surface = wire.new_id();
    wire.request(compositor, 0, &[Arg::Uint(surface)]);
    wire.flush(&[])?;
    let start = Instant::now();
    let mut number = 0;
    while start.elapsed() < Duration::from_secs(3) && wire.end.is_none() {
        while wire.pending() < 64 << 10 {
            number = (number + 1) % 10_000;
            wire.request(surface, 2, &[Arg::Int(number), Arg::Int(number), Arg::Int(1), Arg::Int(1)]);
        }
        wire.flush(&[])?;
    }
    if wire.end.is_none() {
        wire.sync()?;
    }
    Ok(wire.end)
}
