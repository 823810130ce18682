//! The program under attack.

use std::{
    fs,
    io::Read,
    os::fd::AsRawFd,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// A desktop with a runtime directory of its own.
pub(crate) struct Desktop {
    child: Child,
    folder: TempDir,
}

/// The desktop's program: as named, or beside this one.
pub(crate) fn program(named: Option<&Path>) -> Result<PathBuf> {
    let path = match named {
        Some(path) => path.to_path_buf(),
        None => std::env::current_exe().context("this program does not know where it is")?.with_file_name("glasshouse"),
    };
    if !path.exists() {
        bail!("{} does not exist; build it with `cargo build`, or name it with --desktop", path.display());
    }
    Ok(path)
}

impl Desktop {
    /// Returns when clients can connect.
    pub(crate) fn start(program: &Path) -> Result<Self> {
        let folder = TempDir::with_prefix("glasshouse-hostile").context("there is no room for sockets")?;
        let (mut ready, theirs) = std::io::pipe().context("there are no pipes")?;
        rustix::io::fcntl_setfd(&theirs, rustix::io::FdFlags::empty())?;
        let mut command = Command::new(program);
        command
            .args(["--headless", "--no-bus", "--socket", "target", "--ready-fd", &theirs.as_raw_fd().to_string()])
            .env("XDG_RUNTIME_DIR", folder.path())
            // Clients that break the protocol are what this is about.
            .env("GLASSHOUSE_LOG", "error")
            .stdin(Stdio::null());
        let child = command.spawn().with_context(|| format!("{} cannot be started", program.display()))?;
        drop(theirs);
        let mut name = String::new();
        ready.read_to_string(&mut name)?;
        if name.trim() != "target" {
            bail!("the desktop ended before clients could connect");
        }
        Ok(Self { child, folder })
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("target")
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What its open descriptors lead to.
    pub(crate) fn descriptors(&self) -> Result<Vec<String>> {
        let folder = fs::read_dir(format!("/proc/{}/fd", self.child.id()))?;
        // One that is closed meanwhile is not open.
        let targets = folder.flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
        Ok(targets.map(|target| target.display().to_string()).collect())
    }

    /// Waits until no more descriptors are open than before. Returns those that are.
    pub(crate) fn descriptors_back(&self, before: usize) -> Result<Vec<String>> {
        let start = Instant::now();
        loop {
            let now = self.descriptors()?;
            if now.len() <= before || start.elapsed() > Duration::from_secs(5) {
                return Ok(now);
            }
            std::thread::yield_now();
        }
    }

    /// From now on [`Self::peak_kb`] counts anew.
    pub(crate) fn reset_peak(&self) -> Result<()> {
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").context("the peak of memory cannot be reset")
    }

    /// Resident memory now, in KiB.
    pub(crate) fn resident_kb(&self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most that was resident since [`Self::reset_peak`].
    pub(crate) fn peak_kb(&self) -> Result<u64> {
        self.status("VmHWM:")
    }

    fn status(&self, field: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)).with_context(|| format!("there is no {field}"))?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // It was started for this alone; if it is dead already, all the better.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
