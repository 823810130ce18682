//! The desktop: one value that commands and events change, and that everything else is computed from.

use std::collections::BTreeMap;

use glasshouse_scene::{LogicalPoint, LogicalRect, OutputId, SurfaceId};

use crate::{
    Settings,
    command::{Caller, Command, Refusal},
    effect::{Effect, Effects, WindowInfo},
    event::Event,
    ids::{Timestamp, WindowId, WorkspaceId},
    layer::Layers,
    layout::tiles::Tab,
    lock::Lock,
    moving::Motions,
    output::{OutputInfo, Outputs},
    outside::Offers,
    permit::permit,
    pointer::Pointer,
    popup::Popups,
    returning::Returning,
    rules::Judging,
    surfaces::Surfaces,
    swipe::Swipe,
    told::Told,
    undo::Journal,
    window::{Phase, Window, Windows},
    workspace::Workspaces,
};

/// Everything that the desktop knows. It never reads a clock, and does nothing but answer.
#[derive(Debug, Clone)]
pub struct Desktop {
    pub(crate) settings: Settings,
    pub(crate) surfaces: Surfaces,
    pub(crate) windows: Windows,
    pub(crate) popups: Popups,
    pub(crate) layers: Layers,
    pub(crate) outputs: Outputs,
    pub(crate) workspaces: Workspaces,
    /// The titles of tabs, per workspace that has some.
    pub(crate) tabs: BTreeMap<WorkspaceId, Vec<Tab>>,
    pub(crate) pointer: Pointer,
    /// The layer surface that was clicked after all windows.
    pub(crate) clicked_layer: Option<SurfaceId>,
    pub(crate) told: Told,
    pub(crate) next_token: u64,
    pub(crate) journal: Journal,
    pub(crate) returning: Returning,
    pub(crate) lock: Lock,
    pub(crate) swipe: Option<Swipe>,
    pub(crate) outside: Offers,
    pub(crate) judging: Judging,
    pub(crate) motions: Motions,
    changed: Changed,
    last_surface: u64,
    last_window: u64,
}

/// What the event in hand may have changed. It is settled before the answer, so between two events it is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Changed {
    Nothing,
    /// Only where the pointer is and how it looks.
    Pointer,
    Anything,
    /// Outputs: old places mean nothing now, so nobody waits for contents.
    Outputs,
}

impl Desktop {
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            surfaces: Surfaces::default(),
            windows: Windows::default(),
            popups: Popups::default(),
            layers: Layers::default(),
            outputs: Outputs::default(),
            workspaces: Workspaces::default(),
            tabs: BTreeMap::new(),
            pointer: Pointer::default(),
            clicked_layer: None,
            told: Told::default(),
            next_token: 1,
            journal: Journal::default(),
            returning: Returning::default(),
            lock: Lock::default(),
            swipe: None,
            outside: Offers::default(),
            judging: Judging::default(),
            motions: Motions::default(),
            changed: Changed::Nothing,
            last_surface: 0,
            last_window: 0,
        }
    }

    pub fn allocate_surface(&mut self) -> SurfaceId {
        self.last_surface += 1;
        SurfaceId(self.last_surface)
    }

    pub fn allocate_window(&mut self) -> WindowId {
        self.last_window += 1;
        WindowId(self.last_window)
    }

    /// Carries out a command, if its caller may.
    ///
    /// # Errors
    /// The reason why not; the desktop is then as it was.
    pub fn apply(&mut self, caller: &Caller, command: Command, now: Timestamp) -> Result<Effects, Refusal> {
        permit(caller, &command, self)?;
        let mut effects = Effects::new();
        let (before, focused) = (self.arrangement(), self.focused());
        if let Err(refusal) = self.carry_out(command.clone(), &mut effects) {
            self.put_back(&before);
            return Err(refusal);
        }
        self.settle_commands(focused, now, &mut effects);
        self.remember_change(&[command], &before);
        Ok(effects)
    }

    /// Takes note of a fact. What speaks of things that are gone is ignored.
    pub fn observe(&mut self, event: Event, now: Timestamp) -> Effects {
        let mut effects = Effects::new();
        if matches!(event, Event::Tick) {
            self.outside.end_waits(now, &mut effects);
        }
        self.take_note(event, &mut effects);
        self.settle(now, &mut effects);
        effects
    }

    /// Takes note of a fact as [`Self::observe`] does, and leaves the conclusions to the next call of that, of [`Self::apply`] or of
    /// [`Self::conclude`]. For facts that come in numbers: a relayout is answered by every window. Before a command they have to be concluded,
    /// or else they count as its doing.
    pub fn note(&mut self, event: Event) -> Effects {
        let mut effects = Effects::new();
        self.take_note(event, &mut effects);
        effects
    }

    /// Draws the conclusions from what was noted. Without anything new it answers nothing, at no cost.
    pub fn conclude(&mut self, now: Timestamp) -> Effects {
        let mut effects = Effects::new();
        self.settle(now, &mut effects);
        effects
    }

    pub(crate) fn touch(&mut self) {
        self.changed = self.changed.max(Changed::Anything);
    }

    pub(crate) fn touch_pointer(&mut self) {
        self.changed = self.changed.max(Changed::Pointer);
    }

    pub(crate) fn touch_outputs(&mut self) {
        self.changed = Changed::Outputs;
    }

    /// Draws all conclusions from what changed, in the one order in which each step rests on those before it.
    pub(crate) fn settle(&mut self, now: Timestamp, effects: &mut Effects) {
        let changed = std::mem::replace(&mut self.changed, Changed::Nothing);
        match changed {
            Changed::Nothing => return,
            Changed::Pointer if self.pointer.grab.is_none() && self.pointer.drag_icon.is_none() => {
                let under = self.under(self.pointer.at);
                self.follow_look(under);
                self.tell_cursor(now, under, effects);
                return;
            }
            Changed::Pointer | Changed::Anything | Changed::Outputs => {}
        }
        self.clamp_pointer();
        self.arrange_layers(effects);
        self.judge_layers();
        self.arrange_lock(effects);
        self.settle_workspaces();
        if self.pointer.grab.is_some() {
            self.carry_along();
            // The workspace that it left may be gone, and with it the home of somebody who is not shown yet.
            self.settle_workspaces();
        }
        let changed_since = self.follow_homes(now, effects);
        if self.take_along() {
            // It has another home, is not maximized any more, and fingers do not pull it.
            self.settle_workspaces();
            self.follow_homes(now, effects);
        }
        self.changed = changed_since;
        self.aim(now, effects);
        self.lead_pointer();
        self.apply_slots(now, changed == Changed::Outputs);
        self.check_grab();
        self.place_floating();
        self.send_configures(now, effects);
        let under = self.under(self.pointer.at);
        self.rest(under);
        self.follow_look(under);
        self.animate(now);
        self.tell(now, under, effects);
    }

    /// What follows from where windows live: who has the focus, and what rules say. Answers what is left to be concluded: what rules change
    /// is in what follows.
    fn follow_homes(&mut self, now: Timestamp, effects: &mut Effects) -> Changed {
        self.check_swipe();
        self.settle_focus(effects);
        let left = self.changed;
        self.judge(now, effects);
        left
    }

    /// Whether there is nothing of which the conclusions are not drawn.
    pub(crate) fn is_settled(&self) -> bool {
        self.changed == Changed::Nothing
    }

    /// When [`Event::Tick`] is wanted. `None`: nothing waits.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.next_deadline().into_iter().chain(self.outside.deadline()).min()
    }

    pub fn windows(&self) -> Vec<WindowInfo> {
        self.windows.iter().map(|window| self.info(window)).collect()
    }

    pub fn window(&self, id: WindowId) -> Option<WindowInfo> {
        self.windows.get(id).map(|window| self.info(window))
    }

    /// The window that a surface belongs to: as its main surface, subsurface or popup.
    pub fn window_of(&self, surface: SurfaceId) -> Option<WindowId> {
        let main = self.surfaces.root(surface).0;
        self.windows.of_surface(self.popup_root(main)).map(|window| window.id)
    }

    /// Those that have workspaces.
    pub fn outputs(&self) -> Vec<OutputInfo> {
        self.outputs.iter().map(|output| output.info()).collect()
    }

    pub fn output(&self, id: OutputId) -> Option<OutputInfo> {
        self.outputs.get(id).map(|output| output.info())
    }

    /// Where a surface's (0, 0) lies in the space of all outputs, before outputs round it to their pixels. `None`: it is not to be seen.
    pub fn origin(&self, surface: SurfaceId) -> Option<LogicalPoint> {
        let (main, offset) = self.surfaces.root(surface);
        Some(self.main_origin(main)? + offset.to_f64())
    }

    /// Where a popup may be, relative to the geometry of its parent (a window, layer surface or popup).
    pub fn popup_bounds(&self, parent: SurfaceId) -> Option<LogicalRect> {
        let main = self.surfaces.root(parent).0;
        let root = self.popup_root(main);
        let output = self.outputs.get(self.output_of_root(root)?)?;
        let keeps_off_panels = self.windows.of_surface(root).is_some_and(|window| !window.modes.fullscreen);
        let bounds = if keeps_off_panels { output.work_area } else { output.area() };
        let origin = self.main_origin(main)? + self.geometry_origin(main).to_vector();
        Some(bounds.translate(-origin.to_vector()))
    }

    /// The surface that has the keyboard.
    pub fn focus(&self) -> Option<SurfaceId> {
        self.told.focus
    }

    pub fn pointer(&self) -> LogicalPoint {
        self.pointer.at
    }

    /// Whether the session is locked.
    pub fn is_locked(&self) -> bool {
        self.lock.on
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn info(&self, window: &Window) -> WindowInfo {
        WindowInfo { title: window.title.clone(), app_id: window.app_id.clone(), tag: window.tag.clone(), ..self.facts(window) }
    }

    /// What others may know of a window except its names: all windows are compared with what was told of them, and names are long.
    pub(crate) fn facts(&self, window: &Window) -> WindowInfo {
        WindowInfo {
            id: window.id,
            surface: window.surface,
            title: String::new(),
            app_id: String::new(),
            pid: window.client.pid,
            tag: String::new(),
            icon: window.icon.clone(),
            parent: window.parent,
            area: self.drawn(window).map(|drawn| drawn.area).unwrap_or_default(),
            output: self.home_of(window).map(|output| output.id),
            workspace: self.workspace_of(window).map(|workspace| workspace.id),
            visible: self.seen(window),
            urgent: window.urgent,
            unresponsive: window.unresponsive,
            mapped: window.phase == Phase::Mapped,
            focused: self.has_focus(window),
            floating: self.floats(window),
            fullscreen: window.modes.fullscreen,
            maximized: window.modes.maximized,
            minimized: window.modes.minimized,
            sticky: window.modes.sticky,
            above: window.modes.above,
            windowed_fullscreen: window.modes.windowed_fullscreen,
            aspect: window.modes.aspect,
            scratchpad: window.modes.scratchpad.is_some(),
            marks: window.marks.iter().cloned().collect(),
        }
    }

    /// Finds every layer surface its place, and every output the room that they leave.
    fn arrange_layers(&mut self, effects: &mut Effects) {
        let primary = self.outputs.nearest(self.pointer.at).map(|output| output.id);
        for layer in self.layers.list.iter_mut().filter(|layer| layer.output.is_none()) {
            layer.output = primary;
        }
        for id in self.outputs.ids() {
            let Some(output) = self.outputs.get(id) else { continue };
            let work_area = self.layers.arrange(id, output.area(), output.grid());
            self.outputs.set_work_area(id, work_area);
        }
        for layer in self.layers.list.iter_mut().filter(|layer| layer.state.is_some() && layer.output.is_some()) {
            if layer.sent != Some(layer.area.size) {
                layer.sent = Some(layer.area.size);
                effects.push(Effect::ConfigureLayer { surface: layer.surface, size: layer.area.size });
            }
        }
    }
}
