//! The list schedule of DESIGN.md, section 3: whenever there is room, the ready node that is farthest from
//! the summit starts, the first of its step; once more than eight results for each place wait to be
//! merged, ready merges go first.

use crate::pyramid::{Form, nodes};

/// When a node was at work, in milliseconds from the start of the run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) id: String,
}

/// A schedule, in the order of starts and then ends.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    pub(crate) spans: Vec<Span>,
    /// How often a merge went ahead of a ready worker.
    pub(crate) overtakings: usize,
    /// Whether two nodes ended in the same millisecond, so that their order is anyone's.
    pub(crate) tied: bool,
}

impl Schedule {
    pub(crate) fn makespan(&self) -> u64 {
        self.spans.iter().map(|span| span.end).max().unwrap_or(0)
    }
}

/// The schedule of a run whose nodes take as long as `latency` says.
pub(crate) fn schedule(form: &Form, latency: impl Fn(&str) -> u64) -> Schedule {
    let nodes = nodes(form);
    let mut open: Vec<_> = nodes.iter().map(|node| node.children).collect();
    let mut waits: Vec<_> = (0..nodes.len()).collect();
    let mut running: Vec<(u64, usize)> = Vec::new();
    let (mut now, mut unmerged, mut schedule) = (0, 0, Schedule::default());
    loop {
        while running.len() < form.concurrency {
            // Nodes are numbered by step and place, so the first ready one is the farthest.
            let mut ready = waits.iter().copied().filter(|&node| open[node] == 0);
            let Some(first) = ready.next() else { break };
            let merge = std::iter::once(first).chain(ready).find(|&node| nodes[node].step > 0);
            let backlog = unmerged > 8 * form.concurrency;
            let node = merge.filter(|_| backlog).unwrap_or(first);
            schedule.overtakings += usize::from(node != first && nodes[first].step == 0);
            unmerged -= nodes[node].children;
            waits.retain(|&other| other != node);
            let end = now + latency(&nodes[node].id);
            running.push((end, node));
            schedule.spans.push(Span { start: now, end, id: nodes[node].id.clone() });
        }
        let Some(&next) = running.iter().min() else { break };
        running.retain(|&other| other != next);
        schedule.tied |= running.iter().any(|&(end, _)| end == next.0);
        now = next.0;
        if let Some(parent) = nodes[next.1].parent {
            open[parent] -= 1;
            unmerged += 1;
        }
    }
    assert!(waits.is_empty(), "{form:?} leaves {waits:?}");
    schedule.spans.sort();
    schedule
}
