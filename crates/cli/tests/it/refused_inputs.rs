//! Inputs that are refused, the user's own files and those of plans: the message says which and why.

use std::fs;
use std::path::Path;

use crate::support::server::{Reply, Server};
use crate::support::{folder, run, stderr};

const TASK: &str = "Who voted?";

/// What is said of a run in this folder, which ends with this code.
fn says(code: i32, folder: &Path, args: &[&str]) -> String {
    let output = run().current_dir(folder).args(args).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {}", stderr(&output));
    stderr(&output).to_owned()
}

#[test]
fn the_report_never_replaces_what_it_is_about() {
    let plan = br#"{"task": "t", "subtasks": [{"instruction": "a", "inputs": ["own.txt"]}]}"#;
    let files: [(&str, &[u8]); 3] =
        [("own.txt", b"Ann voted."), ("d/b.md", b"Bob voted."), ("d/plan.json", plan)];
    let folder = folder(&files);
    fs::write(folder.path().join("d/own.txt"), "Cid voted.").unwrap();
    let refused = |args: &[&str]| says(2, folder.path(), args);
    let own = "error: --output own.txt is one of the inputs";
    assert!(refused(&["--input", "own.txt", "-o", "own.txt", TASK]).starts_with(own));
    assert!(refused(&["--input", "d/../own.txt", "-o", "own.txt", TASK]).starts_with(own));
    assert!(refused(&["--input", "d", "--input", "own.txt", "-o", "own.txt"]).starts_with(own));
    let log = refused(&["--plan", "d/plan.json", "-o", "d/own.txt"]);
    let of_plan = "the plan d/plan.json, subtask 1: --output d/own.txt is one of the inputs";
    assert!(log.contains(of_plan), "{log}");
    let log = refused(&["--plan", "d/plan.json", "-o", "d/plan.json"]);
    assert!(log.contains("--output d/plan.json is the plan"), "{log}");
    for (name, text) in files {
        assert_eq!(fs::read(folder.path().join(name)).unwrap(), text, "{name}");
    }
    // What is found in a directory is skipped.
    let log = says(0, folder.path(), &["--input", "d", "-o", "d/own.txt", TASK]);
    assert!(log.contains("skipped: own.txt: the report goes there"), "{log}");
}

#[test]
#[cfg(unix)]
fn a_link_to_the_report_is_the_report() {
    let folder = folder(&[("own.txt", b"Ann voted.")]);
    std::os::unix::fs::symlink("own.txt", folder.path().join("link.txt")).unwrap();
    for (input, output) in [("own.txt", "link.txt"), ("link.txt", "own.txt")] {
        let log = says(2, folder.path(), &["--input", input, "-o", output, TASK]);
        assert!(log.contains(&format!("--output {output} is one of the inputs")), "{log}");
    }
}

#[test]
fn errors_about_a_plans_files_name_plan_and_subtask() {
    let folder = folder(&[
        (
            "p/d.toml",
            b"task = \"t\"\n[[subtasks]]\ninstruction = \"a\"\ninputs = [\"a.md\"]\n\
              [[subtasks]]\ninstruction = \"b\"\ninputs = [\"nowhere.md\"]\n",
        ),
        (
            "p/common.json",
            br#"{"task": "t", "inputs": ["x.bin"], "subtasks": [{"instruction": "a"}]}"#,
        ),
        ("p/a.md", b"Ann voted."),
        ("p/x.bin", b"\x00"),
    ]);
    let log = says(2, folder.path(), &["--plan", "p/d.toml"]);
    let expected =
        "error: the plan p/d.toml, subtask 2: the input p/nowhere.md cannot be read: No such file";
    assert!(log.starts_with(expected), "{log}");
    let log = says(2, folder.path(), &["--plan", "p/common.json"]);
    let expected = "error: the plan p/common.json: the input p/x.bin is no text: binary\n";
    assert_eq!(log, expected);
}

#[test]
fn a_subtask_without_documents_is_named() {
    let folder = folder(&[
        (
            "h.toml",
            b"task = \"t\"\n[[subtasks]]\ninstruction = \"a\"\ninputs = [\"a.md\"]\n\
              [[subtasks]]\ninstruction = \"b\"\n",
        ),
        ("a.md", b"Ann voted."),
    ]);
    for model in [&[][..], &["--model", "extractive"]] {
        let log = says(2, folder.path(), &[&["--plan", "h.toml"][..], model].concat());
        let expected = "error: subtask 2 of the plan has no documents: add `inputs` to it, or \
                        --input, or choose a model";
        assert!(log.starts_with(expected), "{log}");
    }
    says(0, folder.path(), &["--plan", "h.toml", "--input", "a.md"]);
}

#[test]
fn nothing_readable_says_why() {
    let names = ["bin/a.bin", "bin/b.bin", "bin/c.bin", "bin/d.bin", "bin/e.bin", "bin/f.bin"];
    let mut files: Vec<_> = names.iter().map(|name| (*name, &b"\x00"[..])).collect();
    let plan = br#"{"task": "t", "subtasks": [{"instruction": "a", "inputs": ["one"]}]}"#;
    files.extend([("one/a.bin", &b"\x00"[..]), ("one/b.md", b""), ("plan.json", plan)]);
    files.push(("x.md", b"Ann voted."));
    let folder = folder(&files);
    let log = says(2, folder.path(), &[TASK, "--input", "bin"]);
    let expected = "error: there is no readable document in bin: a.bin: binary; b.bin: binary; \
                    c.bin: binary; d.bin: binary; e.bin: binary; and 1 more\n";
    assert_eq!(log, expected);
    // The same files were skipped, and told, before.
    let log = says(2, folder.path(), &["--input", ".", "--plan", "plan.json"]);
    let expected = "subtask 1: there is no readable document in one: a.bin: binary; b.md: empty\n";
    assert!(log.ends_with(expected), "{log}");
}

#[test]
fn a_plan_goes_before_the_number_of_a_preset() {
    let server = Server::chat(|_| Reply::text("Ann voted."));
    let plan = br#"{"task": "t", "subtasks": [{"instruction": "a"}]}"#;
    let folder = folder(&[("plan.json", plan)]);
    let args = ["--base-url", &server.url, "--model", "openai/fake", "--plan", "plan.json"];
    let note = "note: the plan decides the number of workers, not --preset\n";
    assert!(!says(0, folder.path(), &args).contains(note));
    let preset = [&args[..], &["--preset", "research"]].concat();
    assert!(says(0, folder.path(), &preset).contains(note));
    assert_eq!(says(0, folder.path(), &[&preset[..], &["-q"]].concat()), "");
}
