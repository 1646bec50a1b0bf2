//! A run loop without a runtime: a seed decides what ends when and how.

use ziggurat::hierarchy::{Effects, End, Hierarchy, NodeId, NodeState, Shape};

/// SplitMix64: a few lines instead of a dependency, and the same numbers for ever.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn one_in(&mut self, chance: u32) -> bool {
        chance > 0 && self.next().is_multiple_of(u64::from(chance))
    }
}

/// How often things happen: once in so many steps, or never if 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Odds {
    pub(crate) fail: u32,
    pub(crate) cancel: u32,
    /// A ready node ends without having been started, as in a replay.
    pub(crate) unstarted: u32,
    pub(crate) stop_workers: u32,
    pub(crate) halt: u32,
}

/// What a journal holds. A stop names those that it cancelled.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    End(NodeId, End),
    StopWorkers(Vec<NodeId>),
    Halt(Vec<NodeId>),
}

/// A run under way.
pub(crate) struct Simulation {
    pub(crate) run: Hierarchy,
    pub(crate) journal: Vec<Entry>,
    /// The most results that were held at once: completed and not released.
    pub(crate) peak: usize,
    running: Vec<NodeId>,
    ended: Vec<bool>,
    released: Vec<bool>,
    held: usize,
    concurrency: usize,
    odds: Odds,
    rng: Rng,
}

impl Simulation {
    pub(crate) fn new(
        workers: u32,
        shape: Shape,
        concurrency: usize,
        odds: Odds,
        seed: u64,
    ) -> Self {
        let run = Hierarchy::new(workers, shape).unwrap();
        Self {
            journal: Vec::new(),
            peak: 0,
            running: Vec::new(),
            ended: vec![false; run.len()],
            released: vec![false; run.len()],
            held: 0,
            concurrency,
            odds,
            rng: Rng(seed),
            run,
        }
    }

    /// Starts what may start, then lets one thing happen.
    pub(crate) fn step(&mut self) {
        self.fill();
        if self.rng.one_in(self.odds.halt) {
            let effects = self.run.halt();
            let cancelled = self.stopped(effects);
            self.journal.push(Entry::Halt(cancelled));
        } else if self.rng.one_in(self.odds.stop_workers) {
            let effects = self.run.stop_workers();
            let cancelled = self.stopped(effects);
            self.journal.push(Entry::StopWorkers(cancelled));
        } else if self.rng.one_in(self.odds.unstarted) {
            self.end_unstarted();
        } else {
            assert!(!self.running.is_empty(), "stuck: nothing runs and nothing is ready");
            let at = self.rng.below(self.running.len());
            let node = self.running.swap_remove(at);
            let end = self.draw_end();
            self.record(node, end);
        }
    }

    /// Whether every node was seen to end.
    pub(crate) fn all_ended(&self) -> bool {
        self.ended.iter().all(|&ended| ended)
    }

    /// Whether the result of the node was released.
    pub(crate) fn is_released(&self, node: NodeId) -> bool {
        self.released[node.0 as usize]
    }

    fn fill(&mut self) {
        while self.running.len() < self.concurrency {
            let Some(node) = self.run.next_ready() else { break };
            assert_eq!(self.run.state(node), NodeState::Running);
            let children = self.run.children(node);
            assert!(
                children.iter().all(|&child| self.run.state(child).is_terminal()),
                "{node} started before its children ended"
            );
            assert!(children.is_empty() || !self.run.inputs(node).is_empty());
            self.running.push(node);
        }
    }

    fn draw_end(&mut self) -> End {
        if self.rng.one_in(self.odds.fail) {
            End::Failed
        } else if self.rng.one_in(self.odds.cancel) {
            End::Cancelled
        } else {
            End::Completed { tokens: self.rng.below(4000) as u32 }
        }
    }

    fn end_unstarted(&mut self) {
        let node = NodeId(self.rng.below(self.run.len()) as u32);
        let end = match self.rng.below(4) {
            0 => End::Skipped,
            1 => End::PassedUp,
            _ => self.draw_end(),
        };
        let state = self.run.state(node);
        if state == NodeState::Ready && state.admits(self.run.kind(node), end) {
            self.record(node, end);
        } else if state != NodeState::Running {
            assert!(self.run.record(node, end).is_err());
        }
    }

    fn record(&mut self, node: NodeId, end: End) {
        let effects = self.run.record(node, end).unwrap();
        self.journal.push(Entry::End(node, end));
        self.note_end(node, end);
        let released = if end.is_completed() { self.run.inputs(node) } else { &[] };
        assert_eq!(effects.released, released);
        for node in effects.released {
            let before = std::mem::replace(&mut self.released[node.0 as usize], true);
            assert!(!before, "{node} was released twice");
            self.held -= 1;
        }
        for (node, end) in effects.ended {
            assert!(matches!(end, End::Skipped | End::PassedUp), "{node} ended as {end:?}");
            self.note_end(node, end);
        }
    }

    /// Notes the ends a stop caused; gives the nodes it cancelled.
    fn stopped(&mut self, effects: Effects) -> Vec<NodeId> {
        assert_eq!(effects.released, []);
        for &(node, end) in &effects.ended {
            self.note_end(node, end);
        }
        let mut cancelled: Vec<NodeId> = effects
            .ended
            .iter()
            .filter_map(|&(node, end)| (end == End::Cancelled).then_some(node))
            .collect();
        let (run, mut lost) = (&self.run, Vec::new());
        self.running.retain(|&node| {
            let goes_on = run.state(node) == NodeState::Running;
            lost.extend((!goes_on).then_some(node));
            goes_on
        });
        lost.sort();
        cancelled.sort();
        assert_eq!(lost, cancelled, "a stop cancels what runs and skips the rest");
        cancelled
    }

    fn note_end(&mut self, node: NodeId, end: End) {
        let before = std::mem::replace(&mut self.ended[node.0 as usize], true);
        assert!(!before, "{node} ended twice");
        assert_eq!(self.run.state(node), NodeState::Ended(end));
        self.held += usize::from(end.is_completed());
        self.peak = self.peak.max(self.held);
    }
}

/// A fresh hierarchy that is told what the journal says.
pub(crate) fn replay(workers: u32, shape: Shape, journal: &[Entry]) -> Hierarchy {
    let mut run = Hierarchy::new(workers, shape).unwrap();
    for entry in journal {
        let cancelled = match entry {
            Entry::End(node, end) => {
                let _ = run.record(*node, *end).unwrap();
                continue;
            }
            Entry::StopWorkers(cancelled) | Entry::Halt(cancelled) => cancelled,
        };
        for &node in cancelled {
            let _ = run.record(node, End::Cancelled).unwrap();
        }
        let _ = match entry {
            Entry::Halt(_) => run.halt(),
            _ => run.stop_workers(),
        };
    }
    run
}

/// The same, but of the stops the journal only says that they were.
pub(crate) fn replay_without_cancelled(workers: u32, shape: Shape, journal: &[Entry]) -> Hierarchy {
    let bare = |entry: &Entry| match entry {
        Entry::End(node, end) => Entry::End(*node, *end),
        Entry::StopWorkers(_) => Entry::StopWorkers(Vec::new()),
        Entry::Halt(_) => Entry::Halt(Vec::new()),
    };
    replay(workers, shape, &journal.iter().map(bare).collect::<Vec<_>>())
}
