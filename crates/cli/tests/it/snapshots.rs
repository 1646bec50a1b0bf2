//! What people see, word for word. A change here is a change of the interface.

use insta::{assert_snapshot, with_settings};

use crate::support::server::{Reply, Server};
use crate::support::{folder, run, stderr, stdout};

fn with_filters(check: impl FnOnce()) {
    let filters = vec![
        (r"http://127\.0\.0\.1:\d+", "http://SERVER"),
        (r"\d+\.\d s", "T s"),
        (r"ziggurat \d+\.\d+\.\d+", "ziggurat VERSION"),
    ];
    with_settings!({ filters => filters, prepend_module_to_snapshot => false }, { check() });
}

#[test]
fn the_help_of_run() {
    let output = run().arg("--help").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    with_filters(|| assert_snapshot!("help", stdout(&output)));
}

#[test]
fn the_lines_of_a_degraded_run() {
    let server = Server::chat(|request| {
        let worker = request.body["messages"][0].to_string().contains("worker");
        match worker && request.text().contains("third") {
            true => Reply::error(503, "overloaded"),
            false => Reply::text("It was the pump. [W1]"),
        }
    });
    let subtasks = ["first", "second", "third", "fourth", "fifth"]
        .map(|n| serde_json::json!({"instruction": format!("Look into the {n} part.")}));
    let plan = serde_json::json!({"task": "Why?", "subtasks": subtasks}).to_string();
    let folder = folder(&[("plan.json", plan.as_bytes())]);
    let output = run()
        .args(["--base-url", &server.url, "--model", "openai/fake", "--concurrency", "1", "--plan"])
        .arg(folder.path().join("plan.json"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    with_filters(|| {
        assert_snapshot!("degraded_log", stderr(&output));
        assert_snapshot!("degraded_report", stdout(&output));
    });
}
