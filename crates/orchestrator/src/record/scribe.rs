//! Writes a run's book: stamps times, and tells the readers that there is more. There is one per run.
//!
//! Readers are told once for each turn of the run, not for each entry: waking one costs more than writing
//! all that a turn has to tell.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use ziggurat_core::{
    AgentOutput, AgentState, CallRecord, EventKind, Plan, Reason, RunId, Signal, TextDelta,
    Transition,
};

use super::book::{Book, Record};
use super::line::What;
use super::reader::EventReader;
use crate::clock::Clock;
use crate::hierarchy::{Hierarchy, NodeId};

/// How many text deltas a slow reader may lag behind before it loses some.
const DELTA_BUFFER: usize = 1024;

/// The longest text in one delta, in bytes; with the buffer, a bound on what a slow reader costs.
const LONGEST_DELTA: usize = 16 * 1024;

/// The hand that writes.
pub(crate) struct Scribe {
    run_id: RunId,
    clock: Arc<dyn Clock>,
    record: Arc<Record>,
    written: watch::Sender<usize>,
    deltas: broadcast::Sender<TextDelta>,
    /// What agents wrote since the readers were told.
    fresh: Mutex<Vec<(NodeId, String)>>,
}

impl Scribe {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let run_id = clock.run_id();
        Self {
            record: Arc::new(Record::new(Book::new(run_id.clone()))),
            run_id,
            clock,
            written: watch::Sender::new(0),
            deltas: broadcast::Sender::new(DELTA_BUFFER),
            fresh: Mutex::default(),
        }
    }

    pub(crate) fn run_id(&self) -> &RunId {
        &self.run_id
    }

    pub(crate) fn record(&self) -> &Arc<Record> {
        &self.record
    }

    pub(crate) fn read(&self) -> MutexGuard<'_, Book> {
        lock(&self.record)
    }

    pub(crate) fn reader(&self) -> EventReader {
        EventReader::new(Arc::clone(&self.record), self.written.subscribe())
    }

    pub(crate) fn deltas(&self) -> broadcast::Receiver<TextDelta> {
        self.deltas.subscribe()
    }

    /// Tells the readers what was written since.
    pub(crate) fn publish(&self) {
        let written = self.read().len();
        let fresh = mem::take(&mut *self.fresh());
        for (node, text) in fresh {
            self.send(node, text);
        }
        self.written.send_if_modified(|told| mem::replace(told, written) != written);
    }

    /// Writes an event of the run itself.
    pub(crate) fn write(&self, event: EventKind) {
        let book = self.read();
        self.push(book, What::Whole(Box::new(event)));
    }

    /// Writes that the plan is made, and begins the rows of its nodes.
    pub(crate) fn plan(&self, plan: Arc<Plan>, hierarchy: &Hierarchy) {
        let mut book = self.read();
        book.plan(plan, hierarchy);
        self.push(book, What::Planned);
    }

    /// Writes that a merge waits for others that were added below it.
    pub(crate) fn split(&self, node: NodeId, hierarchy: &Hierarchy, added: &[NodeId], why: Reason) {
        let mut book = self.read();
        book.split(node, hierarchy);
        let added = added.iter().map(|&node| book.info(node)).collect();
        let event = EventKind::NodeSplit { node: book.info(node), added, reason: why };
        self.push(book, What::Whole(Box::new(event)));
    }

    /// Begins an agent's work on these inputs.
    pub(crate) fn start(&self, node: NodeId, inputs: &[NodeId]) {
        let mut book = self.read();
        book.set_inputs(node, inputs);
        if book.advance(node, Transition::Start).is_some() {
            self.push(book, What::Started(node));
        }
    }

    /// Takes a signal of an agent: counts a call, shows text, tells of a wait or a retry.
    pub(crate) fn hear(&self, node: NodeId, signal: Signal) {
        match signal {
            Signal::Text(text) => self.delta(node, text),
            Signal::Call(CallRecord { usage, cost, .. }) => {
                self.read().spend(node, usage, cost);
            }
            Signal::Queued => self.queued(node),
            Signal::Retrying { attempt, reason } => self.retry(node, attempt, reason),
            Signal::Hedged { after } => self.hedged(node, after),
            _ => {}
        }
    }

    /// Tells that an agent works again, for this reason.
    pub(crate) fn retry(&self, node: NodeId, attempt: u32, reason: Reason) {
        let mut book = self.read();
        if book.advance(node, Transition::Retry).is_some() {
            let event = EventKind::NodeRetrying { node: book.info(node), attempt, reason };
            self.push(book, What::Whole(Box::new(event)));
        }
    }

    /// Ends an agent that completed.
    pub(crate) fn complete(&self, node: NodeId, output: AgentOutput, elapsed: Duration) {
        let mut book = self.read();
        let model = book.model(output.model.as_deref());
        if let Some(row) = book.advance(node, Transition::Complete) {
            row.output = Some(output.text.into());
            row.model = model;
            row.truncated = output.truncated;
            row.took(elapsed);
            self.push(book, What::Ended(node));
        }
    }

    /// Ends the decomposer; what it wrote is the plan.
    pub(crate) fn complete_plan(&self, node: NodeId, model: Option<&str>, elapsed: Duration) {
        let mut book = self.read();
        let model = book.model(model);
        if let Some(row) = book.advance(node, Transition::Complete) {
            row.model = model;
            row.took(elapsed);
            self.push(book, What::Ended(node));
        }
    }

    /// Ends an agent that failed.
    pub(crate) fn fail(&self, node: NodeId, reason: Reason, elapsed: Duration) {
        self.end(node, Transition::Fail, reason, elapsed);
    }

    /// Ends an agent that was stopped at work.
    pub(crate) fn cancel(&self, node: NodeId, reason: Reason, elapsed: Duration) {
        self.end(node, Transition::Cancel, reason, elapsed);
    }

    /// Whether an agent has begun.
    pub(crate) fn has_begun(&self, node: NodeId) -> bool {
        self.read().row(node).state != AgentState::Pending
    }

    /// Ends an agent that is not needed, or not any more: one that began, and then had to wait for others.
    pub(crate) fn skip(&self, node: NodeId, reason: Reason) {
        let transition = if self.has_begun(node) { Transition::Cancel } else { Transition::Skip };
        self.end(node, transition, reason, Duration::ZERO);
    }

    /// Lets go of texts that nothing in the run needs any more.
    pub(crate) fn release(&self, nodes: &[NodeId]) {
        let mut book = self.read();
        for &node in nodes {
            book.row_mut(node).output = None;
        }
    }

    fn end(&self, node: NodeId, transition: Transition, reason: Reason, elapsed: Duration) {
        let mut book = self.read();
        if let Some(row) = book.advance(node, transition) {
            row.reason = Some(Box::new(reason));
            row.took(elapsed);
            self.push(book, What::Ended(node));
        }
    }

    fn queued(&self, node: NodeId) {
        let book = self.read();
        if !book.row(node).state.is_terminal() {
            self.push(book, What::Queued(node));
        }
    }

    fn hedged(&self, node: NodeId, after: Duration) {
        let book = self.read();
        if !book.row(node).state.is_terminal() {
            let after_ms = super::book::millis(after);
            let event = EventKind::NodeHedged { node: book.info(node), after_ms };
            self.push(book, What::Whole(Box::new(event)));
        }
    }

    fn push(&self, mut book: MutexGuard<'_, Book>, what: What) {
        book.push(self.clock.now(), what);
        if tracing::enabled!(target: "ziggurat", tracing::Level::DEBUG)
            && let Some(event) = book.event(book.len() - 1)
        {
            let (run_id, seq) = (&self.run_id, event.seq);
            tracing::debug!(target: "ziggurat", %run_id, seq, ?event.kind, "event");
        }
    }

    fn delta(&self, node: NodeId, text: String) {
        if self.deltas.receiver_count() > 0 {
            self.fresh().push((node, text));
        }
    }

    fn fresh(&self) -> MutexGuard<'_, Vec<(NodeId, String)>> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, node: NodeId, text: String) {
        let node = self.read().id(node);
        for text in pieces(text) {
            let delta = TextDelta { run_id: self.run_id.clone(), node: node.clone(), text };
            // An error says that the last reader has just gone.
            self.deltas.send(delta).ok();
        }
    }
}

/// The text in pieces of at most [`LONGEST_DELTA`] bytes.
fn pieces(text: String) -> Vec<String> {
    let mut rest = text.as_str();
    let mut pieces = Vec::new();
    while rest.len() > LONGEST_DELTA {
        let fits = (1..=LONGEST_DELTA).rev().find(|&at| rest.is_char_boundary(at));
        let (piece, after) = rest.split_at(fits.unwrap_or(LONGEST_DELTA));
        pieces.push(piece.to_owned());
        rest = after;
    }
    if pieces.is_empty() {
        return vec![text];
    }
    pieces.push(rest.to_owned());
    pieces
}

/// A panic elsewhere cannot leave a half-written line: the book is fit to use after one.
pub(super) fn lock(record: &Record) -> MutexGuard<'_, Book> {
    record.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_sent_in_pieces_between_characters() {
        let text = "ä".repeat(LONGEST_DELTA);
        let pieces = pieces(text.clone());
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.len() <= LONGEST_DELTA));
        assert_eq!(pieces.concat(), text);
    }
}
