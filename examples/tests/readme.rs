//! What the README shows beside its Rust code, which the library's doctests compile and run.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[allow(dead_code, reason = "an example's main function is not called here")]
#[path = "../examples/scripted_run.rs"]
mod scripted_run;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use ziggurat::providers::Registry;
use ziggurat::{Event, EventKind};

const README: &str = include_str!("../../README.md");

/// The README's code blocks of this language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let fenced = README.split("```").skip(1).step_by(2);
    fenced.filter_map(|block| block.strip_prefix(&format!("{language}\n"))).collect()
}

#[test]
fn the_first_two_commands() {
    let commands = blocks("sh");
    assert_eq!(
        commands[0].trim(),
        "cargo run --release --bin ziggurat -- run --input examples/documents \"What caused the \
         outages, and what should change first?\""
    );
    assert_eq!(commands[1].trim(), "cargo xtask test");
}

#[test]
fn the_custom_provider_is_the_example() {
    let example = include_str!("../examples/custom_provider.rs");
    let code = &example[example.find("use std").unwrap()..];
    assert!(code.lines().count() < 40);
    assert!(blocks("rust").contains(&code), "README.md and custom_provider.rs differ");
}

#[test]
fn the_sample_event_is_one() {
    let line = blocks("json").into_iter().find(|block| block.contains("\"seq\"")).unwrap();
    let event: Event = serde_json::from_str(line).unwrap();
    assert!(matches!(event.kind, EventKind::NodeStarted { .. }));
    assert_eq!(serde_json::to_string(&event).unwrap(), line.trim());
}

/// The fields of each event by the README's table, and whether each is always there.
fn event_fields() -> BTreeMap<&'static str, BTreeMap<&'static str, bool>> {
    let (_, table) = README.split_once("| type | further fields |\n|---|---|\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let rows = rows.map(|row| row.trim_matches('|').split_once('|').unwrap());
    rows.map(|(event, fields)| (event.trim().trim_matches('`'), names(fields))).collect()
}

/// The names in backticks before the first semicolon, parentheses left out; after one that may be
/// missing comes a `?`.
fn names(fields: &'static str) -> BTreeMap<&'static str, bool> {
    let fields = fields.split(';').next().unwrap();
    let outside = fields.split('(').map(|part| part.rsplit(')').next().unwrap());
    let mut names = BTreeMap::new();
    let mut last = None;
    for part in outside {
        for (place, piece) in part.split('`').enumerate() {
            if place % 2 == 1 {
                names.insert(piece, true);
                last = Some(piece);
            } else if let Some(name) = last.filter(|_| piece.starts_with('?')) {
                names.insert(name, false);
            }
        }
    }
    names
}

#[tokio::test]
async fn events_have_the_fields_of_the_table() {
    let table = event_fields();
    assert_eq!(table.len(), 12);
    for event in scripted_run::example().await.unwrap().events {
        let event = serde_json::to_value(&*event).unwrap();
        let fields = &table[event["type"].as_str().unwrap()];
        let common = ["seq", "run_id", "time", "type"];
        for key in event.as_object().unwrap().keys().filter(|key| !common.contains(&&***key)) {
            assert!(fields.contains_key(&**key), "{key} of {} is not in the README", event["type"]);
        }
        for (name, _) in fields.iter().filter(|(_, always)| **always) {
            assert!(event.get(name).is_some(), "{} has no {name}", event["type"]);
        }
    }
}

#[test]
fn both_plans_run_and_give_the_same_report() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("documents");
    let copies = folder.path().join("examples/documents");
    fs::create_dir_all(&copies).unwrap();
    for name in ["2026-03-12-checkout-pool.md", "2026-01-20-tracker-disk-full.md"] {
        fs::copy(documents.join(name), copies.join(name)).unwrap();
    }
    let run = |language: &str| {
        let plan = blocks(language).into_iter().find(|block| block.contains("subtasks")).unwrap();
        let path = folder.path().join(format!("plan.{language}"));
        let report = folder.path().join(format!("report.{language}.md"));
        fs::write(&path, plan).unwrap();
        let args = ["ziggurat", "run", "--quiet", "--model", "extractive"].map(Into::into);
        let files = ["--plan".into(), path.into(), "--output".into(), report.clone().into()];
        let args = args.into_iter().chain::<[std::ffi::OsString; 4]>(files);
        assert_eq!(ziggurat_cli::main(args, Registry::builtin()), ExitCode::SUCCESS);
        fs::read_to_string(report).unwrap()
    };
    let report = run("toml");
    assert!(report.contains("[2026-03-12-checkout-pool.md]"), "{report}");
    assert_eq!(report, run("json"));
}
