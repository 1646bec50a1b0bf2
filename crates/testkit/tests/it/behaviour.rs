//! Latencies, faults by chance and generated replies, in process and in paused time.

use std::time::Duration;

use futures::StreamExt;
use tokio::time::Instant;
use ziggurat_core::chat::{ChatDelta, collect};
use ziggurat_core::{CallContext, ChatResponse, ErrorKind, Provider, ProviderError, Usage};
use ziggurat_testkit::{Faults, Latency, Reply, ScriptedProvider, Turn};

use crate::ask;

const SECOND: Duration = Duration::from_secs(1);

async fn whole(provider: &ScriptedProvider, text: &str) -> Result<ChatResponse, ProviderError> {
    provider.chat(&CallContext::default(), &ask(text)).await
}

/// The kinds of the errors of as many different calls; `None` for an answer.
async fn outcomes(provider: &ScriptedProvider, calls: usize) -> Vec<Option<ErrorKind>> {
    let mut outcomes = Vec::new();
    for call in 0..calls {
        let answer = whole(provider, &format!("call {call}")).await;
        outcomes.push(answer.err().map(|error| error.kind()));
    }
    outcomes
}

#[tokio::test(start_paused = true)]
async fn a_latency_is_beside_what_the_turn_asks_for() {
    let begin = Instant::now();
    let provider = ScriptedProvider::new()
        .turn(Turn::text("0123456789").after(SECOND).paced(SECOND))
        .with_latency(10 * SECOND)
        .with_pace(2 * SECOND);
    let stream = provider.stream(&CallContext::default(), &ask("x")).await.unwrap();
    assert_eq!(begin.elapsed(), 11 * SECOND);
    collect("scripted", stream, |_| {}).await.unwrap();
    assert_eq!(begin.elapsed(), 17 * SECOND, "three seconds before two of three items");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_before_it_speaks_fails_at_once() {
    let begin = Instant::now();
    let provider = ScriptedProvider::new()
        .turns([Turn::http_error(429, "slow down"), Turn::reset(), Turn::malformed()])
        .with_latency(SECOND);
    assert!(outcomes(&provider, 3).await.iter().all(Option::is_some));
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_latencies_and_faults() {
    let run = async |seed| {
        let provider = ScriptedProvider::new()
            .echo()
            .with_latency(Latency::log_normal(SECOND, 0.5))
            .with_faults(Faults::new().at_rate(0.3, Turn::reset()))
            .with_seed(seed);
        let begin = Instant::now();
        (outcomes(&provider, 50).await, begin.elapsed())
    };
    assert_eq!(run(7).await, run(7).await);
    assert_ne!(run(7).await, run(8).await);
}

#[tokio::test]
async fn a_change_of_latency_leaves_the_faults_where_they_were() {
    let faulty = || {
        let faults = Faults::new().at_rate(0.3, Turn::reset());
        ScriptedProvider::new().echo().with_faults(faults).with_seed(7)
    };
    let jittered =
        faulty().with_latency(Latency::jittered(Duration::ZERO, Duration::from_nanos(9)));
    assert_eq!(outcomes(&faulty(), 50).await, outcomes(&jittered, 50).await);
}

#[tokio::test]
async fn faults_come_at_their_rates_and_use_up_no_turn() {
    let faults =
        Faults::new().at_rate(0.2, Turn::http_error(429, "slow down")).at_rate(0.1, Turn::reset());
    let turns = (0..700).map(|_| Turn::text("fine"));
    let provider = ScriptedProvider::new().turns(turns).with_faults(faults).with_seed(1);
    let outcomes = outcomes(&provider, 900).await;
    let share = |kind| outcomes.iter().filter(|o| **o == kind).count() as f64 / 900.0;
    assert!((share(Some(ErrorKind::RateLimit)) - 0.2).abs() < 0.04);
    assert!((share(Some(ErrorKind::Interrupted)) - 0.1).abs() < 0.03);
    let served = outcomes.iter().filter(|o| o.is_none()).count();
    assert_eq!(provider.unused().len(), 700 - served, "faults play no turn of the script");
}

#[tokio::test]
async fn a_call_that_was_hit_is_served_when_it_is_made_again() {
    let always = || Faults::new().at_rate(1.0, Turn::reset());
    let play = |faults| ScriptedProvider::new().echo().with_faults(faults);
    let hits = async |provider: &ScriptedProvider, text| {
        let mut hits = 0;
        while hits < 10 && whole(provider, text).await.is_err() {
            hits += 1;
        }
        hits
    };
    let once = play(always().never_twice());
    assert_eq!(hits(&once, "one call").await, 1);
    assert_eq!(hits(&once, "another call").await, 1);
    assert_eq!(hits(&once, "one call").await, 0, "it is remembered");
    assert_eq!(hits(&play(always().at_most(3)), "one call").await, 3);
    assert_eq!(hits(&play(always()), "one call").await, 10, "nothing limits it");
}

#[tokio::test]
async fn a_reply_is_checked_against_the_request_alone() {
    let reply = Reply::bytes(100).in_pieces(4);
    let provider = ScriptedProvider::new().generating(reply.clone());
    let request = ask("a question of 32 bytes, exactly.");
    let stream = provider.stream(&CallContext::default(), &request).await.unwrap();
    let pieces: Vec<_> = stream.map(Result::unwrap).collect().await;
    let said = |piece: &ChatDelta| match piece {
        ChatDelta::Text(text) => Some(text.clone()),
        _ => None,
    };
    let said: Vec<_> = pieces.iter().filter_map(said).collect();
    assert_eq!(said.iter().map(String::len).collect::<Vec<_>>(), [25; 4]);
    assert_eq!(said.concat(), reply.text(&request));
    let Some(ChatDelta::End(end)) = pieces.last() else { panic!("no end: {pieces:?}") };
    assert_eq!(end.usage, Usage::new(8, 25));
    let fixed = Reply::saying("This.").with_usage(Usage::new(1, 2)).turn(&request);
    assert_eq!(fixed, Turn::text("This.").with_usage(Usage::new(1, 2)));
}

#[tokio::test]
async fn a_provider_that_keeps_few_calls_keeps_the_last() {
    let texts = async |provider: ScriptedProvider| {
        outcomes(&provider, 5).await;
        assert_eq!((provider.in_flight(), provider.max_in_flight()), (0, 1));
        let calls = provider.calls();
        calls.iter().map(|call| call.request.messages[0].text()).collect::<Vec<_>>()
    };
    assert_eq!(texts(ScriptedProvider::new().echo().keeping(2)).await, ["call 3", "call 4"]);
    assert_eq!(texts(ScriptedProvider::new().echo().keeping(0)).await, [""; 0]);
}
