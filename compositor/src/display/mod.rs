//! The display edge: keeps the link's state machine fed, and a display alive while somebody looks.

mod frames;
pub mod process;

use std::{
    collections::{BTreeMap, BTreeSet},
    os::fd::OwnedFd,
    process::Child,
    sync::Arc,
    time::Duration,
};

use calloop::{Interest, LoopHandle, Mode, PostAction, RegistrationToken, generic::Generic};
use glasshouse_core::{OutputId, SurfaceId, Timestamp};
use glasshouse_link::{
    CaptureFailure, CaptureId, DesktopEnd, Executor, Frame, Seq, Supervisor,
    desktop::{Arrived, Limits},
};
use smithay::{reexports::wayland_server::protocol::wl_callback::WlCallback, wayland::presentation::PresentationFeedbackCallback};

use self::process::{Process, Recipe};
use crate::State;

/// After input or a capture clients draw at full rate for this long.
const ACTIVE: Duration = Duration::from_secs(1);

/// What became of a capture. No descriptor: it went to a client's memory.
pub type Picture = Result<(Frame, Option<Arc<OwnedFd>>), CaptureFailure>;

/// Everything on this side of the link.
pub struct Display {
    pub link: DesktopEnd<Arc<OwnedFd>>,
    pub supervisor: Supervisor,
    /// `None`: this desktop draws nothing (conformance tests).
    recipe: Option<Recipe>,
    process: Option<Running>,
    /// Killed and not yet buried.
    dying: Vec<Child>,
    pub executor: Option<(Executor, String)>,
    /// Why there is no display, if one was wanted.
    pub failure: Option<String>,

    /// Some client waits for a frame, or something new is to be shown.
    pub frame_wanted: bool,
    /// Outputs whose scene is not what the link has.
    pub redraw: BTreeSet<OutputId>,
    /// The headless clock while there is no display: when each output ticks next.
    ticks: BTreeMap<OutputId, Timestamp>,
    /// Callbacks of the frame that is being put together, and of the one that is under way.
    callbacks: Vec<WlCallback>,
    callbacks_sent: Vec<WlCallback>,
    /// The surfaces that these callbacks are of.
    drawn: Vec<SurfaceId>,
    feedback: Vec<(OutputId, PresentationFeedbackCallback)>,
    feedback_sent: Vec<(OutputId, Seq, PresentationFeedbackCallback)>,
    last_hidden_tick: Timestamp,

    active_until: Timestamp,
    /// Always at full rate (conformance tests).
    always_active: bool,
    looked_at: Timestamp,
    /// A display that nobody has looked at for this long is ended.
    idle_after: Duration,
    /// What became of captures, until their owners fetch it in this turn.
    pub captured: Vec<(CaptureId, Picture)>,
}

#[derive(Debug)]
struct Running {
    process: Process,
    source: RegistrationToken,
    writable_wanted: bool,
    /// Something may be there to read.
    readable: bool,
    heard_ready: bool,
}

/// How the display edge behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    pub recipe: Option<Recipe>,
    pub executor: glasshouse_link::ExecutorChoice,
    pub idle_after: Duration,
    pub always_active: bool,
    pub limits: Limits,
}

impl Display {
    pub fn new(settings: Settings) -> Self {
        Self {
            link: DesktopEnd::new(settings.limits),
            supervisor: Supervisor::new(settings.executor),
            recipe: settings.recipe,
            process: None,
            dying: Vec::new(),
            executor: None,
            failure: None,
            frame_wanted: false,
            redraw: BTreeSet::new(),
            ticks: BTreeMap::new(),
            callbacks: Vec::new(),
            callbacks_sent: Vec::new(),
            drawn: Vec::new(),
            feedback: Vec::new(),
            feedback_sent: Vec::new(),
            last_hidden_tick: Timestamp::default(),
            active_until: Timestamp::default(),
            always_active: settings.always_active,
            looked_at: Timestamp::default(),
            idle_after: settings.idle_after,
            captured: Vec::new(),
        }
    }

    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().and_then(|running| running.process.pid())
    }

    /// The next display has this theme of cursors. One that runs makes room for it.
    pub fn set_cursor(&mut self, theme: String, size: u32) {
        let Some(recipe) = &mut self.recipe else { return };
        if (&recipe.cursor_theme, recipe.cursor_size) != (&theme, size) {
            (recipe.cursor_theme, recipe.cursor_size) = (theme, size);
            // Nobody has looked for long enough: it ends as soon as no picture is under way.
            self.looked_at = Timestamp::default();
        }
    }

    pub fn debug_orders(&self) -> bool {
        self.recipe.as_ref().is_some_and(|recipe| recipe.debug_orders)
    }

    /// Whether a GPU draws, as far as is known.
    pub fn has_gpu(&self) -> bool {
        self.executor.as_ref().is_some_and(|(executor, _)| *executor == Executor::Gpu)
    }

    /// Whether a display can be had at all.
    pub fn can_draw(&self) -> bool {
        self.recipe.is_some()
    }

    /// Somebody looked: keep the display, and let clients draw.
    pub fn look(&mut self, now: Timestamp) {
        self.looked_at = now;
        self.act(now);
    }

    /// Somebody acted: let clients draw at full rate for a moment.
    pub fn act(&mut self, now: Timestamp) {
        let was_active = self.is_active(now);
        self.active_until = now.after(ACTIVE);
        if !was_active {
            // Slow ticks that are under way come sooner now.
            self.ticks.clear();
            self.frame_wanted = true;
        }
    }

    fn is_active(&self, now: Timestamp) -> bool {
        self.always_active || now < self.active_until
    }

    /// When this edge has something to do, if nothing happens before.
    pub fn deadline(&self) -> Option<Timestamp> {
        let mut deadline = self.ticks.values().min().copied();
        let mut sooner = |at: Option<Timestamp>| {
            deadline = match (deadline, at) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            }
        };
        sooner(self.link.hung_at().map(Timestamp));
        if self.process.is_none() && self.link.has_captures() && self.recipe.is_some() {
            sooner(self.supervisor.start_at().map(Timestamp));
        }
        if self.process.is_some() && !self.link.has_captures() {
            sooner(Some(self.looked_at.after(self.idle_after)));
        }
        deadline
    }

    /// Buries what has died. Called on SIGCHLD.
    pub fn bury(&mut self) {
        self.dying.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
    }

    /// Ends the display with the desktop.
    pub fn end(&mut self) {
        if let Some(running) = self.process.take() {
            self.dying.extend(running.process.kill());
        }
        for mut child in self.dying.drain(..) {
            let _ = child.wait(); // It was killed: this does not take long, and nothing can be done if it fails.
        }
    }
}

impl State {
    /// One turn of this edge: what the display said, whether one is needed, what it is to be told.
    pub fn display_turn(&mut self) {
        self.hear_display();
        if self.display.link.hung_at().is_some_and(|at| self.now.0 >= at) {
            tracing::warn!(pid = self.display.pid(), "the display does not answer and is killed");
            self.display_died("it did not answer");
        }
        self.start_or_end_display();
        self.request_frames();
        self.tell_display();
    }

    fn start_or_end_display(&mut self) {
        let display = &mut self.display;
        let wanted = display.link.has_captures();
        match &display.process {
            None if wanted => {
                let Some(recipe) = &display.recipe else { return };
                if !display.supervisor.may_start(self.now.0) {
                    return;
                }
                let started = Process::start(recipe, display.supervisor.choice()).and_then(|process| {
                    let source = watch(&self.handle, process.socket()?, Interest::READ)?;
                    Ok(Running { process, source, writable_wanted: false, readable: false, heard_ready: false })
                });
                match started {
                    Ok(running) => {
                        tracing::debug!(pid = running.process.pid(), "started a display");
                        display.process = Some(running);
                        display.link.started(self.now.0);
                        display.failure = None;
                    }
                    Err(error) => {
                        tracing::error!(%error, "there is no display");
                        display.failure = Some(error.to_string());
                        display.supervisor.died(None, None, self.now.0);
                    }
                }
            }
            Some(_) if !wanted && self.now.since(display.looked_at) >= display.idle_after => {
                tracing::debug!("nobody looks: the display ends");
                if let Some(running) = display.process.take() {
                    self.handle.remove(running.source);
                    display.dying.extend(running.process.release());
                }
                self.telemetry.outputs.dismissed();
                self.link_died();
            }
            _ => {}
        }
    }

    fn hear_display(&mut self) {
        loop {
            let Some(running) = self.display.process.as_mut().filter(|running| running.readable) else { return };
            match running.process.receive() {
                Ok(Some((message, fds))) => {
                    let fds = fds.into_iter().map(Arc::new).collect();
                    match self.display.link.arrived(message, fds) {
                        Ok(arrived) => self.display_said(arrived),
                        Err(violation) => self.display_died(&violation.to_string()),
                    }
                }
                Ok(None) => running.readable = false,
                Err(error) => self.display_died(&error.to_string()),
            }
        }
    }

    fn display_said(&mut self, arrived: Arrived<Arc<OwnedFd>>) {
        match arrived {
            Arrived::Ready { executor, reason } => {
                tracing::info!(executor = executor.name(), reason, "the display is ready");
                if let Some(running) = &mut self.display.process {
                    running.heard_ready = true;
                }
                self.display.executor = Some((executor, reason));
                self.apply_animations();
            }
            Arrived::ExecutorChanged { executor, reason } => {
                tracing::warn!(executor = executor.name(), reason, "the display changed its executor");
                self.alert("warning", "device-lost", format!("the display draws with {} now: {reason}", executor.name()), None);
                self.display.executor = Some((executor, reason));
                self.apply_animations();
            }
            Arrived::BeginFrame { output, present_at_ns, refresh_ns } => {
                if !self.display.ticks.contains_key(&output) {
                    self.telemetry.outputs.begun(output, present_at_ns, refresh_ns, self.now);
                    self.begin_frame(output);
                }
            }
            Arrived::Latched { seq, unreadable, took_ns, damage } => {
                self.telemetry.outputs.latched(seq, took_ns, &damage, self.now);
                self.telemetry.traces.latched(seq, self.now);
                for surface in unreadable {
                    self.unreadable(surface);
                }
                self.frame_latched(seq);
            }
            Arrived::Presented { output, seq, time_ns, refresh_ns, msc, kind } => {
                self.telemetry.traces.presented(seq, time_ns);
                self.session_lock.presented(output, seq);
                self.frame_presented(output, seq, time_ns, refresh_ns, msc, kind);
            }
            Arrived::Captured { id, frame, fd, output, asked } => {
                self.telemetry.traces.captured(frame.seq, self.now);
                if let Some(output) = output {
                    self.telemetry.outputs.captured(output, frame.cost, self.now.since(Timestamp(asked)), self.now);
                }
                self.display.supervisor.drew();
                self.display.captured.push((id, Ok((frame, fd))));
            }
            Arrived::CaptureFailed { id, reason } => self.display.captured.push((id, Err(reason))),
            Arrived::Nothing => {}
        }
    }

    /// The memory of a surface is not what its client said.
    fn unreadable(&mut self, surface: glasshouse_core::SurfaceId) {
        use smithay::reexports::{wayland_server::Resource, wayland_server::protocol::wl_shm};
        let Some(known) = self.clients.surfaces.get(surface) else { return };
        tracing::warn!(?surface, "a client's memory cannot be read");
        known.wl.post_error(wl_shm::Error::InvalidFd, "the buffer's memory cannot be read");
    }

    /// A display is gone, or has to go. The next is told everything; clients notice a late frame.
    pub fn display_died(&mut self, reason: &str) {
        let Some(running) = self.display.process.take() else { return };
        self.handle.remove(running.source);
        let (pid, reading, heard_ready) = (running.process.pid(), running.process.reading(), running.heard_ready);
        self.display.dying.extend(running.process.kill());
        let executor = self.display.link.executor();
        let verdict = self.display.supervisor.died(executor, reading, self.now.0);
        tracing::warn!(pid, reason, ?reading, wait_ms = verdict.wait.as_millis(), "the display died");
        let number = pid.and_then(|pid| i32::try_from(pid).ok());
        self.alert("warning", "display-died", format!("the display died and another is started: {reason}"), number);
        if !heard_ready {
            self.display.failure = Some(format!("the display died before it was ready: {reason}"));
        }
        if let Some(surface) = verdict.withheld {
            tracing::error!(?surface, "a surface killed the display twice: it is not shown any more");
            self.display.link.withhold(surface);
            let window = self.desktop.window_of(surface);
            let of = window.map_or_else(|| "a surface".to_owned(), |window| format!("window {window}"));
            self.alert("error", "window-withheld", format!("{of} killed the display twice and is not shown any more"), None);
        }
        if verdict.forced_cpu {
            tracing::error!("the display keeps dying: only the cpu executor is used from now on");
            self.alert("error", "cpu-forced", "the display keeps dying: only the cpu executor is used from now on".to_owned(), None);
        }
        self.telemetry.outputs.lost(self.display.link.awaited_frames());
        self.link_died();
    }

    /// The link forgets what a display had; nobody waits for an answer that cannot come.
    fn link_died(&mut self) {
        let lost = self.display.link.died();
        for id in lost {
            self.display.captured.push((id, Err(CaptureFailure::Draw("the display died".into()))));
        }
        self.display.executor = None;
        self.frames_lost();
    }

    /// Says everything that can be said, and makes sure that it leaves.
    fn tell_display(&mut self) {
        if self.display.link.has_captures() {
            // A picture that waited shows what may be seen now: contents and scenes leave together.
            self.settle();
            self.compose();
        }
        loop {
            let outgoing = self.display.link.outgoing(self.now.0);
            if outgoing.is_empty() {
                break;
            }
            for out in outgoing {
                if let glasshouse_link::ToDisplay::Submit(transaction) = &out.message {
                    self.telemetry.traces.submitted(transaction.seq);
                    self.session_lock.submitted(transaction, self.desktop.lock_epoch());
                    self.frame_submitted(transaction.seq);
                }
                let Some(running) = &mut self.display.process else { return };
                if let Err(error) = running.process.send(&out.message, out.fds) {
                    self.display_died(&error.to_string());
                    return;
                }
            }
        }
        let Some(running) = &mut self.display.process else { return };
        match running.process.flush() {
            Ok(done) => {
                if running.writable_wanted == done {
                    running.writable_wanted = !done;
                    let interest = if done { Interest::READ } else { Interest::BOTH };
                    self.handle.remove(running.source);
                    match running.process.socket().map_err(Into::into).and_then(|socket| watch(&self.handle, socket, interest)) {
                        Ok(source) => running.source = source,
                        Err(error) => self.display_died(&error.to_string()),
                    }
                }
            }
            Err(error) => self.display_died(&error.to_string()),
        }
    }

    /// Kills a display that was stopped. Called on SIGCHLD.
    pub fn check_stopped_display(&mut self) {
        use rustix::process::{Pid, WaitOptions, waitpid};
        let Some(pid) = self.display.pid().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw) else { return };
        // A death is noticed here too, and then by the end of the link; `Child` can still be waited for only once.
        if let Ok(Some((_, status))) = waitpid(Some(pid), WaitOptions::NOHANG | WaitOptions::UNTRACED)
            && status.stopped()
        {
            self.display_died("it was stopped");
        }
    }
}

/// Marks the display as readable when its socket is.
fn watch(handle: &LoopHandle<'static, State>, socket: OwnedFd, interest: Interest) -> Result<RegistrationToken, process::StartError> {
    let source = Generic::new(socket, interest, Mode::Level);
    let inserted = handle.insert_source(source, |_, _, state: &mut State| {
        if let Some(running) = &mut state.display.process {
            running.readable = true;
        }
        Ok(PostAction::Continue)
    });
    inserted.map_err(|error| process::StartError::Spawn(std::io::Error::other(error.error)))
}
