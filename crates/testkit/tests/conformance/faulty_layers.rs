//! The suite of layers finds faults: each layer here breaks one promise, and the behaviour that says so panics.

use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use ziggurat_core::chat::{ChatDelta, ChatStream};
use ziggurat_core::{
    CallContext, CallRecord, ChatRequest, ChatResponse, Cost, ErrorKind, Layer, Meter, ModelInfo,
    Provider, ProviderError, Signal, Usage,
};
use ziggurat_testkit::conformance::{LayerSubject, layer, provider};

/// Which promise is broken.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    OwnName,
    KnowsNothing,
    LooksNothingUp,
    ListsNothing,
    CountsNothing,
    ChangesRequests,
    DropsIds,
    JoinsPieces,
    StreamsAreWhole,
    OwnContext,
    NoDeadline,
    LaterDeadline,
    NoModel,
    Deaf,
    OwnErrors,
    NoCauses,
    NoHint,
    ReportsTwice,
    UnmeteredRetries,
    StaysQueued,
    OneObserverForAll,
    StateOfTheProcess,
    LeaksPermits,
    AsksTheFirst,
    KeepsCallsRunning,
    PoisonedByPanics,
    RefusesItsLike,
}

/// What the wrappers of a faulty layer share.
struct Faulty {
    fault: Fault,
    places: Arc<Semaphore>,
    first: OnceLock<Arc<dyn Provider>>,
    context: OnceLock<CallContext>,
    lock: Mutex<bool>,
}

struct FaultyLayer(Arc<Faulty>);

struct Wrapper {
    shared: Arc<Faulty>,
    inner: Arc<dyn Provider>,
}

impl Layer for FaultyLayer {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        let shared = Arc::clone(&self.0);
        let first = shared.first.get_or_init(|| Arc::clone(&inner)).clone();
        let inner = if shared.fault == Fault::AsksTheFirst { first } else { inner };
        Arc::new(Wrapper { shared, inner })
    }
}

impl Wrapper {
    fn has(&self, fault: Fault) -> bool {
        self.shared.fault == fault
    }

    fn context(&self, cx: &CallContext) -> CallContext {
        match self.shared.fault {
            Fault::OwnContext => CallContext::default().with_deadline(cx.deadline()),
            Fault::NoDeadline => cx.clone().with_deadline(None),
            Fault::LaterDeadline => {
                let hour = std::time::Duration::from_secs(3_600);
                cx.clone().with_deadline(cx.deadline().map(|deadline| deadline + hour))
            }
            Fault::NoModel => cx.clone().with_model(ModelInfo::unknown("other", "model")),
            Fault::Deaf => cx.clone().with_observer(Arc::new(|_: Signal| ())),
            _ => cx.clone(),
        }
    }

    fn request(&self, request: &ChatRequest) -> ChatRequest {
        let request = request.clone();
        match self.shared.fault {
            Fault::ChangesRequests => request.with_seed(1),
            Fault::RefusesItsLike => request.with_extra("layered", true),
            _ => request,
        }
    }

    /// One attempt with a meter, whoever then hears of it.
    async fn metered(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let first = self.shared.context.get_or_init(|| cx.clone());
        let cx = if self.has(Fault::OneObserverForAll) { first } else { cx };
        let (meter, inner) = Meter::start(cx, cx.model_of(&*self.inner, &request.model));
        let answer = meter.ended(self.ask(&inner, request).await);
        if self.has(Fault::ReportsTwice) {
            cx.signal(Signal::Call(CallRecord::new("layer", Usage::UNKNOWN, Cost::UNKNOWN)));
        }
        answer
    }

    fn error(&self, error: ProviderError) -> ProviderError {
        let kept = ProviderError::new(error.provider(), error.kind(), error.message())
            .with_code(error.code().map(str::to_owned))
            .with_request_id(error.request_id().map(str::to_owned))
            .with_retry_after(error.retry_after());
        let kept = match error.status() {
            Some(status) => kept.with_status(status),
            None => kept,
        };
        match self.shared.fault {
            Fault::OwnErrors => ProviderError::new("layer", error.kind(), "it failed"),
            Fault::NoCauses => kept,
            Fault::NoHint => error.with_retry_after(None),
            _ => error,
        }
    }

    async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        static OF_ALL: Semaphore = Semaphore::const_new(8);
        match self.shared.fault {
            Fault::StateOfTheProcess => {
                // Held by calls that hang, of whichever layer.
                let place = OF_ALL.acquire().await.unwrap();
                std::mem::forget(place);
                None
            }
            Fault::LeaksPermits => {
                Some(Arc::clone(&self.shared.places).acquire_owned().await.unwrap())
            }
            _ => None,
        }
    }

    async fn ask(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        if self.has(Fault::KeepsCallsRunning) {
            let (inner, cx, request) = (Arc::clone(&self.inner), cx.clone(), request.clone());
            return tokio::spawn(async move { inner.chat(&cx, &request).await }).await.unwrap();
        }
        if self.has(Fault::PoisonedByPanics) {
            // Set only after a call has returned.
            assert!(!std::mem::replace(&mut *self.shared.lock.lock().unwrap(), true));
            let answer = self.inner.chat(cx, request).await;
            *self.shared.lock.lock().unwrap() = false;
            return answer;
        }
        match self.inner.chat(cx, request).await {
            Err(error) if self.has(Fault::UnmeteredRetries) && error.is_retryable() => {
                self.inner.chat(cx, request).await
            }
            answer => answer,
        }
    }
}

#[async_trait]
impl Provider for Wrapper {
    fn name(&self) -> &str {
        if self.has(Fault::OwnName) { "layer" } else { self.inner.name() }
    }

    fn known(&self, model: &str) -> ModelInfo {
        match self.has(Fault::KnowsNothing) {
            true => ModelInfo::unknown(self.name(), model),
            false => self.inner.known(model),
        }
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        match self.has(Fault::LooksNothingUp) {
            true => Ok(self.known(model)),
            false => self.inner.model(&self.context(cx), model).await.map_err(|e| self.error(e)),
        }
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        match self.has(Fault::ListsNothing) {
            true => Ok(Vec::new()),
            false => self.inner.models(&self.context(cx)).await.map_err(|e| self.error(e)),
        }
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        match self.has(Fault::CountsNothing) {
            true => Ok(None),
            false => self.inner.count_tokens(&self.context(cx), request).await,
        }
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        if self.has(Fault::RefusesItsLike) && request.extra.contains_key("layered") {
            let words = "two layers are one too many";
            return Err(ProviderError::new(self.name(), ErrorKind::InvalidRequest, words));
        }
        let place = self.enter().await;
        let (cx, request) = (self.context(cx), self.request(request));
        if self.has(Fault::StaysQueued) {
            cx.signal(Signal::Queued);
        }
        let answer = match self.shared.fault {
            Fault::ReportsTwice | Fault::OneObserverForAll => self.metered(&cx, &request).await,
            _ => self.ask(&cx, &request).await,
        };
        if answer.is_err() && self.has(Fault::LeaksPermits) {
            std::mem::forget(place);
        }
        let mut answer = answer.map_err(|error| self.error(error))?;
        if self.has(Fault::DropsIds) {
            (answer.id, answer.request_id) = (None, None);
        }
        Ok(answer)
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let place = self.enter().await;
        let (cx, request) = (self.context(cx), self.request(request));
        if self.has(Fault::StreamsAreWhole) {
            return Ok(ziggurat_core::chat::stream_of(self.inner.chat(&cx, &request).await?));
        }
        let opened = self.inner.stream(&cx, &request).await.map_err(|error| self.error(error))?;
        let shared = Arc::clone(&self.shared);
        let wrapper = Self { shared, inner: Arc::clone(&self.inner) };
        let stream = opened.map(move |item| {
            let _ = &place;
            item.map_err(|error| wrapper.error(error))
        });
        Ok(match self.has(Fault::JoinsPieces) {
            true => stream.map(joined).flat_map(stream::iter).boxed(),
            false => stream.boxed(),
        })
    }
}

/// Each text in two pieces, which add up to the same.
fn joined(item: Result<ChatDelta, ProviderError>) -> Vec<Result<ChatDelta, ProviderError>> {
    match item {
        Ok(ChatDelta::Text(text)) => {
            vec![Ok(ChatDelta::Text(text)), Ok(ChatDelta::Text(String::new()))]
        }
        item => vec![item],
    }
}

fn faulty(fault: Fault) -> LayerSubject {
    LayerSubject::new(move || {
        FaultyLayer(Arc::new(Faulty {
            fault,
            places: Arc::new(Semaphore::new(4)),
            first: OnceLock::new(),
            context: OnceLock::new(),
            lock: Mutex::default(),
        }))
    })
}

/// A test that the behaviour panics with the fault; and that it is not there by nature, `layers.rs` shows.
macro_rules! found {
    ($($name:ident: $fault:ident, $behaviour:ident;)*) => {
        $(
            #[tokio::test(start_paused = true)]
            #[should_panic]
            async fn $name() {
                layer::$behaviour(&faulty(Fault::$fault)).await;
            }
        )*
    };
}

found! {
    a_name_of_its_own: OwnName, its_name_is_the_one_within;
    knowledge_that_is_hidden: KnowsNothing, what_is_known_is_what_is_known_within;
    models_that_are_not_looked_up: LooksNothingUp, a_model_is_looked_up_within;
    a_list_that_is_hidden: ListsNothing, models_are_listed_within;
    counts_that_are_hidden: CountsNothing, tokens_are_counted_within;
    requests_that_are_changed: ChangesRequests, a_whole_answer_is_passed_on_unchanged;
    ids_that_are_dropped: DropsIds, a_whole_answer_is_passed_on_unchanged;
    pieces_that_are_changed: JoinsPieces, a_stream_is_passed_on_unchanged;
    streams_from_whole_answers: StreamsAreWhole, a_stream_is_passed_on_unchanged;
    a_context_of_its_own: OwnContext, the_node_reaches_the_provider_within;
    a_deadline_that_is_dropped: NoDeadline, the_deadline_reaches_the_provider_within;
    a_deadline_that_is_put_off: LaterDeadline, the_deadline_reaches_the_provider_within;
    a_model_that_is_forgotten: NoModel, what_is_known_of_the_model_reaches_the_provider_within;
    signals_that_are_swallowed: Deaf, signals_from_within_reach_the_observer;
    errors_of_its_own: OwnErrors, an_error_of_a_whole_answer_keeps_all_it_says;
    errors_of_its_own_within_streams: OwnErrors, an_error_within_a_stream_keeps_all_it_says;
    errors_of_its_own_about_models: OwnErrors, an_error_about_models_keeps_all_it_says;
    causes_that_are_lost: NoCauses, an_error_in_place_of_a_stream_keeps_all_it_says;
    hints_that_are_lost: NoHint, an_error_in_place_of_a_stream_keeps_all_it_says;
    reports_that_come_twice: ReportsTwice, an_answer_is_reported_once;
    reports_of_refusals_that_come_twice: ReportsTwice, a_refused_attempt_is_reported_once_and_free;
    attempts_without_a_meter: UnmeteredRetries, a_failed_attempt_is_reported_once_and_unknown;
    calls_that_are_told_to_wait_for_ever: StaysQueued, a_dropped_attempt_is_reported_once_and_unknown;
    one_observer_for_all: OneObserverForAll, calls_at_once_are_reported_each_to_its_own;
    state_of_the_process: StateOfTheProcess, layers_of_one_kind_share_nothing;
    permits_that_leak: LeaksPermits, what_a_call_held_is_given_back;
    wrappers_that_ask_another: AsksTheFirst, two_wrappers_of_one_layer_work_at_once;
    the_last_provider_that_is_dropped: AsksTheFirst, a_wrapper_outlives_the_others;
    a_panic_that_breaks_it: PoisonedByPanics, a_panic_within_leaves_the_next_call_alone;
    twice_is_once_too_often: RefusesItsLike, a_layer_around_its_like_keeps_the_basics;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "the dropped call ends")]
async fn a_call_that_runs_on_behind_a_layer() {
    provider::dropping_a_call_ends_it(&faulty(Fault::KeepsCallsRunning).provider()).await;
}
