//! What the rate limit adds to a call that need not wait: to take and to settle, with 10,000 calls in the
//! last minute. A bare call to the same model stands beside it.
#![allow(missing_docs, reason = "criterion's macro makes an undocumented function")]
#![allow(clippy::expect_used, reason = "a benchmark may panic")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use criterion::{Criterion, criterion_group, criterion_main};
use futures::FutureExt;
use tokio::runtime::Builder;
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, Layer, Message};
use ziggurat_core::{Provider, ProviderError, Usage};
use ziggurat_providers::layers::RateLimitLayer;

const CALLS: u32 = 10_000;

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

fn limiter(criterion: &mut Criterion) {
    // Time stands still but where it is moved, so that the window stays full.
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("the runtime starts");
    let layer = RateLimitLayer::new().requests_per_minute(u32::MAX).tokens_per_minute(u64::MAX);
    let limited = layer.layer(Arc::new(Ready));
    let bare: Arc<dyn Provider> = Arc::new(Ready);
    let cx = CallContext::default();
    let request = ChatRequest::new("m", [Message::user("hi")]).with_max_tokens(100);
    runtime.block_on(async {
        for _ in 0..CALLS {
            limited.chat(&cx, &request).await.expect("it answers");
            tokio::time::advance(Duration::from_millis(6)).await;
        }
    });
    let _entered = runtime.enter();
    let mut group = criterion.benchmark_group("limiter");
    for (name, provider) in [("bare", &bare), ("limited", &limited)] {
        group.bench_function(name, |bench| {
            // Nothing waits, so that no runtime's own cost is measured.
            bench.iter(|| black_box(provider.chat(&cx, &request).now_or_never()));
        });
    }
    group.finish();
}

criterion_group!(benches, limiter);
criterion_main!(benches);
