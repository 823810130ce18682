//! What the two processes say to one another.
//!
//! A message is one frame on a stream socket: a little-endian `u32` length, then postcard. Descriptors travel beside it, in the
//! order in which the message names them. Both ends are built together: [`BUILD_ID`] must be equal, so nothing here is versioned.

use euclid::{Rect, Size2D};
use glasshouse_scene::{Buffer, Content, OutputId, Physical, PoolId, Scene, SurfaceId, Transform};
use serde::{Deserialize, Serialize};

/// Which build both ends come from. The display refuses a desktop of another one.
pub const BUILD_ID: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("GLASSHOUSE_BUILD"));

/// Numbers the transactions of one desktop. Never repeats, also across displays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Seq(pub u64);

/// Numbers the captures of one desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CaptureId(pub u64);

/// Which of the two executors runs frame plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Executor {
    Cpu,
    Gpu,
}

impl Executor {
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }
}

/// What the user asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ExecutorChoice {
    /// `Gpu` on a hardware Vulkan driver that passes the self-test, else `Cpu`.
    #[default]
    Auto,
    Cpu,
    /// Also on a software driver such as lavapipe.
    Gpu,
}

/// From the desktop to the display.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToDisplay {
    /// First of all. With one descriptor: the breadcrumb page, where the display notes the surface that it is reading as a `u64`.
    Hello { build_id: String, executor: ExecutorChoice, cursor_theme: String, cursor_size: u32 },
    /// With one descriptor per pool, at most [`MAX_FDS`]. Answered by `PoolsAdded`; only one batch is under way.
    AddPools { pools: Vec<PoolSize> },
    /// The client enlarged a pool.
    ResizePool(PoolSize),
    /// Nothing names these any more.
    RemovePools { pools: Vec<PoolId> },
    /// Answered by `Latched`; only one is under way.
    Submit(Transaction),
    /// Wants a `BeginFrame` of this output at its next refresh.
    RequestFrame { output: OutputId, pace: Pace },
    /// Answered by `Captured` or `CaptureFailed`. With [`CaptureTarget::Shm`]: with one descriptor, the client's pool.
    Capture { id: CaptureId, request: CaptureRequest },
    /// Copies what a surface shows into memory of the display's own, so that the client gets its only buffer back. Answered by `Retained`.
    Retain { surface: SurfaceId, copy: PoolId },
    /// Answered by `Pong`, to tell a slow display from a hung one.
    Ping { id: u64 },
    /// For tests of what must not happen.
    Debug(DebugOrder),
}

/// From the display to the desktop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToDesktop {
    /// Answers `Hello` after the self-test.
    Ready {
        build_id: String,
        executor: Executor,
        reason: String,
    },
    /// The display chose another executor while running, for instance because the GPU was lost.
    ExecutorChanged {
        executor: Executor,
        reason: String,
    },
    PoolsAdded,
    /// The time to send what is new of this output. `present_at` is `CLOCK_MONOTONIC` in nanoseconds.
    BeginFrame {
        output: OutputId,
        present_at_ns: u64,
        refresh_ns: u64,
    },
    /// The transaction is what the display now shows; it reads nothing that only earlier ones named.
    /// `unreadable` are surfaces whose memory is not what the client said.
    Latched {
        seq: Seq,
        unreadable: Vec<SurfaceId>,
        /// How long it took to make it current, in nanoseconds. Nothing is painted for it unless somebody captures.
        took_ns: u64,
        /// The outputs on which something changed, with how many of their pixels did.
        damage: Vec<(OutputId, u64)>,
    },
    /// A frame with transaction `seq` reached the output. `refresh_ns` is 0 if unknown.
    Presented {
        output: OutputId,
        seq: Seq,
        time_ns: u64,
        refresh_ns: u64,
        msc: u64,
        kind: PresentedKind,
    },
    /// Answers `Capture`. With one descriptor unless it went to a client's memory: a memfd sealed against shrinking, growing and later writes.
    Captured {
        id: CaptureId,
        frame: Frame,
    },
    CaptureFailed {
        id: CaptureId,
        reason: CaptureFailure,
    },
    /// With one descriptor: a memfd that holds the content under the pool `copy`; `content` names it and is what the desktop now sends for the surface.
    Retained {
        surface: SurfaceId,
        content: Content,
        bytes: u64,
    },
    /// The surface showed something else in the meantime, or cannot be read.
    NotRetained {
        surface: SurfaceId,
        copy: PoolId,
    },
    Pong {
        id: u64,
    },
}

/// Descriptors in one message. The kernel's limit is 253 (`SCM_MAX_FD`).
pub const MAX_FDS: usize = 64;

/// The largest message. A scene of 10,000 elements is about 600 KB.
pub const MAX_MESSAGE: usize = 16 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolSize {
    pub pool: PoolId,
    /// In bytes, as the client says. The display asks the kernel before it reads.
    pub bytes: u64,
}

/// Contents and scenes that belong together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Transaction {
    pub seq: Seq,
    /// See [`Scene::lock_epoch`]; also on transactions without a scene.
    pub lock_epoch: u64,
    /// `None`: the surface shows nothing any more.
    pub contents: Vec<(SurfaceId, Option<Content>)>,
    /// `None`: the output is gone.
    pub outputs: Vec<(OutputId, Option<OutputState>)>,
}

/// What an output is and shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputState {
    /// How the output is mounted. `scene.size` is upright, after it.
    pub transform: Transform,
    /// Physical pixels per logical one.
    pub scale: f64,
    /// In mHz, as in `wl_output.mode`.
    pub refresh_mhz: u32,
    pub scene: Scene,
}

/// How soon a `BeginFrame` is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pace {
    /// At the next refresh: somebody looks, or acted a moment ago.
    Full,
    /// Nobody looks: four times a second is enough to keep clients alive.
    Slow,
}

/// `wp_presentation_feedback.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PresentedKind {
    pub vsync: bool,
    pub hardware_clock: bool,
    pub hardware_completion: bool,
    pub zero_copy: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaptureRequest {
    pub source: CaptureSource,
    /// The part of the source to show, in its upright pixels; `None`: all of it.
    pub crop: Option<Rect<i32, Physical>>,
    /// The size of the picture, after `transform`; another size than the turned crop's scales it.
    pub size: Size2D<i32, Physical>,
    /// Turns the picture as the output is mounted (`wlr-screencopy`); `Normal`: upright.
    pub transform: Transform,
    pub cursor: bool,
    pub target: CaptureTarget,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CaptureSource {
    Output(OutputId),
    /// A view of its own, for instance one window that others cover.
    Scene(Box<Scene>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaptureTarget {
    /// A memfd with XRGB8888 (or ARGB8888 for a scene without a background) rows, as wide as the picture.
    Memfd,
    /// A memfd with a PNG file.
    Png,
    /// A client's buffer, written with `pwrite`.
    Shm { offset: u64, stride: u32, format: CaptureFormat },
}

/// What a client's capture buffer may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaptureFormat {
    Xrgb8888,
    Argb8888,
}

/// One picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The newest transaction that it shows.
    pub seq: Seq,
    pub size: Size2D<i32, Physical>,
    /// Bytes per row; 0 for a PNG.
    pub stride: u32,
    /// Bytes in the memfd, or written.
    pub bytes: u64,
    /// Nothing has changed since the last picture of the same source and shape: this is the same memory again.
    pub unchanged: bool,
    /// What changed since then, in the picture's pixels.
    pub damage: Vec<Rect<i32, Physical>>,
    /// `CLOCK_MONOTONIC`, in nanoseconds.
    pub time_ns: u64,
    /// Counts lock and unlock; see [`Scene::lock_epoch`].
    pub lock_epoch: u64,
    /// What painting it cost, without packing a PNG.
    pub cost: Cost,
}

/// What a picture cost the display.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cost {
    /// From the request being read to the picture being there, in nanoseconds.
    pub took_ns: u64,
    /// How many pixels were painted for it: 0 if a picture was up to date already.
    pub pixels: u64,
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum CaptureFailure {
    #[error("the output no longer exists")]
    NoOutput,
    #[error("the crop or the size is empty or outside of the source")]
    BadSize,
    #[error("the client's buffer could not be written: {0}")]
    Target(String),
    #[error("the picture could not be drawn: {0}")]
    Draw(String),
}

/// Misbehaviour on request. Refused unless the desktop was started with `--debug-orders`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DebugOrder {
    /// `device.destroy()` on the GPU executor.
    LoseDevice,
    /// Stops answering without dying.
    Hang,
    /// Aborts when it next reads this surface.
    PoisonSurface(SurfaceId),
    /// Allocates until its memory limit kills it.
    Hog,
}

/// The size of a buffer in upright pixels, for what draws it.
pub type BufferSize = Size2D<i32, Buffer>;
