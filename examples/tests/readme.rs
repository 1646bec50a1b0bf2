//! What the README shows beside its Rust code, which the library's doctests compile and run.

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
