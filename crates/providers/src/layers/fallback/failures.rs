//! What went wrong so far in a call, who may still be asked, and how it is told if nobody is left.

use ziggurat_core::{ErrorKind, ProviderError};

use super::candidate::Candidate;
use super::verdict::{Verdict, verdict};

/// The failures of one call, in the order in which they came.
#[derive(Default)]
pub(super) struct Failures {
    all: Vec<(Candidate, ProviderError)>,
    too_long: bool,
    /// The largest context that the request was too long for, as far as it is known.
    context: Option<u64>,
}

impl Failures {
    /// Whether this candidate may do what the others could not.
    pub(super) fn admit(&self, candidate: &Candidate) -> bool {
        let has = candidate.info().context_tokens;
        let is_larger = || has.zip(self.context).is_some_and(|(has, had)| has > had);
        !self.too_long || is_larger()
    }

    /// This candidate could not either.
    pub(super) fn add(&mut self, candidate: Candidate, error: ProviderError) {
        if error.kind() == ErrorKind::ContextLength {
            self.too_long = true;
            self.context = self.context.max(candidate.info().context_tokens);
        }
        self.all.push((candidate, error));
    }

    /// Whether the last one leaves nothing to try.
    pub(super) fn are_final(&self) -> bool {
        let last = self.all.last();
        last.is_some_and(|(candidate, error)| {
            verdict(error.kind(), candidate.is_primary()) == Verdict::Stop
        })
    }

    /// Says in the log that the call goes to this candidate, if it is not the first.
    pub(super) fn tell_of(&self, next: &Candidate) {
        let Some((failed, error)) = self.all.last() else { return };
        let (from, to) = (failed.name(), next.name());
        tracing::warn!(from, to, kind = error.kind().as_str(), %error, "another model is asked");
    }

    /// The primary's failure, or the first if the primary was not asked, with what the others said. A
    /// single failure stays as it is.
    pub(super) fn into_error(mut self, provider: &str) -> ProviderError {
        if self.all.is_empty() {
            let message = "no model could be asked";
            return ProviderError::new(provider, ErrorKind::Internal, message);
        }
        let first = self.all.iter().position(|(candidate, _)| candidate.is_primary());
        let (_, first) = self.all.remove(first.unwrap_or(0));
        if self.all.is_empty() {
            return first;
        }
        let others = self.all.iter().map(|(candidate, error)| {
            format!("{}: {} ({})", candidate.name(), error.message(), error.kind())
        });
        let others = others.collect::<Vec<_>>().join("; ");
        let message = format!("{}; other models failed too: {others}", first.message());
        let error = ProviderError::new(first.provider(), first.kind(), message)
            .with_code(first.code().map(str::to_owned))
            .with_request_id(first.request_id().map(str::to_owned))
            .with_retry_after(first.retry_after())
            .with_should_retry(false);
        let error = match first.status() {
            Some(status) => error.with_status(status),
            None => error,
        };
        error.with_source(first)
    }
}
