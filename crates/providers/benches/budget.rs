//! What the budget adds to a call that need not wait: to set aside, to hand over, to settle. A bare call to
//! the same model, and one that is only metered, stand beside it.
#![allow(missing_docs, reason = "criterion's macro makes an undocumented function")]
#![allow(clippy::expect_used, reason = "a benchmark may panic")]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use criterion::{Criterion, criterion_group, criterion_main};
use futures::FutureExt;
use ziggurat_core::{Budget, CallContext, CallRecord, ChatRequest, ChatResponse, Layer, Message};
use ziggurat_core::{Provider, ProviderError, Reservation, Usage, WorstCase};
use ziggurat_providers::layers::BudgetLayer;

/// A model that answers at once.
struct Ready;

#[async_trait]
impl Provider for Ready {
    fn name(&self) -> &str {
        "ready"
    }

    async fn chat(&self, _: &CallContext, _: &ChatRequest) -> Result<ChatResponse, ProviderError> {
        Ok(ChatResponse::new("", "").with_usage(Usage::new(10, 20)))
    }
}

/// A purse without a bottom: what the layer costs, and not somebody's bookkeeping.
#[derive(Default)]
struct Purse(Arc<AtomicU64>);

struct Slip(Arc<AtomicU64>, u64);

#[async_trait]
impl Budget for Purse {
    async fn reserve(
        &self,
        _: &CallContext,
        worst: &WorstCase,
    ) -> Result<Box<dyn Reservation>, ProviderError> {
        let tokens = worst.output_tokens.unwrap_or(0);
        self.0.fetch_add(tokens, Ordering::Relaxed);
        Ok(Box::new(Slip(Arc::clone(&self.0), tokens)))
    }
}

impl Reservation for Slip {
    fn settle(self: Box<Self>, record: &CallRecord) {
        let used = record.usage.output_tokens.unwrap_or(self.1);
        self.0.fetch_sub(self.1.saturating_sub(used), Ordering::Relaxed);
    }
}

fn budget(criterion: &mut Criterion) {
    let bare: Arc<dyn Provider> = Arc::new(Ready);
    let layered = BudgetLayer::new().layer(Arc::new(Ready));
    let request = ChatRequest::new("m", [Message::user("hi")]).with_max_tokens(100);
    let free = CallContext::default();
    let paid = CallContext::default().with_budget(Arc::new(Purse::default()));
    let mut group = criterion.benchmark_group("budget");
    let all = [("bare", &bare, &free), ("metered", &layered, &free), ("paid", &layered, &paid)];
    for (name, provider, cx) in all {
        let answer = provider.chat(cx, &request).now_or_never();
        answer.expect("nothing waits").expect("it answers");
        group.bench_function(name, |bench| {
            bench.iter(|| black_box(provider.chat(cx, &request).now_or_never()));
        });
    }
    group.finish();
}

criterion_group!(benches, budget);
criterion_main!(benches);
