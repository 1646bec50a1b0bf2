//! Who is above whom, as arithmetic.
//!
//! Every relation in the pyramid follows from the widths of its steps, and a million workers have
//! nine steps. So nothing is stored per node: parents and children are computed when asked for.
//!
//! Here a worker's id is its position in the bottom step; who holds which position is the matter of
//! [`places`](super::places), and nodes that were added later are that of [`splits`](super::splits).

use std::ops::Range;

use super::{ExecutiveMode, MAX_NODES, NodeId, NodeKind, Shape, ShapeError};

/// A step: a contiguous range of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    start: u32,
    width: u32,
}

/// The steps of a pyramid, from the workers up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    steps: Vec<Step>,
    executive: bool,
}

impl Layout {
    pub(crate) fn new(workers: u32, shape: &Shape) -> Result<Self, ShapeError> {
        if workers == 0 {
            return Err(ShapeError::NoWorkers);
        }
        if shape.fan_in < 2 {
            return Err(ShapeError::FanIn { fan_in: shape.fan_in });
        }
        let mut widths = vec![workers];
        if shape.synthesizers {
            widths.extend(synthesizer_widths(workers, shape.fan_in));
        }
        let executive = match shape.executive {
            ExecutiveMode::Auto => widths.len() > 1 && widths.last() > Some(&1),
            ExecutiveMode::Always => true,
            ExecutiveMode::Never => false,
        };
        if executive {
            widths.push(1);
        }
        let nodes = widths.iter().map(|&width| u64::from(width)).sum();
        if nodes > u64::from(MAX_NODES) {
            return Err(ShapeError::TooManyNodes { nodes });
        }
        let mut next = 0;
        let steps = widths.into_iter().map(|width| {
            let start = next;
            next += width;
            Step { start, width }
        });
        Ok(Self { steps: steps.collect(), executive })
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> u32 {
        self.summit().end
    }

    /// How many of them are workers.
    pub(crate) fn workers(&self) -> u32 {
        self.steps[0].width
    }

    /// How many nodes stand on a step.
    pub(super) fn width(&self, step: u32) -> u32 {
        self.steps[step as usize].width
    }

    /// The last node of a step.
    pub(super) fn last(&self, step: u32) -> NodeId {
        let step = self.steps[step as usize];
        NodeId(step.start + step.width - 1)
    }

    /// The topmost step: the nodes without a parent.
    pub(crate) fn summit(&self) -> Range<u32> {
        let top = self.steps[self.steps.len() - 1];
        top.start..top.start + top.width
    }

    /// The step of a node and its position there.
    ///
    /// # Panics
    ///
    /// If there is no such node.
    pub(crate) fn locate(&self, node: NodeId) -> (usize, u32) {
        assert!(node.0 < self.len(), "node {node} of a hierarchy of {}", self.len());
        let step = self.steps.partition_point(|step| step.start <= node.0) - 1;
        (step, node.0 - self.steps[step].start)
    }

    pub(crate) fn kind(&self, node: NodeId) -> NodeKind {
        match self.locate(node).0 {
            0 => NodeKind::Worker,
            step if self.executive && step + 1 == self.steps.len() => NodeKind::Executive,
            _ => NodeKind::Synthesizer,
        }
    }

    pub(crate) fn parent(&self, node: NodeId) -> Option<NodeId> {
        let (step, index) = self.locate(node);
        let above = self.steps.get(step + 1)?;
        let groups = Groups { width: self.steps[step].width, count: above.width };
        Some(NodeId(above.start + groups.of(index)))
    }

    /// The ids of the children; empty for a worker.
    pub(crate) fn children(&self, node: NodeId) -> Range<u32> {
        let (step, index) = self.locate(node);
        if step == 0 {
            return 0..0;
        }
        let below = self.steps[step - 1];
        let groups = Groups { width: below.width, count: self.steps[step].width };
        below.start + groups.start(index)..below.start + groups.start(index + 1)
    }
}

/// The widths of the synthesizer steps over that many workers.
fn synthesizer_widths(workers: u32, fan_in: u32) -> Vec<u32> {
    if (1..2).contains(&(workers / fan_in)) {
        return vec![1];
    }
    let narrower = |&width: &u32| Some(width / fan_in).filter(|&next| next >= 2);
    std::iter::successors(narrower(&workers), narrower).collect()
}

/// `width` positions cut into `count` contiguous groups, the first ones larger by one where the
/// division leaves a rest.
struct Groups {
    width: u32,
    count: u32,
}

impl Groups {
    fn start(&self, group: u32) -> u32 {
        group * (self.width / self.count) + group.min(self.width % self.count)
    }

    fn of(&self, index: u32) -> u32 {
        let (size, larger) = (self.width / self.count, self.width % self.count);
        let in_larger = larger * (size + 1);
        if index < in_larger { index / (size + 1) } else { larger + (index - in_larger) / size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_contiguous_and_balanced_and_know_their_members() {
        for width in 1..=120 {
            for count in 1..=width {
                let groups = Groups { width, count };
                assert_eq!((groups.start(0), groups.start(count)), (0, width));
                let sizes: Vec<_> =
                    (0..count).map(|group| groups.start(group + 1) - groups.start(group)).collect();
                assert!(sizes.is_sorted_by(|a, b| a >= b) && sizes[0] <= width.div_ceil(count));
                assert!(sizes[sizes.len() - 1] >= width / count);
                for group in 0..count {
                    for index in groups.start(group)..groups.start(group + 1) {
                        assert_eq!(groups.of(index), group, "{index} of {width} in {count}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_fan_in_near_the_limit_does_not_overflow() {
        assert!(synthesizer_widths(7, u32::MAX).is_empty());
        assert_eq!(synthesizer_widths(u32::MAX, u32::MAX), [1]);
        assert_eq!(synthesizer_widths(u32::MAX, u32::MAX / 2), [2]);
    }

    #[test]
    fn the_limit_counts_merges_too() {
        let none = Shape { synthesizers: false, ..Shape::default() };
        assert_eq!(Layout::new(MAX_NODES, &none).map(|layout| layout.len()), Ok(MAX_NODES));
        let error = Layout::new(MAX_NODES, &Shape::default()).err();
        assert!(
            matches!(error, Some(ShapeError::TooManyNodes { nodes }) if nodes > MAX_NODES.into())
        );
        let most = Layout::new(u32::MAX, &Shape { fan_in: 2, ..none }).err();
        assert_eq!(most, Some(ShapeError::TooManyNodes { nodes: u32::MAX.into() }));
    }

    #[test]
    #[should_panic(expected = "node 3 of a hierarchy of 3")]
    fn a_foreign_node_is_a_bug_of_the_caller() {
        if let Ok(layout) = Layout::new(3, &Shape::default()) {
            layout.locate(NodeId(3));
        }
    }
}
