//! One display process: started, spoken to, killed.

use std::{
    ffi::OsString,
    fs::File,
    io,
    os::fd::{AsFd, AsRawFd, OwnedFd},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, mpsc::Sender},
};

use glasshouse_link::{BUILD_ID, Connection, ExecutorChoice, LinkError, ToDesktop, ToDisplay};
use glasshouse_scene::SurfaceId;
use rustix::fs::{MemfdFlags, memfd_create};

/// How every display is started.
#[derive(Debug, Clone)]
pub struct Recipe {
    source: Source,
    pub cursor_theme: String,
    pub cursor_size: u32,
    /// Most memory that the display may have, in bytes.
    pub memory_limit: Option<u64>,
    pub debug_orders: bool,
}

/// Where displays come from.
#[derive(Debug, Clone)]
enum Source {
    /// A program, opened when the desktop started: an upgrade underneath a running session does no harm.
    Program(Arc<OwnedFd>),
    /// Whoever made this desktop is the display: it gets the other end of every link.
    InProcess(Sender<OwnedFd>),
}

/// Why there is no display.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the program {path} cannot be opened; it is installed beside `glasshouse`, or named by GLASSHOUSE_DISPLAY")]
    NoBinary { path: PathBuf, source: io::Error },
    #[error("the display process cannot be started")]
    Spawn(#[from] io::Error),
    #[error("the link cannot be made")]
    Link(#[from] LinkError),
}

impl Recipe {
    /// # Errors
    ///
    /// If the display's program is not there.
    pub fn new(cursor_theme: String, cursor_size: u32, memory_limit: Option<u64>, debug_orders: bool) -> Result<Self, StartError> {
        let path = match std::env::var_os("GLASSHOUSE_DISPLAY") {
            Some(path) => PathBuf::from(path),
            None => beside_this_program(Path::new("glasshouse-display")),
        };
        let binary = File::open(&path).map_err(|source| StartError::NoBinary { path, source })?;
        let source = Source::Program(Arc::new(binary.into()));
        Ok(Self { source, cursor_theme, cursor_size, memory_limit, debug_orders })
    }

    /// A display without a process, for tests: the other end of every link goes to `displays`.
    pub fn in_process(displays: Sender<OwnedFd>) -> Self {
        Self { source: Source::InProcess(displays), cursor_theme: String::new(), cursor_size: 24, memory_limit: None, debug_orders: true }
    }
}

/// Tests lie one folder below the programs.
fn beside_this_program(name: &Path) -> PathBuf {
    let here = std::env::current_exe().unwrap_or_default();
    let mut folders = here.ancestors().skip(1).take(2).map(|folder| folder.join(name));
    let first = folders.next().unwrap_or_else(|| name.to_path_buf());
    if first.exists() { first } else { folders.find(|path| path.exists()).unwrap_or(first) }
}

/// A running display.
#[derive(Debug)]
pub struct Process {
    /// `None`: the display is no process of its own.
    child: Option<Child>,
    connection: Connection,
    /// One page in which the display notes which surface it is reading.
    breadcrumb: OwnedFd,
}

impl Process {
    pub fn start(recipe: &Recipe, executor: ExecutorChoice) -> Result<Self, StartError> {
        let (ours, theirs) = Connection::pair()?;
        let breadcrumb = memfd_create("glasshouse-breadcrumb", MemfdFlags::CLOEXEC).map_err(io::Error::from)?;
        rustix::fs::ftruncate(&breadcrumb, 4096).map_err(io::Error::from)?;
        let child = match &recipe.source {
            Source::Program(binary) => Some(spawn(recipe, binary, theirs)?),
            Source::InProcess(displays) => {
                displays.send(theirs).map_err(io::Error::other)?;
                None
            }
        };
        let mut connection = Connection::new(ours)?;
        let page = Arc::new(breadcrumb.try_clone()?);
        let hello = ToDisplay::Hello {
            build_id: BUILD_ID.to_owned(),
            executor,
            cursor_theme: recipe.cursor_theme.clone(),
            cursor_size: recipe.cursor_size,
        };
        connection.send(&hello, vec![page])?;
        Ok(Self { child, connection, breadcrumb })
    }

    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    pub fn socket(&self) -> io::Result<OwnedFd> {
        self.connection.as_fd().try_clone_to_owned()
    }

    pub fn send(&mut self, message: &ToDisplay, fds: Vec<Arc<OwnedFd>>) -> Result<(), LinkError> {
        self.connection.send(message, fds)
    }

    /// Whether everything is out.
    pub fn flush(&mut self) -> Result<bool, LinkError> {
        self.connection.flush()
    }

    pub fn receive(&mut self) -> Result<Option<(ToDesktop, Vec<OwnedFd>)>, LinkError> {
        self.connection.receive()
    }

    /// The surface whose memory it is reading, or was reading when it died.
    pub fn reading(&self) -> Option<SurfaceId> {
        let mut bytes = [0; 8];
        let read = rustix::io::pread(&self.breadcrumb, &mut bytes, 0).ok()?;
        let id = u64::from_le_bytes(bytes);
        (read == bytes.len() && id != 0).then_some(SurfaceId(id))
    }

    /// SIGKILL. What is left of it is to be waited for.
    pub fn kill(self) -> Option<Child> {
        let mut child = self.child?;
        if let Err(error) = child.kill() {
            tracing::warn!(%error, "the display cannot be killed");
        }
        Some(child)
    }

    /// Lets it end by itself: it does when the link closes.
    pub fn release(self) -> Option<Child> {
        self.child
    }
}

/// Starts the program with its end of the link.
fn spawn(recipe: &Recipe, binary: &OwnedFd, link: OwnedFd) -> io::Result<Child> {
    // Only the child may inherit its end: the main thread is the only one that starts programs, and it closes it right after.
    rustix::io::fcntl_setfd(&link, rustix::io::FdFlags::empty())?;
    let mut arguments = vec![OsString::from("--link-fd"), link.as_raw_fd().to_string().into()];
    if let Some(limit) = recipe.memory_limit {
        arguments.extend([OsString::from("--memory-limit"), limit.to_string().into()]);
    }
    if recipe.debug_orders {
        arguments.push("--debug-orders".into());
    }
    let program = format!("/proc/self/fd/{}", binary.as_raw_fd());
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        // It is nobody's client: Mesa's layer that chooses a device would ask a compositor, which may be us, for one.
        .env("NODEVICE_SELECT", "1")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .env_remove("DISPLAY")
        .spawn()
}
