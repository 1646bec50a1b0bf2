//! Streams that are closed, full, stalled or special: the report comes out all the same, what was lost
//! is told by the exit code, and Ctrl-C always works.
#![cfg(unix)]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use assert_cmd::cargo::CommandCargoExt;
use tempfile::TempDir;

use crate::support::server::{Reply, Server};
use crate::support::{folder, run, samples, stderr, stdout};

/// `ziggurat run`, for streams of one's own.
fn command() -> Command {
    let mut command = Command::cargo_bin("ziggurat").unwrap();
    command.env_clear().env("ZIGGURAT_LOCAL_SERVERS", "").arg("run").stdin(Stdio::null());
    command
}

fn question() -> Command {
    let mut command = command();
    command.arg("--input").arg(samples()).arg("What caused the outages?");
    command
}

fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

fn interrupt(child: &Child) {
    let pid = child.id().to_string();
    assert!(Command::new("/bin/kill").args(["-INT", &pid]).status().unwrap().success());
}

/// The exit code, within ten seconds.
fn code_of(child: &mut Child) -> Option<i32> {
    for _ in 0..1000 {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    panic!("it goes on");
}

#[test]
fn a_report_survives_a_full_stderr() {
    for extra in [&[][..], &["-v"]] {
        let output = question().args(extra).stderr(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{extra:?}");
        assert!(stdout(&output).contains("## Sources"), "{extra:?}");
    }
}

#[test]
fn a_report_survives_a_closed_stderr() {
    let mut child = question().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    let mut report = String::new();
    child.stdout.take().unwrap().read_to_string(&mut report).unwrap();
    assert_eq!(code_of(&mut child), Some(0));
    assert!(report.contains("## Sources"), "{report}");
}

#[test]
fn events_that_cannot_be_written_are_a_failure() {
    let folder = folder(&[]);
    let file = folder.path().join("report.md");
    let output = question().args(["--json", "-o"]).arg(&file).stdout(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("the events could not be written"), "{}", stderr(&output));
    assert!(fs::read_to_string(file).unwrap().contains("## Sources"), "the report can be");
}

#[test]
fn a_reader_of_events_that_has_enough_is_no_failure() {
    let mut child =
        question().arg("--json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(code_of(&mut child), Some(0));
}

#[test]
fn the_output_may_be_a_pipe_or_a_device() {
    let output = question().args(["-o", "/dev/stdout"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("## Sources"));

    let folder = folder(&[]);
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = {
        let pipe = pipe.clone();
        thread::spawn(move || fs::read_to_string(pipe).unwrap())
    };
    let output = question().arg("-o").arg(&pipe).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(reader.join().unwrap().contains("## Sources"));

    let output = question().args(["-o", "/dev/full"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("report could not be written"), "{}", stderr(&output));
}

#[test]
fn a_link_leads_to_the_file_that_is_replaced() {
    let folder = folder(&[("real.md", b"old")]);
    let link = folder.path().join("link.md");
    std::os::unix::fs::symlink("real.md", &link).unwrap();
    let output = question().arg("-o").arg(&link).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(fs::read_to_string(folder.path().join("real.md")).unwrap().contains("## Sources"));
    assert!(link.is_symlink());
}

#[test]
fn a_failed_run_says_that_the_last_report_is_still_there() {
    let server = Server::chat(|_| Reply::error(500, "the server is on fire"));
    let folder = folder(&[("report.md", b"old"), ("new/.keep", b"")]);
    let fail = |file: &Path| {
        run()
            .args(["--base-url", &server.url, "--model", "openai/fake", "--workers", "1", "Why?"])
            .args(["-q", "--input"])
            .arg(samples())
            .arg("-o")
            .arg(file)
            .output()
            .unwrap()
    };
    let file = folder.path().join("report.md");
    let output = fail(&file);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("report.md was left unchanged"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");

    let file = folder.path().join("new/report.md");
    let output = fail(&file);
    assert!(!stderr(&output).contains("unchanged"), "{}", stderr(&output));
    assert!(!file.exists());
}

#[test]
fn ctrl_c_before_the_run_leaves_no_file() {
    let folder = folder(&[]);
    let file = folder.path().join("report.md");
    let mut child = command()
        .args(["-", "-o"])
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // More than a pipe holds: once it is written, the command is reading its task.
    child.stdin.as_mut().unwrap().write_all(&[b'x'; 256 * 1024]).unwrap();
    interrupt(&child);
    assert_eq!(code_of(&mut child), None, "the signal ended it");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A plan whose events do not fit into a pipe.
fn long_plan() -> TempDir {
    let subtasks: Vec<_> = (0..400)
        .map(|n| serde_json::json!({"instruction": format!("Why did pump {n} fail? {}", "x".repeat(200))}))
        .collect();
    let plan = serde_json::json!({"task": "Why?", "inputs": ["a.md"], "subtasks": subtasks});
    folder(&[
        ("plan.json", plan.to_string().as_bytes()),
        ("a.md", b"The pump failed because a valve was stuck."),
    ])
}

#[test]
fn ctrl_c_works_while_a_reader_stalls() {
    let folder = long_plan();
    let mut child = command()
        .env("TOKIO_WORKER_THREADS", "1")
        .args(["--json", "-v", "--plan"])
        .arg(folder.path().join("plan.json"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Nobody reads stdout, and the run ends all the same.
    let log = BufReader::new(child.stderr.take().unwrap());
    assert!(log.lines().map_while(Result::ok).any(|line| line.contains("RunFinished")));
    assert_eq!(child.try_wait().unwrap(), None, "its events wait for a reader");
    // The first may still meet the run, which it only cancels, and signals may arrive as one.
    for _ in 0..200 {
        interrupt(&child);
        if let Some(status) = child.try_wait().unwrap() {
            assert_eq!(status.code(), Some(130));
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    panic!("it goes on");
}
