//! When a server says to come back. It may say nonsense: what is not a duration of at most a week is
//! no hint at all.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::HeaderMap;

/// The longest wait that is a hint.
pub(crate) const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The hint in `retry-after-ms` or `retry-after` (seconds, or a date relative to `now`).
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let millis = text("retry-after-ms").and_then(|ms| seconds(ms, 1000.0));
    let after = text("retry-after");
    millis.or_else(|| seconds(after?, 1.0)).or_else(|| until(after?, now))
}

/// The server's own word on whether to try again.
pub(crate) fn should_retry(headers: &HeaderMap) -> Option<bool> {
    match headers.get("x-should-retry")?.to_str().ok()?.trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn seconds(text: &str, per_second: f64) -> Option<Duration> {
    let number: f64 = text.parse().ok()?;
    Duration::try_from_secs_f64(number / per_second).ok().filter(|wait| *wait <= LONGEST)
}

fn until(date: &str, now: Timestamp) -> Option<Duration> {
    let date = DateTimeParser::new().parse_timestamp(date).ok()?;
    let wait = Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO);
    Some(wait).filter(|wait| *wait <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn hint(headers: &[(&'static str, &'static str)]) -> Option<Duration> {
        let pairs = headers
            .iter()
            .map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        retry_after(&pairs.collect(), now)
    }

    #[test]
    fn seconds_milliseconds_and_dates_are_read() {
        assert_eq!(hint(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(hint(&[("retry-after", " 0.5 ")]), Some(Duration::from_millis(500)));
        assert_eq!(hint(&[("retry-after-ms", "250")]), Some(Duration::from_millis(250)));
        let date = "Sun, 22 Nov 2026 10:00:30 GMT";
        assert_eq!(hint(&[("retry-after", date)]), Some(Duration::from_secs(30)));
        let past = "Sun, 22 Nov 2026 09:59:00 GMT";
        assert_eq!(hint(&[("retry-after", past)]), Some(Duration::ZERO));
        assert_eq!(hint(&[]), None);
    }

    #[test]
    fn milliseconds_win_and_nonsense_there_does_not_hide_seconds() {
        let both = [("retry-after", "1"), ("retry-after-ms", "20")];
        assert_eq!(hint(&both), Some(Duration::from_millis(20)));
        let broken = [("retry-after", "1"), ("retry-after-ms", "soon")];
        assert_eq!(hint(&broken), Some(Duration::from_secs(1)));
    }

    #[test]
    fn hostile_values_are_no_hint() {
        for value in [
            "-1",
            "NaN",
            "inf",
            "-inf",
            "1e308",
            "1e12",
            "",
            "never",
            "Sun, 22 Nov 9999 10:00:00 GMT",
        ] {
            assert_eq!(hint(&[("retry-after", value)]), None, "{value}");
            assert_eq!(hint(&[("retry-after-ms", value)]), None, "{value}");
        }
    }
}
