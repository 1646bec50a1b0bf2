//! One question to a server on this machine: are you well?
//!
//! Written by hand over a socket, because a client library would cost this
//! crate more to build than all the rest of it.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(2);
const REQUEST: &[u8] = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";

/// Whether `GET /health` is answered with 200.
pub(crate) fn is_well(port: u16) -> bool {
    ask(port).is_ok_and(|answer| is_ok(&answer))
}

fn ask(port: u16) -> io::Result<[u8; 12]> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(REQUEST)?;
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    Ok(start)
}

fn is_ok(status_line: &[u8]) -> bool {
    status_line.starts_with(b"HTTP/1.") && status_line.ends_with(b" 200")
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    fn answering(answer: &'static [u8]) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = vec![0; REQUEST.len()];
            stream.read_exact(&mut request).unwrap();
            stream.write_all(answer).unwrap();
        });
        port
    }

    #[test]
    fn well_is_200_and_nothing_else() {
        assert!(is_well(answering(b"HTTP/1.1 200 OK\r\n\r\n{}")));
        assert!(!is_well(answering(b"HTTP/1.1 503 Loading\r\n\r\n")));
        assert!(!is_well(answering(b"220 mail.example ESMTP")));
        assert!(!is_well(answering(b"")));
    }
}
