//! A limit that a scripted provider enforces, as a vendor's server would: what is asked beyond it is
//! refused with 429. It counts in tokio's time, so that ten minutes of it take no time in a test.

mod gauge;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use ziggurat_core::{ChatRequest, RateLimits, Usage};

use crate::lock;
use gauge::Gauge;

/// How a server counts what a minute allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// A bucket that is full at first and fills evenly, a limit's worth a minute (OpenAI, Anthropic).
    #[default]
    TokenBucket,
    /// Whole minutes, counted from the first request; each allows a limit's worth.
    FixedWindow,
}

/// What a [`ScriptedProvider`](crate::ScriptedProvider) allows in a minute, and what became of it.
/// Clones share their counts.
///
/// A request counts the tokens that its turn uses, if the script says how many. Else it counts as
/// OpenAI does before an answer is there: its estimated input and its `max_tokens`. What is larger than
/// the limit counts as much as the limit.
///
/// ```
/// use ziggurat_testkit::{Algorithm, Limits, ScriptedProvider, Turn};
/// let limits = Limits::per_minute().requests(60).tokens(100_000).headers(true);
/// let provider = ScriptedProvider::new().otherwise(Turn::text("fine")).limited(limits.clone());
/// // … calls, and then:
/// assert_eq!((limits.accepted(), limits.refused()), (0, 0));
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "a limit does nothing until a provider has it"]
pub struct Limits {
    requests: Option<u64>,
    tokens: Option<u64>,
    algorithm: Algorithm,
    headers: bool,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Debug, Default)]
struct Counts {
    requests: Gauge,
    tokens: Gauge,
    accepted: usize,
    refused: usize,
    accepted_tokens: u64,
}

/// What the server decides about a request.
#[derive(Debug, PartialEq)]
pub(crate) struct Verdict {
    /// `None` if it is accepted; else how long until it would be, if it says so.
    pub(crate) refused: Option<Option<Duration>>,
    /// What it says beside its answer.
    pub(crate) told: Option<RateLimits>,
}

impl Limits {
    /// No limit yet; those that follow are for a minute. Default: a token bucket, without headers.
    pub fn per_minute() -> Self {
        Self::default()
    }

    /// So many requests.
    pub fn requests(mut self, requests: u64) -> Self {
        self.requests = Some(requests.max(1));
        self
    }

    /// So many tokens.
    pub fn tokens(mut self, tokens: u64) -> Self {
        self.tokens = Some(tokens.max(1));
        self
    }

    /// How they are counted.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Whether every answer and every refusal says what is left
    /// ([`Signal::RateLimits`](ziggurat_core::Signal::RateLimits)), and a refusal when it would be none.
    /// Without, a refusal is all there is.
    pub fn headers(mut self, headers: bool) -> Self {
        self.headers = headers;
        self
    }

    /// How many requests were accepted.
    pub fn accepted(&self) -> usize {
        lock(&self.counts).accepted
    }

    /// How many requests were refused.
    pub fn refused(&self) -> usize {
        lock(&self.counts).refused
    }

    /// How many tokens the accepted requests have counted.
    pub fn accepted_tokens(&self) -> u64 {
        lock(&self.counts).accepted_tokens
    }

    /// Begins anew: nothing was asked yet.
    #[cfg(feature = "server")]
    pub(crate) fn begin_anew(&self) {
        *lock(&self.counts) = Counts::default();
    }

    /// Decides about a request whose turn has this usage.
    pub(crate) fn admit(&self, request: &ChatRequest, usage: Option<Usage>) -> Verdict {
        self.admit_at(Instant::now(), tokens_of(request, usage))
    }

    fn admit_at(&self, now: Instant, tokens: u64) -> Verdict {
        let counts = &mut *lock(&self.counts);
        let sides =
            [(self.requests, &mut counts.requests, 1), (self.tokens, &mut counts.tokens, tokens)];
        let mut limited: Vec<_> = sides
            .into_iter()
            .map(|(limit, gauge, need)| {
                limit.map(|limit| (gauge.at(now, self.algorithm, limit), need))
            })
            .collect();
        let waits = limited.iter().flatten().filter_map(|(gauge, need)| gauge.wait(*need));
        let wait = waits.max();
        if wait.is_none() {
            limited.iter_mut().flatten().for_each(|(gauge, need)| gauge.take(*need));
        }
        let mut told = limited.into_iter().map(|side| side.map(|(gauge, _)| gauge.told()));
        let told = RateLimits::new(told.next().flatten(), told.next().flatten());
        match wait {
            Some(_) => counts.refused += 1,
            None => {
                counts.accepted += 1;
                counts.accepted_tokens += tokens;
            }
        }
        Verdict {
            refused: wait.map(|wait| self.headers.then_some(wait)),
            told: self.headers.then_some(told),
        }
    }
}

fn tokens_of(request: &ChatRequest, usage: Option<Usage>) -> u64 {
    let used = usage.and_then(|usage| Some(usage.input_tokens? + usage.output_tokens?));
    let bound = u64::from(request.max_tokens.unwrap_or(0));
    used.unwrap_or_else(|| request.estimated_input_tokens() + bound)
}

#[cfg(test)]
mod tests;
