//! A key is nowhere in a recording, even if a server repeats it in answers, errors and headers, whole or in
//! pieces, in whatever form.

use std::sync::Arc;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use secrecy::SecretString;
use serde_json::json;
use ziggurat_core::chat::{Reasoning, ToolSpec};
use ziggurat_core::{CallContext, ErrorKind, Layer, Provider};
use ziggurat_providers::layers::{RecordLayer, Recording, Replay};
use ziggurat_providers::{Anthropic, Gemini, Ollama, OpenAi, OpenAiResponses, ServerConfig};
use ziggurat_testkit::server::{Api, FakeServer};
use ziggurat_testkit::{ScriptedProvider, Turn};

use super::{ask, recorded, streamed, whole};

#[allow(dead_code, reason = "it serves other tests as well")]
#[path = "../../it/support/server.rs"]
mod server;
const SOON: std::time::Duration = std::time::Duration::from_secs(10);

const CANARY: &str = "sk-Canary/4f9c+2e?x~zq";

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

/// All of the key, and its halves.
fn pieces() -> [&'static str; 3] {
    [CANARY, &CANARY[..11], &CANARY[11..]]
}

/// Neither the key nor half of it, in any form, escaped for JSON or not.
fn assert_silent(text: &str) {
    static FORMS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let forms = pieces().into_iter().flat_map(forms);
        let forms = forms.map(|form| form.trim_end_matches('=').to_lowercase());
        forms.flat_map(|form| [form.replace('\\', "\\\\"), form]).collect()
    });
    let shown = text.to_lowercase();
    for form in FORMS.iter() {
        assert!(!shown.contains(form), "{form} is in {text}");
    }
}

fn adapters(url: &str) -> [(Api, Arc<dyn Provider>); 5] {
    let at = |config: ServerConfig, path: &str| {
        config.with_base_url(format!("{url}{path}")).with_key(SecretString::from(CANARY))
    };
    [
        (Api::ChatCompletions, Arc::new(OpenAi::new(at(ServerConfig::openai(), "/v1")).unwrap())),
        (
            Api::Responses,
            Arc::new(OpenAiResponses::new(at(ServerConfig::openai(), "/v1")).unwrap()),
        ),
        (Api::Messages, Arc::new(Anthropic::new(at(ServerConfig::anthropic(), "")).unwrap())),
        (Api::Gemini, Arc::new(Gemini::new(at(ServerConfig::gemini(), "/v1beta")).unwrap())),
        (Api::Ollama, Arc::new(Ollama::new(at(ServerConfig::ollama(), "")).unwrap())),
    ]
}

/// Every way to say this: in each part of an answer, before a cut, in each kind of error. Where only half of
/// the key is said, some of them.
fn turns(api: Api, echo: &str, all: bool) -> Vec<Turn> {
    let said = || Turn::text(format!("Your key is {echo}, is it not?"));
    let call = || Turn::tool_call("look_up", json!({ "key": echo, echo: [1] }));
    let mut turns = vec![
        said(),
        call(),
        said().with_reasoning(Reasoning::new(echo)),
        said().then_cut(),
        call().then_cut(),
        said().then_error(ErrorKind::Server, format!("no more of {echo}")),
        Turn::refusal(echo),
        Turn::text("fine").finish(ziggurat_core::chat::FinishReason::Other(echo.to_owned())),
    ];
    let kinds = if all { api.error_kinds() } else { &api.error_kinds()[..3] };
    turns.truncate(if all { turns.len() } else { 2 });
    turns.extend(kinds.iter().map(|kind| Turn::error(*kind, format!("not {echo}"))));
    turns
}

/// A recording layer that knows the key, and its file.
fn file() -> (RecordLayer, tempfile::NamedTempFile) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let layer = RecordLayer::to_writer(file.reopen().unwrap()).unwrap();
    (layer.redacting([SecretString::from(format!(" {CANARY}\n"))]), file)
}

/// The written file, which shows no key and can be read.
async fn written(layer: &RecordLayer, file: &tempfile::NamedTempFile) -> Recording {
    layer.finish().await.unwrap();
    assert_silent(&std::fs::read_to_string(file.path()).unwrap());
    assert_silent(&format!("{layer:?}"));
    let recording = Recording::open(file.path()).unwrap();
    assert_silent(&format!("{recording:?} {recording} {:?}", Replay::new(recording.clone())));
    recording
}

#[tokio::test]
async fn no_answer_and_no_error_of_any_adapter_brings_the_key_into_the_file() {
    let (layer, file) = file();
    let (mut expected, mut failed) = (0, 0);
    for number in 0..5 {
        let script = ScriptedProvider::new();
        let server = FakeServer::start(script.clone()).await.unwrap();
        let (api, adapter) = adapters(&server.url()).into_iter().nth(number).unwrap();
        let provider = layer.layer(adapter);
        let echoes = pieces()
            .into_iter()
            .flat_map(|piece| forms(piece).into_iter().map(move |echo| (echo, piece == CANARY)));
        for (echo, all) in echoes {
            for turn in turns(api, &echo, all) {
                let _ = script.clone().turns([turn.clone(), turn]);
                let tools = [ToolSpec::new("look_up", "", json!({"type": "object"}))];
                let request = ask("Why?").with_max_tokens(99).with_tools(tools);
                let cx = CallContext::default();
                failed += usize::from(provider.chat(&cx, &request).await.is_err());
                let streamed = async {
                    let stream = provider.stream(&cx, &request).await?;
                    ziggurat_core::chat::collect("any", stream, |_| {}).await
                };
                failed += usize::from(streamed.await.is_err());
                expected += 2;
            }
        }
        script.assert_done();
    }
    let recording = written(&layer, &file).await;
    assert_eq!(recording.exchanges().len(), expected);
    let told = recording.to_string();
    assert!(told.contains(&format!("; failed: {failed}; given up: 0")), "{failed}: {told}");
    assert!(failed > expected / 2 && failed < expected, "{failed} of {expected}");
    let text = std::fs::read_to_string(file.path()).unwrap();
    assert!(text.contains("Your key is [secret], is it not?"), "only the key is left out");
}

#[tokio::test]
async fn neither_headers_nor_lists_of_models_bring_the_key_into_the_file() {
    use server::{Server, answer, event, events_head, finish_event, text_event};
    let (layer, file) = file();
    let mut expected = 0;
    for echo in pieces().into_iter().flat_map(forms) {
        let inner = serde_json::to_string(&echo).unwrap();
        let inner = inner.trim_matches('"');
        let headers = [("x-request-id", echo.as_str()), ("retry-after", echo.as_str())];
        let body = format!(
            r#"{{"id":"{inner}","model":"{inner}","data":[{{"id":"{inner}"}}],
               "choices":[{{"message":{{"content":"{inner}"}},"finish_reason":"{inner}"}}]}}"#
        );
        let error = format!(r#"{{"error":{{"message":"{inner}","code":"{inner}"}}}}"#);
        let scripts = [
            answer(200, &headers, &body),
            answer(400, &headers, &error),
            answer(429, &headers, &error),
            answer(503, &headers, &format!("<html>{echo}")),
            vec![events_head(), text_event(inner), event(&error)],
            vec![events_head(), text_event(inner), finish_event(), event("[DONE]")],
        ];
        for script in scripts {
            let server = Server::start([script]).await;
            let (_, adapter) = adapters(&server.url()).into_iter().next().unwrap();
            let provider = layer.layer(adapter);
            let cx = CallContext::default();
            let _ = whole(&*provider, "Why?").await;
            let _ = streamed(&*provider, "Why?").await;
            let _ = provider.models(&cx).await;
            let _ = provider.model(&cx, &echo).await;
            expected += 4;
        }
    }
    assert_eq!(written(&layer, &file).await.exchanges().len(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_secret_in_a_request_is_redacted_and_the_request_is_still_found() {
    let (layer, provider) = recorded(ScriptedProvider::new().echo());
    let layer = layer.redacting([SecretString::from(CANARY), SecretString::from("none")]);
    let text = format!("My key is {CANARY}; there is none other.");
    let request = ask(&text).with_extra(CANARY, json!([{ CANARY: CANARY }]));
    let cx = CallContext::default();
    provider.chat(&cx, &request).await.unwrap();
    let (replay, again) = super::replay(&layer);
    assert_silent(&format!("{:?}", replay.recording()));
    let kept = replay.recording().exchanges()[0].request().unwrap();
    let clean = "My key is [secret]; there is none other.";
    assert_eq!(kept.messages[0].text(), clean, "a short value is no secret");
    assert_eq!(kept.extra.get("[secret]"), Some(&json!([{ "[secret]": "[secret]" }])));
    assert_eq!(again.chat(&cx, &request).await.unwrap().text(), clean);
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_the_format_itself_needs_is_a_loud_error() {
    let (memory, provider) = recorded(ScriptedProvider::new().echo());
    let (file, _kept) = file();
    let provider = file.layer(provider);
    // The role of every message.
    let word = || [SecretString::from("assistant"), SecretString::from("messages")];
    let (memory, file) = (memory.redacting(word()), file.redacting(word()));
    whole(&*provider, "Why?").await.unwrap();
    for layer in [memory, file] {
        let error = layer.finish().await.unwrap_err();
        assert!(error.to_string().ends_with("; missing: 1"), "{error}");
    }
}
