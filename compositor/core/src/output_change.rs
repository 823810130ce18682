//! Outputs that are changed, used or not, and dark or not.

use glasshouse_scene::LogicalPoint;

use crate::{
    command::{Mode, OutputMode, OutputRef, Refusal, Switch},
    desktop::Desktop,
    effect::{Effect, Effects},
    ids::OutputId,
    output::DisabledOutput,
};

/// What `configure-output` says. What is `None` stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct OutputChange {
    pub(crate) mode: Option<Mode>,
    pub(crate) scale: Option<f64>,
    pub(crate) transform: Option<glasshouse_scene::Transform>,
    pub(crate) position: Option<LogicalPoint>,
    pub(crate) name: Option<String>,
    pub(crate) enabled: Option<Switch>,
    pub(crate) power: Option<Switch>,
}

impl OutputChange {
    fn apply_to(&self, was: &OutputMode) -> OutputMode {
        let mut changed = was.clone();
        if let Some(Mode { width, height, refresh_mhz }) = self.mode {
            (changed.width, changed.height) = (width, height);
            changed.refresh_mhz = refresh_mhz.unwrap_or(changed.refresh_mhz);
        }
        changed.scale = self.scale.unwrap_or(changed.scale);
        changed.transform = self.transform.unwrap_or(changed.transform);
        changed.name = self.name.clone().unwrap_or(changed.name);
        changed
    }
}

impl Desktop {
    pub(crate) fn change_output(&mut self, asked: &OutputRef, change: &OutputChange, effects: &mut Effects) -> Result<(), Refusal> {
        if let OutputRef::Named(name) = asked
            && let Some(disabled) = self.outputs.disabled(name).cloned()
        {
            return self.change_disabled(&disabled, change, effects);
        }
        let output = self.output_of(asked)?;
        let id = output.id;
        let changed = change.apply_to(&output.mode);
        self.configure_output(id, changed, change.position, effects)?;
        if let Some(power) = change.power {
            self.power_output(id, power, effects);
        }
        if change.enabled.is_some_and(|enabled| !enabled.of(true)) {
            self.outputs.keep_disabled(id);
            self.remove_output(id, effects)?;
        }
        Ok(())
    }

    /// One that is not used remembers what it would be.
    fn change_disabled(&mut self, was: &DisabledOutput, change: &OutputChange, effects: &mut Effects) -> Result<(), Refusal> {
        let mode = change.apply_to(&was.mode);
        let placed = change.position.or(was.placed);
        if !change.enabled.is_some_and(|enabled| enabled.of(false)) {
            self.outputs.change_disabled(&was.mode.name, mode, placed)?;
            effects.push(Effect::DisabledOutputsChanged);
            return Ok(());
        }
        let name = mode.name.clone();
        let known: Vec<OutputId> = self.outputs.ids();
        self.add_output(mode, placed, effects)?;
        if name != was.mode.name {
            self.outputs.forget_disabled(&was.mode.name);
        }
        let new = self.outputs.ids().into_iter().find(|id| !known.contains(id));
        if let (Some(id), Some(power)) = (new, change.power) {
            self.power_output(id, power, effects);
        }
        Ok(())
    }

    fn power_output(&mut self, id: OutputId, power: Switch, effects: &mut Effects) {
        let Some(now) = self.outputs.get(id).map(|output| output.powered) else { return };
        let powered = power.of(now);
        if powered != now {
            self.outputs.set_powered(id, powered);
            effects.push(Effect::OutputChanged { output: id });
            self.touch();
        }
    }

    /// Outputs that are there and not used, in the order in which that was said.
    pub fn disabled_outputs(&self) -> &[DisabledOutput] {
        self.outputs.all_disabled()
    }
}
