//! What is in the files: JSON with a version and a checksum, and records of our own, because the core's types are never serialized.
//!
//! A field that is new gets a default, so that an older file can be read; where that is impossible, [`VERSION`] becomes greater.

use glasshouse_core::{
    AspectRatio, LayoutKind, Memory, Modes, OutputMode, Ranks, RememberedOutput, RememberedWindow, RememberedWorkspace,
    command::Argument,
    tiles::{Outline, Terms},
};
use glasshouse_scene::{LogicalPoint, LogicalSize, Transform};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::tiles_record::TilesRecord;

/// Of everything that is written here.
const VERSION: u32 = 1;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("it is no JSON as this program writes it: {0}")]
    Syntax(#[from] serde_json::Error),
    #[error("it has version {0}, and this program knows {VERSION}")]
    Version(u32),
    #[error("its checksum is {written} and should be {computed}: it is torn, or somebody has edited it")]
    Checksum { written: String, computed: String },
}

/// The whole file. The checksum is of the payload's text.
#[derive(Serialize, Deserialize)]
struct Envelope<'a> {
    version: u32,
    crc32: String,
    #[serde(borrow)]
    payload: &'a RawValue,
}

/// The text of a file.
pub(super) fn encode<T: Serialize>(record: &T) -> Result<Vec<u8>, RecordError> {
    let payload = serde_json::value::to_raw_value(record)?;
    let envelope = Envelope { version: VERSION, crc32: checksum(&payload), payload: &payload };
    let mut text = serde_json::to_vec(&envelope)?;
    text.push(b'\n');
    Ok(text)
}

/// What the text of a file says.
pub(super) fn decode<T: DeserializeOwned>(text: &[u8]) -> Result<T, RecordError> {
    let envelope: Envelope<'_> = serde_json::from_slice(text)?;
    if envelope.version != VERSION {
        return Err(RecordError::Version(envelope.version));
    }
    let computed = checksum(envelope.payload);
    if computed != envelope.crc32 {
        return Err(RecordError::Checksum { written: envelope.crc32, computed });
    }
    Ok(serde_json::from_str(envelope.payload.get())?)
}

fn checksum(payload: &RawValue) -> String {
    format!("{:08x}", crc32fast::hash(payload.get().as_bytes()))
}

/// `session.json`: the desktop on one socket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SessionRecord {
    /// The socket's path. Two desktops in different runtime folders may have the same name, and are two sessions.
    pub(super) socket: String,
    /// It ended by itself.
    pub(super) ended: bool,
    /// How often a desktop was started from this and wrote nothing more: it may be what kills it.
    #[serde(default)]
    pub(super) starts: u32,
    pub(super) memory: MemoryRecord,
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SnapshotRecord {
    pub(super) created_unix_ms: u64,
    pub(super) memory: MemoryRecord,
}

/// [`Memory`] on the disk.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct MemoryRecord {
    outputs: Vec<OutputRecord>,
    workspaces: Vec<WorkspaceRecord>,
    focused_output: Option<String>,
    pub(super) windows: Vec<WindowRecord>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct OutputRecord {
    name: String,
    width: u32,
    height: u32,
    scale: f64,
    refresh_mhz: u32,
    /// Its place in [`Transform::ALL`].
    transform: usize,
    position: Option<[f64; 2]>,
    /// It is not used.
    disabled: bool,
    dark: bool,
    /// The name of the output that it shows.
    mirror: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct WorkspaceRecord {
    name: Option<String>,
    output: Option<String>,
    returns_to: Option<String>,
    active: bool,
    layout: Option<String>,
    tiles: Option<TilesRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<TermsRecord>,
}

/// How a program has registered the layout of a workspace.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct TermsRecord {
    fallback: String,
    resizes: bool,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct WindowRecord {
    #[serde(skip_serializing_if = "String::is_empty")]
    app_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    tag: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<i32>,
    floating: Option<bool>,
    fullscreen: bool,
    maximized: bool,
    minimized: bool,
    sticky: bool,
    above: bool,
    windowed_fullscreen: bool,
    aspect: Option<[u32; 2]>,
    scratchpad: Option<u64>,
    marks: Vec<String>,
    at: Option<[f64; 2]>,
    size: Option<[f64; 2]>,
    /// Its place in the workspaces.
    workspace: Option<usize>,
    away: Option<[f64; 2]>,
    before_fullscreen: Option<usize>,
    tile: usize,
    stack: usize,
    focus: usize,
}

impl WindowRecord {
    /// Its place in the workspaces.
    pub(super) fn workspace(&self) -> Option<usize> {
        self.workspace
    }
}

impl From<&Memory> for MemoryRecord {
    fn from(memory: &Memory) -> Self {
        Self {
            outputs: memory.outputs.iter().map(OutputRecord::from).collect(),
            workspaces: memory.workspaces.iter().map(WorkspaceRecord::from).collect(),
            focused_output: memory.focused_output.clone(),
            windows: memory.windows.iter().map(WindowRecord::from).collect(),
        }
    }
}

impl From<MemoryRecord> for Memory {
    fn from(record: MemoryRecord) -> Self {
        Self {
            outputs: record.outputs.into_iter().map(RememberedOutput::from).collect(),
            workspaces: record.workspaces.into_iter().map(RememberedWorkspace::from).collect(),
            focused_output: record.focused_output,
            windows: record.windows.into_iter().map(RememberedWindow::from).collect(),
        }
    }
}

impl From<&RememberedOutput> for OutputRecord {
    fn from(output: &RememberedOutput) -> Self {
        let OutputMode { name, width, height, scale, refresh_mhz, transform } = output.mode.clone();
        let transform = Transform::ALL.iter().position(|other| *other == transform).unwrap_or_default();
        let position = output.placed.map(|at| at.to_array());
        let (disabled, dark, mirror) = (!output.enabled, !output.powered, output.mirror.clone());
        Self { name, width, height, scale, refresh_mhz, transform, position, disabled, dark, mirror }
    }
}

impl From<OutputRecord> for RememberedOutput {
    fn from(record: OutputRecord) -> Self {
        let OutputRecord { name, width, height, scale, refresh_mhz, transform, position, disabled, dark, mirror } = record;
        let transform = Transform::ALL.get(transform).copied().unwrap_or(Transform::Normal);
        let mode = OutputMode { name, width, height, scale, refresh_mhz, transform };
        Self { mode, placed: position.map(LogicalPoint::from), enabled: !disabled, powered: !dark, mirror }
    }
}

impl From<&RememberedWorkspace> for WorkspaceRecord {
    fn from(workspace: &RememberedWorkspace) -> Self {
        let RememberedWorkspace { name, output, returns_to, active, layout, tiles, terms } = workspace.clone();
        let tiles = tiles.as_ref().map(TilesRecord::from);
        let terms = terms.map(|Terms { fallback, resizes }| TermsRecord { fallback: fallback.to_string(), resizes });
        Self { name, output, returns_to, active, layout: layout.map(|layout| layout.to_string()), tiles, terms }
    }
}

impl From<WorkspaceRecord> for RememberedWorkspace {
    fn from(record: WorkspaceRecord) -> Self {
        let WorkspaceRecord { name, output, returns_to, active, layout, tiles, terms } = record;
        // A layout that this version does not have is none.
        let layout = layout.and_then(|word| LayoutKind::parse(&word).ok());
        // Nor is a fallback; then it is what it is if nobody chooses one.
        let terms = terms.map(|TermsRecord { fallback, resizes }| Terms { fallback: fallback.parse().unwrap_or_default(), resizes });
        Self { name, output, returns_to, active, layout, tiles: tiles.map(Outline::from), terms }
    }
}

impl From<&RememberedWindow> for WindowRecord {
    fn from(window: &RememberedWindow) -> Self {
        let Ranks { tile, stack, focus } = window.ranks;
        let Modes { fullscreen, maximized, minimized, floating, sticky, above, windowed_fullscreen, aspect, scratchpad } = window.modes;
        let window = window.clone();
        Self {
            app_id: window.app_id,
            title: window.title,
            tag: window.tag,
            pid: window.pid,
            floating,
            fullscreen,
            maximized,
            minimized,
            sticky,
            above,
            windowed_fullscreen,
            aspect: aspect.map(|aspect| aspect.sides().into()),
            scratchpad,
            marks: window.marks.into_iter().collect(),
            at: window.at.map(|at| at.to_array()),
            size: window.size.map(|size| size.to_array()),
            workspace: window.workspace,
            away: window.away.map(|at| at.to_array()),
            before_fullscreen: window.before_fullscreen,
            tile,
            stack,
            focus,
        }
    }
}

impl From<WindowRecord> for RememberedWindow {
    fn from(record: WindowRecord) -> Self {
        Self {
            app_id: record.app_id,
            title: record.title,
            title_pattern: None,
            tag: record.tag,
            pid: record.pid,
            modes: Modes {
                fullscreen: record.fullscreen,
                maximized: record.maximized,
                minimized: record.minimized,
                floating: record.floating,
                sticky: record.sticky,
                above: record.above,
                windowed_fullscreen: record.windowed_fullscreen,
                aspect: record.aspect.and_then(|[width, height]| AspectRatio::new(width, height)),
                scratchpad: record.scratchpad,
            },
            marks: record.marks.into_iter().collect(),
            at: record.at.map(LogicalPoint::from),
            size: record.size.map(LogicalSize::from),
            workspace: record.workspace,
            away: record.away.map(LogicalPoint::from),
            before_fullscreen: record.before_fullscreen,
            ranks: Ranks { tile: record.tile, stack: record.stack, focus: record.focus },
        }
    }
}
