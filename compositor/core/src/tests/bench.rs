//! A desktop with scripted clients, and what they were told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use euclid::{Point2D, Rect, Size2D};
use glasshouse_scene::{Logical, LogicalPoint, LogicalRect, LogicalSize, OutputId, Scene, SurfaceId};

use crate::{
    Audience, Caller, Command, Desktop, Effect, Effects, Event, Notice, Refusal, Rules, Settings, Timestamp, View, WindowConfigure,
    WindowId, WindowRef,
    command::WorkspaceRef,
    event::{CursorWanted, Edges, LayerState, SurfaceState, Want, WindowChange},
    tests::{add_output, configure_output},
};

/// One thing that happens. Windows, popups, layers and outputs are numbers from a small range; those that are not there make it a no-op.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Op {
    /// Creates a window of this preferred size; it is mapped when its client commits.
    Open(u8, u16, u16),
    /// The same for a dialog of another window.
    Dialog(u8, u8, u16, u16),
    /// Answers the newest configure, and maps the window.
    ClientCommits(u8),
    AllCommit,
    /// Acknowledges without committing.
    ClientAcks(u8),
    /// Takes another size by itself.
    ClientResizes(u8, u16, u16),
    Unmap(u8),
    Close(u8),
    Parent(u8, Option<u8>),
    Limits(u8, (i32, i32), (i32, i32)),
    Geometry(u8, Option<[i32; 4]>),
    Subsurface(u8, [i32; 2], u16),
    InputRegion(u8, Option<[i32; 4]>),
    Wants(u8, Want),
    Activate(u8),
    Command(Do),
    Popup(u8, [i32; 2]),
    PopupGone(u8),
    Layer(u8, LayerState),
    LayerMaps(u8),
    LayerGone(u8),
    Point(f64, f64),
    Press,
    Release,
    Touch(f64, f64),
    TouchMove(f64, f64),
    TouchUp,
    /// A button with a binding that began a drag is down, as the edge tells it; and up.
    GrabHeld,
    GrabReleased,
    Escape,
    /// With three fingers.
    Swipe,
    SwipeBy(f64, f64),
    SwipeEnd(bool),
    Cursor(Option<CursorWanted>),
    Drag(Option<u8>),
    /// A client's drag takes a window along, or is over.
    Along(u8, [i32; 2]),
    AlongEnds,
    Title(u8, &'static str),
    /// The configuration has these rules from now on.
    Rules(Arc<Rules>),
    /// Milliseconds pass, and ticks come when they were asked for.
    Pass(u16),
}

/// A command about the n-th window or output.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Do {
    Focus(u8),
    Direction(crate::Direction),
    Move(u8, f64, f64),
    Resize(u8, f64, f64),
    Fullscreen(u8, bool, Option<u8>),
    Maximize(u8, bool),
    Float(u8, bool),
    Minimize(u8, bool),
    Layout(crate::LayoutKind),
    /// A command as text.
    Line(&'static str),
    Plug(u32, u32, f64),
    Configure(u8, u32, u32, f64),
    Unplug(u8),
    Swap(u8, u8),
    ToOutput(u8, u8),
    Workspace(WorkspaceRef),
    ToWorkspace(u8, WorkspaceRef, Option<bool>),
    WorkspaceToOutput(u8, WorkspaceRef),
    SwapWorkspaces(WorkspaceRef, WorkspaceRef),
    Rename(WorkspaceRef, &'static str),
    FocusOutput(u8),
    Undo,
    Redo,
}

/// A window's client.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub(super) id: WindowId,
    pub(super) surface: SurfaceId,
    size: LogicalSize,
    preferred: LogicalSize,
    subsurface: Option<(SurfaceId, Point2D<i32, Logical>, LogicalSize)>,
    input: Option<Vec<(bool, Rect<i32, Logical>)>>,
    pub(super) mapped: bool,
    popup: Option<SurfaceId>,
    /// Not answered, oldest first.
    pub(super) pending: Vec<(u64, WindowConfigure, Timestamp)>,
    pub(super) last: WindowConfigure,
}

pub(super) struct Bench {
    pub(super) desktop: Desktop,
    pub(super) now: Timestamp,
    pub(super) clients: BTreeMap<u8, Client>,
    /// Whether answers of clients are noted only, and what came of that.
    notes: bool,
    noted: Effects,
    layers: BTreeMap<u8, SurfaceId>,
    /// As they were when a redraw was last asked for.
    pub(super) scenes: BTreeMap<OutputId, Scene>,
    /// What pictures showed then.
    pub(super) captured: BTreeMap<OutputId, Scene>,
    /// What the last op caused.
    pub(super) effects: Effects,
    pub(super) told_focus: Option<SurfaceId>,
    pub(super) open: BTreeSet<WindowId>,
}

impl Bench {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            desktop: Desktop::new(settings),
            now: Timestamp(Duration::from_secs(100)),
            clients: BTreeMap::new(),
            notes: false,
            noted: Effects::new(),
            layers: BTreeMap::new(),
            scenes: BTreeMap::new(),
            captured: BTreeMap::new(),
            effects: Effects::new(),
            told_focus: None,
            open: BTreeSet::new(),
        }
    }

    /// A desktop with outputs of 1000 × 600 and no decoration, tiling.
    pub(super) fn with_outputs(count: usize) -> Self {
        let mut t = Self::new(Settings { layout: crate::LayoutKind::MasterStack, ..Settings::plain() });
        for _ in 0..count {
            t.run([Op::Command(Do::Plug(1000, 600, 1.0))]);
        }
        t
    }

    pub(super) fn run(&mut self, ops: impl IntoIterator<Item = Op>) {
        for op in ops {
            self.effects.clear();
            self.step(op);
            super::invariants::assert_invariants(self);
        }
    }

    /// Opens a window and lets everybody answer.
    pub(super) fn open(&mut self, n: u8, width: u16, height: u16) {
        self.run([Op::Open(n, width, height), Op::ClientCommits(n)]);
        self.answer();
    }

    /// Lets all clients answer until they have no more questions.
    pub(super) fn answer(&mut self) {
        for _ in 0..4 {
            let all: Vec<u8> = self.clients.keys().copied().collect();
            self.run(all.into_iter().map(Op::ClientCommits));
        }
    }

    /// However it went: when everybody has answered, everything is in its place.
    pub(super) fn come_to_rest(&mut self) {
        self.run([Op::Release, Op::GrabReleased, Op::TouchUp, Op::AlongEnds, Op::SwipeEnd(true)]);
        for _ in 0..3 {
            self.answer();
            self.run([Op::Pass(300)]);
        }
        super::invariants::assert_settled(self);
    }

    pub(super) fn window(&self, n: u8) -> crate::WindowInfo {
        self.desktop.window(self.clients[&n].id).unwrap()
    }

    pub(super) fn area(&self, n: u8) -> [f64; 4] {
        let area = self.window(n).area;
        [area.min_x(), area.min_y(), area.width(), area.height()]
    }

    pub(super) fn command(&mut self, command: Command) -> Result<(), Refusal> {
        let effects = self.desktop.apply(&Caller::Person, command, self.now)?;
        self.take(effects);
        Ok(())
    }

    pub(super) fn observe(&mut self, event: Event) {
        if self.notes {
            // As the edge does within a turn. What was noted before comes first.
            let noted = matches!(event, Event::SurfaceCommitted { .. } | Event::ConfigureAcked { .. } | Event::ConfigureCommitted { .. });
            let effects = if noted { self.desktop.note(event) } else { self.desktop.observe(event, self.now) };
            self.noted.extend(effects);
            if !noted {
                let effects = std::mem::take(&mut self.noted);
                self.take(effects);
            }
            return;
        }
        let effects = self.desktop.observe(event, self.now);
        self.take(effects);
    }

    /// Every client answers the newest that it was asked for, all in one turn.
    fn all_commit(&mut self) {
        self.notes = true;
        for n in self.clients.keys().copied().collect::<Vec<_>>() {
            self.client_commits(n);
        }
        self.notes = false;
        let mut effects = std::mem::take(&mut self.noted);
        effects.extend(self.desktop.conclude(self.now));
        self.take(effects);
    }

    pub(super) fn take(&mut self, effects: Effects) {
        for effect in &effects {
            match effect {
                Effect::ConfigureWindow { window, token, configure } => {
                    let client = self.clients.values_mut().find(|client| client.id == *window).expect("a configure for a dead window");
                    client.pending.push((*token, configure.clone(), self.now));
                    client.last = configure.clone();
                }
                Effect::Redraw { output } => {
                    let scene = self.desktop.scene(View::Output(*output), self.now).expect("a redraw for a dead output");
                    let captured = self.desktop.scene_for(Audience::Capture, View::Output(*output), self.now).expect("as above");
                    let before = (self.scenes.insert(*output, scene.clone()), self.captured.insert(*output, captured.clone()));
                    let moves = self.desktop.settings().animations.enabled;
                    assert!(moves || before != (Some(scene), Some(captured)), "a redraw of what did not change");
                }
                Effect::OutputRemoved { output } => {
                    self.scenes.remove(output);
                    self.captured.remove(output);
                }
                Effect::CloseLayer { surface } => self.layers.retain(|_, layer| layer != surface),
                Effect::Focus { surface } => {
                    assert_ne!(self.told_focus, *surface, "told twice");
                    self.told_focus = *surface;
                }
                Effect::Notify(Notice::WindowOpened { window }) => assert!(self.open.insert(*window)),
                Effect::Notify(Notice::WindowClosed { window }) => assert!(self.open.remove(window)),
                _ => {}
            }
        }
        for output in self.desktop.screens() {
            if self.desktop.is_moving() {
                break; // Every moment has a scene of its own.
            }
            let scene = self.desktop.scene(View::Output(output.id), self.now);
            assert_eq!(self.scenes.get(&output.id), scene.as_ref(), "a redraw is missing");
            let captured = self.desktop.scene_for(Audience::Capture, View::Output(output.id), self.now);
            assert_eq!(self.captured.get(&output.id), captured.as_ref(), "a redraw of pictures is missing");
        }
        let commands: Vec<Command> = effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::RunFor { commands, .. } => Some(commands.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        self.effects.extend(effects);
        for command in commands {
            let _ = self.command(command); // As the edge, which goes on with the next one.
        }
    }

    fn nth_output(&self, n: u8) -> Option<OutputId> {
        self.desktop.outputs().get(usize::from(n)).map(|output| output.id)
    }

    fn commit_surface(&mut self, n: u8) {
        let Some(client) = self.clients.get(&n).cloned() else { return };
        let size = client.mapped.then_some(client.size);
        let mut stack = vec![(client.surface, Point2D::zero())];
        if let Some((sub, at, size)) = client.subsurface {
            stack.push((sub, at));
            self.observe(Event::SurfaceCommitted { surface: sub, state: SurfaceState { size: Some(size), ..SurfaceState::default() } });
        }
        self.observe(Event::SurfaceCommitted { surface: client.surface, state: SurfaceState { size, input: client.input, stack } });
    }

    fn unmap(&mut self, n: u8) {
        self.pop_down(n);
        let Some(client) = self.clients.get_mut(&n) else { return };
        client.mapped = false;
        client.pending.clear();
        let window = client.id;
        self.commit_surface(n);
        self.observe(Event::WindowUnmapped { window });
        // The client begins again at once.
        self.observe(Event::WindowReady { window });
    }

    fn pop_down(&mut self, n: u8) {
        if let Some(popup) = self.clients.get_mut(&n).and_then(|client| client.popup.take()) {
            self.observe(Event::PopupGone { surface: popup });
            self.observe(Event::SurfaceDestroyed { surface: popup });
        }
    }

    pub(super) fn change(&mut self, n: u8, change: WindowChange) {
        if let Some(window) = self.clients.get(&n).map(|client| client.id) {
            self.observe(Event::WindowChanged { window, change });
        }
    }

    pub(super) fn step(&mut self, op: Op) {
        let rect = |[x, y, w, h]: [i32; 4]| Rect::new(Point2D::new(x, y), Size2D::new(w, h));
        let size = |w: u16, h: u16| LogicalSize::new(f64::from(w), f64::from(h));
        match op {
            Op::Open(n, w, h) => self.create(n, size(w, h), None),
            Op::Dialog(n, parent, w, h) => self.create(n, size(w, h), self.clients.get(&parent).map(|client| client.id)),
            Op::ClientCommits(n) => self.client_commits(n),
            Op::AllCommit => self.all_commit(),
            Op::ClientAcks(n) => {
                if let Some((window, token)) = self.clients.get(&n).and_then(|c| Some((c.id, c.pending.last()?.0))) {
                    self.observe(Event::ConfigureAcked { window, token });
                    // Only what asks for no other contents is answered by this alone.
                    let sent = self.desktop.windows.get(window).map(|window| window.configures.clone()).unwrap_or_default();
                    if let Some(client) = self.clients.get_mut(&n).filter(|_| sent.committed.is_some()) {
                        let newest = sent.sent.map(|(newest, _)| newest);
                        client.pending.retain(|(pending, ..)| *pending > token || (Some(token) == newest && sent.in_flight.is_some()));
                    }
                }
            }
            Op::ClientResizes(n, w, h) => {
                let Some(client) = self.clients.get_mut(&n) else { return };
                (client.size, client.preferred) = (size(w, h), size(w, h));
                self.commit_surface(n);
            }
            Op::Unmap(n) => self.unmap(n),
            Op::Close(n) => {
                self.pop_down(n);
                let Some(client) = self.clients.remove(&n) else { return };
                self.observe(Event::WindowDestroyed { window: client.id });
                self.observe(Event::SurfaceDestroyed { surface: client.surface });
            }
            Op::Parent(n, parent) => {
                let parent = parent.and_then(|parent| self.clients.get(&parent)).map(|client| client.id);
                self.change(n, WindowChange::Parent(parent));
            }
            Op::Limits(n, min, max) => self.change(n, WindowChange::Limits { min: min.into(), max: max.into() }),
            Op::Geometry(n, geometry) => self.change(n, WindowChange::Geometry(geometry.map(rect))),
            Op::Subsurface(n, at, side) => {
                let sub = self.desktop.allocate_surface();
                let Some(client) = self.clients.get_mut(&n) else { return };
                let sub = client.subsurface.map_or(sub, |(sub, ..)| sub);
                client.subsurface = Some((sub, at.into(), size(side, side)));
                self.commit_surface(n);
            }
            Op::InputRegion(n, region) => {
                let Some(client) = self.clients.get_mut(&n) else { return };
                client.input = region.map(|region| vec![(true, rect(region))]);
                self.commit_surface(n);
            }
            Op::Wants(n, want) => {
                if let Some(window) = self.clients.get(&n).map(|client| client.id) {
                    self.observe(Event::WindowWants { window, want });
                }
            }
            Op::Activate(n) => self.change(n, WindowChange::Activated),
            Op::Command(what) => {
                let before = self.scenes.clone();
                if self.carry_out(what).is_err() {
                    assert_eq!(before, self.scenes);
                }
            }
            Op::Popup(n, at) => self.popup(n, at),
            Op::PopupGone(n) => self.pop_down(n),
            Op::Layer(n, layer) => {
                let surface = self.layers.get(&n).copied().unwrap_or_else(|| self.desktop.allocate_surface());
                if self.layers.insert(n, surface).is_none() {
                    self.observe(Event::LayerCreated { surface, output: None, namespace: format!("panel-{n}") });
                }
                self.observe(Event::LayerCommitted { surface, layer });
            }
            Op::LayerMaps(n) => {
                let Some(surface) = self.layers.get(&n).copied() else { return };
                let size = self.desktop.layers.get(surface).and_then(|layer| layer.sent);
                self.observe(Event::SurfaceCommitted { surface, state: SurfaceState { size, ..SurfaceState::default() } });
                self.observe(Event::LayerMapped { surface });
            }
            Op::LayerGone(n) => {
                if let Some(surface) = self.layers.remove(&n) {
                    self.observe(Event::LayerDestroyed { surface });
                    self.observe(Event::SurfaceDestroyed { surface });
                }
            }
            Op::Point(x, y) => self.observe(Event::PointerMoved { to: LogicalPoint::new(x, y) }),
            Op::Press => self.observe(Event::PointerButton { button: 272, pressed: true, held: 1 }),
            Op::Release => self.observe(Event::PointerButton { button: 272, pressed: false, held: 0 }),
            Op::Touch(x, y) => self.observe(Event::TouchDown { id: 7, at: LogicalPoint::new(x, y) }),
            Op::TouchMove(x, y) => self.observe(Event::TouchMoved { id: 7, at: LogicalPoint::new(x, y) }),
            Op::TouchUp => self.observe(Event::TouchUp { id: 7 }),
            Op::GrabHeld => self.observe(Event::GrabHeld),
            Op::GrabReleased => self.observe(Event::GrabReleased),
            Op::Swipe => self.observe(Event::SwipeBegan { fingers: 3, horizontal: true, vertical: true }),
            Op::SwipeBy(x, y) => self.observe(Event::SwipeMoved { by: euclid::vec2(x, y), at: self.now }),
            Op::SwipeEnd(cancelled) => self.observe(Event::SwipeEnded { cancelled, at: self.now }),
            Op::Escape => self.observe(Event::GrabCancelled),
            Op::Cursor(cursor) => self.observe(Event::CursorWanted { cursor }),
            Op::Drag(n) => {
                let surface = n.and_then(|n| self.clients.get(&n)?.subsurface).map(|(surface, ..)| surface);
                self.observe(Event::DragIcon { surface });
            }
            Op::Along(n, offset) => {
                if let Some(window) = self.clients.get(&n).map(|client| client.id) {
                    self.observe(Event::DragTakesWindow { window, offset: offset.into(), finger: None });
                }
            }
            Op::AlongEnds => self.observe(Event::DragOver { finger: None }),
            Op::Title(n, title) => self.change(n, WindowChange::Title(title.to_owned())),
            Op::Rules(rules) => {
                let settings = Settings { rules, ..self.desktop.settings().clone() };
                self.observe(Event::SettingsChanged(Box::new(settings)));
            }
            Op::Pass(ms) => self.pass(Duration::from_millis(ms.into())),
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now.after(time);
        for _ in 0..100 {
            match self.desktop.deadline().filter(|deadline| *deadline <= end) {
                Some(deadline) => {
                    self.now = self.now.max(deadline);
                    self.observe(Event::Tick);
                }
                None => {
                    self.now = end;
                    return;
                }
            }
        }
        panic!("ticks without end");
    }

    fn create(&mut self, n: u8, preferred: LogicalSize, parent: Option<WindowId>) {
        if self.clients.contains_key(&n) {
            return;
        }
        let (id, surface) = (self.desktop.allocate_window(), self.desktop.allocate_surface());
        let client = Client {
            id,
            surface,
            size: preferred,
            preferred,
            subsurface: None,
            input: None,
            mapped: false,
            popup: None,
            pending: Vec::new(),
            last: WindowConfigure::default(),
        };
        self.clients.insert(n, client);
        self.observe(Event::WindowCreated { window: id, surface, client: Default::default() });
        if parent.is_some() {
            self.observe(Event::WindowChanged { window: id, change: WindowChange::Parent(parent) });
        }
        self.observe(Event::WindowReady { window: id });
    }

    fn client_commits(&mut self, n: u8) {
        let Some(client) = self.clients.get_mut(&n) else { return };
        let Some((token, configure, _)) = client.pending.pop() else { return };
        client.pending.clear();
        client.size = configure.size.unwrap_or(client.preferred);
        let window = client.id;
        let maps = !std::mem::replace(&mut client.mapped, true);
        self.commit_surface(n);
        self.observe(Event::ConfigureCommitted { window, token });
        if maps {
            self.observe(Event::WindowMapped { window });
        }
    }

    fn popup(&mut self, n: u8, at: [i32; 2]) {
        let surface = self.desktop.allocate_surface();
        let Some(client) = self.clients.get_mut(&n).filter(|client| client.mapped) else { return };
        let surface = *client.popup.get_or_insert(surface);
        let parent = client.surface;
        let geometry = Rect::new(Point2D::new(5, 5), Size2D::new(90, 40));
        self.observe(Event::PopupPlaced { surface, parent, geometry, at: at.into() });
        let size = Some(LogicalSize::new(100.0, 50.0));
        self.observe(Event::SurfaceCommitted { surface, state: SurfaceState { size, ..SurfaceState::default() } });
    }

    fn carry_out(&mut self, what: Do) -> Result<(), Refusal> {
        let id = |n: u8| self.clients.get(&n).map_or(WindowId(u64::MAX), |client| client.id);
        let output = |n: u8| self.nth_output(n).unwrap_or(OutputId(u64::MAX));
        let command = match what {
            Do::Focus(n) => Command::FocusWindow { window: id(n).into() },
            Do::Direction(direction) => Command::FocusWindow { window: WindowRef::Direction(direction) },
            Do::Move(n, x, y) => Command::MoveWindow { window: id(n).into(), to: LogicalPoint::new(x, y) },
            Do::Resize(n, w, h) => Command::ResizeWindow { window: id(n).into(), to: LogicalSize::new(w, h) },
            Do::Fullscreen(n, fullscreen, on) => {
                Command::SetFullscreen { window: id(n).into(), on: fullscreen.into(), output: on.map(|n| output(n).into()) }
            }
            Do::Maximize(n, maximized) => Command::SetMaximized { window: id(n).into(), on: maximized.into() },
            Do::Float(n, floating) => Command::SetFloating { window: id(n).into(), on: floating.into() },
            Do::Minimize(n, minimized) => Command::SetMinimized { window: id(n).into(), on: minimized.into() },
            Do::Layout(layout) => Command::SetLayout { layout, workspace: crate::command::WorkspaceRef::Focused },
            Do::Line(line) => line.parse().map_err(|error| Refusal::Edge(format!("{error}")))?,
            Do::Plug(w, h, scale) => add_output(w, h, scale),
            Do::Configure(n, w, h, scale) => configure_output(output(n), w, h, scale),
            Do::Unplug(n) => Command::RemoveOutput { output: output(n).into() },
            Do::Swap(a, b) => Command::SwapWindow { window: id(a).into(), with: id(b).into() },
            Do::ToOutput(n, to) => Command::MoveToOutput { window: id(n).into(), output: output(to).into() },
            Do::Workspace(workspace) => Command::FocusWorkspace { workspace },
            Do::ToWorkspace(n, workspace, follow) => {
                Command::MoveToWorkspace { workspace, window: id(n).into(), follow: follow.map(Into::into) }
            }
            Do::WorkspaceToOutput(to, workspace) => Command::MoveWorkspaceToOutput { output: output(to).into(), workspace },
            Do::SwapWorkspaces(with, workspace) => Command::SwapWorkspace { with, workspace },
            Do::Rename(workspace, name) => Command::RenameWorkspace { name: name.to_owned(), workspace },
            Do::FocusOutput(n) => Command::FocusOutput { output: output(n).into() },
            Do::Undo => Command::Undo {},
            Do::Redo => Command::Redo {},
        };
        self.command(command)
    }

    /// Per output its workspaces: tiles in order, then what floats, bottom to top. In brackets what is shown, in parentheses the others
    /// without the empty one at the end; a name stands before its workspace. `*` has the focus, `~` floats, `^` is maximized, `#`
    /// fullscreen, `_` minimized.
    pub(super) fn sketch(&self) -> String {
        let name = |info: &crate::WindowInfo| {
            let n = self.clients.iter().find(|(_, client)| client.id == info.id).map(|(n, _)| n.to_string()).unwrap_or_default();
            let marks = [(info.focused, "*"), (info.fullscreen, "#"), (info.maximized, "^"), (info.minimized, "_"), (info.floating, "~")];
            marks.iter().filter(|(on, _)| *on).map(|(_, mark)| *mark).collect::<String>() + &n
        };
        let mut lines = Vec::new();
        let workspaces = self.desktop.workspaces();
        for (index, output) in self.desktop.outputs().iter().enumerate() {
            let here: Vec<_> = workspaces.iter().filter(|workspace| workspace.output == Some(output.id)).collect();
            let mut parts = Vec::new();
            for workspace in &here {
                let infos = |ids: &[WindowId]| ids.iter().filter_map(|id| self.desktop.window(*id)).collect::<Vec<_>>();
                let tiles: Vec<String> = infos(&workspace.windows).iter().filter(|info| !info.floating).map(name).collect();
                let stacked = infos(&self.desktop.windows.stack);
                let floats = stacked.iter().filter(|info| info.floating && info.workspace == Some(workspace.id));
                let floats: Vec<String> = floats.map(name).collect();
                let is_end = workspace.windows.is_empty() && workspace.name.is_none() && workspace.index as usize == here.len();
                if is_end && !workspace.active {
                    continue;
                }
                let (open, close) = if workspace.active { ("[", "]") } else { ("(", ")") };
                let title = workspace.name.clone().unwrap_or_default();
                parts.push(format!("{title}{open}{}{close} {}", tiles.join(" "), floats.join(" ")).trim_end().to_owned());
            }
            lines.push(format!("{}: {}", index + 1, parts.join(" ")));
        }
        lines.join("\n")
    }

    pub(super) fn bounds_of(&self, n: u8) -> LogicalRect {
        self.desktop.popup_bounds(self.clients[&n].surface).unwrap()
    }
}

pub(super) const LEFT_TOP: Edges = Edges { left: true, top: true, right: false, bottom: false };
