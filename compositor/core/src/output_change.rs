//! Outputs that are changed, used or not, dark or not, mirrors or not.

use glasshouse_scene::LogicalPoint;

use crate::{
    command::{Command, MirrorOf, Mode, OutputMode, OutputRef, Refusal, Switch},
    desktop::Desktop,
    effect::{Effect, Effects},
    ids::OutputId,
    output::{Output, OutputInfo},
};

/// What `configure-output` says. What is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct OutputChange {
    pub mode: Option<Mode>,
    pub scale: Option<f64>,
    pub transform: Option<glasshouse_scene::Transform>,
    pub position: Option<LogicalPoint>,
    pub name: Option<String>,
    pub enabled: Option<Switch>,
    pub power: Option<Switch>,
    pub mirror: Option<MirrorOf>,
}

impl OutputChange {
    /// The command that says this.
    pub fn of(self, output: impl Into<OutputRef>) -> Command {
        let Self { mode, scale, transform, position, name, enabled, power, mirror } = self;
        Command::ConfigureOutput { output: output.into(), mode, scale, transform, position, name, enabled, power, mirror }
    }

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
    /// One that is not used remembers what it will be.
    pub(crate) fn change_output(&mut self, asked: &OutputRef, change: &OutputChange, effects: &mut Effects) -> Result<(), Refusal> {
        let was = self.any_output_of(asked)?.clone();
        let id = was.id;
        let mirror = change.mirror.as_ref().map(|mirror| self.checked_mirror(id, mirror)).transpose()?;
        self.configure_output(id, change.apply_to(&was.mode), change.position, effects)?;
        let enabled = change.enabled.map_or(was.enabled, |enabled| enabled.of(was.enabled));
        if let Some(output) = self.outputs.any_mut(id) {
            output.enabled = enabled;
            output.mirror = mirror.unwrap_or_else(|| output.mirror.take());
        }
        // Who turns an output on wants to see something.
        let power = change.power.or((enabled && !was.enabled).then_some(Switch::On));
        if let Some(power) = power {
            self.power_output(id, power, effects);
        }
        self.settle_uses(effects);
        if self.outputs.get(id).is_none() {
            effects.push(Effect::UnusedOutputsChanged);
            self.touch_outputs();
        }
        Ok(())
    }

    pub(crate) fn power_output(&mut self, id: OutputId, power: Switch, effects: &mut Effects) {
        let Some(now) = self.outputs.any(id).map(|output| output.powered) else { return };
        let powered = power.of(now);
        if powered != now {
            self.outputs.set_powered(id, powered);
            effects.push(if self.outputs.get(id).is_some() { Effect::OutputChanged { output: id } } else { Effect::UnusedOutputsChanged });
            self.touch();
        }
    }

    /// The output that is meant, whether it is used or not, or a mirror.
    pub(crate) fn any_output_of(&self, asked: &OutputRef) -> Result<&Output, Refusal> {
        let found = match asked {
            OutputRef::Focused => return self.output_of(asked),
            OutputRef::Named(name) => self.outputs.any_named(name),
            OutputRef::Id(id) => self.outputs.any(*id),
        };
        found.ok_or_else(|| Refusal::no_output(asked.clone(), self.outputs.all().map(|output| output.mode.name.clone()).collect()))
    }

    /// All outputs, also those that are not used, and mirrors, which are where their sources are.
    pub fn all_outputs(&self) -> Vec<OutputInfo> {
        let told = |output: &Output| {
            let (info, source) = (output.info(), output.source().and_then(|source| self.outputs.get(source)));
            source.map_or(info.clone(), |source| OutputInfo { position: source.position, size: source.size(), ..info })
        };
        self.outputs.all().map(told).collect()
    }

    /// The desktop is as it was remembered. Somebody must be able to see something: if no output is used, the one that had the focus is, or
    /// else the first; and if all that are used are dark, one of them is not.
    pub(crate) fn light_one(&mut self, focused: Option<&str>, effects: &mut Effects) {
        let preferred = |all: Vec<&Output>| {
            let focused = all.iter().find(|output| Some(output.mode.name.as_str()) == focused);
            focused.or(all.first()).map(|output| output.id)
        };
        if self.outputs.iter().next().is_none()
            && let Some(id) = preferred(self.outputs.all().collect())
        {
            if let Some(output) = self.outputs.any_mut(id) {
                output.enabled = true;
            }
            self.settle_uses(effects);
        }
        if self.outputs.iter().all(|output| !output.powered)
            && let Some(id) = preferred(self.outputs.iter().collect())
        {
            self.power_output(id, Switch::On, effects);
        }
    }
}
