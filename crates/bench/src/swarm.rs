//! The work of a loop written by hand: step by step, in each step as many slots as calls may run at once,
//! and each slot takes the next job by its index. Jobs that wait are an index, and nothing more.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::task::JoinSet;
use ziggurat::hierarchy::{Hierarchy, NodeId, NodeKind};

use crate::body;
use crate::delays::Delays;
use crate::wire::Refused;
use crate::work::{Done, Flavor};
use crate::workload::Workload;

/// Attempts of a call.
const ATTEMPTS: u32 = 5;
/// The wait before an attempt for which the server has no hint; it doubles.
const WAIT: Duration = Duration::from_millis(200);

/// A client of chat completions.
pub trait Client: Send + Sync + 'static {
    /// The text of an answer.
    fn ask(&self, body: Bytes) -> impl Future<Output = Result<Box<str>, Refused>> + Send;

    /// The text of an answer, heard as it arrives.
    fn hear(
        &self,
        body: Bytes,
        delays: &mut Delays,
    ) -> impl Future<Output = Result<Box<str>, Refused>> + Send;
}

struct Swarm<C> {
    client: C,
    hierarchy: Hierarchy,
    instructions: Vec<Box<str>>,
    texts: Vec<OnceLock<Box<str>>>,
    streamed: bool,
    failed: AtomicU64,
    delays: Mutex<Delays>,
}

/// Does the work with this client.
pub async fn run<C: Client>(client: C, workload: &Workload, flavor: Flavor) -> Option<Done> {
    let hierarchy = Hierarchy::new(workload.workers, workload.shape()).ok()?;
    let instructions = (0..workload.workers).map(|worker| workload.instruction(worker).into());
    let swarm = Arc::new(Swarm {
        client,
        instructions: instructions.collect(),
        texts: std::iter::repeat_with(OnceLock::new).take(hierarchy.len()).collect(),
        hierarchy,
        streamed: workload.streamed,
        failed: AtomicU64::new(0),
        delays: Mutex::default(),
    });
    let mut begin = 0;
    while begin < swarm.texts.len() {
        let step = |at: usize| swarm.hierarchy.step(node(at));
        let width = (begin..swarm.texts.len()).take_while(|&at| step(at) == step(begin)).count();
        level(&swarm, begin..begin + width, workload.concurrency, flavor).await;
        begin += width;
    }
    let delays = std::mem::take(&mut *swarm.delays.lock().unwrap_or_else(PoisonError::into_inner));
    let calls = swarm.texts.len() as u64;
    Some(Done { calls, failed: swarm.failed.load(Ordering::Relaxed), delays })
}

async fn level<C: Client>(
    swarm: &Arc<Swarm<C>>,
    jobs: std::ops::Range<usize>,
    concurrency: usize,
    flavor: Flavor,
) {
    let next = Arc::new(AtomicUsize::new(jobs.start));
    let slots = (0..concurrency.min(jobs.len()))
        .map(|_| slot(Arc::clone(swarm), Arc::clone(&next), jobs.end));
    match flavor {
        Flavor::Multi => {
            slots.collect::<JoinSet<()>>().join_all().await;
        }
        Flavor::Current => {
            futures::future::join_all(slots).await;
        }
    }
}

async fn slot<C: Client>(swarm: Arc<Swarm<C>>, next: Arc<AtomicUsize>, end: usize) {
    let mut delays = Delays::default();
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        if at >= end {
            break;
        }
        match swarm.persist(at, &mut delays).await {
            // The place is this job's alone.
            Some(text) => drop(swarm.texts[at].set(text)),
            None => drop(swarm.failed.fetch_add(1, Ordering::Relaxed)),
        }
    }
    swarm.delays.lock().unwrap_or_else(PoisonError::into_inner).join(delays);
}

impl<C: Client> Swarm<C> {
    /// A call, made again where it was refused.
    async fn persist(&self, at: usize, delays: &mut Delays) -> Option<Box<str>> {
        let body = Bytes::from(self.body(node(at)));
        for attempt in 0..ATTEMPTS {
            let asked = match self.streamed {
                true => self.client.hear(body.clone(), delays).await,
                false => self.client.ask(body.clone()).await,
            };
            match asked {
                Ok(text) => return Some(text),
                Err(Refused { wait }) => {
                    tokio::time::sleep(wait.unwrap_or(WAIT * (1 << attempt))).await;
                }
            }
        }
        None
    }

    fn body(&self, node: NodeId) -> Vec<u8> {
        let instruction = |node: NodeId| &*self.instructions[node.0 as usize];
        if self.hierarchy.kind(node) == NodeKind::Worker {
            return body::worker(instruction(node), self.streamed);
        }
        let text = |node: NodeId| self.texts[node.0 as usize].get().map(|text| &**text);
        body::merge(&self.hierarchy, node, text, instruction)
    }
}

fn node(at: usize) -> NodeId {
    NodeId(u32::try_from(at).unwrap_or(u32::MAX))
}
