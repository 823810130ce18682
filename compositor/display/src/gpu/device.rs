//! Finding a Vulkan device, and hearing what goes wrong on it.

use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use glasshouse_link::ExecutorChoice;
use tracing::{debug, warn};
use wgpu::{Backends, DeviceType, Instance, InstanceDescriptor, InstanceFlags, MemoryHints};

/// A frame that takes longer has hung the device: drivers reset it after two to ten seconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// A device, its queue, and what it has complained about since the last time somebody asked.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) limits: wgpu::Limits,
    trouble: Arc<Trouble>,
}

/// What wgpu tells from whichever thread.
#[derive(Debug, Default)]
struct Trouble {
    lost: Mutex<Option<String>>,
    errors: Mutex<Vec<Fault>>,
}

/// Why a frame was not drawn on the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The memory of these surfaces is not there. Nothing was drawn.
    Unreadable(Vec<glasshouse_scene::SurfaceId>),
    /// Larger than the device can do. Nothing is wrong with it.
    TooLarge(String),
    /// The device is out of memory. Clients can do that, so it says nothing about the device.
    Exhausted(String),
    /// A mistake of ours: what is on the device may be anything now.
    Refused(String),
    /// The device is gone.
    Lost(String),
}

/// An adapter's name, for the log and for `glassctl doctor`.
#[derive(Debug, Clone)]
pub(super) struct Name(String);

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The adapters for this choice, the best first.
///
/// # Errors
///
/// A sentence that says why there is none.
pub(super) fn adapters(choice: ExecutorChoice) -> Result<Vec<(Name, wgpu::Adapter)>, String> {
    // The Vulkan loader alone would bring LLVM with it, 75 MB of it: without a device file there is no hardware to find.
    if choice == ExecutorChoice::Auto && !has_device_file() {
        return Err("there is no GPU: neither /dev/dri/renderD* nor /dev/nvidia0 exists".to_owned());
    }
    let instance = Instance::new(InstanceDescriptor {
        backends: Backends::VULKAN,
        // Neither validation layers nor the compute pipelines that check indirect draws, which we never make.
        flags: InstanceFlags::empty(),
        ..InstanceDescriptor::new_without_display_handle()
    });
    let adapters = at_once(instance.enumerate_adapters(Backends::VULKAN)).unwrap_or_default();
    if adapters.is_empty() {
        return Err("there is no Vulkan driver (on Debian: mesa-vulkan-drivers)".to_owned());
    }
    let mut usable: Vec<_> = adapters
        .into_iter()
        .map(|adapter| (adapter.get_info(), adapter))
        .filter(|(info, _)| choice == ExecutorChoice::Gpu || info.device_type != DeviceType::Cpu)
        .collect();
    if usable.is_empty() {
        return Err("Vulkan has only a software driver here, and the cpu executor is faster".to_owned());
    }
    // The fastest first; software comes last.
    usable.sort_by_key(|(info, _)| match info.device_type {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 3,
        DeviceType::Cpu => 4,
    });
    let named = |info: wgpu::AdapterInfo| Name(format!("{} ({} {})", info.name, info.driver, info.driver_info).replace(" ()", ""));
    Ok(usable.into_iter().map(|(info, adapter)| (named(info), adapter)).collect())
}

fn has_device_file() -> bool {
    let render_node = |name: &str| name.starts_with("renderD");
    let nodes = std::fs::read_dir("/dev/dri").into_iter().flatten().flatten();
    nodes.into_iter().any(|entry| entry.file_name().to_str().is_some_and(render_node)) || Path::new("/dev/nvidia0").exists()
}

impl Device {
    /// # Errors
    ///
    /// What the driver says.
    pub(super) fn open(adapter: &wgpu::Adapter) -> Result<Self, String> {
        let supported = adapter.limits();
        // Large textures as far as the device goes, everything else as little as every device has.
        let required_limits = wgpu::Limits {
            max_texture_dimension_1d: supported.max_texture_dimension_1d,
            max_texture_dimension_2d: supported.max_texture_dimension_2d,
            ..wgpu::Limits::downlevel_defaults()
        };
        let limits = required_limits.clone();
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("glasshouse"),
            required_limits,
            memory_hints: MemoryHints::MemoryUsage,
            ..Default::default()
        };
        let (device, queue) =
            at_once(adapter.request_device(&descriptor)).ok_or("the driver does not answer")?.map_err(|error| error.to_string())?;
        let trouble = Arc::new(Trouble::default());
        let told = Arc::clone(&trouble);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            warn!(%error, "the GPU refused something");
            let fault = match error {
                wgpu::Error::OutOfMemory { .. } => Fault::Exhausted(error.to_string()),
                _ => Fault::Refused(error.to_string()),
            };
            told.errors.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
        }));
        let told = Arc::clone(&trouble);
        device.set_device_lost_callback(move |reason, message| {
            debug!(?reason, message, "the device is lost");
            let why = if message.is_empty() { format!("{reason:?}") } else { message };
            told.lost.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        });
        Ok(Self { device, queue, limits, trouble })
    }

    /// What has gone wrong since the last call.
    pub(super) fn check(&self) -> Result<(), Fault> {
        if let Some(why) = self.trouble.lost.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(Fault::Lost(why));
        }
        let errors = std::mem::take(&mut *self.trouble.errors.lock().unwrap_or_else(PoisonError::into_inner));
        errors.into_iter().next().map_or(Ok(()), Err)
    }

    /// Lets callbacks run that are due. A device that was lost meanwhile says so here.
    pub(super) fn look(&self) -> Result<(), Fault> {
        let polled = self.device.poll(wgpu::PollType::Poll);
        self.check()?;
        polled.map(|_| ()).map_err(|error| Fault::Lost(error.to_string()))
    }

    /// Waits until the device has done what was submitted.
    pub(super) fn wait(&self, submission: wgpu::SubmissionIndex) -> Result<(), Fault> {
        let polled = self.device.poll(wgpu::PollType::Wait { submission_index: Some(submission), timeout: Some(PATIENCE) });
        self.check()?;
        polled.map(|_| ()).map_err(|error| Fault::Lost(format!("no answer in {} s: {error}", PATIENCE.as_secs())))
    }
}

/// The value of a future that has it at once, as all of wgpu's have outside of a browser.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
