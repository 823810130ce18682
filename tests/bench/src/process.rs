//! What the kernel knows about processes: their memory, their wake-ups, their time, their children.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use rustix::process::{Pid, Signal};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Memory of one or several processes, in bytes. RSS is left out on purpose: it counts shared pages once for each process.
#[derive(Clone, Copy, Default)]
pub(crate) struct Memory {
    pub(crate) pss: u64,
    pub(crate) private_dirty: u64,
}

fn read(pid: Pid, file: &str) -> Result<String> {
    let path = format!("/proc/{}/{file}", pid.as_raw_nonzero());
    fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))
}

pub(crate) fn memory(pids: &[Pid]) -> Result<Memory> {
    let mut sum = Memory::default();
    for pid in pids {
        let rollup = read(*pid, "smaps_rollup")?;
        let bytes = |field: &str| -> Result<u64> {
            let line = rollup.lines().find_map(|line| line.strip_prefix(field));
            let kilobytes = line.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse::<u64>().ok());
            kilobytes.map(|kilobytes| kilobytes * 1024).with_context(|| format!("smaps_rollup has no {field}"))
        };
        sum.pss += bytes("Pss:")?;
        sum.private_dirty += bytes("Private_Dirty:")?;
    }
    Ok(sum)
}

/// How often the threads of these processes were given or took away the processor: zero while nothing wakes.
pub(crate) fn context_switches(pids: &[Pid]) -> Result<u64> {
    let mut sum = 0;
    for pid in pids {
        let tasks = format!("/proc/{}/task", pid.as_raw_nonzero());
        for task in fs::read_dir(&tasks).with_context(|| format!("{tasks} cannot be listed"))? {
            // A thread may end between the listing and the reading.
            let Ok(status) = fs::read_to_string(task?.path().join("status")) else { continue };
            let switches = status.lines().filter(|line| line.contains("voluntary_ctxt_switches:"));
            sum += switches.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum::<u64>();
        }
    }
    Ok(sum)
}

/// The fields of /proc/PID/stat after the name, which may itself contain spaces and brackets.
fn stat(pid: Pid) -> Result<Vec<String>> {
    let text = read(pid, "stat")?;
    let (_, rest) = text.rsplit_once(')').context("/proc/PID/stat has no name")?;
    Ok(rest.split_whitespace().map(str::to_owned).collect())
}

/// Time on the processor of these processes with all their threads, user and system.
pub(crate) fn cpu_time(pids: &[Pid]) -> Result<Duration> {
    let ticks_per_second = rustix::param::clock_ticks_per_second();
    let mut ticks = 0;
    for pid in pids {
        let fields = stat(*pid)?;
        // Fields 14 and 15 of proc(5); the first two are the pid and the name.
        for field in [11, 12] {
            ticks += fields.get(field).and_then(|field| field.parse::<u64>().ok()).context("/proc/PID/stat is too short")?;
        }
    }
    Ok(Duration::from_secs_f64(ticks as f64 / ticks_per_second as f64))
}

/// The process and everything that it started, as far as it still belongs to it.
pub(crate) fn tree(root: Pid) -> Vec<Pid> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()).and_then(Pid::from_raw);
        let Some(pid) = pid else { continue };
        let parent = stat(pid).ok().and_then(|fields| fields.get(1)?.parse::<i32>().ok()).and_then(Pid::from_raw);
        parents.extend(parent.map(|parent| (pid, parent)));
    }
    let mut found = vec![root];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    found
}

/// The program that a process runs, by name, even after it was replaced on disk.
pub(crate) fn program(pid: Pid) -> Option<String> {
    let exe = fs::read_link(format!("/proc/{}/exe", pid.as_raw_nonzero())).ok()?;
    let name = exe.file_name()?.to_str()?;
    Some(name.trim_end_matches(" (deleted)").to_owned())
}

pub(crate) fn alive(pid: Pid) -> bool {
    stat(pid).is_ok_and(|fields| fields.first().is_some_and(|state| state != "Z" && state != "X"))
}

pub(crate) fn signal(pid: Pid, signal: Signal) -> Result<()> {
    rustix::process::kill_process(pid, signal).map_err(|error| anyhow!("process {} cannot be signalled: {error}", pid.as_raw_nonzero()))
}

/// Time on the processor of these processes with all their threads, user and system, to the nanosecond. Threads that end in between are missing.
pub(crate) fn exact_cpu_time(pids: &[Pid]) -> Result<Duration> {
    let mut nanoseconds = 0;
    for thread in threads(pids)? {
        // A thread may end between the listing and the reading.
        let Ok(text) = fs::read_to_string(format!("/proc/{}/schedstat", thread.as_raw_nonzero())) else { continue };
        nanoseconds += text.split(' ').next().and_then(|first| first.parse::<u64>().ok()).context("schedstat has no time")?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// The threads of these processes now. Their ids are good for whatever takes the id of a process.
pub(crate) fn threads(pids: &[Pid]) -> Result<Vec<Pid>> {
    let mut threads = Vec::new();
    for pid in pids {
        let tasks = format!("/proc/{}/task", pid.as_raw_nonzero());
        for task in fs::read_dir(&tasks).with_context(|| format!("{tasks} cannot be listed"))? {
            let id = task?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()).and_then(Pid::from_raw);
            threads.extend(id);
        }
    }
    Ok(threads)
}

/// Keeps a process's main thread on these processors, or with `None` the calling thread; answers with where it was allowed before.
pub(crate) fn pin(pid: Option<Pid>, processors: &CpuSet) -> Result<CpuSet> {
    let before = sched_getaffinity(pid).context("the processors of a process are not known")?;
    sched_setaffinity(pid, processors).context("a process cannot be moved to another processor")?;
    Ok(before)
}

/// The user and group ids of a name in /etc/passwd.
pub(crate) fn user(name: &str) -> Result<Option<(u32, u32)>> {
    let passwd = fs::read_to_string(Path::new("/etc/passwd")).context("/etc/passwd cannot be read")?;
    Ok(passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_answers_about_ourselves() {
        let me = rustix::process::getpid();
        assert!(memory(&[me]).unwrap().pss > 100_000);
        assert!(context_switches(&[me]).unwrap() > 0);
        cpu_time(&[me]).unwrap();
        assert!(exact_cpu_time(&[me]).unwrap() > Duration::ZERO);
        assert!(threads(&[me]).unwrap().contains(&me));
        assert!(alive(me));
        assert_eq!(tree(me).first(), Some(&me));
    }

    #[test]
    fn root_is_found_in_passwd() {
        assert_eq!(user("root").unwrap(), Some((0, 0)));
        assert_eq!(user("no such user").unwrap(), None);
    }
}
