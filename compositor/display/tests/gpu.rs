//! The program itself with each choice of executor: what it says when it is ready, and which libraries it has loaded for it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // The helpers of a test are a test.

use std::os::fd::AsRawFd as _;
use std::process::{Child, Command};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use glasshouse_link::{BUILD_ID, Connection, Executor, ExecutorChoice, ToDesktop, ToDisplay};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// A display process that has said that it is ready.
struct Process {
    child: Kept,
    _link: Connection,
    executor: Executor,
    reason: String,
    took: Duration,
}

/// Ends with the test, however that ends.
struct Kept(Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    fn start(choice: ExecutorChoice, environment: &[(&str, &str)]) -> Self {
        // One at a time, or a process started meanwhile inherits the link of this one as well.
        static STARTING: Mutex<()> = Mutex::new(());
        let _one = STARTING.lock();
        let start = Instant::now();
        let (here, there) = Connection::pair().unwrap();
        rustix::io::fcntl_setfd(&there, rustix::io::FdFlags::empty()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_glasshouse-display"));
        command.env("GLASSHOUSE_LOG", "warn").args(["--link-fd", &there.as_raw_fd().to_string()]);
        let child = Kept(command.envs(environment.iter().copied()).spawn().unwrap());
        drop(there);
        let mut link = Connection::new(here).unwrap();
        let hello = ToDisplay::Hello { build_id: BUILD_ID.to_owned(), executor: choice, cursor_theme: String::new(), cursor_size: 24 };
        link.send(&hello, vec![]).unwrap();
        while !link.flush().unwrap() {}
        loop {
            if let Some((message, _)) = link.receive::<ToDesktop>().unwrap() {
                let took = start.elapsed();
                let ToDesktop::Ready { executor, reason, .. } = message else { panic!("{message:?}") };
                return Self { child, _link: link, executor, reason, took };
            }
            assert!(start.elapsed() < Duration::from_secs(20), "no answer");
            let limit = Timespec { tv_sec: 1, tv_nsec: 0 };
            poll(&mut [PollFd::new(&link, PollFlags::IN)], Some(&limit)).unwrap();
        }
    }

    fn has_loaded(&self, library: &str) -> bool {
        std::fs::read_to_string(format!("/proc/{}/maps", self.child.0.id())).unwrap().contains(library)
    }

    fn resident_mb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.0.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }
}

#[test]
fn without_a_vulkan_driver_it_draws_on_the_cpu_and_says_why() {
    let nothing = [("VK_ICD_FILENAMES", "/dev/null"), ("VK_DRIVER_FILES", "/dev/null")];
    let process = Process::start(ExecutorChoice::Gpu, &nothing);
    assert_eq!(process.executor, Executor::Cpu);
    assert!(process.reason.contains("no Vulkan driver"), "{}", process.reason);
}

#[test]
fn vulkan_is_not_loaded_for_the_cpu() {
    let process = Process::start(ExecutorChoice::Cpu, &[]);
    assert_eq!(process.executor, Executor::Cpu);
    assert!(!process.has_loaded("libvulkan") && !process.has_loaded("libLLVM"));
    println!("cpu: ready after {:?}, {} MB resident", process.took, process.resident_mb());
}

#[test]
fn software_drivers_are_used_only_on_request() {
    let process = Process::start(ExecutorChoice::Auto, &[]);
    println!("auto: {:?} after {:?}, {} MB resident: {}", process.executor, process.took, process.resident_mb(), process.reason);
    let has_hardware = std::path::Path::new("/dev/dri").exists() || std::path::Path::new("/dev/nvidia0").exists();
    if !has_hardware {
        assert_eq!(process.executor, Executor::Cpu);
        assert!(process.reason.contains("there is no GPU"), "{}", process.reason);
        assert!(!process.has_loaded("libvulkan"));
    }
    let asked = Process::start(ExecutorChoice::Gpu, &[]);
    assert_eq!(asked.executor, Executor::Gpu, "{}", asked.reason);
    assert!(asked.reason.contains("passed its self-test"), "{}", asked.reason);
    println!("gpu: ready after {:?}, {} MB resident: {}", asked.took, asked.resident_mb(), asked.reason);
}
