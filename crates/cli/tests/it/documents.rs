//! Which files become documents, what they are called, and what is said about the others.

use std::fs;

use crate::support::server::{Reply, Server};
use crate::support::{events, folder, of_type, run, stderr, stdout};

const QUESTION: &str = "Why did the pump fail?";

#[test]
fn the_last_report_is_not_material_for_the_next() {
    let folder = folder(&[("a.md", b"The pump failed because a valve was stuck.")]);
    let file = folder.path().join("report.md");
    let again = || {
        let mut command = run();
        let output = command.args([QUESTION, "-o"]).arg(&file).arg("--input").arg(folder.path());
        let output = output.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        (fs::read_to_string(&file).unwrap(), stderr(&output).to_owned())
    };
    let (first, log) = again();
    assert!(!log.contains("skipped"), "{log}");
    let (second, log) = again();
    assert_eq!(first, second);
    assert!(log.contains("skipped: report.md: the report goes there"), "{log}");
}

#[test]
#[cfg(unix)]
fn links_pipes_and_hidden_files_are_told_apart() {
    use std::os::unix::fs::symlink;
    let elsewhere = folder(&[("b.md", b"The pump failed because a fuse blew.")]);
    let folder = folder(&[
        ("docs/a.md", b"The pump failed because a valve was stuck."),
        ("docs/.x.md", b"hidden"),
        ("docs/.y.md", b"hidden"),
        ("docs/.git/config", b"hidden"),
        ("docs/.git/HEAD", b"hidden"),
    ]);
    let docs = folder.path().join("docs");
    symlink(elsewhere.path().join("b.md"), docs.join("linked.md")).unwrap();
    symlink("a.md", docs.join("same.md")).unwrap();
    symlink(elsewhere.path(), docs.join("elsewhere")).unwrap();
    symlink("nowhere.md", docs.join("broken.md")).unwrap();
    let mkfifo = std::process::Command::new("mkfifo").arg(docs.join("pipe")).status();
    assert!(mkfifo.unwrap().success());
    let output = run().args(["--json", QUESTION, "--input"]).arg(&docs).output().unwrap();
    let log = stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert_eq!(events(&output)[0]["documents"], 2, "a.md and linked.md");
    let skipped: Vec<_> = log.lines().filter_map(|line| line.strip_prefix("skipped: ")).collect();
    assert_eq!(
        skipped[1..],
        [
            "elsewhere: a link to a directory",
            "pipe: no regular file",
            "2 hidden files, 1 hidden directory",
        ]
    );
    assert!(skipped[0].starts_with("broken.md: No such file"), "{log}");
}

#[test]
fn marks_of_one_run_name_one_thing_each() {
    let plan = br#"{"task": "Why did the pump fail?", "inputs": ["W1"], "subtasks": [
        {"instruction": "Find the cause of the failure.", "inputs": ["a/notes.md"]},
        {"instruction": "Find the cause of the failure.", "inputs": ["b/notes.md"]},
        {"instruction": "Find the cause of the failure."}]}"#;
    let folder = folder(&[
        ("plan.json", plan),
        ("a/notes.md", b"The pump failed because a valve was stuck."),
        ("b/notes.md", b"The pump failed because a fuse blew."),
        ("W1", b"The pump failed because of rust."),
    ]);
    let plan = folder.path().join("plan.json");
    let output = run().args(["--json", "--plan"]).arg(&plan).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let events = events(&output);
    let subtasks = of_type(&events, "plan_ready")[0]["subtasks"].as_array().unwrap();
    let documents: Vec<_> = subtasks.iter().map(|s| s["documents"][0].as_str().unwrap()).collect();
    assert_eq!(documents, ["a/notes.md", "b/notes.md", "W1 (file)"]);
    let report = events.last().unwrap()["report"].as_str().unwrap();
    for said in ["valve was stuck. [a/notes.md]", "fuse blew. [b/notes.md]", "rust. [W1 (file)]"] {
        assert!(report.contains(said), "{report}");
    }
}

#[test]
#[cfg(unix)]
fn what_never_ends_is_not_read_for_ever() {
    let refused = |args: &[&str]| {
        let output = run().args(args).write_stdin(vec![b'x'; 1024 * 1024 + 1]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}{}", stdout(&output), stderr(&output));
        stderr(&output).to_owned()
    };
    assert!(refused(&[QUESTION, "--input", "/dev/zero"]).contains("larger than 64 MiB"));
    assert!(refused(&["--plan", "/dev/zero"]).contains("larger than 16 MiB"));
    assert!(refused(&["-"]).contains("longer than 1 MiB"));
}

#[test]
fn documents_that_a_plan_does_not_use_are_told() {
    let server = Server::chat(|_| Reply::text("It was the valve."));
    let own = br#"{"task": "Why?", "subtasks": [{"instruction": "Look.", "inputs": ["a.md"]}]}"#;
    let shared = br#"{"task": "Why?", "subtasks": [{"instruction": "Look."}]}"#;
    let folder =
        folder(&[("own.json", own), ("shared.json", shared), ("a.md", b"a"), ("b.md", b"b")]);
    let log = |plan: &str, input: &str, extra: &[&str]| {
        let output = run()
            .args(["--base-url", &server.url, "--model", "openai/fake", "--plan"])
            .arg(folder.path().join(plan))
            .arg("--input")
            .arg(folder.path().join(input))
            .args(extra)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stderr(&output).to_owned()
    };
    let unused = "warning: none of the --input documents is used by the plan";
    assert!(log("own.json", "b.md", &[]).contains(unused));
    assert_eq!(log("own.json", "b.md", &["-q"]), "");
    assert!(!log("own.json", "a.md", &[]).contains(unused), "it is the plan's own as well");
    assert!(!log("shared.json", "b.md", &[]).contains(unused));
}
