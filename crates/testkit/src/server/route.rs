//! Which API a path belongs to, and what it asks for.

use hyper::Method;
use serde_json::Value;
use ziggurat_core::ChatRequest;

use super::Api;
use super::received::Arrived;
use super::requests::{self, Fields};

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

/// The API and the wish of a request; `None` for a path that no API has. The body is taken.
pub(super) fn route(arrived: &mut Arrived) -> Option<(Api, Wish)> {
    let body = arrived.body.take();
    let path = arrived.head.uri.path();
    if arrived.head.method == Method::GET {
        // Anthropic's clients always name the version of the API.
        return get(path, arrived.header("anthropic-version").is_some());
    }
    if arrived.head.method != Method::POST {
        return None;
    }
    let fields = match body {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    };
    post(path, fields)
}

fn get(path: &str, anthropic: bool) -> Option<(Api, Wish)> {
    if path == "/api/tags" {
        return Some((Api::Ollama, Wish::Models));
    }
    if let Some(rest) = path.strip_prefix("/v1/models") {
        // One path of two vendors.
        let api = if anthropic { Api::Messages } else { Api::ChatCompletions };
        return Some((api, listing(rest)?));
    }
    Some((Api::Gemini, listing(path.strip_prefix("/v1beta/models")?)?))
}

fn post(path: &str, fields: Fields) -> Option<(Api, Wish)> {
    Some(match path {
        "/v1/chat/completions" => (Api::ChatCompletions, chat(fields, requests::chat)),
        "/v1/responses" => (Api::Responses, chat(fields, requests::responses)),
        "/v1/responses/input_tokens" => (Api::Responses, Wish::Count(requests::responses(fields))),
        "/v1/messages" => (Api::Messages, chat(fields, requests::messages)),
        "/v1/messages/count_tokens" => (Api::Messages, Wish::Count(requests::messages(fields))),
        "/api/chat" => (Api::Ollama, ollama(fields)),
        "/api/show" => {
            let model = fields.get("model").and_then(Value::as_str).unwrap_or_default();
            (Api::Ollama, Wish::Model(model.to_owned()))
        }
        path => return gemini(path.strip_prefix("/v1beta/models/")?, fields),
    })
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
