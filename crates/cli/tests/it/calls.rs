//! How models are called: retries, limits, fallbacks.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::server::{Reply, Server};
use crate::support::{events, folder, of_type, run, stderr};

/// A server whose first so many chat answers are errors.
fn failing_first(count: usize) -> Server {
    let seen = AtomicUsize::new(0);
    Server::chat(move |_| match seen.fetch_add(1, Ordering::SeqCst) < count {
        true => Reply::error(503, "overloaded"),
        false => Reply::text("It was the pump."),
    })
}

fn one_worker(server: &Server, extra: &[&str]) -> std::process::Output {
    let plan = r#"{"task": "Why?", "subtasks": [{"instruction": "Look into the pump."}]}"#;
    let folder = folder(&[("plan.json", plan.as_bytes())]);
    run()
        .args(["--base-url", &server.url, "--model", "openai/fake", "--json", "--plan"])
        .arg(folder.path().join("plan.json"))
        .args(extra)
        .output()
        .unwrap()
}

#[test]
fn a_failure_that_passes_is_told_and_leaves_a_complete_run_of_unknown_cost() {
    let server = failing_first(2);
    let output = one_worker(&server, &[]);
    assert_eq!((output.status.code(), server.calls().len()), (Some(0), 3), "{}", stderr(&output));
    let events = events(&output);
    let retries = of_type(&events, "node_retrying");
    assert_eq!(retries.iter().map(|event| &event["attempt"]).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(retries[0]["reason"]["kind"], "server");
    let end = events.last().unwrap();
    assert_eq!((&end["outcome"], &end["cost_usd"]), (&"complete".into(), &().into()));
}

#[test]
fn without_retries_the_first_failure_is_the_last() {
    let server = failing_first(1);
    let output = one_worker(&server, &["--retries", "0"]);
    assert_eq!((output.status.code(), server.calls().len()), (Some(1), 1), "{}", stderr(&output));
}

#[test]
fn what_one_model_cannot_answer_another_does() {
    let (down, up) = (failing_first(usize::MAX), Server::chat(|_| Reply::text("It was the pump.")));
    let settings = format!("[providers.spare]\nbase_url = \"{}\"\nfree = true\n", up.url);
    let config = folder(&[("ziggurat.toml", settings.as_bytes())]);
    let config = config.path().join("ziggurat.toml");
    let config = config.to_str().unwrap();
    let output =
        one_worker(&down, &["--config", config, "--fallback", "spare/fake", "--retries", "0"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!((down.calls().len(), up.calls().len()), (1, 1));
    let events = events(&output);
    let completed = of_type(&events, "node_completed");
    assert_eq!(completed.last().unwrap()["model"], "spare/fake", "who answered is named");
}

#[test]
fn limits_that_cannot_be_are_bad_input() {
    for bad in
        [["--rpm", "0"], ["--rpm", "-1"], ["--tpm", "0"], ["--tpm", "many"], ["--retries", "101"]]
    {
        let output = run().args(bad).arg("Why?").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{bad:?}");
        assert!(stderr(&output).contains(bad[0]), "{}", stderr(&output));
    }
    let output = run().args(["--fallback", "no such model", "Why?"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_provider_that_is_down_takes_no_retries_from_another() {
    let down = failing_first(usize::MAX);
    // Its first answer is an error, and only a retry gets the second.
    let up = failing_first(1);
    let settings = format!("[providers.spare]\nbase_url = \"{}\"\nfree = true\n", up.url);
    let subtasks = (1..=40).map(|n| serde_json::json!({"instruction": format!("Look into {n}.")}));
    let plan = serde_json::json!({"task": "Why?", "subtasks": subtasks.collect::<Vec<_>>()});
    let plan = plan.to_string();
    let files = [("ziggurat.toml", settings.as_bytes()), ("plan.json", plan.as_bytes())];
    let folder = folder(&files);
    let output = run()
        .args(["--base-url", &down.url, "--model", "openai/fake", "--no-synthesizers"])
        .args(["--fallback", "spare/fake", "--concurrency", "40", "--config"])
        .arg(folder.path().join("ziggurat.toml"))
        .arg("--plan")
        .arg(folder.path().join("plan.json"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(up.calls().len(), 41, "forty answers and one retry");
}
