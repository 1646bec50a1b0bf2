//! The suite finds faults: each provider here breaks one promise, and the behaviour that says so panics.

use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use ziggurat_core::chat::{ChatDelta, ChatStream, FinishReason};
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ErrorKind, Message, ModelInfo, Provider, ProviderError,
    Usage,
};
use ziggurat_testkit::ScriptedProvider;
use ziggurat_testkit::conformance::{Subject, provider};

/// Which promise is broken.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    CutsAreAnswers,
    ErrorsAreServers,
    NoEnd,
    TwoEnds,
    ZeroUsage,
    UnknownReasonsAreStops,
    Retries,
    CollectsFirst,
    KeepsCallsRunning,
    DocumentsInTheSystem,
    DropsTools,
    BoundOfItsOwn,
    EstimatesTokens,
    HidesTheList,
    MixesAnswers,
}

struct Faulty {
    inner: ScriptedProvider,
    fault: Fault,
    last: Arc<std::sync::Mutex<Option<ChatRequest>>>,
}

impl Faulty {
    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn error(&self, error: ProviderError) -> Result<ChatResponse, ProviderError> {
        match error.kind() {
            ErrorKind::Interrupted if self.has(Fault::CutsAreAnswers) => {
                Ok(ChatResponse::new("suite-large", "half"))
            }
            _ if self.has(Fault::ErrorsAreServers) => {
                Err(ProviderError::new("scripted", ErrorKind::Server, "oh"))
            }
            _ => Err(error),
        }
    }

    fn request(&self, request: &ChatRequest) -> ChatRequest {
        let mut asked = request.clone();
        if self.has(Fault::DocumentsInTheSystem) {
            let texts = request.messages.iter().flat_map(Message::documents);
            let texts: Vec<_> = texts.map(|document| document.text.clone()).collect();
            asked.system = Some(texts.join("\n"));
        }
        if self.has(Fault::DropsTools) {
            asked.tools.clear();
        }
        if self.has(Fault::BoundOfItsOwn) {
            asked.max_tokens = asked.max_tokens.or(Some(1000));
        }
        if self.has(Fault::MixesAnswers) {
            let before = self.last.lock().unwrap().replace(asked.clone());
            asked = before.unwrap_or(asked);
        }
        asked
    }
}

#[async_trait]
impl Provider for Faulty {
    fn name(&self) -> &str {
        "scripted"
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        match self.has(Fault::HidesTheList) {
            true => Ok(Vec::new()),
            false => self.inner.models(cx).await,
        }
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        match self.has(Fault::EstimatesTokens) {
            true => Ok(Some(request.messages.len() as u64)),
            false => self.inner.count_tokens(cx, request).await,
        }
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let request = self.request(request);
        if self.has(Fault::KeepsCallsRunning) {
            let (inner, cx) = (self.inner.clone(), cx.clone());
            let call = tokio::spawn(async move { inner.chat(&cx, &request).await });
            return call.await.unwrap();
        }
        let mut answer = match self.inner.chat(cx, &request).await {
            Err(_) if self.has(Fault::Retries) => self.inner.chat(cx, &request).await?,
            Err(error) => return self.error(error),
            Ok(answer) => answer,
        };
        if self.has(Fault::ZeroUsage) {
            answer.usage = Usage::ZERO;
        }
        if self.has(Fault::UnknownReasonsAreStops) {
            answer.finish = FinishReason::Stop;
        }
        Ok(answer)
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let opened = self.inner.stream(cx, &self.request(request)).await?;
        let is_end = |item: &Result<ChatDelta, _>| matches!(item, Ok(ChatDelta::End(_)));
        Ok(match self.fault {
            Fault::NoEnd => opened.filter(move |item| std::future::ready(!is_end(item))).boxed(),
            Fault::TwoEnds => {
                let twice = |item: Result<ChatDelta, ProviderError>| match item {
                    Ok(ChatDelta::End(end)) => {
                        vec![Ok(ChatDelta::End(end.clone())), Ok(ChatDelta::End(end))]
                    }
                    item => vec![item],
                };
                opened.flat_map(move |item| stream::iter(twice(item))).boxed()
            }
            Fault::CollectsFirst => {
                let items: Vec<_> = opened.collect().await;
                stream::iter(items).boxed()
            }
            _ => opened,
        })
    }
}

fn faulty(fault: Fault) -> Subject {
    Subject::in_process(move |inner| Faulty { inner, fault, last: Arc::default() })
}

/// A test that the behaviour panics with the fault. Time is paused: the suite waits for some faults.
macro_rules! found {
    ($($name:ident: $fault:ident, $behaviour:ident;)*) => {
        $(
            #[tokio::test(start_paused = true)]
            #[should_panic]
            async fn $name() {
                provider::$behaviour(&faulty(Fault::$fault)).await;
            }
        )*
    };
}

found! {
    a_cut_that_is_told_as_an_answer: CutsAreAnswers, a_cut_before_any_text_is_interrupted;
    errors_of_one_kind_only: ErrorsAreServers, errors_are_classified;
    a_stream_without_end: NoEnd, a_stream_ends_once_and_last;
    a_stream_with_two_ends: TwoEnds, a_stream_ends_once_and_last;
    unknown_usage_told_as_zero: ZeroUsage, usage_that_was_not_reported_is_unknown;
    unknown_reasons_told_as_stops: UnknownReasonsAreStops, an_unknown_reason_for_the_end_survives;
    retries: Retries, a_call_is_one_attempt;
    a_stream_that_is_collected_first: CollectsFirst, pieces_arrive_before_the_answer_is_over;
    calls_that_run_on: KeepsCallsRunning, dropping_a_call_ends_it;
    documents_in_the_system: DocumentsInTheSystem, documents_are_fenced_and_the_user_s;
    tools_that_are_dropped: DropsTools, tools_are_offered;
    a_bound_that_was_not_set: BoundOfItsOwn, no_bound_is_sent_unless_it_is_set;
    estimated_tokens: EstimatesTokens, tokens_are_never_estimated;
    a_list_that_is_hidden: HidesTheList, models_are_listed;
    answers_that_are_mixed_up: MixesAnswers, calls_at_once_do_not_mix;
}
