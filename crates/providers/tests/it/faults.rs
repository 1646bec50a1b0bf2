//! The faults of the fake server, as each adapter finds them: what a script means in process is what it
//! means over HTTP.

use std::sync::Arc;

use secrecy::SecretString;
use ziggurat_core::chat::collect;
use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Message, Provider};
use ziggurat_providers::{Anthropic, Gemini, Ollama, OpenAi, OpenAiResponses, ServerConfig};
use ziggurat_testkit::server::FakeServer;
use ziggurat_testkit::{ScriptedProvider, Turn};

/// All adapters, each at this server.
fn adapters(url: &str) -> [(&'static str, Arc<dyn Provider>); 5] {
    let at = |config: ServerConfig, path: &str| {
        config.with_base_url(format!("{url}{path}")).with_key(SecretString::from("a-key"))
    };
    let (openai, gemini) = (ServerConfig::openai(), ServerConfig::gemini());
    [
        ("chat", Arc::new(OpenAi::new(at(openai.clone(), "/v1")).unwrap())),
        ("responses", Arc::new(OpenAiResponses::new(at(openai, "/v1")).unwrap())),
        ("messages", Arc::new(Anthropic::new(at(ServerConfig::anthropic(), "")).unwrap())),
        ("gemini", Arc::new(Gemini::new(at(gemini, "/v1beta")).unwrap())),
        ("ollama", Arc::new(Ollama::new(at(ServerConfig::ollama(), "")).unwrap())),
    ]
}

/// What became of a call, whole and streamed.
type Outcomes = [Result<String, ErrorKind>; 2];

async fn outcomes(provider: &dyn Provider) -> Outcomes {
    let request = ChatRequest::new("m", [Message::user("What happened?")]);
    let cx = CallContext::default();
    let whole = provider.chat(&cx, &request).await;
    let streamed = match provider.stream(&cx, &request).await {
        Ok(stream) => collect(provider.name(), stream, |_| {}).await,
        Err(error) => Err(error),
    };
    [whole, streamed].map(|end| end.map(|answer| answer.text()).map_err(|error| error.kind()))
}

fn faults() -> Vec<(String, Turn)> {
    let named = [
        ("reset", Turn::reset()),
        ("late reset", Turn::text("half an answer").then_reset()),
        ("late cut", Turn::text("half an answer").cut_after(1)),
        ("malformed", Turn::malformed()),
        ("late malformed", Turn::text("half an answer").then_malformed()),
        ("no body", Turn::body("application/json", "")),
        ("page", Turn::html()),
        ("page with 502", Turn::html().status(502)),
        ("429 in a stream", Turn::http_error(429, "slow down").in_stream()),
        ("529 in a stream", Turn::http_error(529, "overloaded").in_stream()),
        ("wrong type", Turn::text("fine").content_type("text/plain")),
        ("empty answer", Turn::empty()),
    ];
    let statuses = [400, 401, 402, 403, 404, 408, 413, 429, 500, 502, 503, 504, 529];
    let statuses = statuses.map(|status| (status.to_string(), Turn::http_error(status, "oh")));
    named.map(|(name, turn)| (name.to_owned(), turn)).into_iter().chain(statuses).collect()
}

/// Where an API has words of its own, or none.
fn told_otherwise(fault: &str, api: &str) -> Option<Outcomes> {
    use ErrorKind::{Interrupted, InvalidRequest, Protocol, RateLimit, Server, Timeout};
    Some(match (fault, api) {
        // Lines of JSON may stop anywhere: a stream of none was cut.
        ("no body", "ollama") => [Err(Protocol), Err(Interrupted)],
        // Errors in a stream bear neither status nor code.
        ("429 in a stream", "ollama") => [Err(RateLimit), Err(Server)],
        // Ollama has no such status.
        ("413", "ollama") => [Err(InvalidRequest), Err(InvalidRequest)],
        // `timeout_error`.
        ("504", "messages") => [Err(Timeout), Err(Timeout)],
        _ => return None,
    })
}

#[tokio::test]
async fn a_fault_is_over_http_what_it_is_in_process() {
    for (fault, turn) in faults() {
        let script = ScriptedProvider::new().otherwise(turn);
        let server = FakeServer::start(script.clone()).await.unwrap();
        let in_process = outcomes(&script).await;
        for (api, provider) in adapters(&server.url()) {
            let expected = told_otherwise(&fault, api).unwrap_or_else(|| in_process.clone());
            assert_eq!(outcomes(&*provider).await, expected, "{fault} over {api}");
        }
    }
}
