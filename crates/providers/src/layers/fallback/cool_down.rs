//! Which models failed so that every other call would fail alike, and until when that is believed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use ziggurat_core::{ModelInfo, ProviderError};

/// Models that are asked last, by `provider/model`. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct CoolDown {
    lasts: Duration,
    until: Arc<Mutex<HashMap<String, Instant>>>,
}

impl CoolDown {
    /// None yet; each will be believed for this long.
    pub(super) fn new(lasts: Duration) -> Self {
        Self { lasts, until: Arc::default() }
    }

    /// The same models, those to come for this long.
    pub(super) fn of(self, lasts: Duration) -> Self {
        Self { lasts, ..self }
    }

    /// Takes note of a failure, if it is one that every call would share.
    pub(super) fn note(&self, info: &ModelInfo, error: &ProviderError) {
        if self.lasts.is_zero() || !error.kind().is_fatal_for_model() {
            return;
        }
        // A time too long to be told is never over.
        let until = Instant::now().checked_add(self.lasts).unwrap_or_else(far_off);
        self.until().insert(info.name(), until);
    }

    /// Whether this model is to be asked last.
    pub(super) fn holds(&self, info: &ModelInfo) -> bool {
        let mut until = self.until();
        if until.is_empty() {
            return false;
        }
        let name = info.name();
        let holds = until.get(&name).is_some_and(|until| Instant::now() < *until);
        if !holds {
            until.remove(&name);
        }
        holds
    }

    fn until(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn far_off() -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    Instant::now() + YEAR
}
