//! A server in a process of its own, and a client without any cleverness.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

/// A server that is killed when the test is over.
pub(crate) struct FakeLlm {
    pub(crate) process: Child,
    address: String,
}

pub(crate) fn command(options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fake-llm"));
    command.args(options);
    command
}

/// What the command says if it does not serve.
pub(crate) fn refused(options: &[&str]) -> (Option<i32>, String) {
    let Output { status, stderr, stdout } = command(options).output().unwrap();
    assert!(stdout.is_empty(), "{options:?}");
    (status.code(), String::from_utf8(stderr).unwrap())
}

impl FakeLlm {
    pub(crate) fn start(options: &[&str]) -> Self {
        let mut process = command(options).stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let address = first.trim_end().strip_prefix("listening on http://").unwrap().to_owned();
        Self { process, address }
    }

    /// The bytes of an answer; none if the connection is broken before.
    pub(crate) fn exchange(&self, method: &str, path: &str, body: &Value) -> String {
        let body = body.to_string();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        let mut socket = TcpStream::connect(&self.address).unwrap();
        socket.write_all((head + &body).as_bytes()).unwrap();
        let mut answer = Vec::new();
        // A reset is one of the answers that tests are about.
        let _ = socket.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    }

    /// The status of an answer of chat completions (0 without one) and what it says.
    pub(crate) fn ask(&self, text: &str) -> (u16, String) {
        let body = json!({"model": "any", "messages": [{"role": "user", "content": text}]});
        let answer = self.exchange("POST", "/v1/chat/completions", &body);
        let Some((head, body)) = answer.split_once("\r\n\r\n") else { return (0, String::new()) };
        let body: Value = serde_json::from_str(body).unwrap();
        let said = body.pointer("/choices/0/message/content").and_then(Value::as_str);
        (head[9..12].parse().unwrap(), said.unwrap_or_default().to_owned())
    }

    pub(crate) fn counts(&self) -> Value {
        let answer = self.exchange("GET", "/__fake/counts", &Value::Null);
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

impl Drop for FakeLlm {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
