//! The desktop process's owners, and how the core's decisions are carried out.

use std::collections::VecDeque;

use calloop::LoopHandle;
use glasshouse_core::{
    Caller, Command, Desktop, Effect, Effects, Event, Memory, Notice, Refusal, Refused, Restored, Timestamp, event::WindowChange,
};

use crate::{
    bus,
    capture::Captures,
    configuration::Configuration,
    control::Control,
    display::Display,
    events::Events,
    input::Input,
    launch::Launches,
    session::Session,
    telemetry::Telemetry,
    wayland::{
        Clients, idle_notify::IdleNotifier, output_management::OutputManager, output_power::OutputPowers, session_lock::SessionLock,
    },
};

/// Everything that the main thread owns. No logic lives here.
pub struct State {
    /// Of this turn of the loop.
    pub now: Timestamp,
    pub desktop: Desktop,
    pub clients: Clients,
    pub input: Input,
    pub display: Display,
    pub captures: Captures,
    pub launches: Launches,
    pub control: Control,
    pub configuration: Configuration,
    pub events: Events,
    pub telemetry: Telemetry,
    pub session: Session,
    pub session_lock: SessionLock,
    pub idle_notifier: IdleNotifier,
    pub output_manager: OutputManager,
    pub output_powers: OutputPowers,
    pub handle: LoopHandle<'static, State>,
    /// What the core decided and nobody has done yet.
    effects: VecDeque<Effect>,
    pub quit: bool,
    next_id: u64,
}

impl State {
    pub fn new(
        now: Timestamp,
        desktop: Desktop,
        clients: Clients,
        input: Input,
        display: Display,
        handle: LoopHandle<'static, State>,
    ) -> Self {
        Self {
            now,
            desktop,
            clients,
            input,
            display,
            captures: Captures::default(),
            launches: Launches::default(),
            control: Control::default(),
            configuration: Configuration::default(),
            events: Events::default(),
            telemetry: Telemetry::default(),
            session: Session::default(),
            session_lock: SessionLock::default(),
            idle_notifier: IdleNotifier::default(),
            output_manager: OutputManager::default(),
            output_powers: OutputPowers::default(),
            handle,
            effects: VecDeque::new(),
            quit: false,
            next_id: 0,
        }
    }

    /// A number that was never given out before.
    pub fn next_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Somebody uses the desktop.
    pub fn active(&mut self) {
        self.display.act(self.now);
    }

    /// Tells the core what happened. Its answer is carried out by the next [`Self::settle`].
    pub fn observe(&mut self, event: Event) {
        self.telemetry.turns.event();
        if matches!(event, Event::WindowChanged { change: WindowChange::Activated | WindowChange::Urgent, .. }) {
            // Rules about that look at what the same client said a moment ago.
            self.conclude();
        }
        let effects = match event {
            // They come in numbers: every window answers a relayout, and programs open several. One look at all of them is enough.
            Event::SurfaceCommitted { .. }
            | Event::SurfaceDestroyed { .. }
            | Event::ConfigureAcked { .. }
            | Event::ConfigureCommitted { .. }
            | Event::WindowCreated { .. }
            | Event::WindowChanged { .. }
            | Event::WindowReady { .. }
            | Event::WindowMapped { .. }
            | Event::WindowUnmapped { .. }
            | Event::WindowDestroyed { .. } => self.desktop.note(event),
            _ => self.desktop.observe(event, self.now),
        };
        self.effects.extend(effects);
    }

    /// Has the core carry out a command.
    ///
    /// # Errors
    ///
    /// The core's refusal; nothing has changed then.
    pub fn apply(&mut self, caller: &Caller, command: Command) -> Result<(), Refusal> {
        self.conclude();
        let effects = self.desktop.apply(caller, command, self.now)?;
        self.effects.extend(effects);
        self.active();
        Ok(())
    }

    /// Has the core put an arrangement back that was kept under this name.
    ///
    /// # Errors
    ///
    /// The core's refusal; nothing has changed then.
    pub fn restore(&mut self, caller: &Caller, name: &str, memory: &Memory) -> Result<Restored, Refusal> {
        self.conclude();
        let (effects, restored) = self.desktop.restore(caller, name, memory, self.now)?;
        self.effects.extend(effects);
        self.active();
        Ok(restored)
    }

    /// Has the core carry out several commands, all or none.
    ///
    /// # Errors
    ///
    /// Which one was refused; nothing has changed then.
    pub fn apply_all(&mut self, caller: &Caller, commands: &[Command]) -> Result<(), Refused> {
        self.conclude();
        let effects = self.desktop.apply_all(caller, commands, self.now)?;
        self.effects.extend(effects);
        self.active();
        Ok(())
    }

    /// Takes what the core decided for somebody who asked it something. It is carried out by the next [`Self::settle`].
    pub fn decided(&mut self, effects: Effects) {
        self.effects.extend(effects);
    }

    /// Has the core draw its conclusions from what it was told, for whoever asks it something then.
    pub fn conclude(&mut self) {
        self.effects.extend(self.desktop.conclude(self.now));
    }

    /// Carries out what the core decided, in order. Doing so may make the core decide more.
    pub fn settle(&mut self) {
        loop {
            self.conclude();
            let Some(effect) = self.effects.pop_front() else { break };
            self.telemetry.turns.effect();
            self.session.heed(&effect);
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::ConfigureWindow { window, token, configure } => self.configure_window(window, token, &configure),
            Effect::ConfigureLayer { surface, size } => self.configure_layer(surface, size),
            Effect::ConfigureLock { surface, size } => self.configure_lock(surface, size),
            Effect::CloseLayer { surface } => self.close_layer(surface),
            Effect::CloseWindow { window } => {
                if let Some(toplevel) = self.toplevel(window).cloned() {
                    toplevel.send_close();
                    self.ask_client(toplevel.wl_surface());
                }
            }
            Effect::DismissPopups { surface } => self.dismiss_popups(surface),
            Effect::Focus { surface } => self.focus_keyboard(surface),
            Effect::PointerFocusChanged => self.input.refocus = true,
            Effect::Redraw { output } => {
                self.display.redraw.insert(output);
                self.display.frame_wanted = true;
                self.idle_notifier.look_again = true;
            }
            Effect::SurfaceOutputs { surface, outputs, scale } => self.surface_outputs(surface, &outputs, scale),
            Effect::OutputAdded { output } => {
                self.events.outputs_changed();
                self.clients.workspaces.outputs_changed();
                self.output_manager.changed();
                self.output_added(output);
            }
            Effect::OutputChanged { output } => {
                self.events.outputs_changed();
                self.clients.workspaces.outputs_changed();
                self.output_manager.changed();
                self.output_changed(output);
                // Also if nothing is painted otherwise: another refresh rate is one of the display.
                self.display.redraw.insert(output);
                self.display.frame_wanted = true;
            }
            Effect::OutputRemoved { output } => {
                self.events.outputs_changed();
                self.clients.workspaces.outputs_changed();
                self.output_manager.changed();
                self.output_removed(output);
            }
            Effect::UnusedOutputsChanged => {
                self.events.outputs_changed();
                self.output_manager.changed();
            }
            Effect::AskLayout { provider, serial, question } => self.ask_layout(provider, serial, &question),
            Effect::Notify(notice) => self.notice(&notice),
            Effect::Run { command } => {
                let text = command.to_string();
                if let Err(refusal) = self.run_again(command) {
                    tracing::warn!(command = text, %refusal, "could not be undone");
                }
            }
            Effect::RunFor { window, rule, commands } => self.run_for(window, &rule, commands),
            Effect::RuleHeld { window, rule } => self.rule_held(window, &rule),
            Effect::Quit => self.quit = true,
        }
    }

    fn notice(&mut self, notice: &Notice) {
        tracing::debug!(?notice);
        self.events.notice(notice);
        self.clients.toplevels.notice(notice);
        self.clients.workspaces.notice(notice);
        if matches!(notice, Notice::WindowChanged { .. } | Notice::FocusChanged { .. }) {
            // Rules may have another opinion of idleness, which shows nowhere.
            self.idle_notifier.look_again = true;
        }
        match notice {
            Notice::WindowOpened { window } => self.launched_window(*window),
            Notice::LayoutsChanged => self.tell_layouts(),
            _ => {}
        }
    }

    /// The name of the output that a window is on.
    pub fn wire_window(&self, info: &glasshouse_core::WindowInfo) -> glasshouse_protocols::Window {
        let output = info.output.and_then(|output| self.desktop.output(output));
        bus::window(info, output.as_ref().map(|output| output.mode.name.as_str()))
    }
}
