//! The layer `rate_limit` through its public face.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ErrorKind, Layer, Message, Provider, ProviderError,
    RateLimits, RateWindow, Signal, Usage,
};
use ziggurat_providers::layers::{RateLimitLayer, RetryLayer, Stack};
use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn, provider_conformance};

provider_conformance! {
    rate_limit,
    Subject::in_process(|script| RateLimitLayer::new().requests_per_minute(1000).layer(Arc::new(script))),
    except {
        no_key_is_shown: "the script has no key",
        the_id_of_the_request_is_kept: "the script has no ids of requests",
        a_deadline_ends_a_call: "the script has no clock; whoever sends has",
        a_deadline_ends_a_stream: "the script has no clock; whoever sends has",
    }
}

const SECOND: Duration = Duration::from_secs(1);
/// What a full window waits: a minute and the layer's allowance for the way.
const WINDOW: Duration = Duration::from_millis(60_200);

/// A request of 1 + `output` tokens.
fn ask(output: u32) -> ChatRequest {
    ChatRequest::new("m", [Message::user("four")]).with_max_tokens(output)
}

fn fine() -> ScriptedProvider {
    ScriptedProvider::new().otherwise(Turn::text("fine"))
}

/// How long a call takes.
async fn took(provider: &Arc<dyn Provider>, request: &ChatRequest) -> Duration {
    let start = Instant::now();
    provider.chat(&CallContext::default(), request).await.unwrap();
    start.elapsed()
}

/// What happens to calls that are made one right after the other.
async fn took_each(provider: &Arc<dyn Provider>, outputs: &[u32]) -> Vec<Duration> {
    let mut all = Vec::new();
    for output in outputs {
        all.push(took(provider, &ask(*output)).await);
    }
    all
}

/// A call that runs by itself.
fn begin(
    provider: &Arc<dyn Provider>,
    request: ChatRequest,
) -> tokio::task::JoinHandle<Result<ChatResponse, ProviderError>> {
    let provider = Arc::clone(provider);
    tokio::spawn(async move { provider.chat(&CallContext::default(), &request).await })
}

// R11 of the bar: a hundred callers for ten minutes.

/// A model that notes when it was asked, how long the caller had waited and what it used.
#[derive(Default)]
struct Notes(Mutex<Vec<(Instant, u64)>>);

#[async_trait]
impl Provider for Notes {
    fn name(&self) -> &str {
        "notes"
    }

    async fn chat(
        &self,
        _: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let used = u64::from(request.max_tokens.unwrap()) * 2 / 3;
        self.0.lock().unwrap().push((Instant::now(), used));
        sleep(Duration::from_millis(used)).await;
        Ok(ChatResponse::new("m", "fine").with_usage(Usage::new(0, used)))
    }
}

/// The most that any minute holds, and all of it.
fn most_in_a_minute(notes: &[(Instant, u64)], of: impl Fn(u64) -> u64) -> (u64, u64) {
    let (mut first, mut sum, mut most, mut all) = (0, 0, 0, 0);
    for (at, used) in notes {
        (sum, all) = (sum + of(*used), all + of(*used));
        while *at - notes[first].0 >= SECOND * 60 {
            sum -= of(notes[first].1);
            first += 1;
        }
        most = most.max(sum);
    }
    (most, all)
}

async fn a_hundred_callers(outputs: std::ops::Range<u32>) -> (Vec<(Instant, u64)>, Vec<Duration>) {
    let notes = Arc::new(Notes::default());
    let layer = RateLimitLayer::new().requests_per_minute(60).tokens_per_minute(100_000);
    let (provider, waits) = (layer.layer(notes.clone()), Arc::new(Mutex::new(Vec::new())));
    let mut callers = JoinSet::new();
    for caller in 0..100 {
        let (provider, waits, outputs) = (provider.clone(), waits.clone(), outputs.clone());
        callers.spawn(async move {
            let mut rng = fastrand::Rng::with_seed(caller);
            loop {
                let output = rng.u32(outputs.clone());
                let whole = took(&provider, &ask(output)).await;
                waits
                    .lock()
                    .unwrap()
                    .push(whole - Duration::from_millis(u64::from(output) * 2 / 3));
            }
        });
    }
    sleep(SECOND * 600).await;
    callers.shutdown().await;
    let waits = waits.lock().unwrap().clone();
    let notes = notes.0.lock().unwrap().clone();
    (notes, waits)
}

/// Nobody waits more than thrice the mean.
fn is_fair(waits: &[Duration]) {
    let mean = waits.iter().sum::<Duration>() / u32::try_from(waits.len()).unwrap();
    let most = waits.iter().max().unwrap();
    assert!(*most <= mean * 3, "{most:?} is more than thrice {mean:?}");
}

#[tokio::test(start_paused = true)]
async fn no_minute_holds_more_requests_than_the_limit_and_none_much_less() {
    let (notes, waits) = a_hundred_callers(300..900).await;
    let (most, all) = most_in_a_minute(&notes, |_| 1);
    println!("requests: most {most}, all {all} of 600");
    assert!(most <= 60 && all >= 570, "{most} {all}");
    is_fair(&waits);
}

#[tokio::test(start_paused = true)]
async fn no_minute_holds_more_tokens_than_the_limit_and_none_much_less() {
    let (notes, waits) = a_hundred_callers(1500..4500).await;
    let (most, all) = most_in_a_minute(&notes, |used| used);
    println!("tokens: most {most}, all {all} of 1,000,000");
    assert!(most <= 100_000 && all >= 950_000, "{most} {all}");
    is_fair(&waits);
}

// What is taken, and what is given back.

#[tokio::test(start_paused = true)]
async fn what_a_call_did_not_use_lets_the_next_one_go() {
    let long = Turn::text("fine").with_usage(Usage::new(1, 9)).after(SECOND * 5);
    let script = ScriptedProvider::new().turn(long).otherwise(Turn::text("fine"));
    let provider = RateLimitLayer::new().tokens_per_minute(100).layer(Arc::new(script));
    let first = begin(&provider, ask(59));
    tokio::task::yield_now().await;
    assert_eq!(took(&provider, &ask(79)).await, SECOND * 5);
    // 10 and 80 are used: 10 have room, 11 have not until the 10 are too old.
    assert_eq!(took_each(&provider, &[9, 0]).await, [Duration::ZERO, WINDOW - SECOND * 5]);
    first.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_stream_takes_what_it_may_use_until_it_ends_or_is_dropped() {
    let answer = || Turn::text("fine").with_usage(Usage::new(1, 1));
    let provider = RateLimitLayer::new().tokens_per_minute(100);
    let provider =
        provider.layer(Arc::new(ScriptedProvider::new().otherwise_with(move |_| answer())));
    let cx = CallContext::default();
    let mut stream = provider.stream(&cx, &ask(59)).await.unwrap();
    let waiting = begin(&provider, ask(59));
    sleep(SECOND).await;
    assert!(!waiting.is_finished(), "60 and 60 are more than 100");
    while stream.next().await.is_some() {}
    tokio::task::yield_now().await;
    let start = Instant::now();
    waiting.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    // 4 are used. What was dropped half-way may have used all it could.
    drop(provider.stream(&cx, &ask(59)).await.unwrap());
    assert_eq!(took(&provider, &ask(59)).await, WINDOW);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_refused_or_not_sent_takes_nothing_and_one_that_broke_keeps_all() {
    let script = ScriptedProvider::new().turns([
        Turn::error(ErrorKind::RateLimit, "slow down").status(429),
        Turn::error(ErrorKind::Connect, "no connection"),
        Turn::error(ErrorKind::InvalidRequest, "nonsense").status(400),
        Turn::error(ErrorKind::Interrupted, "broken"),
        Turn::text("fine"),
    ]);
    let layer = RateLimitLayer::new().requests_per_minute(3).tokens_per_minute(100);
    let provider = layer.layer(Arc::new(script));
    let start = Instant::now();
    for _ in 0..4 {
        provider.chat(&CallContext::default(), &ask(59)).await.unwrap_err();
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(took(&provider, &ask(59)).await, WINDOW, "one of the four kept its tokens");
}

#[tokio::test(start_paused = true)]
async fn a_call_larger_than_the_limit_goes_alone() {
    let provider = RateLimitLayer::new().tokens_per_minute(100).layer(Arc::new(fine()));
    assert_eq!(took_each(&provider, &[999, 9, 9]).await, [Duration::ZERO, WINDOW, Duration::ZERO]);
    assert_eq!(took(&provider, &ask(999)).await, WINDOW);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_bound_takes_what_its_model_may_write() {
    let model = fine().with_info(|info| info.max_output_tokens = Some(59));
    let unbound = ChatRequest::new("m", [Message::user("four")]);
    let limit = RateLimitLayer::new().tokens_per_minute(5000);
    let provider = RateLimitLayer::new().tokens_per_minute(100).layer(Arc::new(model));
    assert_eq!(took(&provider, &unbound).await, Duration::ZERO);
    assert_eq!(took(&provider, &unbound).await, WINDOW);
    let provider = limit.layer(Arc::new(fine()));
    assert_eq!(took(&provider, &unbound).await, Duration::ZERO);
    assert_eq!(took_each(&provider, &[902, 0]).await, [Duration::ZERO, WINDOW]);
}

// Waiting.

#[tokio::test(start_paused = true)]
async fn only_a_call_that_waits_says_so() {
    let layer = RateLimitLayer::new().requests_per_minute(1);
    // Wrappers and clones share the limit.
    let (one, other) = (layer.layer(Arc::new(fine())), layer.clone().layer(Arc::new(fine())));
    let recorder = Recorder::new();
    one.chat(&recorder.context(), &ask(1)).await.unwrap();
    assert_eq!(recorder.signals(), []);
    other.chat(&recorder.context(), &ask(1)).await.unwrap();
    assert_eq!(recorder.signals(), [Signal::Queued, Signal::Dequeued]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_cannot_go_before_its_deadline_fails_at_once() {
    let provider = RateLimitLayer::new().requests_per_minute(1).layer(Arc::new(fine()));
    took(&provider, &ask(1)).await;
    let start = Instant::now();
    let late = |seconds: u32| {
        let recorder = Recorder::new();
        let cx = recorder.context().with_deadline((start + SECOND * seconds).into_std());
        let provider = &provider;
        async move { (provider.chat(&cx, &ask(1)).await.map(drop), recorder.signals()) }
    };
    let (result, signals) = late(60).await;
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.provider()), (ErrorKind::Timeout, "scripted"));
    assert_eq!(signals, [Signal::Queued], "a meter knows that nothing was sent");
    // Behind one that waits for a minute, two minutes are too few as well.
    let ahead = begin(&provider, ask(1));
    tokio::task::yield_now().await;
    assert_eq!(late(120).await.0.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(start.elapsed(), Duration::ZERO);
    late(121).await.0.unwrap();
    assert_eq!(start.elapsed(), WINDOW * 2);
    ahead.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_that_might_go_waits_for_its_deadline_and_no_longer() {
    let script = ScriptedProvider::new().turn(Turn::hang()).otherwise(Turn::text("fine"));
    let provider = RateLimitLayer::new().tokens_per_minute(100).layer(Arc::new(script));
    let hanging = begin(&provider, ask(59));
    tokio::task::yield_now().await;
    let start = Instant::now();
    let cx = CallContext::default().with_deadline((start + SECOND * 20).into_std());
    let error = provider.chat(&cx, &ask(59)).await.unwrap_err();
    assert_eq!((error.kind(), start.elapsed()), (ErrorKind::Timeout, SECOND * 20));
    hanging.abort();
}

#[tokio::test(start_paused = true)]
async fn who_came_first_goes_first_and_who_leaves_takes_nothing() {
    let provider = RateLimitLayer::new().tokens_per_minute(100).layer(Arc::new(fine()));
    took(&provider, &ask(49)).await;
    let start = Instant::now();
    let gone = timeout(SECOND, provider.chat(&CallContext::default(), &ask(99))).await;
    gone.unwrap_err();
    let large = begin(&provider, ask(99));
    tokio::task::yield_now().await;
    // There is room for it, but not before the large one.
    assert_eq!(took(&provider, &ask(1)).await, WINDOW * 2 - SECOND);
    assert!(large.is_finished());
    assert_eq!(start.elapsed(), WINDOW * 2);
}

// What servers say and show.

/// A model beside whose first answer the server says this.
struct Telling(ScriptedProvider, Mutex<Option<RateLimits>>);

#[async_trait]
impl Provider for Telling {
    fn name(&self) -> &str {
        "telling"
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        if let Some(told) = self.1.lock().unwrap().take() {
            cx.signal(Signal::RateLimits(told));
        }
        self.0.chat(cx, request).await
    }
}

fn telling(layer: &RateLimitLayer, requests: RateWindow) -> Arc<dyn Provider> {
    let told = RateLimits::new(Some(requests), None);
    layer.layer(Arc::new(Telling(fine(), Mutex::new(Some(told)))))
}

#[tokio::test(start_paused = true)]
async fn a_server_s_limit_is_adopted_where_none_is_set() {
    let told = RateWindow::new(2, 1, SECOND * 30);
    let expected = [Duration::ZERO, Duration::ZERO, WINDOW];
    let unset = telling(&RateLimitLayer::new(), told);
    assert_eq!(took_each(&unset, &[1, 1, 1]).await, expected);
    let set = telling(&RateLimitLayer::new().requests_per_minute(1), told);
    assert_eq!(took_each(&set, &[1, 1]).await, [Duration::ZERO, WINDOW]);
    // What takes more than a minute to come back is no limit of a minute.
    let of_a_day = telling(&RateLimitLayer::new(), RateWindow::new(2, 1, SECOND * 4000));
    let expected = [Duration::ZERO, Duration::ZERO, SECOND * 60, Duration::ZERO];
    assert_eq!(took_each(&of_a_day, &[1, 1, 1, 1]).await, expected);
}

#[tokio::test(start_paused = true)]
async fn what_others_use_is_left_free_until_the_reset() {
    let layer = RateLimitLayer::new().requests_per_minute(10);
    // Of ten, one is ours and seven are others'.
    let provider = telling(&layer, RateWindow::new(10, 2, SECOND * 30));
    let expected = [Duration::ZERO, Duration::ZERO, Duration::ZERO, SECOND * 30];
    assert_eq!(took_each(&provider, &[1, 1, 1, 1]).await, expected);
    // Nothing is left: siblings wait, whatever they believed, for a minute at most.
    let provider = telling(&RateLimitLayer::new(), RateWindow::new(None, 0, SECOND * 3600));
    assert_eq!(took_each(&provider, &[1, 1]).await, [Duration::ZERO, SECOND * 60]);
}

/// How long a call waits after as many refusals with this hint.
async fn wait_after(refusals: usize, hint: Option<Duration>) -> Duration {
    let refusal = Turn::error(ErrorKind::RateLimit, "slow down").status(429);
    let refusal = match hint {
        Some(hint) => refusal.retry_after(hint),
        None => refusal,
    };
    let script = ScriptedProvider::new().turns(vec![refusal; refusals]);
    let layer = RateLimitLayer::new().requests_per_minute(100).tokens_per_minute(100_000);
    let provider = layer.layer(Arc::new(script.otherwise(Turn::text("fine"))));
    let calls: Vec<_> = (0..refusals).map(|_| begin(&provider, ask(1))).collect();
    for call in calls {
        call.await.unwrap().unwrap_err();
    }
    took(&provider, &ask(1)).await
}

#[tokio::test(start_paused = true)]
async fn the_second_refusal_within_a_hint_pauses_everybody() {
    assert_eq!(wait_after(1, Some(SECOND * 7)).await, Duration::ZERO);
    assert_eq!(wait_after(2, Some(SECOND * 7)).await, SECOND * 7);
    assert_eq!(wait_after(1, None).await, Duration::ZERO);
    assert_eq!(wait_after(2, None).await, SECOND);
    assert_eq!(wait_after(2, Some(SECOND * 121)).await, Duration::ZERO, "that is no pause");
}

/// How long a call waits when calls sent one right after the other were treated like this: `r`efused,
/// `a`nswered, or `u`nder way.
async fn wait_after_these(calls: &str) -> Duration {
    let turns = calls.chars().map(|call| match call {
        'r' => Turn::error(ErrorKind::RateLimit, "busy").status(429).retry_after(SECOND * 7),
        'a' => Turn::text("fine"),
        _ => Turn::hang(),
    });
    let script = ScriptedProvider::new().turns(turns).otherwise(Turn::text("fine"));
    let provider = RateLimitLayer::new().layer(Arc::new(script));
    let calls: Vec<_> = calls.chars().map(|_| begin(&provider, ask(1))).collect();
    tokio::task::yield_now().await;
    let wait = took(&provider, &ask(1)).await;
    calls.iter().for_each(tokio::task::JoinHandle::abort);
    wait
}

#[tokio::test(start_paused = true)]
async fn refusals_between_which_a_call_is_let_through_pause_nobody() {
    for calls in ["rar", "rur", "rararaururur", "arr", "urr", "arrarrurr", "raruarr"] {
        assert_eq!(wait_after_these(calls).await, Duration::ZERO, "{calls}");
    }
    for calls in ["rr", "arrr", "urrr", "rararrr", "rururrr"] {
        assert_eq!(wait_after_these(calls).await, SECOND * 7, "{calls}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_now_and_then_teaches_no_limit() {
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let script = ScriptedProvider::new().otherwise_with(move |_| {
        // One call in twenty, and never two in a row.
        match seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) % 20 {
            7 => Turn::error(ErrorKind::RateLimit, "busy").status(429),
            _ => Turn::text("fine").after(SECOND / 10),
        }
    });
    let provider = RateLimitLayer::new().layer(Arc::new(script));
    let begun = Instant::now();
    for _ in 0..400 {
        provider.chat(&CallContext::default(), &ask(10)).await.ok();
    }
    assert_eq!(begun.elapsed(), 38 * SECOND, "380 answers, and nobody waits");
}

/// Ten workers with three attempts for each of their calls, and a server that refuses half of what it is asked.
#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_every_other_call_teaches_no_limit() {
    for seed in 0..20 {
        let rng = Mutex::new(fastrand::Rng::with_seed(seed));
        let script =
            ScriptedProvider::new().otherwise_with(move |_| match rng.lock().unwrap().bool() {
                true => Turn::error(ErrorKind::RateLimit, "busy").status(429),
                false => Turn::text("fine").after(5 * SECOND),
            });
        let provider = RetryLayer::new().layer(RateLimitLayer::new().layer(Arc::new(script)));
        let (begun, mut workers) = (Instant::now(), JoinSet::new());
        for _ in 0..10 {
            let provider = Arc::clone(&provider);
            workers.spawn(async move {
                for _ in 0..4 {
                    provider.chat(&CallContext::default(), &ask(10)).await.ok();
                }
            });
        }
        workers.join_all().await;
        // 20 s of answers each, and the pauses of the retries.
        assert!(begun.elapsed() < 55 * SECOND, "seed {seed}: {:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_without_room_before_its_deadline_is_not_tried_again_and_costs_nothing() {
    let limiter = RateLimitLayer::new().requests_per_minute(1);
    let script = fine();
    let provider = RetryLayer::new().layer(limiter.layer(Arc::new(script.clone())));
    provider.chat(&CallContext::default(), &ask(10)).await.unwrap();
    let (begun, recorder) = (Instant::now(), Recorder::new());
    let cx = recorder.context().with_deadline((begun + SECOND).into_std());
    let error = provider.chat(&cx, &ask(10)).await.unwrap_err();
    assert!(error.is_unsent() && !error.is_retryable(), "{error}");
    assert_eq!((script.calls().len(), begun.elapsed()), (1, Duration::ZERO));
    assert_eq!(recorder.usage(), Usage::ZERO);
    assert_eq!(recorder.retries().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_begins_after_its_deadline_costs_nothing() {
    let script = fine();
    let provider = Stack::new().layer(Arc::new(script.clone()));
    let recorder = Recorder::new();
    let cx = recorder.context().with_deadline(Instant::now().into_std());
    tokio::time::advance(SECOND).await;
    let error = provider.chat(&cx, &ask(10)).await.unwrap_err();
    assert_eq!((error.kind(), script.calls().len()), (ErrorKind::Timeout, 0));
    assert_eq!(recorder.usage(), Usage::ZERO, "nothing was sent");
}
