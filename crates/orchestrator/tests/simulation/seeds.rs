//! All seeds, shared out over the machine's threads. A seed that fails is named.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use ziggurat::AgentState;

use crate::play::History;

/// How many seeds a test runs.
fn count() -> u64 {
    if std::env::var_os("ZIGGURAT_SOAK").is_some() { 100_000 } else { 200 }
}

/// What came about, so that a test that is never hit by a fault fails.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<String, u64>);

impl Tally {
    pub(crate) fn of(history: &History) -> Self {
        let outcome = history.result.as_ref().map(|result| result.outcome.to_string());
        let mut tally = Self::default();
        *tally.0.entry(outcome.unwrap_or_else(|| "dropped".to_owned())).or_default() += 1;
        for agent in history.state.agents() {
            *tally.0.entry(format!("{:?}", agent.state)).or_default() += 1;
            let reason = agent.reason.as_ref().map(|reason| reason.kind.as_str());
            *tally.0.entry(reason.unwrap_or("no reason").to_owned()).or_default() += 1;
        }
        tally
    }

    fn add(mut self, other: Self) -> Self {
        for (what, times) in other.0 {
            *self.0.entry(what).or_default() += times;
        }
        self
    }

    /// # Panics
    /// If something that should happen among so many seeds did not.
    pub(crate) fn shows_every_end(&self) {
        let outcomes = ["complete", "degraded", "failed", "stopped", "dropped"].map(str::to_owned);
        let states = AgentState::ALL.into_iter().filter(|state| state.is_terminal());
        let states = states.map(|state| format!("{state:?}"));
        let kinds = ["timeout", "interrupted", "panic", "server", "cancelled", "passed_up"];
        let kinds = kinds.map(str::to_owned);
        for what in outcomes.into_iter().chain(states).chain(kinds) {
            assert!(self.0.contains_key(&what), "no {what} in {:#?}", self.0);
        }
    }
}

/// Runs the check for every seed and gives all tallies together.
pub(crate) fn for_every_seed(check: impl Fn(u64) -> Tally + Sync) -> Tally {
    let (next, count) = (AtomicU64::new(0), count());
    let work = || {
        let mut tally = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= count {
                return tally;
            }
            let named = Named(seed);
            tally = tally.add(check(seed));
            drop(named);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let tallies = workers.into_iter().map(|worker| worker.join().expect("a seed failed"));
        tallies.fold(Tally::default(), Tally::add)
    })
}

/// Names its seed if the check panics.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("it was seed {}", self.0);
        }
    }
}
