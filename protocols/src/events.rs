//! A subscription to the desktop's events, as a program has it.

use std::{future::poll_fn, num::NonZeroUsize, pin::Pin};

use zbus::{Connection, MatchRule, MessageStream, export::futures_core::Stream as _, message::Type};

use crate::{
    Desktop1Proxy, Error, Event, Filter, OBJECT_PATH, Replica,
    event::{INTERFACE, SIGNAL},
};

/// How many events may wait for us before the connection stops reading and the desktop counts us as stalled. A replay is at most 1,000.
const QUEUE: Option<NonZeroUsize> = NonZeroUsize::new(4_096);

/// The events of a desktop from now on, and its state with them.
///
/// A connection has one subscription: a second one on it replaces the first.
#[derive(Debug)]
pub struct Events {
    messages: MessageStream,
    replica: Replica,
}

impl Events {
    /// Subscribes. Whatever happens after the state in [`Self::replica`] comes as an event.
    ///
    /// # Errors
    ///
    /// If the desktop refuses the filter, or the connection is over.
    pub async fn subscribe(connection: &Connection, filter: Filter) -> Result<Self, Error> {
        let rule = MatchRule::builder().msg_type(Type::Signal).interface(INTERFACE).member(SIGNAL).path(OBJECT_PATH).build()?;
        // Listens before it asks, so that nothing is missed.
        let messages = MessageStream::for_match_rule(rule, connection, QUEUE).await?;
        let (sequence, snapshot) = Desktop1Proxy::new(connection).await?.subscribe(filter).await?;
        Ok(Self { messages, replica: Replica::new(sequence, snapshot) })
    }

    /// The state with all events that [`Self::next`] has given. Events that the filter leaves out are missing in it, and with
    /// [`Filter::since`] it begins with nothing.
    pub fn replica(&self) -> &Replica {
        &self.replica
    }

    /// Waits for the next event. `None`: the connection is over, because the desktop has ended, or has cut us off for not reading.
    ///
    /// # Errors
    ///
    /// If what the desktop sent is no event.
    pub async fn next(&mut self) -> Result<Option<Event>, Error> {
        // zbus tells of the end of the connection with an error.
        let Some(Ok(message)) = poll_fn(|context| Pin::new(&mut self.messages).poll_next(context)).await else { return Ok(None) };
        let event = Event::from_message(&message)?;
        self.replica.apply(&event);
        Ok(Some(event))
    }
}
