//! Pictures that people take with a key: PNG files, written on a thread of their own.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    thread,
    time::SystemTime,
};

use glasshouse_core::{OutputRef, Refusal, WindowRef};
use glasshouse_protocols::PixelFormat;
use tokio::sync::oneshot;

use crate::{
    State,
    bus::{BusError, Captured, Picture, PictureSize, PictureSource},
};

/// How many names are tried for a picture if others were taken in the same second.
const NAMES: u32 = 100;

impl State {
    /// Takes a picture and writes it: to `file`, or to a new one in the folder of screenshots.
    ///
    /// # Errors
    ///
    /// What is asked for is not there. What goes wrong later is said in the log.
    pub fn screenshot(&mut self, file: Option<String>, window: Option<WindowRef>, output: Option<OutputRef>) -> Result<(), Refusal> {
        let source = match window {
            Some(window) => {
                let window = self.desktop.resolve_window(&window)?;
                self.desktop.may_capture(window)?;
                PictureSource::Window { window, region: None }
            }
            None => {
                let output = self.desktop.resolve_screen(&output.unwrap_or(OutputRef::Focused))?;
                let name = self.desktop.screen(output).map(|output| output.mode.name);
                PictureSource::Output { name, region: None }
            }
        };
        let place = match file {
            Some(file) => Place::File(PathBuf::from(file)),
            None => Place::Folder(self.screenshot_folder().ok_or_else(|| {
                Refusal::Edge("there is no home directory to write pictures to; name a file, or set capture.directory".to_owned())
            })?),
        };
        let picture = Picture { source, size: PictureSize::Natural, cursor: false, format: PixelFormat::Png };
        let (reply, answer) = oneshot::channel();
        self.take_picture(&picture, reply);
        let written = thread::Builder::new().name("screenshot".to_owned()).spawn(move || match write(answer, &place) {
            Ok(path) => tracing::info!(path = %path.display(), "a picture was taken"),
            Err(error) => tracing::error!(%error, "a picture could not be taken"),
        });
        written.map(drop).map_err(|error| Refusal::Edge(format!("the picture cannot be written: {error}")))
    }

    /// As configured, or `Screenshots` in the directory of pictures (`xdg-user-dirs`), or in `~/Pictures`.
    fn screenshot_folder(&self) -> Option<PathBuf> {
        let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
        let configured = self.configuration.current().and_then(|resolved| resolved.config.capture.directory.clone());
        if let Some(directory) = configured {
            return Some(directory.path(&home.unwrap_or_default()));
        }
        let pictures = std::env::var_os("XDG_PICTURES_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
        Some(pictures.or_else(|| Some(home?.join("Pictures")))?.join("Screenshots"))
    }
}

/// Where a picture goes.
#[derive(Debug)]
enum Place {
    File(PathBuf),
    Folder(PathBuf),
}

/// Waits for the picture and writes it.
fn write(answer: oneshot::Receiver<Result<Captured, BusError>>, place: &Place) -> Result<PathBuf, BusError> {
    let captured = answer.blocking_recv().map_err(|_| BusError::Ending("the desktop is ending".to_owned()))??;
    let failed = |path: &Path, error: &io::Error| BusError::Refused(format!("{} cannot be written: {error}", path.display()));
    let mut from = File::from(captured.fd);
    let mut bytes = Vec::new();
    from.seek(SeekFrom::Start(0)).and_then(|_| from.read_to_end(&mut bytes)).map_err(|error| BusError::Internal(error.to_string()))?;
    match place {
        Place::File(path) => {
            fs::write(path, &bytes).map_err(|error| failed(path, &error))?;
            Ok(path.clone())
        }
        Place::Folder(folder) => {
            let (path, mut file) = new_file(folder).map_err(|error| failed(folder, &error))?;
            io::Write::write_all(&mut file, &bytes).map_err(|error| failed(&path, &error))?;
            Ok(path)
        }
    }
}

/// A file that was not there before, named after the time.
fn new_file(folder: &Path) -> io::Result<(PathBuf, File)> {
    fs::create_dir_all(folder)?;
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    for number in 0..NAMES {
        let suffix = if number == 0 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("glasshouse-{seconds}{suffix}.png"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|file| (path, file)),
        }
    }
    Err(io::Error::other("there are too many pictures of this second"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pictures_of_one_second_are_two_files() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("Screenshots");
        let paths: Vec<_> = (0..3).map(|_| new_file(&folder).unwrap().0).collect();
        assert!(paths.iter().all(|path| path.exists()));
        assert_eq!(paths.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
    }
}
