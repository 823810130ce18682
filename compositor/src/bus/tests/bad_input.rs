//! Peers that do not behave cost only themselves.

use std::io::{ErrorKind, Read as _, Write as _};

use glasshouse_protocols::{BUS_NAME, Debug1Proxy, Error, OBJECT_PATH};
use tokio::io::Interest;
use zbus::Message;

use super::{Bench, echo};

/// Sends these bytes and waits for the other end to hang up. Answers with what it said until then.
async fn hangs_up(bench: &Bench, bytes: &[u8]) -> String {
    let mut socket = bench.socket();
    socket.write_all(bytes).unwrap();
    // On a thread: this end blocks, and the server runs here.
    tokio::task::spawn_blocking(move || {
        let mut said = Vec::new();
        match socket.read_to_end(&mut said) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("{error}"),
        }
        String::from_utf8_lossy(&said).into_owned()
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn what_is_no_dbus_is_hung_up_on() {
    let bench = Bench::new(echo);
    hangs_up(&bench, b"GET / HTTP/1.1\r\n\r\n").await;
    hangs_up(&bench, b"\n\n\n").await;
    hangs_up(&bench, &[0; 8192]).await;
    hangs_up(&bench, b"\0\xff\xff\r\n").await;
    // After a good handshake: no message, a message of 100 MiB, one of another protocol version.
    let begin = b"\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".to_vec();
    let said = hangs_up(&bench, &[begin.clone(), vec![b'\n'; 64]].concat()).await;
    assert!(said.starts_with("DATA\r\nOK "), "{said}");
    hangs_up(&bench, &[begin.clone(), b"l\x01\0\x01\0\0\x40\x06\x01\0\0\0\0\0\0\0".to_vec()].concat()).await;
    hangs_up(&bench, &[begin, b"l\x01\0\x09\0\0\0\0\x01\0\0\0\0\0\0\0".to_vec()].concat()).await;

    let debug = Debug1Proxy::new(&bench.connect().await).await.unwrap();
    assert_eq!(debug.display_pid().await.unwrap(), 4711);
}

#[tokio::test]
async fn a_wrong_call_is_answered_with_an_error() {
    let bench = Bench::new(echo);
    let connection = bench.connect().await;
    let call = async |interface: &'static str, method: &'static str, body: &(&str,)| {
        let error = connection.call_method(Some(BUS_NAME), OBJECT_PATH, Some(interface), method, body).await.unwrap_err();
        Error::from(error).to_string()
    };
    assert!(call("org.glasshouse.Desktop1", "Explode", &("",)).await.contains("UnknownMethod"));
    assert!(call("org.glasshouse.Nothing1", "Focus", &("",)).await.contains("UnknownInterface"));
    assert!(call("org.glasshouse.Debug1", "Order", &("hang",)).await.contains("InvalidArgs"));
}

#[tokio::test]
async fn a_client_that_does_not_read_is_not_read_and_blocks_nobody() {
    let bench = Bench::new(echo);
    // Introspection has long answers, and zbus starts a task for each such call, which nothing else would bound.
    let call = Message::method_call(OBJECT_PATH, "Introspect").interface("org.freedesktop.DBus.Introspectable").build(&()).unwrap();

    let mut socket = bench.socket();
    socket.write_all(b"\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n").unwrap();
    socket.set_nonblocking(true).unwrap();
    let flood = tokio::net::UnixStream::from_std(socket).unwrap();
    let debug = Debug1Proxy::new(&bench.connect().await).await.unwrap();
    let mut refused = 0;
    let mut accepted = 0_u64;
    // Until the server has stopped reading for good: the socket is full in many turns in a row, in each of which another client is served.
    while refused < 100 && accepted < 4 << 20 {
        match flood.try_io(Interest::WRITABLE, || rustix::io::write(&flood, call.data()).map_err(Into::into)) {
            Ok(written) => {
                accepted += written as u64;
                refused = 0;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                refused += 1;
                assert_eq!(debug.display_pid().await.unwrap(), 4711);
                // Lets tokio look at the socket again.
                tokio::task::yield_now().await;
            }
            Err(error) => panic!("{error}"),
        }
    }
    // What lies in the two socket buffers and in zbus's queue, and no more.
    println!("a flood of {} KiB was accepted before the server stopped reading", accepted >> 10);
    assert!(accepted < 4 << 20, "{accepted}");
    assert_eq!(debug.display_pid().await.unwrap(), 4711);
}
