//! Reading the files. This blocks: the desktop calls it on a thread of its own.

use std::{
    fs::File,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

use crate::{
    Layers,
    problem::{Fault, Problem, Problems},
    source::{Place, Source},
};

/// The file of the machine's administrator.
pub const SYSTEM: &str = "/etc/glasshouse/config.toml";

/// Far more than anybody writes by hand, and little enough to read at once.
pub const MAX_BYTES: u64 = 1 << 20;

/// Which files make a configuration, weaker ones first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    files: Vec<PathBuf>,
    /// The last one was asked for by name, so it has to be there.
    required: bool,
}

impl Paths {
    /// `/etc/glasshouse/config.toml` and the user's own: below `$XDG_CONFIG_HOME`, or else `~/.config`. `variable` reads the environment.
    /// A relative `$XDG_CONFIG_HOME` counts for nothing, as the base directory specification has it.
    pub fn standard(variable: impl Fn(&str) -> Option<PathBuf>) -> Self {
        let absolute = |path: &PathBuf| path.is_absolute();
        let home = variable("XDG_CONFIG_HOME").filter(absolute);
        let home = home.or_else(|| variable("HOME").filter(absolute).map(|home| home.join(".config")));
        let user = home.map(|home| home.join("glasshouse/config.toml"));
        Self { files: std::iter::once(PathBuf::from(SYSTEM)).chain(user).collect(), required: false }
    }

    /// The system's file and `file`, in place of the user's own. It is a mistake if that is not there.
    pub fn with_user_file(file: PathBuf) -> Self {
        Self { files: vec![PathBuf::from(SYSTEM), file], required: true }
    }

    /// No file at all but `file`.
    pub fn only(file: PathBuf) -> Self {
        Self { files: vec![file], required: true }
    }

    /// No file at all.
    pub fn none() -> Self {
        Self { files: Vec::new(), required: false }
    }

    /// To watch for changes, whether or not they exist.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Reads the files that are there and puts them in place of those in `layers`.
    ///
    /// # Errors
    ///
    /// [`Problems`] with files that are there and cannot be read: all of them at once.
    pub fn read(&self, layers: Layers) -> Result<Layers, Problems> {
        let mut texts = Vec::new();
        let mut problems = Vec::new();
        for (index, path) in self.files.iter().enumerate() {
            let required = self.required && index + 1 == self.files.len();
            match read(path) {
                Ok(Some(text)) => texts.push((path.clone(), text)),
                Ok(None) if required => problems.push(unreadable(path, "there is no such file")),
                Ok(None) => {}
                Err(problem) => problems.push(*problem),
            }
        }
        match Problems::of(problems) {
            Some(problems) => Err(problems),
            None => Ok(layers.with_files(texts)),
        }
    }
}

/// `None`: there is none.
fn read(path: &Path) -> Result<Option<String>, Box<Problem>> {
    let wrong = |why: String| Box::new(unreadable(path, &why));
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(wrong(format!("the file cannot be read: {error}"))),
    };
    // Opening a pipe would wait for somebody to write into it.
    if !metadata.is_file() {
        return Err(wrong("this is no file".to_owned()));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        return Err(wrong(format!("the file cannot be read: {error}")));
    }
    if bytes.len() as u64 > MAX_BYTES {
        return Err(wrong(format!("the file is larger than {} KiB", MAX_BYTES / 1024)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes());
            let source = Source::new(Place::File(path.to_owned()), text);
            Err(Box::new(Problem::new(&source, Fault::new(good..good + 1, "this is not UTF-8").help("save the file as UTF-8"))))
        }
    }
}

fn unreadable(path: &Path, why: &str) -> Problem {
    Problem::new(&Source::new(Place::File(path.to_owned()), ""), Fault::new(0..0, why))
}
