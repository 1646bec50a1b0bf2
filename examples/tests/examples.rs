//! The examples do what they say. Each is included as a module, so that its functions run here and no
//! second cargo is needed.
#![allow(dead_code, reason = "the examples' own main functions are not all called")]

#[path = "../examples/custom_provider.rs"]
mod custom_provider;
#[path = "../examples/custom_tier.rs"]
mod custom_tier;
#[path = "../examples/executor_alone.rs"]
mod executor_alone;
#[path = "../examples/providers_alone.rs"]
mod providers_alone;
#[path = "../examples/record_replay.rs"]
mod record_replay;
#[path = "../examples/scripted_run.rs"]
mod scripted_run;

use std::sync::Arc;

use ziggurat::{Document, ErrorKind, EventKind, Model, Orchestrator, Outcome, Task};
use ziggurat_core::Usage;
use ziggurat_executor::JobError;

#[tokio::test]
async fn a_custom_provider_serves_a_run() {
    let documents = [
        Document::new("march.md", "The pool ran dry. It was a Thursday."),
        Document::new("april.md", "A certificate expired. Nobody had renewed it."),
    ];
    let model = Model::known(Arc::new(custom_provider::Lead), "first-sentence");
    let task = Task::new("What happened?").unwrap().with_documents(documents);
    let result = Orchestrator::builder().model(model).build().unwrap().run(task).await;
    assert_eq!(result.outcome, Outcome::Complete);
    let report = result.report.unwrap();
    for line in ["- The pool ran dry. [march.md]", "- A certificate expired. [april.md]"] {
        assert!(report.contains(line), "{report}");
    }
}

#[tokio::test]
async fn custom_tiers_work_beside_a_model() {
    let result = custom_tier::example().await.unwrap();
    assert_eq!(result.outcome, Outcome::Complete);
    assert!(result.workers().all(|worker| worker.model.is_none()));
    assert!(result.synthesizers().all(|s| s.model.as_deref() == Some("extractive/bm25")));
    assert!(result.executive().unwrap().model.is_none());
    let report = result.report.unwrap();
    let number = |line: &str| line.strip_prefix("- ")?.split_once(" min: ")?.0.parse().ok();
    let minutes: Vec<u32> = report.lines().filter_map(number).collect();
    assert!(minutes.len() > 5 && minutes.is_sorted_by(|a, b| a >= b), "{report}");
    assert!(report.contains("- 134 min: The outage lasted 134 minutes"), "{report}");
    assert!(report.contains("[W1] [2026-03-12-checkout-pool.md]"), "{report}");
}

#[tokio::test]
async fn the_executor_works_alone() {
    let (ends, started) = executor_alone::example().await.unwrap();
    assert_eq!(started[0], "urgent");
    assert_eq!(ends[0].outcome, Ok("done"));
    assert_eq!((&ends[1].outcome, ends[1].attempts), (&Ok("done at the second attempt"), 2));
    assert!(matches!(ends[2].outcome, Err(JobError::TimedOut { .. })));
    assert_eq!(ends[3].outcome, Err(JobError::Failed("not found")));
    assert_eq!(ends[4].outcome, Ok("done first"));
}

#[tokio::test]
async fn providers_work_alone() {
    let choice = providers_alone::select(&|_| None, &[]).await.unwrap();
    assert!(choice.why.starts_with("extractive/bm25: "), "{}", choice.why);
    let answer = providers_alone::ask(&choice).await.unwrap();
    assert!(answer.text().contains("network call inside a database transaction. [checkout.md]"));
    assert_eq!(answer.usage, Usage::ZERO);

    let with_key = |name: &str| (name == "OPENAI_API_KEY").then(|| "sk-none".to_owned());
    let choice = providers_alone::select(&with_key, &[]).await.unwrap();
    assert_eq!(choice.why, "openai/gpt-5.4-mini: OPENAI_API_KEY is set");
}

#[tokio::test]
async fn a_recorded_run_replays() {
    let folder = tempfile::tempdir().unwrap();
    let observed = record_replay::example(&folder.path().join("run.json")).await.unwrap();
    assert_eq!(observed.recorded.outcome, Outcome::Complete);
    assert!(observed.recorded.report.is_some());
    assert_eq!(observed.recorded.report, observed.replayed.report);
    assert_eq!(observed.unused, 0);
    assert!(observed.summary.contains("(extractive/bm25 "), "{}", observed.summary);
    let change = ["-          \"text\": \"What caused the outages?\"", "Who was on call?\""];
    assert!(change.iter().all(|line| observed.miss.contains(line)), "{}", observed.miss);
}

#[tokio::test]
async fn a_scripted_run_tells_its_failure_everywhere() {
    let observed = scripted_run::example().await.unwrap();
    let result = &observed.result;
    assert_eq!(result.outcome, Outcome::Degraded);
    assert_eq!(result.coverage.to_string(), "5/6");
    assert!(result.report.as_deref().unwrap().starts_with("> **Degraded:** 1 of 6 workers"));
    assert!(observed.instructions.contains("W3"), "{}", observed.instructions);
    let failed = observed.events.iter().find_map(|event| match &event.kind {
        EventKind::NodeFailed { node, reason, .. } => Some((node.id.as_str(), reason.kind)),
        _ => None,
    });
    assert_eq!(failed, Some(("W3", ErrorKind::RateLimit)));
}
