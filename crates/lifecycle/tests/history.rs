//! The fold accepts what can happen and nothing else.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use ziggurat_core::{
    AgentState, Coverage, ErrorKind, Event, EventKind, NodeInfo, Outcome, Reason, RunId, Tier,
    TokenCount, Transition,
};
use ziggurat_lifecycle::{HistoryError, RunState};

fn event(seq: u64, kind: EventKind) -> Event {
    Event { seq, run_id: RunId::new("r"), time: "2026-11-22T10:00:00Z".parse().unwrap(), kind }
}

fn worker(index: u32) -> NodeInfo {
    let id = format!("W{}", index + 1);
    NodeInfo { id, tier: Tier::Worker, step: 0, index, inputs: vec![] }
}

fn started() -> EventKind {
    EventKind::RunStarted { task: "why".into(), documents: 0, models: vec![] }
}

fn planned(workers: u32) -> EventKind {
    let nodes = (0..workers).map(worker).collect();
    EventKind::PlanReady { method: "static".into(), subtasks: vec![].into(), nodes, notes: vec![] }
}

fn finished() -> EventKind {
    EventKind::RunFinished {
        outcome: Outcome::Complete,
        reason: None,
        coverage: Coverage { workers_ok: 1, workers_total: 1 },
        usage: TokenCount { input_tokens: None, output_tokens: Some(3) },
        cost_usd: None,
        elapsed_ms: 5,
        report: Some("report".into()),
    }
}

fn happens(transition: Transition, node: NodeInfo) -> EventKind {
    let reason = Reason::new(ErrorKind::Timeout, "late");
    let usage = TokenCount { input_tokens: Some(1), output_tokens: None };
    match transition {
        Transition::Start => EventKind::NodeStarted { node },
        Transition::Retry => EventKind::NodeRetrying { node, attempt: 2, reason },
        Transition::Complete => EventKind::NodeCompleted {
            node,
            usage,
            cost_usd: None,
            model: Some("p/m".into()),
            elapsed_ms: 7,
            truncated: false,
        },
        Transition::Fail => {
            EventKind::NodeFailed { node, reason, usage, cost_usd: None, elapsed_ms: 7 }
        }
        Transition::Cancel => {
            EventKind::NodeCancelled { node, reason, usage, cost_usd: None, elapsed_ms: 7 }
        }
        Transition::Skip => EventKind::NodeSkipped { node, reason },
    }
}

fn fold(kinds: impl IntoIterator<Item = EventKind>) -> Result<RunState, HistoryError> {
    let mut state = RunState::new();
    for (seq, kind) in (1..).zip(kinds) {
        state.apply(&event(seq, kind))?;
    }
    Ok(state)
}

#[test]
fn a_run_is_told_by_its_events() {
    let state = fold([
        started(),
        planned(1),
        happens(Transition::Start, worker(0)),
        happens(Transition::Retry, worker(0)),
        happens(Transition::Complete, worker(0)),
        finished(),
    ])
    .unwrap();
    let agent = state.agent("W1").unwrap();
    assert_eq!(agent.state, AgentState::Completed);
    assert_eq!((agent.attempt, agent.elapsed_ms), (2, Some(7)));
    assert_eq!(agent.reason, None, "a retry that succeeded leaves no reason");
    assert_eq!(state.end().unwrap().usage.output_tokens, Some(3));
    assert_eq!(state.count(Tier::Worker, &[AgentState::Completed]), 1);
}

#[test]
fn the_decomposer_needs_no_plan() {
    let node =
        NodeInfo { id: "D1".into(), tier: Tier::Decomposer, step: 0, index: 0, inputs: vec![] };
    let state = fold([started(), happens(Transition::Start, node)]).unwrap();
    assert_eq!(state.agent("D1").unwrap().state, AgentState::Running);
}

#[test]
fn a_history_that_cannot_be_is_refused() {
    let start = || happens(Transition::Start, worker(0));
    let sequence = RunState::new().apply(&event(2, started()));
    assert_eq!(sequence, Err(HistoryError::Sequence { expected: 1, got: 2 }));
    assert_eq!(fold([start()]), Err(HistoryError::NotStarted));
    let mut state = fold([started()]).unwrap();
    let other = Event { run_id: RunId::new("other"), ..event(2, planned(1)) };
    assert_eq!(state.apply(&other), Err(HistoryError::OtherRun(RunId::new("other"))));
    assert_eq!(fold([started(), started()]), Err(HistoryError::Repeated("run_started")));
    assert_eq!(
        fold([started(), planned(1), planned(1)]),
        Err(HistoryError::Repeated("plan_ready"))
    );
    assert_eq!(fold([started(), start()]), Err(HistoryError::UnknownNode("W1".into())));
    let open = fold([started(), planned(1), start(), finished()]);
    assert_eq!(open, Err(HistoryError::OpenNode("W1".into())));
    assert_eq!(fold([started(), planned(0), finished(), started()]), Err(HistoryError::AfterEnd));
    let twice = fold([started(), planned(1), start(), start()]);
    assert!(
        matches!(twice, Err(HistoryError::Illegal { node, .. }) if node == "W1"),
        "start twice"
    );
}

proptest! {
    /// The fold agrees with the table, whatever is thrown at it, and a refusal changes nothing.
    #[test]
    fn agents_follow_the_table(steps in prop::collection::vec((0..3_u32, 0..6_usize), 0..40)) {
        let mut state = fold([started(), planned(3)]).unwrap();
        let mut model = [AgentState::Pending; 3];
        for (index, transition) in steps {
            let transition = Transition::ALL[transition];
            let before = state.clone();
            let result = state.apply(&event(state.seq() + 1, happens(transition, worker(index))));
            match model[index as usize].after(transition) {
                Ok(next) => {
                    prop_assert!(result.is_ok());
                    model[index as usize] = next;
                }
                Err(_) => {
                    prop_assert!(result.is_err());
                    prop_assert_eq!(&state, &before);
                }
            }
            let shown = state.agents().iter().map(|agent| agent.state);
            prop_assert!(shown.eq(model.iter().copied()));
        }
    }
}
