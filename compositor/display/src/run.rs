//! The process: one loop over the link, the answers of the threads, and time.

use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use anyhow::Context as _;
use calloop::generic::Generic;
use calloop::{Dispatcher, EventLoop, Interest, Mode, PostAction, channel};
use glasshouse_link::{Connection, LinkError, ToDisplay};
use rustix::time::{ClockId, clock_gettime};
use tracing::info;

use crate::state::Display;

struct State {
    display: Display,
    connection: Connection,
    /// Why the loop ends.
    end: Option<anyhow::Result<()>>,
}

/// Serves the desktop at the other end of `link` until it closes it.
pub fn run(link: OwnedFd, debug_orders: bool) -> anyhow::Result<()> {
    let mut event_loop: EventLoop<'_, State> = EventLoop::try_new().context("could not create the event loop")?;
    let handle = event_loop.handle();
    let connection = Connection::new(link).context("could not use the link")?;
    let socket = connection.as_fd().try_clone_to_owned().context("could not duplicate the link")?;
    let source = Generic::new(socket, Interest::READ, Mode::Level);
    let dispatcher = Dispatcher::new(source, |_, _, state: &mut State| {
        state.receive();
        Ok(PostAction::Continue)
    });
    let token = handle.register_dispatcher(dispatcher.clone()).context("could not watch the link")?;
    let (sender, encoded) = channel::channel();
    let answers = |event, _: &mut (), state: &mut State| {
        if let channel::Event::Msg(encoded) = event {
            state.display.encoded(encoded);
        }
    };
    handle.insert_source(encoded, answers).map_err(|error| anyhow::anyhow!("could not watch the encoder: {error}"))?;
    // The receiver lives as long as the loop; after that nobody wants the answer.
    let done = Box::new(move |encoded| drop(sender.send(encoded)));
    let (ping, pinged) = calloop::ping::make_ping().context("could not make the texts' bell")?;
    handle
        .insert_source(pinged, |(), &mut (), state: &mut State| state.display.look_at_texts())
        .map_err(|error| anyhow::anyhow!("could not hear of texts: {error}"))?;
    let mut display = Display::new(debug_orders, done);
    display.wake_for_texts_with(Box::new(move || ping.ping()));
    let mut state = State { display, connection, end: None };
    loop {
        state.display.tick(now_ns());
        let sent = state.send();
        if let Some(end) = state.end.take() {
            return end;
        }
        let wanted = if sent { Interest::READ } else { Interest::BOTH };
        let changed = {
            let mut source = dispatcher.as_source_mut();
            let changed = source.interest.writable != wanted.writable;
            source.interest = wanted;
            changed
        };
        if changed {
            handle.update(&token).context("could not watch the link")?;
        }
        let timeout = state.display.deadline_ns().map(|deadline| Duration::from_nanos(deadline.saturating_sub(now_ns())));
        event_loop.dispatch(timeout, &mut state).context("the event loop failed")?;
    }
}

impl State {
    fn receive(&mut self) {
        while self.end.is_none() {
            match self.connection.receive::<ToDisplay>() {
                Ok(Some((message, fds))) => {
                    if let Err(fatal) = self.display.handle(message, fds, now_ns()) {
                        self.end = Some(Err(fatal.into()));
                    }
                    // Answers leave before the next message is read: a capture must not wait for the one behind it.
                    self.send();
                }
                Ok(None) => return,
                Err(LinkError::Closed) => {
                    info!("the desktop closed the link");
                    self.end = Some(Ok(()));
                }
                Err(error) => self.end = Some(Err(anyhow::Error::new(error).context("the link failed"))),
            }
        }
    }

    /// Returns whether everything is out.
    fn send(&mut self) -> bool {
        let sent = self.display.take_replies().into_iter().try_for_each(|(message, fds)| self.connection.send(&message, fds));
        match sent.and_then(|()| self.connection.flush()) {
            Ok(done) => done,
            Err(LinkError::Closed) => {
                self.end.get_or_insert(Ok(()));
                true
            }
            Err(error) => {
                self.end.get_or_insert(Err(anyhow::Error::new(error).context("the link failed")));
                true
            }
        }
    }
}

fn now_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    u64::try_from(now.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0)
}
