//! When the loop woke up. Without it a turn would seem to last as long as the sleep before it.

use std::{cell::Cell, convert::Infallible, rc::Rc};

use calloop::{EventIterator, EventSource, Poll, PostAction, Readiness, Token, TokenFactory};
use glasshouse_core::Timestamp;

use crate::clock;

/// A source without events that notes when polling is over.
#[derive(Debug, Clone, Default)]
pub struct WakeClock(Rc<Cell<Timestamp>>);

impl WakeClock {
    /// When the loop last woke up.
    pub fn woke(&self) -> Timestamp {
        self.0.get()
    }
}

impl EventSource for WakeClock {
    type Event = Infallible;
    type Metadata = ();
    type Ret = ();
    type Error = Infallible;

    const NEEDS_EXTRA_LIFECYCLE_EVENTS: bool = true;

    fn before_handle_events(&mut self, _: EventIterator<'_>) {
        self.0.set(clock::now());
    }

    fn process_events<F>(&mut self, _: Readiness, _: Token, _: F) -> Result<PostAction, Infallible>
    where
        F: FnMut(Infallible, &mut ()),
    {
        Ok(PostAction::Continue)
    }

    fn register(&mut self, _: &mut Poll, _: &mut TokenFactory) -> calloop::Result<()> {
        Ok(())
    }

    fn reregister(&mut self, _: &mut Poll, _: &mut TokenFactory) -> calloop::Result<()> {
        Ok(())
    }

    fn unregister(&mut self, _: &mut Poll) -> calloop::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use calloop::EventLoop;

    use super::*;

    #[test]
    fn the_clock_is_set_between_sleeping_and_working() {
        let mut event_loop = EventLoop::<Timestamp>::try_new().unwrap();
        let wake = WakeClock::default();
        event_loop.handle().insert_source(wake.clone(), |event, (), _| match event {}).unwrap();
        let (sender, channel) = calloop::channel::channel();
        event_loop.handle().insert_source(channel, |_, (), worked| *worked = clock::now()).unwrap();
        let mut worked = Timestamp::default();
        for _ in 0..2 {
            let before = clock::now();
            sender.send(()).unwrap();
            event_loop.dispatch(Some(Duration::from_secs(20)), &mut worked).unwrap();
            assert!(before <= wake.woke() && wake.woke() <= worked);
        }
    }
}
