//! What a server says of its limits in the headers of an answer. Each vendor has names and spellings of
//! its own for the same three numbers. What is not one of them is no hint at all: a limiter would wait
//! for it.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::HeaderMap;
use ziggurat_core::{RateLimits, RateWindow};

use super::LONGEST;

/// The names of a limit, of what is left of it, and of when it is whole again. The first row of which
/// something is there counts.
type Names = [&'static str; 3];

const REQUESTS: &[Names] = &[
    // OpenAI, Azure, Groq, xAI. At Groq, and for small accounts of OpenAI, a day's.
    ["x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"],
    [
        "anthropic-ratelimit-requests-limit",
        "anthropic-ratelimit-requests-remaining",
        "anthropic-ratelimit-requests-reset",
    ],
    // Mistral, which says no reset.
    ["x-ratelimit-limit-req-minute", "x-ratelimit-remaining-req-minute", ""],
    // Cerebras.
    [
        "x-ratelimit-limit-requests-minute",
        "x-ratelimit-remaining-requests-minute",
        "x-ratelimit-reset-requests-minute",
    ],
    // The first drafts of the standard, and gateways.
    ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"],
    // OpenRouter and gateways.
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"],
];

const TOKENS: &[Names] = &[
    ["x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
    // Those read and those written, added up; see `PARTS`.
    [
        "anthropic-ratelimit-tokens-limit",
        "anthropic-ratelimit-tokens-remaining",
        "anthropic-ratelimit-tokens-reset",
    ],
    [
        "anthropic-ratelimit-input-tokens-limit",
        "anthropic-ratelimit-input-tokens-remaining",
        "anthropic-ratelimit-input-tokens-reset",
    ],
    // Mistral today, without a reset, and Cerebras.
    [
        "x-ratelimit-limit-tokens-minute",
        "x-ratelimit-remaining-tokens-minute",
        "x-ratelimit-reset-tokens-minute",
    ],
    // Mistral before.
    [
        "x-ratelimitbysize-limit-minute",
        "x-ratelimitbysize-remaining-minute",
        "ratelimitbysize-reset",
    ],
    ["ratelimitbysize-limit", "ratelimitbysize-remaining", "ratelimitbysize-reset"],
];

/// Anthropic limits what is read and what is written. Where one of them is used up, the sum says nothing.
const PARTS: [Names; 2] = [
    [
        "anthropic-ratelimit-input-tokens-limit",
        "anthropic-ratelimit-input-tokens-remaining",
        "anthropic-ratelimit-input-tokens-reset",
    ],
    [
        "anthropic-ratelimit-output-tokens-limit",
        "anthropic-ratelimit-output-tokens-remaining",
        "anthropic-ratelimit-output-tokens-reset",
    ],
];

/// Azure's, which says resets in whole milliseconds where it sends this.
const PERIOD: [&str; 2] =
    ["x-ratelimit-renewalperiod-requests", "x-ratelimit-renewalperiod-tokens"];

/// What these headers say; empty if they say nothing. Dates are relative to the server's clock if it tells
/// the time, else to `now`.
pub(crate) fn rate_limits(headers: &HeaderMap, now: impl FnOnce() -> Timestamp) -> RateLimits {
    // Most servers say nothing; one look at each name is less than one for each that may be there.
    if !headers.keys().any(|name| name.as_str().contains("ratelimit")) {
        return RateLimits::default();
    }
    let date =
        text(headers, "date").and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
    let now = date.unwrap_or_else(now);
    let [requests, tokens] = PERIOD.map(|period| headers.contains_key(period));
    let requests = REQUESTS.iter().find_map(|names| window(headers, names, requests, now));
    let tokens = TOKENS.iter().find_map(|names| window(headers, names, tokens, now));
    let parts = PARTS.iter().filter_map(|names| window(headers, names, false, now));
    let used_up = { parts }.find(|part| part.remaining == Some(0));
    let rest = |part: RateWindow| {
        let limit = tokens.and_then(|sum| sum.limit).or(part.limit);
        RateWindow::new(limit, part.remaining, part.reset)
    };
    RateLimits::new(requests, used_up.map(rest).or(tokens))
}

fn window(headers: &HeaderMap, names: &Names, ms: bool, now: Timestamp) -> Option<RateWindow> {
    let [limit, remaining, reset] = names;
    // A limit of nothing is a key that may not be used, which its refusals say better.
    let limit = count(headers, limit).filter(|limit| *limit > 0);
    let remaining = count(headers, remaining);
    let reset = text(headers, reset).and_then(|text| until(text, ms, now));
    (limit.is_some() || remaining.is_some()).then(|| RateWindow::new(limit, remaining, reset))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

/// A whole number; policies may follow it (`100, 100;w=60`).
fn count(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.split([',', ';']).next()?.trim_end().parse().ok()
}

/// A number, a span (`6m0s`) or a date.
fn until(text: &str, ms: bool, now: Timestamp) -> Option<Duration> {
    let wait = match text.parse::<f64>() {
        Ok(number) if ms => Duration::try_from_secs_f64(number / 1e3).ok(),
        Ok(number) => number_of(number, now),
        Err(_) => span(text).or_else(|| since(text.parse().ok()?, now)),
    };
    wait.filter(|wait| *wait <= LONGEST)
}

/// Seconds, or a moment in seconds or milliseconds since 1970: no wait is as long as that.
fn number_of(number: f64, now: Timestamp) -> Option<Duration> {
    let moment = match number {
        1e12.. => number / 1e3,
        1e9.. => number,
        _ => return Duration::try_from_secs_f64(number).ok(),
    };
    let now = Duration::try_from(now.as_duration()).ok()?;
    Some(Duration::try_from_secs_f64(moment).ok()?.saturating_sub(now))
}

fn since(date: Timestamp, now: Timestamp) -> Option<Duration> {
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// `1h2m3.5s`, `20ms`: numbers with units, none without.
fn span(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| c.is_ascii_alphabetic())?);
        let end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let seconds = match &after[..end] {
            "d" => 86_400.0,
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        let part = Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?;
        total = total.checked_add(part)?;
        rest = &after[end..];
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests;
