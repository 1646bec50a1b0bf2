//! The layer `telemetry` through its public face.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::time::timeout;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{DefaultGuard, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use ziggurat_core::chat::{self, ChatStream, FinishReason, JsonSchema};
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, Document, ErrorKind, Layer, Message, ModelInfo,
    NodeInfo, Price, Provider, ProviderError, Signal, Tier, Usage, Usd,
};
use ziggurat_providers::layers::{BudgetLayer, CacheLayer, TelemetryLayer};
use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::{ScriptedProvider, Turn, provider_conformance};

use crate::listening::listen;

const CANARY: &str = "canary-7f3a";

provider_conformance! {
    telemetry,
    Subject::in_process(|script| TelemetryLayer::new().layer(Arc::new(script))),
    except {
        no_key_is_shown: "the script has no key",
        the_id_of_the_request_is_kept: "the script's requests have no ids",
        a_deadline_ends_a_call: "the layer has no clock, and the script takes as long as it says",
        a_deadline_ends_a_stream: "the layer has no clock, and the script takes as long as it says",
    }
}

provider_conformance! {
    telemetry_watched,
    Subject::in_process(|script| {
        // The guard is leaked: the test's thread is the subscriber's scope.
        std::mem::forget(Spans::default().listen());
        TelemetryLayer::new().with_content(true).layer(Arc::new(script))
    }),
    except {
        no_key_is_shown: "the script has no key",
        the_id_of_the_request_is_kept: "the script's requests have no ids",
        a_deadline_ends_a_call: "the layer has no clock, and the script takes as long as it says",
        a_deadline_ends_a_stream: "the layer has no clock, and the script takes as long as it says",
    }
}

/// A subscriber that keeps all spans.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<BTreeMap<u64, Seen>>>);

#[derive(Debug, Clone, Default)]
struct Seen {
    name: &'static str,
    parent: Option<u64>,
    fields: BTreeMap<&'static str, Value>,
    closed: bool,
}

impl Spans {
    fn listen(&self) -> DefaultGuard {
        let subscriber = tracing_subscriber::registry().with(self.clone());
        listen(subscriber)
    }

    /// The spans so far, oldest first.
    fn all(&self) -> Vec<Seen> {
        self.0.lock().unwrap().values().cloned().collect()
    }

    fn only(&self) -> Seen {
        let mut all = self.all();
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> tracing_subscriber::Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        let parent = cx.span(id).and_then(|span| span.parent().map(|p| p.id().into_u64()));
        let mut seen = Seen { name: attributes.metadata().name(), parent, ..Seen::default() };
        attributes.record(&mut seen);
        self.0.lock().unwrap().insert(id.into_u64(), seen);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        values.record(self.0.lock().unwrap().get_mut(&id.into_u64()).unwrap());
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        self.0.lock().unwrap().get_mut(&id.into_u64()).unwrap().closed = true;
    }
}

impl Visit for Seen {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.fields.insert(field.name(), json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.fields.insert(field.name(), json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.fields.insert(field.name(), json!(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), json!(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), json!(format!("{value:?}")));
    }
}

fn priced() -> ScriptedProvider {
    let price = Price::per_token("0.000003".parse().unwrap(), "0.000015".parse().unwrap());
    ScriptedProvider::new().named("gemini").with_info(move |info| info.price = Some(price))
}

fn ask() -> ChatRequest {
    ChatRequest::new("m", [Message::user(format!("What is {CANARY}?"))])
}

/// The fields of a span as one JSON object.
fn fields(span: &Seen) -> Value {
    json!(span.fields)
}

#[tokio::test(start_paused = true)]
async fn a_call_is_a_span_with_the_conventions_names() {
    let mut usage = Usage::new(100, 10);
    usage.cached_input_tokens = Some(20);
    usage.reasoning_tokens = Some(4);
    let script = priced().turn(Turn::text("fine").with_usage(usage));
    let provider = TelemetryLayer::new().layer(Arc::new(script));
    let request = ask()
        .with_max_tokens(50)
        .with_temperature(0.7)
        .with_top_p(0.9)
        .with_seed(11)
        .with_stop(["END", "\n\n"])
        .with_response_schema(JsonSchema { name: "s".into(), schema: json!({}) });
    let node = NodeInfo { id: "W3".into(), tier: Tier::Worker, step: 0, index: 2, inputs: vec![] };
    let spans = Spans::default();
    let _listening = spans.listen();
    let cx = CallContext::default().with_node(node);
    provider.chat(&cx, &request).await.unwrap();
    let span = spans.only();
    assert_eq!((span.name, span.closed), ("chat", true));
    let expected = json!({
        "otel.name": "chat m",
        "otel.kind": "client",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "gcp.gemini",
        "gen_ai.output.type": "json",
        "gen_ai.request.model": "m",
        "gen_ai.request.max_tokens": 50,
        "gen_ai.request.temperature": 0.7,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.seed": 11,
        "gen_ai.request.stop_sequences": r#"["END","\n\n"]"#,
        "gen_ai.response.model": "m",
        "gen_ai.response.finish_reasons": r#"["stop"]"#,
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 10,
        "gen_ai.usage.cache_read.input_tokens": 20,
        "gen_ai.usage.cache_creation.input_tokens": 0,
        "gen_ai.usage.reasoning.output_tokens": 4,
        "ziggurat.answer.source": "model",
        "ziggurat.cost.usd": "0.00045",
        "ziggurat.node.id": "W3",
        "ziggurat.node.tier": "worker",
    });
    assert_eq!(fields(&span), expected);
}

#[tokio::test(start_paused = true)]
async fn a_stream_s_span_lasts_to_its_end_and_knows_when_the_first_piece_came() {
    let script = priced().turn(
        Turn::text("An answer of several pieces.")
            .finish(FinishReason::Length)
            .after(Duration::from_millis(1500))
            .paced(Duration::from_secs(1)),
    );
    let provider = TelemetryLayer::new().layer(Arc::new(script));
    let spans = Spans::default();
    let _listening = spans.listen();
    let mut stream = provider.stream(&CallContext::default(), &ask()).await.unwrap();
    while let Some(item) = stream.next().await {
        let ended = matches!(item.unwrap(), chat::ChatDelta::End(_));
        assert_eq!(spans.only().closed, ended);
    }
    let expected = json!({
        "otel.name": "chat m",
        "otel.kind": "client",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "gcp.gemini",
        "gen_ai.output.type": "text",
        "gen_ai.request.model": "m",
        "gen_ai.request.stream": true,
        "gen_ai.response.model": "m",
        "gen_ai.response.finish_reasons": r#"["length"]"#,
        "gen_ai.response.time_to_first_chunk": 1.5,
        "ziggurat.answer.source": "model",
    });
    assert_eq!(fields(&spans.only()), expected, "no count was reported, and no cost is known");
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_by_its_kind() {
    let error = |kind| Turn::error(kind, format!("you asked about {CANARY}"));
    let cases = [
        (error(ErrorKind::RateLimit), "rate_limit"),
        (error(ErrorKind::Server).saying("half"), "server"),
        (Turn::cut("half"), "interrupted"),
    ];
    for (turn, kind) in cases {
        for streamed in [false, true] {
            let provider = TelemetryLayer::new().layer(Arc::new(priced().turn(turn.clone())));
            let spans = Spans::default();
            let _listening = spans.listen();
            call(&*provider, &CallContext::default(), streamed).await.unwrap_err();
            let span = spans.only();
            assert!(span.closed && !span.fields.contains_key("ziggurat.dropped"));
            let told = [&span.fields["error.type"], &span.fields["otel.status_code"]];
            assert_eq!(told, [kind, "error"]);
            assert!(!format!("{span:?}").contains(CANARY));
        }
    }
}

async fn call(
    provider: &dyn Provider,
    cx: &CallContext,
    streamed: bool,
) -> Result<ChatResponse, ProviderError> {
    match streamed {
        false => provider.chat(cx, &ask()).await,
        true => chat::collect("p", provider.stream(cx, &ask()).await?, |_| {}).await,
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_says_so() {
    for (turn, streamed) in
        [(Turn::hang(), false), (Turn::hang(), true), (Turn::stall("half"), true)]
    {
        let script = priced().turn(turn);
        let provider = TelemetryLayer::new().layer(Arc::new(Inside(Arc::new(script))));
        let spans = Spans::default();
        let _listening = spans.listen();
        let cx = CallContext::default();
        timeout(Duration::from_secs(1), call(&*provider, &cx, streamed)).await.unwrap_err();
        let all = spans.all();
        assert_eq!(all[0].fields["ziggurat.dropped"], true);
        assert!(!all[0].fields.contains_key("error.type"));
        assert!(all.iter().all(|span| span.closed), "{all:#?}");
    }
}

/// Opens spans of its own: with each call, with each piece of a stream, and when a stream is dropped.
struct Inside(Arc<dyn Provider>);

struct Farewell;

impl Drop for Farewell {
    fn drop(&mut self) {
        tracing::info_span!("farewell").in_scope(|| {});
    }
}

#[async_trait]
impl Provider for Inside {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.0.known(model)
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        tracing::info_span!("attempt").in_scope(|| {});
        self.0.chat(cx, request).await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        tracing::info_span!("attempt").in_scope(|| {});
        let (stream, farewell) = (self.0.stream(cx, request).await?, Farewell);
        let inspected = stream.inspect(move |_| {
            let _ = &farewell;
            tracing::info_span!("piece").in_scope(|| {});
        });
        Ok(inspected.boxed())
    }
}

#[tokio::test(start_paused = true)]
async fn what_happens_inside_is_the_span_s_child_to_the_last() {
    let script = priced().turns([Turn::text("fine"), Turn::stall("half")]);
    let provider = TelemetryLayer::new().layer(Arc::new(Inside(Arc::new(script))));
    let spans = Spans::default();
    let _listening = spans.listen();
    let cx = CallContext::default();
    call(&*provider, &cx, false).await.unwrap();
    timeout(Duration::from_secs(1), call(&*provider, &cx, true)).await.unwrap_err();
    let all = spans.0.lock().unwrap().clone();
    let names: Vec<_> = all.values().map(|span| span.name).collect();
    let calls: Vec<_> = all.iter().filter(|(_, span)| span.name == "chat").collect();
    assert_eq!(calls.len(), 2, "{names:?}");
    assert!(calls.iter().all(|(_, span)| span.parent.is_none()));
    let children = |of: u64| {
        let children = all.values().filter(move |span| span.parent == Some(of));
        children.map(|span| span.name).collect::<Vec<_>>()
    };
    assert_eq!(children(*calls[0].0), ["attempt"]);
    assert_eq!(children(*calls[1].0), ["attempt", "piece", "farewell"]);
}

#[tokio::test(start_paused = true)]
async fn a_hit_is_told_from_a_call_and_costs_nothing() {
    let turn = Turn::text("fine").with_usage(Usage::new(100, 10)).after(Duration::from_secs(3));
    let stack = CacheLayer::new().layer(Arc::new(priced().turn(turn)));
    let provider = TelemetryLayer::new().layer(stack);
    let spans = Spans::default();
    let _listening = spans.listen();
    let cx = CallContext::default();
    let (made, waited) = tokio::join!(call(&*provider, &cx, false), call(&*provider, &cx, true));
    made.unwrap();
    waited.unwrap();
    let told = |name| spans.all().iter().map(|span| span.fields.get(name).cloned()).collect();
    let told: Vec<Vec<Option<Value>>> =
        ["ziggurat.answer.source", "ziggurat.cost.usd", "ziggurat.queue.duration"].map(told).into();
    let text = |text: &str| Some(json!(text));
    assert_eq!(told[0], [text("model"), text("cache")]);
    assert_eq!(told[1], [text("0.00045"), text("0")]);
    assert_eq!(told[2], [None, Some(json!(3.0))]);
    let tokens =
        spans.all().into_iter().map(|span| span.fields["gen_ai.usage.input_tokens"].clone());
    assert_eq!(tokens.collect::<Vec<_>>(), [100, 100], "what it once took");
}

#[tokio::test(start_paused = true)]
async fn the_cost_is_that_of_all_attempts_and_unknown_is_not_zero() {
    /// Gives the first answer away and takes the second.
    struct Picky(Arc<dyn Provider>);
    #[async_trait]
    impl Provider for Picky {
        fn name(&self) -> &str {
            self.0.name()
        }
        async fn chat(
            &self,
            cx: &CallContext,
            request: &ChatRequest,
        ) -> Result<ChatResponse, ProviderError> {
            let _ = self.0.chat(cx, request).await;
            self.0.chat(cx, request).await
        }
    }
    let used = Turn::text("fine").with_usage(Usage::new(100, 10));
    let twice = "0.0009".parse::<Usd>().unwrap().to_string();
    for (first, cost) in [(used.clone(), Some(json!(twice))), (Turn::cut("half"), None)] {
        let paid = BudgetLayer::new().layer(Arc::new(priced().turns([first, used.clone()])));
        let provider = TelemetryLayer::new().layer(Arc::new(Picky(paid)));
        let spans = Spans::default();
        let _listening = spans.listen();
        call(&*provider, &CallContext::default(), false).await.unwrap();
        assert_eq!(spans.only().fields.get("ziggurat.cost.usd"), cost.as_ref());
    }
}

#[tokio::test]
async fn content_is_recorded_only_if_somebody_opted_in() {
    let document = Document::new("notes.md", format!("{CANARY} in a document"));
    let message = Message::user(format!("{CANARY} in a message")).with_documents([document]);
    let request = ChatRequest::new("m", [message]).with_system(format!("{CANARY} in the system"));
    for opted_in in [false, true] {
        for streamed in [false, true] {
            let turn = Turn::tool_call("look", json!({"for": CANARY})).saying(CANARY);
            let layer = TelemetryLayer::new().with_content(opted_in);
            let provider = layer.layer(Arc::new(priced().turn(turn)));
            let spans = Spans::default();
            let _listening = spans.listen();
            let cx = CallContext::default();
            match streamed {
                false => drop(provider.chat(&cx, &request).await.unwrap()),
                true => {
                    drop(provider.stream(&cx, &request).await.unwrap().collect::<Vec<_>>().await)
                }
            }
            let span = spans.only();
            if !opted_in {
                assert!(!format!("{span:?}").contains(CANARY), "{span:?}");
                continue;
            }
            let json = |name| serde_json::from_str::<Value>(span.fields[name].as_str().unwrap());
            let system = json!([{"type": "text", "content": format!("{CANARY} in the system")}]);
            assert_eq!(json("gen_ai.system_instructions").unwrap(), system);
            let input = json!([{"role": "user", "parts": [
                {"type": "text", "content": format!("{CANARY} in a message")},
                {"type": "document", "id": "notes.md", "title": "notes.md",
                    "content": format!("{CANARY} in a document")},
            ]}]);
            assert_eq!(json("gen_ai.input.messages").unwrap(), input);
            let output = json!([{"role": "assistant", "finish_reason": "tool_calls", "parts": [
                {"type": "text", "content": CANARY},
                {"type": "tool_call", "id": "call_1", "name": "look",
                    "arguments": json!({"for": CANARY}).to_string()},
            ]}]);
            assert_eq!(json("gen_ai.output.messages").unwrap(), output);
        }
    }
}

#[tokio::test]
async fn nobody_listening_changes_nothing_that_is_heard() {
    let recorder = ziggurat_testkit::Recorder::new();
    let provider = TelemetryLayer::new().layer(Arc::new(priced().echo()));
    let heard = |listening: bool| {
        let (recorder, provider) = (recorder.clone(), provider.clone());
        async move {
            let _listening = listening.then(|| Spans::default().listen());
            let cx = recorder.context();
            cx.signal(Signal::Text("before".into()));
            call(&*provider, &cx, true).await.unwrap()
        }
    };
    assert_eq!(heard(false).await, heard(true).await);
    assert_eq!(recorder.signals().len(), 2, "the layer makes no attempts and reports none");
}
