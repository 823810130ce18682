//! `xdg_toplevel_icon_manager_v1` 1: a window's own icon, by a name of the icon theme, by pixels, or both.
//!
//! Not smithay's: its buffers are those of its own `wl_shm`. Pixels are never looked at here: whoever asks for them gets a descriptor, and
//! reads on a thread of its own ([`crate::icon`]). A buffer of an icon that has been set outlives its pool, so each counts as a pool.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use glasshouse_core::{Event, WindowId, event::WindowChange};
use glasshouse_scene::ShmFormat;
use smithay::{
    reexports::{
        wayland_protocols::xdg::toplevel_icon::v1::server::{
            xdg_toplevel_icon_manager_v1::{self, XdgToplevelIconManagerV1},
            xdg_toplevel_icon_v1::{self, XdgToplevelIconV1},
        },
        wayland_server::{
            Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource,
            backend::{ClientId, ObjectId},
            protocol::{wl_buffer::WlBuffer, wl_surface::WlSurface},
        },
    },
    wayland::compositor::{Cacheable, with_states},
};

use super::{
    client::quota_of,
    quota::{Counted, MAX_ICON_BUFFERS, Share, Weight, over},
    shm::ShmBuffer,
};
use crate::{State, icon::IconPixels};

/// Edges that bars and docks ask for, in logical pixels.
const SIZES: [i32; 5] = [16, 24, 32, 48, 64];

/// What a client says of an icon.
#[derive(Debug, Default)]
pub struct Icon {
    name: Option<String>,
    buffers: Vec<IconBuffer>,
}

#[derive(Debug)]
struct IconBuffer {
    pixels: IconPixels,
    scale: i32,
    buffer: ObjectId,
    /// Its memory, which stays open.
    _share: Option<Share>,
    /// The bytes of that.
    _weight: Option<Arc<Weight>>,
}

/// Kept with every icon object: it can be changed until a window has it.
#[derive(Debug)]
pub enum Draft {
    Open(Icon),
    Set(Arc<Icon>),
}

impl Draft {
    fn icon(&self) -> &Icon {
        match self {
            Self::Open(icon) => icon,
            Self::Set(icon) => icon,
        }
    }
}

/// The double-buffered icon of a window.
#[derive(Debug, Clone, Default)]
struct Wanted(Option<Arc<Icon>>);

impl Cacheable for Wanted {
    fn commit(&mut self, _: &DisplayHandle) -> Self {
        self.clone()
    }

    fn merge_into(self, into: &mut Self, _: &DisplayHandle) {
        *into = self;
    }
}

/// Which icons a buffer must not be destroyed before.
#[derive(Debug, Default)]
pub struct Icons {
    users: HashMap<ObjectId, HashSet<XdgToplevelIconV1>>,
}

impl Icons {
    /// Its client destroys a buffer.
    pub fn buffer_destroyed(&mut self, buffer: &WlBuffer) {
        for icon in self.users.remove(&buffer.id()).unwrap_or_default() {
            icon.post_error(xdg_toplevel_icon_v1::Error::NoBuffer, "a buffer of the icon was destroyed before the icon");
        }
    }

    /// Pairs of an icon and one of its buffers.
    pub fn uses(&self) -> usize {
        self.users.values().map(HashSet::len).sum()
    }

    fn used(&mut self, buffer: ObjectId, icon: &XdgToplevelIconV1) {
        self.users.entry(buffer).or_default().insert(icon.clone());
    }

    /// The icon is gone, or has another buffer in the place of this one.
    fn no_longer_used(&mut self, buffer: &ObjectId, icon: &XdgToplevelIconV1) {
        if let Some(icons) = self.users.get_mut(buffer) {
            icons.remove(icon);
            if icons.is_empty() {
                self.users.remove(buffer);
            }
        }
    }
}

impl State {
    /// A window's surface was committed: tells the core what its icon is called, if that is another one now.
    pub fn icon_committed(&mut self, window: WindowId, surface: &WlSurface) {
        let name = icon_of(surface).and_then(|icon| icon.name.clone());
        if self.desktop.window(window).is_some_and(|info| info.icon.as_deref() != name.as_deref()) {
            self.observe(Event::WindowChanged { window, change: WindowChange::Icon(name) });
        }
    }

    /// The pixels of a window's icon whose edge is at least `size`, or else the largest; 0: the largest. `None`: it has none.
    pub fn icon_pixels(&self, window: WindowId, size: u32) -> Option<IconPixels> {
        let icon = icon_of(self.clients.windows.get(&window)?.wl_surface())?;
        let edge = |buffer: &&IconBuffer| (buffer.pixels.edge, buffer.scale);
        let large_enough = icon.buffers.iter().filter(|buffer| size > 0 && buffer.pixels.edge >= size).min_by_key(edge);
        large_enough.or_else(|| icon.buffers.iter().max_by_key(edge)).map(|buffer| buffer.pixels.clone())
    }
}

fn icon_of(surface: &WlSurface) -> Option<Arc<Icon>> {
    surface.is_alive().then(|| with_states(surface, |states| states.cached_state.get::<Wanted>().current().0.clone()))?
}

impl GlobalDispatch<XdgToplevelIconManagerV1, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        resource: New<XdgToplevelIconManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        let manager = init.init(resource, ());
        SIZES.into_iter().for_each(|size| manager.icon_size(size));
        manager.done();
    }
}

impl Dispatch<XdgToplevelIconManagerV1, ()> for State {
    fn request(
        state: &mut State,
        client: &Client,
        manager: &XdgToplevelIconManagerV1,
        request: xdg_toplevel_icon_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        match request {
            xdg_toplevel_icon_manager_v1::Request::CreateIcon { id } => {
                state.count_small(client, manager);
                init.init(id, Mutex::new(Draft::Open(Icon::default())));
            }
            xdg_toplevel_icon_manager_v1::Request::SetIcon { toplevel, icon } => {
                let icon =
                    icon.and_then(|icon| Some(set(&mut icon.data::<Mutex<Draft>>()?.lock().unwrap_or_else(PoisonError::into_inner))));
                // One that says nothing is none.
                let icon = icon.filter(|icon| icon.name.is_some() || !icon.buffers.is_empty());
                let known = state.clients.windows.values().find(|known| *known.xdg_toplevel() == toplevel);
                if let Some(surface) = known.map(|known| known.wl_surface()).filter(|surface| surface.is_alive()) {
                    with_states(surface, |states| states.cached_state.get::<Wanted>().pending().0 = icon);
                }
            }
            _ => {} // `destroy` is a destructor.
        }
    }
}

/// From now on the icon cannot be changed.
fn set(draft: &mut Draft) -> Arc<Icon> {
    let icon = match std::mem::replace(draft, Draft::Open(Icon::default())) {
        Draft::Open(icon) => Arc::new(icon),
        Draft::Set(icon) => icon,
    };
    *draft = Draft::Set(icon.clone());
    icon
}

impl Dispatch<XdgToplevelIconV1, Mutex<Draft>> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &XdgToplevelIconV1,
        request: xdg_toplevel_icon_v1::Request,
        draft: &Mutex<Draft>,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        use xdg_toplevel_icon_v1::{Error, Request};
        let mut draft = draft.lock().unwrap_or_else(PoisonError::into_inner);
        let icon = match (&mut *draft, &request) {
            (_, Request::Destroy) => return,
            (Draft::Set(_), _) => {
                resource.post_error(Error::Immutable, "a window has the icon already");
                return;
            }
            (Draft::Open(icon), _) => icon,
        };
        match request {
            Request::SetName { icon_name } => icon.name = Some(icon_name).filter(|name| !name.is_empty()),
            Request::AddBuffer { buffer, scale } => {
                let square = buffer.data::<ShmBuffer>().filter(|shm| shm.width == shm.height);
                let Some(shm) = square else {
                    resource.post_error(Error::InvalidBuffer, "the buffer of an icon is square, and of wl_shm");
                    return;
                };
                let Some(pixels) = pixels(shm) else {
                    tracing::debug!(edge = shm.width, format = ?shm.format, "a buffer of an icon that nobody can use");
                    return;
                };
                let same = |other: &mut IconBuffer| (other.pixels.edge, other.scale) == (pixels.edge, scale);
                let replaced: Vec<ObjectId> = icon.buffers.extract_if(.., same).map(|other| other.buffer).collect();
                // Of another scale it may be the icon's still.
                for buffer in replaced.iter().filter(|replaced| icon.buffers.iter().all(|other| other.buffer != **replaced)) {
                    state.clients.icons.no_longer_used(buffer, resource);
                }
                if icon.buffers.len() >= MAX_ICON_BUFFERS as usize {
                    over(resource, MAX_ICON_BUFFERS, "buffers of one icon");
                    return;
                }
                let share = quota_of(client).map(|quota| quota.take(Counted::Pool));
                if let Some(share) = &share {
                    share.check(resource);
                }
                icon.buffers.push(IconBuffer { pixels, scale, buffer: buffer.id(), _share: share, _weight: shm.pool.weight.clone() });
                state.clients.icons.used(buffer.id(), resource);
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut State, client: ClientId, icon: &XdgToplevelIconV1, draft: &Mutex<Draft>) {
        state.small_gone(&client);
        for buffer in &draft.lock().unwrap_or_else(PoisonError::into_inner).icon().buffers {
            state.clients.icons.no_longer_used(&buffer.buffer, icon);
        }
    }
}

/// `None`: of a format or a size that nobody wants of an icon. The protocol has no error for these.
fn pixels(shm: &ShmBuffer) -> Option<IconPixels> {
    let opaque = match shm.format {
        ShmFormat::Argb8888 => false,
        ShmFormat::Xrgb8888 => true,
        _ => return None,
    };
    IconPixels::new(shm.pool.fd.clone(), u32::try_from(shm.width).ok()?, shm.offset.into(), shm.stride, opaque)
}
