//! The layer `budget` through its public face.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::future::join_all;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};
use ziggurat_core::chat::{self, ChatStream};
use ziggurat_core::{
    Budget, CallContext, CallRecord, ChatRequest, ChatResponse, Cost, Delivery, ErrorKind, Layer,
    Message, Model, ModelInfo, Price, Provider, ProviderError, Reservation, Signal, Usage, Usd,
    WorstCase,
};
use ziggurat_providers::layers::BudgetLayer;
use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn, provider_conformance};

const PRICE: Price = Price::per_token(Usd::from_picos(3), Usd::from_picos(7));
/// What `ask("…")` reads at most, and is allowed to write.
const WRITTEN: u32 = 100;

provider_conformance! { budget, Subject::in_process(|script| layered(&script)), except {
    no_key_is_shown: "the script has no key",
    the_id_of_the_request_is_kept: "the script's requests have no ids",
    a_deadline_ends_a_call: "the layer has no clock, and the script takes as long as it says",
    a_deadline_ends_a_stream: "the layer has no clock, and the script takes as long as it says",
} }

fn layered(script: &ScriptedProvider) -> Arc<dyn Provider> {
    BudgetLayer::new().layer(Arc::new(script.clone()))
}

fn priced() -> ScriptedProvider {
    ScriptedProvider::new().with_info(|info| info.price = Some(PRICE))
}

fn ask(text: impl Into<String>) -> ChatRequest {
    ChatRequest::new("m", [Message::user(text)]).with_max_tokens(WRITTEN)
}

fn worst(request: &ChatRequest) -> Usd {
    let mut info = ModelInfo::unknown("scripted", "m");
    info.price = Some(PRICE);
    WorstCase::of(request, &info).cost.unwrap()
}

/// A budget in memory that checks its own cap.
#[derive(Clone)]
struct Purse {
    cap: u128,
    sums: Arc<Mutex<Sums>>,
    given_back: Arc<Notify>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    reserved: u128,
    spent: u128,
    settled: usize,
    /// What was settled, as the records say.
    records: Cost,
}

struct Part {
    purse: Purse,
    amount: u128,
    settled: bool,
}

impl Purse {
    fn of(cap: Usd) -> Self {
        let cap = cap.picos();
        Self { cap, sums: Arc::default(), given_back: Arc::default() }
    }

    fn sums(&self) -> Sums {
        *self.sums.lock().unwrap()
    }

    fn change(&self, change: impl FnOnce(&mut Sums)) {
        let mut sums = self.sums.lock().unwrap();
        change(&mut sums);
        assert!(sums.spent + sums.reserved <= self.cap, "{sums:?}");
        drop(sums);
        self.given_back.notify_waiters();
    }

    fn watched_by(&self, recorder: &Recorder) -> CallContext {
        recorder.context().with_budget(Arc::new(self.clone()))
    }
}

#[async_trait]
impl Budget for Purse {
    async fn reserve(
        &self,
        _: &CallContext,
        worst: &WorstCase,
    ) -> Result<Box<dyn Reservation>, ProviderError> {
        let refused = |why| Err(ProviderError::new("purse", ErrorKind::Budget, why));
        let Some(amount) = worst.cost.map(Usd::picos) else { return refused("unknown") };
        loop {
            let given_back = self.given_back.notified();
            let sums = self.sums();
            if sums.spent + sums.reserved + amount <= self.cap {
                self.change(|sums| sums.reserved += amount);
                return Ok(Box::new(Part { purse: self.clone(), amount, settled: false }));
            }
            if sums.spent + amount > self.cap {
                return refused("it can never fit");
            }
            given_back.await;
        }
    }
}

impl Reservation for Part {
    fn settle(mut self: Box<Self>, record: &CallRecord) {
        self.settled = true;
        let spent = record.cost.total().map_or(self.amount, Usd::picos);
        assert!(spent <= self.amount, "an attempt took more than its worst case");
        self.purse.change(|sums| {
            sums.reserved -= self.amount;
            sums.spent += spent;
            sums.settled += 1;
            sums.records += record.cost;
        });
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        assert!(self.settled || std::thread::panicking(), "a reservation was not settled");
    }
}

/// A turn as a server in a bad mood would play it. The seed is the question.
fn moody(request: &ChatRequest) -> Turn {
    let number: u64 = request.messages[0].text().parse().unwrap();
    let mut dice = fastrand::Rng::with_seed(number);
    let read = dice.u64(0..=request.max_input_tokens().unwrap());
    let written = if dice.bool() { u64::from(WRITTEN) } else { dice.u64(0..u64::from(WRITTEN)) };
    let turn = match dice.u8(0..10) {
        0 => Turn::error(ErrorKind::RateLimit, "slow down"),
        1 => Turn::error(ErrorKind::Server, "overloaded"),
        2 => Turn::cut("half an answer"),
        3 => Turn::text("no count"),
        4 => Turn::hang(),
        _ => Turn::text("an answer of some length").with_usage(Usage::new(read, written)),
    };
    turn.after(Duration::from_millis(dice.u64(0..50))).paced(Duration::from_millis(1))
}

#[tokio::test(start_paused = true)]
async fn two_hundred_callers_never_exceed_the_cap_by_one_unit() {
    for seed in 0..5 {
        let script = priced().otherwise_with(moody);
        let model = Model::known(layered(&script), "m");
        let cap = worst(&ask("100000")) * 40 + Usd::from_picos(1);
        let (purse, recorder) = (Purse::of(cap), Recorder::new());
        let cx = purse.watched_by(&recorder);
        let calls = (0..200_u64).map(|number| {
            let (model, cx) = (model.clone(), cx.clone());
            tokio::spawn(async move {
                let delivery = if number % 2 == 0 { Delivery::Whole } else { Delivery::Streamed };
                let request = ask((100_000 + 1_000 * seed + number).to_string());
                // Some hang, and some are given up that would have answered.
                let patience = Duration::from_millis(20 + 10 * (number % 7));
                timeout(patience, model.call(&cx, request, delivery)).await.map(drop)
            })
        });
        let ends = join_all(calls).await;
        assert!(ends.iter().all(Result::is_ok), "no task panicked");

        let sums = purse.sums();
        assert_eq!(sums.reserved, 0, "everything was settled");
        assert_eq!(sums.settled, script.calls().len(), "each attempt once");
        assert!(sums.settled > 40, "room that was given back was used: {sums:?}");
        // Who was refused, or gave up while waiting, is reported too: as free.
        assert_eq!(recorder.calls().len(), 200);
        assert_eq!(sums.records, recorder.cost());
        assert!(sums.records.unknown_calls > 0 && sums.records.known > Usd::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_attempt_did_not_use_is_given_back_however_it_ends() {
    let used = Usage::new(10, 5);
    let (all, some) = (worst(&ask("Why?")), PRICE.of(&used).unwrap());
    let cases = [
        (Turn::text("fine").with_usage(used), some),
        (Turn::text("fine"), all),
        (Turn::error(ErrorKind::RateLimit, "slow down"), Usd::ZERO),
        (Turn::error(ErrorKind::Server, "overloaded"), all),
        (Turn::cut("half"), all),
        (Turn::hang(), all),
        (Turn::stall("half"), all),
    ];
    for (turn, spent) in cases {
        for streamed in [false, true] {
            let provider = layered(&priced().turn(turn.clone()));
            let (purse, recorder) = (Purse::of(all), Recorder::new());
            let cx = purse.watched_by(&recorder);
            let call = async {
                if !streamed {
                    return provider.chat(&cx, &ask("Why?")).await;
                }
                let stream = provider.stream(&cx, &ask("Why?")).await?;
                assert_eq!(purse.sums().reserved, all.picos(), "a stream holds it to its end");
                chat::collect("p", stream, |_| {}).await
            };
            let _ = timeout(Duration::from_secs(1), call).await;
            let sums = purse.sums();
            let settled = (sums.settled, sums.reserved, sums.spent);
            assert_eq!(settled, (1, 0, spent.picos()), "{turn:?} {streamed}");
            assert_eq!(recorder.calls().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_refused_reservation_is_the_call_s_error_and_nothing_is_sent() {
    let script = priced().echo();
    let provider = layered(&script);
    let purse = Purse::of(Usd::from_picos(worst(&ask("Why?")).picos() - 1));
    let cx = purse.watched_by(&Recorder::new());
    let whole = provider.chat(&cx, &ask("Why?")).await.unwrap_err();
    let streamed = provider.stream(&cx, &ask("Why?")).await.err().unwrap();
    assert_eq!([whole.kind(), streamed.kind()], [ErrorKind::Budget; 2]);
    let unbounded = ask("Why?").with_max_tokens(None);
    assert_eq!(provider.chat(&cx, &unbounded).await.unwrap_err().kind(), ErrorKind::Budget);
    assert_eq!(script.calls().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_for_money_says_so_keeps_its_deadline_and_takes_nothing_if_dropped() {
    let script = priced().turn(Turn::hang()).echo();
    let model = Model::known(layered(&script), "m");
    let purse = Purse::of(worst(&ask("first")));
    let first = Recorder::new();
    let cx = purse.watched_by(&first);
    let holding = model.call(&cx, ask("first"), Delivery::Whole);
    let waiting = async {
        tokio::task::yield_now().await;
        let (dropped, late) = (Recorder::new(), Recorder::new());
        let cx = purse.watched_by(&dropped);
        let call = model.call(&cx, ask("drop"), Delivery::Whole);
        timeout(Duration::from_secs(1), call).await.unwrap_err();
        let deadline = Instant::now() + Duration::from_secs(5);
        let cx = purse.watched_by(&late).with_deadline(deadline.into_std());
        let error = model.call(&cx, ask("late"), Delivery::Whole).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        for recorder in [dropped, late] {
            let signals = recorder.signals();
            assert!(matches!(signals[..], [Signal::Queued, Signal::Call(_)]), "{signals:?}");
            assert_eq!(recorder.cost(), Cost::ZERO);
        }
    };
    tokio::select! {
        biased;
        _ = holding => unreachable!("it never answers"),
        () = waiting => {}
    }
    assert!(!first.signals().contains(&Signal::Queued), "there was room at once");
    assert_eq!((script.calls().len(), purse.sums().settled), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_call_goes_on_as_soon_as_others_give_back() {
    let used = Usage::new(1, 1);
    let answer = Turn::text("fine").with_usage(used).after(Duration::from_secs(3));
    let provider = layered(&priced().otherwise(answer));
    let purse = Purse::of(worst(&ask("first")) + PRICE.of(&used).unwrap());
    let recorder = Recorder::new();
    let (busy, cx) = (purse.watched_by(&Recorder::new()), purse.watched_by(&recorder));
    let (request, begun) = (ask("first"), Instant::now());
    let (first, second) =
        tokio::join!(provider.chat(&busy, &request), provider.chat(&cx, &request));
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(begun.elapsed(), Duration::from_secs(6), "one after the other");
    let signals = recorder.signals();
    let expected = [Signal::Queued, Signal::Dequeued];
    assert_eq!(signals[..2], expected);
    assert!(matches!(signals[2..], [Signal::Call(_)]), "{signals:?}");
}

/// Makes two attempts of each call and is content with the second.
struct Twice(Arc<dyn Provider>);

#[async_trait]
impl Provider for Twice {
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
        self.0.chat(cx, request).await?;
        self.0.chat(cx, request).await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        self.0.stream(cx, request).await?.collect::<Vec<_>>().await;
        self.0.stream(cx, request).await
    }
}

#[tokio::test(start_paused = true)]
async fn layers_within_each_other_pay_each_attempt_once_and_do_not_wait_for_themselves() {
    let used = Usage::new(9, 9);
    let spent = PRICE.of(&used).unwrap() * 2;
    for streamed in [false, true] {
        let script = priced().otherwise(Turn::text("fine").with_usage(used));
        let inner = layered(&script);
        let layer = BudgetLayer::new();
        let nested = layer.layer(layer.layer(Arc::new(Twice(layer.layer(inner)))));
        // Room for one attempt at a time, and not for two reservations.
        let purse = Purse::of(worst(&ask("Why?")) + spent);
        let recorder = Recorder::new();
        let cx = purse.watched_by(&recorder);
        let call = async {
            if !streamed {
                return nested.chat(&cx, &ask("Why?")).await;
            }
            chat::collect("p", nested.stream(&cx, &ask("Why?")).await?, |_| {}).await
        };
        let answer = timeout(Duration::from_secs(60), call).await.expect("it waits for itself");
        assert!(answer.is_ok(), "{answer:?}");
        let sums = purse.sums();
        assert_eq!((sums.reserved, sums.spent), (0, spent.picos()));
        assert_eq!((recorder.calls().len(), recorder.cost()), (2, Cost::known(spent)));
    }
}

#[tokio::test]
async fn without_a_budget_it_is_a_meter() {
    let provider = layered(&priced().turn(Turn::text("fine").with_usage(Usage::new(2, 1))));
    let recorder = Recorder::new();
    provider.chat(&recorder.context(), &ask("Why?")).await.unwrap();
    assert_eq!(recorder.usage(), Usage::new(2, 1));
    assert_eq!(recorder.cost(), Cost::known(Usd::from_picos(2 * 3 + 7)));
}

#[tokio::test]
async fn an_answer_that_nobody_made_is_free() {
    let cached = ziggurat_providers::layers::CacheLayer::new();
    let script = priced().turn(Turn::text("fine").with_usage(Usage::new(2, 1)));
    let provider = BudgetLayer::new().layer(cached.layer(Arc::new(script)));
    let purse = Purse::of(worst(&ask("Why?")) * 2);
    let cx = purse.watched_by(&Recorder::new());
    for settled in 1..=2 {
        provider.chat(&cx, &ask("Why?")).await.unwrap();
        assert_eq!(purse.sums().settled, settled);
        assert_eq!(purse.sums().spent, 2 * 3 + 7);
    }
}
