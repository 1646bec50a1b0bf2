//! The provider within its layers, a budget included, called by slots as the loops call theirs: what the
//! layers cost, without the orchestrator.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use futures::StreamExt;
use tokio::task::JoinSet;
use ziggurat::core::ChatDelta;
use ziggurat::{CallContext, ChatRequest, Message, Provider, ProviderError};

use crate::body;
use crate::delays::Delays;
use crate::purse::Purse;
use crate::work::{Done, Flavor};
use crate::workload::{MODEL, Workload};

struct Shared {
    provider: Arc<dyn Provider>,
    cx: CallContext,
    workload: Workload,
    next: AtomicU32,
    texts: Vec<OnceLock<String>>,
    failed: AtomicU64,
}

/// Does the work with calls of the provider.
pub async fn run(provider: Arc<dyn Provider>, workload: &Workload, flavor: Flavor) -> Done {
    let shared = Arc::new(Shared {
        provider,
        cx: CallContext::default().with_budget(Arc::new(Purse::default())),
        workload: workload.clone(),
        next: AtomicU32::new(0),
        texts: std::iter::repeat_with(OnceLock::new).take(workload.workers as usize).collect(),
        failed: AtomicU64::new(0),
    });
    let slots = (0..workload.concurrency).map(|_| slot(Arc::clone(&shared)));
    let delays = match flavor {
        Flavor::Multi => slots.collect::<JoinSet<_>>().join_all().await,
        Flavor::Current => futures::future::join_all(slots).await,
    };
    let mut all = Delays::default();
    delays.into_iter().for_each(|delays| all.join(delays));
    let failed = shared.failed.load(Ordering::Relaxed);
    Done { calls: u64::from(workload.workers), failed, delays: all }
}

async fn slot(shared: Arc<Shared>) -> Delays {
    let mut delays = Delays::default();
    loop {
        let worker = shared.next.fetch_add(1, Ordering::Relaxed);
        if worker >= shared.workload.workers {
            return delays;
        }
        match shared.call(worker, &mut delays).await {
            // Kept, as the loops keep theirs.
            Ok(text) => drop(shared.texts[worker as usize].set(text)),
            Err(_) => drop(shared.failed.fetch_add(1, Ordering::Relaxed)),
        }
    }
}

impl Shared {
    async fn call(&self, worker: u32, delays: &mut Delays) -> Result<String, ProviderError> {
        let message = body::worker_message(&self.workload.instruction(worker));
        let request = ChatRequest::new(MODEL, [Message::user(message)])
            .with_system(body::worker_system())
            .with_max_tokens(2000)
            .with_temperature(0.7);
        if !self.workload.streamed {
            return Ok(self.provider.chat(&self.cx, &request).await?.text());
        }
        let mut stream = self.provider.stream(&self.cx, &request).await?;
        let mut said = String::new();
        while let Some(delta) = stream.next().await {
            if let ChatDelta::Text(text) = delta? {
                delays.hear(&text);
                said.push_str(&text);
            }
        }
        Ok(said)
    }
}
