//! Headers as vendors send them, and as nobody should.

use super::*;
use reqwest::header::{HeaderName, HeaderValue};

const NOW: &str = "2026-08-19T14:41:00Z";

fn read(pairs: &[(&str, &str)]) -> RateLimits {
    let header = |(name, value): &(&str, &str)| {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        (name, HeaderValue::from_bytes(value.as_bytes()).unwrap())
    };
    rate_limits(&pairs.iter().map(header).collect(), || NOW.parse().unwrap())
}

fn window(limit: u64, remaining: u64, ms: u64) -> Option<RateWindow> {
    Some(RateWindow::new(limit, remaining, Duration::from_millis(ms)))
}

#[test]
fn openai_and_groq_say_spans() {
    let openai = read(&[
        ("x-ratelimit-limit-requests", "5000"),
        ("x-ratelimit-remaining-requests", "4999"),
        ("x-ratelimit-reset-requests", "12ms"),
        ("x-ratelimit-limit-tokens", "160000"),
        ("x-ratelimit-remaining-tokens", "159970"),
        ("x-ratelimit-reset-tokens", "6m0s"),
    ]);
    assert_eq!(openai.requests, window(5000, 4999, 12));
    assert_eq!(openai.tokens, window(160_000, 159_970, 360_000));
    let groq = read(&[
        ("x-ratelimit-limit-requests", "14400"),
        ("x-ratelimit-remaining-requests", "14370"),
        ("x-ratelimit-reset-requests", "2m59.56s"),
        ("x-ratelimit-remaining-tokens", "17997"),
    ]);
    assert_eq!(groq.requests, window(14_400, 14_370, 179_560));
    assert_eq!(groq.tokens, Some(RateWindow::new(None, 17_997, None)));
}

#[test]
fn azure_says_whole_milliseconds() {
    // As recorded: one request of 120 is back after half a second, 14 tokens of 120,000 after 7 ms.
    let azure = read(&[
        ("x-ratelimit-renewalperiod-requests", "60"),
        ("x-ratelimit-limit-requests", "120"),
        ("x-ratelimit-remaining-requests", "119"),
        ("x-ratelimit-reset-requests", "500"),
        ("x-ratelimit-renewalperiod-tokens", "60"),
        ("x-ratelimit-limit-tokens", "120000"),
        ("x-ratelimit-remaining-tokens", "119986"),
        ("x-ratelimit-reset-tokens", "7"),
    ]);
    assert_eq!(azure.requests, window(120, 119, 500));
    assert_eq!(azure.tokens, window(120_000, 119_986, 7));
}

#[test]
fn anthropic_says_dates_and_a_part_that_is_used_up_rules() {
    let headers = [
        ("anthropic-ratelimit-requests-limit", "4000"),
        ("anthropic-ratelimit-requests-remaining", "3999"),
        ("anthropic-ratelimit-requests-reset", "2026-08-19T14:41:01Z"),
        ("anthropic-ratelimit-tokens-limit", "280000"),
        ("anthropic-ratelimit-tokens-remaining", "80000"),
        ("anthropic-ratelimit-tokens-reset", "2026-08-19T14:41:05Z"),
        ("anthropic-ratelimit-input-tokens-limit", "200000"),
        ("anthropic-ratelimit-input-tokens-remaining", "7"),
        ("anthropic-ratelimit-input-tokens-reset", "2026-08-19T14:42:00+00:00"),
    ];
    let told = read(&headers);
    assert_eq!(told.requests, window(4000, 3999, 1000));
    assert_eq!(told.tokens, window(280_000, 80_000, 5000));
    let mut used_up = headers;
    used_up[7].1 = "0";
    assert_eq!(read(&used_up).tokens, window(280_000, 0, 60_000));
    // A clock that is wrong by an hour changes nothing, if the server tells its own.
    let dated = [&headers[..], &[("date", "Wed, 19 Aug 2026 14:40:58 GMT")]].concat();
    assert_eq!(read(&dated).requests, window(4000, 3999, 3000));
}

#[test]
fn others_have_names_of_their_own() {
    let mistral = read(&[
        ("x-ratelimit-limit-req-minute", "60"),
        ("x-ratelimit-remaining-req-minute", "59"),
        ("x-ratelimit-limit-tokens-minute", "50000"),
        ("x-ratelimit-remaining-tokens-minute", "47196"),
        ("x-ratelimit-limit-tokens-month", "4000000"),
    ]);
    assert_eq!(mistral.requests, Some(RateWindow::new(60, 59, None)));
    assert_eq!(mistral.tokens, Some(RateWindow::new(50_000, 47_196, None)));
    let before = read(&[
        ("ratelimitbysize-reset", "38"),
        ("x-ratelimitbysize-limit-minute", "500000"),
        ("x-ratelimitbysize-remaining-minute", "499983"),
    ]);
    assert_eq!(before.tokens, window(500_000, 499_983, 38_000));
    let cerebras =
        [("x-ratelimit-limit-tokens-minute", "60000"), ("x-ratelimit-reset-tokens-minute", "11.5")];
    let reset = Duration::from_millis(11_500);
    assert_eq!(read(&cerebras).tokens, Some(RateWindow::new(60_000, None, reset)));
    let draft = [
        ("ratelimit-limit", "100, 100;w=60"),
        ("ratelimit-remaining", "98"),
        ("ratelimit-reset", "3"),
    ];
    assert_eq!(read(&draft).requests, window(100, 98, 3000));
    let moment = [
        ("x-ratelimit-limit", "20"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "1787150520000"),
    ];
    assert_eq!(read(&moment).requests, window(20, 0, 60_000));
}

#[test]
fn hostile_values_are_no_hint() {
    let (limit, reset) = ("x-ratelimit-limit-requests", "x-ratelimit-reset-requests");
    for value in [
        "",
        "NaN",
        "inf",
        "1e308",
        "-1",
        "-1s",
        "1e308h",
        "1h1",
        "5x",
        "s",
        "1.2.3s",
        "99999999h",
        "\u{fe}",
    ] {
        let told = read(&[(limit, "60"), (reset, value)]);
        assert_eq!(told.requests, Some(RateWindow::new(60, None, None)), "{value}");
        assert!(read(&[(limit, value)]).is_empty(), "{value}");
    }
    assert!(read(&[(limit, "0"), (reset, "1s")]).is_empty());
    assert!(read(&[(limit, "18446744073709551616")]).is_empty());
    assert!(read(&[]).is_empty());
}

/// Every answer that was recorded with such headers is understood to the last number.
#[test]
fn recorded_headers_are_read() {
    let Some(folder) = std::env::var_os("ZIGGURAT_RECORDINGS") else {
        println!("SKIPPED: recorded traffic; set ZIGGURAT_RECORDINGS to its folder");
        return;
    };
    let mut seen = 0;
    for file in std::fs::read_dir(std::path::Path::new(&folder).join("traffic")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let recording: serde_json::Value = serde_json::from_str(&text).unwrap();
        let headers = recording["response"]["headers"].as_object();
        let headers = headers.into_iter().flatten();
        let pairs: Vec<_> =
            headers.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
        let has = |end: &str| {
            pairs.iter().any(|(name, _)| name.contains("ratelimit") && name.ends_with(end))
        };
        let Some(_) = pairs.iter().find(|(name, _)| name.contains("ratelimit")) else { continue };
        let RateLimits { requests: Some(requests), tokens: Some(tokens), .. } = read(&pairs) else {
            // One recording keeps the parts alone.
            panic!("{}", recording["id"]);
        };
        for (told, unit) in [(requests, "requests"), (tokens, "tokens")] {
            let limited = has(&format!("limit-{unit}")) || has(&format!("{unit}-limit"));
            assert_eq!(told.limit.is_some(), limited, "{}", recording["id"]);
            assert!(told.remaining.is_some(), "{}", recording["id"]);
            let resets = has(&format!("reset-{unit}")) || has(&format!("{unit}-reset"));
            assert_eq!(told.reset.is_some(), resets, "{}", recording["id"]);
            assert!(told.reset.is_none_or(|reset| reset < Duration::from_secs(180)));
        }
        seen += 1;
    }
    assert!(seen >= 25, "only {seen} recordings have such headers");
}
