//! A call's context reaches the provider within: whose call it is, when it must have ended, what is known of
//! its model, and who watches.

use std::time::Duration;

use futures::StreamExt;
use tokio::time::Instant;
use ziggurat_core::{CallContext, ModelInfo, NodeInfo, RateLimits, RateWindow, Signal, Tier, Usd};

use super::inner::Heard;
use super::subject::{MODEL, ask};
use super::{Inner, LayerSubject};
use crate::conformance::waiting::in_time;
use crate::{Recorder, ScriptedProvider, Turn};

fn script() -> ScriptedProvider {
    ScriptedProvider::new()
        .with_models([MODEL])
        .with_token_count(|_| 1)
        .otherwise(Turn::text("fine"))
}

/// What reaches the inner provider of a call of each method in this context.
async fn heard(subject: &LayerSubject, cx: &CallContext) -> Vec<Heard> {
    let inner = Inner::playing(script());
    ask_everything(subject, &inner, cx).await;
    let heard = inner.heard();
    let methods: Vec<_> = heard.iter().map(|heard| heard.method).collect();
    for method in ["model", "models", "count_tokens", "chat", "stream"] {
        assert!(
            methods.contains(&method),
            "{method} did not reach the inner provider: {methods:?}"
        );
    }
    heard
}

/// Calls each method that takes a context, once.
async fn ask_everything(subject: &LayerSubject, inner: &Inner, cx: &CallContext) {
    let provider = subject.around(inner);
    let asking = async {
        provider.model(cx, MODEL).await?;
        provider.models(cx).await?;
        provider.count_tokens(cx, &ask("How long is this?")).await?;
        provider.chat(cx, &ask("What happened?")).await?;
        // Another question, so that a cache has no answer to it.
        let stream = provider.stream(cx, &ask("What happened then?")).await?;
        Ok::<_, ziggurat_core::ProviderError>(stream.count().await)
    };
    let asked = in_time("the answers", asking).await;
    assert!(asked.as_ref().is_ok_and(|pieces| *pieces > 0), "answers were expected: {asked:?}");
}

/// The node of a run.
pub async fn the_node_reaches_the_provider_within(subject: &LayerSubject) {
    let node =
        NodeInfo { id: "W3".to_owned(), tier: Tier::Worker, step: 0, index: 2, inputs: Vec::new() };
    let cx = CallContext::default().with_node(node.clone());
    for heard in heard(subject, &cx).await {
        assert_eq!(heard.cx.node(), Some(&node), "{}", heard.method);
    }
}

/// The moment at which calls must have ended. A layer may set an earlier one, never a later one.
pub async fn the_deadline_reaches_the_provider_within(subject: &LayerSubject) {
    let deadline = (Instant::now() + Duration::from_secs(30)).into_std();
    for heard in heard(subject, &CallContext::default().with_deadline(deadline)).await {
        let within = heard.cx.deadline();
        assert!(within.is_some_and(|within| within <= deadline), "{heard:?}");
    }
}

/// What was found out about the model, once for a run: prices and limits would else be those that are known
/// without asking.
pub async fn what_is_known_of_the_model_reaches_the_provider_within(subject: &LayerSubject) {
    let mut info = ModelInfo::unknown("scripted", MODEL);
    info.max_output_tokens = Some(4_096);
    info.price = Some(ziggurat_core::Price::per_token(Usd::from_picos(3), Usd::from_picos(7)));
    let cx = CallContext::default().with_model(info.clone());
    for heard in heard(subject, &cx).await {
        assert_eq!(*heard.cx.model_of(&script(), MODEL), info, "{}", heard.method);
    }
}

/// What the inner provider signals reaches whoever watches the call, in its order and once.
pub async fn signals_from_within_reach_the_observer(subject: &LayerSubject) {
    let window = |remaining| RateWindow::new(1_000_000, remaining, Duration::from_secs(1));
    let limits = |remaining| RateLimits::new(Some(window(remaining)), None);
    let signals = [999_999, 999_998].map(|remaining| Signal::RateLimits(limits(remaining)));
    let inner = Inner::playing(script()).signalling(signals.clone());
    let recorder = Recorder::new();
    ask_everything(subject, &inner, &recorder.context()).await;
    let of_the_server = |signal: &Signal| matches!(signal, Signal::RateLimits(_));
    let seen: Vec<_> = recorder.signals().into_iter().filter(of_the_server).collect();
    // Of a whole answer and of a streamed one.
    assert_eq!(seen, [signals.as_slice(), signals.as_slice()].concat());
}
