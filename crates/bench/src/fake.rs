//! The fake server as a process of its own, and what it tells of itself. A few lines over a socket: whoever
//! waits for measurements must not cost any.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::Error;

/// `fake-llm`, until this is dropped.
#[derive(Debug)]
pub struct Fake {
    child: Child,
    address: SocketAddr,
}

/// What it has counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls, each attempt one.
    pub calls: u64,
    /// Faults that it served.
    pub faults: u64,
    /// Connections that it accepted.
    pub connections: u64,
}

impl Fake {
    /// Starts it with these options.
    ///
    /// # Errors
    /// If it does not start, or does not tell its address.
    pub fn start(program: &Path, options: &[&str]) -> Result<Self, Error> {
        let what = program.display().to_string();
        let mut command = Command::new(program);
        command.args(options).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(Error::io(&what))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(Error::io(&what))?;
        }
        let address = line.trim().rsplit("//").next().and_then(|address| address.parse().ok());
        match address {
            Some(address) => Ok(Self { child, address }),
            None => {
                let _ = child.kill();
                Err(Error::Found(format!("{what} does not tell its address: {line:?}")))
            }
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has it begin anew: nothing counted, the same latencies and faults drawn again.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn reset(&self) -> Result<(), Error> {
        self.ask("POST", "/__fake/reset").map(drop)
    }

    /// What it has counted since.
    ///
    /// # Errors
    /// If it does not answer, or not in JSON.
    pub fn counts(&self) -> Result<Counts, Error> {
        let answer = self.ask("GET", "/__fake/counts")?;
        let source = |source| Error::Json { what: "the server's counts".to_owned(), source };
        Ok(parse(&serde_json::from_str(&answer).map_err(source)?))
    }

    fn ask(&self, method: &str, path: &str) -> Result<String, Error> {
        let talk = || {
            let mut socket = TcpStream::connect(self.address)?;
            let host = self.address;
            write!(
                socket,
                "{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\n\
                connection: close\r\n\r\n"
            )?;
            let mut answer = String::new();
            socket.read_to_string(&mut answer)?;
            Ok(answer)
        };
        let answer = talk().map_err(Error::io("the fake server"))?;
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
        body.ok_or_else(|| Error::Found("the fake server gave no answer".to_owned()))
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        // Both fail only if it is gone already, which is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn parse(counts: &Value) -> Counts {
    let sum = |value: &Value| {
        value.as_object().map_or(0, |all| all.values().filter_map(Value::as_u64).sum())
    };
    Counts {
        calls: sum(&counts["calls"]),
        faults: sum(&counts["faults"]),
        connections: counts["connections"].as_u64().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_added_up() {
        let told = serde_json::json!({"calls": {"chat_completions": 7, "responses": 1},
            "faults": {"429": 2, "reset": 1}, "connections": 4});
        assert_eq!(parse(&told), Counts { calls: 8, faults: 3, connections: 4 });
    }
}
