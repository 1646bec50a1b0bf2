//! Over real sockets: whatever ends a call that is under way, its connection is closed.
//!
//! Time is paused only to let a timeout of minutes pass at once, when all calls are known to be under way.

use std::sync::Arc;
use std::time::Duration;

use ziggurat::decomposition::StaticPlan;
use ziggurat::providers::{OpenAi, ServerConfig};
use ziggurat::{
    AgentState, ErrorKind, Model, Orchestrator, OrchestratorBuilder, Outcome, Run, RunResult,
    Subtask, Task, Tier, TierOptions,
};
use ziggurat_testkit::server::FakeServer;
use ziggurat_testkit::{ScriptedProvider, Turn};

/// The workers whose calls never end; half of them have begun to answer.
const STUCK: usize = 7;
const MINUTE: Duration = Duration::from_secs(60);

/// A server of whose eight workers one answers.
async fn server() -> FakeServer {
    let mut script = ScriptedProvider::new().with_models(["tiny"]);
    for n in 1..=STUCK + 1 {
        let turn = match n {
            1 => Turn::text("The pool ran out."),
            n if n % 2 == 0 => Turn::hang(),
            _ => Turn::stall("The pool ran"),
        };
        script = script.when_text_contains(format!("part-{n};"), [turn]);
    }
    FakeServer::start(script).await.unwrap()
}

fn builder(server: &FakeServer) -> OrchestratorBuilder {
    let config = ServerConfig::new("fake", format!("{}/v1", server.url()));
    // The server's silence is not what ends a call here.
    let config = config.with_idle_timeout(1000 * MINUTE);
    let subtasks = (1..=STUCK + 1).map(|n| Subtask::new(format!("Look into part-{n};")));
    Orchestrator::builder()
        .model(Model::known(Arc::new(OpenAi::new(config).unwrap()), "tiny"))
        .decomposer(Arc::new(StaticPlan::new(subtasks).unwrap()))
        .run_timeout(600 * MINUTE)
        .tier(Tier::Worker, TierOptions::default().timeout(1000 * MINUTE))
}

/// Starts it and lets it run until all but the first worker are stuck.
async fn stuck(server: &FakeServer, builder: OrchestratorBuilder) -> Run {
    let mut run = builder.build().unwrap().start(Task::new("What caused the outages?").unwrap());
    let mut events = run.events();
    let completed = async {
        while let Some(event) = events.next().await {
            if matches!(&event.kind, ziggurat::EventKind::NodeCompleted { node, .. } if node.id == "W1")
            {
                return;
            }
        }
    };
    let all_begun = async {
        completed.await;
        server.until(|counts| counts.in_flight == STUCK).await;
    };
    tokio::select! {
        result = &mut run => panic!("it ended: {:?}", result.reason),
        () = all_begun => {}
    }
    assert_eq!(server.counts().abandoned, 0);
    run
}

/// Lets this much time pass at once.
async fn let_pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// Every connection of a stuck call is closed by the client, and none is left open.
async fn all_are_closed(server: &FakeServer) {
    server.until(|counts| counts.in_flight == 0 && counts.open == 0).await;
    let counts = server.counts();
    assert_eq!(counts.abandoned, STUCK, "{counts:?}");
    assert_eq!(counts.closed_by_client, counts.connections, "{counts:?}");
}

/// The first worker's result is kept, and these became of the others.
fn one_is_kept(result: &RunResult, others: AgentState, kind: ErrorKind) {
    assert_eq!(result.coverage.workers_ok, 1);
    assert!(result.report.as_ref().is_some_and(|report| report.contains("The pool ran out.")));
    for worker in result.workers().skip(1) {
        let why = worker.reason.as_ref().map(|reason| reason.kind);
        assert_eq!((worker.state, why), (others, Some(kind)), "{}", worker.node.id);
    }
}

#[tokio::test]
async fn dropping_a_run_closes_every_connection() {
    let server = server().await;
    let run = stuck(&server, builder(&server)).await;
    drop(run);
    all_are_closed(&server).await;
}

#[tokio::test]
async fn cancelling_a_run_closes_every_connection() {
    let server = server().await;
    let run = stuck(&server, builder(&server)).await;
    run.canceller().cancel();
    let result = run.await;
    assert_eq!(result.outcome, Outcome::Stopped);
    one_is_kept(&result, AgentState::Cancelled, ErrorKind::Cancelled);
    all_are_closed(&server).await;
}

#[tokio::test]
async fn the_deadline_of_a_run_closes_every_connection() {
    let server = server().await;
    let run = stuck(&server, builder(&server)).await;
    let_pass(601 * MINUTE).await;
    let result = run.await;
    assert!(matches!(result.outcome, Outcome::Stopped | Outcome::Degraded), "{}", result.outcome);
    one_is_kept(&result, AgentState::Cancelled, ErrorKind::Deadline);
    all_are_closed(&server).await;
}

#[tokio::test]
async fn the_timeout_of_a_tier_closes_every_connection() {
    let server = server().await;
    let timeout = TierOptions::default().timeout(30 * MINUTE);
    let options = builder(&server).tier(Tier::Worker, timeout);
    let run = stuck(&server, options).await;
    let_pass(31 * MINUTE).await;
    let result = run.await;
    assert_eq!(result.outcome, Outcome::Degraded);
    one_is_kept(&result, AgentState::Failed, ErrorKind::Timeout);
    all_are_closed(&server).await;
}
