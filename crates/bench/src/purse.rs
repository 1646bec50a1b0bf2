//! A budget with a cap that is never reached: what setting aside and settling costs, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use ziggurat::core::{Budget, CallRecord, Reservation, WorstCase};
use ziggurat::{CallContext, ErrorKind, ProviderError};

/// Tokens to spend.
#[derive(Debug, Default)]
pub struct Purse {
    taken: Arc<AtomicU64>,
}

const CAP: u64 = 1 << 60;

#[async_trait]
impl Budget for Purse {
    async fn reserve(
        &self,
        _: &CallContext,
        worst: &WorstCase,
    ) -> Result<Box<dyn Reservation>, ProviderError> {
        let tokens = worst.input_tokens.unwrap_or(0) + worst.output_tokens.unwrap_or(0);
        if self.taken.fetch_add(tokens, Ordering::Relaxed) > CAP {
            return Err(ProviderError::new("purse", ErrorKind::Budget, "it is empty"));
        }
        Ok(Box::new(Slip { taken: Arc::clone(&self.taken), tokens }))
    }
}

struct Slip {
    taken: Arc<AtomicU64>,
    tokens: u64,
}

impl Reservation for Slip {
    fn settle(self: Box<Self>, record: &CallRecord) {
        let used = record.usage.input_tokens.unwrap_or(0) + record.usage.output_tokens.unwrap_or(0);
        self.taken.fetch_sub(self.tokens.saturating_sub(used), Ordering::Relaxed);
    }
}
