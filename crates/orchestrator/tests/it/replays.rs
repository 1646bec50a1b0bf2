//! A run that was recorded once replays to the same report, in whichever order its calls end: with tools,
//! with faults that are tried again, with calls that were given up, and with requests that are the same.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tokio::time::sleep;
use ziggurat::core::chat::{self, ToolResult, ToolSpec};
use ziggurat::decomposition::StaticPlan;
use ziggurat::providers::layers::{Place, RecordLayer, Recording, Replay, Stack, TimeoutLayer};
use ziggurat::{
    AgentError, AgentOutput, Assignment, CallContext, ChatRequest, ChatResponse, Concurrency,
    Delivery, ErrorKind, EventKind, Layer, Message, Model, ModelInfo, Orchestrator, Outcome,
    Provider, ProviderError, RunResult, Subtask, Tier, Worker,
};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::support::{ids, kind_of, node, run, talkative};

/// The longest a call is held up, before its answer and after it.
const DELAY_MS: u64 = 5_000;
/// The longest an attempt may take.
const ATTEMPT: Duration = Duration::from_secs(60);

/// Holds each call up for a while, before it is made and after its answer.
struct Shuffled {
    inner: Arc<dyn Provider>,
    seed: u64,
    delays: AtomicU64,
}

impl Shuffled {
    async fn delay(&self) {
        // A step of SplitMix64: enough to shuffle, and the same for the same seed.
        let number = self.delays.fetch_add(1, Ordering::Relaxed);
        let mut z = (self.seed << 32 | number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        sleep(Duration::from_millis((z ^ (z >> 31)) % DELAY_MS)).await;
    }
}

#[async_trait]
impl Provider for Shuffled {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.inner.known(model)
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        self.inner.model(cx, model).await
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        self.delay().await;
        // Some answers are asked for whole, the others as streams.
        let answer = if request.messages[0].text().len().is_multiple_of(2) {
            self.inner.chat(cx, request).await
        } else {
            match self.inner.stream(cx, request).await {
                Ok(stream) => chat::collect(self.name(), stream, |_| {}).await,
                Err(error) => Err(error),
            }
        };
        self.delay().await;
        answer
    }
}

/// A worker that gives its model tools until it answers.
struct ToolUser(Model);

#[async_trait]
impl Worker for ToolUser {
    async fn work(&self, cx: &CallContext, a: &Assignment) -> Result<AgentOutput, AgentError> {
        let schema = json!({"type": "object", "properties": {"part": {"type": "string"}}});
        let tools = ["look_up", "count"].map(|name| ToolSpec::new(name, "", schema.clone()));
        let mut request =
            ChatRequest::new("", [Message::user(&a.subtask.instruction)]).with_tools(tools);
        loop {
            let answer = self.0.call(cx, request.clone(), Delivery::Streamed).await?;
            let found = |id: &str, name: &str| ToolResult::new(id, format!("{name} found it"));
            let results: Vec<_> =
                answer.tool_calls().map(|call| found(&call.id, &call.name)).collect();
            if results.is_empty() {
                return Ok(AgentOutput::new(answer.text()).by_model(self.0.info().name()));
            }
            request.messages.extend([answer.into_message(), Message::tool_results(results)]);
        }
    }
}

/// Asks for tools first, then says what it was asked and what they found; a merge says all that it merges.
fn answer(request: &ChatRequest) -> Turn {
    let question = request.messages[0].text();
    if request.tools.is_empty() {
        let documents = request.messages.iter().flat_map(|message| message.documents());
        let lines = documents.map(|document| format!("{} [{}]", document.text, document.id));
        return Turn::text(lines.collect::<Vec<_>>().join("\n"));
    }
    match request.messages.len() {
        1 => {
            let calls = [("look_up", json!({ "part": question })), ("count", json!({}))];
            Turn::tool_calls(calls).saying("Let me see.")
        }
        _ => Turn::text(format!("{question} It is {}.", question.len())),
    }
}

fn script() -> ScriptedProvider {
    let fault = |kind, status| Turn::error(kind, "not now").status(status);
    let slow = || fault(ErrorKind::RateLimit, 429).retry_after(Duration::from_secs(7));
    let broken = || fault(ErrorKind::Server, 500);
    let asks = |text: &'static str, messages: usize| {
        move |request: &ChatRequest| {
            request.messages.len() == messages && request.messages[0].text().contains(text)
        }
    };
    ScriptedProvider::new()
        .when(asks("part 3.", 1), [slow()])
        .when(
            asks("part 7.", 1),
            [broken(), Turn::cut("Let me"), Turn::tool_call("count", json!({}))],
        )
        .when(asks("part 11.", 3), [Turn::hang()])
        .when(asks("part 13.", 1), [broken(), broken(), broken()])
        .when(asks("part 17.", 3), [Turn::cut("part 17"), slow()])
        .when(asks("part 23.", 3), [Turn::stall("It is")])
        .when(asks("twin", 1), [slow()])
        // The same request, and not the same answer.
        .when(asks("twin", 3), [Turn::text("It was heads."), broken(), Turn::text("It was tails.")])
        // What an agent asks once more is the same request as well.
        .when_tier(Tier::Synthesizer, [Turn::empty()])
        .when_tier(Tier::Executive, [slow()])
        .otherwise_with(answer)
}

/// Fifty workers with tools, and merges of what they wrote.
async fn run_over(provider: Arc<dyn Provider>, seed: u64) -> (RunResult, Vec<String>) {
    let shuffled = Shuffled { inner: provider, seed, delays: AtomicU64::new(0) };
    let stack = Stack::new().with(TimeoutLayer::new().with_attempt(ATTEMPT));
    let stack = stack.without(Place::RateLimit).without(Place::Concurrency);
    let subtasks = (1..=50).map(|n| match n {
        48..=50 => Subtask::new("Look into the twin."),
        n => Subtask::new(format!("Look into part {n}.")),
    });
    let model = Model::known(stack.layer(Arc::new(shuffled)), "any");
    let builder = Orchestrator::builder()
        .worker(Arc::new(ToolUser(model.clone())))
        .model(model)
        .decomposer(Arc::new(StaticPlan::new(subtasks).unwrap()))
        .concurrency(Concurrency::new(10).unwrap());
    let (result, events) = run(builder).await;
    (result, ids(&events, |kind| matches!(kind, EventKind::NodeCompleted { .. })))
}

#[tokio::test(start_paused = true)]
async fn a_recorded_run_replays_to_the_same_report_in_any_order() {
    let script = script();
    let layer = RecordLayer::in_memory();
    let (recorded, order) = run_over(layer.layer(Arc::new(script.clone())), 0).await;
    let report = recorded.report.clone().unwrap();
    assert_eq!((recorded.outcome, recorded.coverage.workers_ok), (Outcome::Degraded, 49));
    for text in ["It was heads.", "It was tails.", "Look into part 42. It is 18. [W42]"] {
        assert!(report.contains(text), "{report}");
    }

    let recording = layer.recording().unwrap();
    let mut file = Vec::new();
    recording.write(&mut file).unwrap();
    assert_eq!(Recording::read(&*file).unwrap(), recording);
    assert_eq!(recording.exchanges().len(), script.calls().len() + 1, "and one about the model");
    assert!(recording.to_string().contains("; failed: 11; given up: 2"), "{recording}");

    let mut orders = BTreeSet::from([order]);
    for seed in 1..=20 {
        let replay = Replay::new(Recording::read(&*file).unwrap());
        let (result, order) = run_over(replay.provider("scripted").unwrap(), seed).await;
        assert_eq!(result.report.as_ref(), Some(&report), "seed {seed}");
        assert_eq!((result.outcome, &result.reason), (recorded.outcome, &recorded.reason));
        assert!(replay.misses().is_empty(), "seed {seed}: {:?}", replay.misses());
        assert!(replay.unused().is_empty(), "seed {seed}: {:?}", replay.unused());
        orders.insert(order);
    }
    assert_eq!(orders.len(), 21, "the nodes ended in another order each time");
}

#[tokio::test(start_paused = true)]
async fn a_replay_under_another_task_says_what_is_different() {
    let plan = |words: &str| {
        let subtasks = ["May", "June"].map(|month| Subtask::new(format!("{words} {month}.")));
        Arc::new(StaticPlan::new(subtasks).unwrap())
    };
    let over = |provider: Arc<dyn Provider>, words: &str| {
        let model = Model::known(provider, "any");
        Orchestrator::builder().model(model).decomposer(plan(words))
    };
    let layer = RecordLayer::in_memory();
    let (recorded, _) = run(over(layer.layer(Arc::new(talkative())), "Look at")).await;
    assert_eq!(recorded.outcome, Outcome::Complete);
    let replay = Replay::new(layer.recording().unwrap());
    let (result, _) = run(over(replay.provider("scripted").unwrap(), "Stare at")).await;
    assert_eq!((result.outcome, kind_of(&result)), (Outcome::Failed, "invalid_request"));
    let reason = node(&result, "W1").reason.unwrap();
    for line in ["-          \"text\": \"Subtask: Look at May.\"", "\"Subtask: Stare at May.\""] {
        assert!(reason.message.contains(line), "{reason}");
    }
    assert_eq!((replay.misses().len(), replay.unused().len()), (2, 2));
}
