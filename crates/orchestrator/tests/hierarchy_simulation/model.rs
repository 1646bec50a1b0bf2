//! The rules once more, told without regard to cost.
//!
//! A model notes what was done to a hierarchy and works everything else out from the states of the
//! nodes and the groups that were laid out, by walking.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use ziggurat::hierarchy::{Hierarchy, NodeId, NodeKind, NodeState};

/// What was done so far.
#[derive(Default)]
pub(crate) struct Model {
    /// Each added node: the node it is under and the inputs it was added for.
    added: BTreeMap<NodeId, (NodeId, Vec<NodeId>)>,
    under: HashMap<NodeId, Vec<NodeId>>,
    /// What a split node waits or waited for, since its last split.
    parts: HashMap<NodeId, Vec<NodeId>>,
    regrouped: HashMap<NodeId, NodeId>,
    arrivals: Vec<NodeId>,
}

impl Model {
    pub(crate) fn split(
        &mut self,
        node: NodeId,
        inputs: &[NodeId],
        groups: &[Range<u32>],
        added: &[NodeId],
    ) {
        let mut parts: Vec<Option<NodeId>> = inputs.iter().copied().map(Some).collect();
        for (group, &added) in groups.iter().zip(added) {
            let group = group.start as usize..group.end as usize;
            self.added.insert(added, (node, inputs[group.clone()].to_vec()));
            self.regrouped.extend(inputs[group.clone()].iter().map(|&input| (input, added)));
            parts[group.clone()].fill(None);
            parts[group.start] = Some(added);
            self.under.entry(node).or_default().push(added);
        }
        self.parts.insert(node, parts.into_iter().flatten().collect());
    }

    pub(crate) fn end(&mut self, node: NodeId, run: &Hierarchy) {
        if run.kind(node) == NodeKind::Worker {
            self.arrivals.push(node);
        }
    }

    /// The added nodes, the node each is under, and what each was added for.
    pub(crate) fn added(&self) -> impl Iterator<Item = (NodeId, NodeId, &[NodeId])> {
        self.added.iter().map(|(&node, (parent, inputs))| (node, *parent, &inputs[..]))
    }

    pub(crate) fn added_under(&self, node: NodeId) -> &[NodeId] {
        self.under.get(&node).map_or(&[], |added| added)
    }

    /// The added node into whose group a node was put last.
    pub(crate) fn regrouped(&self, node: NodeId) -> Option<NodeId> {
        self.regrouped.get(&node).copied()
    }

    /// The workers in the order in which they ended.
    pub(crate) fn arrivals(&self) -> &[NodeId] {
        &self.arrivals
    }

    /// What a merge waits or waited for.
    pub(crate) fn parts(&self, node: NodeId, run: &Hierarchy) -> Vec<NodeId> {
        self.parts.get(&node).cloned().unwrap_or_else(|| run.children(node).to_vec())
    }

    /// The results that have come to a merge so far.
    pub(crate) fn gathered(&self, node: NodeId, run: &Hierarchy) -> Vec<NodeId> {
        let ended = self.parts(node, run).into_iter().filter(|&part| run.state(part).is_terminal());
        let given = ended.flat_map(|part| match run.state(part).is_completed() {
            true => vec![part],
            false => self.gathered(part, run),
        });
        given.collect()
    }

    /// The node to start next: the furthest from the summit, or the furthest merge while more than
    /// the backlog has come to merges that are not under way.
    pub(crate) fn next_ready(&self, run: &Hierarchy) -> Option<NodeId> {
        let merges = || run.nodes().filter(|&node| run.kind(node) != NodeKind::Worker);
        let open =
            |&node: &NodeId| matches!(run.state(node), NodeState::Waiting | NodeState::Ready);
        let waiting: usize = merges().filter(open).map(|node| self.gathered(node, run).len()).sum();

        let ready = |&node: &NodeId| run.state(node) == NodeState::Ready;
        let furthest = |&node: &NodeId| (std::cmp::Reverse(distance(node, run)), node);
        let merge = merges().filter(ready).min_by_key(furthest);
        let any = run.nodes().filter(ready).min_by_key(furthest);
        if waiting as u64 > u64::from(run.shape().merge_backlog) { merge.or(any) } else { any }
    }
}

/// How many nodes a result has yet to pass on its way up.
fn distance(node: NodeId, run: &Hierarchy) -> usize {
    std::iter::successors(run.parent(node), |&above| run.parent(above)).count()
}
