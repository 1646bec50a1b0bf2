//! Headers that tell a client what it may still ask: when to try again, and how much of a limit is left.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue, RETRY_AFTER};
use jiff::Timestamp;
use ziggurat_core::{CallContext, RateLimits, RateWindow, Signal};

use crate::lock;

/// A vendor's words for its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LimitHeaders {
    /// `x-ratelimit-remaining-requests`, and a time until everything is there again: `6m0s`.
    OpenAi,
    /// `anthropic-ratelimit-requests-remaining`, and the moment when it is: RFC 3339.
    Anthropic,
    /// None.
    Silent,
}

/// Listens to what a call says of limits.
#[derive(Debug, Default, Clone)]
pub(super) struct Tap(Arc<Mutex<Option<RateLimits>>>);

impl Tap {
    /// A context that this listens to.
    pub(super) fn context(&self) -> CallContext {
        let heard = Arc::clone(&self.0);
        CallContext::default().tapped(move |signal| {
            if let Signal::RateLimits(limits) = signal {
                *lock(&heard) = Some(*limits);
            }
        })
    }

    /// Writes what was heard.
    pub(super) fn write(&self, words: LimitHeaders, headers: &mut HeaderMap) {
        let Some(limits) = *lock(&self.0) else { return };
        for (what, window) in [("requests", limits.requests), ("tokens", limits.tokens)] {
            if let Some(window) = window {
                write(words, what, &window, headers);
            }
        }
    }
}

fn write(words: LimitHeaders, what: &str, window: &RateWindow, headers: &mut HeaderMap) {
    let (reset, name): (_, fn(&str, &str) -> String) = match words {
        LimitHeaders::OpenAi => {
            (window.reset.map(span), |what, field| format!("x-ratelimit-{field}-{what}"))
        }
        LimitHeaders::Anthropic => {
            (window.reset.map(moment), |what, field| format!("anthropic-ratelimit-{what}-{field}"))
        }
        LimitHeaders::Silent => return,
    };
    let text = |number: Option<u64>| number.map(|number| number.to_string());
    let fields =
        [("limit", text(window.limit)), ("remaining", text(window.remaining)), ("reset", reset)];
    for (field, value) in fields {
        let name = HeaderName::from_bytes(name(what, field).as_bytes());
        let value = value.as_deref().map(HeaderValue::from_str);
        if let (Ok(name), Some(Ok(value))) = (name, value) {
            headers.insert(name, value);
        }
    }
}

/// A span as Go writes it: `20ms`, `1.5s`, `6m0s`.
fn span(span: Duration) -> String {
    let millis = span.as_nanos().div_ceil(1_000_000);
    let (minutes, seconds) = (millis / 60_000, (millis % 60_000) as f64 / 1_000.0);
    match (minutes, millis) {
        (0, 0..1_000) => format!("{millis}ms"),
        (0, _) => format!("{seconds}s"),
        (minutes, _) => format!("{minutes}m{seconds}s"),
    }
}

/// The moment that is so far from now, in whole seconds, and never too early.
fn moment(from_now: Duration) -> String {
    let later = Timestamp::now().as_second().saturating_add_unsigned(ceiled(from_now));
    Timestamp::from_second(later).unwrap_or(Timestamp::MAX).to_string()
}

/// Says when to try again: in whole seconds, and never too early, for those who know no more; in
/// milliseconds beside, where that is less than a second apart.
pub(super) fn write_hint(wait: Duration, headers: &mut HeaderMap) {
    headers.insert(RETRY_AFTER, HeaderValue::from(ceiled(wait)));
    if wait.subsec_millis() > 0 {
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        headers.insert(HeaderName::from_static("retry-after-ms"), HeaderValue::from(millis));
    }
}

fn ceiled(span: Duration) -> u64 {
    span.as_secs().saturating_add(u64::from(span.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(words: LimitHeaders) -> HeaderMap {
        let tap = Tap::default();
        let requests = RateWindow::new(60, 59, Duration::from_millis(1_500));
        let tokens = RateWindow::new(1_000, None, Duration::from_secs(366));
        let limits = RateLimits::new(Some(requests), Some(tokens));
        tap.context().signal(Signal::RateLimits(limits));
        let mut headers = HeaderMap::new();
        tap.write(words, &mut headers);
        headers
    }

    #[test]
    fn each_vendor_has_its_own_words_for_limits() {
        let openai = headers(LimitHeaders::OpenAi);
        assert_eq!(openai["x-ratelimit-limit-requests"], "60");
        assert_eq!(openai["x-ratelimit-remaining-requests"], "59");
        assert_eq!(openai["x-ratelimit-reset-requests"], "1.5s");
        assert_eq!(openai["x-ratelimit-reset-tokens"], "6m6s");
        assert_eq!(openai.len(), 5, "what is not known is not said: {openai:?}");
        let anthropic = headers(LimitHeaders::Anthropic);
        assert_eq!(anthropic["anthropic-ratelimit-requests-remaining"], "59");
        let reset = anthropic["anthropic-ratelimit-requests-reset"].to_str().unwrap();
        let reset: Timestamp = reset.parse().unwrap();
        let wait = reset.duration_since(Timestamp::now()).as_millis();
        assert!((1_000..=2_500).contains(&wait), "{wait}");
        assert_eq!(headers(LimitHeaders::Silent).len(), 0);
    }

    #[test]
    fn spans_are_written_as_go_does() {
        let spans = [(20, "20ms"), (999, "999ms"), (1_500, "1.5s"), (360_000, "6m0s"), (0, "0ms")];
        for (millis, text) in spans {
            assert_eq!(span(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn a_hint_is_never_too_early() {
        let mut headers = HeaderMap::new();
        write_hint(Duration::from_millis(200), &mut headers);
        assert_eq!(
            (&headers["retry-after"], &headers["retry-after-ms"]),
            (&"1".parse().unwrap(), &"200".parse().unwrap())
        );
    }
}
