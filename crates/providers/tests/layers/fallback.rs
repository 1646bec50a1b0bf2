//! Another model where one fails.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use tokio::time::Instant;
use ziggurat_core::chat::ChatDelta;
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, Delivery, ErrorKind, Layer, Message, Meter, Model,
    ModelInfo, Price, Provider, ProviderError, Usage, Usd, chat,
};
use ziggurat_providers::layers::FallbackLayer;
use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn, provider_conformance};

provider_conformance! { conforming, Subject::in_process(|script| {
    let other = ScriptedProvider::new().named("other").with_models([] as [&str; 0]);
    FallbackLayer::new([other.handle("small")]).layer(Arc::new(script))
}), except {
    no_key_is_shown: "a script has no key",
    the_id_of_the_request_is_kept: "a script has no ids of requests",
    a_deadline_ends_a_call: "a script knows no deadline",
    a_deadline_ends_a_stream: "a script knows no deadline",
    a_hint_when_to_try_again_is_kept: "the hint is, but the error is final: all models were asked",
} }

fn primary(turns: impl IntoIterator<Item = Turn>) -> ScriptedProvider {
    ScriptedProvider::new().named("first").turns(turns)
}

fn other(name: &str) -> ScriptedProvider {
    ScriptedProvider::new().named(name).otherwise(Turn::text(format!("from {name}")))
}

fn failing(name: &str, kind: ErrorKind) -> ScriptedProvider {
    ScriptedProvider::new().named(name).otherwise(Turn::error(kind, format!("{name} cannot")))
}

fn around(
    primary: &ScriptedProvider,
    alternatives: impl IntoIterator<Item = Model>,
) -> Arc<dyn Provider> {
    FallbackLayer::new(alternatives).layer(Arc::new(primary.clone()))
}

fn ask() -> ChatRequest {
    ChatRequest::new("large", [Message::user("Why?")])
}

fn at(model: &str, mut request: ChatRequest) -> ChatRequest {
    model.clone_into(&mut request.model);
    request
}

/// How a call ends whose primary fails like this: the answer's text, or the kind of the error.
async fn ends(kind: ErrorKind, second: &ScriptedProvider) -> Result<String, ErrorKind> {
    let third = other("third");
    let alternatives = [second.handle("small"), third.handle("small")];
    let provider = around(&failing("first", kind), alternatives);
    let whole = provider.chat(&CallContext::default(), &ask()).await;
    let whole = whole.map(|answer| answer.text()).map_err(|error| error.kind());
    let opened = provider.stream(&CallContext::default(), &ask()).await;
    let streamed = match opened {
        Ok(stream) => Ok(chat::collect("first", stream, |_| {}).await.unwrap().text()),
        Err(error) => Err(error.kind()),
    };
    assert_eq!(whole, streamed, "{kind}");
    whole
}

use ErrorKind as K;

const PASSED_ON: [ErrorKind; 11] = [
    K::RateLimit,
    K::Server,
    K::Connect,
    K::Interrupted,
    K::Timeout,
    K::Protocol,
    K::Unsupported,
    K::Auth,
    K::Permission,
    K::Quota,
    K::ModelNotFound,
];

const KEPT: [ErrorKind; 17] = [
    K::Budget,
    K::InvalidRequest,
    K::ContextLength, // of the sizes nothing is known
    K::ContentFilter,
    K::Refusal,
    K::EmptyOutput,
    K::Panic,
    K::Cancelled,
    K::Deadline,
    K::Quorum,
    K::NoInput,
    K::PassedUp,
    K::Stopped,
    K::Incomplete,
    K::NoReport,
    K::Agent,
    K::Internal,
];

#[tokio::test(start_paused = true)]
async fn the_table_of_failures_holds() {
    for kind in PASSED_ON {
        assert_eq!(ends(kind, &other("second")).await.as_deref(), Ok("from second"), "{kind}");
        assert_eq!(
            ends(K::Server, &failing("second", kind)).await.as_deref(),
            Ok("from third"),
            "{kind}"
        );
    }
    for kind in KEPT {
        assert_eq!(ends(kind, &other("second")).await, Err(kind), "{kind}");
        let after_an_alternative = ends(K::Server, &failing("second", kind)).await;
        let expected = match kind {
            K::Budget | K::InvalidRequest => Ok("from third".to_owned()),
            _ => Err(K::Server),
        };
        assert_eq!(after_an_alternative, expected, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_in_vain_is_passed_on_as_well() {
    struct Exhausted;

    #[async_trait]
    impl Provider for Exhausted {
        fn name(&self) -> &str {
            "exhausted"
        }
        async fn chat(
            &self,
            _: &CallContext,
            _: &ChatRequest,
        ) -> Result<ChatResponse, ProviderError> {
            let error = ProviderError::new("exhausted", K::Server, "down, three times");
            Err(error.with_should_retry(false))
        }
    }

    let layer = FallbackLayer::new([other("second").handle("small")]);
    let answer = layer.layer(Arc::new(Exhausted)).chat(&CallContext::default(), &ask()).await;
    assert_eq!(answer.unwrap().text(), "from second");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_too_long_goes_to_larger_models_alone() {
    let sized = |name: &str, tokens: Option<u64>, turn: Turn| {
        let provider = ScriptedProvider::new().named(name).otherwise(turn);
        provider.with_info(move |info| info.context_tokens = tokens)
    };
    let too_long = || Turn::error(K::ContextLength, "too long");
    let first = sized("first", Some(8_000), too_long());
    let unknown = sized("unknown", None, Turn::text("no"));
    let equal = sized("equal", Some(8_000), Turn::text("no"));
    let larger = sized("larger", Some(16_000), too_long());
    let between = sized("between", Some(12_000), Turn::text("no"));
    let largest = sized("largest", Some(32_000), Turn::text("It fits."));
    let all = [&unknown, &equal, &larger, &between, &largest];
    let provider = around(&first, all.map(|provider| provider.handle("m")));
    let answer = provider.chat(&CallContext::default(), &ask()).await.unwrap();
    assert_eq!(answer.text(), "It fits.");
    assert_eq!(all.map(|provider| provider.calls().len()), [0, 0, 1, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn an_alternative_is_asked_in_its_own_name_and_charged_at_its_own_price() {
    let per_token = |cents: u128| {
        let dollar = Usd::from_picos(1_000_000_000_000);
        Price::per_token(Usd::from_picos(dollar.picos() / 100 * cents), Usd::ZERO)
    };
    let usage = Usage::new(10, 0);
    let first = failing("first", K::Interrupted).with_info(move |info| {
        info.price = Some(per_token(5));
    });
    let second = ScriptedProvider::new()
        .named("second")
        .turn(Turn::text("Because.").with_usage(usage))
        .with_info(move |info| {
            info.price = Some(per_token(2));
            info.temperature = Some(false);
        });
    let model = Model::known(around(&first, [second.handle("small")]), "large");
    let recorder = Recorder::new();
    let request = ask().with_temperature(0.5).with_max_tokens(9).with_extra("vendor", 1);
    let answer = model.call(&recorder.context(), request.clone(), Delivery::Whole).await;
    assert_eq!(answer.unwrap().model, "small");
    let asked = second.calls()[0].request.clone();
    let mut expected = at("small", request).with_temperature(None);
    expected.extra.clear();
    assert_eq!(asked, expected);
    assert_eq!(first.calls()[0].request.extra["vendor"], 1);
    let costs: Vec<_> =
        recorder.calls().into_iter().map(|call| (call.model, call.cost.total())).collect();
    let paid = Usd::from_picos(200_000_000_000);
    // What the broken call cost, nobody knows.
    assert_eq!(costs, [("first/large".to_owned(), None), ("second/small".to_owned(), Some(paid))]);
}

/// Learns its price by asking, and meters its attempts itself, as a layer does.
struct Informed(ScriptedProvider);

#[async_trait]
impl Provider for Informed {
    fn name(&self) -> &str {
        self.0.name()
    }

    async fn model(&self, _: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        let mut info = self.known(model);
        info.price = Some(Price::per_token(Usd::from_picos(7), Usd::ZERO));
        Ok(info)
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let (meter, cx) = Meter::start(cx, cx.model_of(self, &request.model));
        meter.ended(self.0.chat(&cx, request).await)
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_resolved_of_an_alternative_reaches_its_own_layers() {
    let turn = Turn::text("Because.").with_usage(Usage::new(3, 0));
    let second = Arc::new(Informed(ScriptedProvider::new().named("second").turn(turn)));
    let resolved = Model::resolve(&CallContext::default(), second, "small").await.unwrap();
    let model = Model::known(around(&failing("first", K::Connect), [resolved]), "large");
    let recorder = Recorder::new();
    model.call(&recorder.context(), ask(), Delivery::Whole).await.unwrap();
    assert_eq!(recorder.cost().total(), Some(Usd::from_picos(21)));
}

#[tokio::test(start_paused = true)]
async fn at_the_same_provider_the_vendor_s_own_words_are_kept() {
    let script = ScriptedProvider::new()
        .when(|request| request.model == "large", Turn::error(K::Server, "overloaded"))
        .otherwise(Turn::text("Because."));
    let provider = around(&script, [script.handle("large"), script.handle("small")]);
    let request = ask().with_extra("vendor", 1);
    provider.chat(&CallContext::default(), &request).await.unwrap();
    let asked: Vec<_> = script.calls().into_iter().map(|call| call.request).collect();
    let expected = [request.clone(), at("small", request)];
    assert_eq!(asked, expected, "and the primary is no alternative of itself");
}

#[tokio::test(start_paused = true)]
async fn an_answer_says_who_gave_it_if_that_is_not_who_was_asked() {
    let busy = || Turn::error(ErrorKind::Server, "busy");
    let first = primary([busy(), busy()]).otherwise(Turn::text("from first"));
    let provider = around(&first, [other("second").handle("small")]);
    let cx = CallContext::default();
    let whole = async || provider.chat(&cx, &ask()).await.unwrap().answered_by;
    let streamed = async || {
        let stream = provider.stream(&cx, &ask()).await.unwrap();
        chat::collect("first", stream, |_| {}).await.unwrap().answered_by
    };
    let second = Some("second/small".to_owned());
    assert_eq!([whole().await, streamed().await], [second.clone(), second]);
    assert_eq!([whole().await, streamed().await], [None, None]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_passed_on_only_before_its_first_piece() {
    let broken = Turn::text("half an answer").then_error(K::Server, "overloaded");
    let first = primary([Turn::error(K::Server, "overloaded"), broken]);
    let second = other("second");
    let provider = around(&first, [second.handle("small")]);
    let stream = provider.stream(&CallContext::default(), &ask()).await.unwrap();
    assert_eq!(chat::collect("first", stream, |_| {}).await.unwrap().text(), "from second");
    let stream = provider.stream(&CallContext::default(), &ask()).await.unwrap();
    let items: Vec<_> = stream.collect().await;
    assert!(matches!(&items[0], Ok(ChatDelta::Text(text)) if !text.is_empty()));
    assert_eq!(items.last().unwrap().as_ref().unwrap_err().kind(), K::Server);
    assert_eq!(second.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn if_all_fail_the_error_is_the_primary_s_and_tells_what_the_others_said() {
    let wait = Duration::from_secs(7);
    let first = primary(Turn::error(K::RateLimit, "slow down").status(429).retry_after(wait));
    let alternatives = [failing("second", K::Connect), failing("third", K::Protocol)];
    let provider = around(&first, alternatives.map(|provider| provider.handle("m")));
    let error = provider.chat(&CallContext::default(), &ask()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.provider(), error.status()),
        (K::RateLimit, "first", Some(429))
    );
    assert_eq!(error.retry_after(), Some(wait));
    assert!(!error.is_retryable(), "it is final");
    let expected = "first: slow down; other models failed too: \
        second/m: second cannot (connect); third/m: third cannot (protocol)";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test(start_paused = true)]
async fn without_another_model_a_failure_stays_as_it_is() {
    let first = primary(Turn::error(K::RateLimit, "slow down"));
    let error = around(&first, []).chat(&CallContext::default(), &ask()).await.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.is_retryable()), ("first: slow down", true));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_after_the_deadline() {
    let first = primary(Turn::error(K::Timeout, "too late").after(Duration::from_secs(2)));
    let second = other("second");
    let deadline = Instant::now() + Duration::from_secs(2);
    let cx = CallContext::default().with_deadline(deadline.into_std());
    let error = around(&first, [second.handle("m")]).chat(&cx, &ask()).await.unwrap_err();
    assert_eq!((error.kind(), second.calls().len()), (K::Timeout, 0));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_workers_do_not_each_pay_for_a_refused_key() {
    let first = failing("first", K::Auth);
    let second = other("second");
    let layer = FallbackLayer::new([second.handle("small")]);
    for _ in 0..1_000 {
        // Each with its own wrapper, as handles of their own would have.
        let provider = layer.layer(Arc::new(first.clone()));
        provider.chat(&CallContext::default(), &ask()).await.unwrap();
    }
    assert_eq!((first.calls().len(), second.calls().len()), (1, 1_000));
    let provider = layer.layer(Arc::new(first.clone()));
    let another = at("medium", ask());
    provider.chat(&CallContext::default(), &another).await.unwrap();
    assert_eq!(first.calls().len(), 2, "what is remembered is of one model");
    tokio::time::advance(Duration::from_secs(61)).await;
    provider.chat(&CallContext::default(), &ask()).await.unwrap();
    assert_eq!(first.calls().len(), 3, "after a minute it is asked first again");
}

#[tokio::test(start_paused = true)]
async fn what_may_be_over_in_a_moment_is_not_remembered() {
    for (kind, cool_down) in [(K::Server, 60), (K::RateLimit, 60), (K::Auth, 0)] {
        let first = failing("first", kind);
        let layer = FallbackLayer::new([other("second").handle("small")])
            .with_cool_down(Duration::from_secs(cool_down));
        let provider = layer.layer(Arc::new(first.clone()));
        for _ in 0..3 {
            provider.chat(&CallContext::default(), &ask()).await.unwrap();
        }
        assert_eq!(first.calls().len(), 3, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_model_that_cools_down_is_still_asked_when_nobody_else_can() {
    let first = primary([Turn::error(K::Quota, "no money"), Turn::text("Paid.")]);
    let second = ScriptedProvider::new()
        .named("second")
        .turns([Turn::text("Because."), Turn::error(K::Server, "overloaded")]);
    let provider = around(&first, [second.handle("small")]);
    let mut texts = Vec::new();
    for _ in 0..2 {
        texts.push(provider.chat(&CallContext::default(), &ask()).await.unwrap().text());
    }
    assert_eq!(texts, ["Because.", "Paid."]);
    first.assert_done();
    second.assert_done();
}

#[tokio::test(start_paused = true)]
async fn a_primary_that_cannot_be_resolved_is_known_if_an_alternative_can_be() {
    let cx = CallContext::default();
    let first = |kind| {
        primary([]).with_models_error(kind, "no").with_info(|info| {
            info.context_tokens = Some(8_000);
        })
    };
    let there = other("second").with_models(["small"]);
    let gone = other("second").with_models(["another"]);
    let provider = around(&first(K::Auth), [gone.handle("small"), there.handle("small")]);
    let info = provider.model(&cx, "large").await.unwrap();
    assert_eq!(info, first(K::Auth).known("large"));
    let error = around(&first(K::Auth), [gone.handle("small")]).model(&cx, "large").await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), K::Auth);
    assert!(error.message().contains("second/small: there is no model `small`"), "{error}");
    let kept = around(&first(K::InvalidRequest), [there.handle("small")]).model(&cx, "large").await;
    assert_eq!(kept.unwrap_err().kind(), K::InvalidRequest);
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_about_models_is_asked_of_the_primary() {
    let cx = CallContext::default();
    let first = primary([]).with_models_error(K::Server, "down").with_token_count(|_| 7);
    let second = other("second").with_models(["small"]).with_token_count(|_| 9);
    let provider = around(&first, [second.handle("small")]);
    assert_eq!(provider.name(), "first");
    assert_eq!(provider.known("large"), first.known("large"));
    assert_eq!(provider.models(&cx).await.unwrap_err().kind(), K::Server);
    assert_eq!(provider.count_tokens(&cx, &ask()).await.unwrap(), Some(7));
}
