//! The limiter that calls share: what is known, and the line of those who wait for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;
use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Provider, ProviderError};

use super::line::{Late, Line};
use super::permit::Permit;
use super::state::State;
use crate::PerMinute;

/// What a call may write if neither it nor its model has a bound.
const OUTPUT: u64 = 4096;

#[derive(Debug)]
pub(super) struct Limiter {
    state: Mutex<State>,
    line: Line,
}

impl Limiter {
    pub(super) fn new(limits: PerMinute) -> Self {
        Self { state: Mutex::new(State::new(limits)), line: Line::default() }
    }

    /// Waits until the call may go. It must be made with the context that comes back.
    pub(super) async fn enter(
        self: &Arc<Self>,
        cx: &CallContext,
        provider: &dyn Provider,
        request: &ChatRequest,
    ) -> Result<(Permit, CallContext), ProviderError> {
        let tokens = most_tokens(cx, provider, request);
        let attempt = || self.state().take(Instant::now(), tokens).map_err(Some);
        let earliest = |ahead| Some(self.state().earliest(Instant::now(), tokens, ahead));
        match self.line.enter(cx, attempt, earliest).await {
            Ok(ticket) => Ok(Permit::new(Arc::clone(self), ticket, cx)),
            Err(Late) => {
                let message = "the deadline comes before the rate limit has room; nothing was sent";
                Err(ProviderError::new(provider.name(), ErrorKind::Timeout, message).unsent())
            }
        }
    }

    /// Changes what is known, and wakes who waits for it.
    pub(super) fn update(&self, change: impl FnOnce(&mut State, Instant)) {
        change(&mut self.state(), Instant::now());
        self.line.changed();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The most tokens that a call takes, its input estimated.
fn most_tokens(cx: &CallContext, provider: &dyn Provider, request: &ChatRequest) -> u64 {
    let of_model = || cx.model_of(provider, &request.model).max_output_tokens;
    let output = request.max_tokens.map(u64::from).or_else(of_model).unwrap_or(OUTPUT);
    request.estimated_input_tokens().saturating_add(output)
}
