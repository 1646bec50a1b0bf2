//! A thousand runs with stragglers of ten to a hundred times the usual latency.

use std::time::Duration;

use ziggurat::{AgentState, ErrorKind, Outcome, RunResult, Tier, TierOptions};

use crate::crew::{Crew, Log, marker, task};
use crate::dice::Dice;

const SEEDS: u64 = 1_000;
/// The longest that a merge takes.
const MERGE: Duration = Duration::from_secs(3);

/// A run with a deadline that stragglers cannot keep and merges can.
#[derive(Debug)]
struct Case {
    seed: u64,
    workers: usize,
    concurrency: usize,
    quorum: usize,
    /// In percent of the workers.
    stragglers: u64,
    /// How long a merge may take, if not as long as by default.
    limit: Option<Duration>,
    deadline: Duration,
}

impl Case {
    fn draw(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let workers = dice.between(5..=60) as usize;
        let tight = dice.percent(50);
        let widths = merges(workers);
        let slack = Duration::from_millis(dice.between(100..=15_000));
        // Merges that find room at once take a step at a time; others are bounded by their work, shared out,
        // and their longest path.
        let concurrency = dice.between(if tight { 16 } else { 3 }..=24) as usize;
        let limit = tight.then_some(MERGE + Duration::from_millis(500));
        let merging = match limit {
            Some(limit) => limit * widths.len() as u32,
            None => {
                let share = widths.iter().sum::<usize>().div_ceil(concurrency);
                MERGE * (share + widths.len()) as u32
            }
        };
        let quorum = if dice.percent(20) { dice.between(1..=workers as u64) as usize } else { 1 };
        let stragglers = dice.between(5..=30);
        let deadline = 3 * merging + slack;
        Self { seed, workers, concurrency, quorum, stragglers, limit, deadline }
    }

    fn latency(&self) -> impl Fn(&str) -> Duration + Send + Sync + 'static {
        let (seed, stragglers) = (self.seed, self.stragglers);
        move |id| {
            let mut dice = Dice::of(seed, id);
            let usual = Duration::from_millis(dice.between(1_000..=3_000));
            let straggles = id.starts_with('W') && dice.percent(stragglers);
            usual * if straggles { dice.between(10..=100) as u32 } else { 1 }
        }
    }

    async fn run(&self, crew: &Crew) -> RunResult {
        let mut builder = crew
            .builder(self.workers, self.concurrency)
            .quorum(self.quorum as u32)
            .run_timeout(self.deadline);
        if let Some(limit) = self.limit {
            let options = TierOptions::default().timeout(limit);
            builder =
                builder.tier(Tier::Synthesizer, options.clone()).tier(Tier::Executive, options);
        }
        builder.build().unwrap().run(task()).await
    }
}

/// How many merges each step has, by the table of the design.
fn merges(workers: usize) -> Vec<usize> {
    match workers {
        ..5 => vec![],
        5..10 => vec![1],
        10..50 => vec![workers / 5, 1],
        _ => vec![workers / 5, workers / 25, 1],
    }
}

#[tokio::test(start_paused = true)]
async fn every_run_ends_before_its_deadline_with_everything_finished_merged() {
    let (mut degraded, mut failed) = (0, 0);
    for case in (0..SEEDS).map(Case::draw) {
        let crew = Crew::new(case.latency());
        let result = case.run(&crew).await;
        let log = crew.log();
        assert!(result.elapsed < case.deadline, "{:?}: {case:?}", result.elapsed);
        let expected = match log.finished.len() {
            finished if finished < case.quorum => Outcome::Failed,
            finished if finished == case.workers => Outcome::Complete,
            _ => Outcome::Degraded,
        };
        assert_eq!(result.outcome, expected, "{case:?}: {:?}", result.reason);
        assert_eq!(result.coverage.workers_ok as usize, log.finished.len(), "{case:?}");
        if expected == Outcome::Failed {
            failed += 1;
            continue;
        }
        nothing_finished_is_lost(&case, &result, &log);
        stragglers_are_named(&case, &result, &log);
        degraded += u64::from(expected == Outcome::Degraded);
    }
    assert!(degraded > SEEDS / 2, "{degraded} runs had stragglers to cut");
    assert!(failed > SEEDS / 50, "{failed} runs missed their quorum");
}

fn nothing_finished_is_lost(case: &Case, result: &RunResult, log: &Log) {
    let report = result.report.as_deref().unwrap_or_default();
    for id in &log.finished {
        assert!(report.contains(&marker(id)), "{id} of {case:?} is lost: {report}");
    }
    for merge in result.synthesizers() {
        let fine = matches!(merge.state, AgentState::Completed | AgentState::Skipped);
        assert!(fine, "{} of {case:?} is {}", merge.node.id, merge.state);
    }
}

fn stragglers_are_named(case: &Case, result: &RunResult, log: &Log) {
    let mut missing = std::collections::BTreeSet::new();
    for worker in result.workers() {
        let id = worker.node.id.clone();
        if log.finished.contains(&id) {
            assert_eq!(worker.state, AgentState::Completed, "{id} of {case:?}");
            continue;
        }
        if log.started.contains(&id) {
            let why = worker.reason.as_ref().map(|reason| reason.kind);
            let cut = (AgentState::Cancelled, Some(ErrorKind::Deadline));
            assert_eq!((worker.state, why), cut, "{id} of {case:?}");
        } else {
            assert_eq!(worker.state, AgentState::Skipped, "{id} of {case:?}");
        }
        missing.insert(id);
    }
    let top = result.executive().or(result.synthesizers().last());
    if top.is_some_and(|top| top.state == AgentState::Completed) {
        assert_eq!(log.missing, missing, "what merges of {case:?} were told");
    }
    if let Some(first) = missing.iter().min_by_key(|id| id[1..].parse::<u32>().unwrap()) {
        let reason = &result.reason.as_ref().unwrap().message;
        assert!(reason.contains(&format!("{first} (")), "{first} is not named: {reason}");
    }
}
