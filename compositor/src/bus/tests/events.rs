//! Subscriptions, from the main loop's end to the client's.

use std::sync::Arc;

use glasshouse_protocols::{
    Desktop1Proxy, Error, Event, Filter, Payload, Replica, Window, WindowMatch, Windows1Proxy,
    event::{ConfigChanged, FocusChange, WindowClosed},
    windows::MAX_WAIT_TIMEOUT_MS,
};
use tokio::sync::mpsc;
use zbus::{MessageStream, message::Type};

use super::{super::*, Bench, echo, sample_facts, sample_snapshot};

fn told(sequence: u64, payload: Payload) -> Arc<Told> {
    Told::new(Event { sequence, time_ns: sequence, trace: 3, payload }, None)
}

fn closed(sequence: u64) -> Arc<Told> {
    told(sequence, Payload::WindowClosed(WindowClosed { id: sequence, app_id: "foot".into(), title: "a title".into() }))
}

/// The signals that a client gets, read on a task of its own so that none is missed.
fn events_of(connection: &zbus::Connection) -> mpsc::UnboundedReceiver<Event> {
    let mut messages = MessageStream::from(connection);
    let (sender, events) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        use zbus::export::futures_core::Stream;
        while let Some(Ok(message)) = std::future::poll_fn(|context| std::pin::Pin::new(&mut messages).poll_next(context)).await {
            let header = message.header();
            if header.message_type() == Type::Signal && header.member().is_some_and(|member| member == "Event") {
                let _ = sender.send(Event::from_message(&message).unwrap());
            }
        }
    });
    events
}

#[tokio::test]
async fn a_subscriber_gets_the_state_and_then_what_follows() {
    let bench = Bench::new(echo);
    let connection = bench.connect().await;
    let desktop = Desktop1Proxy::new(&connection).await.unwrap();
    let mut events = events_of(&connection);
    let (sequence, snapshot) = desktop.subscribe(Filter::default()).await.unwrap();
    assert_eq!((sequence, &snapshot), (5, &sample_snapshot()));
    let mut replica = Replica::new(sequence, snapshot);

    // Up to 5 is in the state already.
    let change = sample_snapshot().windows[0].change_to(&Window { title: "other".into(), ..sample_snapshot().windows[0].clone() });
    for told in [
        closed(4),
        closed(5),
        told(6, Payload::WindowChanged(change.unwrap())),
        told(7, Payload::FocusChanged(FocusChange { window: None, previous: Some(7) })),
    ] {
        bench.outlet.tell(&told);
    }
    for sequence in 6..=7 {
        let event = events.recv().await.unwrap();
        assert_eq!((event.sequence, event.trace), (sequence, 3));
        replica.apply(&event);
    }
    assert_eq!((replica.window(7).unwrap().title.as_str(), replica.focus()), ("other", None));

    desktop.unsubscribe().await.unwrap();
    bench.outlet.tell(&closed(8));
    desktop.subscribe(Filter::default()).await.unwrap();
    bench.outlet.tell(&closed(9));
    assert_eq!(events.recv().await.unwrap().sequence, 9);
}

#[tokio::test]
async fn what_happens_while_somebody_subscribes_is_neither_lost_nor_told_twice() {
    // The main loop tells more the moment it has answered, and before.
    let (outlets, outlet) = std::sync::mpsc::channel::<Outlet>();
    let mut outlet_here = None;
    let bench = Bench::new(move |request| match request {
        Request::Desktop { request: DesktopRequest::Subscribe { reply, .. }, .. } => {
            let outlet = outlet_here.get_or_insert_with(|| outlet.recv().unwrap());
            outlet.tell(&closed(5));
            reply.send(Ok(Subscribed { newest: 5, from: SubscribedFrom::Snapshot(sample_snapshot()) })).unwrap();
            for sequence in 6..=100 {
                outlet.tell(&closed(sequence));
            }
        }
        other => echo(other),
    });
    outlets.send(bench.outlet.clone()).unwrap();
    let connection = bench.connect().await;
    let mut events = events_of(&connection);
    let desktop = Desktop1Proxy::new(&connection).await.unwrap();
    assert_eq!(desktop.subscribe(Filter::default()).await.unwrap().0, 5);
    for sequence in 6..=100 {
        assert_eq!(events.recv().await.unwrap().sequence, sequence);
    }
}

#[tokio::test]
async fn who_comes_back_hears_what_it_missed() {
    let bench = Bench::new(|request| match request {
        Request::Desktop { request: DesktopRequest::Subscribe { since: Some(0), reply }, .. } => {
            drop(reply.send(Err(Error::ReplayGone("only what came after event 3 is kept".into()))));
        }
        Request::Desktop { request: DesktopRequest::Subscribe { since: Some(since), reply }, .. } => {
            let replay = (since + 1..=5).map(closed).chain([told(5, Payload::ConfigChanged(ConfigChanged::default()))]).collect();
            drop(reply.send(Ok(Subscribed { newest: 5, from: SubscribedFrom::Replay(replay) })));
        }
        other => echo(other),
    });
    let connection = bench.connect().await;
    let mut events = events_of(&connection);
    let desktop = Desktop1Proxy::new(&connection).await.unwrap();
    let filter = |since| Filter { since: Some(since), kinds: Some(vec!["window_closed".into()]), ..Filter::default() };
    assert!(matches!(desktop.subscribe(filter(0)).await, Err(Error::ReplayGone(_))));
    bench.outlet.tell(&closed(6));
    let (sequence, nothing) = desktop.subscribe(filter(3)).await.unwrap();
    assert_eq!((sequence, nothing.windows.len(), nothing.instance.as_str()), (3, 0, ""));
    bench.outlet.tell(&closed(7));
    for sequence in [4, 5, 7] {
        let event = events.recv().await.unwrap();
        assert_eq!((event.sequence, event.payload.kind()), (sequence, "window_closed"));
    }
}

#[tokio::test]
async fn a_subscriber_that_does_not_read_is_cut_off_and_the_others_hear_everything() {
    let bench = Bench::new(echo);
    // Raw, so that nobody reads behind our back: the handshake, Subscribe, and then nothing.
    let stalled = bench.connect_without_reading().await;
    let connection = bench.connect().await;
    let mut events = events_of(&connection);
    Desktop1Proxy::new(&connection).await.unwrap().subscribe(Filter::default()).await.unwrap();

    let title = "x".repeat(10_000);
    let mut sequence = 5;
    // Until the other end is closed: its socket and its queue take some megabytes.
    while !stalled.is_over() {
        sequence += 1;
        assert!(sequence < 10_000, "it is never cut off");
        bench.outlet.tell(&told(sequence, Payload::WindowClosed(WindowClosed { id: 1, app_id: String::new(), title: title.clone() })));
        assert_eq!(events.recv().await.unwrap().sequence, sequence);
    }
    let desktop = Desktop1Proxy::new(&connection).await.unwrap();
    assert_eq!(desktop.windows().await.unwrap().len(), 1);
}

#[tokio::test]
async fn properties_are_there_and_say_when_they_change() {
    let bench = Bench::new(echo);
    let connection = bench.connect().await;
    let desktop = Desktop1Proxy::new(&connection).await.unwrap();
    assert_eq!(desktop.version().await.unwrap(), env!("CARGO_PKG_VERSION"));
    assert_eq!(desktop.instance().await.unwrap(), "one");
    assert_eq!(desktop.wayland_display().await.unwrap(), "wayland-9");
    assert_eq!(desktop.executor().await.unwrap(), "");
    assert_eq!(desktop.executor_reason().await.unwrap(), "nobody looks");

    let mut changes = MessageStream::from(&connection);
    bench.outlet.set_facts(Facts { executor: "cpu".into(), executor_reason: "there is no GPU".into(), ..sample_facts() });
    let change = loop {
        use zbus::export::futures_core::Stream;
        let message = std::future::poll_fn(|context| std::pin::Pin::new(&mut changes).poll_next(context)).await.unwrap().unwrap();
        if message.header().member().is_some_and(|member| member == "PropertiesChanged") {
            break message;
        }
    };
    let body = change.body();
    let (interface, changed, _): (&str, glasshouse_protocols::Dict, Vec<&str>) = body.deserialize().unwrap();
    assert_eq!((interface, changed.len()), ("org.glasshouse.Desktop1", 2));
    // Another proxy has nothing in its cache.
    let other = Desktop1Proxy::builder(&connection).cache_properties(zbus::proxy::CacheProperties::No).build().await.unwrap();
    assert_eq!(other.executor().await.unwrap(), "cpu");
    // And the first one hears of it.
    let mut values = desktop.receive_executor_changed().await;
    loop {
        use zbus::export::futures_core::Stream;
        let value = std::future::poll_fn(|context| std::pin::Pin::new(&mut values).poll_next(context)).await.unwrap();
        if value.get().await.unwrap() == "cpu" {
            break;
        }
    }
}

#[tokio::test]
async fn a_wrong_filter_is_refused_and_keeps_the_subscription() {
    let bench = Bench::new(echo);
    let connection = bench.connect().await;
    let desktop = Desktop1Proxy::new(&connection).await.unwrap();
    let mut events = events_of(&connection);
    desktop.subscribe(Filter::default()).await.unwrap();
    let wrong = Filter { kinds: Some(vec!["window_close".into()]), ..Filter::default() };
    assert!(matches!(desktop.subscribe(wrong).await, Err(Error::BadArgument(sentence)) if sentence.contains("window_closed")));
    bench.outlet.tell(&closed(6));
    assert_eq!(events.recv().await.unwrap().sequence, 6);
}

#[tokio::test]
async fn windows_are_looked_for_and_waited_for() {
    let bench = Bench::new(echo);
    let windows = Windows1Proxy::new(&bench.connect().await).await.unwrap();
    let said = |result: Result<_, Error>| match result {
        Err(error) => error.to_string(),
        Ok(()) => panic!("answered"),
    };
    assert_eq!(said(windows.get(7).await.map(drop)), "window 7");
    let wanted = || WindowMatch { app_id: Some("foot".into()), ..WindowMatch::default() };
    assert!(said(windows.find(wanted()).await.map(drop)).contains("app_id: Some(\"foot\")"));
    assert!(said(windows.wait_for(wanted(), "closed", 0).await.map(drop)).ends_with("Closed 10s"));
    assert!(said(windows.wait_for(wanted(), "focused", 1_500).await.map(drop)).ends_with("Focused 1.5s"));
    assert!(said(windows.wait_for(wanted(), "focussed", 0).await.map(drop)).contains("did you mean focused?"));
    assert!(said(windows.wait_for(wanted(), "focused", MAX_WAIT_TIMEOUT_MS + 1).await.map(drop)).contains("ten minutes"));
}
