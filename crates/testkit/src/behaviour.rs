//! What befalls every call beside its turn: how long it takes, and the faults that come by chance. Apart
//! from the script, since a load test has one and hardly a script, and a test of words the reverse.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use ziggurat_core::ChatRequest;

use crate::play::Pace;
use crate::{Faults, Latency, ScriptedProvider, Turn, lock};

/// Latency, pace and faults, with a source of chance each: a change of one leaves the draws of the others
/// as they were. Clones share the sources.
#[derive(Debug, Clone)]
pub(crate) struct Behaviour {
    latency: Latency,
    pace: Latency,
    faults: Faults,
    seed: u64,
    chance: Arc<Chance>,
}

#[derive(Debug)]
struct Chance {
    latency: Mutex<Rng>,
    pace: Arc<Mutex<Rng>>,
    faults: Mutex<Rng>,
}

impl Chance {
    fn new(seed: u64) -> Self {
        let rng = |stream| Mutex::new(Rng::with_seed(seed.wrapping_mul(3).wrapping_add(stream)));
        Self { latency: rng(0), pace: Arc::new(rng(1)), faults: rng(2) }
    }
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            latency: Latency::NONE,
            pace: Latency::NONE,
            faults: Faults::new(),
            seed: 0,
            chance: Arc::new(Chance::new(0)),
        }
    }
}

impl Behaviour {
    pub(crate) fn fault(&self, request: &ChatRequest, name: Option<&str>) -> Option<Turn> {
        self.faults.strike(request, name, &self.chance.faults)
    }

    /// The time before the turn's first piece and before each of the others.
    pub(crate) fn times(&self, turn: &Turn) -> (Duration, Pace) {
        let waits = turn.is_answer() && !self.latency.is_none();
        let latency = waits.then(|| self.latency.sample(&mut lock(&self.chance.latency)));
        let of_all = (!self.pace.is_none()).then(|| (self.pace, Arc::clone(&self.chance.pace)));
        (latency.unwrap_or_default(), Pace { of_turn: turn.pace, of_all })
    }

    /// Begins anew: the same draws, and no call was hit yet.
    #[cfg(feature = "server")]
    pub(crate) fn begin_anew(&self) {
        let Chance { latency, pace, faults } = Chance::new(self.seed);
        let fresh = |old: &Mutex<Rng>, new: &Mutex<Rng>| *lock(old) = lock(new).clone();
        fresh(&self.chance.latency, &latency);
        fresh(&self.chance.pace, &pace);
        fresh(&self.chance.faults, &faults);
        self.faults.forget();
    }
}

impl ScriptedProvider {
    /// The same provider; every answer begins only after this long, beside what its turn asks for (tokio's
    /// time, so paused time works). A turn that fails before it says anything fails at once.
    ///
    /// ```
    /// use std::time::Duration;
    /// use ziggurat_testkit::{Latency, ScriptedProvider};
    /// let slow = Latency::log_normal(Duration::from_millis(600), 0.5);
    /// let provider = ScriptedProvider::new().echo().with_latency(slow).with_seed(7);
    /// ```
    pub fn with_latency(mut self, latency: impl Into<Latency>) -> Self {
        self.behaviour.latency = latency.into();
        self
    }

    /// The same provider with this long before every piece of a stream but the first, beside what its turn
    /// asks for. A call that is not streamed takes no longer by it.
    pub fn with_pace(mut self, pace: impl Into<Latency>) -> Self {
        self.behaviour.pace = pace.into();
        self
    }

    /// The same provider with these faults in place of any others.
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.behaviour.faults = faults;
        self
    }

    /// The same provider, its latencies and faults drawn from this seed: the same seed gives the same ones,
    /// in the order in which calls arrive. Default: 0.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.behaviour.seed = seed;
        self.behaviour.chance = Arc::new(Chance::new(seed));
        self
    }

    /// The same provider; of all the calls it [tells](Self::calls) afterwards, it keeps this many, the last
    /// ones. Default: all, which is too much for a server under load.
    pub fn keeping(self, calls: usize) -> Self {
        lock(&self.ledger).most = Some(calls);
        self
    }
}
