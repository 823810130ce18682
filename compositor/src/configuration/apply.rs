//! A new configuration reaches everybody whom it concerns.

use std::{collections::BTreeSet, sync::Arc};

use glasshouse_config::{Animate, Config, Output, Resolved};
use glasshouse_core::{Caller, Command, Event, OutputChange, OutputRef, command::MirrorOf};

use crate::State;

impl State {
    /// Makes the desktop what `resolved` says. Answers which options are different.
    pub(super) fn apply_configuration(&mut self, resolved: Arc<Resolved>) -> Vec<String> {
        let before = self.configuration.current.replace(resolved.clone());
        let changed = differences(before.as_deref(), &resolved);
        let now = &resolved.config;
        let was = before.as_ref().map(|before| before.config.clone()).unwrap_or_default();
        self.apply_look(&was, now);
        if was.bindings != now.bindings {
            self.apply_bindings(now.bindings.clone());
        }
        if was.keyboard != now.keyboard {
            self.apply_keyboard(&now.keyboard);
        }
        if was.outputs != now.outputs {
            self.apply_outputs(now);
        }
        if was.cursor != now.cursor {
            self.display.set_cursor(cursor_theme(now), cursor_size(now));
        }
        changed
    }

    fn apply_look(&mut self, was: &Config, now: &Config) {
        let mut settings = now.core_settings();
        if was.layout.default == now.layout.default {
            // What somebody chose since stays until the file says something else.
            settings.layout = self.desktop.settings().layout;
        }
        settings.animations.enabled |= now.animations.enabled == Animate::Auto && self.display.has_gpu();
        self.observe(Event::SettingsChanged(Box::new(settings)));
        self.idle_notifier.look_again = true;
    }

    /// Something else draws now: windows move if that is quick.
    pub fn apply_animations(&mut self) {
        let Some(resolved) = self.configuration.current.clone() else { return };
        let mut settings = self.desktop.settings().clone();
        let enabled = match resolved.config.animations.enabled {
            Animate::Auto => self.display.has_gpu(),
            Animate::On => true,
            Animate::Off => false,
        };
        if std::mem::replace(&mut settings.animations.enabled, enabled) != enabled {
            self.observe(Event::SettingsChanged(Box::new(settings)));
        }
    }

    /// Outputs as the configuration describes them: those that are there are changed, virtual ones that are not are made.
    pub fn apply_outputs(&mut self, config: &Config) {
        for name in self.configuration.declared.clone() {
            if !config.outputs.contains_key(&name) {
                self.configuration.declared.remove(&name);
                self.output_command(Command::RemoveOutput { output: OutputRef::Named(name) });
            }
        }
        // Mirrors end before others begin: what was one may be shown by another now.
        let said = |name: &str| config.outputs.get(name).and_then(|output| output.mirror.as_ref());
        let is_other = |name: &&String| {
            let now = self.desktop.all_outputs().into_iter().find(|output| output.mode.name == **name);
            now.is_some_and(|now| said(name) != Some(&now.mirror.map_or(MirrorOf::Nothing, MirrorOf::Output)))
        };
        let ended: Vec<String> = self.configuration.mirrors.iter().filter(is_other).cloned().collect();
        for name in ended {
            self.change_output(&name, OutputChange { mirror: Some(MirrorOf::Nothing), ..OutputChange::default() });
        }
        self.configuration.mirrors.retain(|name| said(name).is_some());
        for (name, wanted) in &config.outputs {
            self.apply_output(name, wanted);
        }
        for (name, mirror) in config.outputs.keys().filter_map(|name| Some((name, said(name)?))) {
            self.configuration.mirrors.insert(name.clone());
            if self.desktop.all_outputs().iter().any(|output| output.mode.name == *name) {
                self.change_output(name, OutputChange { mirror: Some(mirror.clone()), ..OutputChange::default() });
            }
        }
        // A section that is gone no longer turns anything off.
        let gone: Vec<_> = self.configuration.off.iter().filter(|name| !config.outputs.contains_key(*name)).cloned().collect();
        for name in gone {
            self.turn_on(&name);
        }
    }

    fn apply_output(&mut self, name: &str, wanted: &Output) {
        if !wanted.enabled {
            self.turn_off(name);
            return;
        }
        self.turn_on(name);
        let there = self.desktop.all_outputs().iter().any(|output| output.mode.name == name);
        let position = wanted.position.as_ref().map(|position| position.0);
        if !there {
            // Only a virtual output can be made, and only if it is said how large.
            let Some(mode) = wanted.mode else { return };
            let scale = wanted.scale.unwrap_or(1.0);
            let name = name.to_owned();
            self.configuration.declared.insert(name.clone());
            self.output_command(Command::AddOutput { mode, name: Some(name), scale, transform: wanted.transform, position });
            return;
        }
        let fixed = self.configuration.fixed_size.contains(name);
        let mode = wanted.mode.filter(|_| !fixed);
        let scale = wanted.scale.filter(|_| !fixed);
        let transform = (!fixed).then_some(wanted.transform);
        self.change_output(name, OutputChange { mode, scale, transform, position, ..OutputChange::default() });
    }

    fn turn_off(&mut self, name: &str) {
        if self.desktop.all_outputs().iter().any(|output| output.mode.name == name && output.enabled) {
            self.configuration.off.insert(name.to_owned());
            self.change_output(name, OutputChange { enabled: Some(false.into()), ..OutputChange::default() });
        }
    }

    /// Only what the configuration has turned off: what somebody else has is their business.
    fn turn_on(&mut self, name: &str) {
        if self.configuration.off.remove(name)
            && self.desktop.all_outputs().iter().any(|output| output.mode.name == name && !output.enabled)
        {
            self.change_output(name, OutputChange { enabled: Some(true.into()), ..OutputChange::default() });
        }
    }

    fn change_output(&mut self, name: &str, change: OutputChange) {
        self.output_command(change.of(OutputRef::Named(name.to_owned())));
    }

    fn output_command(&mut self, command: Command) {
        let text = command.to_string();
        if let Err(refusal) = self.apply(&Caller::Person, command) {
            tracing::warn!(%refusal, command = text, "the configuration of an output does not fit");
        }
    }
}

/// The keys of what is different.
fn differences(before: Option<&Resolved>, now: &Resolved) -> Vec<String> {
    let Some(before) = before else { return Vec::new() };
    let was: BTreeSet<(String, String)> = before.show().into_iter().map(|shown| (shown.key, shown.value)).collect();
    let is: BTreeSet<(String, String)> = now.show().into_iter().map(|shown| (shown.key, shown.value)).collect();
    let keys: BTreeSet<String> = was.symmetric_difference(&is).map(|(key, _)| key.clone()).collect();
    keys.into_iter().collect()
}

/// The theme of cursors: what is said, or else the environment's.
pub(crate) fn cursor_theme(config: &Config) -> String {
    config.cursor.theme.clone().unwrap_or_else(|| std::env::var("XCURSOR_THEME").unwrap_or_default())
}

pub(crate) fn cursor_size(config: &Config) -> u32 {
    let of_environment = || std::env::var("XCURSOR_SIZE").ok().and_then(|size| size.parse().ok());
    config.cursor.size_px.or_else(of_environment).unwrap_or(24)
}
