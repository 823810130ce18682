//! The loop and its turn.

use std::{io::Write, path::PathBuf, time::Duration};

use anyhow::{Context, anyhow};
use calloop::{
    EventLoop, Interest, Mode, PostAction,
    generic::Generic,
    signals::{Signal, Signals},
};
use glasshouse_config::{Config, Executor, Layers, Listen};
use glasshouse_core::{Caller, Command, Desktop, Event, Settings, command};
use glasshouse_link::ExecutorChoice;
use glasshouse_scene::Transform;
use smithay::{input::keyboard::XkbConfig, reexports::wayland_server::Display as WaylandDisplay};

use crate::{
    State, bus, clock,
    configuration::{Configuration, cursor_size, cursor_theme},
    display::{Display, Settings as DisplaySettings, process::Recipe},
    input::Input,
    options::Options,
    session::{LockFile, Wishes},
    socket::{Socket, inherit_fd},
    telemetry::{
        WakeClock,
        endpoint::{self, Address, Endpoint},
    },
    wayland::Clients,
};

/// A desktop and its loop. Also what the tests and the conformance suite run.
pub struct Server {
    event_loop: EventLoop<'static, State>,
    wayland: WaylandDisplay<State>,
    pub state: State,
    bus: Option<bus::BusThread>,
    wake: WakeClock,
    /// Where figures can be fetched.
    metrics: Option<Endpoint>,
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
        let wake = WakeClock::default();
        handle.insert_source(wake.clone(), |event, (), _| match event {}).map_err(|error| anyhow!(error.error))?;
        let state = State::new(clock::now(), Desktop::new(settings), clients, input, Display::new(display), handle);
        Ok(Self { event_loop, wayland, state, bus: None, wake, metrics: None })
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
        let (configuration, config) = Configuration::at_start(options.paths(), options.layers(), &options.flags(Layers::new()))?;
        let memory = config.display.memory_mib.map(|mib| u64::from(mib).saturating_mul(1 << 20));
        let recipe = Recipe::new(cursor_theme(&config), cursor_size(&config), memory, options.debug_orders);
        let failure = recipe.as_ref().err().map(ToString::to_string);
        if let Some(failure) = &failure {
            tracing::error!("{failure}");
        }
        let display = DisplaySettings {
            recipe: recipe.ok(),
            executor: match config.display.executor {
                Executor::Auto => ExecutorChoice::Auto,
                Executor::Cpu => ExecutorChoice::Cpu,
                Executor::Gpu => ExecutorChoice::Gpu,
            },
            idle_after: Duration::from_secs(u64::from(config.display.idle_seconds)),
            always_active: false,
            limits: glasshouse_link::desktop::Limits::default(),
        };
        let mut server = Self::new(config.core_settings(), display)?;
        server.state.display.failure = failure;
        server.state.configuration = configuration;
        server.add_outputs(options, &config)?;
        if let Err(error) = server.state.watch_configuration() {
            tracing::warn!(%error, "changes of the configuration are not noticed; `glassctl config reload` reads it again");
        }
        // Before any thread is started: one that does not block these signals would die of them, and we with it.
        server.watch_signals()?;
        server.open_session(&socket.name(), options, &config);
        server.listen(socket)?;
        let name = server.state.control.wayland_display.clone();
        tracing::info!(socket = name, "clients can connect");
        if config.bus.enabled {
            server.serve_bus(options, config.bus.session)?;
        }
        if let Some(address) = &config.telemetry.metrics_socket {
            server.serve_metrics(&match address {
                Listen::Unix(path) => Address::Unix(path.clone()),
                Listen::Loopback(address) => Address::Tcp(*address),
            })?;
        }
        server.begin(&config);
        if let Some(ready) = ready {
            let mut file = std::fs::File::from(ready);
            if let Err(error) = writeln!(file, "{name}") {
                tracing::warn!(%error, "nobody reads --ready-fd");
            }
        }
        if let Err(error) = sd_notify::notify(&[sd_notify::NotifyState::Ready]) {
            tracing::debug!(%error, "nobody listens for readiness");
        }
        if !options.program.is_empty() {
            server.start_program(&options.program)?;
        }
        Ok(server)
    }

    /// Bindings, keyboard, and what the user wants done at the start.
    fn begin(&mut self, config: &Config) {
        let state = &mut self.state;
        state.apply_bindings(config.bindings.clone());
        state.start_keyboard(&config.keyboard);
        for line in &config.session.startup {
            if let Err(refusal) = state.run(&Caller::Person, line.0.clone()) {
                tracing::error!(command = %line.0, %refusal, "a command of session.startup was not carried out");
            }
        }
        state.settle();
        state.desktop.begin();
        state.begin_locked();
    }

    /// The outputs of the command line, or those that the configuration describes, or one.
    fn add_outputs(&mut self, options: &Options, config: &Config) -> anyhow::Result<()> {
        let state = &mut self.state;
        for size in &options.size {
            let mode = command::Mode { width: size.width, height: size.height, refresh_mhz: None };
            let output = Command::AddOutput { mode, name: None, scale: size.scale, transform: size.transform, position: None };
            state.apply(&Caller::Person, output)?;
        }
        state.configuration.fixed_size = state.desktop.outputs().into_iter().map(|output| output.mode.name).collect();
        let described = config.outputs.values().any(|output| output.enabled && output.mode.is_some());
        if options.size.is_empty() && !described {
            state.apply(
                &Caller::Person,
                Command::AddOutput {
                    mode: command::Mode { width: 1920, height: 1080, refresh_mhz: None },
                    name: None,
                    scale: 1.0,
                    transform: Transform::Normal,
                    position: None,
                },
            )?;
        }
        state.apply_outputs(config);
        state.settle();
        Ok(())
    }

    /// Before anybody is let in: windows that come back have to find their places.
    fn open_session(&mut self, name: &str, options: &Options, config: &Config) {
        self.state.control.wayland_display = name.to_owned();
        self.state.session.lock_file = LockFile::of(name);
        let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
        let fixed_size = self.state.configuration.fixed_size.clone();
        let is_described = |name: &str| config.outputs.get(name).is_some_and(|output| !output.enabled || output.mode.is_some());
        let described = config.outputs.values().any(|output| output.enabled && output.mode.is_some());
        let wishes = Wishes {
            restore: config.session.restore,
            fixed: &|name: &str| fixed_size.contains(name) || is_described(name),
            mirrors: &|name: &str| config.outputs.get(name).is_some_and(|output| output.mirror.is_some()),
            makeshift: options.size.is_empty() && !described,
            layout: options.layout.is_none(),
        };
        self.state.open_session(&folder.join(name), &wishes);
    }

    fn listen(&mut self, mut socket: Socket) -> anyhow::Result<()> {
        self.state.control.wayland_display = socket.name();
        let fd = socket.fd()?;
        let source = Generic::new(fd, Interest::READ, Mode::Level);
        let accept = move |_: calloop::Readiness, _: &mut _, state: &mut State| {
            socket.accept_all(&mut state.clients);
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
    fn serve_bus(&mut self, options: &Options, on_session: bool) -> anyhow::Result<()> {
        let display = self.state.control.wayland_display.clone();
        let path = match (&options.bus_socket, std::env::var_os("XDG_RUNTIME_DIR")) {
            (Some(path), _) => Some(path.clone()),
            (None, Some(folder)) => Some(PathBuf::from(folder).join(format!("glasshouse-{}", display.replace('/', "_")))),
            (None, None) => None,
        };
        if path.is_none() {
            tracing::warn!("no D-Bus socket: XDG_RUNTIME_DIR is not set, and there is no --bus-socket");
        }
        let session = options.session_bus_address().filter(|_| on_session).map(|address| bus::SessionBus { address, display });
        self.serve_bus_on(path, session)
    }

    /// Serves the D-Bus interfaces on a socket and on a session bus. What cannot be served is said.
    ///
    /// # Errors
    ///
    /// If the loop cannot be woken by it.
    pub fn serve_bus_on(&mut self, path: Option<PathBuf>, session: Option<bus::SessionBus>) -> anyhow::Result<()> {
        let (sender, channel) = calloop::channel::channel();
        // What there is already is no news.
        self.state.events.outputs_changed();
        self.state.events_turn();
        let facts = self.state.events.facts().clone();
        let listener = path.and_then(|path| match bus::bind(&path) {
            Ok(listener) => {
                self.state.control.bus = Some(path.display().to_string());
                Some(listener)
            }
            Err(error) => {
                tracing::error!(%error, path = %path.display(), "no D-Bus socket");
                None
            }
        });
        if listener.is_none() && session.is_none() {
            return Ok(());
        }
        let thread = match bus::start(listener, session, sender, facts) {
            Ok(thread) => thread,
            Err(error) => {
                tracing::error!(%error, "no D-Bus");
                return Ok(());
            }
        };
        self.state.events.connect(thread.outlet());
        self.bus = Some(thread);
        let asked = |event: calloop::channel::Event<bus::Request>, _: &mut (), state: &mut State| {
            if let calloop::channel::Event::Msg(request) = event {
                state.control.queue.push(request);
            }
        };
        self.event_loop.handle().insert_source(channel, asked).map_err(|error| anyhow!(error.error))?;
        Ok(())
    }

    /// Serves figures to Prometheus.
    ///
    /// # Errors
    ///
    /// If the address is taken or cannot be used: who asks for figures wants to know that there are none.
    pub fn serve_metrics(&mut self, address: &Address) -> anyhow::Result<()> {
        let (sender, channel) = calloop::channel::channel();
        let endpoint = Endpoint::start(address, sender).with_context(|| format!("--metrics-socket {address} cannot be served"))?;
        let asked = |event: calloop::channel::Event<endpoint::Ask>, _: &mut (), state: &mut State| {
            if let calloop::channel::Event::Msg(ask) = event {
                state.now = clock::now();
                state.ask_metrics(Box::new(|snapshot| ask.answer(snapshot)));
            }
        };
        self.event_loop.handle().insert_source(channel, asked).map_err(|error| anyhow!(error.error))?;
        self.metrics = Some(endpoint);
        Ok(())
    }

    /// Where figures can be fetched, if anywhere.
    pub fn metrics_address(&self) -> Option<&Address> {
        self.metrics.as_ref().map(Endpoint::address)
    }

    fn start_program(&mut self, argv: &[String]) -> anyhow::Result<()> {
        let Some((program, arguments)) = argv.split_first() else { return Ok(()) };
        let mut command = std::process::Command::new(program);
        command.args(arguments).env("WAYLAND_DISPLAY", &self.state.control.wayland_display);
        let child = command.spawn().with_context(|| format!("{program} cannot be started"))?;
        self.state.adopt(child, argv);
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
    /// events, core, configures, scenes and link, flush, answers, diffs.
    pub fn turn(&mut self, at_most: Option<Duration>) -> anyhow::Result<()> {
        // What is due sooner than anything else decides how long to sleep; nothing due: until something happens.
        let due = self.state.deadline().map(|at| at.since(clock::now()));
        let timeout = match (due, at_most) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.event_loop.dispatch(timeout, &mut self.state).context("the event loop failed")?;
        self.state.now = clock::now();
        let _turn = tracing::debug_span!("turn").entered();
        tracing::debug_span!("dispatch").in_scope(|| self.wayland.dispatch_clients(&mut self.state)).context("libwayland failed")?;
        self.state.turn();
        tracing::debug_span!("flush").in_scope(|| self.wayland.flush_clients()).context("libwayland failed")?;
        let flushed = clock::now();
        self.state.telemetry.traces.flushed(flushed);
        self.state.control.flushed();
        self.state.events_turn();
        self.state.telemetry.turns.ended(self.wake.woke(), clock::now());
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
        self.state.end_session();
        drop(self.metrics.take());
        self.state.display.end();
    }
}

impl State {
    /// Everything between the dispatch and the flush.
    fn turn(&mut self) {
        // Callers ask about a desktop of which everything is concluded.
        self.end_drags();
        self.settle();
        self.requests_turn();
        if self.desktop.deadline().is_some_and(|at| self.now >= at) {
            self.observe(Event::Tick);
        }
        self.settle();
        self.refocus_pointer();
        self.constraint_turn();
        self.text_turn();
        self.pings_turn();
        self.bindings_turn();
        self.settle();
        self.launches_turn();
        self.display_turn();
        self.lock_turn();
        self.output_manager_turn();
        self.output_powers_turn();
        self.idle_turn();
        self.captures_turn();
        self.telemetry_turn();
        self.session_turn();
        // What the display released or refused may concern the core.
        self.settle();
        self.toplevels_turn();
        self.workspaces_turn();
        // Buffers that were never shown are free without a frame.
        self.release_buffers();
        self.clients.popups.cleanup();
    }

    /// When something is to be done, if nothing happens before.
    fn deadline(&self) -> Option<glasshouse_core::Timestamp> {
        if self.display.frame_wanted || self.input.refocus || self.control.queue.is_waiting() {
            return Some(self.now); // A late phase of this turn left something for an early one.
        }
        [
            self.desktop.deadline(),
            self.display.deadline(),
            self.launches.deadline(),
            self.bindings_deadline(),
            self.clients.pings.deadline(),
            self.events.deadline(),
            self.telemetry_deadline(),
            self.session.deadline(),
            self.idle_notifier.deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
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
