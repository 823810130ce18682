//! `wl_shm` 2, without ever mapping client memory: descriptors are checked, counted and passed on to the display.

use std::{
    os::fd::OwnedFd,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use glasshouse_scene::{BufferId, PoolId, ShmFormat, geometry::MAX_EXTENT};
use smithay::reexports::wayland_server::{
    Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, WEnum,
    backend::ClientId,
    protocol::{
        wl_buffer::{self, WlBuffer},
        wl_shm::{self, WlShm},
        wl_shm_pool::{self, WlShmPool},
    },
};

use super::{
    client::quota_of,
    quota::{Counted, Share, Weight},
};
use crate::{State, telemetry::count_request};

/// Client memory. Shared by the pool object and its buffers; the last of them retires it.
#[derive(Debug)]
pub struct Pool {
    pub id: PoolId,
    pub fd: Arc<OwnedFd>,
    /// As the client says, and at most what the file had when it said so.
    bytes: AtomicU64,
    /// Whether the display has been told of it: pools without a shown buffer never cross the link.
    pub announced: AtomicBool,
    share: Option<Share>,
    /// Shared with icons, which keep the descriptor open for longer.
    pub weight: Option<Arc<Weight>>,
}

impl Pool {
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Counts its bytes for its client.
    fn weigh(&self) {
        if let Some(weight) = &self.weight {
            weight.set(self.bytes());
        }
    }

    /// Whether the file still holds `end` bytes. A client may shrink a file that it has not sealed.
    pub fn holds(&self, end: u64) -> bool {
        file_size(&self.fd).is_some_and(|size| size >= end)
    }
}

fn file_size(fd: &OwnedFd) -> Option<u64> {
    u64::try_from(rustix::fs::fstat(fd).ok()?.st_size).ok()
}

/// A buffer in a pool, with everything checked that can be checked without looking at the pixels.
#[derive(Debug)]
pub struct ShmBuffer {
    pub id: BufferId,
    pub pool: Arc<Pool>,
    pub offset: u32,
    pub width: i32,
    pub height: i32,
    pub stride: u32,
    pub format: ShmFormat,
    share: Option<Share>,
}

impl ShmBuffer {
    /// The first byte after its last pixel, from the start of the pool.
    pub fn end(&self) -> u64 {
        u64::from(self.offset) + u64::from(self.stride) * u64::from(self.height.unsigned_abs())
    }
}

impl GlobalDispatch<WlShm, ()> for State {
    fn bind(_: &mut State, _: &DisplayHandle, _: &Client, resource: New<WlShm>, (): &(), init: &mut DataInit<'_, State>) {
        let shm = init.init(resource, ());
        for format in ShmFormat::ALL {
            if let Ok(format) = wl_shm::Format::try_from(format.to_wire()) {
                shm.format(format);
            }
        }
    }
}

impl Dispatch<WlShm, ()> for State {
    fn request(
        state: &mut State,
        client: &Client,
        shm: &WlShm,
        request: wl_shm::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        count_request(client);
        let wl_shm::Request::CreatePool { id, fd, size } = request else { return }; // `release` is a destructor.
        let pool = Arc::new(Pool {
            id: PoolId(state.next_id()),
            fd: Arc::new(fd),
            bytes: AtomicU64::new(u64::try_from(size).unwrap_or_default()),
            announced: AtomicBool::new(false),
            share: quota_of(client).map(|quota| quota.take(Counted::Pool)),
            weight: quota_of(client).map(|quota| Arc::new(quota.weigh())),
        });
        pool.weigh();
        // What a refused pool holds is freed with the client.
        let resource = init.init(id, pool.clone());
        if let Some(share) = &pool.share {
            share.check(&resource);
        }
        if size <= 0 {
            shm.post_error(wl_shm::Error::InvalidStride, format!("a pool cannot have {size} bytes"));
        } else if file_size(&pool.fd).is_none_or(|bytes| bytes < pool.bytes()) {
            shm.post_error(wl_shm::Error::InvalidFd, format!("the file is smaller than {size} bytes"));
        }
    }
}

impl Dispatch<WlShmPool, Arc<Pool>> for State {
    fn request(
        state: &mut State,
        client: &Client,
        resource: &WlShmPool,
        request: wl_shm_pool::Request,
        pool: &Arc<Pool>,
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        count_request(client);
        match request {
            wl_shm_pool::Request::CreateBuffer { id, offset, width, height, stride, format } => {
                let checked = check_buffer(pool, offset, width, height, stride, format);
                let (error, format) = match checked {
                    Ok(format) => (None, format),
                    Err((code, message)) => (Some((code, message)), ShmFormat::Argb8888),
                };
                let buffer = ShmBuffer {
                    id: BufferId(state.next_id()),
                    pool: pool.clone(),
                    offset: u32::try_from(offset).unwrap_or_default(),
                    width,
                    height,
                    stride: u32::try_from(stride).unwrap_or_default(),
                    format,
                    share: quota_of(client).map(|quota| quota.take(Counted::Buffer)),
                };
                let buffer = init.init(id, buffer);
                if let Some(share) = buffer.data::<ShmBuffer>().and_then(|buffer| buffer.share.as_ref()) {
                    share.check(&buffer);
                }
                if let Some((code, message)) = error {
                    resource.post_error(code, message);
                }
            }
            wl_shm_pool::Request::Resize { size } => {
                let bytes = u64::try_from(size).unwrap_or_default();
                if size <= 0 || bytes < pool.bytes() {
                    resource.post_error(wl_shm::Error::InvalidFd, "a pool can only grow");
                } else if file_size(&pool.fd).is_none_or(|actual| actual < bytes) {
                    resource.post_error(wl_shm::Error::InvalidFd, format!("the file is smaller than {size} bytes"));
                } else {
                    pool.bytes.store(bytes, Ordering::Relaxed);
                    pool.weigh();
                    state.display.link.resize_pool(pool.id, bytes);
                }
            }
            _ => {} // `destroy` is a destructor.
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &WlShmPool, pool: &Arc<Pool>) {
        retire_if_last(state, pool);
    }
}

/// The format, or the error that the client gets.
fn check_buffer(
    pool: &Pool,
    offset: i32,
    width: i32,
    height: i32,
    stride: i32,
    format: WEnum<wl_shm::Format>,
) -> Result<ShmFormat, (wl_shm::Error, String)> {
    let number = match format {
        WEnum::Value(format) => format.into(),
        WEnum::Unknown(number) => number,
    };
    let format = ShmFormat::from_wire(number)
        .ok_or_else(|| (wl_shm::Error::InvalidFormat, format!("the format {number:#010x} was not advertised")))?;
    let bad = |message: String| Err((wl_shm::Error::InvalidStride, message));
    if width <= 0 || height <= 0 || width > MAX_EXTENT || height > MAX_EXTENT {
        return bad(format!("a buffer cannot have {width} x {height} pixels"));
    }
    let row = i64::from(width) * i64::from(format.bytes_per_pixel());
    if offset < 0 || i64::from(stride) < row {
        return bad(format!("{width} pixels do not fit into a stride of {stride} bytes"));
    }
    let end = i64::from(offset) + i64::from(stride) * i64::from(height);
    if u64::try_from(end).is_ok_and(|end| end <= pool.bytes()) {
        Ok(format)
    } else {
        bad(format!("the buffer ends at byte {end} of a pool of {} bytes", pool.bytes()))
    }
}

impl Dispatch<WlBuffer, ShmBuffer> for State {
    fn request(
        state: &mut State,
        _: &Client,
        buffer: &WlBuffer,
        _: wl_buffer::Request, // Only `destroy`, a destructor.
        _: &ShmBuffer,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        state.clients.icons.buffer_destroyed(buffer);
    }

    fn destroyed(state: &mut State, _: ClientId, _: &WlBuffer, buffer: &ShmBuffer) {
        state.clients.buffers.remove(&buffer.id);
        retire_if_last(state, &buffer.pool);
    }
}

/// Tells the link once neither the pool object nor a buffer is left. What is shown of it stays until something else is.
fn retire_if_last(state: &mut State, pool: &Arc<Pool>) {
    // This reference and that of the user data which is being destroyed.
    if Arc::strong_count(pool) <= 1 && pool.announced.load(Ordering::Relaxed) {
        state.display.link.retire_pool(pool.id);
    }
}
