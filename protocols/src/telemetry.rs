//! `org.glasshouse.Telemetry1`: how the desktop is doing, in figures.

use zbus::{
    DeserializeDict, SerializeDict, Type, proxy,
    wire::{
        LE,
        serialized::{Context, Data},
        to_bytes,
    },
};

use crate::{Error, dict::Dict};

/// How many traces are kept.
pub const MAX_TRACES: usize = 1_000;

/// How something that is measured again and again is distributed. On the wire `a{sv}`.
///
/// The percentiles are read from logarithmic buckets and at most an eighth too high; `max` is exact.
#[derive(Debug, Clone, PartialEq, Eq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Distribution {
    /// Since the desktop started.
    pub count: u64,
    pub sum: u64,
    /// These three are of the last ten to twenty seconds, and 0 if nothing was measured in them.
    pub p50: u64,
    pub p99: u64,
    pub max: u64,
}

/// All figures. On the wire `a{sv}`.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Metrics {
    /// When they were read: `CLOCK_MONOTONIC`, in nanoseconds.
    pub time_ns: u64,
    pub desktop: DesktopMetrics,
    /// In the order in which they were added.
    pub outputs: Vec<OutputMetrics>,
    /// Everybody who is connected to the Wayland socket, in the order of connecting.
    pub clients: Vec<ClientMetrics>,
}

impl Metrics {
    /// As it goes over the wire.
    ///
    /// # Errors
    ///
    /// If it cannot be encoded: a string has a NUL character in it.
    pub fn to_dict(&self) -> zbus::Result<Dict> {
        let bytes: Data<'_, '_> = to_bytes(Context::new(LE, 0), self)?;
        Ok(bytes.deserialize::<Dict>()?.0)
    }

    /// Reads what came with a `performance_metrics` event.
    ///
    /// # Errors
    ///
    /// If something in it has another type.
    pub fn from_dict(dict: &Dict) -> zbus::Result<Self> {
        let bytes: Data<'_, '_> = to_bytes(Context::new(LE, 0), dict)?;
        Ok(bytes.deserialize::<Self>()?.0)
    }
}

/// The desktop itself, with its display process. On the wire `a{sv}`; what is `None` is absent.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct DesktopMetrics {
    pub pid: u32,
    /// How long the main thread was busy in one turn of its loop, in nanoseconds, without its sleep.
    pub turn_ns: Distribution,
    /// Turns so far: an idle desktop takes none.
    pub wakeups: u64,
    /// What the core was told, and what it had done, so far.
    pub events: u64,
    pub effects: u64,
    /// The most events in one turn so far.
    pub events_in_a_turn: u64,
    /// Calls over D-Bus that reached the desktop so far.
    pub bus_calls: u64,
    /// From input entering the desktop to the next commit of the client that it went to, in nanoseconds.
    pub input_to_commit_ns: Distribution,
    /// From input entering the desktop until the display has what the client then drew, in nanoseconds.
    pub input_to_composed_ns: Distribution,
    /// Proportional and resident memory of the desktop's process, and what it uses of one CPU.
    pub pss_bytes: Option<u64>,
    pub rss_bytes: Option<u64>,
    pub cpu_percent: Option<f64>,
    /// The display process; all of it is absent while nobody looks.
    pub display_pid: Option<u32>,
    pub display_pss_bytes: Option<u64>,
    pub display_rss_bytes: Option<u64>,
    pub display_cpu_percent: Option<f64>,
    /// Display processes that died so far.
    pub display_deaths: u64,
}

/// One output. On the wire `a{sv}`.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct OutputMetrics {
    pub id: u64,
    pub name: String,
    /// Frames that a display has shown, so far and in the last whole second.
    pub frames: u64,
    pub fps: f64,
    /// Frames for clients only, because no display ran.
    pub unseen_frames: u64,
    /// Frames that were not latched at their deadline (the refresh that they began for, or the one after it if that had come already), or
    /// never, because the display died.
    pub missed: u64,
    /// From the display's `BeginFrame` to its `Latched`, in nanoseconds: the desktop's part, the link and the display's part.
    pub frame_ns: Distribution,
    /// The display's part of it, in nanoseconds. It paints only when somebody captures.
    pub latch_ns: Distribution,
    /// Pixels that changed in a frame.
    pub damage_px: Distribution,
    /// Pictures of this output: what the display needed to paint each, in nanoseconds, and how many pixels it painted.
    pub paint_ns: Distribution,
    pub paint_px: Distribution,
    /// From the request to the picture, in nanoseconds, packed as it was asked for.
    pub capture_ns: Distribution,
}

/// One client. On the wire `a{sv}`; what is `None` is absent.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct ClientMetrics {
    /// Numbers connections from 1, each once.
    pub id: u64,
    /// The process at the other end.
    pub pid: Option<i32>,
    /// The app id of its first window that has one, or else the name of its process.
    pub name: String,
    pub windows: u32,
    /// It was asked for something and has not answered for 5 seconds.
    pub unresponsive: bool,
    pub surfaces: u32,
    pub buffers: u32,
    pub pools: u32,
    /// What its pools of shared memory hold, as it says.
    pub pool_bytes: u64,
    /// Requests so far on its surfaces, subsurfaces, regions and shared memory, which are nearly all. Others are not counted.
    pub requests: u64,
    pub commits: u64,
    /// Proportional and resident memory of its process, and what that uses of one CPU.
    pub pss_bytes: Option<u64>,
    pub rss_bytes: Option<u64>,
    pub cpu_percent: Option<f64>,
}

/// What became of one input. On the wire `a{sv}`; what has not happened (yet) is absent.
///
/// All times are `CLOCK_MONOTONIC`, in nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Trace {
    /// As in the events that come from it.
    pub id: u64,
    /// `key`, `pointer`, `button`, `scroll`, `touch`, `gesture`, `text` or `command`. A command goes to no client; what follows from it counts.
    pub kind: String,
    /// The process that it went to.
    pub pid: Option<i32>,
    /// The surface that it went to, as the scene names it.
    pub surface: Option<u64>,
    /// It reached the desktop: by a call, from a virtual device.
    pub entered_ns: u64,
    /// It is in the client's socket.
    pub delivered_ns: Option<u64>,
    /// The window acknowledged a configure after that and before its next commit.
    pub acked_ns: Option<u64>,
    /// The next commit on the surface or one of its subsurfaces: most likely the answer, but the desktop cannot know.
    pub committed_ns: Option<u64>,
    /// The transaction that took that commit to the display, or the first one after the command.
    pub transaction: Option<u64>,
    /// The display has latched it.
    pub composed_ns: Option<u64>,
    /// It reached an output.
    pub presented_ns: Option<u64>,
    /// The first picture that shows it was there.
    pub captured_ns: Option<u64>,
}

/// How the desktop is doing: figures, and what became of input.
#[proxy(interface = "org.glasshouse.Telemetry1", default_service = "org.glasshouse.Desktop", default_path = "/org/glasshouse/Desktop")]
pub trait Telemetry1 {
    /// All figures, with memory and CPU time as they are now. The first call after a while knows no CPU figures yet: they need two looks.
    fn metrics(&self) -> Result<Metrics, Error>;

    /// What became of the newest `last` inputs, oldest first. 1,000 are kept.
    fn traces(&self, last: u32) -> Result<Vec<Trace>, Error>;

    /// What became of one input.
    fn trace(&self, id: u64) -> Result<Trace, Error>;

    /// Says that an agent is done with a task: everybody hears `agent_task_completed`. Name and outcome are at most 4,096 bytes each.
    fn report_task(&self, task: &str, outcome: &str, details: Dict) -> Result<(), Error>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_survive_the_wire_as_a_dictionary() {
        let output = OutputMetrics { id: 1, name: "HEADLESS-1".into(), fps: 60.0, ..OutputMetrics::default() };
        let client = ClientMetrics { id: 2, name: "foot".into(), pid: Some(7), pss_bytes: Some(1 << 40), ..ClientMetrics::default() };
        let desktop = DesktopMetrics { turn_ns: Distribution { count: 3, max: 9, ..Distribution::default() }, ..DesktopMetrics::default() };
        let metrics = Metrics { time_ns: 5, desktop, outputs: vec![output], clients: vec![client] };
        let dict = metrics.to_dict().unwrap();
        let mut names: Vec<_> = dict.keys().cloned().collect();
        names.sort();
        assert_eq!(names, ["clients", "desktop", "outputs", "time_ns"]);
        assert_eq!(Metrics::from_dict(&dict).unwrap(), metrics);
    }
}
