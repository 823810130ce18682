//! Events: what happened on the desktop, in order.

use zbus::{
    DeserializeDict, Message, SerializeDict, Type,
    names::UniqueName,
    wire::{
        LE,
        serialized::{Context, Data},
        to_bytes,
    },
};

use crate::{
    OBJECT_PATH,
    dict::Dict,
    state::{Layer, LayerChange, Output, OutputChange, Window, WindowChange, Workspace, WorkspaceChange},
};

/// The interface whose signal carries events.
pub const INTERFACE: &str = "org.glasshouse.Desktop1";

/// The signal: `(t sequence, t time_ns, t trace, s kind, a{sv} payload)`.
pub const SIGNAL: &str = "Event";

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Grows by one with every event. A subscriber that filters does not get all of them.
    pub sequence: u64,
    /// `CLOCK_MONOTONIC`, in nanoseconds.
    pub time_ns: u64,
    /// The input or call that it comes from, as in `Telemetry1`; 0 if from none.
    pub trace: u64,
    pub payload: Payload,
}

macro_rules! payloads {
    ($($(#[$doc:meta])* $variant:ident($type:ty) = $kind:literal,)*) => {
        /// What happened, by its kind.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Payload {
            $($(#[$doc])* $variant($type),)*
            /// A kind that this version does not know, or knows otherwise.
            Other { kind: String, payload: Dict },
        }

        /// The kinds by their names on the wire.
        pub const KINDS: &[&str] = &[$($kind),*];

        impl Payload {
            /// The name on the wire.
            pub fn kind(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $kind,)*
                    Self::Other { kind, .. } => kind,
                }
            }
        }

        impl Event {
            fn build(&self, builder: zbus::message::Builder<'_>) -> zbus::Result<Message> {
                let Self { sequence, time_ns, trace, payload } = self;
                match payload {
                    $(Payload::$variant(payload) => builder.build(&(sequence, time_ns, trace, $kind, payload)),)*
                    Payload::Other { kind, payload } => builder.build(&(sequence, time_ns, trace, kind, payload)),
                }
            }

            /// Reads the signal.
            ///
            /// # Errors
            ///
            /// If its signature is another one than that of an event.
            pub fn from_message(message: &Message) -> zbus::Result<Self> {
                let body = message.body();
                let (sequence, time_ns, trace, kind, dict): (u64, u64, u64, String, Dict) = body.deserialize()?;
                let known = match kind.as_str() {
                    $($kind => body.deserialize::<(u64, u64, u64, &str, $type)>().ok().map(|body| Payload::$variant(body.4)),)*
                    _ => None,
                };
                let payload = known.unwrap_or(Payload::Other { kind, payload: dict });
                Ok(Self { sequence, time_ns, trace, payload })
            }

            /// The payload as it goes over the wire, for programs that print it.
            ///
            /// # Errors
            ///
            /// If it cannot be encoded: a string has a NUL character in it.
            pub fn dict(&self) -> zbus::Result<Dict> {
                let context = Context::new(LE, 0);
                let bytes: Data<'_, '_> = match &self.payload {
                    $(Payload::$variant(payload) => to_bytes(context, payload)?,)*
                    Payload::Other { payload, .. } => to_bytes(context, payload)?,
                };
                Ok(bytes.deserialize::<Dict>()?.0)
            }
        }
    };
}

payloads! {
    /// A window has its first content.
    WindowCreated(Window) = "window_created",
    /// A window is gone, or has no content any more.
    WindowClosed(WindowClosed) = "window_closed",
    /// Something about a window is other than before; who has the keyboard is said by `focus_changed`.
    WindowChanged(WindowChange) = "window_changed",
    /// Another window has the keyboard, or none.
    FocusChanged(FocusChange) = "focus_changed",
    OutputAdded(Output) = "output_added",
    OutputChanged(OutputChange) = "output_changed",
    OutputRemoved(OutputRemoved) = "output_removed",
    WorkspaceAdded(Workspace) = "workspace_added",
    /// Also when an output shows another workspace: `active` of both changes.
    WorkspaceChanged(WorkspaceChange) = "workspace_changed",
    WorkspaceRemoved(WorkspaceRemoved) = "workspace_removed",
    /// A layer surface has its first content.
    LayerCreated(Layer) = "layer_created",
    /// Something about a layer surface is other than before, or it has the keyboard or no longer.
    LayerChanged(LayerChange) = "layer_changed",
    /// A layer surface is gone, or has no content any more.
    LayerClosed(LayerClosed) = "layer_closed",
    /// The desktop has started a program.
    ProcessSpawned(ProcessSpawned) = "process_spawned",
    /// A program that the desktop had started is over.
    ProcessTerminated(ProcessTerminated) = "process_terminated",
    /// Something went wrong that somebody should know.
    SystemAlert(SystemAlert) = "system_alert",
    /// Figures, as `Telemetry1.Metrics` answers them, at most ten times a second. Only for subscribers that name this kind.
    PerformanceMetrics(Dict) = "performance_metrics",
    /// An agent says that it is done with something.
    AgentTaskCompleted(AgentTask) = "agent_task_completed",
    /// Options have other values now.
    ConfigChanged(ConfigChanged) = "config_changed",
    /// Another mode of key bindings is on.
    ModeChanged(ModeChanged) = "mode_changed",
    /// Another keyboard layout is on.
    KeyboardLayoutChanged(KeyboardLayoutChanged) = "keyboard_layout_changed",
    /// Programs offer other layouts, or one of them is late or is not any more.
    LayoutsChanged(LayoutsChanged) = "layouts_changed",
    /// A command was carried out.
    CommandRun(CommandRun) = "command_run",
}

/// A window that is gone.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct WindowClosed {
    pub id: u64,
    pub app_id: String,
    pub title: String,
}

/// Who has the keyboard now, and who had it.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct FocusChange {
    /// `None`: no window.
    pub window: Option<u64>,
    pub previous: Option<u64>,
}

/// An output that is gone.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct OutputRemoved {
    pub id: u64,
    pub name: String,
}

/// A workspace that is gone.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct WorkspaceRemoved {
    pub id: u64,
}

/// A layer surface that is gone.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct LayerClosed {
    pub id: u64,
    pub namespace: String,
}

/// A program that the desktop has started.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct ProcessSpawned {
    pub pid: i32,
    /// What was started, as it was named.
    pub program: String,
    pub argv: Vec<String>,
}

/// A program that is over.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct ProcessTerminated {
    pub pid: i32,
    pub program: String,
    /// What it ended with. `None`: a signal ended it.
    pub code: Option<i32>,
    pub signal: Option<i32>,
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct SystemAlert {
    /// `info`, `warning` or `error`.
    pub severity: String,
    /// What it is about, for programs: `display-died`, `client-cut-off`, `config-refused`, ...
    pub subject: String,
    /// For people.
    pub sentence: String,
    /// The process that it is about.
    pub pid: Option<i32>,
}

/// What an agent is done with.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct AgentTask {
    pub task: String,
    /// In the agent's own words, for instance `succeeded`.
    pub outcome: String,
    pub details: Dict,
    /// The process that said so.
    pub pid: Option<i32>,
}

/// Options that changed.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct ConfigChanged {
    /// Their names, such as `layout.gap-px`.
    pub options: Vec<String>,
}

/// The mode of key bindings that is on.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct ModeChanged {
    /// As the configuration names it; `default` at the start.
    pub mode: String,
}

/// The keyboard layout that is on.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct KeyboardLayoutChanged {
    /// Its place among those that are configured, from 1.
    pub number: u32,
    /// For people: `English (US)`.
    pub name: String,
}

/// The layouts that programs offer, by their names.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct LayoutsChanged {
    /// Those that answer in time.
    pub layouts: Vec<String>,
    /// Those for which windows do not wait any more.
    pub late: Vec<String>,
}

/// A command that was carried out.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct CommandRun {
    /// In its text form.
    pub command: String,
    /// `person`, `client` or `program`.
    pub caller: String,
    pub pid: Option<i32>,
}

impl Event {
    /// The signal that carries it.
    ///
    /// # Errors
    ///
    /// If it cannot be encoded: a string has a NUL character in it.
    pub fn signal(&self, sender: Option<&UniqueName<'_>>, destination: Option<&UniqueName<'_>>) -> zbus::Result<Message> {
        let mut builder = Message::signal(OBJECT_PATH, INTERFACE, SIGNAL);
        if let Some(sender) = sender {
            builder = builder.sender(sender);
        }
        if let Some(destination) = destination {
            builder = builder.destination(destination);
        }
        self.build(builder)
    }

    /// The window that it is about.
    pub fn window(&self) -> Option<u64> {
        match &self.payload {
            Payload::WindowCreated(window) => Some(window.id),
            Payload::WindowClosed(closed) => Some(closed.id),
            Payload::WindowChanged(change) => Some(change.id),
            Payload::FocusChanged(change) => change.window.or(change.previous),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use zbus::Variant;

    use super::*;

    fn check(payload: Payload) {
        let event = Event { sequence: 3, time_ns: 5, trace: 8, payload };
        let message = event.signal(None, None).unwrap();
        assert_eq!(message.body().signature().to_string(), "(tttsa{sv})");
        assert_eq!(Event::from_message(&message).unwrap(), event);
    }

    #[test]
    fn every_kind_survives_the_wire() {
        let dict = || Dict::from([("frames".to_owned(), Variant::from(7_u64).try_into_owned().unwrap())]);
        let payloads = [
            Payload::WindowCreated(Window { id: 1, title: "美しい 🙂".into(), pid: Some(4), ..Window::default() }),
            Payload::WindowClosed(WindowClosed { id: 1, app_id: "foot".into(), title: "a".into() }),
            Payload::WindowChanged(WindowChange { id: 1, x: Some(0.5), removed: Some(vec!["pid".into()]), ..WindowChange::default() }),
            Payload::FocusChanged(FocusChange { window: None, previous: Some(2) }),
            Payload::OutputAdded(Output { id: 1, name: "HEADLESS-1".into(), scale: 1.5, ..Output::default() }),
            Payload::OutputChanged(OutputChange { id: 1, width: Some(9), ..OutputChange::default() }),
            Payload::OutputRemoved(OutputRemoved { id: 1, name: "HEADLESS-1".into() }),
            Payload::WorkspaceAdded(Workspace { id: 4, index: 1, name: Some("web".into()), ..Workspace::default() }),
            Payload::WorkspaceChanged(WorkspaceChange { id: 4, active: Some(true), ..WorkspaceChange::default() }),
            Payload::WorkspaceRemoved(WorkspaceRemoved { id: 4 }),
            Payload::LayerCreated(Layer { id: 9, namespace: "panel".into(), output: Some("HEADLESS-1".into()), ..Layer::default() }),
            Payload::LayerChanged(LayerChange { id: 9, exclusive_zone: Some(-1), ..LayerChange::default() }),
            Payload::LayerClosed(LayerClosed { id: 9, namespace: "panel".into() }),
            Payload::ProcessSpawned(ProcessSpawned { pid: 7, program: "foot".into(), argv: vec!["foot".into(), "-e".into()] }),
            Payload::ProcessTerminated(ProcessTerminated { pid: 7, program: "foot".into(), code: None, signal: Some(9) }),
            Payload::SystemAlert(SystemAlert { severity: "error".into(), subject: "display-died".into(), ..SystemAlert::default() }),
            Payload::PerformanceMetrics(dict()),
            Payload::AgentTaskCompleted(AgentTask { task: "t".into(), outcome: "succeeded".into(), details: dict(), pid: Some(1) }),
            Payload::ConfigChanged(ConfigChanged { options: vec!["layout.gap-px".into()] }),
            Payload::ModeChanged(ModeChanged { mode: "resize".into() }),
            Payload::KeyboardLayoutChanged(KeyboardLayoutChanged { number: 2, name: "German".into() }),
            Payload::LayoutsChanged(LayoutsChanged { layouts: vec!["spiral".into()], late: vec![] }),
            Payload::CommandRun(CommandRun { command: "undo".into(), caller: "program".into(), pid: Some(2) }),
        ];
        let kinds: Vec<_> = payloads.iter().map(|payload| payload.kind().to_owned()).collect();
        assert_eq!(kinds, KINDS);
        for payload in payloads {
            check(payload);
        }
    }

    #[test]
    fn a_kind_that_is_unknown_or_has_another_form_survives_too() {
        let dict = Dict::from([("id".to_owned(), Variant::from("seven").try_into_owned().unwrap())]);
        check(Payload::Other { kind: "moon_rose".into(), payload: dict.clone() });
        check(Payload::Other { kind: "window_closed".into(), payload: dict });
    }

    #[test]
    fn the_payload_of_a_change_has_only_what_changed() {
        let payload = Payload::WindowChanged(WindowChange { id: 1, title: Some("b".into()), ..WindowChange::default() });
        let dict = Event { sequence: 1, time_ns: 0, trace: 0, payload }.dict().unwrap();
        let mut names: Vec<_> = dict.into_keys().collect();
        names.sort();
        assert_eq!(names, ["id", "title"]);
    }
}
