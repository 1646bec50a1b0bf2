//! What the server does while it serves, and how it ends.

use serde_json::json;

use crate::process::FakeLlm;

#[test]
fn the_same_request_gets_the_same_answer_of_the_size_asked_for() {
    let server = FakeLlm::start(&["--reply-bytes", "100"]);
    let (status, text) = server.ask("Why?");
    assert_eq!((status, text.len()), (200, 100));
    assert_eq!(server.ask("Why?").1, text);
    assert_ne!(server.ask("How?").1, text);
    assert_eq!(FakeLlm::start(&["--reply-tokens", "25"]).ask("Why?").1, text);
    assert_eq!(FakeLlm::start(&["--reply", "As told."]).ask("Why?").1, "As told.");
}

#[test]
fn a_stream_has_as_many_chunks_as_asked() {
    let server =
        FakeLlm::start(&["--reply", "0123456789", "--chunks", "5", "--chunk-delay", "1ms"]);
    let body = json!({"model": "m", "stream": true, "messages": []});
    let answer = server.exchange("POST", "/api/chat", &body);
    for piece in ["\"01\"", "\"23\"", "\"45\"", "\"67\"", "\"89\""] {
        assert!(answer.contains(piece), "{answer}");
    }
}

#[test]
fn no_call_is_hit_twice_and_all_faults_are_counted() {
    let server = FakeLlm::start(&[
        "--error-rate",
        "0.3",
        "--error-status",
        "429,503",
        "--drop-rate",
        "0.2",
        "--never-twice",
        "--retry-after",
        "200ms",
        "--seed",
        "7",
    ]);
    let (mut errors, mut drops) = (0, 0);
    for call in 0..60 {
        match server.ask(&format!("call {call}")).0 {
            200 => continue,
            0 => drops += 1,
            _ => errors += 1,
        }
        assert_eq!(server.ask(&format!("call {call}")).0, 200);
    }
    let counts = server.counts();
    assert_eq!(counts["requests"], 60 + errors + drops);
    assert_eq!(counts["faults"]["reset"], drops);
    let told =
        counts["faults"]["429"].as_u64().unwrap() + counts["faults"]["503"].as_u64().unwrap();
    assert_eq!(told, errors);
    assert!(errors > 5 && drops > 5, "{errors} {drops}");
}

#[test]
fn a_hint_comes_with_the_errors_that_have_one() {
    let options = ["--error-rate", "1", "--retry-after", "1500ms"];
    let server = FakeLlm::start(&options);
    let answer = server.exchange("POST", "/v1/messages", &json!({"model": "m", "messages": []}));
    assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("rate_limit_error"), "{answer}");
    assert!(answer.contains("retry-after: 2\r\n") && answer.contains("retry-after-ms: 1500"));
}

#[test]
fn a_limit_is_enforced_and_told_in_each_vendor_s_words() {
    let server = FakeLlm::start(&["--rpm", "2", "--tpm", "100000", "--fixed-window"]);
    let ask = |path| server.exchange("POST", path, &json!({"model": "m", "messages": []}));
    let first = ask("/v1/chat/completions");
    assert!(first.starts_with("HTTP/1.1 200"), "{first}");
    assert!(first.contains("x-ratelimit-limit-requests: 2\r\n"), "{first}");
    assert!(first.contains("x-ratelimit-remaining-requests: 1\r\n"), "{first}");
    assert!(first.contains("x-ratelimit-limit-tokens: 100000\r\n"), "{first}");
    let second = ask("/v1/messages");
    assert!(second.starts_with("HTTP/1.1 200"), "{second}");
    assert!(second.contains("anthropic-ratelimit-requests-remaining: 0\r\n"), "{second}");
    let refused = ask("/v1/messages");
    assert!(refused.starts_with("HTTP/1.1 429") && refused.contains("retry-after: "), "{refused}");
    assert!(refused.contains("anthropic-ratelimit-requests-remaining: 0\r\n"), "{refused}");
    assert_eq!(server.counts()["faults"], json!({"429": 1}));
    server.exchange("POST", "/__fake/reset", &json!({}));
    assert!(ask("/v1/messages").starts_with("HTTP/1.1 200"), "the minute begins anew");
    let silent = FakeLlm::start(&["--rpm", "1", "--no-limit-headers"]);
    assert_eq!((silent.ask("a").0, silent.ask("b").0), (200, 429));
}

#[test]
fn every_fault_has_a_name_of_its_own() {
    let names = [
        ("503", "503"),
        ("error-event", "529"),
        ("reset", "reset"),
        ("cut", "cut"),
        ("malformed", "malformed"),
        ("html", "html"),
        ("type", "type"),
        ("empty", "empty"),
    ];
    for (name, counted) in names {
        let server = FakeLlm::start(&["--fault", &format!("{name}:1")]);
        let body = json!({"model": "m", "messages": []});
        server.exchange("POST", "/v1/chat/completions", &body);
        assert_eq!(server.counts()["faults"], json!({counted: 1}), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_in_order() {
    for signal in ["-INT", "-TERM"] {
        let mut server = FakeLlm::start(&["--fault", "hang:0"]);
        let id = server.process.id().to_string();
        let sent = std::process::Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
        assert_eq!(server.process.wait().unwrap().code(), Some(0), "{signal}");
    }
}
