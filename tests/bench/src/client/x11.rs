//! The little of X that the comparison needs: connect, round trip, a static window, a picture of the screen.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::peer::{HEIGHT, WIDTH};

pub(crate) struct XClient {
    stream: UnixStream,
    root: u32,
    next_id: u32,
}

impl XClient {
    pub(crate) fn connect(socket: &Path) -> Result<Self> {
        let mut stream = UnixStream::connect(socket).with_context(|| format!("{} does not accept a client", socket.display()))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        // Little endian, protocol 11.0, no authorisation.
        stream.write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        let mut head = [0; 8];
        stream.read_exact(&mut head).context("X does not answer")?;
        let mut setup = vec![0; usize::from(u16_at(&head, 6)?) * 4];
        stream.read_exact(&mut setup)?;
        if head.first() != Some(&1) {
            bail!("X refuses the connection: {}", String::from_utf8_lossy(&setup));
        }
        let vendor = usize::from(u16_at(&setup, 16)?).next_multiple_of(4);
        let formats = usize::from(*setup.get(21).context("X's greeting is too short")?) * 8;
        Ok(Self { stream, root: u32_at(&setup, 32 + vendor + formats)?, next_id: u32_at(&setup, 4)? })
    }

    /// A round trip: the focus is asked for, whatever it is.
    pub(crate) fn sync(&mut self) -> Result<()> {
        self.request(43, 0, &[])?;
        self.reply().map(|_| ())
    }

    /// Opens a plain window that never changes by itself; the answer is its id.
    pub(crate) fn open_window(&mut self, width: u16, height: u16) -> Result<u32> {
        let window = self.next_id;
        self.next_id += 1;
        let size = u32::from(width) | u32::from(height) << 16;
        // Position 0,0; no border; input-output; visual, and depth, of the parent; a background pixel.
        self.request(1, 0, &[window, self.root, 0, size, 1 << 16, 0, 2, 0x0033_6699])?;
        self.request(8, 0, &[window])?;
        self.sync()?;
        Ok(window)
    }

    /// Repaints a patch of the window in another colour.
    pub(crate) fn change(&mut self, window: u32, colour: u32) -> Result<()> {
        self.request(2, 0, &[window, 2, colour])?;
        self.request(61, 0, &[window, 32 | 32 << 16, 64 | 64 << 16])
    }

    /// Reads the whole screen; answers with the number of bytes.
    pub(crate) fn capture(&mut self) -> Result<usize> {
        self.request(73, 2, &[self.root, 0, WIDTH | HEIGHT << 16, u32::MAX])?;
        let bytes = self.reply()?;
        if bytes < (WIDTH * HEIGHT * 4) as usize {
            bail!("X answered with a picture of {bytes} bytes");
        }
        Ok(bytes)
    }

    fn request(&mut self, opcode: u8, detail: u8, words: &[u32]) -> Result<()> {
        let length = u16::try_from(words.len() + 1)?.to_le_bytes();
        let mut message = vec![opcode, detail];
        message.extend(length);
        message.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        self.stream.write_all(&message).context("X no longer reads")
    }

    /// Skips events, and answers with the size of what follows the next reply's head.
    fn reply(&mut self) -> Result<usize> {
        loop {
            let mut head = [0; 32];
            self.stream.read_exact(&mut head).context("X does not answer")?;
            match head.first() {
                Some(0) => bail!("X answers with error {}", head.get(1).copied().unwrap_or_default()),
                Some(1) => {
                    let rest = u64::from(u32_at(&head, 4)?) * 4;
                    let read = std::io::copy(&mut (&self.stream).take(rest), &mut std::io::sink())?;
                    return Ok(usize::try_from(read)?);
                }
                _ => {}
            }
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16> {
    let bytes = bytes.get(at..at + 2).context("X's answer is too short")?;
    Ok(u16::from_le_bytes(bytes.try_into()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32> {
    let bytes = bytes.get(at..at + 4).context("X's answer is too short")?;
    Ok(u32::from_le_bytes(bytes.try_into()?))
}
