//! The suite of layers on every layer, around the suite's own provider; and the suite of providers on the same
//! layers around an adapter that speaks to a server.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ziggurat_core::chat::ChatStream;
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, Layer, ModelInfo, Provider, ProviderError,
};
use ziggurat_providers::layers::{
    BudgetLayer, CacheLayer, ConcurrencyLayer, FallbackLayer, HedgeLayer, Place, RateLimitLayer,
    RecordLayer, RetryLayer, Stack, TelemetryLayer, TimeoutLayer,
};
use ziggurat_testkit::{ScriptedProvider, layer_conformance};

/// The suite of providers for a layer around `OpenAi`, at the fake server. Time is real there: a layer that
/// pauses needs short pauses.
#[cfg(feature = "openai")]
macro_rules! over_openai {
    ($name:ident, $layer:expr $(,)?) => {
        over_openai!($name, $layer, except {});
    };
    ($name:ident, $layer:expr, except { $($exceptions:tt)* } $(,)?) => {
        ziggurat_testkit::provider_conformance! { $name, openai(|| Box::new($layer)), except {
            tokens_are_counted: "chat completions has no endpoint that counts",
            $($exceptions)*
        } }
    };
}

#[cfg(feature = "openai")]
fn openai(
    layer: impl Fn() -> Box<dyn Layer> + Send + Sync + 'static,
) -> ziggurat_testkit::conformance::Subject {
    use ziggurat_providers::{OpenAi, ServerConfig};
    use ziggurat_testkit::{conformance::Subject, server::Api};

    Subject::http(Api::ChatCompletions, move |url| {
        let config = ServerConfig::openai()
            .with_base_url(format!("{url}/v1"))
            .with_key(secrecy::SecretString::from("suite-key-7c1e9a"));
        layer().layer(Arc::new(OpenAi::new(config).unwrap()))
    })
}

/// Does nothing: what holds without a layer must hold with this one.
struct Nothing;

struct Within(Arc<dyn Provider>);

impl Layer for Nothing {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(Within(inner))
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for Within {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.0.known(model)
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        self.0.model(cx, model).await
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        self.0.models(cx).await
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        self.0.count_tokens(cx, request).await
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        self.0.chat(cx, request).await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        self.0.stream(cx, request).await
    }
}

layer_conformance!(nothing, Nothing);

layer_conformance!(timeout, TimeoutLayer::new());

layer_conformance!(rate_limit, RateLimitLayer::new().requests_per_minute(1000));

layer_conformance!(concurrency, ConcurrencyLayer::new().with_max(64));

layer_conformance! { retry, RetryLayer::new().with_seed(7), except {
    a_call_is_one_attempt: "more attempts are what it is for",
    the_call_after_a_failure_is_served: "so is the first one, at its second attempt",
    a_hint_when_to_try_again_is_kept: "the hint is, but the error is final: it was tried again",
} }

layer_conformance! { fallback, FallbackLayer::new([elsewhere()]), except {
    a_hint_when_to_try_again_is_kept: "the hint is, but the error is final: all models were asked",
    a_refused_attempt_is_reported_once_and_free: "the other model's attempt is reported as well",
    a_failed_attempt_is_reported_once_and_unknown: "the other model's attempt is reported as well",
} }

layer_conformance!(hedge, HedgeLayer::after(Duration::from_secs(600)));

layer_conformance!(record, RecordLayer::in_memory());

#[cfg(feature = "openai")]
over_openai!(nothing_over_openai, Nothing);

#[cfg(feature = "openai")]
over_openai!(timeout_over_openai, TimeoutLayer::new());

#[cfg(feature = "openai")]
over_openai!(rate_limit_over_openai, RateLimitLayer::new().requests_per_minute(1000));

#[cfg(feature = "openai")]
over_openai!(concurrency_over_openai, ConcurrencyLayer::new().with_max(64));

#[cfg(feature = "openai")]
over_openai! { retry_over_openai, RetryLayer::new().without_delays(), except {
    a_call_is_one_attempt: "more attempts are what it is for",
    the_call_after_a_failure_is_served: "so is the first one, at its second attempt",
    a_hint_when_to_try_again_is_kept: "the hint is, but the error is final: it was tried again",
} }

#[cfg(feature = "openai")]
over_openai! { fallback_over_openai, FallbackLayer::new([elsewhere()]), except {
    a_hint_when_to_try_again_is_kept: "the hint is, but the error is final: all models were asked",
} }

#[cfg(feature = "openai")]
over_openai!(hedge_over_openai, HedgeLayer::after(Duration::from_secs(600)));

#[cfg(feature = "openai")]
over_openai!(record_over_openai, RecordLayer::in_memory());

/// A model that knows nothing of the suite.
fn elsewhere() -> ziggurat_core::Model {
    ScriptedProvider::new().named("elsewhere").with_models([] as [&str; 0]).handle("small")
}

layer_conformance!(budget, BudgetLayer::new());

layer_conformance!(cache, CacheLayer::new());

layer_conformance!(telemetry, TelemetryLayer::new());

layer_conformance! { stack, Stack::new().with(RetryLayer::new().with_seed(7)), except {
    a_call_is_one_attempt: "more attempts are what retries are for",
    the_call_after_a_failure_is_served: "so is the first one, at its second attempt",
    a_hint_when_to_try_again_is_kept: "the hint is, but the error is final: it was tried again",
} }

layer_conformance!(stack_without_retries, Stack::new().without(Place::Retry));

layer_conformance!(empty_stack, Stack::empty());

#[cfg(feature = "openai")]
mod at_a_server {
    use super::*;

    over_openai!(budget, BudgetLayer::new());

    over_openai!(cache, CacheLayer::new());

    over_openai!(telemetry, TelemetryLayer::new());

    over_openai! { stack, Stack::new().with(RetryLayer::new().without_delays()), except {
        a_call_is_one_attempt: "more attempts are what retries are for",
        the_call_after_a_failure_is_served: "so is the first one, at its second attempt",
        a_hint_when_to_try_again_is_kept: "the hint is, but the error is final: it was tried again",
    } }

    over_openai!(stack_without_retries, Stack::new().without(Place::Retry));
}
