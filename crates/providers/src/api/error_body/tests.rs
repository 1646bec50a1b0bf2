//! The tables, row by row, in the spellings that servers really use.

use serde_json::json;

use super::*;
use ErrorKind::*;

fn kind(status: u16, body: &Value) -> ErrorKind {
    ErrorBody::parse(body.to_string().as_bytes()).classify(Some(status))
}

#[test]
fn a_status_alone_decides_when_the_body_says_nothing() {
    let rows = [
        (400, InvalidRequest),
        (401, Auth),
        (402, Quota),
        (403, Permission),
        (404, InvalidRequest),
        (405, InvalidRequest),
        (408, Timeout),
        (409, Server),
        (413, InvalidRequest),
        (422, InvalidRequest),
        (429, RateLimit),
        (425, InvalidRequest),
        (498, InvalidRequest),
        (500, Server),
        (503, Server),
        (529, Server),
        (599, Server),
    ];
    for (status, expected) in rows {
        assert_eq!(kind(status, &json!({})), expected, "{status}");
        assert_eq!(ErrorBody::parse(b"<html>").classify(Some(status)), expected, "{status}");
    }
}

#[test]
fn codes_say_more_than_a_status() {
    let rows = [
        (429, "insufficient_quota", Quota),
        (429, "billing_hard_limit_reached", Quota),
        (403, "billing_not_active", Quota),
        (498, "capacity_exceeded", Server),
        (429, "rate_limit_exceeded", RateLimit),
        (400, "context_length_exceeded", ContextLength),
        (400, "content_filter", ContentFilter),
        (400, "content_policy_violation", ContentFilter),
        (404, "model_not_found", ModelNotFound),
        (403, "model_not_found", ModelNotFound),
        (404, "DeploymentNotFound", ModelNotFound),
        (401, "invalid_api_key", Auth),
    ];
    for (status, code, expected) in rows {
        let body = json!({"error": {"message": "m", "type": "x", "code": code}});
        assert_eq!(kind(status, &body), expected, "{status} {code}");
        let as_type = json!({"error": {"message": "m", "type": code, "code": null}});
        assert_eq!(kind(status, &as_type), expected, "{status} {code}");
    }
}

#[test]
fn words_decide_where_servers_send_no_code() {
    let rows = [
        (400, "This model's maximum context length is 4096 tokens.", ContextLength),
        (400, "the request exceeds the available context size", ContextLength),
        (404, "The model `x` does not exist", ModelNotFound),
        (404, "model \"llama9\" not found, try pulling it first", ModelNotFound),
        (404, "Invalid URL (POST /v2/chat/completions)", InvalidRequest),
        (400, "Invalid model: x", ModelNotFound),
        (400, "x is not a valid model ID", ModelNotFound),
        (500, "context size", Server),
        (404, "model 'llama9' not found", ModelNotFound),
        (404, "404 page not found", InvalidRequest),
        (400, "registry.ollama.ai/library/gemma:2b does not support tools", Unsupported),
        (400, "\"gemma:2b\" does not support thinking", Unsupported),
        (400, "\"nomic-embed-text\" does not support chat", Unsupported),
        (400, "Unsupported value: 'x' does not support 'y' with this model.", InvalidRequest),
        (400, "the input length exceeds the context length", ContextLength),
        // Another model's room is free again a moment later.
        (500, "model requires more system memory (5.6 GiB) than is available (3 GiB)", Server),
        (503, "server busy, please try again.  maximum pending requests exceeded", Server),
        (429, "you have reached your weekly usage limit, please wait or upgrade", Quota),
        (429, "slow down", RateLimit),
    ];
    for (status, message, expected) in rows {
        assert_eq!(kind(status, &json!({"error": {"message": message}})), expected, "{message}");
        assert_eq!(kind(status, &json!({"error": message})), expected, "{message}");
        assert_eq!(kind(status, &json!({"detail": message})), expected, "{message}");
        assert_eq!(kind(status, &json!([{"error": {"message": message}}])), expected, "{message}");
    }
}

#[test]
fn a_flagged_request_is_not_a_forbidden_key() {
    let reasons = json!({"error": {"code": 403, "message": "Provider said no",
        "metadata": {"reasons": ["violence"], "flagged_input": "…"}}});
    assert_eq!(kind(403, &reasons), ContentFilter);
    assert_eq!(ErrorBody::inside(&reasons).unwrap().classify(None), ContentFilter);
    let rows = [
        ("Your input was flagged", ContentFilter),
        ("m requires moderation on P", ContentFilter),
        ("Your account was flagged for abuse", Permission),
        ("Missing scopes: api.moderation.write", Permission),
        ("Country not supported", Permission),
    ];
    for (message, expected) in rows {
        assert_eq!(kind(403, &json!({"error": {"message": message}})), expected, "{message}");
    }
    let none = json!({"error": {"message": "no", "metadata": {"reasons": []}}});
    assert_eq!(kind(403, &none), Permission);
}

#[test]
fn an_error_inside_an_answer_is_found_and_classified() {
    let rows = [
        (json!({"error": {"code": 429, "message": "slow down"}}), RateLimit),
        (json!({"error": {"code": "502", "message": "bad gateway"}}), Server),
        (json!({"error": {"type": "invalid_request_error", "status_code": 400}}), InvalidRequest),
        (json!({"error": {"type": "invalid_request_error"}}), InvalidRequest),
        (json!({"error": {"type": "server_error"}}), Server),
        (json!({"error": "overloaded"}), Server),
        (json!({"StatusCode": 429, "Status": "429 Too Many", "error": "slow down"}), RateLimit),
        (json!({"error": {"code": "context_length_exceeded"}}), ContextLength),
        (json!({"error": {"code": "invalid_prompt"}}), InvalidRequest),
        (json!({"error": {"code": "image_too_large"}}), InvalidRequest),
        (json!({"error": {"code": "image_content_policy_violation"}}), ContentFilter),
        (json!({"error": {"code": "invalid_api_key"}}), Auth),
        (json!({"object": "error", "type": "BadRequestError", "code": 400}), InvalidRequest),
    ];
    for (answer, expected) in rows {
        let error = ErrorBody::inside(&answer).expect("an error");
        assert_eq!(error.classify(None), expected, "{answer}");
    }
    for answer in [json!({"choices": []}), json!({"error": null}), json!({"error": false})] {
        assert_eq!(ErrorBody::inside(&answer), None);
    }
}

#[test]
fn a_gateway_s_cause_is_part_of_the_message() {
    let body = json!({"error": {"code": 429, "message": "Provider returned error",
        "metadata": {"raw": "try later"}}});
    assert_eq!(ErrorBody::read(&body).message, "Provider returned error: try later");
}

#[test]
fn anthropic_s_errors_mean_the_same_with_a_status_and_without() {
    let rows = [
        (400, "invalid_request_error", "max_tokens: required", InvalidRequest),
        (400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000", ContextLength),
        (
            400,
            "invalid_request_error",
            "input and `max_tokens` exceed context limit",
            ContextLength,
        ),
        (400, "invalid_request_error", "Your credit balance is too low to go on", Quota),
        (400, "invalid_request_error", "You have reached your specified API usage limits.", Quota),
        (401, "authentication_error", "invalid x-api-key", Auth),
        (402, "billing_error", "no card", Quota),
        (403, "permission_error", "not yours", Permission),
        (404, "not_found_error", "model: claude-x", ModelNotFound),
        (404, "not_found_error", "Not Found", InvalidRequest),
        (413, "request_too_large", "too many bytes", ContextLength),
        (429, "rate_limit_error", "slow down", RateLimit),
        (500, "api_error", "Internal server error", Server),
        (504, "timeout_error", "timed out", Timeout),
        (529, "overloaded_error", "Overloaded", Server),
    ];
    for (status, name, message, expected) in rows {
        let body = json!({"type": "error", "error": {"type": name, "message": message}});
        assert_eq!(kind(status, &body), expected, "{message}");
        let inside = ErrorBody::inside(&body).unwrap();
        assert_eq!((inside.classify(None), inside.status()), (expected, Some(status)), "{message}");
        assert_eq!(inside.code(), Some(name));
    }
    // Others use some of these types for other statuses.
    let other = json!({"error": {"type": "invalid_request_error", "message": "m"}});
    assert_eq!(ErrorBody::inside(&other).unwrap().status(), None);
}

#[test]
fn a_key_refused_with_another_status_is_a_refused_key() {
    let body = json!({"code": "invalid-argument", "error": "Incorrect API key provided."});
    assert_eq!(kind(400, &body), Auth);
    assert_eq!(ErrorBody::read(&body).code(), Some("invalid-argument"));
}
