//! Models are asked about once, and what their providers answer is what is called.

use std::sync::Arc;
use std::time::Duration;

use ziggurat::core::{ChatStream, ModelInfo};
use ziggurat::{
    CallContext, ChatRequest, ChatResponse, ErrorKind, Model, Orchestrator, Outcome, Provider,
    ProviderError,
};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::support::{kind_of, run, talkative, workers};

/// A provider that knows its models by other names than people do, and may not look at keys before
/// the first call.
struct Remote {
    inner: ScriptedProvider,
    key_checked: Option<bool>,
}

#[async_trait::async_trait]
impl Provider for Remote {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn model(&self, _: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        let mut info = self.known(&format!("{model}-2026"));
        info.key_checked = self.key_checked;
        Ok(info)
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        self.inner.chat(cx, request).await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        self.inner.stream(cx, request).await
    }
}

fn over(inner: &ScriptedProvider, key_checked: Option<bool>) -> ziggurat::OrchestratorBuilder {
    let remote = Remote { inner: inner.clone(), key_checked };
    workers(&Arc::new(inner.clone()), 12).model(Model::known(Arc::new(remote), "large"))
}

#[tokio::test(start_paused = true)]
async fn the_resolved_model_is_the_one_that_is_called_and_told() {
    let provider = talkative();
    let (result, events) = run(over(&provider, None)).await;
    assert_eq!(result.outcome, Outcome::Complete);
    assert!(provider.calls().iter().all(|call| call.request.model == "large-2026"));
    let told = result.workers().all(|w| w.model.as_deref() == Some("scripted/large-2026"));
    assert!(told && format!("{:?}", events[0].kind).contains("scripted/large-2026"));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_nobody_has_checked_is_tried_with_one_call() {
    let refused = Turn::error(ErrorKind::Auth, "the key was refused").after(Duration::from_secs(1));
    for (checked, calls) in [(Some(false), 1), (Some(true), 10), (None, 10)] {
        let provider = ScriptedProvider::new().otherwise(refused.clone());
        let (result, _) = run(over(&provider, checked)).await;
        assert_eq!((result.outcome, kind_of(&result)), (Outcome::Failed, "auth"));
        assert_eq!(provider.calls().len(), calls, "{checked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_text_lets_the_others_go() {
    let words = "one two three four five six seven eight nine ten eleven twelve";
    let slow =
        Turn::text(words.repeat(4)).after(Duration::from_secs(1)).paced(Duration::from_secs(1));
    let provider = ScriptedProvider::new().otherwise(Turn::text("done")).when_node("W1", slow);
    let (result, _) = run(over(&provider, Some(false))).await;
    assert_eq!(result.outcome, Outcome::Complete);
    let elapsed = |n: usize| result.workers().nth(n).unwrap().elapsed;
    assert!(elapsed(0) > Duration::from_secs(3), "W1 writes for long: {:?}", elapsed(0));
    assert!(provider.max_in_flight() > 1, "the others do not wait for its end");
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_is_not_the_keys_lets_the_others_go() {
    let down = Turn::error(ErrorKind::Server, "down");
    let provider = ScriptedProvider::new().otherwise(Turn::text("done")).when_node("W1", down);
    let (result, _) = run(over(&provider, Some(false))).await;
    assert_eq!((result.outcome, result.coverage.workers_ok), (Outcome::Degraded, 11));
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_refuses_at_the_start_costs_no_call() {
    struct Closed;
    #[async_trait::async_trait]
    impl Provider for Closed {
        fn name(&self) -> &str {
            "closed"
        }
        async fn model(&self, _: &CallContext, _: &str) -> Result<ModelInfo, ProviderError> {
            Err(ProviderError::new("closed", ErrorKind::Auth, "the key was refused"))
        }
        async fn chat(
            &self,
            _: &CallContext,
            _: &ChatRequest,
        ) -> Result<ChatResponse, ProviderError> {
            unreachable!("nothing is called")
        }
    }
    let builder = Orchestrator::builder().model(Model::known(Arc::new(Closed), "any"));
    let (result, events) = run(builder).await;
    assert_eq!((result.outcome, kind_of(&result)), (Outcome::Failed, "auth"));
    assert_eq!(events.len(), 2, "run_started and run_finished");
}
