//! PNG files, written on a thread of their own while the display goes on answering.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::fd::OwnedFd;
use std::sync::mpsc::{Sender, channel};

use glasshouse_link::{CaptureId, Frame};
use glasshouse_scene::PhysicalSize;
use rustix::fs::{MemfdFlags, SealFlags};

use crate::interop::SharedMemory;

/// A picture on its way to the encoder and back.
#[derive(Debug)]
pub struct Job {
    pub(crate) id: CaptureId,
    pub(crate) frame: Frame,
    pub(crate) picture: SharedMemory,
    pub(crate) serial: u64,
    /// Keep the transparency of a scene without a background.
    pub(crate) alpha: bool,
}

/// What comes back.
#[derive(Debug)]
pub struct Encoded {
    pub(crate) job: Job,
    /// A sealed memfd and its length.
    pub(crate) file: Result<(OwnedFd, u64), String>,
}

/// Called on the encoder's thread with every finished job.
pub type Done = Box<dyn Fn(Encoded) + Send>;

/// The thread is started by the first job.
pub struct Encoder {
    done: Option<Done>,
    jobs: Option<Sender<Job>>,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Encoder").field("running", &self.jobs.is_some()).finish_non_exhaustive()
    }
}

impl Encoder {
    pub fn new(done: Done) -> Self {
        Self { done: Some(done), jobs: None }
    }

    /// # Errors
    ///
    /// The job comes back if there can be no thread.
    pub(crate) fn start(&mut self, job: Job) -> Result<(), Box<Job>> {
        if let Some(done) = self.done.take() {
            let (sender, receiver) = channel::<Job>();
            let work = move || {
                while let Ok(job) = receiver.recv() {
                    let file = encode_job(&job).map_err(|error| error.to_string());
                    done(Encoded { job, file });
                }
            };
            if std::thread::Builder::new().name("png".to_owned()).spawn(work).is_ok() {
                self.jobs = Some(sender);
            }
        }
        match &self.jobs {
            Some(jobs) => jobs.send(job).map_err(|error| Box::new(error.0)),
            None => Err(Box::new(job)),
        }
    }
}

fn encode_job(job: &Job) -> std::io::Result<(OwnedFd, u64)> {
    let memfd = rustix::fs::memfd_create("glasshouse-png", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    let mut file = BufWriter::with_capacity(1 << 16, File::from(memfd));
    encode(job.picture.pixels(), job.frame.size, job.alpha, &mut file)?;
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    let bytes = file.metadata()?.len();
    rustix::fs::fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL)?;
    Ok((file.into(), bytes))
}

/// Writes a PNG of premultiplied pixels, row by row, so that no second picture is needed in memory.
fn encode(pixels: &[u32], size: PhysicalSize, alpha: bool, to: impl Write) -> std::io::Result<()> {
    let (width, height) = (size.width.max(1) as usize, size.height.max(1) as usize);
    let mut encoder = png::Encoder::new(to, width as u32, height as u32);
    encoder.set_color(if alpha { png::ColorType::Rgba } else { png::ColorType::Rgb });
    encoder.set_compression(png::Compression::Fastest);
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer_with_size(1 << 16)?;
    let mut row = vec![0; width * if alpha { 4 } else { 3 }];
    for line in pixels.chunks_exact(width).take(height) {
        if alpha {
            for (to, pixel) in row.chunks_exact_mut(4).zip(line) {
                to.copy_from_slice(&straight(*pixel));
            }
        } else {
            pack(line, &mut row);
        }
        stream.write_all(&row)?;
    }
    stream.finish()?;
    Ok(())
}

/// Red, green and blue of every pixel, four pixels at a time: three words instead of twelve bytes.
fn pack(line: &[u32], row: &mut [u8]) {
    let (fours, rest) = line.as_chunks::<4>();
    let (twelves, last) = row.as_chunks_mut::<12>();
    for (to, four) in twelves.iter_mut().zip(fours) {
        let [a, b, c, d] = four.map(|pixel| pixel.swap_bytes() >> 8);
        let words = u128::from(a | b << 24) | u128::from(b >> 8 | c << 16) << 32 | u128::from(c >> 16 | d << 8) << 64;
        for (to, from) in to.iter_mut().zip(words.to_le_bytes()) {
            *to = from;
        }
    }
    for (to, pixel) in last.chunks_exact_mut(3).zip(rest) {
        let [_, red, green, blue] = pixel.to_be_bytes();
        to.copy_from_slice(&[red, green, blue]);
    }
}

/// RGBA without premultiplication, as PNG has it.
fn straight(pixel: u32) -> [u8; 4] {
    let [alpha, colors @ ..] = pixel.to_be_bytes();
    let [red, green, blue] = colors.map(|value| match alpha {
        0 => 0,
        alpha => ((u32::from(value) * 255 + u32::from(alpha) / 2) / u32::from(alpha)).min(255) as u8,
    });
    [red, green, blue, alpha]
}

/// The frame of a PNG file.
pub(crate) fn png_frame(frame: Frame, bytes: u64) -> Frame {
    Frame { stride: 0, bytes, ..frame }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_png_has_the_colours_of_the_picture() {
        let pixels = [0xff11_2233u32, 0x8040_2000, 0, 0xffff_ffff];
        for (alpha, expected) in [
            (false, vec![0x11, 0x22, 0x33, 0x40, 0x20, 0, 0, 0, 0, 0xff, 0xff, 0xff]),
            (true, vec![0x11, 0x22, 0x33, 0xff, 0x80, 0x40, 0, 0x80, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
        ] {
            let mut file = Vec::new();
            encode(&pixels, PhysicalSize::new(2, 2), alpha, &mut file).unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
            let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut bytes).unwrap();
            assert_eq!(bytes, expected);
        }
    }
}
