//! Random histories: whoever starts at any moment and applies what follows has the newest state.

use proptest::prelude::*;

use super::*;
use crate::state::{Layer, Output, Window, Workspace};

/// The state as the desktop itself has it.
#[derive(Debug, Default, Clone)]
struct Truth {
    windows: BTreeMap<u64, Window>,
    outputs: BTreeMap<u64, Output>,
    workspaces: BTreeMap<u64, Workspace>,
    layers: BTreeMap<u64, Layer>,
    focus: Option<u64>,
}

#[derive(Debug, Clone)]
enum Op {
    Window(u64, u8, bool),
    Close(u64),
    Focus(Option<u64>),
    Output(u64, u8),
    Unplug(u64),
    Workspace(u64, u8),
    Leave(u64),
    Layer(u64, u8),
    LayerGone(u64),
    /// Somebody subscribes.
    Subscribe,
}

fn op() -> impl Strategy<Value = Op> {
    let id = 1..5_u64;
    prop_oneof![
        (id.clone(), 0..4_u8, any::<bool>()).prop_map(|(id, value, known)| Op::Window(id, value, known)),
        id.clone().prop_map(Op::Close),
        proptest::option::of(id.clone()).prop_map(Op::Focus),
        (id.clone(), 0..4_u8).prop_map(|(id, value)| Op::Output(id, value)),
        id.clone().prop_map(Op::Unplug),
        (id.clone(), 0..4_u8).prop_map(|(id, value)| Op::Workspace(id, value)),
        id.clone().prop_map(Op::Leave),
        (id.clone(), 0..4_u8).prop_map(|(id, value)| Op::Layer(id, value)),
        id.prop_map(Op::LayerGone),
        Just(Op::Subscribe),
    ]
}

impl Truth {
    fn run(&mut self, op: &Op) {
        match *op {
            Op::Window(id, value, known) => {
                let window = Window {
                    id,
                    title: format!("title {value}"),
                    x: f64::from(value),
                    fullscreen: value == 2,
                    pid: known.then_some(i32::from(value)),
                    parent: (!known).then_some(u64::from(value)),
                    ..Window::default()
                };
                self.windows.insert(id, window);
            }
            Op::Close(id) => drop(self.windows.remove(&id)),
            Op::Focus(id) => self.focus = id,
            Op::Output(id, value) => {
                self.outputs.insert(id, Output { id, width: u32::from(value), ..Output::default() });
            }
            Op::Unplug(id) => drop(self.outputs.remove(&id)),
            Op::Workspace(id, value) => {
                let name = (value > 1).then(|| format!("name {value}"));
                self.workspaces.insert(id, Workspace { id, active: value == 1, name, ..Workspace::default() });
            }
            Op::Leave(id) => drop(self.workspaces.remove(&id)),
            Op::Layer(id, value) => {
                let output = (value > 1).then(|| format!("output {value}"));
                self.layers.insert(id, Layer { id, exclusive_zone: i32::from(value), output, ..Layer::default() });
            }
            Op::LayerGone(id) => drop(self.layers.remove(&id)),
            Op::Subscribe => {}
        }
        self.focus = self.focus.filter(|focus| self.windows.contains_key(focus));
        for window in self.windows.values_mut() {
            window.focused = self.focus == Some(window.id);
        }
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            instance: "one".to_owned(),
            windows: self.windows.values().cloned().collect(),
            outputs: self.outputs.values().cloned().collect(),
            workspaces: self.workspaces.values().cloned().collect(),
            layers: self.layers.values().cloned().collect(),
            focus: self.focus,
        }
    }
}

/// What the desktop tells in one turn.
fn tell(replica: &mut Replica, truth: &Truth) -> Vec<Event> {
    let mut events = Vec::new();
    let mut say = |replica: &mut Replica, payload: Payload| {
        let event = Event { sequence: replica.sequence() + 1, time_ns: 0, trace: 0, payload };
        replica.apply(&event);
        // What subscribers apply has been on the wire.
        events.push(Event::from_message(&event.signal(None, None).unwrap()).unwrap());
    };
    for id in 1..5 {
        if let Some(payload) = replica.window_event(id, truth.windows.get(&id).cloned()) {
            say(replica, payload);
        }
    }
    if let Some(payload) = replica.focus_event(truth.focus) {
        say(replica, payload);
    }
    for payload in replica.output_events(&truth.outputs.values().cloned().collect::<Vec<_>>()) {
        say(replica, payload);
    }
    for payload in replica.layer_events(&truth.layers.values().cloned().collect::<Vec<_>>()) {
        say(replica, payload);
    }
    for payload in replica.workspace_events(&truth.workspaces.values().cloned().collect::<Vec<_>>()) {
        say(replica, payload);
    }
    events
}

proptest! {
    #[test]
    fn a_snapshot_and_what_follows_is_the_newest_snapshot(turns in prop::collection::vec(prop::collection::vec(op(), 0..5), 1..30)) {
        let mut truth = Truth::default();
        let mut told = Replica::new(0, truth.snapshot());
        let mut subscribers: Vec<Replica> = Vec::new();
        for turn in turns {
            for op in &turn {
                truth.run(op);
                if let Op::Subscribe = op {
                    subscribers.push(Replica::new(told.sequence(), told.snapshot()));
                }
            }
            for event in tell(&mut told, &truth) {
                for subscriber in &mut subscribers {
                    subscriber.apply(&event);
                    // Once more does nothing.
                    subscriber.apply(&event);
                }
            }
            prop_assert_eq!(told.snapshot(), truth.snapshot());
            for subscriber in &subscribers {
                prop_assert_eq!(subscriber, &told);
            }
            prop_assert!(tell(&mut told, &truth).is_empty());
        }
    }
}
