//! Desktops on a real session bus.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    os::fd::OwnedFd,
    path::Path,
    process::{Child, Command, Stdio},
};

use glasshouse_protocols::{
    BUS_NAME, Capture1Proxy, CaptureInfo, CaptureOptions, Debug1Proxy, Desktop1Proxy, Error, Event, Filter, Payload, WindowMatch,
    Windows1Proxy, event::WindowClosed,
};
use tokio::{sync::oneshot, task::JoinHandle};
use zbus::{Connection, MessageStream, connection::Builder, export::futures_core::Stream, fdo::DBusProxy};

use super::{
    super::{session::run, *},
    Bench, echo,
};

/// A bus daemon of our own.
struct Daemon {
    process: Child,
    address: String,
}

impl Daemon {
    fn start(folder: &Path) -> Self {
        let path = folder.join("bus");
        let _ = std::fs::remove_file(&path); // Of the one before.
        let address = format!("unix:path={}", path.display());
        let mut process = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1", "--address", &address])
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is there: session/install installs it");
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("unix:"), "{line}");
        Self { process, address }
    }

    async fn connect(&self) -> Connection {
        Builder::address(self.address.as_str()).build().await.unwrap()
    }

    /// Serves a desktop on it.
    fn serve(&self, bench: &Bench, display: &str) -> JoinHandle<()> {
        let bus = SessionBus { address: self.address.clone(), display: display.to_owned() };
        tokio::spawn(run(bus, bench.shared.clone(), bench.stop.subscribe()))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits until this name has an owner other than `not`, and answers with it.
async fn owner(connection: &Connection, name: &str, not: Option<&str>) -> String {
    let bus = DBusProxy::new(connection).await.unwrap();
    let mut changes = MessageStream::from(connection);
    // The rule first, so that no change falls between the question and the answer.
    connection
        .call_method(
            Some("org.freedesktop.DBus"),
            "/org/freedesktop/DBus",
            Some("org.freedesktop.DBus"),
            "AddMatch",
            &format!("type='signal',member='NameOwnerChanged',arg0='{name}'"),
        )
        .await
        .unwrap();
    loop {
        if let Ok(owner) = bus.get_name_owner(name.try_into().unwrap()).await
            && Some(owner.as_str()) != not
        {
            return owner.to_string();
        }
        loop {
            let message = std::future::poll_fn(|context| std::pin::Pin::new(&mut changes).poll_next(context)).await.unwrap().unwrap();
            if message.header().member().is_some_and(|member| member == "NameOwnerChanged") {
                break;
            }
        }
    }
}

async fn desktop(connection: &Connection, name: &str) -> Desktop1Proxy<'static> {
    Desktop1Proxy::builder(connection).destination(name.to_owned()).build().await.unwrap()
}

const FIRST: &str = "org.glasshouse.Desktop.wayland_1";
const SECOND: &str = "org.glasshouse.Desktop.wayland_2";

#[tokio::test]
async fn every_desktop_has_its_name_and_the_plain_one_goes_on_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(folder.path());
    let client = daemon.connect().await;
    let (first, second) = (Bench::new(echo), Bench::new(echo));
    let first_served = daemon.serve(&first, "wayland-1");
    let first_owner = owner(&client, FIRST, None).await;
    assert_eq!(owner(&client, BUS_NAME, None).await, first_owner);
    let second_served = daemon.serve(&second, "wayland-2");
    let second_owner = owner(&client, SECOND, None).await;
    assert_ne!(first_owner, second_owner);

    for name in [BUS_NAME, FIRST, SECOND] {
        assert_eq!(desktop(&client, name).await.windows().await.unwrap().len(), 1);
    }
    assert_eq!(desktop(&client, BUS_NAME).await.instance().await.unwrap(), "one");
    drop(first);
    first_served.await.unwrap();
    assert_eq!(owner(&client, BUS_NAME, Some(&first_owner)).await, second_owner);
    assert_eq!(desktop(&client, BUS_NAME).await.windows().await.unwrap().len(), 1);
    drop(second);
    second_served.await.unwrap();
}

#[tokio::test]
async fn events_go_to_subscribers_alone() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(folder.path());
    let bench = Bench::new(echo);
    let _served = daemon.serve(&bench, "wayland-1");
    let (subscriber, other) = (daemon.connect().await, daemon.connect().await);
    owner(&other, FIRST, None).await;
    let mut heard = [MessageStream::from(&subscriber), MessageStream::from(&other)];
    desktop(&subscriber, FIRST).await.subscribe(Filter::default()).await.unwrap();

    let closed = |sequence| {
        let payload = Payload::WindowClosed(WindowClosed { id: 7, app_id: "foot".into(), title: String::new() });
        Told::new(Event { sequence, time_ns: 0, trace: 0, payload }, None)
    };
    for sequence in 6..=8 {
        bench.outlet.tell(&closed(sequence));
    }
    let mut sequences = Vec::new();
    while sequences.len() < 3 {
        let message = std::future::poll_fn(|context| std::pin::Pin::new(&mut heard[0]).poll_next(context)).await.unwrap().unwrap();
        if message.header().member().is_some_and(|member| member == "Event") {
            sequences.push(Event::from_message(&message).unwrap().sequence);
        }
    }
    assert_eq!(sequences, [6, 7, 8]);
    // What was sent before this answer has arrived with it.
    desktop(&other, FIRST).await.windows().await.unwrap();
    let mut stream = std::mem::replace(&mut heard[1], MessageStream::from(&other));
    let waiting = std::future::poll_fn(|context| {
        let mut all = Vec::new();
        while let std::task::Poll::Ready(Some(Ok(message))) = std::pin::Pin::new(&mut stream).poll_next(context) {
            all.push(message);
        }
        std::task::Poll::Ready(all)
    });
    assert!(waiting.await.iter().all(|message| message.header().member().is_none_or(|member| member != "Event")));

    // Who leaves the bus is forgotten.
    subscriber.close().await.unwrap();
    drop(heard);
    while bench.outlet.has_subscribers() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_call_that_waits_keeps_no_other_caller_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(folder.path());
    let (waiting, waits) = std::sync::mpsc::channel();
    let bench = Bench::new(move |request| match request {
        Request::Window { request: WindowsRequest::WaitFor { reply, .. }, .. } => waiting.send(reply).unwrap(),
        other => echo(other),
    });
    let _served = daemon.serve(&bench, "wayland-1");
    let (patient, other) = (daemon.connect().await, daemon.connect().await);
    owner(&other, FIRST, None).await;
    let windows = Windows1Proxy::builder(&patient).destination(FIRST).build().await.unwrap();
    let call = tokio::spawn(async move { windows.wait_for(WindowMatch::default(), "created", 0).await });
    let mut reply = loop {
        assert_eq!(desktop(&other, FIRST).await.windows().await.unwrap().len(), 1);
        if let Ok(reply) = waits.try_recv() {
            break reply;
        }
    };
    // The caller leaves, and nobody waits any more.
    drop(patient);
    call.abort();
    let (gone, left) = oneshot::channel();
    tokio::spawn(async move {
        reply.closed().await;
        gone.send(()).unwrap();
    });
    left.await.unwrap();
}

#[tokio::test]
async fn a_bus_that_dies_and_comes_back_finds_the_desktop_again() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(folder.path());
    let bench = Bench::new(echo);
    let served = daemon.serve(&bench, "wayland-1");
    let before = daemon.connect().await;
    owner(&before, FIRST, None).await;
    desktop(&before, FIRST).await.subscribe(Filter::default()).await.unwrap();
    drop(daemon);

    // The socket of the desktop's own does not care.
    let debug = Debug1Proxy::new(&bench.connect().await).await.unwrap();
    assert_eq!(debug.display_pid().await.unwrap(), 4711);

    let daemon = Daemon::start(folder.path());
    let after = daemon.connect().await;
    owner(&after, BUS_NAME, None).await;
    assert_eq!(desktop(&after, BUS_NAME).await.windows().await.unwrap().len(), 1);
    drop(bench);
    served.await.unwrap();
}

#[tokio::test]
async fn a_picture_crosses_the_bus_as_a_descriptor() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(folder.path());
    let bench = Bench::new(|request| match request {
        Request::Capture { reply, .. } => {
            let fd = rustix::fs::memfd_create("picture", rustix::fs::MemfdFlags::CLOEXEC).unwrap();
            rustix::io::pwrite(&fd, b"8 pixels", 0).unwrap();
            drop(reply.send(Ok(Captured { fd, info: CaptureInfo::default() })));
        }
        other => echo(other),
    });
    let _served = daemon.serve(&bench, "wayland-1");
    let client = daemon.connect().await;
    owner(&client, FIRST, None).await;
    let capture = Capture1Proxy::builder(&client).destination(FIRST).build().await.unwrap();
    let (fd, _) = capture.capture(CaptureOptions::default()).await.unwrap();
    let mut contents = String::new();
    std::fs::File::from(OwnedFd::from(fd)).read_to_string(&mut contents).unwrap();
    assert_eq!(contents, "8 pixels");
}

#[tokio::test]
async fn an_error_keeps_its_name_and_the_standard_interfaces_answer() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(folder.path());
    let bench = Bench::new(echo);
    let _served = daemon.serve(&bench, "wayland-1");
    let client = daemon.connect().await;
    owner(&client, FIRST, None).await;
    assert!(matches!(desktop(&client, FIRST).await.outputs().await, Err(Error::Refused(_))));
    let standard = async |interface: &'static str, method: &'static str| {
        client.call_method(Some(FIRST), glasshouse_protocols::OBJECT_PATH, Some(interface), method, &()).await.unwrap();
    };
    standard("org.freedesktop.DBus.Peer", "Ping").await;
    standard("org.freedesktop.DBus.Introspectable", "Introspect").await;
}
