//! Bad input: exit code 2 before any call, and a message that says what is wrong and where.

use std::fs;

use crate::support::server::{Reply, Server};
use crate::support::{folder, run, stderr, stdout};

/// The message of a run that must be refused; temporary paths are replaced by names.
fn refused(args: &[&str]) -> String {
    let server = Server::chat(|_| Reply::text("never"));
    let folder = folder(&[
        ("good.md", b"The pump failed."),
        ("latin1.txt", b"caf\xe9"),
        ("blank.md", b" \n"),
        ("empty/.keep", b""),
        ("bad.json", br#"{"subtasks": [{"instruction": "x"}"#),
        ("typo.json", br#"{"task": "t", "subtask": []}"#),
        ("none.json", br#"{"task": "t", "subtasks": []}"#),
        (
            "blank.json",
            br#"{"task": "t", "subtasks": [{"instruction": "a b c"}, {"instruction": " "}]}"#,
        ),
        ("two.json", br#"{"task": "t", "subtasks": [{"instruction": "a"}, {"instruction": "b"}]}"#),
        ("bad.toml", b"task = \"t\"\nsubtasks = 3\n"),
        (
            "lost.json",
            br#"{"task": "t", "subtasks": [{"instruction": "a", "inputs": ["nowhere.md"]}]}"#,
        ),
        ("untasked.json", br#"{"subtasks": [{"instruction": "a"}]}"#),
    ]);
    let place = folder.path().to_str().unwrap();
    let args = args.iter().map(|arg| arg.replace("$DIR", place).replace("$URL", &server.url));
    let output = run().args(args).env("OPENAI_API_KEY", "").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}{}", stdout(&output), stderr(&output));
    assert_eq!(stdout(&output), "", "stdout is for reports");
    assert_eq!(server.calls().len(), 0, "nothing was called");
    stderr(&output).replace(place, "$DIR").replace(&server.url, "$URL")
}

/// Refused with these words.
fn says(args: &[&str], words: &[&str]) {
    let message = refused(args);
    for word in words {
        assert!(message.contains(word), "{args:?} should say `{word}`:\n{message}");
    }
}

const TASK: &str = "Why did the pump fail?";

#[test]
fn a_missing_or_empty_task() {
    says(&["--input", "$DIR/good.md"], &["there is no task", "argument", "stdin", "--plan"]);
    says(&[" \n", "--input", "$DIR/good.md"], &["the task is empty"]);
    says(&["--plan", "$DIR/untasked.json", "--input", "$DIR/good.md"], &["there is no task"]);
    says(&["-", "--input", "$DIR/good.md"], &["the task is empty"]);
}

#[test]
fn input_that_is_not_there_or_no_text() {
    says(&[TASK, "--input", "$DIR/nowhere"], &["$DIR/nowhere", "No such file"]);
    says(&[TASK, "--input", "$DIR/latin1.txt"], &["$DIR/latin1.txt", "not UTF-8"]);
    says(&[TASK, "--input", "$DIR/blank.md"], &["$DIR/blank.md", "empty"]);
    says(&[TASK, "--input", "$DIR/empty"], &["no readable document in $DIR/empty: 1 hidden file"]);
}

#[test]
#[cfg(unix)]
fn input_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[("closed.md", b"secret")]);
    let path = folder.path().join("closed.md");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let output = run().arg(TASK).arg("--input").arg(&path).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("closed.md cannot be read: Permission denied"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn nothing_configured_says_what_to_configure() {
    says(&[TASK], &["no model is configured", "OPENAI_API_KEY", "local", "--base-url", "--input"]);
    says(&[TASK, "--model", "extractive"], &["answers only from documents", "--input", "--model"]);
}

#[test]
fn numbers_out_of_range() {
    for flag in ["--workers", "--concurrency", "--quorum", "--fan-in"] {
        for number in ["0", "-1", "1.5", "many", "99999999999999999999"] {
            says(&[TASK, "--input", "$DIR/good.md", flag, number], &[flag, number]);
        }
    }
    says(
        &[TASK, "--input", "$DIR/good.md", "--workers", "4000000000"],
        &["4000000000 workers are too many"],
    );
    says(&[TASK, "--input", "$DIR/good.md", "--fan-in", "1"], &["--fan-in", "1"]);
    says(
        &[TASK, "--input", "$DIR/good.md", "--workers", "3", "--quorum", "4"],
        &["quorum of 4", "3 workers"],
    );
    for time in ["0", "-5", "soon", "1e300", "NaN"] {
        says(&[TASK, "--input", "$DIR/good.md", "--timeout", time], &["--timeout", time]);
        says(&[TASK, "--input", "$DIR/good.md", "--worker-timeout", time], &["--worker-timeout"]);
    }
    for heat in ["-0.1", "2.1", "NaN", "hot"] {
        let args = [TASK, "--input", "$DIR/good.md", "--executive-temperature", heat];
        says(&args, &["--executive-temperature", "0.0 to 2.0"]);
    }
    says(
        &[TASK, "--input", "$DIR/good.md", "--synthesizer-max-tokens", "0"],
        &["--synthesizer-max-tokens"],
    );
}

#[test]
fn names_that_nothing_has() {
    let given =
        |flag: &'static str, name: &'static str| [TASK, "--input", "$DIR/good.md", flag, name];
    says(&given("--model", "opnai/gpt"), &["no provider is named `opnai`", "openai", "extractive"]);
    says(&given("--model", "extractive/gpt"), &["extractive/gpt", "bm25"]);
    says(&given("--model", "/"), &["PROVIDER/MODEL"]);
    says(&given("--worker-model", "nobody/x"), &["no provider is named `nobody`"]);
    says(&given("--preset", "poetry"), &["poetry", "research", "software", "analysis"]);
    says(&given("--profile", "reckless"), &["conservative", "moderate", "aggressive"]);
    says(&given("--executive", "maybe"), &["auto, always or never"]);
    says(&given("--specializations", "a,,b"), &["blank"]);
    says(&given("--wrokers", "3"), &["--wrokers", "--workers"]);
}

#[test]
fn addresses_that_cannot_be_asked() {
    for url in ["localhost", "ftp://x/v1", "http://", "http://user:secret@host/v1", "not a url"] {
        let message = refused(&[TASK, "--base-url", url]);
        assert!(message.contains("base URL"), "{url}: {message}");
        assert!(!message.contains("secret"), "{message}");
    }
    says(
        &[TASK, "--input", "$DIR/good.md", "--model", "extractive", "--base-url", "$URL"],
        &["extractive", "no base URL"],
    );
}

#[test]
fn plans_that_are_none() {
    says(&["--plan", "$DIR/nowhere.json"], &["$DIR/nowhere.json", "No such file"]);
    says(&["--plan", "$DIR/bad.json"], &["$DIR/bad.json", "JSON", "line 1"]);
    says(&["--plan", "$DIR/typo.json"], &["subtask", "subtasks"]);
    says(&["--plan", "$DIR/none.json"], &["the plan is empty"]);
    says(&["--plan", "$DIR/blank.json"], &["subtask 2"]);
    says(&["--plan", "$DIR/bad.toml"], &["TOML", "line 2"]);
    says(&["--plan", "$DIR/lost.json"], &["nowhere.md", "No such file"]);
    says(&["--plan", "$DIR/plan.yaml"], &["plan.yaml: plans are JSON or TOML, not YAML"]);
    says(&["--plan", "$DIR/latin1.txt"], &["latin1.txt", "UTF-8"]);
    says(&["--plan", "$DIR/two.json", "--workers", "1"], &["--workers 1", "2 subtasks"]);
    says(&["--plan", "$DIR/two.json", "--quorum", "3"], &["--quorum 3", "2 subtasks"]);
}

#[test]
fn an_output_that_cannot_be_written() {
    says(
        &[TASK, "--input", "$DIR/good.md", "--output", "$DIR/nowhere/report.md"],
        &["nowhere/report.md", "cannot be written"],
    );
    says(
        &[TASK, "--input", "$DIR/good.md", "--output", "$DIR"],
        &["cannot be written", "directory"],
    );
}

#[test]
fn a_refused_run_leaves_no_output_file() {
    let folder = folder(&[("good.md", b"The pump failed.")]);
    let file = folder.path().join("report.md");
    let output = run().args([TASK, "--model", "opnai/x", "--output"]).arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!file.exists());
}
