//! Errors in a provider's name. All of an adapter's errors are made here, so that one place sees to it
//! that no key is in them, and one place says which failure of a connection is of which kind.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ziggurat_core::{BoxError, ErrorKind, ProviderError};

use super::hosts::RefusedAddress;
use super::{ApiKey, Secrets};

/// How much of foreign text a message shows, in characters.
const SHOWN: usize = 500;

/// How much of an answer is looked at for an excerpt, in bytes.
const QUOTED: usize = 16 * 1024;

/// Makes a provider's errors.
#[derive(Clone)]
pub(crate) struct Reporter {
    server: Arc<Server>,
    deadline: Option<Instant>,
}

/// Whose errors they are.
struct Server {
    provider: String,
    secrets: Secrets,
    base_url: String,
    idle: Duration,
}

impl Reporter {
    pub(crate) fn new(
        provider: impl Into<String>,
        secrets: impl Into<Secrets>,
        base_url: impl Into<String>,
        idle: Duration,
    ) -> Self {
        let (provider, secrets) = (provider.into(), secrets.into());
        let server = Server { provider, secrets, base_url: base_url.into(), idle };
        Self { server: Arc::new(server), deadline: None }
    }

    /// The same for a call that must have ended by then.
    pub(crate) fn with_deadline(&self, deadline: Option<Instant>) -> Self {
        Self { server: Arc::clone(&self.server), deadline }
    }

    pub(crate) fn key(&self) -> &ApiKey {
        self.server.secrets.key()
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.server.base_url
    }

    /// How long the server may be silent.
    pub(crate) fn idle(&self) -> Duration {
        self.server.idle
    }

    /// The beginning of foreign text as it may be shown.
    pub(crate) fn excerpt(&self, text: &str, limit: usize) -> String {
        self.server.secrets.excerpt(text, limit)
    }

    /// An error of this kind; the message may hold foreign text.
    pub(crate) fn error(&self, kind: ErrorKind, message: &str) -> ProviderError {
        ProviderError::new(&self.server.provider, kind, self.excerpt(message, SHOWN))
    }

    /// An error of this kind with a lower one; both may hold foreign text.
    pub(crate) fn caused(&self, kind: ErrorKind, message: &str, source: BoxError) -> ProviderError {
        let error = self.error(kind, message);
        // A parser's error may quote what it read.
        if self.server.secrets.may_be_in(&format!("{source} {source:?}")) {
            return error;
        }
        error.with_source(source)
    }

    /// An answer that is not what the protocol promises, with the beginning of it.
    pub(crate) fn protocol(&self, problem: &str, answer: &[u8], source: BoxError) -> ProviderError {
        let answer = &answer[..answer.len().min(QUOTED)];
        let answer = self.excerpt(&String::from_utf8_lossy(answer), 200);
        self.caused(ErrorKind::Protocol, &format!("{problem}: `{answer}`"), source)
    }

    /// A call that comes after its deadline.
    pub(crate) fn too_late(&self) -> ProviderError {
        let base_url = &self.server.base_url;
        let message = format!("the call's deadline had passed; nothing was sent to {base_url}");
        self.error(ErrorKind::Timeout, &message)
    }

    /// A failure of the connection.
    pub(crate) fn transport(&self, error: reqwest::Error) -> ProviderError {
        // The address of the request has parameters, which may be secrets.
        let error = error.without_url();
        let (kind, message) = self.described(&error);
        self.caused(kind, &message, error.into())
    }

    fn described(&self, error: &reqwest::Error) -> (ErrorKind, String) {
        let Server { base_url, idle, .. } = &*self.server;
        let late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if let Some(refused) = causes(error).find_map(|cause| cause.downcast_ref()) {
            let refused: &RefusedAddress = refused;
            (ErrorKind::Permission, format!("nothing was sent: {refused}"))
        } else if error.is_timeout() && late {
            (ErrorKind::Timeout, format!("{base_url} had not answered by the call's deadline"))
        } else if error.is_connect() {
            let cause = if error.is_timeout() { "timed out".into() } else { root_cause(error) };
            (ErrorKind::Connect, format!("no connection to {base_url}: {cause}"))
        } else if error.is_timeout() {
            (ErrorKind::Timeout, format!("{base_url} was silent for {idle:?}"))
        } else if error.is_builder() {
            (ErrorKind::InvalidRequest, format!("no request can be made: {}", root_cause(error)))
        } else {
            let cause = root_cause(error);
            (ErrorKind::Interrupted, format!("the connection to {base_url} broke: {cause}"))
        }
    }
}

/// The lowest error: `Connection refused (os error 111)` tells more than `error sending request`.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

/// The error and those below it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
