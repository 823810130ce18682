//! What the edges know, and the effects that tell them what is new.

use std::collections::{BTreeMap, BTreeSet};

use glasshouse_scene::{CursorImage, ElementKind, LogicalPoint, OutputId, Scene, SurfaceId};

use crate::{
    desktop::Desktop,
    effect::{Effect, Effects, Notice, WindowInfo},
    ids::{Timestamp, WindowId, WorkspaceId},
    layer::LayerInfo,
    paint::Audience,
    stacking::Under,
    window::{Phase, Window},
    workspace::WorkspaceInfo,
};

/// What was told last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub(crate) scenes: BTreeMap<OutputId, Scene>,
    /// What pictures show, while something is hidden from them.
    captured: BTreeMap<OutputId, Scene>,
    surfaces: BTreeMap<SurfaceId, Presence>,
    /// What `surfaces` was made from, sorted by surface.
    sightings: Vec<Sighting>,
    /// With the number that counts changes of the window's texts.
    infos: BTreeMap<WindowId, (u64, WindowInfo)>,
    pub(crate) workspaces: BTreeMap<WorkspaceId, WorkspaceInfo>,
    pub(crate) focus: Option<SurfaceId>,
    /// Windows and layer surfaces that are hidden from pictures.
    pub(crate) hidden: BTreeSet<SurfaceId>,
    pub(crate) hide_epoch: u64,
    /// What the scenes show is of this moment.
    pub(crate) at: Timestamp,
    pub(crate) focus_window: Option<WindowId>,
    under: Option<(SurfaceId, LogicalPoint)>,
    interacting: bool,
    layers: Vec<LayerInfo>,
}

/// A surface, the output that it is on or will be on, the scale of that, and whether it is there now.
type Sighting = (SurfaceId, OutputId, f64, bool);

impl Told {
    /// What an output shows to somebody.
    pub(crate) fn scene(&self, output: OutputId, audience: Audience) -> Option<Scene> {
        let captured = self.captured.get(&output).filter(|_| audience == Audience::Capture);
        captured.or_else(|| self.scenes.get(&output)).cloned()
    }

    /// This output is another one from now on: what it shows is told anew, even if it is the same.
    pub(crate) fn forget_scene(&mut self, output: OutputId) {
        self.scenes.remove(&output);
        self.captured.remove(&output);
    }

    /// What lies under the pointer.
    pub(crate) fn under(&self) -> Option<SurfaceId> {
        self.under.map(|(surface, _)| surface)
    }
}

/// The outputs a surface is on, and the scale it should draw at.
#[derive(Debug, Clone, PartialEq)]
struct Presence {
    outputs: Vec<OutputId>,
    scale: f64,
}

impl Presence {
    /// `seen`: all sightings of one surface. What is going to appear has a scale before it is on an output.
    fn of(seen: &[Sighting]) -> Self {
        let mut presence = Self { outputs: Vec::new(), scale: seen.first().map_or(1.0, |(_, _, scale, _)| *scale) };
        for (_, output, scale, _) in seen.iter().filter(|(.., here)| *here) {
            if !presence.outputs.contains(output) {
                presence.outputs.push(*output);
                presence.scale = presence.scale.max(*scale);
            }
        }
        presence
    }
}

/// Sorted sightings, those of each surface together.
fn by_surface(sightings: &[Sighting]) -> impl Iterator<Item = (SurfaceId, &[Sighting])> {
    sightings.chunk_by(|(a, ..), (b, ..)| a == b).filter_map(|seen| Some((seen.first()?.0, seen)))
}

impl Desktop {
    /// Whatever may have changed. `under`: what lies below the pointer.
    pub(crate) fn tell(&mut self, now: Timestamp, under: Option<Under>, effects: &mut Effects) {
        self.told.at = now;
        self.note_hidden();
        self.tell_windows(effects);
        self.tell_workspaces(effects);
        self.tell_layers(effects);
        let mut scenes: BTreeMap<OutputId, Scene> =
            self.outputs.iter().map(|output| (output.id, self.output_scene(output, now, Audience::Screen))).collect();
        self.tell_surfaces(&scenes, effects);
        self.tell_pointer_focus(under, effects);
        let mut captured: BTreeMap<OutputId, Scene> = match self.hides_anything() {
            true => self.outputs.iter().map(|output| (output.id, self.output_scene(output, now, Audience::Capture))).collect(),
            false => BTreeMap::new(),
        };
        self.tell_mirrors(now, &mut scenes, &mut captured);
        for (output, scene) in &scenes {
            let before = self.told.scenes.get(output);
            let pictures = (self.told.captured.get(output).or(before), captured.get(output).unwrap_or(scene));
            if before != Some(scene) || pictures.0 != Some(pictures.1) {
                effects.push(Effect::Redraw { output: *output });
            }
        }
        (self.told.scenes, self.told.captured) = (scenes, captured);
    }

    /// Mirrors show what their sources do, once more: surfaces on them are nowhere else because of that, and draw no sooner.
    fn tell_mirrors(&self, now: Timestamp, scenes: &mut BTreeMap<OutputId, Scene>, captured: &mut BTreeMap<OutputId, Scene>) {
        for mirror in self.mirrors() {
            scenes.extend(self.mirror_scene(mirror, now, Audience::Screen).map(|scene| (mirror.id, scene)));
            if self.hides_anything() {
                captured.extend(self.mirror_scene(mirror, now, Audience::Capture).map(|scene| (mirror.id, scene)));
            }
        }
    }

    /// Only the pointer moved, and it holds nothing: no element of a scene can be another one.
    pub(crate) fn tell_cursor(&mut self, now: Timestamp, under: Option<Under>, effects: &mut Effects) {
        self.tell_pointer_focus(under, effects);
        let mut crossed = false;
        let mut redraws = Vec::new();
        let outputs =
            self.outputs.iter().map(|output| (output.id, self.cursor_on(output, Audience::Screen).into_iter().collect::<Vec<_>>()));
        let mirrors = self.mirrors().map(|mirror| (mirror.id, self.mirror_cursors(mirror)));
        for (output, cursors) in outputs.chain(mirrors) {
            let Some(scene) = self.told.scenes.get(&output) else { continue };
            if scene.cursors != cursors {
                crossed |= scene.cursors.len() != cursors.len()
                    || scene.cursors.iter().zip(&cursors).any(|(before, after)| before.image != after.image);
                redraws.push((output, cursors));
            }
        }
        // A client's cursor that enters an output has to hear of it, which the long way tells, and so it does what pictures show.
        if crossed || !self.told.captured.is_empty() {
            self.tell(now, under, effects);
            return;
        }
        for (output, cursors) in redraws {
            if let Some(scene) = self.told.scenes.get_mut(&output) {
                scene.cursors = cursors;
            }
            effects.push(Effect::Redraw { output });
        }
    }

    fn tell_layers(&mut self, effects: &mut Effects) {
        let layers = self.layers();
        if layers != self.told.layers {
            self.told.layers = layers;
            effects.push(Effect::Notify(Notice::LayersChanged));
        }
    }

    fn tell_windows(&mut self, effects: &mut Effects) {
        let mut told = std::mem::take(&mut self.told.infos);
        let is_mapped = |id: &WindowId| self.windows.get(*id).is_some_and(|window| window.phase == Phase::Mapped);
        told.retain(|id, _| {
            let stays = is_mapped(id);
            if !stays {
                effects.push(Effect::Notify(Notice::WindowClosed { window: *id }));
            }
            stays
        });
        for window in self.windows.iter().filter(|window| window.phase == Phase::Mapped) {
            match told.get_mut(&window.id) {
                None => {
                    told.insert(window.id, (window.ruled.text, self.info(window)));
                    effects.push(Effect::Notify(Notice::WindowOpened { window: window.id }));
                }
                Some((text, info)) => {
                    if self.renew(window, text, info) {
                        effects.push(Effect::Notify(Notice::WindowChanged { window: window.id }));
                    }
                }
            }
        }
        self.told.infos = told;
    }

    /// Brings what was told of a window up to date. Answers whether it was not, apart from who has the focus: a notice of its own tells that.
    fn renew(&self, window: &Window, text: &mut u64, told: &mut WindowInfo) -> bool {
        let now = self.facts(window);
        let renamed = std::mem::replace(text, window.ruled.text) != window.ruled.text;
        let [title, app_id, tag] = [&mut told.title, &mut told.app_id, &mut told.tag].map(std::mem::take);
        told.focused = now.focused;
        let changed = renamed || now != *told;
        *told = WindowInfo { title, app_id, tag, ..now };
        if renamed {
            told.title.clone_from(&window.title);
            told.app_id.clone_from(&window.app_id);
            told.tag.clone_from(&window.tag);
        }
        changed
    }

    /// Where surfaces are, and where those will be that are about to appear: they get their scale before they draw for the first time.
    fn sightings(&self, scenes: &BTreeMap<OutputId, Scene>) -> Vec<Sighting> {
        let mut sightings: Vec<Sighting> = Vec::with_capacity(self.told.sightings.len());
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
            sightings.extend(painted.chain(cursors).map(|surface| (surface, *output, scale, true)));
        }
        let windows = self
            .windows
            .iter()
            .filter(|window| window.phase != Phase::Created)
            .map(|w| (w.surface, self.home_of(w).map(|output| output.id)));
        let layers = self.layers.list.iter().map(|layer| (layer.surface, layer.output));
        let popups = self.popups.iter().map(|popup| (popup.surface, self.output_of_root(self.popup_root(popup.surface))));
        let locks = self.lock.surfaces.iter().map(|lock| (lock.surface, Some(lock.output)));
        sightings.extend(windows.chain(layers).chain(popups).chain(locks).filter_map(|(surface, output)| {
            let output = output?;
            Some((surface, output, scale_of(output)?, false))
        }));
        sightings
    }

    /// Tells surfaces where they are.
    fn tell_surfaces(&mut self, scenes: &BTreeMap<OutputId, Scene>, effects: &mut Effects) {
        let mut sightings = self.sightings(scenes);
        // Of one surface, what is painted comes first.
        sightings.sort_by_key(|(surface, ..)| *surface);
        let mut before = by_surface(&self.told.sightings).peekable();
        let mut vanished = Vec::new();
        for (surface, seen) in by_surface(&sightings) {
            while let Some((gone, _)) = before.next_if(|(other, _)| *other < surface) {
                vanished.push(gone);
            }
            let same = before.next_if(|(other, _)| *other == surface).is_some_and(|(_, before)| before == seen);
            if !same {
                let presence = Presence::of(seen);
                if self.told.surfaces.get(&surface) != Some(&presence) {
                    let Presence { outputs, scale } = presence.clone();
                    effects.push(Effect::SurfaceOutputs { surface, outputs, scale });
                    self.told.surfaces.insert(surface, presence);
                }
            }
        }
        vanished.extend(before.map(|(gone, _)| gone));
        vanished.retain(|surface| self.surfaces.contains(*surface));
        for surface in vanished {
            // What is nowhere now keeps its scale: it has no reason to draw again.
            if let Some(told) = self.told.surfaces.get_mut(&surface).filter(|told| !told.outputs.is_empty()) {
                told.outputs.clear();
                effects.push(Effect::SurfaceOutputs { surface, outputs: Vec::new(), scale: told.scale });
            }
        }
        let is_sighted = |surface: &SurfaceId| sightings.binary_search_by_key(surface, |(surface, ..)| *surface).is_ok();
        self.told.surfaces.retain(|surface, _| self.surfaces.contains(*surface) || is_sighted(surface));
        self.told.sightings = sightings;
    }

    fn tell_pointer_focus(&mut self, under: Option<Under>, effects: &mut Effects) {
        let under = under.map(|under| (under.surface, under.origin));
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
