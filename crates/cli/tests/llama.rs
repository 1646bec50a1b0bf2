//! Ten workers through llama.cpp's own server, streamed and not. `cargo xtask test` starts it on a tiny
//! model of random weights and names it in `ZIGGURAT_LLAMA_URL`: the text is noise, the protocol is real.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use assert_cmd::Command;
use serde_json::Value;

/// A run of ten workers against the server; the events and the exit code.
fn run(extra: &[&str]) -> (Vec<Value>, Option<i32>) {
    let url =
        std::env::var("ZIGGURAT_LLAMA_URL").expect("cargo xtask test sets ZIGGURAT_LLAMA_URL");
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.json");
    let subtasks: Vec<_> = (1..=10)
        .map(|n| serde_json::json!({"instruction": format!("Look into part {n}.")}))
        .collect();
    let file = serde_json::json!({"task": "What is it all about?", "subtasks": subtasks});
    std::fs::write(&plan, file.to_string()).unwrap();
    let output = Command::cargo_bin("ziggurat")
        .unwrap()
        .env_clear()
        .args(["run", "--json", "--base-url", &url])
        .args(["--worker-max-tokens", "60", "--synthesizer-max-tokens", "60"])
        .args(["--executive-max-tokens", "60", "--plan"])
        .arg(&plan)
        .args(extra)
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let events = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (events, output.status.code())
}

/// The model talks noise and may stop at once or at the bound; what must hold is the protocol: every
/// node of the plan ended by itself, and tokens were reported by the server.
fn check(events: &[Value], code: Option<i32>) {
    assert!(matches!(code, Some(0 | 3)), "complete, or degraded by a truncated text: {code:?}");
    let of_type = |wanted: &str| events.iter().filter(|e| e["type"] == wanted).collect::<Vec<_>>();
    assert!(of_type("node_failed").is_empty(), "{:#?}", of_type("node_failed"));
    let completed: BTreeSet<_> =
        of_type("node_completed").iter().map(|e| e["node"]["id"].as_str().unwrap()).collect();
    for id in ["W1", "W10", "S1", "S2", "E1"] {
        assert!(completed.contains(id), "{id} of {completed:?}");
    }
    let end = events.last().unwrap();
    assert_eq!(end["type"], "run_finished");
    assert_eq!(end["coverage"], serde_json::json!({"workers_ok": 10, "workers_total": 10}));
    assert!(end["usage"]["input_tokens"].as_u64().unwrap() > 100, "{}", end["usage"]);
    assert!(end["usage"]["output_tokens"].as_u64().unwrap() > 0, "{}", end["usage"]);
    assert!(!end["report"].as_str().unwrap().trim().is_empty());
}

#[test]
fn ten_workers_streamed() {
    let (events, code) = run(&["--deltas"]);
    let deltas = events.iter().filter(|e| e["type"] == "text_delta");
    assert!(deltas.clone().count() > 13, "text arrives in pieces");
    assert!(deltas.clone().all(|delta| delta.get("seq").is_none()));
    let state: Vec<_> = events.into_iter().filter(|e| e["type"] != "text_delta").collect();
    check(&state, code);
}

#[test]
fn ten_workers_whole() {
    let (events, code) = run(&["--no-stream"]);
    check(&events, code);
}

#[test]
fn a_model_the_server_does_not_have_is_refused_before_any_call() {
    let (events, code) = run(&["--model", "openai/large"]);
    assert!(events.iter().all(|e| e["type"] != "node_started"), "{events:#?}");
    assert_eq!(code, Some(2));
}
