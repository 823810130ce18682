//! Client memory, read by `pread` only.
//!
//! A client may shrink, punch or fill its memory at any time. `pread` answers with fewer bytes then, where a mapping would raise
//! SIGBUS; so nothing of a client is ever mapped, and no signal handler is needed.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use glasshouse_link::display::Pool;
use glasshouse_scene::{PoolId, SurfaceId};
use rustix::io::Errno;

use crate::plan::Image;

/// The memory behind an image is not what the desktop said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the memory of surface {0:?} cannot be read")]
pub struct Unreadable(pub SurfaceId);

/// A page that outlives this process and names the surface that is being read.
///
/// If the display dies in the middle, the desktop finds there who may have killed it.
#[derive(Debug, Default)]
pub struct Breadcrumb(Option<OwnedFd>);

impl Breadcrumb {
    /// `None`: nobody wants to know.
    pub fn new(page: Option<OwnedFd>) -> Self {
        Self(page)
    }

    /// Zero stands for no surface. A failed write costs a trace and nothing else.
    fn set(&self, surface: u64) {
        if let Some(page) = &self.0 {
            let _ = rustix::io::pwrite(page, &surface.to_le_bytes(), 0);
        }
    }
}

/// Everything that a plan may read.
#[derive(Debug, Clone, Copy)]
pub struct Memory<'a> {
    pub pools: &'a BTreeMap<PoolId, Pool<OwnedFd>>,
    pub breadcrumb: &'a Breadcrumb,
    /// For tests: reading this surface kills the process.
    pub poison: Option<SurfaceId>,
}

impl<'a> Memory<'a> {
    /// Prepares to read an image: marks it in the breadcrumb page and asks the kernel how large the pool really is.
    pub fn open(&self, image: &Image) -> Result<Reader<'a>, Unreadable> {
        let surface = image.surface;
        if self.poison == Some(surface) {
            self.breadcrumb.set(surface.0);
            std::process::abort();
        }
        let pool = self.pools.get(&image.pool).ok_or(Unreadable(surface))?;
        if !readable(pool.fd.as_fd(), image.end()) {
            return Err(Unreadable(surface));
        }
        self.breadcrumb.set(surface.0);
        Ok(Reader { fd: pool.fd.as_fd(), breadcrumb: self.breadcrumb, surface })
    }
}

/// Whether the file behind `fd` has at least `end` bytes now.
pub fn readable(fd: BorrowedFd<'_>, end: u64) -> bool {
    rustix::fs::fstat(fd).is_ok_and(|stat| u64::try_from(stat.st_size).is_ok_and(|size| size >= end))
}

/// Reads one image. While it exists, the breadcrumb page names the surface.
#[derive(Debug)]
pub struct Reader<'a> {
    fd: BorrowedFd<'a>,
    breadcrumb: &'a Breadcrumb,
    surface: SurfaceId,
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.breadcrumb.set(0);
    }
}

impl Reader<'_> {
    /// Fills `bytes` from `offset` in the pool.
    pub fn read(&self, mut bytes: &mut [u8], mut offset: u64) -> Result<(), Unreadable> {
        while !bytes.is_empty() {
            match rustix::io::pread(self.fd, &mut *bytes, offset) {
                Ok(0) => return Err(Unreadable(self.surface)),
                Ok(count) => {
                    bytes = bytes.get_mut(count..).unwrap_or_default();
                    offset += count as u64;
                }
                Err(Errno::INTR) => {}
                Err(_) => return Err(Unreadable(self.surface)),
            }
        }
        Ok(())
    }

    /// Has the kernel copy `bytes` to `target` without passing them through this process, which halves the cost.
    ///
    /// Returns whether all of it was copied. It is not between some kinds of files, or when a file ends early; then nothing is known of
    /// what arrived, and reading and writing tells whose fault it is.
    pub fn copy_to(&self, target: &OwnedFd, mut from: u64, mut to: u64, bytes: u64) -> bool {
        let end = from + bytes;
        while from < end {
            let left = usize::try_from(end - from).unwrap_or(usize::MAX);
            match rustix::fs::copy_file_range(self.fd, Some(&mut from), target, Some(&mut to), left) {
                Ok(0) => return false,
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return false,
            }
        }
        true
    }

    /// Fills `rows` one after the other from consecutive bytes, with as few system calls as possible.
    pub fn read_rows<'r>(&self, rows: impl Iterator<Item = &'r mut [u8]>, mut offset: u64) -> Result<(), Unreadable> {
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            let mut batch: Vec<std::io::IoSliceMut<'_>> = rows.by_ref().take(MAX_ROWS).map(std::io::IoSliceMut::new).collect();
            let wanted: usize = batch.iter().map(|row| row.len()).sum();
            let count = rustix::io::preadv(self.fd, &mut batch, offset).unwrap_or(0);
            if count < wanted {
                self.read_rest(&mut batch, count, offset)?;
            }
            offset += wanted as u64;
        }
        Ok(())
    }

    /// What a call cut short has left out.
    fn read_rest(&self, batch: &mut [std::io::IoSliceMut<'_>], mut done: usize, mut offset: u64) -> Result<(), Unreadable> {
        for row in batch {
            let skip = done.min(row.len());
            done -= skip;
            self.read(row.get_mut(skip..).unwrap_or_default(), offset + skip as u64)?;
            offset += row.len() as u64;
        }
        Ok(())
    }
}

/// Buffers in one `preadv`: the kernel's limit is 1024 (`UIO_MAXIOV`).
const MAX_ROWS: usize = 512;
