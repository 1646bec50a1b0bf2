//! A run loop without a runtime: a seed decides what ends when and how.

use std::ops::Range;

use ziggurat::hierarchy::{Effects, End, Hierarchy, NodeId, NodeKind, NodeState, Shape};

use crate::model::Model;

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
    /// A merge, running or ready, is split.
    pub(crate) split: u32,
}

/// What a journal holds. A stop names those that it cancelled.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    End(NodeId, End),
    Split(NodeId, Vec<Range<u32>>),
    StopWorkers(Vec<NodeId>),
    Halt(Vec<NodeId>),
}

/// A run under way.
pub(crate) struct Simulation {
    pub(crate) run: Hierarchy,
    pub(crate) journal: Vec<Entry>,
    /// What was done to the run, for checks that know the rules but not the code.
    pub(crate) model: Model,
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
            model: Model::default(),
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
        } else if let Some(node) = self.draw_split() {
            self.split(node);
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
            // Linear in the number of nodes, so only where that is small.
            let expected = (self.run.len() < 500).then(|| self.model.next_ready(&self.run));
            let next = self.run.next_ready();
            assert!(expected.is_none_or(|expected| expected == next), "{expected:?}, not {next:?}");
            let Some(node) = next else { break };
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

    /// A merge to be split now, running ones first: they are few and at hand.
    fn draw_split(&mut self) -> Option<NodeId> {
        if !self.rng.one_in(self.odds.split) {
            return None;
        }
        let is_merge = |&node: &NodeId| self.run.kind(node) != NodeKind::Worker;
        if self.rng.one_in(2) {
            return self.running.iter().copied().find(is_merge);
        }
        let node = NodeId(self.rng.below(self.run.len()) as u32);
        let splittable = is_merge(&node) && self.run.state(node) == NodeState::Ready;
        splittable.then_some(node)
    }

    fn split(&mut self, node: NodeId) {
        let groups = self.draw_groups(self.run.inputs(node).len() as u32);
        let inputs = self.run.inputs(node).to_vec();
        let first = self.run.len() as u32;
        let effects = self.run.split(node, &groups).unwrap();
        assert_eq!((&effects.ended[..], &effects.released[..]), (&[][..], &[][..]));
        assert!(effects.added.iter().map(|added| added.0).eq((first..).take(groups.len())));
        assert_eq!(self.run.len(), first as usize + groups.len());
        self.ended.resize(self.run.len(), false);
        self.released.resize(self.run.len(), false);
        self.running.retain(|&running| running != node);
        self.model.split(node, &inputs, &groups, &effects.added);
        self.journal.push(Entry::Split(node, groups));
    }

    /// Walks over the inputs, each of which begins a group, goes on with one, or is in none.
    fn draw_groups(&mut self, inputs: u32) -> Vec<Range<u32>> {
        let mut groups: Vec<Range<u32>> = Vec::new();
        for at in 0..inputs {
            match (self.rng.below(4), groups.last_mut()) {
                (0, _) => groups.push(at..at + 1),
                (1 | 2, Some(last)) if last.end == at => last.end += 1,
                _ => {}
            }
        }
        if groups.is_empty() {
            groups.push(0..inputs);
        }
        groups
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
        for below in self.run.children(node).iter().chain(self.model.added_under(node)) {
            assert!(self.ended[below.0 as usize], "{node} ended before {below}");
        }
        self.model.end(node, &self.run);
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
            Entry::Split(node, groups) => {
                let _ = run.split(*node, groups).unwrap();
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
        Entry::End(..) | Entry::Split(..) => entry.clone(),
        Entry::StopWorkers(_) => Entry::StopWorkers(Vec::new()),
        Entry::Halt(_) => Entry::Halt(Vec::new()),
    };
    replay(workers, shape, &journal.iter().map(bare).collect::<Vec<_>>())
}
