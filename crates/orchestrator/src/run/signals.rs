//! Agents tell the run loop what happens in them through a channel: no lock, and the order they
//! happened in.

use std::sync::Arc;

use tokio::sync::mpsc;
use ziggurat_core::{CallContext, NodeInfo, Signal};

/// Both ends of the channel; the loop holds it. `K` says whose signal it is.
pub(crate) struct Signals<K> {
    sender: mpsc::UnboundedSender<(K, Signal)>,
    receiver: mpsc::UnboundedReceiver<(K, Signal)>,
}

impl<K: Copy + Send + Sync + 'static> Signals<K> {
    // Unbounded, yet it stays short: the agents that fill it are polled by the loop that empties it.
    pub(crate) fn new() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self { sender, receiver }
    }

    /// The context of an agent: what it signals arrives here under its key.
    pub(crate) fn context(&self, key: K, node: NodeInfo) -> CallContext {
        let sender = self.sender.clone();
        let observer = move |signal| {
            // Layers tell each other more than a run tells.
            if matches!(signal, Signal::Dequeued | Signal::RateLimits(_)) {
                return;
            }
            // The loop may be gone: then the run was dropped, and nobody wants to know.
            sender.send((key, signal)).ok();
        };
        CallContext::default().with_node(node).with_observer(Arc::new(observer))
    }

    /// The next signal; waits for ever if none comes. Cancel-safe.
    pub(crate) async fn recv(&mut self) -> (K, Signal) {
        match self.receiver.recv().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }

    /// A signal that is already there.
    pub(crate) fn try_recv(&mut self) -> Option<(K, Signal)> {
        self.receiver.try_recv().ok()
    }
}
