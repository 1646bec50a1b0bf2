//! What all phases of a run share: its task and settings, its book, and what can halt it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use ziggurat_core::{ErrorKind, Reason, Task};

use super::reasons::seconds;
use crate::config::Config;
use crate::record::Scribe;

/// The ground a run stands on.
pub(crate) struct Stage {
    pub(crate) config: Arc<Config>,
    pub(crate) task: Arc<Task>,
    pub(crate) scribe: Arc<Scribe>,
    pub(crate) cancel: CancellationToken,
    pub(crate) started: Instant,
    pub(crate) timeout: Option<Duration>,
}

impl Stage {
    /// When the run must have ended. A limit that the clock cannot express is none.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.started.checked_add(self.timeout?)
    }

    /// Waits until the run must be halted: for its user, or for its deadline. Cancel-safe.
    pub(crate) async fn halted(&self) -> Reason {
        let deadline = async {
            match self.timeout.zip(self.deadline()) {
                Some((timeout, deadline)) => {
                    tokio::time::sleep_until(deadline).await;
                    timeout
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Reason::new(ErrorKind::Cancelled, "the run was cancelled"),
            timeout = deadline => {
                let message = format!("the run did not finish within {}", seconds(timeout));
                Reason::new(ErrorKind::Deadline, message)
            }
        }
    }
}
