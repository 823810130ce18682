//! The state of a desktop as its subscribers have it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap as _};
use zbus::{DeserializeDict, SerializeDict, Signature, Type};

use crate::{
    event::{Event, FocusChange, LayerClosed, OutputRemoved, Payload, WindowClosed, WorkspaceRemoved},
    state::{Layer, Output, Window, Workspace},
};

/// Everything that there is, at one moment. On the wire `a{sv}`; what is absent reads as nothing.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct Snapshot {
    /// Another one after every start of the desktop: sequences of different instances have nothing to do with each other.
    pub instance: String,
    /// In the order of their creation.
    pub windows: Vec<Window>,
    pub outputs: Vec<Output>,
    pub workspaces: Vec<Workspace>,
    /// Layer surfaces, in the order of their creation.
    pub layers: Vec<Layer>,
    /// The window that has the keyboard.
    pub focus: Option<u64>,
}

/// A snapshot in which all may be absent: the derived code wants whatever is no `Option`.
#[derive(DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
struct Parts {
    instance: Option<String>,
    windows: Option<Vec<Window>>,
    outputs: Option<Vec<Output>>,
    workspaces: Option<Vec<Workspace>>,
    layers: Option<Vec<Layer>>,
    focus: Option<u64>,
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Parts { instance, windows, outputs, workspaces, layers, focus } = Parts::deserialize(deserializer)?;
        Ok(Self {
            instance: instance.unwrap_or_default(),
            windows: windows.unwrap_or_default(),
            outputs: outputs.unwrap_or_default(),
            workspaces: workspaces.unwrap_or_default(),
            layers: layers.unwrap_or_default(),
            focus,
        })
    }
}

/// Where a subscription starts: with everything, or with nothing (an empty dictionary), because events follow that lead there.
#[derive(Debug, Clone, PartialEq)]
pub struct Start(pub Option<Snapshot>);

impl Type for Start {
    const SIGNATURE: &'static Signature = Snapshot::SIGNATURE;
}

impl Serialize for Start {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(snapshot) => snapshot.serialize(serializer),
            None => serializer.serialize_map(Some(0))?.end(),
        }
    }
}

/// A snapshot that events keep current.
///
/// The desktop itself has one: it tells its subscribers how the newest state differs from it, and both apply the same events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Replica {
    sequence: u64,
    instance: String,
    windows: BTreeMap<u64, Window>,
    outputs: BTreeMap<u64, Output>,
    workspaces: BTreeMap<u64, Workspace>,
    layers: BTreeMap<u64, Layer>,
    focus: Option<u64>,
}

impl Replica {
    /// What `Subscribe` or `Snapshot` answered.
    pub fn new(sequence: u64, snapshot: Snapshot) -> Self {
        let Snapshot { instance, windows, outputs, workspaces, layers, focus } = snapshot;
        Self {
            sequence,
            instance,
            windows: windows.into_iter().map(|window| (window.id, window)).collect(),
            outputs: outputs.into_iter().map(|output| (output.id, output)).collect(),
            workspaces: workspaces.into_iter().map(|workspace| (workspace.id, workspace)).collect(),
            layers: layers.into_iter().map(|layer| (layer.id, layer)).collect(),
            focus,
        }
    }

    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            instance: self.instance.clone(),
            windows: self.windows.values().cloned().collect(),
            outputs: self.outputs.values().cloned().collect(),
            workspaces: self.workspaces.values().cloned().collect(),
            layers: self.layers.values().cloned().collect(),
            focus: self.focus,
        }
    }

    /// The newest event that is in here.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// In the order of their creation.
    pub fn windows(&self) -> impl DoubleEndedIterator<Item = &Window> + Clone {
        self.windows.values()
    }

    pub fn window(&self, id: u64) -> Option<&Window> {
        self.windows.get(&id)
    }

    pub fn outputs(&self) -> impl DoubleEndedIterator<Item = &Output> + Clone {
        self.outputs.values()
    }

    pub fn workspaces(&self) -> impl DoubleEndedIterator<Item = &Workspace> + Clone {
        self.workspaces.values()
    }

    pub fn layers(&self) -> impl DoubleEndedIterator<Item = &Layer> + Clone {
        self.layers.values()
    }

    /// The window that has the keyboard.
    pub fn focus(&self) -> Option<u64> {
        self.focus
    }

    /// Takes note of an event. Those that are in here already, and changes of what is not, do nothing.
    pub fn apply(&mut self, event: &Event) {
        if event.sequence <= self.sequence {
            return;
        }
        self.sequence = event.sequence;
        match &event.payload {
            Payload::WindowCreated(window) => {
                self.windows.insert(window.id, window.clone());
            }
            Payload::WindowChanged(change) => {
                if let Some(window) = self.windows.get_mut(&change.id) {
                    window.apply(change);
                }
            }
            Payload::WindowClosed(closed) => {
                self.windows.remove(&closed.id);
                if self.focus == Some(closed.id) {
                    self.focus = None;
                }
            }
            Payload::FocusChanged(change) => {
                self.focus = change.window;
                for window in self.windows.values_mut() {
                    window.focused = change.window == Some(window.id);
                }
            }
            Payload::OutputAdded(output) => {
                self.outputs.insert(output.id, output.clone());
            }
            Payload::OutputChanged(change) => {
                if let Some(output) = self.outputs.get_mut(&change.id) {
                    output.apply(change);
                }
            }
            Payload::OutputRemoved(removed) => {
                self.outputs.remove(&removed.id);
            }
            Payload::WorkspaceAdded(workspace) => {
                self.workspaces.insert(workspace.id, workspace.clone());
            }
            Payload::WorkspaceChanged(change) => {
                if let Some(workspace) = self.workspaces.get_mut(&change.id) {
                    workspace.apply(change);
                }
            }
            Payload::WorkspaceRemoved(removed) => {
                self.workspaces.remove(&removed.id);
            }
            Payload::LayerCreated(layer) => {
                self.layers.insert(layer.id, layer.clone());
            }
            Payload::LayerChanged(change) => {
                if let Some(layer) = self.layers.get_mut(&change.id) {
                    layer.apply(change);
                }
            }
            Payload::LayerClosed(closed) => {
                self.layers.remove(&closed.id);
            }
            _ => {}
        }
    }

    /// How a window differs from what subscribers know. `now` is `None` when it is gone; whether it has the keyboard is no difference:
    /// that is for [`Self::focus_event`]. `None`: not at all.
    pub fn window_event(&self, id: u64, now: Option<Window>) -> Option<Payload> {
        match (self.windows.get(&id), now) {
            (None, None) => None,
            (None, Some(window)) => Some(Payload::WindowCreated(Window { focused: false, ..window })),
            (Some(told), None) => {
                let (app_id, title) = (told.app_id.clone(), told.title.clone());
                Some(Payload::WindowClosed(WindowClosed { id, app_id, title }))
            }
            (Some(told), Some(window)) => told.change_to(&Window { focused: told.focused, ..window }).map(Payload::WindowChanged),
        }
    }

    /// Who has the keyboard, if subscribers know it otherwise.
    pub fn focus_event(&self, now: Option<u64>) -> Option<Payload> {
        (self.focus != now).then_some(Payload::FocusChanged(FocusChange { window: now, previous: self.focus }))
    }

    /// How all outputs differ from what subscribers know.
    pub fn output_events(&self, now: &[Output]) -> Vec<Payload> {
        let gone = self.outputs.values().filter(|told| now.iter().all(|output| output.id != told.id));
        let gone = gone.map(|told| Payload::OutputRemoved(OutputRemoved { id: told.id, name: told.name.clone() }));
        let others = now.iter().filter_map(|output| match self.outputs.get(&output.id) {
            None => Some(Payload::OutputAdded(output.clone())),
            Some(told) => told.change_to(output).map(Payload::OutputChanged),
        });
        gone.chain(others).collect()
    }

    /// How all layer surfaces differ from what subscribers know.
    pub fn layer_events(&self, now: &[Layer]) -> Vec<Payload> {
        let gone = self.layers.values().filter(|told| now.iter().all(|layer| layer.id != told.id));
        let gone = gone.map(|told| Payload::LayerClosed(LayerClosed { id: told.id, namespace: told.namespace.clone() }));
        let others = now.iter().filter_map(|layer| match self.layers.get(&layer.id) {
            None => Some(Payload::LayerCreated(layer.clone())),
            Some(told) => told.change_to(layer).map(Payload::LayerChanged),
        });
        gone.chain(others).collect()
    }

    /// How all workspaces differ from what subscribers know.
    pub fn workspace_events(&self, now: &[Workspace]) -> Vec<Payload> {
        let gone = self.workspaces.values().filter(|told| now.iter().all(|workspace| workspace.id != told.id));
        let gone = gone.map(|told| Payload::WorkspaceRemoved(WorkspaceRemoved { id: told.id }));
        let others = now.iter().filter_map(|workspace| match self.workspaces.get(&workspace.id) {
            None => Some(Payload::WorkspaceAdded(workspace.clone())),
            Some(told) => told.change_to(workspace).map(Payload::WorkspaceChanged),
        });
        gone.chain(others).collect()
    }
}

#[cfg(test)]
mod tests;
