//! The session lock: while it is on, nothing is seen and nothing gets input but what the locker shows.
//!
//! It is on from the moment on that somebody asks for it, whoever that is and whatever becomes of them: only unlocking turns it off.

use glasshouse_scene::{Color, ElementId, ElementKind, LogicalPoint, LogicalSize, OutputId, Scene, SurfaceId};

use crate::{
    desktop::Desktop,
    effect::{Effect, Effects},
    output::Output,
    paint::Painter,
    pointer::Look,
    stacking::Under,
};

/// What an output shows that the locker does not cover: not black, so that a person sees that the screen is on.
const COLOR: Color = Color::rgb(0x14_16_1a, 1.0);

/// That colour's element. Nothing else of the shell's is ever in a scene with it.
const BACKGROUND: ElementId = ElementId::Shell(0);

/// Whether the session is locked, and with what.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lock {
    pub(crate) on: bool,
    /// Counts lock and unlock, so that no display shows or hands out what was painted before.
    pub(crate) epoch: u64,
    /// At most one per output.
    pub(crate) surfaces: Vec<LockSurface>,
}

/// What the locker shows on one output.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LockSurface {
    pub(crate) surface: SurfaceId,
    pub(crate) output: OutputId,
    pub(crate) mapped: bool,
    /// The size that its client knows.
    sent: Option<LogicalSize>,
}

impl Lock {
    fn on_output(&self, output: OutputId) -> Option<&LockSurface> {
        self.surfaces.iter().find(|lock| lock.output == output && lock.mapped)
    }
}

impl Desktop {
    pub(crate) fn set_locked(&mut self, on: bool, effects: &mut Effects) {
        if self.lock.on == on {
            return;
        }
        self.lock.on = on;
        self.lock.epoch += 1;
        self.cancel_grab(effects);
        self.pointer.fingers.clear();
        self.pointer.drag_icon = None;
        // How the pointer looks is part of what somebody else shows.
        (self.pointer.look, self.pointer.over) = (Look::Default, None);
        if on {
            self.dismiss_popups_except(None, effects);
        }
        self.touch();
    }

    /// A locker has something for an output. Answers whether it may: there is such an output, and nothing else of its kind.
    pub(crate) fn lock_surface_created(&mut self, surface: SurfaceId, output: OutputId) {
        let taken = self.lock.surfaces.iter().any(|lock| lock.output == output || lock.surface == surface);
        if !taken && self.outputs.get(output).is_some() {
            self.lock.surfaces.push(LockSurface { surface, output, mapped: false, sent: None });
            self.touch();
        }
    }

    pub(crate) fn lock_surface_mapped(&mut self, surface: SurfaceId) {
        if let Some(lock) = self.lock.surfaces.iter_mut().find(|lock| lock.surface == surface && !lock.mapped) {
            lock.mapped = true;
            self.touch();
        }
    }

    /// Also for surfaces that are none of the locker's.
    pub(crate) fn lock_surface_gone(&mut self, surface: SurfaceId) {
        let before = self.lock.surfaces.len();
        self.lock.surfaces.retain(|lock| lock.surface != surface);
        if self.lock.surfaces.len() != before {
            self.touch();
        }
    }

    /// Tells the locker how large its outputs are. What was for an output that is gone, is for nothing.
    pub(crate) fn arrange_lock(&mut self, effects: &mut Effects) {
        let outputs = &self.outputs;
        self.lock.surfaces.retain(|lock| outputs.get(lock.output).is_some());
        for lock in &mut self.lock.surfaces {
            let Some(output) = outputs.get(lock.output) else { continue };
            // Whole numbers that leave no edge uncovered.
            let size = (output.size() - LogicalSize::new(1e-6, 1e-6)).ceil();
            if lock.sent != Some(size) {
                lock.sent = Some(size);
                effects.push(Effect::ConfigureLock { surface: lock.surface, size });
            }
        }
    }

    /// The only thing that an output shows.
    pub(crate) fn locked_scene(&self, output: &Output) -> Scene {
        let mut painter = Painter::new(self, output.grid(), output.pixels());
        painter.fill(BACKGROUND, ElementKind::Fill(COLOR));
        if let Some(lock) = self.lock.on_output(output.id) {
            painter.lock_surface(lock.surface, output.position);
        }
        painter.finish(self.cursor_on(output, crate::paint::Audience::Screen))
    }

    pub(crate) fn under_lock(&self, at: LogicalPoint) -> Option<Under> {
        let output = self.outputs.at(at)?;
        let lock = self.lock.on_output(output.id)?;
        let (surface, origin) = self.surfaces.hit(lock.surface, output.position, at, output.grid())?;
        Some(Under { surface, origin, window: None, layer: false })
    }

    /// The lock surface of the focused output, or else of the output with the pointer, or else any.
    pub(crate) fn lock_focus(&self) -> Option<SurfaceId> {
        let focused = self.workspaces.focused.and_then(|output| self.lock.on_output(output));
        let pointed = || self.outputs.nearest(self.pointer.at).and_then(|output| self.lock.on_output(output.id));
        let any = || self.lock.surfaces.iter().find(|lock| lock.mapped);
        focused.or_else(pointed).or_else(any).map(|lock| lock.surface)
    }

    /// Where a lock surface's (0, 0) is. `None`: it is none, or not to be seen.
    pub(crate) fn lock_origin(&self, surface: SurfaceId) -> Option<LogicalPoint> {
        let lock = self.lock.surfaces.iter().find(|lock| lock.surface == surface && lock.mapped)?;
        self.outputs.get(lock.output).map(|output| output.position)
    }

    /// A click while the session is locked chooses the output whose lock surface has the keyboard, and does nothing else.
    pub(crate) fn pressed_while_locked(&mut self, at: LogicalPoint) {
        let Some(output) = self.outputs.at(at).map(|output| output.id) else { return };
        if let Some(workspace) = self.workspaces.active_on(output).map(|workspace| workspace.id) {
            self.go_to_workspace(workspace);
        }
    }

    /// Counts lock and unlock: what was painted in another epoch must not be seen any more.
    pub fn lock_epoch(&self) -> u64 {
        self.lock.epoch
    }
}
