//! The event log and the text deltas.

use std::sync::Arc;

use ziggurat::{EventKind, Model, Orchestrator, Outcome};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::support::{all, check, talkative, task, workers};

#[tokio::test(start_paused = true)]
async fn a_late_reader_gets_the_whole_history() {
    let run = workers(&Arc::new(talkative()), 12).build().unwrap().start(task());
    let (early, late) = (run.events(), run.events());
    let (early, result) = tokio::join!(all(early), run);
    let late = all(late).await;
    check(&result, &late);
    assert_eq!(early, late);
    assert!(late.iter().map(|event| event.seq).eq(1..=late.len() as u64));
    assert!(matches!(late[0].kind, EventKind::RunStarted { .. }));
    assert!(matches!(late[late.len() - 1].kind, EventKind::RunFinished { .. }));
}

#[tokio::test(start_paused = true)]
async fn the_events_end_with_the_run_though_its_handle_lives() {
    let mut run = workers(&Arc::new(talkative()), 3).build().unwrap().start(task());
    let events = run.events();
    let result = (&mut run).await;
    check(&result, &all(events).await);
    let again = tokio::time::timeout(std::time::Duration::from_secs(1), &mut run).await;
    assert!(again.is_err(), "a result is given once");
}

#[tokio::test(start_paused = true)]
async fn every_piece_of_text_can_be_watched() {
    let run = workers(&Arc::new(talkative()), 2).build().unwrap().start(task());
    let mut deltas = run.deltas();
    let result = run.await;
    let mut texts = std::collections::BTreeMap::<String, String>::new();
    while let Ok(delta) = deltas.try_recv() {
        texts.entry(delta.node).or_default().push_str(&delta.text);
    }
    let written =
        result.workers().map(|w| (w.node.id.clone(), w.output.as_deref().unwrap().to_owned()));
    assert_eq!(texts, written.collect());
}

#[tokio::test(start_paused = true)]
async fn runs_of_one_orchestrator_share_nothing() {
    let provider = Arc::new(ScriptedProvider::new().echo());
    let model = Model::known(provider, "any");
    let plan = |n: u32| ziggurat::Subtask::new(format!("Look into part {n}."));
    let plan = ziggurat::decomposition::StaticPlan::new((1..=5).map(plan)).unwrap();
    let orchestrator =
        Orchestrator::builder().model(model).decomposer(Arc::new(plan)).build().unwrap();
    let task = |text: &str| ziggurat::Task::new(text).unwrap();
    let (a, b) = tokio::join!(orchestrator.run(task("apples?")), orchestrator.run(task("pears?")));
    assert_ne!(a.run_id, b.run_id);
    for (result, own, other) in [(a, "apples", "pears"), (b, "pears", "apples")] {
        assert_eq!(result.outcome, Outcome::Complete);
        let report = result.report.unwrap();
        assert!(report.contains(own) && !report.contains(other), "{report}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_up_mid_stream_is_a_failure() {
    let provider = Arc::new(ScriptedProvider::new().otherwise(Turn::cut("It was the")));
    let result = workers(&provider, 1).build().unwrap().run(task()).await;
    assert_eq!(result.outcome, Outcome::Failed);
    assert_eq!(result.reason.unwrap().kind, ziggurat::ErrorKind::Interrupted);
}

/// The first worker leaves its context behind; the second tells of a call in its name.
#[derive(Default)]
struct Careless(std::sync::Mutex<Option<ziggurat::CallContext>>);

#[async_trait::async_trait]
impl ziggurat::Worker for Careless {
    async fn work(
        &self,
        cx: &ziggurat::CallContext,
        _: &ziggurat::Assignment,
    ) -> Result<ziggurat::AgentOutput, ziggurat::AgentError> {
        let left = self.0.lock().unwrap().replace(cx.clone());
        if let Some(left) = left {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            let cost = ziggurat::Cost::known("0.25".parse().unwrap());
            let record =
                ziggurat::core::CallRecord::new("m/late", ziggurat::Usage::new(7, 7), cost);
            left.signal(ziggurat::Signal::Call(record));
        }
        Ok(ziggurat::AgentOutput::new("done"))
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_told_late_counts_and_changes_no_event() {
    let one = ziggurat::Concurrency::new(1).unwrap();
    let builder = workers(&std::sync::Arc::new(talkative()), 2)
        .worker(std::sync::Arc::new(Careless::default()));
    let run = builder.concurrency(one).build().unwrap().start(task());
    let (live, late) = (run.events(), run.events());
    let (result, told) = tokio::join!(run, all(live));
    assert_eq!(all(late).await, told);
    assert_eq!(result.usage, ziggurat::Usage::new(7, 7));
    assert_eq!(result.cost.total(), Some("0.25".parse().unwrap()));
    assert_eq!(result.node("W1").unwrap().usage, ziggurat::Usage::ZERO);
}
