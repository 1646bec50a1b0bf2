//! Results that are larger than a model's context: merged in more steps, condensed in parts, or named.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use proptest::prelude::*;
use ziggurat::core::chat::ContentPart;
use ziggurat::core::{HeuristicCounter, TokenCounter};
use ziggurat::decomposition::StaticPlan;
use ziggurat::lifecycle::RunState;
use ziggurat::{
    AgentError, AgentOutput, Assignment, CallContext, ChatRequest, ErrorKind, Event, EventKind,
    EventReader, Model, Orchestrator, OrchestratorBuilder, Outcome, RunResult, Subtask, Task, Tier,
    TierOptions, Worker,
};
use ziggurat_testkit::{ScriptedProvider, Turn};

/// Writes so many tokens, with marks at the beginning and at the end.
struct Long(Vec<usize>);

#[async_trait]
impl Worker for Long {
    async fn work(&self, cx: &CallContext, _: &Assignment) -> Result<AgentOutput, AgentError> {
        let node = cx.node().unwrap();
        let tokens = self.0[node.index as usize % self.0.len()];
        let id = &node.id;
        let filler = "word ".repeat(tokens * 4 / 5);
        Ok(AgentOutput::new(format!("begin:{id}; {filler}\n\nend:{id};")))
    }
}

/// All that a request says, documents included.
fn text(request: &ChatRequest) -> String {
    let parts = request.messages.iter().flat_map(|message| &message.content);
    let texts = parts.map(|part| match part {
        ContentPart::Text { text } => text.clone(),
        ContentPart::Document(document) => document.text.clone(),
        _ => String::new(),
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// `begin:W3;` and `end:W3;`, each once.
fn marks(text: &str) -> BTreeSet<String> {
    let words = text.split_whitespace();
    let marked = words.filter(|word| word.starts_with("begin:") || word.starts_with("end:"));
    marked.filter(|word| word.ends_with(';')).map(str::to_owned).collect()
}

fn tokens(request: &ChatRequest) -> u64 {
    let system = request.system.as_deref().unwrap_or_default();
    HeuristicCounter.count(system) + HeuristicCounter.count(&text(request))
}

/// A model that refuses what is beyond its context, and else answers with the marks that it read and
/// `filler` tokens.
fn model(context: u64, filler: usize) -> Arc<ScriptedProvider> {
    let answer = move |request: &ChatRequest| {
        let output = u64::from(request.max_tokens.unwrap_or_default());
        if tokens(request) + output > context {
            return Turn::error(ErrorKind::ContextLength, "too many tokens");
        }
        let marks: Vec<_> = marks(&text(request)).into_iter().collect();
        Turn::text(format!("{} {}", marks.join(" "), "more ".repeat(filler * 4 / 5)))
    };
    Arc::new(
        ScriptedProvider::new()
            .with_info(move |info| info.context_tokens = Some(context))
            .otherwise_with(answer),
    )
}

fn run_of(
    provider: &Arc<ScriptedProvider>,
    workers: usize,
    sizes: Vec<usize>,
) -> OrchestratorBuilder {
    let subtasks = (1..=workers).map(|n| Subtask::new(format!("Look into part {n}.")));
    Orchestrator::builder()
        .model(Model::known(provider.clone(), "small"))
        .decomposer(Arc::new(StaticPlan::new(subtasks).unwrap()))
        .worker(Arc::new(Long(sizes)))
}

async fn run(builder: OrchestratorBuilder) -> (RunResult, RunState) {
    let run = builder.build().unwrap().start(Task::new("What caused the outages?").unwrap());
    let mut events = run.events();
    let result = run.await;
    let mut state = RunState::new();
    while let Some(event) = events.next().await {
        state.apply(&event).unwrap_or_else(|error| panic!("{error}: {event:?}"));
    }
    (result, state)
}

async fn all(mut events: EventReader) -> Vec<Arc<Event>> {
    let mut told = Vec::new();
    while let Some(event) = events.next().await {
        told.push(event);
    }
    told
}

/// Each worker's marks are in the report, or the run says that something is amiss.
fn assert_nothing_is_lost(result: &RunResult, workers: usize) {
    let report = result.report.as_deref().unwrap();
    let found = marks(report);
    for n in 1..=workers {
        for mark in [format!("begin:W{n};"), format!("end:W{n};")] {
            assert!(found.contains(&mark), "{mark} is in none of {} bytes", report.len());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn three_hundred_results_of_half_a_context_each_are_merged_whole() {
    let provider = model(16_000, 100);
    let (result, state) = run(run_of(&provider, 300, vec![8_000])).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.reason);
    assert_nothing_is_lost(&result, 300);
    let largest = provider.calls().iter().map(|call| tokens(&call.request)).max().unwrap();
    assert!(largest <= 16_000, "{largest}");
    let added = state.tier(Tier::Synthesizer).count();
    assert!(added > 60 + 12 + 2, "each of the results had to be condensed: {added}");
}

#[tokio::test(start_paused = true)]
async fn one_result_of_many_contexts_is_condensed_in_parts() {
    let provider = model(16_000, 100);
    let (result, _) = run(run_of(&provider, 5, vec![100, 100_000, 100, 100, 100])).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.reason);
    assert_nothing_is_lost(&result, 5);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_refuses_what_should_fit_gets_half_of_it_at_a_time() {
    // It does not say how much it takes.
    let strict = model(4_000, 20);
    let silent = {
        let strict = Arc::clone(&strict);
        move |request: &ChatRequest| match tokens(request) + 500 > 4_000 {
            true => Turn::error(ErrorKind::ContextLength, "too many tokens"),
            false => {
                drop(Arc::clone(&strict));
                let marks: Vec<_> = marks(&text(request)).into_iter().collect();
                Turn::text(marks.join(" "))
            }
        }
    };
    let provider = Arc::new(ScriptedProvider::new().otherwise_with(silent));
    let tier = || TierOptions::default().max_tokens(500);
    let builder = run_of(&provider, 6, vec![900]);
    let builder = builder.tier(Tier::Synthesizer, tier()).tier(Tier::Executive, tier());
    let run_it = builder.build().unwrap().start(Task::new("Why?").unwrap());
    let (live, late) = (run_it.events(), run_it.events());
    let (result, told) = tokio::join!(run_it, all(live));
    assert_eq!(all(late).await, told, "an event says the same whenever it is read");
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.reason);
    assert_nothing_is_lost(&result, 6);
    let mut kinds = Vec::new();
    for event in told {
        if event.kind.node().is_some_and(|node| node.id == "S1") {
            kinds.push(match &event.kind {
                EventKind::NodeStarted { node } => format!("started over {}", node.inputs.len()),
                EventKind::NodeSplit { added, .. } => format!("split for {}", added.len()),
                EventKind::NodeRetrying { .. } => "retrying".to_owned(),
                EventKind::NodeCompleted { node, .. } => format!("completed {}", node.inputs.len()),
                kind => panic!("{kind:?}"),
            });
        }
    }
    assert_eq!(kinds, ["started over 6", "split for 2", "retrying", "completed 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_context_without_room_for_results_is_refused_before_any_call() {
    let provider = model(4_200, 10);
    let (result, _) = run(run_of(&provider, 10, vec![100])).await;
    assert_eq!(result.outcome, Outcome::Failed);
    let reason = result.reason.unwrap();
    assert_eq!(reason.kind, ErrorKind::InvalidRequest, "{reason}");
    assert_eq!(provider.calls().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn results_that_no_model_makes_smaller_are_given_up_and_kept() {
    // It answers with as much as it read.
    let verbose = |request: &ChatRequest| Turn::text(text(request));
    let provider = Arc::new(
        ScriptedProvider::new()
            .with_info(|info| info.context_tokens = Some(16_000))
            .otherwise_with(verbose),
    );
    let (result, _) = run(run_of(&provider, 10, vec![9_000])).await;
    assert_eq!(result.outcome, Outcome::Degraded);
    assert_nothing_is_lost(&result, 10);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_condensed_is_tried_once_and_passed_up() {
    // It refuses every request with a single result, and is silent if that has no end.
    let calls = AtomicUsize::new(0);
    let picky = move |request: &ChatRequest| match text(request).matches("begin:").count() {
        _ if calls.fetch_add(1, Ordering::SeqCst) > 100 => Turn::hang(),
        1 => Turn::error(ErrorKind::InvalidRequest, "no"),
        _ => Turn::text("merged"),
    };
    let provider = Arc::new(
        ScriptedProvider::new()
            .with_info(|info| info.context_tokens = Some(16_000))
            .otherwise_with(picky),
    );
    let (result, _) = run(run_of(&provider, 10, vec![9_000])).await;
    assert_eq!(result.outcome, Outcome::Degraded);
    assert_nothing_is_lost(&result, 10);
    // Each result once below its synthesizer, and once below the executive.
    assert_eq!(provider.calls().len(), 20);
}

fn cases() -> ProptestConfig {
    ProptestConfig {
        cases: if std::env::var_os("ZIGGURAT_SOAK").is_some() { 10_000 } else { 30 },
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_sizes_and_limits_come_to_an_end_with_nothing_lost(
        workers in 1_usize..60,
        sizes in prop::collection::vec(1_usize..12_000, 1..20),
        context in 6_000_u64..40_000,
        filler in 0_usize..6_000,
        fan_in in 2_u32..8,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let provider = model(context, filler);
            let (result, _) = run(run_of(&provider, workers, sizes).fan_in(fan_in)).await;
            if result.outcome != Outcome::Failed {
                assert_nothing_is_lost(&result, workers);
            } else {
                assert_eq!(provider.calls().len(), 0, "{:?}", result.reason);
            }
        });
    }
}
