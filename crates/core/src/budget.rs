//! The contract of whoever holds the money: what an attempt may cost at most is set aside before it
//! is made, and what it did cost is settled after it. Layers ask; a run decides.

use async_trait::async_trait;

use crate::{CallContext, CallRecord, ChatRequest, ModelInfo, ProviderError, Usage, Usd};

/// The most that one attempt can use. `None` is unknown: whoever has a cap must then refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorstCase {
    /// `provider/model`.
    pub model: String,
    /// Tokens read: no token is shorter than a byte. Unknown if there are pictures or extra fields.
    pub input_tokens: Option<u64>,
    /// Tokens written: the request's bound, else the model's.
    pub output_tokens: Option<u64>,
    /// Dollars.
    pub cost: Option<Usd>,
}

impl WorstCase {
    /// The worst case of a request to this model.
    pub fn of(request: &ChatRequest, model: &ModelInfo) -> Self {
        let input_tokens = request.max_input_tokens();
        let bound = request.max_tokens.map(u64::from);
        // A field in the API's own words may raise the bound, or ask for several answers.
        let output_tokens = bound.or(model.max_output_tokens).filter(|_| request.extra.is_empty());
        let usage = Usage { input_tokens, output_tokens, ..Usage::ZERO };
        let cost = model.price.and_then(|price| price.worst(&usage));
        Self { model: model.name(), input_tokens, output_tokens, cost }
    }
}

/// Holds the caps of a run.
///
/// # Contract
/// - Under any concurrency, what is spent and what is set aside stay within every cap.
/// - `reserve` may wait while what does not fit may still be given back; dropping it takes nothing.
/// - What can never fit is [`ErrorKind::Budget`](crate::ErrorKind::Budget), which nobody retries.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait Budget: Send + Sync {
    /// Sets the worst case of an attempt aside.
    async fn reserve(
        &self,
        cx: &CallContext,
        worst: &WorstCase,
    ) -> Result<Box<dyn Reservation>, ProviderError>;
}

/// What was set aside for one attempt. Dropped unsettled, it counts as spent in full: nobody knows.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait Reservation: Send + Sync {
    /// Gives back what the attempt did not use. Of unknown usage everything counts as used.
    fn settle(self: Box<Self>, record: &CallRecord);
}
