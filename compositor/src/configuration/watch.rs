//! Noticing that a file of the configuration has changed.

use std::{
    ffi::OsStr,
    mem::MaybeUninit,
    os::{fd::OwnedFd, unix::ffi::OsStrExt as _},
    path::{Path, PathBuf},
};

use calloop::{Interest, LoopHandle, Mode, PostAction, generic::Generic};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};

use super::{Answer, Order};
use crate::State;

/// The watched folders, by the kernel's number, and the names in them that matter.
#[derive(Debug, Default)]
struct Watched(Vec<(i32, PathBuf, PathBuf)>);

impl State {
    /// Reads the configuration again whenever one of its files is written, moved or removed. Editors replace files, so the folders are
    /// watched, and where they do not exist yet, those above.
    ///
    /// # Errors
    ///
    /// The system's; the configuration is then read on request only.
    pub fn watch_configuration(&mut self) -> std::io::Result<()> {
        let files = self.configuration.files().to_vec();
        if files.is_empty() {
            return Ok(());
        }
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let mut watched = watch_all(&inotify, &files);
        let handle: LoopHandle<'static, State> = self.handle.clone();
        let source = Generic::new(inotify, Interest::READ, Mode::Level);
        let happened = move |_: calloop::Readiness, inotify: &mut calloop::generic::NoIoDrop<OwnedFd>, state: &mut State| {
            if concerns(inotify, &watched) {
                state.configure(Order::Reload, None, Answer::Log("the configuration was not read again".to_owned()));
                // A folder may have come or gone.
                watched = watch_all(inotify, &files);
            }
            Ok(PostAction::Continue)
        };
        handle.insert_source(source, happened).map_err(|error| std::io::Error::other(error.error.to_string()))?;
        Ok(())
    }
}

/// Watches the nearest folder that exists above every file. The kernel gives a folder that is watched already the same number.
fn watch_all(inotify: &OwnedFd, files: &[PathBuf]) -> Watched {
    let mut watched = Watched::default();
    let flags = WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO | WatchFlags::MOVED_FROM | WatchFlags::DELETE | WatchFlags::CREATE;
    for file in files {
        let mut name: &Path = file;
        while let Some(folder) = name.parent() {
            // What is missing is watched from above; what may not be read cannot change anything.
            if let Ok(number) = inotify::add_watch(inotify, folder, flags | WatchFlags::ONLYDIR) {
                let name = name.file_name().map(PathBuf::from).unwrap_or_default();
                watched.0.push((number, name, folder.to_owned()));
                break;
            }
            name = folder;
        }
    }
    watched
}

/// Reads everything that has happened, and whether any of it was about a file of ours.
fn concerns(inotify: &OwnedFd, watched: &Watched) -> bool {
    let mut space = [MaybeUninit::uninit(); 4096];
    let mut reader = inotify::Reader::new(inotify, &mut space);
    let mut concerned = false;
    // An error: everything is read.
    while let Ok(event) = reader.next() {
        let name = event.file_name().map(|name| OsStr::from_bytes(name.to_bytes()).to_owned());
        let created = event.events().contains(ReadFlags::CREATE);
        concerned |= watched.0.iter().any(|(number, wanted, folder)| {
            let ours = *number == event.wd() && name.as_deref() == Some(wanted.as_os_str());
            // A file that was only just created is empty; its writer closes it later. A folder is not written.
            ours && (!created || folder.join(wanted).is_dir())
        });
    }
    concerned
}
