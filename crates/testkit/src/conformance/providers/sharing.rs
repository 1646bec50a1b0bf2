//! One provider for many callers: it is shared through an `Arc`, and calls do not mix.

use std::sync::Arc;

use futures::future::join_all;
use ziggurat_core::{CallContext, ChatResponse, Provider, chat};

use super::Subject;
use super::stage::answered;
use crate::ScriptedProvider;
use crate::conformance::waiting::in_time;

/// Calls at the same time, from tasks of their own, each get their own answer.
pub async fn calls_at_once_do_not_mix(subject: &Subject) {
    let stage = subject.play(ScriptedProvider::new().echo()).await;
    let calls = (0..16).map(|number| {
        let provider = Arc::clone(&stage.provider);
        let request = subject.ask(&format!("This is question number {number}."));
        tokio::spawn(async move {
            let cx = CallContext::default();
            let answer = match number % 2 {
                0 => provider.chat(&cx, &request).await,
                _ => match provider.stream(&cx, &request).await {
                    Ok(stream) => chat::collect(provider.name(), stream, |_| {}).await,
                    Err(error) => Err(error),
                },
            };
            (number, answer)
        })
    });
    for call in in_time("the answers", join_all(calls)).await {
        let (number, answer) = call.unwrap_or_else(|error| panic!("a call panicked: {error}"));
        let text = answered(answer).text();
        assert_eq!(text, format!("This is question number {number}."));
    }
}

/// A provider behind one more `Arc` is the same provider: every method is forwarded.
pub async fn an_arc_of_it_is_the_same_provider(subject: &Subject) {
    let script = ScriptedProvider::new().with_models(["suite-large"]).echo();
    let stage = subject.play(script).await;
    let inner = Arc::clone(&stage.provider);
    let outer: Arc<dyn Provider> = Arc::new(Arc::clone(&inner));
    let (cx, request) = (CallContext::default(), subject.ask("What happened?"));
    assert_eq!(outer.name(), inner.name());
    assert_eq!(outer.known("suite-large"), inner.known("suite-large"));
    let asking = async {
        let ids = |answer: ChatResponse| (answer.content, answer.finish, answer.usage);
        let whole = [inner.chat(&cx, &request).await, outer.chat(&cx, &request).await];
        let [a, b] = whole.map(|answer| ids(answered(answer)));
        assert_eq!(a, b);
        assert_eq!(outer.models(&cx).await.ok(), inner.models(&cx).await.ok());
    };
    in_time("the answers", asking).await;
}
