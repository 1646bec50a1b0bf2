//! The state of a limiter, in any order of events, at moments that are given.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use tokio::time::Instant;
use ziggurat_core::{RateLimits, RateWindow};

use super::log::WINDOW;
use super::state::{End, State, Ticket};
use crate::PerMinute;

const REQUESTS: u64 = 7;
const TOKENS: u64 = 1000;
const MINUTE: Duration = Duration::from_secs(60);

fn limited() -> State {
    State::new(PerMinute::new(NonZeroU32::new(7), NonZeroU64::new(TOKENS)))
}

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    Take(u64),
    /// The call at this place of those under way ends like this; what it used is a share of what it took.
    End(usize, u8, u64),
    Hear(usize, u64, u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0..30_000u64).prop_map(Step::Wait),
        2 => (1..20u64).prop_map(Step::Wait),
        6 => (1..400u64).prop_map(Step::Take),
        3 => (any::<usize>(), 0..5u8, 0..=100u64).prop_map(|(call, how, share)| Step::End(call, how, share)),
        1 => (any::<usize>(), 0..20u64, 0..90_000u64).prop_map(|(call, left, ms)| Step::Hear(call, left, ms)),
    ]
}

/// What was sent, by time: the plain truth, in no clever form.
struct Sent {
    at: Instant,
    requests: u64,
    tokens: u64,
}

/// In the minute before, and in what the limiter adds to it.
fn in_a_minute(sent: &[Sent], now: Instant) -> (u64, u64) {
    let recent = sent.iter().filter(|sent| now - sent.at < WINDOW);
    recent.fold((0, 0), |(requests, tokens), sent| (requests + sent.requests, tokens + sent.tokens))
}

fn end(how: u8, used: u64) -> End {
    match how {
        0 => End::Used(used),
        1 => End::Unknown,
        2 => End::Unbilled,
        3 => End::Unsent,
        _ => End::Refused(Some(Duration::from_secs(1))),
    }
}

proptest! {
    #[test]
    fn no_order_of_events_exceeds_the_limit(steps in vec(step(), 1..200)) {
        let mut state = limited();
        let mut now = Instant::now();
        let mut sent: Vec<Sent> = Vec::new();
        let mut under_way: Vec<(usize, Ticket, u64)> = Vec::new();
        for step in steps {
            match step {
                Step::Wait(ms) => now += Duration::from_millis(ms),
                Step::Take(tokens) => match state.take(now, tokens) {
                    Ok(ticket) => {
                        under_way.push((sent.len(), ticket, tokens));
                        sent.push(Sent { at: now, requests: 1, tokens });
                    }
                    Err(again) => {
                        prop_assert!(again > now && again <= now + WINDOW);
                        now = again;
                    }
                },
                Step::End(call, how, share) if !under_way.is_empty() => {
                    let (index, ticket, tokens) = under_way.swap_remove(call % under_way.len());
                    let used = tokens * share / 100;
                    state.settle(now, &ticket, end(how, used), RateLimits::default());
                    let sent = &mut sent[index];
                    match how {
                        0 => sent.tokens = used,
                        1 => {}
                        2 => sent.tokens = 0,
                        _ => (sent.requests, sent.tokens) = (0, 0),
                    }
                }
                Step::Hear(call, left, ms) if !under_way.is_empty() => {
                    let (_, ticket, _) = &under_way[call % under_way.len()];
                    let told = RateWindow::new(REQUESTS, left, Duration::from_millis(ms));
                    state.hear(now, ticket, RateLimits::new(Some(told), None));
                }
                _ => {}
            }
            let (requests, tokens) = in_a_minute(&sent, now);
            prop_assert!(requests <= REQUESTS && tokens <= TOKENS, "{requests} {tokens}");
        }
        // Whatever happened, a call that waits for as long as it is told to gets its turn.
        let mut waits = 0;
        while let Err(again) = state.take(now, TOKENS) {
            prop_assert!(again > now);
            now = again;
            waits += 1;
            prop_assert!(waits < 300);
        }
    }
}

#[test]
fn what_was_sent_after_a_call_is_not_taken_for_others_use() {
    let (mut state, now) = (limited(), Instant::now());
    let first = state.take(now, 1).unwrap();
    let rest: Vec<_> = (1..REQUESTS).map(|_| state.take(now, 1).unwrap()).collect();
    // It answers the first when it has counted all seven.
    let told = |left| RateLimits::new(Some(RateWindow::new(REQUESTS, left, MINUTE)), None);
    state.hear(now, &first, told(0));
    for ticket in &rest {
        state.settle(now, ticket, End::Unsent, RateLimits::default());
    }
    assert!((1..REQUESTS).all(|_| state.take(now, 1).is_ok()));
    assert!(state.take(now, 1).is_err());
}

/// A state that knows no limit, and a server that accepts so many calls of a minute.
fn storm(state: &mut State, now: Instant, calls: usize, accepted: usize) -> usize {
    let taken: Vec<_> = (0..calls).map_while(|_| state.take(now, 10).ok()).collect();
    for (number, ticket) in taken.iter().enumerate() {
        let how = if number < accepted { End::Used(10) } else { End::Refused(None) };
        state.settle(now, ticket, how, RateLimits::default());
    }
    taken.len()
}

#[test]
fn what_was_accepted_becomes_the_limit_and_grows_slowly() {
    let (mut state, start) = (State::default(), Instant::now());
    assert_eq!(storm(&mut state, start, 200, 60), 200);
    let minutes = |n: u32| start + WINDOW * n;
    let sent: Vec<_> = (1..8).map(|n| storm(&mut state, minutes(n), 200, 100)).collect();
    // 1 % more each minute, and after the fourth twice as much each time.
    assert_eq!(sent, [60, 61, 61, 62, 63, 66, 71]);
}

#[test]
fn one_refusal_teaches_nothing() {
    let (mut state, now) = (State::default(), Instant::now());
    assert_eq!(storm(&mut state, now, 3, 2), 3);
    assert_eq!(storm(&mut state, now, 200, 200), 200);
}

#[test]
fn fewer_refusals_than_calls_under_way_teach_nothing() {
    let (mut state, now) = (State::default(), Instant::now());
    let open: Vec<_> = (0..30).map(|_| state.take(now, 10).unwrap()).collect();
    assert_eq!(storm(&mut state, now, 30, 0), 30);
    assert_eq!(open.len(), 30, "as many were accepted as were refused");
    assert!(state.take(now + Duration::from_secs(2), 10).is_ok());
    assert_eq!(storm(&mut state, now + Duration::from_secs(2), 2, 0), 2);
    assert!(state.take(now + Duration::from_secs(4), 10).is_err(), "now they are more");
}

/// A hundred calls are under way when the key dies, and their refusals arrive in any order.
#[test]
fn a_key_that_is_refused_is_known_before_all_have_heard_of_it() {
    for seed in 0..200 {
        let (mut state, now) = (State::default(), Instant::now());
        assert_eq!(storm(&mut state, now, 10, 10), 10);
        let mut calls: Vec<_> = (0..100).map(|_| state.take(now, 10).unwrap()).collect();
        fastrand::Rng::with_seed(seed).shuffle(&mut calls);
        let mut refused = 0;
        while !state.is_paused(now) {
            state.settle(now, &calls[refused], End::Refused(None), RateLimits::default());
            refused += 1;
        }
        assert!((3..60).contains(&refused), "seed {seed}: {refused}");
    }
}

#[test]
fn refusals_of_what_is_known_to_be_used_up_teach_nothing() {
    let (mut state, now) = (State::default(), Instant::now());
    let told = |left: u64| {
        let tokens = RateWindow::new(1000, left, Duration::from_secs(5));
        RateLimits::new(None, Some(tokens))
    };
    let tickets: Vec<_> = (0..20).map(|_| state.take(now, 100).unwrap()).collect();
    for ticket in &tickets {
        state.settle(now, ticket, End::Refused(None), told(99));
    }
    let later = now + Duration::from_secs(6);
    assert!((0..5).all(|_| state.take(later, 100).is_ok()));
    // With as many tokens left it must have been the requests.
    let tickets: Vec<_> = (0..20).map(|_| state.take(later, 10).unwrap()).collect();
    for ticket in &tickets {
        state.settle(later, ticket, End::Refused(None), told(100));
    }
    assert!(state.take(later + Duration::from_secs(6), 100).is_err());
}

#[test]
fn a_minute_that_others_used_up_is_no_limit() {
    let (mut state, mut now) = (State::default(), Instant::now());
    assert_eq!(storm(&mut state, now, 200, 0), 200);
    now += Duration::from_secs(2);
    assert_eq!(storm(&mut state, now, 200, 1), 1, "one at a time");
    assert_eq!(storm(&mut state, now, 200, 200), 200);
}

#[test]
fn a_limit_of_tokens_is_told_from_one_of_requests() {
    let (mut state, start) = (State::default(), Instant::now());
    let minutes = |n: u32| start + WINDOW * n;
    // 1,000 tokens a minute, asked for by the hundred, then by the ten.
    let mut server = |now: Instant, size: u64, limit: u64| {
        let mut tickets = Vec::new();
        while tickets.len() < 300
            && let Ok(ticket) = state.take(now, size)
        {
            tickets.push(ticket);
        }
        let mut left = limit;
        let mut refused = 0;
        for ticket in &tickets {
            let fits = left.checked_sub(size);
            let how = if fits.is_some() { End::Used(size) } else { End::Refused(None) };
            left = fits.unwrap_or(left);
            refused += usize::from(fits.is_none());
            state.settle(now, ticket, how, RateLimits::default());
        }
        (tickets.len(), refused)
    };
    assert_eq!(server(minutes(0), 100, 1000), (300, 290));
    // It grew by a fortieth, which two calls find out.
    assert_eq!(server(minutes(1), 10, 1000), (102, 2));
    assert_eq!(server(minutes(2), 100, 1000), (10, 0));
}
