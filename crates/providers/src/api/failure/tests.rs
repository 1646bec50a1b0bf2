//! Which refusals are worth another attempt, as the vendors' libraries have it: 408, 409, 429 and 5xx,
//! broken connections, and above all the server's own word (`x-should-retry`).

use std::time::Duration;

use secrecy::SecretString;

use super::*;
use crate::http::ApiKey;

fn reporter() -> Reporter {
    let key = ApiKey::new(Some(SecretString::from("sk-canary-4f9c2e")), "TEST_KEY");
    Reporter::new("test", key, "http://server", Duration::from_secs(1))
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

#[test]
fn two_hundred_statuses_under_three_words_of_the_server() {
    let mut rows = 0;
    for status in 400..600_u16 {
        let usual = matches!(status, 408 | 409 | 429 | 500..);
        for (word, expected) in [(None, usual), (Some("true"), true), (Some("false"), false)] {
            let headers = headers(word.map(|word| ("x-should-retry", word)).as_slice());
            let error = refusal(&reporter(), status, &headers, b"{}");
            assert_eq!(error.is_retryable(), expected, "{status} {word:?}: {error:?}");
            assert_eq!(error.status(), Some(status));
            rows += 1;
        }
    }
    assert_eq!(rows, 600);
}

#[test]
fn a_word_that_is_none_changes_nothing() {
    for word in ["", "TRUE", "yes", "1", "null"] {
        let headers = headers(&[("x-should-retry", word)]);
        assert!(refusal(&reporter(), 500, &headers, b"").is_retryable(), "{word}");
        assert!(!refusal(&reporter(), 400, &headers, b"").is_retryable(), "{word}");
    }
}

#[test]
fn an_empty_account_is_final_unless_the_server_says_otherwise() {
    let body = br#"{"error":{"message":"no money","code":"insufficient_quota"}}"#;
    let error = refusal(&reporter(), 429, &HeaderMap::new(), body);
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Quota, false));
    assert_eq!(error.code(), Some("insufficient_quota"));
    assert!(
        refusal(&reporter(), 429, &headers(&[("x-should-retry", "true")]), body).is_retryable()
    );
}

#[test]
fn ids_and_hints_are_found_in_headers_and_bodies() {
    let body = br#"{"type":"error","request_id":"req_body",
        "error":{"type":"rate_limit_error","message":"slow",
        "details":[{"@type":"other"},{"retryDelay":"34.5s"}]}}"#;
    let error = refusal(&reporter(), 429, &HeaderMap::new(), body);
    assert_eq!(error.request_id(), Some("req_body"));
    assert_eq!(error.retry_after(), Some(Duration::from_millis(34_500)));
    assert_eq!(error.code(), Some("rate_limit_error"));
    let headers = headers(&[("request-id", "req_head"), ("retry-after", "2")]);
    let error = refusal(&reporter(), 429, &headers, body);
    assert_eq!(error.request_id(), Some("req_head"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(2)));
}

#[test]
fn nonsense_in_a_body_is_no_hint() {
    for delay in ["-1s", "NaNs", "infs", "1e308s", "5", "s", ""] {
        let body =
            format!(r#"{{"error":{{"message":"m","details":[{{"retryDelay":"{delay}"}}]}}}}"#);
        let error = refusal(&reporter(), 429, &HeaderMap::new(), body.as_bytes());
        assert_eq!(error.retry_after(), None, "{delay}");
    }
}

#[test]
fn a_server_that_is_not_signed_in_is_no_fault_of_the_key() {
    let body = br#"{"error":"unauthorized","signin_url":"https://ollama.com/connect?key=x"}"#;
    let error = refusal(&reporter(), 401, &HeaderMap::new(), body);
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.message().contains("`ollama signin`"), "{error}");
}
