//! A server's refusals as errors of the provider: the kind from the tables, the words for people.

use jiff::Timestamp;
use reqwest::Response;
use reqwest::header::HeaderMap;
use ziggurat_core::{ErrorKind, ProviderError};

use super::error::ErrorBody;
use super::finish::Cut;
use crate::http::{Reporter, excerpt, read_prefix, retry_after};

/// How much of an error's body is read.
const EXPLANATION: usize = 64 * 1024;

/// Headers that bear the server's id of a request.
const REQUEST_ID: [&str; 3] = ["x-request-id", "request-id", "apim-request-id"];

/// The response, if its status is a success.
pub(super) async fn check(
    response: Response,
    reporter: &Reporter,
) -> Result<Response, ProviderError> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let body = read_prefix(response, EXPLANATION).await;
    Err(refusal(reporter, status, &headers, &body))
}

/// An answer with the status of an error.
fn refusal(reporter: &Reporter, status: u16, headers: &HeaderMap, body: &[u8]) -> ProviderError {
    let error = ErrorBody::parse(body);
    let kind = error.classify(Some(status));
    let said = match error.message.as_str() {
        // The key is looked for before anything is cut off: half a key is a leak as well.
        "" => excerpt(&reporter.key().scrub(&String::from_utf8_lossy(body)), 200),
        message => message.to_owned(),
    };
    let message = match kind {
        // Servers repeat parts of a refused key.
        ErrorKind::Auth => reporter.key().refused(),
        _ if said.is_empty() => format!("HTTP {status} without explanation"),
        _ => format!("HTTP {status}: {said}"),
    };
    let request_id = REQUEST_ID.iter().find_map(|name| headers.get(*name)?.to_str().ok());
    reporter
        .error(kind, &message)
        .with_status(status)
        .with_request_id(request_id.map(|id| excerpt(&reporter.key().scrub(id), 200)))
        .with_retry_after(retry_after(headers, Timestamp::now()))
}

/// An answer without its end.
pub(super) fn cut(reporter: &Reporter, cut: &Cut) -> ProviderError {
    reporter.error(ErrorKind::Interrupted, &cut.to_string())
}

/// An error inside an answer that began as a success.
pub(super) fn inside_answer(reporter: &Reporter, error: &ErrorBody) -> ProviderError {
    let kind = error.classify(None);
    let message = match (kind, error.message.as_str()) {
        (ErrorKind::Auth, _) => reporter.key().refused(),
        (_, "") => "the server sent an error without explanation".to_owned(),
        (_, said) => format!("the server sent an error: {said}"),
    };
    let failure = reporter.error(kind, &message);
    match error.status() {
        Some(status) => failure.with_status(status),
        None => failure,
    }
}
