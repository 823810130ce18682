//! How a D-Bus connection begins, at the server's end: `AUTH EXTERNAL`, descriptors, `BEGIN`.
//!
//! Ours, because that of zbus 6.2.1 panics on an empty line and keeps what it is sent without a limit. Who the other end is has been
//! asked of the kernel before, so what it says about itself is only compared.

use std::io;

use tokio::{io::Interest, net::UnixStream};

/// Bytes that a peer may send before it has said `BEGIN`. A usual handshake has about 60.
const MAX_HANDSHAKE: usize = 4096;

/// What was agreed on.
#[derive(Debug)]
pub(super) struct Begun {
    /// The peer can receive descriptors.
    pub(super) descriptors: bool,
    /// What it sent behind `BEGIN`: the start of its first message.
    pub(super) ahead: Vec<u8>,
}

/// Speaks with a client until it begins with messages.
pub(super) async fn perform(stream: &UnixStream, uid: u32, guid: &str) -> io::Result<Begun> {
    let mut received = Vec::new();
    let mut session = Session { authenticated: false, waiting_for_data: false, descriptors: false };
    let mut first = true;
    loop {
        if first && !received.is_empty() {
            if received.remove(0) != 0 {
                return Err(invalid("the first byte is not NUL"));
            }
            first = false;
        }
        while let Some(end) = received.windows(2).position(|pair| pair == b"\r\n") {
            let line: Vec<u8> = received.drain(..end + 2).take(end).collect();
            let line = String::from_utf8(line).map_err(|_| invalid("a line is no text"))?;
            match session.answer(&line, uid, guid) {
                Some(answer) => send(stream, &answer).await?,
                None => return Ok(Begun { descriptors: session.descriptors, ahead: received }),
            }
        }
        if received.len() > MAX_HANDSHAKE {
            return Err(invalid("a line is too long"));
        }
        let mut part = [0; 512];
        stream.readable().await?;
        match stream.try_read(&mut part) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => received.extend_from_slice(part.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

struct Session {
    authenticated: bool,
    /// `AUTH EXTERNAL` came without the name, which follows in `DATA`.
    waiting_for_data: bool,
    descriptors: bool,
}

impl Session {
    /// What to say to one line. `None`: nothing, messages follow.
    fn answer(&mut self, line: &str, uid: u32, guid: &str) -> Option<String> {
        let mut words = line.split(' ');
        let answer = match (words.next(), words.next(), words.next()) {
            (Some("BEGIN"), None, None) if self.authenticated => return None,
            (Some("NEGOTIATE_UNIX_FD"), None, None) if self.authenticated => {
                self.descriptors = true;
                "AGREE_UNIX_FD\r\n".to_owned()
            }
            (Some("AUTH"), Some("EXTERNAL"), None) => {
                self.waiting_for_data = true;
                "DATA\r\n".to_owned()
            }
            (Some("AUTH"), Some("EXTERNAL"), Some(name)) => self.authenticate(name, uid, guid),
            // No name: the one that the kernel says.
            (Some("DATA"), name, None) if self.waiting_for_data => self.authenticate(name.unwrap_or_default(), uid, guid),
            (Some("AUTH" | "CANCEL" | "ERROR"), _, _) => self.reject(),
            _ => "ERROR \"this command makes no sense here\"\r\n".to_owned(),
        };
        Some(answer)
    }

    /// `name`: the user's number in decimal digits, each of them in hexadecimal.
    fn authenticate(&mut self, name: &str, uid: u32, guid: &str) -> String {
        let expected: String = uid.to_string().bytes().map(|digit| format!("{digit:02x}")).collect();
        if !name.is_empty() && !name.eq_ignore_ascii_case(&expected) {
            return self.reject();
        }
        self.authenticated = true;
        self.waiting_for_data = false;
        format!("OK {guid}\r\n")
    }

    fn reject(&mut self) -> String {
        *self = Self { authenticated: false, waiting_for_data: false, descriptors: false };
        "REJECTED EXTERNAL\r\n".to_owned()
    }
}

async fn send(stream: &UnixStream, answer: &str) -> io::Result<()> {
    let mut rest = answer.as_bytes();
    while !rest.is_empty() {
        let written = stream.async_io(Interest::WRITABLE, || stream.try_write(rest)).await?;
        rest = rest.get(written..).unwrap_or_default();
    }
    Ok(())
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UID: u32 = 1000; // 31303030

    fn check(lines: &[&str], answers: &[Option<&str>]) {
        let mut session = Session { authenticated: false, waiting_for_data: false, descriptors: false };
        let said: Vec<_> = lines.iter().map(|line| session.answer(line, UID, "abc")).collect();
        let said: Vec<_> = said.iter().map(|answer| answer.as_deref().map(|answer| answer.split_whitespace().next().unwrap())).collect();
        assert_eq!(said, answers, "{lines:?}");
    }

    #[test]
    fn a_client_says_who_it_is_and_begins() {
        check(&["AUTH EXTERNAL 31303030", "NEGOTIATE_UNIX_FD", "BEGIN"], &[Some("OK"), Some("AGREE_UNIX_FD"), None]);
        check(&["AUTH EXTERNAL", "DATA", "BEGIN"], &[Some("DATA"), Some("OK"), None]);
        check(&["AUTH", "AUTH EXTERNAL 31303030", "BEGIN"], &[Some("REJECTED"), Some("OK"), None]);
    }

    #[test]
    fn a_liar_does_not_begin() {
        check(&["AUTH EXTERNAL 30", "BEGIN"], &[Some("REJECTED"), Some("ERROR")]);
        check(&["AUTH ANONYMOUS", "BEGIN"], &[Some("REJECTED"), Some("ERROR")]);
        check(&["BEGIN", "DATA", "NEGOTIATE_UNIX_FD", "", "GET / HTTP/1.1"], &[Some("ERROR"); 5]);
        check(&["AUTH EXTERNAL 31303030", "CANCEL", "BEGIN"], &[Some("OK"), Some("REJECTED"), Some("ERROR")]);
    }
}
