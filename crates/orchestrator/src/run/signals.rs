//! Agents tell the run loop what happens in them through a channel: no lock, and the order they
//! happened in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;
use ziggurat_core::{CallContext, NodeInfo, Signal};
use ziggurat_executor::Hold;

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

    /// The context of an agent: what it signals arrives here under its node. The hold is held while a
    /// call of it waits for room, so that its clock counts the time it works.
    pub(crate) fn context(&self, node: NodeId, info: NodeInfo) -> (CallContext, Hold) {
        let sender = self.sender.clone();
        let (waiting, hold) = (AtomicBool::new(false), Hold::new());
        let held = hold.clone();
        let observer = move |signal| {
            keep(&waiting, &held, &signal);
            // Layers tell each other more than a run tells.
            if matches!(signal, Signal::Dequeued | Signal::RateLimits(_)) {
                return;
            }
            // The loop may be gone: then the run was dropped, and nobody wants to know.
            sender.send((node, signal)).ok();
        };
        (CallContext::default().with_node(info).with_observer(Arc::new(observer)), hold)
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

/// Holds an agent's clock from the moment its call waits for room. A call that was given up while it waited
/// does not say that it waits no more, but its record does.
fn keep(waiting: &AtomicBool, hold: &Hold, signal: &Signal) {
    let waits = match signal {
        Signal::Queued => true,
        Signal::Dequeued | Signal::Call(_) | Signal::Text(_) => false,
        _ => return,
    };
    match (waiting.swap(waits, Ordering::Relaxed), waits) {
        (false, true) => hold.begin(),
        (true, false) => hold.end(),
        _ => {}
    }
}
