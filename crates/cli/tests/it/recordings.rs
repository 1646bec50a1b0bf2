//! A run that is kept, and the same run without a server.

use std::path::Path;
use std::process::Output;

use crate::support::server::{Reply, Server};
use crate::support::{events, folder, run, stderr, stdout};

const CANARY: &str = "sk-canary-3f1c9a7d";

/// A server that repeats its client's key in every answer, as no server should.
fn talkative() -> Server {
    Server::chat(|request| {
        let worker = request.body["messages"][0].to_string().contains("worker");
        match worker && request.text().contains("third") {
            true => Reply::error(503, "overloaded"),
            false => Reply::text(&format!("It was the pump. {CANARY} [W1]")),
        }
    })
}

/// Five subtasks, of which the third fails.
fn plan(folder: &Path) -> std::path::PathBuf {
    let subtasks = ["first", "second", "third", "fourth", "fifth"]
        .map(|n| serde_json::json!({"instruction": format!("Look into the {n} part.")}));
    let plan = serde_json::json!({"task": "Why?", "subtasks": subtasks}).to_string();
    let path = folder.join("plan.json");
    std::fs::write(&path, plan).unwrap();
    path
}

fn recorded(server: &Server, folder: &Path) -> Output {
    run()
        .env("OPENAI_API_KEY", CANARY)
        .args(["--base-url", &server.url, "--model", "openai/fake", "--record"])
        .arg(folder.join("run.rec"))
        .arg("--plan")
        .arg(plan(folder))
        .output()
        .unwrap()
}

fn replayed(folder: &Path, extra: &[&str]) -> Output {
    let mut command = run();
    command.arg("--replay").arg(folder.join("run.rec")).args(extra);
    if !extra.contains(&"Why not?") {
        command.arg("--plan").arg(folder.join("plan.json"));
    }
    command.output().unwrap()
}

#[test]
fn a_recorded_run_replays_to_the_same_report_without_key_server_or_cost() {
    let (server, folder) = (talkative(), folder(&[]));
    let first = recorded(&server, folder.path());
    assert_eq!(first.status.code(), Some(3), "{}", stderr(&first));
    assert!(stderr(&first).contains("recording: "), "{}", stderr(&first));
    let calls = server.calls().len();

    let file = std::fs::read_to_string(folder.path().join("run.rec")).unwrap();
    assert!(!file.contains(CANARY) && file.contains("[secret]"), "the key is not written");

    let again = replayed(folder.path(), &[]);
    assert_eq!(again.status.code(), Some(3), "{}", stderr(&again));
    let report = stdout(&first).replace(CANARY, "[secret]");
    assert_eq!(stdout(&again), report);
    assert!(stderr(&again).contains("model: openai/fake: as in "), "{}", stderr(&again));
    assert!(!stderr(&again).contains("not made"), "everything was asked: {}", stderr(&again));

    let told = events(&replayed(folder.path(), &["--json"]));
    assert_eq!(server.calls().len(), calls, "nobody asked the server again");
    let failed = told.iter().find(|event| event["type"] == "node_failed").unwrap();
    assert_eq!(
        (&failed["node"]["id"], &failed["reason"]["kind"]),
        (&"W3".into(), &"server".into())
    );
    assert_eq!(told.last().unwrap()["cost_usd"], "0", "failed attempts are free as well");
}

#[test]
fn a_replayed_answer_is_free() {
    let (server, folder) = (Server::chat(|_| Reply::text("It was the pump. [W1]")), folder(&[]));
    assert_eq!(recorded(&server, folder.path()).status.code(), Some(0));
    let told = events(&replayed(folder.path(), &["--json"]));
    assert_eq!(told.last().unwrap()["cost_usd"], "0");
    assert_eq!(told.last().unwrap()["usage"]["input_tokens"], 0);
}

#[test]
fn another_run_is_told_what_was_recorded_instead() {
    let (server, folder) = (talkative(), folder(&[]));
    recorded(&server, folder.path());
    let other = replayed(folder.path(), &["--workers", "1", "Why not?"]);
    assert_eq!(other.status.code(), Some(1), "{}", stderr(&other));
    let log = stderr(&other);
    assert!(log.contains("calls that were not recorded: "), "{log}");
    assert!(log.contains("+") && log.contains("Why not?"), "the difference is shown: {log}");

    let elsewhere = replayed(folder.path(), &["--model", "anthropic/x", "Why not?"]);
    assert_eq!(elsewhere.status.code(), Some(2));
    let expected = "the recording has no calls to anthropic, only to openai/fake";
    assert!(stderr(&elsewhere).contains(expected), "{}", stderr(&elsewhere));
}

#[test]
fn a_recording_replaces_nothing_and_a_refused_run_leaves_none() {
    let (server, folder) = (talkative(), folder(&[("run.rec", b"paid for")]));
    let output = recorded(&server, folder.path());
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("run.rec") && server.requests().is_empty());
    assert_eq!(std::fs::read(folder.path().join("run.rec")).unwrap(), b"paid for");

    let new = folder.path().join("new.rec");
    let output = run().arg("--record").arg(&new).args(["--model", "nobody/x", "Why?"]).output();
    assert_eq!(output.unwrap().status.code(), Some(2));
    assert!(!new.exists(), "no run was begun");
}

#[test]
fn a_run_that_fell_back_replays_with_its_own_flags() {
    let down = Server::chat(|_| Reply::error(503, "overloaded"));
    let up = Server::chat(|_| Reply::text("It was the pump. [W1]"));
    let settings = format!("[providers.spare]\nbase_url = \"{}\"\nfree = true\n", up.url);
    let folder = folder(&[("ziggurat.toml", settings.as_bytes())]);
    let run_with = |flag: &str| {
        let mut command = run();
        command.args(["--base-url", &down.url, "--model", "openai/fake"]);
        command.args(["--fallback", "spare/fake", "--config"]);
        command.arg(folder.path().join("ziggurat.toml")).arg("--plan").arg(plan(folder.path()));
        command.arg(flag).arg(folder.path().join("run.rec")).output().unwrap()
    };
    let first = run_with("--record");
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    assert!(stderr(&first).contains("complete · spare/fake · "), "{}", stderr(&first));
    let calls = up.calls().len();
    let again = run_with("--replay");
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert_eq!(stdout(&again), stdout(&first));
    assert!(stderr(&again).contains("complete · spare/fake · "), "{}", stderr(&again));
    assert_eq!(up.calls().len(), calls, "nobody was asked");
}

#[test]
fn a_recording_that_breaks_off_is_told_and_replays_up_to_there() {
    let (server, folder) = (talkative(), folder(&[]));
    recorded(&server, folder.path());
    let path = folder.path().join("run.rec");
    let file = std::fs::read(&path).unwrap();
    std::fs::write(&path, &file[..file.len() - 20]).unwrap();
    let again = replayed(folder.path(), &[]);
    assert!(stderr(&again).contains("stops in the middle of a call"), "{}", stderr(&again));
    assert_eq!(again.status.code(), Some(3), "what was lost is missing: {}", stderr(&again));
}

#[test]
fn what_is_no_recording_is_bad_input() {
    let folder = folder(&[("run.rec", b"{\"format\": \"something else\"}"), ("plan.json", b"{}")]);
    let output = replayed(folder.path(), &["Why not?"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no recording"), "{}", stderr(&output));
    let both = run().args(["--record", "a", "--replay", "b", "Why?"]).output().unwrap();
    assert_eq!(both.status.code(), Some(2));
}
