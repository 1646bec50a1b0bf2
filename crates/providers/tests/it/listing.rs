//! Which models a server has, and what that says about the one that is wanted.

use ziggurat_core::{CallContext, ErrorKind, ModelInfo, Price, Provider, ProviderError};
use ziggurat_providers::{OpenAi, Quirks, ServerConfig};

use crate::support::server::{Act, Script, Server, json};
use crate::support::{CANARY, config, provider};

const LLAMA: &str = r#"{"models":[{"name":"tiny"}],"object":"list","data":[{"id":"tiny",
    "object":"model","meta":{"n_vocab":512,"n_ctx_train":4096}}]}"#;
const OLLAMA: &str = r#"{"data":[{"id":"llama3:latest"},{"id":"qwen3:8b"},{"id":"llama3.1:8b"}]}"#;

async fn model(script: Script, name: &str) -> Result<ModelInfo, ProviderError> {
    let server = Server::start([script]).await;
    let result = provider(&server).model(&CallContext::default(), name).await;
    assert_eq!(server.received()[0].line, "GET /v1/models HTTP/1.1");
    result
}

#[tokio::test]
async fn a_listed_model_is_known_better() {
    let info = model(json(200, LLAMA), "tiny").await.unwrap();
    assert_eq!((info.name().as_str(), info.context_tokens), ("openai/tiny", Some(4096)));
    let info = model(json(200, OLLAMA), "llama3").await.unwrap();
    assert_eq!((info.id.as_str(), info.context_tokens), ("llama3", None));
}

#[tokio::test]
async fn an_unlisted_model_is_an_error_that_names_the_nearest() {
    let error = model(json(200, OLLAMA), "lama3").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelNotFound);
    assert!(error.message().contains("has no model `lama3`; did you mean llama3"), "{error}");
    let error = model(json(200, LLAMA), "gpt-5").await.unwrap_err();
    assert!(!error.message().contains("did you mean"), "{error}");
}

#[tokio::test]
async fn a_model_may_be_on_a_page_that_was_not_sent() {
    let page = r#"{"data":[{"id":"a","max_model_len":99}],"has_more":true}"#;
    let info = model(json(200, page), "b").await.unwrap();
    assert_eq!((info.id.as_str(), info.context_tokens), ("b", None));
    assert_eq!(model(json(200, page), "a").await.unwrap().context_tokens, Some(99));
}

#[tokio::test]
async fn a_server_may_have_models_that_it_does_not_list() {
    let server = Server::start([json(200, r#"{"data":[{"id":"a"}]}"#)]).await;
    let mut quirks = Quirks::default();
    quirks.partial_list = Some(true);
    let provider = OpenAi::new(config(&server).with_quirks(quirks)).unwrap();
    assert_eq!(provider.model(&CallContext::default(), "b").await.unwrap().id, "b");
}

#[tokio::test]
async fn a_name_that_the_server_accepts_need_not_be_listed_letter_by_letter() {
    let list = r#"{"data":[{"id":"models/gemini-9"},{"id":"org/m","context_length":99}]}"#;
    assert_eq!(model(json(200, list), "gemini-9").await.unwrap().id, "gemini-9");
    let routed = model(json(200, list), "org/m:nitro").await.unwrap();
    assert_eq!((routed.id.as_str(), routed.context_tokens), ("org/m:nitro", Some(99)));
    let error = model(json(200, list), "gemini-8").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelNotFound);
}

#[tokio::test]
async fn a_refused_key_is_an_error_here_too() {
    let error = model(json(401, "{}"), "tiny").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    let error = model(json(403, r#"{"error":{"message":"country"}}"#), "tiny").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permission);
}

#[tokio::test]
async fn whether_the_key_was_looked_at_shows_without_it() {
    for (keyless, checked) in [
        (json(401, "{}"), true),
        (json(403, "{}"), true),
        (json(200, LLAMA), false),
        (json(500, "{}"), false),
        (vec![Act::Reset], false),
    ] {
        let server = Server::start([json(200, LLAMA), keyless]).await;
        let info = provider(&server).model(&CallContext::default(), "tiny").await.unwrap();
        assert_eq!(info.key_checked, Some(checked));
        let received = server.received();
        let has_key: Vec<_> =
            received.iter().map(|request| request.head.contains(CANARY)).collect();
        assert_eq!(has_key, [true, false]);
        assert!(!received[1].head.to_lowercase().contains("authorization"));
    }
}

#[tokio::test]
async fn what_needs_no_second_request_makes_none() {
    for (script, name) in [
        (json(401, "{}"), "tiny"),
        (json(403, "{}"), "tiny"),
        (json(404, "{}"), "tiny"),
        (json(200, LLAMA), "another"),
    ] {
        let server = Server::start([script]).await;
        let _ = provider(&server).model(&CallContext::default(), name).await;
        assert_eq!(server.received().len(), 1);
    }
    let server = Server::start([json(200, LLAMA)]).await;
    let without = OpenAi::new(config(&server).with_key(None)).unwrap();
    let info = without.model(&CallContext::default(), "tiny").await.unwrap();
    assert_eq!((info.key_checked, server.received().len()), (None, 1));
}

#[tokio::test]
async fn a_server_that_cannot_say_is_no_error() {
    let scoped = r#"{"error":{"message":"Missing scopes: api.model.read"}}"#;
    let scripts = [
        json(404, "{}"),
        json(500, "{}"),
        json(429, "{}"),
        json(403, scoped),
        json(200, "<html>"),
        json(200, "{}"),
        json(200, r#"{"data":[]}"#),
        json(307, ""),
        vec![Act::Reset],
    ];
    for script in scripts {
        let info = model(script.clone(), "tiny").await;
        let info = info.unwrap_or_else(|error| panic!("{script:?}: {error}"));
        let mut unknown = ModelInfo::unknown("openai", "tiny");
        unknown.key_checked = Some(false);
        assert_eq!(info, unknown);
    }
}

#[tokio::test]
async fn nobody_listening_is_an_error() {
    let config = ServerConfig::openai().with_base_url("http://127.0.0.1:9/v1");
    let result = OpenAi::new(config).unwrap().model(&CallContext::default(), "tiny").await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn all_models_are_listed_with_what_is_known() {
    let server = Server::start([json(200, LLAMA)]).await;
    let provider = OpenAi::new(config(&server).with_name("llamacpp").with_free(true)).unwrap();
    let models = provider.models(&CallContext::default()).await.unwrap();
    assert_eq!(models.len(), 1);
    assert_eq!(models[0].name(), "llamacpp/tiny");
    assert_eq!((models[0].context_tokens, models[0].price), (Some(4096), Some(Price::FREE)));
}

#[tokio::test]
async fn without_a_list_listing_is_an_error() {
    for (script, kind) in [
        (json(401, "{}"), ErrorKind::Auth),
        (json(200, "<html>"), ErrorKind::Protocol),
        (json(500, "{}"), ErrorKind::Server),
    ] {
        let server = Server::start([script]).await;
        let error = provider(&server).models(&CallContext::default()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
    }
}
