//! The pyramid as the design's table has it, told naively: who is above whom, with nothing of the crate.

use ziggurat::hierarchy::ExecutiveMode;

/// What a run is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    pub(crate) workers: usize,
    pub(crate) fan_in: usize,
    pub(crate) executive: ExecutiveMode,
    pub(crate) concurrency: usize,
}

impl Form {
    /// The default form of a run.
    pub(crate) fn new(workers: usize, concurrency: usize) -> Self {
        Self { workers, fan_in: 5, executive: ExecutiveMode::Auto, concurrency }
    }

    /// How many nodes each step has, workers first.
    pub(crate) fn widths(&self) -> Vec<usize> {
        let mut widths = vec![self.workers];
        let mut width = self.workers;
        while width >= 2 * self.fan_in {
            width /= self.fan_in;
            widths.push(width);
        }
        if widths.len() == 1 && width >= self.fan_in {
            widths.push(1);
        }
        let several_synthesizers = widths.len() > 1 && widths.last() != Some(&1);
        match self.executive {
            ExecutiveMode::Auto if several_synthesizers => widths.push(1),
            ExecutiveMode::Always => widths.push(1),
            _ => {}
        }
        widths
    }

    /// Whether the topmost step is an executive.
    fn concludes(&self) -> bool {
        let merges = Self { executive: ExecutiveMode::Never, ..*self };
        merges.widths().len() < self.widths().len()
    }
}

/// A node of the pyramid.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) step: usize,
    pub(crate) children: usize,
    pub(crate) parent: Option<usize>,
}

/// The nodes, step by step from the workers up.
pub(crate) fn nodes(form: &Form) -> Vec<Node> {
    let (widths, mut nodes) = (form.widths(), Vec::new());
    for (step, &width) in widths.iter().enumerate() {
        for _ in 0..width {
            let id = id(form, step, widths.len(), nodes.len());
            nodes.push(Node { id, step, children: 0, parent: None });
        }
    }
    let mut below = 0;
    for pair in widths.windows(2) {
        let (mut child, mut left) = (below, pair[0]);
        below += pair[0];
        for group in 0..pair[1] {
            // The rest is spread over the groups that are left: sizes differ by one at most.
            let size = left.div_ceil(pair[1] - group);
            for node in &mut nodes[child..child + size] {
                node.parent = Some(below + group);
            }
            nodes[below + group].children = size;
            (child, left) = (child + size, left - size);
        }
    }
    nodes
}

fn id(form: &Form, step: usize, steps: usize, place: usize) -> String {
    match step {
        0 => format!("W{}", place + 1),
        _ if step + 1 == steps && form.concludes() => "E1".to_owned(),
        _ => format!("S{}", place + 1 - form.workers),
    }
}
