//! Every contract is object-safe, can be shared between threads, and can be mocked.

use std::sync::Arc;

use crate::{
    AgentError, AgentOutput, Assignment, CallContext, ChatRequest, ChatResponse, Contribution,
    Decomposer, Delivery, ErrorKind, HeuristicCounter, Layer, Merge, Message, MockDecomposer,
    MockLayer, MockObserver, MockProvider, MockSynthesizer, MockWorker, Model, ModelInfo, Observer,
    Plan, Price, Provider, Signal, Subtask, Synthesizer, Task, Usage, Worker, WorkerCount,
};

fn shared<T: ?Sized + Send + Sync>(contract: Arc<T>) -> Arc<T> {
    contract
}

fn provider(answers: usize) -> MockProvider {
    let mut provider = MockProvider::new();
    provider.expect_name().return_const("mock".to_owned());
    provider.expect_known().returning(|model| {
        let mut info = ModelInfo::unknown("mock", model);
        info.price = Some(Price::FREE);
        info.temperature = Some(false);
        info
    });
    provider.expect_chat().times(answers).returning(|_, request| {
        assert_eq!(request.temperature, None, "the model refuses a temperature");
        Ok(ChatResponse::new(&request.model, "done").with_usage(Usage::new(3, 1)))
    });
    provider
}

#[tokio::test]
async fn agents_and_decomposers_are_mocked_behind_dyn() {
    let mut worker = MockWorker::new();
    worker.expect_work().once().returning(|_, _| Ok(AgentOutput::new("worked")));
    let worker: Arc<dyn Worker> = shared(Arc::new(worker));
    let mut synthesizer = MockSynthesizer::new();
    synthesizer.expect_synthesize().once().returning(|_, _| Ok(AgentOutput::new("merged")));
    let synthesizer: Arc<dyn Synthesizer> = shared(Arc::new(synthesizer));
    let mut decomposer = MockDecomposer::new();
    decomposer.expect_decompose().once().returning(|_, _, _| Ok(Plan::new("mock", [])));
    let decomposer: Arc<dyn Decomposer> = shared(Arc::new(decomposer));

    let cx = CallContext::default();
    let task = Arc::new(Task::new("Why?").unwrap());
    let assignment = Assignment::new(Arc::clone(&task), Subtask::new("Find out."));
    assert_eq!(worker.work(&cx, &assignment).await.unwrap().text, "worked");
    let merge = Merge::new(Arc::clone(&task), []);
    assert_eq!(synthesizer.synthesize(&cx, &merge).await.unwrap().text, "merged");
    let plan = decomposer.decompose(&cx, &task, WorkerCount::Auto).await.unwrap();
    assert_eq!(plan.method, "mock");
}

/// A synthesizer that knows no limit and counts as is the default.
struct Unlimited;

#[async_trait::async_trait]
impl Synthesizer for Unlimited {
    async fn synthesize(&self, _: &CallContext, _: &Merge) -> Result<AgentOutput, AgentError> {
        Ok(AgentOutput::new("merged"))
    }
}

#[test]
fn a_synthesizer_s_limits_are_known_through_an_arc() {
    let input = Contribution { id: "W1".into(), title: "Why?".into(), text: "The pool.".into() };
    let task = Task::new("Why?").unwrap();
    let unlimited: Arc<dyn Synthesizer> = Arc::new(Unlimited);
    assert_eq!(unlimited.capacity(&task), None);
    assert_eq!(unlimited.size(&input), 2 + 2 + 3 + 64);
    assert_eq!(unlimited.size(&input), input.size(&HeuristicCounter));

    let mut own = MockSynthesizer::new();
    own.expect_capacity().once().return_const(Some(9));
    own.expect_size().once().return_const(7_u64);
    let own: Arc<dyn Synthesizer> = Arc::new(Arc::new(own));
    assert_eq!((own.capacity(&task), own.size(&input)), (Some(9), 7));
}

#[test]
fn a_failed_part_is_named_and_keeps_its_kind() {
    let inner = crate::ProviderError::new("openai", ErrorKind::RateLimit, "slow down");
    let error = AgentError::Part { part: 2, parts: 5, source: Box::new(inner.into()) };
    let reason = error.reason();
    assert_eq!(reason.kind, ErrorKind::RateLimit);
    assert_eq!(reason.message, "part 2 of 5: openai: slow down");
}

#[tokio::test]
async fn a_layer_is_provider_in_provider_out() {
    let mut layer = MockLayer::new();
    layer.expect_layer().once().returning(|inner| inner);
    let layer: Arc<dyn Layer> = shared(Arc::new(layer));
    let provider: Arc<dyn Provider> = layer.layer(shared(Arc::new(provider(1))));
    let request = ChatRequest::new("m", [Message::user("Why?")]);
    assert_eq!(provider.chat(&CallContext::default(), &request).await.unwrap().text(), "done");
}

#[tokio::test]
async fn a_model_reports_each_call_once_and_leaves_out_what_it_refuses() {
    let mut observer = MockObserver::new();
    observer
        .expect_signal()
        .withf(|signal| matches!(signal, Signal::Call(call) if call.usage == Usage::new(3, 1)))
        .times(2)
        .return_const(());
    let observer: Arc<dyn Observer> = shared(Arc::new(observer));
    let cx = CallContext::default().with_observer(observer);
    let model = Model::known(Arc::new(provider(2)), "m");
    for _ in 0..2 {
        let request = ChatRequest::new("", [Message::user("Why?")]).with_temperature(0.7);
        let response = model.call(&cx, request, Delivery::Whole).await.unwrap();
        assert_eq!(response.model, "m");
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_is_reported_with_unknown_usage() {
    let mut silent = MockProvider::new();
    silent.expect_name().return_const("mock".to_owned());
    silent.expect_known().returning(|model| ModelInfo::unknown("mock", model));
    let mut observer = MockObserver::new();
    let unknown = |signal: &Signal| {
        matches!(signal, Signal::Call(call)
            if call.usage == Usage::UNKNOWN && call.cost.unknown_calls == 1)
    };
    observer.expect_signal().withf(unknown).once().return_const(());
    let cx = CallContext::default().with_observer(Arc::new(observer));
    let model = Model::known(Arc::new(Hanging(silent)), "m");
    let request = ChatRequest::new("", [Message::user("Why?")]);
    let call = model.call(&cx, request, Delivery::Whole);
    tokio::select! {
        biased;
        _ = call => unreachable!("it never answers"),
        () = tokio::task::yield_now() => {}
    }
}

/// A provider that streams some text and then says that there were too many requests.
struct Midstream;

#[async_trait::async_trait]
impl Provider for Midstream {
    fn name(&self) -> &str {
        "midstream"
    }

    async fn chat(
        &self,
        _: &CallContext,
        _: &ChatRequest,
    ) -> Result<ChatResponse, crate::ProviderError> {
        Err(crate::ProviderError::new("midstream", ErrorKind::RateLimit, "slow down"))
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<crate::ChatStream, crate::ProviderError> {
        let error = self.chat(cx, request).await.unwrap_err();
        let items = [Ok(crate::ChatDelta::Text("half".into())), Err(error)];
        Ok(Box::pin(futures::stream::iter(items)))
    }
}

#[tokio::test]
async fn a_refusal_costs_nothing_unless_tokens_were_written_before_it() {
    for (delivery, usage) in [(Delivery::Whole, Usage::ZERO), (Delivery::Streamed, Usage::UNKNOWN)]
    {
        let mut observer = MockObserver::new();
        observer.expect_signal().withf(|s| matches!(s, Signal::Text(_))).return_const(());
        let billed =
            move |signal: &Signal| matches!(signal, Signal::Call(call) if call.usage == usage);
        observer.expect_signal().withf(billed).once().return_const(());
        let cx = CallContext::default().with_observer(Arc::new(observer));
        let model = Model::known(Arc::new(Midstream), "m");
        let request = ChatRequest::new("", [Message::user("Why?")]);
        let error = model.call(&cx, request, delivery).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimit);
    }
}

/// A provider that never answers.
struct Hanging(MockProvider);

#[async_trait::async_trait]
impl Provider for Hanging {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.0.known(model)
    }

    async fn chat(
        &self,
        _: &CallContext,
        _: &ChatRequest,
    ) -> Result<ChatResponse, crate::ProviderError> {
        std::future::pending().await
    }
}
