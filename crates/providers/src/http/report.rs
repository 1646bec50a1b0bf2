//! Errors in a provider's name. All of an adapter's errors are made here, so that one place sees to it
//! that no key is in them, and one place says which failure of a connection is of which kind.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ziggurat_core::{BoxError, ErrorKind, ProviderError};

use super::{ApiKey, excerpt};

/// How much of foreign text a message shows, in characters.
const SHOWN: usize = 500;

/// Makes a provider's errors.
#[derive(Clone)]
pub(crate) struct Reporter {
    server: Arc<Server>,
    deadline: Option<Instant>,
}

/// Whose errors they are.
struct Server {
    provider: String,
    key: ApiKey,
    base_url: String,
    idle: Duration,
}

impl Reporter {
    pub(crate) fn new(
        provider: impl Into<String>,
        key: ApiKey,
        base_url: impl Into<String>,
        idle: Duration,
    ) -> Self {
        let (provider, base_url) = (provider.into(), base_url.into());
        Self { server: Arc::new(Server { provider, key, base_url, idle }), deadline: None }
    }

    /// The same for a call that must have ended by then.
    pub(crate) fn with_deadline(&self, deadline: Option<Instant>) -> Self {
        Self { server: Arc::clone(&self.server), deadline }
    }

    pub(crate) fn key(&self) -> &ApiKey {
        &self.server.key
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.server.base_url
    }

    /// An error of this kind; the message may hold foreign text.
    pub(crate) fn error(&self, kind: ErrorKind, message: &str) -> ProviderError {
        ProviderError::new(
            &self.server.provider,
            kind,
            excerpt(&self.server.key.scrub(message), SHOWN),
        )
    }

    /// An answer that is not what the protocol promises, with the beginning of it.
    pub(crate) fn protocol(&self, problem: &str, answer: &[u8], source: BoxError) -> ProviderError {
        let answer = self.server.key.scrub(&String::from_utf8_lossy(answer));
        let message = format!("{problem}: `{}`", excerpt(&answer, 200));
        self.with_source(self.error(ErrorKind::Protocol, &message), source)
    }

    /// A failure of the connection.
    pub(crate) fn transport(&self, error: reqwest::Error) -> ProviderError {
        let Server { base_url, idle, .. } = &*self.server;
        let late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let (kind, message) = if error.is_timeout() && late {
            (ErrorKind::Timeout, format!("{base_url} had not answered by the call's deadline"))
        } else if error.is_connect() {
            let cause = if error.is_timeout() { "timed out".into() } else { root_cause(&error) };
            (ErrorKind::Connect, format!("no connection to {base_url}: {cause}"))
        } else if error.is_timeout() {
            (ErrorKind::Timeout, format!("{base_url} was silent for {idle:?}"))
        } else if error.is_builder() {
            (ErrorKind::InvalidRequest, format!("no request can be made: {}", root_cause(&error)))
        } else {
            let cause = root_cause(&error);
            (ErrorKind::Interrupted, format!("the connection to {base_url} broke: {cause}"))
        };
        self.with_source(self.error(kind, &message), error.into())
    }

    fn with_source(&self, error: ProviderError, source: BoxError) -> ProviderError {
        // A parser's error may quote what it read.
        if self.server.key.is_in(&format!("{source} {source:?}")) {
            return error;
        }
        error.with_source(source)
    }
}

/// The lowest error: `Connection refused (os error 111)` tells more than `error sending request`.
fn root_cause(error: &dyn Error) -> String {
    let mut lowest = error;
    while let Some(source) = lowest.source() {
        lowest = source;
    }
    lowest.to_string()
}
