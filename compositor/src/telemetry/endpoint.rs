//! `GET /metrics` for Prometheus, on a Unix socket or a loopback port, if the person at the desktop wants it.
//!
//! A thread of its own reads requests, asks the main loop for a snapshot and writes it as text. Nobody who connects can slow the desktop
//! down: connections are few, requests short, and both have little time.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    sync::Arc,
    thread,
    time::Duration,
};

use calloop::channel::Sender;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, UnixListener},
    sync::{Semaphore, oneshot, watch},
    time::timeout,
};

use super::{Snapshot, prometheus};
use crate::bus::{ListenError, Listener, bind};

/// Connections at one time. Prometheus needs one.
const MAX_CONNECTIONS: usize = 16;
/// Bytes of a request's head.
const MAX_HEAD: usize = 8 << 10;
/// Lines in it.
const MAX_HEADERS: usize = 64;
/// For reading a request, for the snapshot, and for sending the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Rest after a failed `accept`, for instance because there are no descriptors left: it would fail again at once, and the system tells
/// nobody when there are some again.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

/// Where to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    Unix(PathBuf),
    /// On this machine only.
    Tcp(SocketAddr),
}

/// Why an address is none to serve on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("{0} can be reached from other machines, which need not know what runs here; use 127.0.0.1:{port}, and a proxy that asks who it is", port = .0.port())]
    NotLoopback(SocketAddr),
    #[error("{0:?} is neither the path of a socket, like /run/user/1000/metrics, nor a port of this machine, like 127.0.0.1:9101")]
    Neither(String),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.contains('/') {
            return Ok(Self::Unix(PathBuf::from(text)));
        }
        let local = text.strip_prefix("localhost:").and_then(|port| port.parse().ok());
        let address = match local {
            Some(port) => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port),
            None => text.parse().map_err(|_| AddressError::Neither(text.to_owned()))?,
        };
        if address.ip().to_canonical().is_loopback() { Ok(Self::Tcp(address)) } else { Err(AddressError::NotLoopback(address)) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => path.display().fmt(formatter),
            Self::Tcp(address) => address.fmt(formatter),
        }
    }
}

/// Why figures are not served.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    #[error(transparent)]
    Unix(#[from] ListenError),
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("cannot listen there")]
    Tcp(#[source] io::Error),
    #[error("there is no thread for it")]
    Thread(#[source] io::Error),
}

/// Somebody wants a snapshot.
#[derive(Debug)]
pub struct Ask(oneshot::Sender<Snapshot>);

impl Ask {
    /// Whoever asked may have gone away.
    pub fn answer(self, snapshot: &Snapshot) {
        if !self.0.is_closed() {
            let _ = self.0.send(snapshot.clone()); // It went away just now.
        }
    }
}

/// The running thread. Ends, and removes its socket, when it is dropped.
#[derive(Debug)]
pub struct Endpoint {
    address: Address,
    /// Dropped to stop.
    stop: Option<watch::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the metrics thread ended with a panic");
        }
    }
}

enum Socket {
    Unix(Listener),
    Tcp(std::net::TcpListener),
}

impl Endpoint {
    /// Starts to serve. Clients can connect when this returns.
    ///
    /// # Errors
    ///
    /// If the address is taken, or not on this machine.
    pub fn start(address: &Address, sender: Sender<Ask>) -> Result<Self, EndpointError> {
        let (socket, address) = match address {
            Address::Unix(path) => (Socket::Unix(bind(path)?), address.clone()),
            Address::Tcp(address) if !address.ip().to_canonical().is_loopback() => return Err(AddressError::NotLoopback(*address).into()),
            Address::Tcp(address) => {
                let socket = std::net::TcpListener::bind(address).map_err(EndpointError::Tcp)?;
                socket.set_nonblocking(true).map_err(EndpointError::Tcp)?;
                // Port 0 is any that is free.
                let address = socket.local_addr().map_err(EndpointError::Tcp)?;
                (Socket::Tcp(socket), Address::Tcp(address))
            }
        };
        let (stop, stopped) = watch::channel(());
        let thread = thread::Builder::new().name("metrics".to_owned()).spawn(move || run(socket, sender, stopped));
        Ok(Self { address, stop: Some(stop), thread: Some(thread.map_err(EndpointError::Thread)?) })
    }

    /// Where it really serves.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

fn run(socket: Socket, sender: Sender<Ask>, mut stopped: watch::Receiver<()>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!(%error, "no figures are served"),
    };
    runtime.block_on(async {
        tokio::select! {
            () = accept(socket, sender) => {}
            _ = stopped.changed() => {}
        }
    });
}

async fn accept(socket: Socket, sender: Sender<Ask>) {
    // Every dropped sender wakes the main loop: there is one.
    let (sender, places) = (Arc::new(sender), Arc::new(Semaphore::new(MAX_CONNECTIONS)));
    match socket {
        Socket::Unix(listener) => match listener.socket.try_clone().and_then(UnixListener::from_std) {
            Ok(socket) => loop {
                let Ok(place) = places.clone().acquire_owned().await else { return };
                match socket.accept().await {
                    Ok((stream, _)) => drop(tokio::spawn(serve(stream, sender.clone(), false, place))),
                    Err(error) => rest(error).await,
                }
            },
            Err(error) => tracing::error!(%error, "no figures are served"),
        },
        Socket::Tcp(socket) => match TcpListener::from_std(socket) {
            Ok(socket) => loop {
                let Ok(place) = places.clone().acquire_owned().await else { return };
                match socket.accept().await {
                    Ok((stream, _)) => drop(tokio::spawn(serve(stream, sender.clone(), true, place))),
                    Err(error) => rest(error).await,
                }
            },
            Err(error) => tracing::error!(%error, "no figures are served"),
        },
    }
}

async fn rest(error: io::Error) {
    tracing::warn!(%error, "a connection for figures could not be accepted");
    tokio::time::sleep(ACCEPT_AGAIN).await;
}

/// Answers one request and closes the connection.
async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    sender: Arc<Sender<Ask>>,
    check_host: bool,
    _place: tokio::sync::OwnedSemaphorePermit,
) {
    let answer = match timeout(PATIENCE, read(&mut stream, check_host)).await {
        Ok(Ok(wanted)) => match wanted {
            Wanted::Metrics { head_only } => metrics(&sender).await.text(head_only),
            Wanted::Refused(answer) => answer.text(false),
        },
        Ok(Err(error)) => return tracing::debug!(%error, "a connection for figures broke"),
        Err(_) => Answer::plain("408 Request Timeout", "nothing was asked").text(false),
    };
    let sent = timeout(PATIENCE, async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await
    });
    if !matches!(sent.await, Ok(Ok(()))) {
        tracing::debug!("figures were asked for and not read");
    }
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    status: &'static str,
    content_type: &'static str,
    allow: bool,
    body: String,
}

impl Answer {
    fn plain(status: &'static str, sentence: &str) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8", allow: false, body: format!("{sentence}\n") }
    }

    fn text(&self, head_only: bool) -> String {
        let Self { status, content_type, allow, body } = self;
        let allow = if *allow { "Allow: GET, HEAD\r\n" } else { "" };
        let body_sent = if head_only { "" } else { body };
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n{allow}Connection: close\r\n\r\n{body_sent}"
        )
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Metrics { head_only: bool },
    Refused(Answer),
}

async fn read(stream: &mut (impl AsyncRead + Unpin), check_host: bool) -> io::Result<Wanted> {
    let mut head = Vec::new();
    loop {
        if let Some(wanted) = understand(&head, check_host) {
            return Ok(wanted);
        }
        if stream.read_buf(&mut head).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// What a request wants. `None`: there is more to come.
fn understand(head: &[u8], check_host: bool) -> Option<Wanted> {
    let refused = |status, sentence: &str| Some(Wanted::Refused(Answer::plain(status, sentence)));
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) if head.len() < MAX_HEAD => return None,
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            return refused("431 Request Header Fields Too Large", "the request is too long");
        }
        Err(error) => return refused("400 Bad Request", &format!("this is no HTTP request: {error}")),
    }
    // A page in a browser must not get at it under a name of its own that leads to this machine.
    let host = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("host"));
    if check_host && !host.is_some_and(|host| std::str::from_utf8(host.value).is_ok_and(is_this_machine)) {
        return refused("403 Forbidden", "ask for 127.0.0.1, [::1] or localhost");
    }
    let path = request.path.unwrap_or_default();
    if path.split('?').next() != Some("/metrics") {
        return refused("404 Not Found", "there is only /metrics");
    }
    match request.method {
        Some("GET") => Some(Wanted::Metrics { head_only: false }),
        Some("HEAD") => Some(Wanted::Metrics { head_only: true }),
        _ => {
            let answer = Answer::plain("405 Method Not Allowed", "figures can only be read");
            Some(Wanted::Refused(Answer { allow: true, ..answer }))
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

async fn metrics(sender: &Sender<Ask>) -> Answer {
    let (reply, snapshot) = oneshot::channel();
    let unavailable = |sentence| Answer::plain("503 Service Unavailable", sentence);
    if sender.send(Ask(reply)).is_err() {
        return unavailable("the desktop is ending");
    }
    match timeout(PATIENCE, snapshot).await {
        Ok(Ok(snapshot)) => match prometheus::encode(snapshot) {
            Ok(body) => Answer { status: "200 OK", content_type: prometheus::CONTENT_TYPE, allow: false, body },
            Err(_) => Answer::plain("500 Internal Server Error", "the figures cannot be written"),
        },
        Ok(Err(_)) => unavailable("the desktop is ending"),
        Err(_) => unavailable("the desktop is busy"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sockets_and_ports_of_this_machine_are_addresses() {
        let tcp = |text: &str| Ok(Address::Tcp(text.parse().unwrap()));
        assert_eq!("/run/metrics".parse(), Ok(Address::Unix("/run/metrics".into())));
        assert_eq!("./metrics".parse(), Ok(Address::Unix("./metrics".into())));
        assert_eq!("127.0.0.1:9101".parse(), tcp("127.0.0.1:9101"));
        assert_eq!("localhost:9101".parse(), tcp("127.0.0.1:9101"));
        assert_eq!("[::1]:9101".parse(), tcp("[::1]:9101"));
        for wide in ["0.0.0.0:9101", "[::]:9101", "192.168.1.2:9101", "[::ffff:10.0.0.1]:9101"] {
            let error = wide.parse::<Address>().unwrap_err();
            assert!(matches!(error, AddressError::NotLoopback(_)) && error.to_string().contains("use 127.0.0.1:9101"), "{error}");
        }
        for neither in ["", "metrics", "9101", "127.0.0.1", "example.org:80"] {
            assert_eq!(neither.parse::<Address>(), Err(AddressError::Neither(neither.to_owned())));
        }
    }

    #[test]
    fn an_address_that_was_not_parsed_is_checked_too() {
        let (sender, _channel) = calloop::channel::channel();
        let wide = Address::Tcp(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0));
        assert!(matches!(Endpoint::start(&wide, sender), Err(EndpointError::Address(AddressError::NotLoopback(_)))));
    }

    /// The status of the answer to a request, or what it wants.
    fn check(request: &str, expected: &str) {
        let said = match understand(request.as_bytes(), true) {
            None => "more".to_owned(),
            Some(Wanted::Metrics { head_only }) => if head_only { "head" } else { "metrics" }.to_owned(),
            Some(Wanted::Refused(answer)) => answer.status.get(..3).unwrap().to_owned(),
        };
        assert_eq!(said, expected, "{request:?}");
    }

    #[test]
    fn requests_are_understood_or_refused_with_the_right_status() {
        check("", "more");
        check("GET /metrics HTTP/1.1\r\nHost: localhost:9101\r\n", "more");
        check("GET /metrics HTTP/1.1\r\nHost: localhost:9101\r\n\r\n", "metrics");
        check("GET /metrics?name=a HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", "metrics");
        check("HEAD /metrics HTTP/1.1\r\nHost: [::1]:9101\r\n\r\n", "head");
        check("POST /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", "405");
        check("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "404");
        check("GET /metrics HTTP/1.1\r\nHost: evil.example:9101\r\n\r\n", "403");
        check("GET /metrics HTTP/1.1\r\n\r\n", "403");
        check("\u{0}\u{1}\r\n\r\n", "400");
        check(&format!("GET /{} HTTP/1.1", "a".repeat(MAX_HEAD)), "431");
        let many: String = (0..=MAX_HEADERS).map(|number| format!("a{number}: b\r\n")).collect();
        check(&format!("GET /metrics HTTP/1.1\r\n{many}\r\n"), "431");
    }

    #[test]
    fn an_answer_says_how_long_it_is() {
        let answer = Answer::plain("200 OK", "grüße");
        assert!(answer.text(false).ends_with("Content-Length: 8\r\nConnection: close\r\n\r\ngrüße\n"));
        assert!(answer.text(true).ends_with("Content-Length: 8\r\nConnection: close\r\n\r\n"));
    }
}
