use std::sync::Arc;

use glasshouse_core::Command;
use glasshouse_protocols::{Check, Dict, Filter, Layer, Output, Snapshot, Window, replica::Start};
use zbus::{
    Connection, Message, interface,
    object_server::{ResponseDispatchListener, ResponseDispatchNotifier, SignalEmitter},
};

use super::{BusError, CommandsRequest, DesktopRequest, Request, Subscribed, Told, hub::Queue, peer::Peer, request::From};

/// Events that leave in one go.
const BATCH: usize = 64;

/// `org.glasshouse.Desktop1`.
pub(super) struct Desktop1(pub(super) Peer);

// `spawn = false` everywhere: calls of one connection are carried out in their order, and a flood of them waits in the socket instead of
// becoming tasks.
#[interface(name = "org.glasshouse.Desktop1", spawn = false)]
impl Desktop1 {
    /// The version of the desktop, such as `0.1.0`.
    #[zbus(property(emits_changed_signal = "const"))]
    fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }

    /// Another one after every start of the desktop: ids and sequences of different instances have nothing to do with each other.
    #[zbus(property(emits_changed_signal = "const"))]
    fn instance(&self) -> String {
        self.0.facts().instance.clone()
    }

    /// What WAYLAND_DISPLAY has to be for programs that are to show up here.
    #[zbus(property(emits_changed_signal = "const"))]
    fn wayland_display(&self) -> String {
        self.0.facts().wayland_display.clone()
    }

    /// What draws: cpu or gpu; empty while no display runs, because nobody looks.
    #[zbus(property)]
    fn executor(&self) -> String {
        self.0.facts().executor.clone()
    }

    /// Why that one, or why none.
    #[zbus(property)]
    fn executor_reason(&self) -> String {
        self.0.facts().executor_reason.clone()
    }

    /// All windows with content, in the order of their creation: id (t), title (s), app_id (s), x, y, width, height (d, logical pixels in
    /// the space of all outputs, also while tiled or covered), mapped, focused, floating, fullscreen, maximized, minimized, unresponsive (b: its
    /// program was asked for something and has not answered for 5 seconds), pid (i), parent (t), output (s), workspace (t), tag (s), icon (s). What is unknown is
    /// absent.
    async fn windows(&self, #[zbus(connection)] connection: &Connection) -> Result<Vec<Window>, BusError> {
        self.0.ask(connection, |caller, reply| Request::Windows { caller, reply }).await
    }

    /// All outputs, in the order in which they were added: id (t), name (s), width, height (u, physical pixels before the transform),
    /// scale (d, physical pixels per logical one), refresh_mhz (u), transform (u, as wl_output.transform), x, y, logical_width,
    /// logical_height (d, logical pixels in the space of all outputs).
    async fn outputs(&self, #[zbus(connection)] connection: &Connection) -> Result<Vec<Output>, BusError> {
        self.0.ask(connection, |caller, reply| Request::Outputs { caller, reply }).await
    }

    /// All layer surfaces with content (panels, docks, wallpapers, launchers): by layer, the lowest first, and in one layer in the order of
    /// their creation: id (t), namespace (s), layer (s: background, bottom, top or overlay; windows are between bottom and top), x, y,
    /// width, height (d, logical pixels in the space of all outputs), exclusive_zone (i: positive: logical pixels that windows leave free
    /// at its edge; 0: it makes room for those that are; -1: it does not), keyboard (s: none, on-demand or exclusive), focused (b, it has
    /// the keyboard), output (s), pid (i). What is unknown is absent.
    async fn layers(&self, #[zbus(connection)] connection: &Connection) -> Result<Vec<Layer>, BusError> {
        let request = |caller, reply| Request::Desktop { caller, request: DesktopRequest::Layers { reply } };
        self.0.ask(connection, request).await
    }

    /// How the desktop is: for each check its name, whether all is well, and a sentence.
    #[zbus(out_args("checks"))]
    async fn doctor(&self, #[zbus(connection)] connection: &Connection) -> Result<Vec<Check>, BusError> {
        self.0.ask(connection, |caller, reply| Request::Doctor { caller, reply }).await
    }

    /// Everything that there is, and the sequence of the newest event that is in it: instance (s), windows (aa{sv}, as Windows answers
    /// them), outputs (aa{sv}), workspaces (aa{sv}: id (t), index (u), name (s), output (s), active, focused, urgent (b), layout (s)),
    /// focus (t, the window that has the keyboard).
    #[zbus(out_args("sequence", "state"))]
    async fn snapshot(&self, #[zbus(connection)] connection: &Connection) -> Result<(u64, Snapshot), BusError> {
        let request = |caller, reply| Request::Desktop { caller, request: DesktopRequest::Snapshot { reply } };
        self.0.ask(connection, request).await
    }

    /// Sends the signal Event to the caller from now on. Answers with the state, as Snapshot; the events that follow begin after its
    /// sequence, and nothing between the two is lost.
    ///
    /// The filter, all of which may be absent: kinds (as; if absent all but performance_metrics), window (t), app_id (s), since (t: no
    /// state, but the events after this one; ReplayGone if they are not kept any more: the newest 1,000 are), metrics_hz (d, at most 10).
    ///
    /// A caller has one subscription: another call replaces it. Who leaves more than 1,024 events or 1 MiB unread is disconnected, and
    /// loses its subscription on a session bus.
    #[zbus(out_args("sequence", "state"))]
    async fn subscribe(
        &self,
        #[zbus(connection)] connection: &Connection,
        filter: Dict,
    ) -> Result<ResponseDispatchNotifier<(u64, Start)>, BusError> {
        let filter = Filter::from_dict(filter)?;
        let since = filter.since;
        // Before the question, so that no event falls between its answer and the queue.
        let queue = self.0.subscribe(filter.clone());
        let request = |caller, reply| Request::Desktop { caller, request: DesktopRequest::Subscribe { since, reply } };
        let Subscribed { newest, from } = self.0.ask(connection, request).await.inspect_err(|_| {
            self.0.unsubscribe();
        })?;
        let (answer, replay) = match from {
            From::Snapshot(snapshot) => ((newest, Start(Some(snapshot))), Vec::new()),
            From::Replay(replay) => ((since.unwrap_or(newest), Start(None)), replay),
        };
        let (answer, answered) = ResponseDispatchNotifier::new(answer);
        let replay = replay.into_iter().filter(|told| filter.admits(&told.event, told.app_id.as_deref())).collect();
        tokio::spawn(deliver(connection.clone(), self.0.clone(), answered, newest, replay, queue));
        Ok(answer)
    }

    /// Ends the caller's subscription. Nothing happens if there is none.
    async fn unsubscribe(&self) {
        self.0.unsubscribe();
    }

    /// Something happened. sequence grows by one with every event, also with those that a filter holds back; time_ns is CLOCK_MONOTONIC;
    /// trace is the input or call that it comes from, 0 if none.
    ///
    /// The kinds, with what is in their payload: window_created (as Windows answers it), window_closed (id t, app_id s, title s),
    /// window_changed (id, and what is other than before; what is unknown now is named in removed (as)), focus_changed (window t,
    /// previous t), output_added, output_changed, output_removed (id t, name s), workspace_added, workspace_changed, workspace_removed
    /// (id t), layer_created (as Layers answers it), layer_changed, layer_closed (id t, namespace s), process_spawned (pid i, program s, argv as), process_terminated (pid i, program s, code i or signal i), system_alert
    /// (severity s, subject s, sentence s, pid i), performance_metrics, agent_task_completed (task s, outcome s, details a{sv}, pid i),
    /// config_changed (options as), mode_changed (mode s), keyboard_layout_changed (number u, name s), command_run (command s, caller s, pid i),
    /// layouts_changed (layouts as, late as: those that programs offer, and of these those that do not answer in time).
    #[zbus(signal)]
    async fn event(emitter: &SignalEmitter<'_>, sequence: u64, time_ns: u64, trace: u64, kind: &str, payload: Dict) -> zbus::Result<()>;

    /// Ends the desktop and with it all its clients.
    async fn quit(&self, #[zbus(connection)] connection: &Connection) -> Result<(), BusError> {
        self.0.ask(connection, |caller, reply| Request::Commands(CommandsRequest::Run { caller, command: Command::Quit {}, reply })).await
    }
}

/// Sends a subscriber its events until the subscription or the connection ends.
async fn deliver(
    connection: Connection,
    peer: Peer,
    answered: ResponseDispatchListener,
    newest: u64,
    replay: Vec<Arc<Told>>,
    mut queue: Queue,
) {
    let destination = peer.destination();
    // While it waits for events it must not keep the connection: the last `Peer` ends the subscription, and with it the queue.
    drop(peer);
    answered.await;
    let signal = |told: &Arc<Told>| told.signal(destination.as_deref());
    let replay: Vec<Message> = replay.iter().filter_map(signal).collect();
    for part in replay.chunks(BATCH) {
        if connection.send_all(part).await.is_err() {
            return;
        }
    }
    let mut batch = Vec::new();
    loop {
        let told = tokio::select! {
            told = queue.next() => told,
            () = connection.closed() => return,
        };
        let Some(told) = told else { return };
        batch.clear();
        // Those up to `newest` are in the answer.
        batch.extend(Some(told).filter(|told| told.event.sequence > newest).as_ref().and_then(signal));
        while batch.len() < BATCH
            && let Some(told) = queue.ready()
        {
            batch.extend(Some(told).filter(|told| told.event.sequence > newest).as_ref().and_then(signal));
        }
        if connection.send_all(&batch).await.is_err() {
            return;
        }
    }
}
