//! Agents tell the run loop what happens in them through a channel: no lock, and the order they
//! happened in.

use std::sync::Arc;

use tokio::sync::mpsc;
use ziggurat_core::{CallContext, NodeInfo, Signal};

use crate::hierarchy::NodeId;

/// Both ends of the channel; the loop holds it.
pub(crate) struct Signals {
    sender: mpsc::UnboundedSender<(NodeId, Signal)>,
    receiver: mpsc::UnboundedReceiver<(NodeId, Signal)>,
}

impl Signals {
    // Unbounded, yet it stays short: the agents that fill it are polled by the loop that empties it.
    pub(crate) fn new() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self { sender, receiver }
    }

    /// The context of an agent: what it signals arrives here under its node.
    pub(crate) fn context(&self, node: NodeId, info: NodeInfo) -> CallContext {
        let sender = self.sender.clone();
        let observer = move |signal| {
            // Layers tell each other more than a run tells.
            if matches!(signal, Signal::Dequeued | Signal::RateLimits(_)) {
                return;
            }
            // The loop may be gone: then the run was dropped, and nobody wants to know.
            sender.send((node, signal)).ok();
        };
        CallContext::default().with_node(info).with_observer(Arc::new(observer))
    }

    /// The next signal; waits for ever if none comes. Cancel-safe.
    pub(crate) async fn recv(&mut self) -> (NodeId, Signal) {
        match self.receiver.recv().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }

    /// A signal that is already there.
    pub(crate) fn try_recv(&mut self) -> Option<(NodeId, Signal)> {
        self.receiver.try_recv().ok()
    }
}
