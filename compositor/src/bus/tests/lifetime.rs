//! The thread and its socket, and callers that come and go.

use std::{collections::HashMap, fs, sync::mpsc, thread};

use calloop::channel::channel;
use glasshouse_protocols::{Debug1Proxy, Desktop1Proxy, Error, Windows1Proxy};
use tokio::net::UnixStream;
use zbus::connection::Builder;

use super::{super::*, Bench, echo};

#[tokio::test]
async fn the_socket_serves_until_the_thread_is_dropped_and_the_last_answer_arrives() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("glasshouse-wayland-9");
    let (sender, requests) = channel();
    let bus = start(Some(bind(&path).unwrap()), None, sender, Facts::default()).unwrap();

    // The main loop: answers `Quit` and ends at once.
    let main = thread::spawn(move || {
        while let Ok(request) = requests.recv() {
            match request {
                Request::Commands(CommandsRequest::Run { reply, .. }) => {
                    reply.send(Ok(())).unwrap();
                    drop(bus);
                    return;
                }
                other => echo(other),
            }
        }
    });
    let connect = async || {
        let stream = UnixStream::connect(&path).await.unwrap().into_std().unwrap();
        Builder::unix_stream(stream).p2p().build().await.unwrap()
    };
    let (idle, connection) = (connect().await, connect().await);
    let desktop = Desktop1Proxy::new(&connection).await.unwrap();
    assert_eq!(desktop.windows().await.unwrap().len(), 1);
    desktop.quit().await.unwrap();
    main.join().unwrap();
    assert!(!path.exists(), "the socket is gone");
    idle.closed().await;
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_desktop_that_ends_says_so() {
    let bench = Bench::new(drop);
    let desktop = Desktop1Proxy::new(&bench.connect().await).await.unwrap();
    assert!(matches!(desktop.windows().await, Err(Error::Ending(_))));
}

#[tokio::test]
async fn a_launch_that_waits_blocks_nobody_else_and_ends_with_its_caller() {
    let (launched, launches) = mpsc::channel();
    let bench = Bench::new(move |request| match request {
        Request::Launch { reply, .. } => launched.send(reply).unwrap(),
        other => echo(other),
    });
    let (waiting, other) = (bench.connect().await, bench.connect().await);
    let windows = Windows1Proxy::new(&waiting).await.unwrap();
    let call = tokio::spawn(async move { windows.launch(&["sleep"], HashMap::new(), "", 600_000).await });

    let debug = Debug1Proxy::new(&other).await.unwrap();
    let mut reply = loop {
        // Calls of the other connection go through all the while.
        assert_eq!(debug.display_pid().await.unwrap(), 4711);
        if let Ok(reply) = launches.try_recv() {
            break reply;
        }
    };
    assert!(!reply.is_closed());
    waiting.close().await.unwrap();
    reply.closed().await;
    assert!(call.await.unwrap().is_err());
    assert_eq!(debug.display_pid().await.unwrap(), 4711);
}
