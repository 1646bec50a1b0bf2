//! A run as a fold over its events.

use std::collections::HashMap;

use ziggurat_core::{
    AgentState, Coverage, Event, EventKind, NodeInfo, Outcome, PlanList, Reason, RunId, Tier,
    TokenCount, Usd,
};

use crate::{AgentView, HistoryError};

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RunEnd {
    /// How.
    pub outcome: Outcome,
    /// Why it is not complete.
    pub reason: Option<Reason>,
    /// How many of the workers gave a result.
    pub coverage: Coverage,
    /// Tokens of all calls.
    pub usage: TokenCount,
    /// Cost of all calls; `None` when unknown.
    pub cost_usd: Option<Usd>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// Where a run and each of its agents stand after some of its events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunState {
    run_id: Option<RunId>,
    seq: u64,
    task: String,
    planned: bool,
    notes: Vec<String>,
    agents: Vec<AgentView>,
    places: HashMap<String, usize>,
    end: Option<RunEnd>,
}

impl RunState {
    /// A run of which nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next event.
    ///
    /// # Errors
    /// [`HistoryError`] if the event cannot follow those before it; the state is then unchanged.
    pub fn apply(&mut self, event: &Event) -> Result<(), HistoryError> {
        self.check_order(event)?;
        match &event.kind {
            EventKind::RunStarted { task, .. } => {
                self.run_id = Some(event.run_id.clone());
                self.task.clone_from(task);
            }
            EventKind::PlanReady { nodes, notes, .. } => self.plan(nodes, notes)?,
            EventKind::RunFinished { .. } => self.finish(&event.kind)?,
            EventKind::NodeSplit { node, added, .. } => self.split(node, added)?,
            kind => self.agent_event(kind)?,
        }
        self.seq = event.seq;
        Ok(())
    }

    /// The run, once it has started.
    pub fn run_id(&self) -> Option<&RunId> {
        self.run_id.as_ref()
    }

    /// The task; empty before the run has started.
    pub fn task(&self) -> &str {
        &self.task
    }

    /// The `seq` of the last event taken; 0 before the first.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// What the plan's maker had to say.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// All agents known so far: the decomposer, then the plan's nodes in their order.
    pub fn agents(&self) -> &[AgentView] {
        &self.agents
    }

    /// The agents of one tier, in plan order.
    pub fn tier(&self, tier: Tier) -> impl Iterator<Item = &AgentView> {
        self.agents.iter().filter(move |agent| agent.node.tier == tier)
    }

    /// The agents of one tier that are in one of these states.
    pub fn count(&self, tier: Tier, states: &[AgentState]) -> usize {
        self.tier(tier).filter(|agent| states.contains(&agent.state)).count()
    }

    /// One agent by its id (`W3`).
    pub fn agent(&self, id: &str) -> Option<&AgentView> {
        self.places.get(id).map(|&place| &self.agents[place])
    }

    /// How the run ended, once it has.
    pub fn end(&self) -> Option<&RunEnd> {
        self.end.as_ref()
    }

    fn check_order(&self, event: &Event) -> Result<(), HistoryError> {
        if self.run_id.as_ref().is_some_and(|run_id| *run_id != event.run_id) {
            return Err(HistoryError::OtherRun(event.run_id.clone()));
        }
        let expected = self.seq + 1;
        if event.seq != expected {
            return Err(HistoryError::Sequence { expected, got: event.seq });
        }
        if self.end.is_some() {
            return Err(HistoryError::AfterEnd);
        }
        match (&event.kind, self.run_id.is_some()) {
            (EventKind::RunStarted { .. }, true) => Err(HistoryError::Repeated("run_started")),
            (EventKind::RunStarted { .. }, false) | (_, true) => Ok(()),
            (_, false) => Err(HistoryError::NotStarted),
        }
    }

    fn plan(&mut self, nodes: &PlanList<NodeInfo>, notes: &[String]) -> Result<(), HistoryError> {
        if self.planned {
            return Err(HistoryError::Repeated("plan_ready"));
        }
        self.planned = true;
        self.notes = notes.to_vec();
        for node in nodes.iter() {
            self.add(AgentView::planned(node));
        }
        Ok(())
    }

    /// Adds the nodes below one that waits for them now.
    fn split(&mut self, node: &NodeInfo, added: &[NodeInfo]) -> Result<(), HistoryError> {
        let place = self.places.get(&node.id).copied();
        let place = place.ok_or_else(|| HistoryError::UnknownNode(node.id.clone()))?;
        self.agents[place].node = node.clone();
        for node in added {
            self.add(AgentView::planned(node.clone()));
        }
        Ok(())
    }

    fn add(&mut self, agent: AgentView) {
        self.places.insert(agent.node.id.clone(), self.agents.len());
        self.agents.push(agent);
    }

    fn agent_event(&mut self, kind: &EventKind) -> Result<(), HistoryError> {
        let Some(node) = kind.node() else { return Ok(()) };
        let illegal = |source| HistoryError::Illegal { node: node.id.clone(), source };
        match self.places.get(&node.id) {
            Some(&place) => self.agents[place].apply(kind).map_err(illegal),
            // The decomposer works before there is a plan that could list it.
            None if node.tier == Tier::Decomposer => {
                let mut agent = AgentView::planned(node.clone());
                agent.apply(kind).map_err(illegal)?;
                self.add(agent);
                Ok(())
            }
            None => Err(HistoryError::UnknownNode(node.id.clone())),
        }
    }

    fn finish(&mut self, kind: &EventKind) -> Result<(), HistoryError> {
        let EventKind::RunFinished {
            outcome, reason, coverage, usage, cost_usd, elapsed_ms, ..
        } = kind
        else {
            return Ok(());
        };
        if let Some(open) = self.agents.iter().find(|agent| !agent.state.is_terminal()) {
            return Err(HistoryError::OpenNode(open.node.id.clone()));
        }
        self.end = Some(RunEnd {
            outcome: *outcome,
            reason: reason.clone(),
            coverage: *coverage,
            usage: *usage,
            cost_usd: *cost_usd,
            elapsed_ms: *elapsed_ms,
        });
        Ok(())
    }
}
