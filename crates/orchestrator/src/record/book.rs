//! The book of one run: its rows, its lines, and what is read from them. It knows no lock and no clock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use ziggurat_core::{
    AgentState, Cost, Event, EventKind, NodeInfo, Plan, PlanList, PlannedSubtask, Reason, RunId,
    Subtask, Tier, Transition, Usage,
};

use super::DECOMPOSER;
use super::line::{Line, What};
use super::outline::Outline;
use super::row::Row;
use crate::NodeResult;
use crate::hierarchy::{Hierarchy, NodeId};

/// A book that is written by its run and read by whoever follows it. The lock is held for one entry.
pub(crate) type Record = Mutex<Book>;

/// How many lines are expected for each node: it starts and it ends.
const LINES_PER_NODE: usize = 2;

/// What a run has written down.
#[derive(Debug)]
pub(crate) struct Book {
    run_id: RunId,
    plan: Option<(Arc<Plan>, Outline)>,
    decomposer: Row,
    /// What was spent for nodes that had ended: by an agent's code that went on behind its back.
    late: Row,
    rows: Vec<Row>,
    models: Vec<Arc<str>>,
    lines: Vec<Line>,
}

impl Book {
    pub(super) fn new(run_id: RunId) -> Self {
        let (rows, models, lines) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            run_id,
            plan: None,
            decomposer: Row::default(),
            late: Row::default(),
            rows,
            models,
            lines,
        }
    }

    pub(super) fn plan(&mut self, plan: Arc<Plan>, hierarchy: &Hierarchy) {
        self.rows = vec![Row::default(); hierarchy.len()];
        self.lines.reserve_exact(hierarchy.len() * LINES_PER_NODE + 8);
        self.plan = Some((plan, Outline::new(hierarchy)));
    }

    /// Takes in the nodes that were added to the hierarchy, and what the split node waits for now.
    pub(super) fn split(&mut self, node: NodeId, hierarchy: &Hierarchy) {
        self.keep_events(node);
        self.rows.resize(hierarchy.len(), Row::default());
        if let Some((_, outline)) = &mut self.plan {
            outline.extend(hierarchy);
            outline.set_inputs(node, hierarchy.inputs(node));
        }
    }

    pub(super) fn set_inputs(&mut self, node: NodeId, inputs: &[NodeId]) {
        if let Some((_, outline)) = &mut self.plan {
            outline.set_inputs(node, inputs);
        }
    }

    pub(super) fn push(&mut self, time: Timestamp, what: What) {
        self.lines.push(Line::new(time, what));
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Moves a node by the table of states; `None` if the table does not have it.
    pub(super) fn advance(&mut self, node: NodeId, transition: Transition) -> Option<&mut Row> {
        match self.row(node).state.after(transition) {
            Ok(state) => {
                let row = self.row_mut(node);
                row.state = state;
                Some(row)
            }
            Err(illegal) => {
                tracing::debug!(target: "ziggurat", node = self.id(node), %illegal, "ignored");
                None
            }
        }
    }

    /// Adds a call. What a node's last event says stays as it is.
    pub(super) fn spend(&mut self, node: NodeId, usage: Usage, cost: Cost) {
        let ended = self.row(node).state.is_terminal();
        let row = if ended { &mut self.late } else { self.row_mut(node) };
        row.spend(usage, cost);
    }

    /// The place of a model's name in the list, from 1; 0 for none, and for the 65,536th.
    pub(super) fn model(&mut self, name: Option<&str>) -> u16 {
        let Some(name) = name else { return 0 };
        let known = self.models.iter().position(|known| **known == *name);
        if known.is_none() && self.models.len() >= usize::from(u16::MAX) {
            return 0;
        }
        let place = known.unwrap_or_else(|| {
            self.models.push(name.into());
            self.models.len() - 1
        });
        u16::try_from(place + 1).unwrap_or(0)
    }

    pub(crate) fn row(&self, node: NodeId) -> &Row {
        if node == DECOMPOSER { &self.decomposer } else { &self.rows[node.0 as usize] }
    }

    pub(super) fn row_mut(&mut self, node: NodeId) -> &mut Row {
        if node == DECOMPOSER { &mut self.decomposer } else { &mut self.rows[node.0 as usize] }
    }

    /// All nodes that there are: the decomposer if it began, then those of the hierarchy.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        let decomposer = (self.decomposer.state != AgentState::Pending).then_some(DECOMPOSER);
        decomposer.into_iter().chain((0..self.rows.len() as u32).map(NodeId))
    }

    /// What all calls used and cost.
    pub(crate) fn spent(&self) -> (Usage, Cost) {
        let rows = [&self.decomposer, &self.late].into_iter().chain(&self.rows);
        rows.map(Row::spent).fold((Usage::ZERO, Cost::ZERO), |(usage, cost), (used, paid)| {
            (usage + used, cost + paid)
        })
    }

    /// What a node is called.
    pub(crate) fn id(&self, node: NodeId) -> String {
        match &self.plan {
            Some((_, outline)) if node != DECOMPOSER => outline.id(node),
            _ => "D1".to_owned(),
        }
    }

    /// The tier of a node.
    pub(crate) fn tier(&self, node: NodeId) -> Tier {
        match &self.plan {
            Some((_, outline)) => outline.tier(node),
            None => Tier::Decomposer,
        }
    }

    /// The node of this name, the decomposer left out.
    pub(crate) fn find(&self, id: &str) -> Option<NodeId> {
        self.plan.as_ref().and_then(|(_, outline)| outline.find(id))
    }

    /// A node as it is now.
    pub(crate) fn info(&self, node: NodeId) -> NodeInfo {
        match &self.plan {
            Some((_, outline)) if node != DECOMPOSER => outline.info(node),
            _ => decomposer(),
        }
    }

    /// What became of a node.
    pub(crate) fn result(&self, node: NodeId) -> NodeResult {
        let row = self.row(node);
        let (usage, cost) = row.spent();
        NodeResult {
            node: self.info(node),
            state: row.state,
            output: row.output.clone(),
            truncated: row.truncated,
            model: self.model_of(row),
            reason: row.reason.as_deref().cloned(),
            usage,
            cost,
            elapsed: row.elapsed(),
        }
    }

    /// The event of a line, counted from 0.
    pub(super) fn event(&self, at: usize) -> Option<Event> {
        let line = self.lines.get(at)?;
        let kind = match &line.what {
            What::Planned => self.plan_ready(),
            What::Started(node) => EventKind::NodeStarted { node: self.info(*node) },
            What::Queued(node) => EventKind::NodeQueued { node: self.info(*node) },
            What::Ended(node) => self.end(*node),
            What::Whole(kind) => (**kind).clone(),
        };
        Some(Event { seq: at as u64 + 1, run_id: self.run_id.clone(), time: line.time(), kind })
    }

    /// The event of a node that ended.
    fn end(&self, node: NodeId) -> EventKind {
        let row = self.row(node);
        let (usage, cost) = row.spent();
        let (usage, cost_usd, elapsed_ms) = (usage.into(), cost.total(), millis(row.elapsed()));
        let info = self.info(node);
        let reason = || row.reason.as_deref().cloned().unwrap_or_else(unexplained);
        match row.state {
            AgentState::Completed => EventKind::NodeCompleted {
                node: info,
                usage,
                cost_usd,
                model: self.model_of(row),
                elapsed_ms,
                truncated: row.truncated,
            },
            AgentState::Failed => {
                EventKind::NodeFailed { node: info, reason: reason(), usage, cost_usd, elapsed_ms }
            }
            AgentState::Skipped => EventKind::NodeSkipped { node: info, reason: reason() },
            _ => EventKind::NodeCancelled {
                node: info,
                reason: reason(),
                usage,
                cost_usd,
                elapsed_ms,
            },
        }
    }

    fn plan_ready(&self) -> EventKind {
        let Some((plan, outline)) = &self.plan else { return no_plan() };
        let (subtasks, names) = (Arc::clone(plan), Arc::clone(outline.names()));
        EventKind::PlanReady {
            method: plan.method.clone().into_owned(),
            subtasks: PlanList::new(plan.subtasks.len(), move |at| planned(&subtasks.subtasks[at])),
            nodes: PlanList::new(names.len() as usize, move |at| names.planned(NodeId(at as u32))),
            notes: plan.notes.clone(),
        }
    }

    fn model_of(&self, row: &Row) -> Option<String> {
        let place = usize::from(row.model).checked_sub(1)?;
        self.models.get(place).map(|name| name.to_string())
    }

    /// Keeps the events of a node that has begun as they were told, for its inputs change now.
    fn keep_events(&mut self, node: NodeId) {
        if self.row(node).state == AgentState::Pending {
            return;
        }
        let info = self.info(node);
        for line in self.lines.iter_mut().rev() {
            let (kind, began) = match line.what {
                What::Started(it) if it == node => {
                    (EventKind::NodeStarted { node: info.clone() }, true)
                }
                What::Queued(it) if it == node => {
                    (EventKind::NodeQueued { node: info.clone() }, false)
                }
                _ => continue,
            };
            line.what = What::Whole(Box::new(kind));
            if began {
                return;
            }
        }
    }
}

/// The decomposer, which makes the plan and so is in none.
fn decomposer() -> NodeInfo {
    NodeInfo { id: "D1".to_owned(), tier: Tier::Decomposer, step: 0, index: 0, inputs: Vec::new() }
}

/// A subtask without the text of its documents.
fn planned(subtask: &Subtask) -> PlannedSubtask {
    PlannedSubtask {
        instruction: subtask.instruction.clone(),
        specialization: subtask.specialization.clone(),
        documents: subtask.documents.iter().map(|document| document.title.clone()).collect(),
    }
}

/// The line of a plan is written with it; a reader shall not fail over one without.
fn no_plan() -> EventKind {
    let (subtasks, nodes) = (Vec::new().into(), Vec::new().into());
    EventKind::PlanReady { method: String::new(), subtasks, nodes, notes: Vec::new() }
}

/// No end without a reason is ever written; a reader shall not fail over one.
fn unexplained() -> Reason {
    Reason::new(ziggurat_core::ErrorKind::Internal, "no reason was given")
}

/// Milliseconds, as events bear them.
pub(crate) fn millis(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
