//! Files that are either old or new, at whatever byte the machine stops.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

/// Nobody's session is larger; what is was not written here.
const MAX_BYTES: u64 = 16 << 20;

/// What the names of files start with that are not finished.
const UNFINISHED: &str = ".new-";

/// Files that could not be read are kept for whoever looks into it, so many of each.
const KEPT_CORRUPT: u32 = 9;

/// Makes a folder, and those that it lies in, for this user alone.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Where the generation before this one is.
pub(super) fn previous(path: &Path) -> PathBuf {
    path.with_extension("previous.json")
}

/// A file beside `path`, complete and on the disk, that nobody finds yet. It goes when it is dropped.
///
/// The name is another one each time, so that two desktops do not write into the same; its mode is 0600.
pub(super) fn prepare(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut new = Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
    write(new.as_file_mut())?;
    new.as_file().sync_all()?;
    Ok(new)
}

/// Keeps the file that is there as the previous generation. Until the new one is there, this one counts.
pub(super) fn keep(path: &Path) -> io::Result<()> {
    match fs::rename(path, previous(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Gives a prepared file its name.
pub(super) fn publish(new: NamedTempFile, path: &Path) -> io::Result<()> {
    new.persist(path).map_err(|error| error.error)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

/// Writes a file anew, keeping the previous generation.
pub(super) fn replace_keeping(path: &Path, text: &[u8]) -> io::Result<()> {
    let new = prepare(path, |file| file.write_all(text))?;
    keep(path)?;
    publish(new, path)
}

/// Writes a file anew.
pub(super) fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    publish(prepare(path, |file| file.write_all(text))?, path)
}

/// Removes what was not finished when somebody was killed. Only where nobody else writes.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
        if let Err(error) = fs::remove_file(entry.path()) {
            tracing::debug!(%error, path = %entry.path().display(), "an unfinished file stays");
        }
    }
}

/// Reads a file. `None`: there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    // Without O_NONBLOCK, a pipe of this name would stop us.
    let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits().cast_signed();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is no file of at most 16 MiB"));
    }
    let mut text = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut text)?;
    Ok(Some(text))
}

/// Keeps a file that cannot be used under another name, which is given back.
pub(super) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = |n: u32| path.with_file_name(format!("{name}.corrupt-{n}"));
    // The last one is always the newest.
    let free = (1..=KEPT_CORRUPT).map(aside).find(|path| !path.exists()).unwrap_or_else(|| aside(KEPT_CORRUPT));
    fs::rename(path, &free)?;
    Ok(free)
}
