//! Honest failure: exit codes, and words that say what happened to whom.

use std::process::Output;

use crate::support::server::{Reply, Request, Server};
use crate::support::{events, folder, of_type, run, stderr, stdout};

/// A run of a plan of ten subtasks against a server.
fn ten(server: &Server, extra: &[&str]) -> Output {
    let subtasks: Vec<_> = (1..=10)
        .map(|n| serde_json::json!({"instruction": format!("Look into part <{n}>.")}))
        .collect();
    let plan = serde_json::json!({"task": "Why?", "subtasks": subtasks}).to_string();
    let folder = folder(&[("plan.json", plan.as_bytes())]);
    run()
        .args(["--base-url", &server.url, "--model", "openai/fake", "--plan"])
        .arg(folder.path().join("plan.json"))
        .args(extra)
        .output()
        .unwrap()
}

fn is_part(request: &Request, number: usize) -> bool {
    request.text().contains(&format!("part <{number}>."))
        && request.body["messages"][0].to_string().contains("worker")
}

/// A server that fails for the workers of some parts.
fn failing(parts: impl Fn(usize) -> bool + Send + Sync + 'static) -> Server {
    Server::chat(move |request| match (1..=10).find(|&n| is_part(request, n)) {
        Some(part) if parts(part) => Reply::error(500, "the server is on fire"),
        _ => Reply::text("It was the pump. [W1]"),
    })
}

#[test]
fn all_well_is_zero() {
    let output = ten(&failing(|_| false), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("tokens 1300 in, 130 out · cost unknown"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn one_lost_worker_is_three_and_named() {
    let output = ten(&failing(|part| part == 3), &[]);
    assert_eq!(output.status.code(), Some(3));
    let log = stderr(&output);
    assert!(log.contains("W3 failed: openai: HTTP 500: the server is on fire"), "{log}");
    assert!(
        log.contains("warning: degraded: 1 of 10 workers gave no result: W3 (server)"),
        "{log}"
    );
    assert!(log.contains("degraded · openai/fake · coverage 9/10 workers"), "{log}");
    assert!(stdout(&output).starts_with("> **Degraded:** 1 of 10 workers"), "{}", stdout(&output));
}

#[test]
fn half_of_them_is_three_too() {
    let output = ten(&failing(|part| part % 2 == 0), &["--json"]);
    assert_eq!(output.status.code(), Some(3));
    let events = events(&output);
    assert_eq!(events.last().unwrap()["coverage"]["workers_ok"], 5);
}

#[test]
fn all_of_them_is_one_and_nothing_is_merged() {
    let server = failing(|_| true);
    let output = ten(&server, &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(server.calls().len(), 30, "three attempts each");
    let events = events(&output);
    let end = events.last().unwrap();
    assert_eq!(
        (end["outcome"].as_str(), end["reason"]["kind"].as_str()),
        (Some("failed"), Some("server"))
    );
    assert_eq!(end["report"], serde_json::Value::Null);
    let failed = of_type(&events, "node_failed");
    assert!(failed.iter().all(|event| event["reason"]["message"].is_string()));
    assert_eq!(of_type(&events, "node_skipped").len(), 3);
}

#[test]
fn below_the_quorum_is_one() {
    let output = ten(&failing(|part| part < 5), &["--quorum", "7"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("the quorum is 7"), "{}", stderr(&output));
}

#[test]
fn a_quorum_that_the_plan_cannot_meet_is_two_before_any_call() {
    let server = Server::chat(|_| Reply::text("never"));
    let folder = folder(&[("a.md", b"The pump failed because a valve was stuck.")]);
    let output = run()
        .args(["--base-url", &server.url, "--model", "openai/fake", "--quorum", "5", "Why?"])
        .arg("--input")
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("the quorum is 5"), "{}", stderr(&output));
    assert_eq!(server.calls().len(), 0);
}

#[test]
fn a_synthesizer_or_an_executive_that_fails_degrades() {
    for (word, node) in [("synthesizer", "S1"), ("executive", "E1")] {
        let server = Server::chat(move |request| {
            let system = request.body["messages"][0].to_string();
            match system.contains(&format!("You are the {word}"))
                || system.contains(&format!("You are a {word}"))
            {
                true => Reply::error(500, "the server is on fire"),
                false => Reply::text("It was the pump."),
            }
        });
        let output = ten(&server, &[]);
        assert_eq!(output.status.code(), Some(3), "{word}: {}", stderr(&output));
        assert!(stderr(&output).contains(&format!("{node} failed")), "{}", stderr(&output));
        assert!(stdout(&output).contains("It was the pump."));
    }
}

#[test]
fn empty_text_is_a_failure() {
    let server = Server::chat(|request| match is_part(request, 3) {
        true => Reply::text("  \n"),
        false => Reply::text("It was the pump."),
    });
    let output = ten(&server, &["--json"]);
    assert_eq!(output.status.code(), Some(3));
    let events = events(&output);
    assert_eq!(of_type(&events, "node_retrying").len(), 1);
    assert_eq!(of_type(&events, "node_failed")[0]["reason"]["kind"], "empty_output");
}

#[test]
fn a_straggler_is_cut_in_time_to_merge_what_the_others_wrote() {
    let server = Server::chat(|request| match is_part(request, 3) {
        true => Reply::Hang,
        false => Reply::text("It was the pump."),
    });
    let output = ten(&server, &["--timeout", "1.5"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    server.wait_for_hang_ups(1);
    let told = "the rest of the run's time is for merging";
    assert!(stderr(&output).contains(told), "{}", stderr(&output));
    assert!(stderr(&output).contains("coverage 9/10"), "{}", stderr(&output));
    let report = stdout(&output);
    assert!(report.contains("It was the pump.") && report.contains("## Missing"), "{report}");
}

#[test]
fn a_deadline_before_there_is_a_plan_is_four() {
    let server = Server::chat(|_| Reply::Hang);
    let output = run()
        .args(["--base-url", &server.url, "--model", "openai/fake", "--timeout", "1", "Why?"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("did not finish within 1 s (deadline)"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn an_exhausted_quota_is_four() {
    let quota = serde_json::json!({"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}});
    let server = Server::chat(move |request| match is_part(request, 9) {
        true => Reply::Json(429, quota.clone()),
        false => Reply::text("It was the pump."),
    });
    let output = ten(&server, &["--concurrency", "1"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("(quota)"), "{}", stderr(&output));
}
