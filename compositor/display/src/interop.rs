//! The only unsafe code of this crate, apart from what crates contain: our own shared memory, descriptors by
//! number, and processor instructions.

#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
pub(crate) mod sse2;

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::ptr::NonNull;

use rustix::fs::{MemfdFlags, Mode, OFlags, SealFlags};
use rustix::mm::{MapFlags, ProtFlags};

/// Memory of this process that others may read but never write: a mapped memfd, sealed against every other writer.
///
/// Readers get their own open file descriptions, so that the kernel knows how long they look: see [`Self::has_readers`].
#[derive(Debug)]
pub(crate) struct SharedMemory {
    fd: OwnedFd,
    start: NonNull<u32>,
    /// In bytes, a multiple of four.
    bytes: usize,
    /// Opened anew for writing, without which the kernel cannot count readers.
    counts_readers: bool,
}

// SAFETY: the mapping belongs to this value alone, as a `Box<[u32]>` would.
unsafe impl Send for SharedMemory {}

impl SharedMemory {
    /// Zeroed memory of at least `bytes`, rounded up to a whole pixel.
    pub(crate) fn new(bytes: usize) -> io::Result<Self> {
        let bytes = bytes.max(1).next_multiple_of(4);
        let created = rustix::fs::memfd_create("glasshouse-picture", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        rustix::fs::ftruncate(&created, bytes as u64)?;
        let reopened = reopen(created.as_fd(), OFlags::RDWR);
        let counts_readers = reopened.is_ok();
        let fd = reopened.unwrap_or(created);
        // SAFETY: a new mapping at an address of the kernel's choice touches no memory that Rust knows.
        let start = unsafe {
            rustix::mm::mmap(
                std::ptr::null_mut(),
                bytes,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::SHARED | MapFlags::POPULATE,
                &fd,
                0,
            )?
        };
        let start = NonNull::new(start.cast::<u32>()).ok_or(io::ErrorKind::OutOfMemory)?;
        let memory = Self { fd, start, bytes, counts_readers };
        // The mapping that exists stays writable; nobody gets another. The size is fixed, so nobody can raise SIGBUS here or there.
        rustix::fs::fcntl_add_seals(&memory.fd, SealFlags::SHRINK | SealFlags::GROW | SealFlags::FUTURE_WRITE | SealFlags::SEAL)?;
        Ok(memory)
    }

    pub(crate) fn pixels(&self) -> &[u32] {
        // SAFETY: `start` is a live mapping of `bytes` bytes, aligned to a page. Nobody else can write (the seal); this process
        // writes only through `pixels_mut`, which borrows the value exclusively. Every bit pattern is a `u32`.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.bytes / 4) }
    }

    pub(crate) fn pixels_mut(&mut self) -> &mut [u32] {
        // SAFETY: as above, and `&mut self` makes it the only slice of this process. Other processes may read meanwhile and then see
        // a mix, which `has_readers` avoids; for this process it has no consequence.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.bytes / 4) }
    }

    /// A descriptor for reading only.
    pub(crate) fn reader(&self) -> io::Result<OwnedFd> {
        if self.counts_readers {
            return Ok(reopen(self.fd.as_fd(), OFlags::RDONLY)?);
        }
        self.fd.try_clone()
    }

    /// Whether any process still holds or maps what [`Self::reader`] gave out. Says yes when it cannot know.
    ///
    /// The kernel grants a write lease only on a file that nobody else has open, and a mapping keeps its file open. So asking for
    /// one and giving it back at once answers the question for every holder on the machine, the dead ones included.
    pub(crate) fn has_readers(&self) -> bool {
        if !self.counts_readers {
            return true;
        }
        // SAFETY: these commands of `fcntl` take an integer and touch no memory.
        let fcntl = |command: libc::c_int, argument: libc::c_int| unsafe { libc::fcntl(self.fd.as_raw_fd(), command, argument) };
        // A broken lease would raise SIGIO, which kills; SIGURG is ignored by default. Nobody can break it, having no descriptor.
        if fcntl(F_SETSIG, libc::SIGURG) < 0 || fcntl(libc::F_SETLEASE, libc::F_WRLCK) < 0 {
            return true;
        }
        fcntl(libc::F_SETLEASE, libc::F_UNLCK);
        false
    }
}

/// Not in the `libc` crate for every target; the number is the same on all of Linux.
const F_SETSIG: libc::c_int = 10;

impl Drop for SharedMemory {
    fn drop(&mut self) {
        // SAFETY: the mapping was made in `new` with this length, and no slice of it outlives `self`.
        let _ = unsafe { rustix::mm::munmap(self.start.as_ptr().cast(), self.bytes) };
    }
}

fn reopen(fd: BorrowedFd<'_>, access: OFlags) -> rustix::io::Result<OwnedFd> {
    rustix::fs::open(format!("/proc/self/fd/{}", fd.as_raw_fd()), access | OFlags::CLOEXEC, Mode::empty())
}

/// Takes over a descriptor that this process inherited. `None` if there is none of that number.
///
/// Call it once, at the start of `main`.
pub fn inherited_fd(number: RawFd) -> Option<OwnedFd> {
    if number < 0 {
        return None;
    }
    // SAFETY: borrowed for one system call, which fails if the descriptor is not open.
    let open = rustix::io::fcntl_setfd(unsafe { BorrowedFd::borrow_raw(number) }, rustix::io::FdFlags::CLOEXEC).is_ok();
    // SAFETY: it is open, and at the start of `main` nothing else owns it: it was named on the command line for this purpose.
    open.then(|| unsafe { OwnedFd::from_raw_fd(number) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_counted_until_the_last_one_is_gone() {
        let mut memory = SharedMemory::new(4096 * 3).unwrap();
        memory.pixels_mut().fill(7);
        assert!(!memory.has_readers());
        let reader = memory.reader().unwrap();
        assert!(memory.has_readers());
        let second = reader.try_clone().unwrap();
        drop(reader);
        assert!(memory.has_readers());
        let mut bytes = [0; 4];
        rustix::io::pread(&second, &mut bytes, 4096).unwrap();
        assert_eq!(bytes, [7, 0, 0, 0]);
        drop(second);
        assert!(!memory.has_readers());
    }

    #[test]
    fn readers_cannot_write_shrink_or_grow() {
        let memory = SharedMemory::new(4096).unwrap();
        let reader = memory.reader().unwrap();
        assert!(rustix::io::pwrite(&reader, &[1], 0).is_err());
        assert!(rustix::fs::ftruncate(&reader, 0).is_err());
        let writer = reopen(reader.as_fd(), OFlags::RDWR).unwrap();
        assert!(rustix::io::pwrite(&writer, &[1], 0).is_err());
        assert!(rustix::fs::ftruncate(&writer, 8192).is_err());
    }
}
