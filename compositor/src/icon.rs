//! The pixels of a window's icon, for whoever asks. They are read with `pread`, never mapped, and not on the main thread: the file may be one
//! that nobody answers for.

use std::{
    fs::File,
    io,
    os::{fd::OwnedFd, unix::fs::FileExt as _},
    sync::Arc,
    thread,
    time::Duration,
};

use tokio::sync::{Semaphore, oneshot};

use crate::bus::BusError;

/// Larger ones are no icons.
const MAX_EDGE: u32 = 1_024;
/// Who reads at the same time; others wait for their turn.
const READERS: usize = 4;
/// How long to wait for a turn, and how long for the pixels.
const PATIENCE: Duration = Duration::from_secs(2);

static READING: Semaphore = Semaphore::const_new(READERS);

/// A square of `wl_shm`'s ARGB8888 or XRGB8888 in a client's file.
#[derive(Debug, Clone)]
pub struct IconPixels {
    /// In pixels.
    pub edge: u32,
    fd: Arc<OwnedFd>,
    offset: u64,
    /// Bytes from row to row.
    stride: u32,
    /// The alpha channel means nothing.
    opaque: bool,
}

impl IconPixels {
    /// `None`: it is too large for an icon.
    pub fn new(fd: Arc<OwnedFd>, edge: u32, offset: u64, stride: u32, opaque: bool) -> Option<Self> {
        (1..=MAX_EDGE).contains(&edge).then_some(Self { edge, fd, offset, stride, opaque })
    }

    /// Reads them, on a thread of its own: premultiplied ARGB, four bytes a pixel (blue, green, red, alpha), row after row without gaps.
    ///
    /// # Errors
    ///
    /// The file is shorter than its client said, or is no memory, or there is no turn in time.
    pub async fn read(self) -> Result<Vec<u8>, BusError> {
        if !self.is_memory() {
            return Err(refused("its client keeps its icon in a file that is no memory, which nobody waits for"));
        }
        let Ok(Ok(permit)) = tokio::time::timeout(PATIENCE, READING.acquire()).await else {
            return Err(refused("other icons are being read and do not come; try again later"));
        };
        let (sender, answer) = oneshot::channel();
        let reader = thread::Builder::new().name("icon".to_owned()).spawn(move || {
            // Whoever asked may have gone away.
            drop(sender.send(self.read_now()));
            drop(permit);
        });
        reader.map_err(|error| refused(&format!("its pixels cannot be read: {error}")))?;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(Ok(pixels))) => Ok(pixels),
            Ok(Ok(Err(error))) => Err(refused(&format!("its client has taken the icon's memory away: {error}"))),
            Ok(Err(_)) | Err(_) => Err(refused("the memory of its icon does not answer")),
        }
    }

    /// Only memfds and files of tmpfs have seals. Others may be of a file system that never answers, and keep a thread for ever; the
    /// kernel knows which it is without asking any.
    fn is_memory(&self) -> bool {
        rustix::fs::fcntl_get_seals(&self.fd).is_ok()
    }

    fn read_now(&self) -> io::Result<Vec<u8>> {
        let file = File::from(self.fd.try_clone()?);
        let row = self.edge as usize * 4;
        let mut pixels = vec![0; row * self.edge as usize];
        for (line, into) in (0_u64..).zip(pixels.chunks_exact_mut(row)) {
            file.read_exact_at(into, self.offset + line * u64::from(self.stride))?;
        }
        if self.opaque {
            pixels.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 0xff);
        }
        Ok(pixels)
    }
}

fn refused(sentence: &str) -> BusError {
    BusError::Refused(sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn icon(bytes: &[u8], edge: u32, offset: u64, stride: u32, opaque: bool) -> Option<IconPixels> {
        let mut file = File::from(rustix::fs::memfd_create("icon", rustix::fs::MemfdFlags::CLOEXEC).unwrap());
        file.write_all(bytes).unwrap();
        IconPixels::new(Arc::new(file.into()), edge, offset, stride, opaque)
    }

    #[tokio::test]
    async fn rows_are_read_without_their_gaps_and_opaque_ones_are_opaque() {
        let bytes: Vec<u8> = (0..40).collect();
        let rows = icon(&bytes, 2, 4, 12, false).unwrap().read().await.unwrap();
        assert_eq!(rows, [4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23]);
        let opaque = icon(&bytes, 1, 0, 4, true).unwrap().read().await.unwrap();
        assert_eq!(opaque, [0, 1, 2, 0xff]);
    }

    #[tokio::test]
    async fn many_can_look_at_once_and_nobody_is_sent_away() {
        let bytes = vec![0x55; 256 * 256 * 4];
        let readers = (0..64).map(|_| tokio::spawn(icon(&bytes, 256, 0, 1_024, false).unwrap().read()));
        for reader in readers.collect::<Vec<_>>() {
            assert_eq!(reader.await.unwrap().unwrap(), bytes);
        }
    }

    #[tokio::test]
    async fn files_that_may_not_answer_are_not_read() {
        let (pipe, _other_end) = rustix::pipe::pipe().unwrap();
        let icon = IconPixels::new(Arc::new(pipe), 1, 0, 4, false).unwrap();
        assert!(matches!(icon.read().await, Err(BusError::Refused(why)) if why.contains("no memory")));
    }

    #[tokio::test]
    async fn a_file_that_was_cut_is_refused_and_one_that_is_too_large_is_no_icon() {
        let short = icon(&[0; 15], 2, 0, 8, false).unwrap().read().await;
        assert!(matches!(short, Err(BusError::Refused(why)) if why.contains("taken")));
        assert!(icon(&[], MAX_EDGE + 1, 0, 8, false).is_none());
        assert!(icon(&[], 0, 0, 8, false).is_none());
    }
}
