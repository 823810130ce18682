//! What the bus asks for, done on the main thread. Nothing here waits.

mod commands;
mod config;
mod desktop;
mod layouts;
mod outputs;
mod queue;
mod session;
mod telemetry;
mod windows;

use glasshouse_core::{Act, Caller};
use glasshouse_link::{DebugOrder as LinkOrder, Executor};
use glasshouse_protocols::{Check, GestureKind, Modifiers, TouchPhase};

use crate::{
    State,
    bindings::gesture,
    bus::{self, BusError, DebugOrder, InputAction, Reply, Request},
    input::gestures::{Became, Moved},
};

/// What control keeps between calls.
#[derive(Debug, Default)]
pub struct Control {
    /// The name of our socket, for programs that we start.
    pub wayland_display: String,
    /// Calls that are answered once everything has been sent to clients.
    after_flush: Vec<Reply<()>>,
    /// Where the bus listens, or why it does not.
    pub bus: Option<String>,
    pub providers: layouts::Providers,
    /// Calls that wait for their turn.
    pub queue: queue::Queue,
}

impl Control {
    /// Everything is in the clients' sockets.
    pub fn flushed(&mut self) {
        for reply in self.after_flush.drain(..) {
            let _ = reply.send(Ok(())); // A caller that has gone away needs no answer.
        }
    }
}

impl State {
    /// Carries out one call. Every path answers, now or later.
    pub fn handle_request(&mut self, request: Request) {
        self.telemetry.turns.bus_call();
        let _call = tracing::debug_span!("bus_call").entered();
        // A caller that has gone away needs no answer: hence `let _ =` below.
        match request {
            Request::Windows { caller, reply } => {
                let _ = reply.send(self.allowed(&caller, Act::Observe).map(|()| {
                    let windows = self.desktop.windows();
                    windows.iter().filter(|info| info.mapped).map(|info| self.wire_window(info)).collect()
                }));
            }
            Request::Outputs { caller, reply } => {
                let _ = reply.send(self.allowed(&caller, Act::Observe).map(|()| self.wire_outputs()));
            }
            Request::Doctor { caller, reply } => {
                let _ = reply.send(self.allowed(&caller, Act::Observe).map(|()| self.doctor()));
            }
            Request::DisplayPid { caller, reply } => {
                let pid = self.display.pid().unwrap_or_default();
                let _ = reply.send(self.allowed(&caller, Act::Observe).map(|()| pid));
            }
            Request::DebugOrder { caller, order, reply } => {
                let result = self.allowed(&caller, Act::Manage).and_then(|()| self.debug_order(order));
                let _ = reply.send(result);
            }
            Request::Commands(request) => self.handle_commands(request),
            Request::Config(request) => self.handle_config(request),
            Request::OutputsChange(request) => self.handle_outputs(request),
            Request::Desktop { caller, request } => self.handle_desktop(&caller, request),
            Request::Session { caller, request } => self.handle_session(&caller, request),
            Request::Layouts { caller, request } => self.handle_layouts(&caller, request),
            Request::Telemetry { caller, request } => self.handle_telemetry(&caller, request),
            Request::Window { caller, request } => self.handle_windows(&caller, request),
            Request::Input { caller, action, reply } => {
                let result = self.allowed(&caller, Act::Input).and_then(|()| {
                    let (done, bound) = self.by(&caller, |state| state.traced(telemetry::kind(&action), |state| state.act(action)));
                    done.and_then(|()| bound.map_err(|refusal| bus::refusal(&refusal)))
                });
                self.answer_after_flush(result, reply);
            }
            Request::Keyboard { caller, reply } => {
                let result = self.allowed(&caller, Act::Observe).map(|()| self.keyboard_state());
                let _ = reply.send(result);
            }
            Request::Launch { caller, launch, reply } => match self.allowed(&caller, Act::Launch) {
                Ok(()) => self.launch(launch, reply),
                Err(error) => {
                    let _ = reply.send(Err(error));
                }
            },
            Request::Capture { caller, picture, reply } => match self.allowed(&caller, Act::Capture) {
                Ok(()) => self.take_picture(&picture, reply),
                Err(error) => {
                    let _ = reply.send(Err(error));
                }
            },
        }
    }

    /// Success is said once clients have what they were sent.
    pub(crate) fn answer_after_flush(&mut self, result: Result<(), BusError>, reply: Reply<()>) {
        match result {
            Ok(()) => self.control.after_flush.push(reply),
            Err(error) => {
                let _ = reply.send(Err(error));
            }
        }
    }

    /// Whether a caller on the bus may.
    pub(crate) fn allowed(&self, caller: &Caller, act: Act<'_>) -> Result<(), BusError> {
        self.permitted(caller, act).map_err(|refusal| bus::refusal(&refusal))
    }

    fn act(&mut self, action: InputAction) -> Result<(), BusError> {
        match action {
            InputAction::Type(text) => self.type_text(&text)?,
            InputAction::Key(chord) => self.press_chord(&chord)?,
            InputAction::Click { at, button, count, modifiers } => {
                self.pointer_to(at);
                self.with_only(modifiers, |state| {
                    for _ in 0..count {
                        state.pointer_button(button.code(), true);
                        state.pointer_button(button.code(), false);
                    }
                })?;
            }
            InputAction::MoveTo(at) => self.pointer_to(at),
            InputAction::Button { button, pressed } => self.pointer_button(button.code(), pressed),
            InputAction::Scroll { dx, dy } => self.with_only(Modifiers::default(), |state| state.pointer_scroll(dx, dy))?,
            InputAction::Gesture { kind, fingers, dx, dy, scale } => {
                let kind = match kind {
                    GestureKind::Swipe => gesture::Kind::Swipe,
                    GestureKind::Pinch => gesture::Kind::Pinch,
                    GestureKind::Hold => gesture::Kind::Hold,
                };
                self.gesture_begin(kind, fingers);
                self.gesture_update(Moved { dx, dy, scale, rotation: 0.0 });
                match self.gesture_end(false) {
                    Became::Act | Became::Sent => {}
                    Became::TooLittle => {
                        return Err(BusError::Refused("that is too little of a gesture for the binding that it is for".into()));
                    }
                    Became::Nothing => {
                        return Err(BusError::Refused("no binding is for this gesture, and no window is under the pointer".into()));
                    }
                }
            }
            InputAction::Touch { phase: TouchPhase::Down, id, at } => self.touch_down(id, at),
            InputAction::Touch { phase: TouchPhase::Move, id, at } => self.touch_move(id, at),
            InputAction::Touch { phase: TouchPhase::Up, id, .. } => self.touch_up(id),
            InputAction::Touch { phase: TouchPhase::Cancel, .. } => self.touch_cancel(),
        }
        Ok(())
    }

    fn debug_order(&mut self, order: DebugOrder) -> Result<(), BusError> {
        if !self.display.debug_orders() {
            return Err(BusError::NotPermitted("start the desktop with --debug-orders to allow this".into()));
        }
        let order = match order {
            DebugOrder::LoseDevice => LinkOrder::LoseDevice,
            DebugOrder::Hang => LinkOrder::Hang,
            DebugOrder::Hog => LinkOrder::Hog,
            DebugOrder::Poison(window) => {
                let info = self.desktop.window(window).ok_or_else(|| BusError::NoWindow(format!("there is no window {window}")))?;
                LinkOrder::PoisonSurface(info.surface)
            }
        };
        self.display.link.debug(order);
        Ok(())
    }

    fn doctor(&self) -> Vec<Check> {
        let check = |check: &str, ok: bool, sentence: String| Check { check: check.to_owned(), ok, sentence };
        let mut checks = vec![check("wayland", true, format!("programs connect to {}", self.control.wayland_display))];
        if let Some(bus) = &self.control.bus {
            checks.push(check("bus", true, format!("scripts connect to {bus}")));
        }
        checks.push(match (&self.display.executor, self.display.pid(), &self.display.failure) {
            (Some((executor, reason)), ..) => check("executor", true, format!("{}: {reason}", executor.name())),
            (None, _, Some(failure)) => check("executor", false, format!("no display runs: {failure}")),
            (None, None, None) => check("executor", true, "none: nobody looks, so no display runs".into()),
            (None, Some(_), None) => check("executor", true, "the display is starting".into()),
        });
        let pid = std::process::id();
        checks.push(check("desktop", true, format!("process {pid}, {}", memory(pid))));
        let deaths = self.display.supervisor.deaths();
        let display = match self.display.pid() {
            Some(pid) => format!("process {pid}, {}, {deaths} died before it", memory(pid)),
            None => format!("no process, {deaths} died so far"),
        };
        checks.push(check("display", true, display));
        let cpu_by_force = self.display.supervisor.choice() == glasshouse_link::ExecutorChoice::Cpu;
        if deaths > 0 && cpu_by_force && self.display.executor.as_ref().is_some_and(|(executor, _)| *executor == Executor::Cpu) {
            checks.push(check("stability", true, "the cpu executor is used because displays kept dying, or as asked for".into()));
        }
        let withheld: Vec<String> = self
            .desktop
            .windows()
            .iter()
            .filter(|window| self.display.supervisor.is_withheld(window.surface))
            .map(|window| format!("{} ({})", window.id, window.app_id))
            .collect();
        if !withheld.is_empty() {
            let sentence = format!("not shown, because reading them killed the display twice: window {}", withheld.join(", "));
            checks.push(check("windows", false, sentence));
        }
        let outputs = self.desktop.outputs().len();
        let sentence = if outputs == 0 { "there is none: start with --size WxH".to_owned() } else { format!("{outputs} in use") };
        checks.push(check("outputs", outputs > 0, sentence));
        checks
    }
}

/// What a process really costs: its proportional set size.
fn memory(pid: u32) -> String {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let kib = rollup.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kib.map_or_else(|| "memory unknown".to_owned(), |kib| format!("{:.1} MB", kib * 1024.0 / 1e6))
}
