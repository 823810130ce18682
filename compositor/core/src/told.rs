//! What the edges know, and the effects that tell them what is new.

use std::collections::BTreeMap;

use glasshouse_scene::{CursorImage, ElementKind, LogicalPoint, OutputId, Scene, SurfaceId};

use crate::{
    desktop::Desktop,
    effect::{Effect, Effects, Notice, WindowInfo},
    ids::{WindowId, WorkspaceId},
    window::Phase,
    workspace::WorkspaceInfo,
};

/// What was told last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub(crate) scenes: BTreeMap<OutputId, Scene>,
    surfaces: BTreeMap<SurfaceId, Presence>,
    infos: BTreeMap<WindowId, WindowInfo>,
    pub(crate) workspaces: BTreeMap<WorkspaceId, WorkspaceInfo>,
    pub(crate) focus: Option<SurfaceId>,
    pub(crate) focus_window: Option<WindowId>,
    under: Option<(SurfaceId, LogicalPoint)>,
    interacting: bool,
}

/// The outputs a surface is on, and the scale it should draw at.
#[derive(Debug, Clone, PartialEq)]
struct Presence {
    outputs: Vec<OutputId>,
    scale: f64,
}

impl Desktop {
    /// Whatever may have changed.
    pub(crate) fn tell(&mut self, effects: &mut Effects) {
        self.tell_windows(effects);
        self.tell_workspaces(effects);
        let scenes: BTreeMap<OutputId, Scene> = self.outputs.iter().map(|output| (output.id, self.output_scene(output))).collect();
        self.tell_surfaces(&scenes, effects);
        self.tell_pointer_focus(effects);
        for (output, scene) in &scenes {
            if self.told.scenes.get(output) != Some(scene) {
                effects.push(Effect::Redraw { output: *output });
            }
        }
        self.told.scenes = scenes;
    }

    /// Only the pointer moved, and it holds nothing: no element of a scene can be another one.
    pub(crate) fn tell_cursor(&mut self, effects: &mut Effects) {
        self.tell_pointer_focus(effects);
        let mut crossed = false;
        let mut redraws = Vec::new();
        for output in self.outputs.iter() {
            let cursors: Vec<_> = self.cursor_on(output).into_iter().collect();
            let Some(scene) = self.told.scenes.get(&output.id) else { continue };
            if scene.cursors != cursors {
                crossed |= scene.cursors.len() != cursors.len()
                    || scene.cursors.iter().zip(&cursors).any(|(before, after)| before.image != after.image);
                redraws.push((output.id, cursors));
            }
        }
        // A client's cursor that enters an output has to hear of it, which the long way tells.
        if crossed {
            self.tell(effects);
            return;
        }
        for (output, cursors) in redraws {
            if let Some(scene) = self.told.scenes.get_mut(&output) {
                scene.cursors = cursors;
            }
            effects.push(Effect::Redraw { output });
        }
    }

    fn tell_windows(&mut self, effects: &mut Effects) {
        let infos: BTreeMap<WindowId, WindowInfo> =
            self.windows.iter().filter(|window| window.phase == Phase::Mapped).map(|window| (window.id, self.info(window))).collect();
        for id in self.told.infos.keys().filter(|id| !infos.contains_key(id)) {
            effects.push(Effect::Notify(Notice::WindowClosed { window: *id }));
        }
        for (id, info) in &infos {
            match self.told.infos.get(id) {
                None => effects.push(Effect::Notify(Notice::WindowOpened { window: *id })),
                // Who has the focus is told by a notice of its own.
                Some(told) if WindowInfo { focused: info.focused, ..told.clone() } != *info => {
                    effects.push(Effect::Notify(Notice::WindowChanged { window: *id }));
                }
                Some(_) => {}
            }
        }
        self.told.infos = infos;
    }

    /// Tells surfaces where they are. Those that are about to appear get their scale before they draw for the first time.
    fn tell_surfaces(&mut self, scenes: &BTreeMap<OutputId, Scene>, effects: &mut Effects) {
        let mut now: BTreeMap<SurfaceId, Presence> = BTreeMap::new();
        let scale_of = |output: OutputId| self.outputs.get(output).map(|output| output.mode.scale);
        for (output, scene) in scenes {
            let scale = scale_of(*output).unwrap_or(1.0);
            let painted = scene.elements.iter().filter_map(|element| match element.kind {
                ElementKind::Surface(surface) => Some(surface),
                _ => None,
            });
            let cursors = scene.cursors.iter().filter_map(|cursor| match cursor.image {
                CursorImage::Surface { surface, .. } => Some(surface),
                _ => None,
            });
            for surface in painted.chain(cursors) {
                let presence = now.entry(surface).or_insert(Presence { outputs: Vec::new(), scale });
                if !presence.outputs.contains(output) {
                    presence.outputs.push(*output);
                }
                presence.scale = presence.scale.max(scale);
            }
        }
        let windows = self
            .windows
            .iter()
            .filter(|window| window.phase != Phase::Created)
            .map(|w| (w.surface, self.home_of(w).map(|output| output.id)));
        let layers = self.layers.list.iter().map(|layer| (layer.surface, layer.output));
        let popups = self.popups.iter().map(|popup| (popup.surface, self.output_of_root(self.popup_root(popup.surface))));
        let locks = self.lock.surfaces.iter().map(|lock| (lock.surface, Some(lock.output)));
        for (surface, output) in windows.chain(layers).chain(popups).chain(locks).collect::<Vec<_>>() {
            let Some(scale) = output.and_then(scale_of) else { continue };
            now.entry(surface).or_insert(Presence { outputs: Vec::new(), scale });
        }
        // What is nowhere now keeps its scale: it has no reason to draw again.
        for (surface, told) in &self.told.surfaces {
            if self.surfaces.contains(*surface) {
                now.entry(*surface).or_insert(Presence { outputs: Vec::new(), scale: told.scale });
            }
        }
        for (surface, presence) in &now {
            if self.told.surfaces.get(surface) != Some(presence) {
                effects.push(Effect::SurfaceOutputs { surface: *surface, outputs: presence.outputs.clone(), scale: presence.scale });
            }
        }
        self.told.surfaces = now;
    }

    fn tell_pointer_focus(&mut self, effects: &mut Effects) {
        let under = self.under(self.pointer.at).map(|under| (under.surface, under.origin));
        let interacting = self.interacting();
        if under != self.told.under || interacting != self.told.interacting {
            self.told.under = under;
            self.told.interacting = interacting;
            effects.push(Effect::PointerFocusChanged);
        }
    }

    pub(crate) fn output_of_root(&self, root: SurfaceId) -> Option<OutputId> {
        match self.windows.of_surface(root) {
            Some(window) => window.shown_on().or(self.home_of(window).map(|output| output.id)),
            None => self.layers.get(root)?.output,
        }
    }
}
