//! A run through the default layers in which all of them have something to do.

use std::sync::Arc;
use std::time::Duration;

use ziggurat::core::ContentPart;
use ziggurat::decomposition::StaticPlan;
use ziggurat::providers::layers::{
    ConcurrencyLayer, RateLimitLayer, RetryLayer, Stack, TimeoutLayer,
};
use ziggurat::{
    AgentState, CallContext, ChatRequest, Concurrency, Message, Model, Orchestrator, Run,
    RunResult, Subtask, Task,
};
use ziggurat_testkit::{ScriptedProvider, Turn};

pub(crate) const WORKERS: usize = 12;
const SECOND: Duration = Duration::from_secs(1);

/// A model, the layers around it, and what a test asks them.
pub(crate) struct Stage {
    pub(crate) provider: Arc<ScriptedProvider>,
    places: ConcurrencyLayer,
    model: Model,
}

impl Stage {
    /// Fewer places than agents, fewer calls a minute than the run makes, and calls that fail, hang, are
    /// refused and break.
    pub(crate) fn new() -> Self {
        let unavailable = || Turn::http_error(503, "away for a moment");
        let script = ScriptedProvider::new()
            .when_node("W2", [unavailable(), unavailable()])
            .when_node("W3", [Turn::hang()])
            .when_node("W5", [Turn::http_error(429, "slow down").retry_after(2 * SECOND)])
            .when_node("W7", [Turn::cut("half an ans")])
            .when_node("S1", [unavailable()])
            .otherwise_with(said);
        let provider = Arc::new(script);
        let places = ConcurrencyLayer::new().with_max(4);
        let stack = Stack::new()
            .with(places.clone())
            .with(RateLimitLayer::new().requests_per_minute(18))
            .with(TimeoutLayer::new().with_attempt(8 * SECOND))
            .with(RetryLayer::new().with_seed(1));
        let model = Model::known(provider.clone(), "any").layered(&stack);
        Self { provider, places, model }
    }

    pub(crate) fn start(&self) -> Run {
        let subtasks = (1..=WORKERS).map(|n| Subtask::new(format!("Look into {}", marker(n))));
        let builder = Orchestrator::builder()
            .model(self.model.clone())
            .decomposer(Arc::new(StaticPlan::new(subtasks).unwrap()))
            .concurrency(Concurrency::new(6).unwrap());
        builder.build().unwrap().start(Task::new("What caused the outages?").unwrap())
    }

    /// Asks for every place at once, a minute later: they are all free, and all calls of the minute too.
    pub(crate) async fn all_is_free_again(&self) {
        tokio::time::sleep(61 * SECOND).await;
        let places = self.places.limit();
        let request = ChatRequest::new("any", [Message::user("Is there room?")]);
        let cx = CallContext::default();
        let ask = || self.model.provider().chat(&cx, &request);
        let begun = tokio::time::Instant::now();
        let answers = futures::future::join_all((0..places).map(|_| ask()));
        // A place that is lost is waited for in vain.
        let answers = tokio::time::timeout(60 * SECOND, answers).await.unwrap();
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(begun.elapsed(), SECOND, "{places} calls at once");
    }
}

/// The markers of all that it was given: a worker gives its own, a merge those of its inputs. No two of them
/// keep step, so that each piece of an answer is a point of its own.
fn said(request: &ChatRequest) -> Turn {
    let parts = request.messages.iter().flat_map(|message| &message.content);
    let texts = parts.filter_map(|part| match part {
        ContentPart::Text { text } => Some(text.as_str()),
        ContentPart::Document(document) => Some(&*document.text),
        _ => None,
    });
    let words: Vec<_> = texts.flat_map(str::split_whitespace).collect();
    let given = (1..=WORKERS).filter(|&n| words.contains(&marker(n).as_str()));
    let (known, steps): (Vec<_>, Vec<_>) = given.map(|n| (marker(n), n as u32)).unzip();
    let step = Duration::from_millis(7) * steps.iter().sum();
    let text = format!("Of {} there is news, and more of it than usual.", known.join(" "));
    Turn::text(text).after(SECOND + step).paced(SECOND / 20 + step).in_pieces(10)
}

pub(crate) fn marker(n: usize) -> String {
    format!("part-{n};")
}

/// Every worker with a result is in the report, merged or not, and there is none without.
pub(crate) fn what_is_finished_is_kept(result: &RunResult) {
    let finished = result.workers().filter(|worker| worker.state == AgentState::Completed);
    let finished: Vec<_> = finished.map(|worker| worker.node.index as usize + 1).collect();
    assert_eq!(finished.len(), result.coverage.workers_ok as usize);
    assert_eq!(result.report.is_some(), !finished.is_empty());
    let report = result.report.as_deref().unwrap_or_default();
    for n in finished {
        assert!(report.contains(&format!("{} ", marker(n))), "W{n} is lost: {report}");
    }
}
