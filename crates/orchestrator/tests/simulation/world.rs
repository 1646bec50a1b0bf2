//! What a seed decides: the form of a run, its limits, its end, and how its model misbehaves.

use std::sync::Arc;
use std::time::Duration;

use ziggurat::core::chat::FinishReason;
use ziggurat::decomposition::StaticPlan;
use ziggurat::hierarchy::ExecutiveMode;
use ziggurat::providers::layers::{RetryLayer, Stack};
use ziggurat::{
    Clock, Concurrency, ErrorKind, Model, Orchestrator, OrchestratorBuilder, Subtask, Tier,
    TierOptions,
};
use ziggurat_testkit::{Faults, Latency, ScriptedProvider, Turn};

use crate::dice::Dice;

const SECOND: Duration = Duration::from_secs(1);

/// What becomes of a run from outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fate {
    Left,
    Cancelled(Duration),
    Dropped(Duration),
}

#[derive(Debug, Clone)]
pub(crate) struct World {
    seed: u64,
    workers: u64,
    concurrency: usize,
    fan_in: u32,
    synthesizers: bool,
    executive: ExecutiveMode,
    pub(crate) quorum: u32,
    timeouts: [Duration; 3],
    run_timeout: Duration,
    /// Whether the default layers are around the model.
    layered: bool,
    /// How often its faults come, in percent of the usual.
    faults: u32,
    pub(crate) fate: Fate,
}

impl World {
    pub(crate) fn draw(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let workers = dice.between(1..=60);
        let modes = [ExecutiveMode::Auto, ExecutiveMode::Always, ExecutiveMode::Never];
        Self {
            seed,
            workers,
            concurrency: dice.between(1..=20) as usize,
            fan_in: dice.between(2..=8) as u32,
            synthesizers: dice.percent(85),
            executive: modes[dice.between(0..=2) as usize],
            quorum: if dice.percent(30) { dice.between(1..=workers) as u32 } else { 1 },
            timeouts: std::array::from_fn(|_| Duration::from_millis(dice.between(2_000..=30_000))),
            run_timeout: Duration::from_secs(match dice.percent(30) {
                true => dice.between(5..=120),
                false => 100_000,
            }),
            layered: dice.percent(50),
            faults: if dice.percent(30) { 10 } else { 100 },
            fate: fate(&mut Dice::of(seed, "fate")),
        }
    }

    /// The same world, but its model does what it should, and nobody interferes.
    pub(crate) fn without_faults(mut self) -> Self {
        let (faults, fate) = (0, Fate::Left);
        self.timeouts = [100 * SECOND; 3];
        self.run_timeout = 100_000 * SECOND;
        Self { faults, fate, ..self }
    }

    /// How long it takes at most if every call takes two seconds, which is about their mean: with a fan-in
    /// of 2 there are as many merges as workers, and a path to the summit is as long as it can be.
    pub(crate) fn nominal(&self) -> Duration {
        let share = (2 * self.workers).div_ceil(self.concurrency as u64);
        let path = u64::from(self.workers.ilog2()) + 2;
        2 * SECOND * (share + path) as u32
    }

    /// Whether the run may end before it has told anything.
    pub(crate) fn is_short(&self) -> bool {
        matches!(self.fate, Fate::Cancelled(at) | Fate::Dropped(at) if at < SECOND)
    }

    pub(crate) fn provider(&self) -> Arc<ScriptedProvider> {
        let answer = Turn::text("The pool ran out at 09:14, and nobody looked. [W1]");
        let provider = ScriptedProvider::new()
            .otherwise(answer)
            .with_seed(self.seed)
            .with_latency(Latency::log_normal(SECOND, 0.6).at_most(5 * SECOND))
            .with_pace(Latency::jittered(SECOND / 20, SECOND / 20))
            .keeping(0);
        Arc::new(match self.faults {
            0 => provider,
            percent => provider.with_faults(faults(f64::from(percent) / 100.0)),
        })
    }

    pub(crate) fn builder(
        &self,
        provider: &Arc<ScriptedProvider>,
        clock: Arc<dyn Clock>,
    ) -> OrchestratorBuilder {
        let subtasks = (1..=self.workers).map(|n| Subtask::new(format!("Look into part {n}.")));
        let mut model = Model::known(provider.clone(), "any");
        if self.layered {
            model = model.layered(&Stack::new().with(RetryLayer::new().with_seed(self.seed)));
        }
        let mut builder = Orchestrator::builder()
            .model(model)
            .decomposer(Arc::new(StaticPlan::new(subtasks).unwrap()))
            .clock(clock)
            .fan_in(self.fan_in)
            .synthesizers(self.synthesizers)
            .executive_mode(self.executive)
            .quorum(self.quorum)
            .concurrency(Concurrency::new(self.concurrency).unwrap())
            .run_timeout(self.run_timeout);
        let tiers = [Tier::Worker, Tier::Synthesizer, Tier::Executive];
        for (tier, timeout) in tiers.into_iter().zip(self.timeouts) {
            builder = builder.tier(tier, TierOptions::default().timeout(timeout));
        }
        builder
    }
}

fn fate(dice: &mut Dice) -> Fate {
    let at = Duration::from_millis(dice.between(0..=40_000));
    match dice.between(0..=9) {
        0..=5 => Fate::Left,
        6..=7 => Fate::Cancelled(at),
        _ => Fate::Dropped(at),
    }
}

/// Of all calls 20 % errors, 10 % hangs, 5 % cuts in the middle and 2 % panics, or a share of that; and a few
/// answers that are too long or empty. The worst errors are rare, for each of them ends much of a run.
fn faults(share: f64) -> Faults {
    let text = "The pool ran out at";
    let faults = [
        (0.095, Turn::http_error(500, "the server is on fire")),
        (0.05, Turn::http_error(429, "slow down").retry_after(2 * SECOND)),
        (0.02, Turn::reset()),
        (0.02, Turn::error(ErrorKind::InvalidRequest, "no such field")),
        (0.01, Turn::error(ErrorKind::ContextLength, "too long")),
        (0.0025, Turn::http_error(401, "a wrong key")),
        (0.0025, Turn::http_error(402, "no money")),
        (0.05, Turn::hang()),
        (0.05, Turn::stall(text)),
        (0.05, Turn::cut(text)),
        (0.02, Turn::panic()),
    ];
    let faults = faults
        .into_iter()
        .fold(Faults::new(), |faults, (rate, turn)| faults.at_rate(share * rate, turn));
    faults.at_rate(0.02, Turn::text(text).finish(FinishReason::Length)).at_rate(0.02, Turn::empty())
}
