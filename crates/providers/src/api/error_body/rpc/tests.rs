//! Google's errors, with a status of HTTP's and without.

use serde_json::json;

use super::super::ErrorBody;
use super::*;
use ErrorKind::*;

fn kind(status: u16, body: &Value) -> ErrorKind {
    ErrorBody::parse(body.to_string().as_bytes()).classify(Some(status))
}

fn google(code: u16, status: &str, message: &str, details: Value) -> Value {
    json!({"error": {"code": code, "message": message, "status": status, "details": details}})
}

#[test]
fn google_s_statuses_and_reasons_say_more_than_http_s() {
    let reason = |reason: &str| {
        json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason, "domain": "googleapis.com"}])
    };
    let too_long =
        "The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).";
    let place = "User location is not supported for the API use.";
    let no_model = "models/x is not found for API version v1beta, or is not supported for \
        generateContent.";
    let rows = [
        (400, "INVALID_ARGUMENT", "API key not valid.", reason("API_KEY_INVALID"), Auth),
        (400, "INVALID_ARGUMENT", "Invalid value", json!([]), InvalidRequest),
        (400, "INVALID_ARGUMENT", too_long, Value::Null, ContextLength),
        (400, "FAILED_PRECONDITION", place, Value::Null, Permission),
        (400, "FAILED_PRECONDITION", "The cache is gone.", Value::Null, InvalidRequest),
        (401, "UNAUTHENTICATED", "no", reason("ACCESS_TOKEN_EXPIRED"), Auth),
        (403, "PERMISSION_DENIED", "no", reason("API_KEY_SERVICE_BLOCKED"), Permission),
        (403, "PERMISSION_DENIED", "no", reason("BILLING_DISABLED"), Quota),
        (404, "NOT_FOUND", no_model, Value::Null, ModelNotFound),
        (404, "NOT_FOUND", "CachedContent not found", Value::Null, InvalidRequest),
        (429, "RESOURCE_EXHAUSTED", "Please try again later.", Value::Null, RateLimit),
        (499, "CANCELLED", "The operation was cancelled.", Value::Null, Server),
        (500, "INTERNAL", "An internal error has occurred.", Value::Null, Server),
        (501, "UNIMPLEMENTED", "no", Value::Null, Unsupported),
        (503, "UNAVAILABLE", "The model is overloaded.", Value::Null, Server),
        (504, "DEADLINE_EXCEEDED", "Deadline expired.", Value::Null, Server),
    ];
    for (code, status, message, details, expected) in rows {
        let body = google(code, status, message, details);
        assert_eq!(kind(code, &body), expected, "{body}");
        assert_eq!(kind(code, &json!([body])), expected, "{body} in a list");
        // Within a stream, where the body alone tells.
        assert_eq!(ErrorBody::inside(&body).unwrap().classify(None), expected, "{body}");
    }
}

#[test]
fn google_s_status_alone_tells_the_family() {
    let rows = [
        ("UNAUTHENTICATED", Auth),
        ("PERMISSION_DENIED", Permission),
        ("RESOURCE_EXHAUSTED", RateLimit),
        ("INVALID_ARGUMENT", InvalidRequest),
        ("UNAVAILABLE", Server),
        ("INTERNAL", Server),
    ];
    for (status, expected) in rows {
        let error = ErrorBody::read(&json!({"error": {"status": status, "message": "m"}}));
        assert_eq!((error.classify(None), error.code()), (expected, Some(status)));
    }
}

#[test]
fn a_minute_s_quota_comes_back_and_a_day_s_does_not() {
    let minute = json!({"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
        "quotaValue": "10"});
    let day = json!({"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
        "quotaValue": "20"});
    let none = json!({"quotaId": "GenerateContentInputTokensPerModelPerMinute-FreeTier",
        "quotaValue": "0"});
    let rows = [
        (json!([minute]), RateLimit),
        (json!([day]), Quota),
        (json!([minute, day]), Quota),
        (json!([none]), Quota),
        (json!([]), RateLimit),
        (json!("odd"), RateLimit),
    ];
    for (violations, expected) in rows {
        let details = json!([
            {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": violations},
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "58.8s"},
        ]);
        let body = google(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", details);
        assert_eq!(kind(429, &body), expected, "{body}");
    }
    for message in [
        "Your prepayment credits are depleted.",
        "Your project has exceeded its monthly spending cap.",
    ] {
        assert_eq!(kind(429, &google(429, "RESOURCE_EXHAUSTED", message, Value::Null)), Quota);
    }
}
