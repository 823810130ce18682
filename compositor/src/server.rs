//! The loop and its turn.

use std::{io::Write, path::PathBuf, time::Duration};

use anyhow::{Context, anyhow};
use calloop::{
    EventLoop, Interest, Mode, PostAction,
    generic::Generic,
    signals::{Signal, Signals},
};
use glasshouse_core::{Caller, Command, Desktop, Event, LayoutKind, Settings, command};
use smithay::{input::keyboard::XkbConfig, reexports::wayland_server::Display as WaylandDisplay};

use crate::{
    State, bus, clock,
    display::{Display, Settings as DisplaySettings, process::Recipe},
    input::Input,
    options::{LayoutArgument, Options},
    socket::{Socket, inherit_fd},
    wayland::Clients,
};

/// A desktop and its loop. Also what the tests and the conformance suite run.
pub struct Server {
    event_loop: EventLoop<'static, State>,
    wayland: WaylandDisplay<State>,
    pub state: State,
    bus: Option<bus::BusThread>,
}

impl Server {
    /// A desktop without a socket, outputs or display process.
    pub fn new(settings: Settings, display: DisplaySettings) -> anyhow::Result<Self> {
        let event_loop = EventLoop::try_new().context("the event loop cannot be made")?;
        let mut wayland = WaylandDisplay::<State>::new().context("libwayland-server cannot be used")?;
        let dh = wayland.handle();
        let clients = Clients::new(&dh);
        let input = Input::new(&dh, XkbConfig::default()).context("the keyboard layout of $XKB_DEFAULT_* cannot be compiled")?;
        let handle = event_loop.handle();
        let poll = wayland.backend().poll_fd().try_clone_to_owned().context("libwayland's descriptor cannot be duplicated")?;
        let source = Generic::new(poll, Interest::READ, Mode::Level);
        // Being woken is all: every turn dispatches clients.
        handle.insert_source(source, |_, _, _| Ok(PostAction::Continue)).map_err(|error| anyhow!(error.error))?;
        let state = State::new(clock::now(), Desktop::new(settings), clients, input, Display::new(display), handle);
        Ok(Self { event_loop, wayland, state, bus: None })
    }

    /// A desktop as the command line wants it.
    pub fn from_options(options: &Options) -> anyhow::Result<Self> {
        // Descriptors first: nothing else may take their numbers.
        let ready = match options.ready_fd {
            Some(fd) => Some(inherit_fd(fd).with_context(|| format!("--ready-fd {fd} is not open"))?),
            None => None,
        };
        let socket = Socket::open(options.socket.as_deref(), options.socket_fd)?;
        raise_descriptor_limit();
        let cursor_theme = std::env::var("XCURSOR_THEME").unwrap_or_default();
        let cursor_size = std::env::var("XCURSOR_SIZE").ok().and_then(|size| size.parse().ok()).unwrap_or(24);
        let memory = options.display_memory_mib.map(|mib| mib.saturating_mul(1 << 20));
        let recipe = Recipe::new(cursor_theme, cursor_size, memory, options.debug_orders);
        let failure = recipe.as_ref().err().map(ToString::to_string);
        if let Some(failure) = &failure {
            tracing::error!("{failure}");
        }
        let display = DisplaySettings {
            recipe: recipe.ok(),
            executor: options.executor.into(),
            idle_after: options.display_idle(),
            always_active: false,
            limits: glasshouse_link::desktop::Limits::default(),
        };
        let layout = match options.layout {
            LayoutArgument::Tiling => LayoutKind::Tiling,
            LayoutArgument::Floating => LayoutKind::Floating,
        };
        let mut server = Self::new(Settings { layout, ..Settings::default() }, display)?;
        server.state.display.failure = failure;
        for size in &options.size {
            let mode = command::Mode { width: size.width, height: size.height, refresh_mhz: None };
            let output = Command::AddOutput { mode, name: None, scale: size.scale, transform: size.transform, position: None };
            server.state.apply(&Caller::Person, output)?;
        }
        server.state.settle();
        server.listen(socket)?;
        server.watch_signals()?;
        let name = server.state.control.wayland_display.clone();
        tracing::info!(socket = name, "clients can connect");
        if let Some(ready) = ready {
            let mut file = std::fs::File::from(ready);
            if let Err(error) = writeln!(file, "{name}") {
                tracing::warn!(%error, "nobody reads --ready-fd");
            }
        }
        if let Err(error) = sd_notify::notify(&[sd_notify::NotifyState::Ready]) {
            tracing::debug!(%error, "nobody listens for readiness");
        }
        if !options.no_bus {
            server.serve_bus(options)?;
        }
        if !options.program.is_empty() {
            server.start_program(&options.program)?;
        }
        Ok(server)
    }

    fn listen(&mut self, mut socket: Socket) -> anyhow::Result<()> {
        self.state.control.wayland_display = socket.name();
        let fd = socket.fd()?;
        let source = Generic::new(fd, Interest::READ, Mode::Level);
        let accept = move |_: calloop::Readiness, _: &mut _, state: &mut State| {
            socket.accept_all(&mut state.clients.dh);
            Ok(PostAction::Continue)
        };
        self.event_loop.handle().insert_source(source, accept).map_err(|error| anyhow!(error.error))?;
        Ok(())
    }

    fn watch_signals(&self) -> anyhow::Result<()> {
        let signals = Signals::new(&[Signal::SIGTERM, Signal::SIGINT, Signal::SIGCHLD]).context("signals cannot be watched")?;
        let caught = |event: calloop::signals::Event, _: &mut (), state: &mut State| {
            if event.signal() == Signal::SIGCHLD {
                state.check_stopped_display();
                state.display.bury();
                state.bury_children();
            } else {
                tracing::info!(signal = ?event.signal(), "ending");
                state.quit = true;
            }
        };
        self.event_loop.handle().insert_source(signals, caught).map_err(|error| anyhow!(error.error))?;
        Ok(())
    }

    /// The desktop works without a bus: what goes wrong here is said and no more.
    fn serve_bus(&mut self, options: &Options) -> anyhow::Result<()> {
        let path = match (&options.bus_socket, std::env::var_os("XDG_RUNTIME_DIR")) {
            (Some(path), _) => path.clone(),
            (None, Some(folder)) => {
                let name = self.state.control.wayland_display.replace('/', "_");
                PathBuf::from(folder).join(format!("glasshouse-{name}"))
            }
            (None, None) => {
                tracing::warn!("no D-Bus: XDG_RUNTIME_DIR is not set, and there is no --bus-socket");
                return Ok(());
            }
        };
        let (sender, channel) = calloop::channel::channel();
        match bus::start(&path, sender) {
            Ok(thread) => {
                self.bus = Some(thread);
                self.state.control.bus = Some(path.display().to_string());
                let asked = |event: calloop::channel::Event<bus::Request>, _: &mut (), state: &mut State| {
                    if let calloop::channel::Event::Msg(request) = event {
                        state.now = clock::now();
                        state.handle_request(request);
                    }
                };
                self.event_loop.handle().insert_source(channel, asked).map_err(|error| anyhow!(error.error))?;
            }
            Err(error) => tracing::error!(%error, path = %path.display(), "no D-Bus"),
        }
        Ok(())
    }

    fn start_program(&mut self, argv: &[String]) -> anyhow::Result<()> {
        let Some((program, arguments)) = argv.split_first() else { return Ok(()) };
        let mut command = std::process::Command::new(program);
        command.args(arguments).env("WAYLAND_DISPLAY", &self.state.control.wayland_display);
        let child = command.spawn().with_context(|| format!("{program} cannot be started"))?;
        self.state.launches.adopt(child);
        Ok(())
    }

    /// Runs until somebody ends it.
    pub fn run(&mut self) -> anyhow::Result<()> {
        while !self.state.quit {
            self.turn(None)?;
        }
        Ok(())
    }

    /// One turn of the loop, in its fixed order:
    /// events, core, configures, scenes and link, flush, answers.
    pub fn turn(&mut self, at_most: Option<Duration>) -> anyhow::Result<()> {
        // What is due sooner than anything else decides how long to sleep; nothing due: until something happens.
        let due = self.state.deadline().map(|at| at.since(clock::now()));
        let timeout = match (due, at_most) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.event_loop.dispatch(timeout, &mut self.state).context("the event loop failed")?;
        self.state.now = clock::now();
        self.wayland.dispatch_clients(&mut self.state).context("libwayland failed")?;
        self.state.turn();
        self.wayland.flush_clients().context("libwayland failed")?;
        self.state.control.flushed();
        Ok(())
    }

    pub fn handle(&self) -> calloop::LoopHandle<'static, State> {
        self.event_loop.handle()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Callers that wait get their answer before anything else goes.
        drop(self.bus.take());
        self.state.display.end();
    }
}

impl State {
    /// Everything between the dispatch and the flush.
    fn turn(&mut self) {
        if self.desktop.deadline().is_some_and(|at| self.now >= at) {
            self.observe(Event::Tick);
        }
        self.settle();
        self.refocus_pointer();
        self.constraint_turn();
        self.text_turn();
        self.settle();
        self.launches_turn();
        self.display_turn();
        self.captures_turn();
        // What the display released or refused may concern the core.
        self.settle();
        // Buffers that were never shown are free without a frame.
        self.release_buffers();
        self.clients.popups.cleanup();
    }

    /// When something is to be done, if nothing happens before.
    fn deadline(&self) -> Option<glasshouse_core::Timestamp> {
        if self.display.frame_wanted || self.input.refocus {
            return Some(self.now); // A late phase of this turn left something for an early one.
        }
        [self.desktop.deadline(), self.display.deadline(), self.launches.deadline()].into_iter().flatten().min()
    }
}

/// Clients cost descriptors; the default of 1,024 is soon used up.
fn raise_descriptor_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "the limit of descriptors stays");
    }
}
