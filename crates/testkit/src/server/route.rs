//! Which API a path belongs to, and what it asks for.

use ziggurat_core::ChatRequest;

use serde_json::Value;

use super::requests::{self, Fields};
use super::{Api, Received};

/// What a client wants.
pub(super) enum Wish {
    /// An answer, streamed or whole.
    Chat { request: ChatRequest, streamed: bool },
    /// The number of a request's tokens.
    Count(ChatRequest),
    /// The list of models.
    Models,
    /// What is known of one model.
    Model(String),
}

/// The API and the wish of a request; `None` for a path that no API has.
pub(super) fn route(received: &Received) -> Option<(Api, Wish)> {
    let (path, _) = received.path.split_once('?').unwrap_or((&received.path, ""));
    let fields = || received.body.as_object().cloned().unwrap_or_default();
    match (received.method.as_str(), path) {
        ("POST", "/v1/chat/completions") => {
            Some((Api::ChatCompletions, chat(fields(), requests::chat)))
        }
        ("POST", "/v1/responses") => Some((Api::Responses, chat(fields(), requests::responses))),
        ("POST", "/v1/responses/input_tokens") => {
            Some((Api::Responses, Wish::Count(requests::responses(fields()))))
        }
        ("POST", "/v1/messages") => Some((Api::Messages, chat(fields(), requests::messages))),
        ("POST", "/v1/messages/count_tokens") => {
            Some((Api::Messages, Wish::Count(requests::messages(fields()))))
        }
        ("POST", "/api/chat") => Some((Api::Ollama, ollama(fields()))),
        ("POST", "/api/show") => {
            let model = received.body["model"].as_str().unwrap_or_default();
            Some((Api::Ollama, Wish::Model(model.to_owned())))
        }
        ("GET", "/api/tags") => Some((Api::Ollama, Wish::Models)),
        ("GET", path) if path.starts_with("/v1/models") => {
            // One path of two vendors; Anthropic's clients always name the version of the API.
            let anthropic = received.header("anthropic-version").is_some();
            let api = if anthropic { Api::Messages } else { Api::ChatCompletions };
            Some((api, listing(path.strip_prefix("/v1/models")?)?))
        }
        ("GET", path) => Some((Api::Gemini, listing(path.strip_prefix("/v1beta/models")?)?)),
        ("POST", path) => gemini(path.strip_prefix("/v1beta/models/")?, fields()),
        _ => None,
    }
}

fn chat(mut fields: Fields, read: fn(Fields) -> ChatRequest) -> Wish {
    let streamed = fields.remove("stream").is_some_and(|stream| stream == true);
    Wish::Chat { request: read(fields), streamed }
}

/// Ollama streams unless it is told not to.
fn ollama(mut fields: Fields) -> Wish {
    let streamed = fields.remove("stream").is_none_or(|stream| stream != false);
    Wish::Chat { request: requests::ollama(fields), streamed }
}

/// `MODEL:METHOD`; the model's own name may have a colon.
fn gemini(path: &str, mut fields: Fields) -> Option<(Api, Wish)> {
    let (model, method) = path.rsplit_once(':')?;
    let wish = match method {
        "generateContent" => {
            Wish::Chat { request: requests::gemini(model, fields), streamed: false }
        }
        "streamGenerateContent" => {
            Wish::Chat { request: requests::gemini(model, fields), streamed: true }
        }
        "countTokens" => {
            // Either the contents alone or a whole request.
            let whole = match fields.remove("generateContentRequest") {
                Some(Value::Object(whole)) => whole,
                _ => fields,
            };
            Wish::Count(requests::gemini(model, whole))
        }
        _ => return None,
    };
    Some((Api::Gemini, wish))
}

/// What follows the path of a list: nothing, or a slash and a model.
fn listing(rest: &str) -> Option<Wish> {
    match rest.strip_prefix('/') {
        None | Some("") if rest.is_empty() || rest == "/" => Some(Wish::Models),
        Some(model) => Some(Wish::Model(model.to_owned())),
        None => None,
    }
}
