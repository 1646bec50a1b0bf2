//! A server's refusals as errors of the provider: the kind from the tables, the words for people.

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::Response;
use reqwest::header::{HeaderMap, HeaderName};
use ziggurat_core::{ErrorKind, ProviderError};

use super::{ErrorBody, Fault};
use crate::http::{Reporter, read_body, read_prefix, retry_after, should_retry};

/// How much of an error's body is read.
const EXPLANATION: usize = 64 * 1024;

/// Of a local Ollama, whose own key is what its cloud refused.
const SIGN_IN: &str =
    "the server is not signed in, and its cloud wants it to be: run `ollama signin` where it runs";

/// Headers that bear the server's id of a request.
static REQUEST_ID: [HeaderName; 4] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("request-id"),
    HeaderName::from_static("apim-request-id"),
    HeaderName::from_static("x-goog-request-id"),
];

/// The error that a response without success is.
pub(super) async fn refused(response: Response, reporter: &Reporter) -> ProviderError {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let body = read_prefix(response, EXPLANATION, reporter).await;
    refusal(reporter, status, &headers, &body)
}

/// The whole body of the response, if its status is a success.
pub(crate) async fn read_answer(
    response: Response,
    reporter: &Reporter,
) -> Result<Bytes, ProviderError> {
    if response.status().is_success() {
        return read_body(response, reporter).await;
    }
    Err(refused(response, reporter).await)
}

/// The server's id of the request.
pub(super) fn request_id(reporter: &Reporter, headers: &HeaderMap) -> Option<String> {
    let id = REQUEST_ID.iter().find_map(|name| headers.get(name)?.to_str().ok())?;
    Some(reporter.excerpt(id, 200))
}

/// An answer with the status of an error.
fn refusal(reporter: &Reporter, status: u16, headers: &HeaderMap, body: &[u8]) -> ProviderError {
    let error = ErrorBody::parse(body);
    let kind = error.classify(Some(status));
    let said = match error.message.as_str() {
        "" => reporter.excerpt(&String::from_utf8_lossy(body), 200),
        message => message.to_owned(),
    };
    let message = match kind {
        // Servers repeat parts of a refused key.
        ErrorKind::Auth if error.signs_in => SIGN_IN.to_owned(),
        ErrorKind::Auth => reporter.key().refused(),
        _ if said.is_empty() => format!("HTTP {status} without explanation"),
        _ => format!("HTTP {status}: {said}"),
    };
    let request_id = request_id(reporter, headers).or_else(|| body_request_id(reporter, &error));
    reporter
        .error(kind, &message)
        .with_status(status)
        .with_code(code(reporter, &error))
        .with_request_id(request_id)
        .with_retry_after(retry_after(headers, Timestamp::now()).or(error.retry_after))
        .with_should_retry(should_retry(headers))
}

fn code(reporter: &Reporter, error: &ErrorBody) -> Option<String> {
    Some(reporter.excerpt(error.code()?, 200))
}

fn body_request_id(reporter: &Reporter, error: &ErrorBody) -> Option<String> {
    Some(reporter.excerpt(error.request_id.as_deref()?, 200))
}

/// A request that cannot be made.
pub(super) fn of_request(reporter: &Reporter, fault: Fault) -> ProviderError {
    match fault {
        Fault::Malformed(source) => {
            let message = format!("no request can be made: {source}");
            reporter.caused(ErrorKind::InvalidRequest, &message, source)
        }
        other => of_answer(reporter, other, "", b""),
    }
}

/// An answer that began as a success and is none; `what` says so if it cannot be read.
pub(super) fn of_answer(
    reporter: &Reporter,
    fault: Fault,
    what: &str,
    body: &[u8],
) -> ProviderError {
    match fault {
        Fault::Error(error) => inside_answer(reporter, &error),
        Fault::Malformed(source) => reporter.protocol(what, body, source),
        Fault::Cut(cut) => reporter.error(ErrorKind::Interrupted, &cut.to_string()),
        Fault::Refused(kind, message) => reporter.error(kind, &message),
    }
}

/// The error of the request that bears this id, unless it knows one of its own.
pub(super) fn with_request_id_of(error: ProviderError, id: Option<String>) -> ProviderError {
    match id {
        Some(id) if error.request_id().is_none() => error.with_request_id(id),
        _ => error,
    }
}

fn inside_answer(reporter: &Reporter, error: &ErrorBody) -> ProviderError {
    let kind = error.classify(None);
    let message = match (kind, error.message.as_str()) {
        (ErrorKind::Auth, _) => reporter.key().refused(),
        (_, "") => "the server sent an error without explanation".to_owned(),
        (_, said) => format!("the server sent an error: {said}"),
    };
    let failure = reporter
        .error(kind, &message)
        .with_code(code(reporter, error))
        .with_request_id(body_request_id(reporter, error))
        .with_retry_after(error.retry_after);
    match error.status() {
        Some(status) => failure.with_status(status),
        None => failure,
    }
}

#[cfg(test)]
mod tests;
