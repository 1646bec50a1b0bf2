//! A secret is nowhere but in a request, even if the server repeats it wherever and however it can: no
//! error, no `Debug` output, no log and no panic shows it, whole or in halves.

use std::collections::BTreeSet;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use ziggurat_core::{CallContext, ErrorKind, Provider, ProviderError};
use ziggurat_providers::{Auth, OpenAi, ProviderOptions, Registry, ServerConfig};

use crate::support::captured::Captured;
use crate::support::server::{
    Act, Script, Server, answer, chunk, chunked_head, event, events_head, text_event,
};
use crate::support::{CANARY, config, streamed, whole};

/// In a header and in a parameter of every request.
const HEADER: &str = "hd-canary/7b+31~d8";
const PARAMETER: &str = "qp-canary&5a=90?c4";
const SECRETS: [&str; 3] = [CANARY, HEADER, PARAMETER];

fn secretive(server: &Server) -> ServerConfig {
    config(server)
        .with_header("x-gateway", HEADER)
        .with_query("api-version", "2026-01-01")
        .with_query("code", PARAMETER)
}

/// The forms in which a server may repeat a text.
fn forms(text: &str) -> Vec<String> {
    let each = |form: fn(u8) -> String| text.bytes().map(form).collect::<String>();
    vec![
        text.to_owned(),
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect(),
        each(|byte| format!("%{byte:02x}")),
        text.replace('/', "\\/"),
        each(|byte| format!("\\u{byte:04X}")),
        each(|byte| format!("{byte:02x}")),
        each(|byte| format!("{byte:02X}")),
        STANDARD.encode(text),
        STANDARD.encode(format!("u:{text}")),
        URL_SAFE.encode(format!("me:{text}")),
    ]
}

/// All of a secret, and its halves.
fn pieces(secret: &str) -> [&str; 3] {
    [secret, &secret[..8], &secret[secret.len() - 8..]]
}

/// Neither a secret nor half of one, in any form.
fn assert_silent(what: &str, text: &str) {
    static FORMS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let forms = SECRETS.into_iter().flat_map(pieces).flat_map(forms);
        forms.map(|form| form.trim_end_matches('=').to_lowercase()).collect()
    });
    let shown = text.to_lowercase();
    for form in FORMS.iter() {
        assert!(!shown.contains(form), "{what} shows {form}: {text}");
    }
}

fn assert_error_silent(error: &ProviderError) {
    assert_silent("debug", &format!("{error:?} {error:#?}"));
    assert_silent("display", &error.to_string());
    assert_silent("reason", &format!("{:?}", error.reason()));
    let mut lower: Option<&dyn Error> = Some(error);
    while let Some(error) = lower {
        assert_silent("source", &format!("{error} {error:?}"));
        lower = error.source();
    }
    assert_silent("request id", error.request_id().unwrap_or_default());
    assert_silent("code", error.code().unwrap_or_default());
}

/// The ways into an error: a message, a body, an event.
fn short_echoes(echo: &str) -> Vec<Script> {
    let message = format!(r#"{{"error":{{"message":"key {echo}","code":"{echo}"}}}}"#);
    vec![
        answer(400, &[("x-request-id", echo)], &message),
        answer(500, &[], &format!("<html>{echo}")),
        answer(200, &[], &format!(r#"{{"choices":"{echo}"}}"#)),
        vec![events_head(), text_event("Hi"), event(echo)],
    ]
}

/// Refusals and nonsense with this in every place.
fn echoes(echo: &str) -> Vec<Script> {
    let with = |status: u16, body: &str| {
        let location = format!("http://127.0.0.1:1/{echo}?code={echo}");
        let headers = [
            ("content-type", "application/json"),
            ("x-request-id", echo),
            ("location", location.as_str()),
            ("retry-after", echo),
        ];
        answer(status, &headers, body)
    };
    let said = |code: &str| format!(r#"{{"error":{{"message":"key {echo}","code":"{code}"}}}}"#);
    let statuses = [301, 400, 401, 402, 403, 404, 408, 409, 429, 500, 503, 200];
    let mut scripts: Vec<_> = statuses.iter().map(|status| with(*status, &said(echo))).collect();
    for code in
        ["insufficient_quota", "context_length_exceeded", "content_filter", "model_not_found"]
    {
        scripts.push(with(400, &said(code)));
        scripts.push(vec![events_head(), text_event("Hi"), event(&said(code))]);
    }
    scripts.push(with(500, &format!("<html>{echo}")));
    scripts.push(with(200, &format!("<html>{echo}")));
    scripts.push(with(200, &format!(r#"{{"choices":"{echo}"}}"#)));
    scripts.push(with(200, &format!(r#""{echo}""#)));
    // What an excerpt cuts in half is looked for before.
    scripts.push(with(400, &format!(r#"{{"error":"{}{echo}"}}"#, "a".repeat(490))));
    scripts.push(with(500, &format!("{}{echo}", "a".repeat(190))));
    scripts.push(with(200, &format!("{}{echo}", "a".repeat(190))));
    scripts.push(vec![events_head(), text_event("Hi"), event(&said(echo))]);
    scripts.push(vec![events_head(), text_event("Hi"), event(echo)]);
    let choices = format!(r#"{{"choices":"{echo}"}}"#);
    scripts.push(vec![events_head(), text_event("Hi"), event(&choices)]);
    let odd = format!(r#"{{"choices":[{{"delta":{{}},"finish_reason":"error","x":"{echo}"}}]}}"#);
    scripts.push(vec![events_head(), event(&odd)]);
    let broken = [format!("data: {echo}").as_bytes(), b"\xff\n\n"].concat();
    scripts.push(vec![events_head(), chunk(&broken)]);
    scripts.push(vec![chunked_head(200, &[("x-echo", echo)]), chunk(echo.as_bytes()), Act::Reset]);
    scripts.push(vec![Act::Send(format!("{echo}\r\n\r\n").into_bytes())]);
    scripts
}

async fn errors(provider: &OpenAi) -> Vec<ProviderError> {
    let cx = CallContext::default();
    let errors = [
        whole(provider).await.err(),
        streamed(provider).await.err(),
        provider.models(&cx).await.err(),
        provider.model(&cx, "m").await.err(),
    ];
    errors.into_iter().flatten().collect()
}

#[tokio::test]
async fn no_error_and_no_log_holds_a_secret_even_if_the_server_repeats_it() {
    let log = Captured::start();
    let mut kinds = BTreeSet::new();
    let everywhere = SECRETS.into_iter().flat_map(echoes);
    let in_pieces = SECRETS.into_iter().flat_map(pieces).flat_map(forms);
    // A quotation mark would only end the JSON.
    let in_pieces = in_pieces.flat_map(|echo| short_echoes(&echo.replace('"', "")));
    for script in everywhere.chain(in_pieces) {
        let server = Server::start([script]).await;
        let provider = OpenAi::new(secretive(&server)).unwrap();
        let errors = errors(&provider).await;
        assert!(errors.len() >= 2, "{:?}", server.received());
        errors.iter().for_each(assert_error_silent);
        kinds.extend(errors.iter().map(|error| error.kind().as_str()));
    }
    let expected = [
        ErrorKind::Auth,
        ErrorKind::Permission,
        ErrorKind::Quota,
        ErrorKind::RateLimit,
        ErrorKind::Server,
        ErrorKind::InvalidRequest,
        ErrorKind::ModelNotFound,
        ErrorKind::ContextLength,
        ErrorKind::ContentFilter,
        ErrorKind::Interrupted,
        ErrorKind::Protocol,
        ErrorKind::Unsupported,
        ErrorKind::Timeout,
    ];
    assert_eq!(kinds, expected.iter().map(|kind| kind.as_str()).collect());
    let log = log.text();
    for source in ["ziggurat_providers", "reqwest", "hyper_util"] {
        assert!(log.contains(source), "the log of {source} is captured");
    }
    assert_silent("log", &log);
}

#[tokio::test]
async fn failures_of_the_connection_and_of_clocks_hold_no_secret() {
    let log = Captured::start();
    let gone = Server::start([vec![Act::Reset]]).await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}/v1", closed.local_addr().unwrap());
    drop(closed);
    let silent = Server::start([vec![Act::Hang]]).await;
    let idle = std::time::Duration::from_millis(50);
    let configs = [
        (secretive(&gone), ErrorKind::Interrupted),
        (secretive(&gone).with_base_url(nobody), ErrorKind::Connect),
        (secretive(&gone).with_base_url("http://ziggurat.invalid"), ErrorKind::Connect),
        (secretive(&silent).with_idle_timeout(idle), ErrorKind::Timeout),
    ];
    for auth in [Auth::Bearer, Auth::Header("x-api-key".to_owned())] {
        for (config, kind) in configs.clone() {
            let errors = errors(&OpenAi::new(config.with_auth(auth.clone())).unwrap()).await;
            assert!(errors.iter().any(|error| error.kind() == kind), "{errors:?}");
            errors.iter().for_each(assert_error_silent);
        }
    }
    assert!(log.text().contains("starting new connection"));
    assert_silent("log", &log.text());
    assert!(gone.received()[0].line.contains("code=qp-canary"), "it was sent");
}

#[tokio::test]
async fn neither_providers_nor_settings_show_a_secret() {
    let server = Server::start([vec![]]).await;
    let config = secretive(&server);
    assert_silent("config", &format!("{config:?} {config:#?}"));
    let provider = OpenAi::new(config.clone()).unwrap();
    assert_silent("provider", &format!("{provider:?} {provider:#?}"));
    let env = |_: &str| Some(CANARY.to_owned());
    let options = ProviderOptions::new(&env).with_base_url("http://me:sk-canary-4f9c2e@h");
    assert_silent("options", &format!("{options:?} {options:#?}"));
    assert_silent("registry", &format!("{:#?}", Registry::builtin()));
    let secret_url = format!("http://me:{CANARY}@127.0.0.1/v1");
    assert_silent("config", &format!("{:?}", config.clone().with_base_url(&secret_url)));
    let allowed = config.clone().with_allowed_hosts([&secret_url]);
    assert_silent("config", &format!("{allowed:?}"));
    let unsendable = format!("{CANARY}\n{HEADER}");
    let errors = [
        OpenAi::new(config.clone().with_base_url(&secret_url)).unwrap_err(),
        OpenAi::new(config.clone().with_base_url(format!("http://h/v1?key={CANARY}"))).unwrap_err(),
        OpenAi::new(allowed).unwrap_err(),
        OpenAi::new(config.clone().with_header("x-other", &unsendable)).unwrap_err(),
        OpenAi::new(config.with_key(secrecy::SecretString::from(unsendable))).unwrap_err(),
    ];
    for error in errors {
        assert_silent("error", &format!("{error} {error:?} {:?}", error.source()));
    }
}

#[tokio::test]
async fn a_panic_about_a_provider_or_its_error_shows_no_secret() {
    let body = format!(r#"{{"error":{{"message":"key {CANARY} {HEADER}"}}}}"#);
    let server = Server::start([answer(400, &[], &body)]).await;
    let provider = OpenAi::new(secretive(&server)).unwrap();
    let result = whole(&provider).await;
    let said = |panicking: &dyn Fn()| {
        let panic = catch_unwind(AssertUnwindSafe(panicking)).unwrap_err();
        panic.downcast_ref::<String>().expect("a message").clone()
    };
    let of_error = said(&|| {
        let _ = result.as_ref().unwrap();
    });
    assert!(of_error.contains("HTTP 400: key [key] [secret]"), "{of_error}");
    assert_silent("panic", &of_error);
    assert_silent("panic", &said(&|| panic!("{provider:?}")));
}

#[tokio::test]
async fn what_a_server_explains_about_open_settings_is_still_readable() {
    let body = r#"{"error":{"message":"no such api-version: 2026-01-01; beta: tools-2026-02-02"}}"#;
    let server = Server::start([answer(400, &[], body)]).await;
    let config = secretive(&server).with_header("anthropic-beta", "tools-2026-02-02");
    let error = whole(&OpenAi::new(config).unwrap()).await.unwrap_err();
    assert!(error.message().ends_with("2026-01-01; beta: tools-2026-02-02"), "{error}");
}
