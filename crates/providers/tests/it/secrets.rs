//! A key is nowhere but in the header of a request, even if the server repeats it wherever it can.

use std::error::Error;

use ziggurat_core::{CallContext, Provider, ProviderError};
use ziggurat_providers::OpenAi;

use crate::support::server::{Act, Script, Server, answer, event, events_head, text_event};
use crate::support::{CANARY, config, streamed, whole};

fn assert_silent(what: &str, text: &str) {
    assert!(!text.contains(CANARY), "{what}: {text}");
}

fn assert_error_silent(error: &ProviderError) {
    assert_silent("debug", &format!("{error:?} {error:#?}"));
    assert_silent("display", &error.to_string());
    let mut lower: Option<&dyn Error> = Some(error);
    while let Some(error) = lower {
        assert_silent("source", &format!("{error} {error:?}"));
        lower = error.source();
    }
    assert_silent("request id", error.request_id().unwrap_or_default());
}

fn echoes() -> Vec<Script> {
    let with = |status: u16, body: &str| {
        let headers = [("x-request-id", CANARY), ("location", CANARY), ("retry-after", CANARY)];
        answer(status, &headers, body)
    };
    let message = format!(r#"{{"error":{{"message":"key {CANARY}","code":"{CANARY}"}}}}"#);
    let mut scripts: Vec<_> = [301, 400, 401, 403, 404, 429, 500, 200]
        .iter()
        .map(|status| with(*status, &message))
        .collect();
    scripts.push(with(500, &format!("<html>{CANARY}")));
    scripts.push(with(200, &format!("<html>{CANARY}")));
    scripts.push(with(200, &format!(r#"{{"choices":"{CANARY}"}}"#)));
    scripts.push(with(200, &format!(r#""{CANARY}""#)));
    // The excerpt of a message must not cut the key in half before it is looked for.
    scripts.push(with(400, &format!(r#"{{"error":"{}{CANARY}"}}"#, "a".repeat(490))));
    scripts.push(with(500, &format!("{}{CANARY}", "a".repeat(190))));
    scripts.push(with(200, &format!("{}{CANARY}", "a".repeat(190))));
    scripts.push(vec![events_head(), text_event("Hi"), event(&message)]);
    scripts.push(vec![
        events_head(),
        text_event("Hi"),
        event(&format!(r#"{{"choices":"{CANARY}"}}"#)),
    ]);
    scripts.push(vec![events_head(), text_event("Hi"), event(CANARY)]);
    scripts.push(vec![Act::Reset]);
    scripts
}

#[tokio::test]
async fn no_error_holds_the_key_even_if_the_server_repeats_it() {
    for script in echoes() {
        let server = Server::start([script]).await;
        let provider = OpenAi::new(config(&server)).unwrap();
        let cx = CallContext::default();
        let errors = [
            whole(&provider).await.err(),
            streamed(&provider).await.err(),
            provider.models(&cx).await.err(),
            provider.model(&cx, "m").await.err(),
        ];
        let errors: Vec<_> = errors.into_iter().flatten().collect();
        assert!(errors.len() >= 2, "{:?}", server.received());
        errors.iter().for_each(assert_error_silent);
        let part = &CANARY[..8];
        assert!(errors.iter().all(|error| !error.message().contains(part)), "{errors:?}");
    }
}

#[tokio::test]
async fn neither_provider_nor_settings_show_the_key() {
    let server = Server::start([vec![]]).await;
    assert_silent("config", &format!("{:?} {:#?}", config(&server), config(&server)));
    let provider = OpenAi::new(config(&server)).unwrap();
    assert_silent("provider", &format!("{provider:?} {provider:#?}"));
    let secret_url = format!("http://me:{CANARY}@127.0.0.1/v1");
    let config = config(&server).with_base_url(&secret_url);
    assert_silent("config", &format!("{config:?}"));
    let error = OpenAi::new(config).unwrap_err();
    assert_silent("error", &format!("{error} {error:?} {:?}", error.source()));
}
