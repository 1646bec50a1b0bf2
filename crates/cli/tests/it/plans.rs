//! Plans that the user wrote.

use crate::support::server::{Reply, Server};
use crate::support::{events, folder, of_type, run, stderr, stdout};

const TOML: &str = r#"
task = "Why did the pump fail?"
inputs = ["docs/shared.md"]

[[subtasks]]
instruction = "Find the cause of the failure."
specialization = "research"

[[subtasks]]
instruction = "Find out when it was repaired."
inputs = ["docs/repair.md"]
"#;

fn files() -> tempfile::TempDir {
    folder(&[
        ("plan.toml", TOML.as_bytes()),
        ("docs/shared.md", b"The pump failed because a valve was stuck."),
        ("docs/repair.md", b"The pump was repaired on Tuesday."),
    ])
}

#[test]
fn a_plan_is_run_as_it_is_without_a_decomposition_call() {
    let server = Server::chat(|_| Reply::text("It was the valve."));
    let folder = files();
    let output = run()
        .args(["--json", "--base-url", &server.url, "--model", "openai/fake", "--plan"])
        .arg(folder.path().join("plan.toml"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let texts: Vec<_> = server.calls().iter().map(|call| call.text()).collect();
    assert_eq!(texts.len(), 2, "two workers and nobody else");
    let of = |words: &str| texts.iter().find(|text| text.contains(words)).unwrap();
    assert!(of("Find the cause").contains("valve was stuck"));
    assert!(of("when it was repaired").contains("on Tuesday"));
    assert!(
        !of("when it was repaired").contains("valve was stuck"),
        "its own inputs replace the others"
    );
    let events = events(&output);
    let plan = of_type(&events, "plan_ready")[0];
    assert_eq!(
        (plan["method"].as_str(), plan["subtasks"].as_array().unwrap().len()),
        (Some("static"), 2)
    );
    assert_eq!(plan["subtasks"][0]["specialization"], "research");
    assert_eq!(events[0]["task"], "Why did the pump fail?");
}

#[test]
fn a_task_on_the_command_line_goes_before_the_plans() {
    let folder = files();
    let output = run()
        .args(["--json", "What of the pump?", "--plan"])
        .arg(folder.path().join("plan.toml"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(events(&output)[0]["task"], "What of the pump?");
}

#[test]
fn the_task_can_come_from_stdin() {
    let folder = files();
    let output = run()
        .args(["-q", "-", "--input"])
        .arg(folder.path().join("docs"))
        .write_stdin("Why did the pump fail?\n")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("a valve was stuck."), "{}", stdout(&output));
}

#[test]
fn presets_and_specializations_shape_the_run() {
    let server =
        Server::chat(|_| Reply::text("1. Find the facts of the matter.\n2. Weigh the options."));
    let output = run()
        .args([
            "--json",
            "--base-url",
            &server.url,
            "--model",
            "openai/fake",
            "--preset",
            "software",
        ])
        .args(["--workers", "2", "--specializations", "a1,b2", "Build it."])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let events = events(&output);
    let subtasks = of_type(&events, "plan_ready")[0]["subtasks"].as_array().unwrap();
    let given: Vec<_> = subtasks.iter().map(|s| s["specialization"].as_str().unwrap()).collect();
    assert_eq!(given, ["a1", "b2"]);
}
