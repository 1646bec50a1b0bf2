//! Ctrl-C: requests are dropped, what is finished is kept, the exit code is 130.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use serde_json::json;
use tempfile::TempDir;

use crate::support::folder;
use crate::support::server::{Reply, Server};

/// The command at work, and what it has not said yet on stderr.
struct Running {
    child: Child,
    log: BufReader<ChildStderr>,
    _plan: TempDir,
}

/// How it ended.
struct Ended {
    code: Option<i32>,
    report: String,
    log: String,
}

impl Running {
    /// Starts a run of these subtasks.
    fn start(server: &Server, subtasks: &[String]) -> Self {
        let subtasks: Vec<_> = subtasks.iter().map(|what| json!({"instruction": what})).collect();
        let plan = json!({"task": "Why?", "subtasks": subtasks}).to_string();
        let plan = folder(&[("plan.json", plan.as_bytes())]);
        let mut child = Command::cargo_bin("ziggurat")
            .unwrap()
            .env_clear()
            .args(["run", "--base-url", &server.url, "--model", "openai/fake", "--plan"])
            .arg(plan.path().join("plan.json"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, log, _plan: plan }
    }

    fn wait_for_lines(&mut self, wanted: &str, count: usize) {
        for _ in 0..count {
            let mut line = String::new();
            while !line.contains(wanted) {
                line.clear();
                let read = self.log.read_line(&mut line).unwrap();
                assert!(read > 0, "fewer than {count} lines have `{wanted}`");
            }
        }
    }

    fn interrupt(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("/bin/kill").args(["-INT", &pid]).status().unwrap().success());
    }

    fn end(mut self) -> Ended {
        let (mut report, mut log) = (String::new(), String::new());
        self.child.stdout.take().unwrap().read_to_string(&mut report).unwrap();
        self.log.read_to_string(&mut log).unwrap();
        Ended { code: self.child.wait().unwrap().code(), report, log }
    }
}

fn words(count: usize, what: &str) -> Vec<String> {
    (1..=count).map(|n| format!("Do the {what} part {n}.")).collect()
}

#[test]
fn an_interrupt_keeps_what_is_finished() {
    let server = Server::chat(|request| match request.text().contains("slow") {
        true => Reply::Hang,
        false => Reply::text("The quick part is done."),
    });
    let subtasks = ["Do the quick part.".to_owned(), "Do the slow part.".to_owned()];
    let mut running = Running::start(&server, &subtasks);
    running.wait_for_lines("W1 completed", 1);
    server.wait_for_calls(2);
    running.interrupt();
    server.wait_for_hang_ups(1);
    let Ended { code, report, log } = running.end();
    assert_eq!(code, Some(130), "{log}");
    assert!(report.contains("The quick part is done."), "{report}");
    assert!(report.starts_with("> **Stopped:** the run was cancelled"), "{report}");
    assert!(log.contains("W2 cancelled"), "{log}");
    assert!(log.contains("warning: stopped: the run was cancelled"), "{log}");
    assert!(!log.contains("(cancelled)"), "{log}");
}

#[test]
fn an_interrupt_closes_the_connection_of_every_request_under_way() {
    let server = Server::chat(|_| Reply::Hang);
    let running = Running::start(&server, &words(12, "slow"));
    // As many as work at once by default; two wait.
    server.wait_for_calls(10);
    running.interrupt();
    server.wait_for_hang_ups(10);
    let Ended { code, report, log } = running.end();
    assert_eq!((code, report.as_str()), (Some(130), ""), "{log}");
    assert_eq!(server.calls().len(), 10, "nothing is asked after an interrupt");
    let cancelled = |line: &&str| line.starts_with('W') && line.contains(" cancelled: ");
    assert_eq!(log.lines().filter(cancelled).count(), 10, "{log}");
}

#[test]
fn an_interrupt_of_a_merge_keeps_its_inputs() {
    let server = Server::chat(|request| match request.text().contains("A finding.") {
        true => Reply::Hang,
        false => Reply::text("A finding."),
    });
    let mut running = Running::start(&server, &words(5, "quick"));
    running.wait_for_lines("completed", 5);
    server.wait_for_calls(6);
    running.interrupt();
    server.wait_for_hang_ups(1);
    let Ended { code, report, log } = running.end();
    assert_eq!(code, Some(130), "{log}");
    assert_eq!(report.matches("A finding.").count(), 5, "{report}");
    assert!(log.contains("S1 cancelled"), "{log}");
}
