//! Ctrl-C: requests are dropped, what is finished is kept, the exit code is 130.

use std::io::Read;
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;

use crate::support::folder;
use crate::support::server::{Reply, Server};

#[test]
#[cfg(unix)]
fn an_interrupt_keeps_what_is_finished() {
    let server = Server::chat(|request| match request.text().contains("slow") {
        true => Reply::Hang,
        false => Reply::text("The quick part is done."),
    });
    let plan = br#"{"task": "Why?", "subtasks": [
        {"instruction": "Do the quick part."}, {"instruction": "Do the slow part."}]}"#;
    let folder = folder(&[("plan.json", plan)]);
    let mut child = Command::cargo_bin("ziggurat")
        .unwrap()
        .env_clear()
        .args(["run", "--base-url", &server.url, "--model", "openai/fake", "--plan"])
        .arg(folder.path().join("plan.json"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = std::io::BufReader::new(child.stderr.take().unwrap());
    wait_for_line(&mut log, "W1 completed");
    server.wait_for_calls(2);
    let pid = child.id().to_string();
    assert!(Command::new("/bin/kill").args(["-INT", &pid]).status().unwrap().success());
    server.wait_for_hang_ups(1);
    let mut report = String::new();
    child.stdout.take().unwrap().read_to_string(&mut report).unwrap();
    let mut rest = String::new();
    log.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(report.contains("The quick part is done."), "{report}");
    assert!(report.starts_with("> **Stopped:** the run was cancelled"), "{report}");
    assert!(rest.contains("W2 cancelled"), "{rest}");
    assert!(rest.contains("warning: stopped: the run was cancelled"), "{rest}");
    assert!(!rest.contains("(cancelled)"), "{rest}");
}

fn wait_for_line(log: &mut impl std::io::BufRead, wanted: &str) {
    let mut line = String::new();
    while log.read_line(&mut line).unwrap() > 0 {
        if line.contains(wanted) {
            return;
        }
        line.clear();
    }
    panic!("no line has `{wanted}`");
}
