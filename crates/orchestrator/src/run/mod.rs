//! One run: a future that is one task. Dropping it is cancelling it.

mod agents;
mod climb;
mod crew;
mod deadline;
mod driver;
mod fit;
mod fitting;
mod outcome;
mod plan;
mod reasons;
mod signals;
mod stage;
pub(crate) mod tree;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::{BoxFuture, Fuse};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use ziggurat_core::{RunId, Task, TextDelta};

use crate::config::Config;
use crate::record::{EventReader, Scribe};
use crate::{RunResult, run::driver::drive};

/// A run of one task. It makes progress while it is awaited. `&mut run` may be awaited as well; once the
/// result was taken it never yields again.
///
/// Dropping it cancels every request in flight and leaves nothing behind, no result either; to keep
/// what is finished, [`cancel`](Canceller::cancel) it and go on awaiting.
#[must_use = "a run makes progress only while it is awaited"]
pub struct Run {
    scribe: Arc<Scribe>,
    cancel: CancellationToken,
    drive: Fuse<BoxFuture<'static, RunResult>>,
}

impl Run {
    pub(crate) fn new(config: Arc<Config>, task: Arc<Task>) -> Self {
        let scribe = Arc::new(Scribe::new(Arc::clone(&config.clock)));
        let cancel = CancellationToken::new();
        let drive = drive(config, task, Arc::clone(&scribe), cancel.clone());
        Self { cancel, drive: drive.boxed().fuse(), scribe }
    }

    /// The run's id.
    pub fn id(&self) -> &RunId {
        self.scribe.run_id()
    }

    /// A reader of the run's events, from the first.
    pub fn events(&self) -> EventReader {
        self.scribe.reader()
    }

    /// The pieces of text that agents write, as they arrive. A receiver that lags behind loses some.
    pub fn deltas(&self) -> broadcast::Receiver<TextDelta> {
        self.scribe.deltas()
    }

    /// A handle that cancels the run from elsewhere.
    pub fn canceller(&self) -> Canceller {
        Canceller(self.cancel.clone())
    }
}

impl Future for Run {
    type Output = RunResult;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<RunResult> {
        let polled = self.drive.poll_unpin(cx);
        self.scribe.publish();
        polled
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("id", self.id()).finish_non_exhaustive()
    }
}

/// Cancels a run from elsewhere. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Canceller(CancellationToken);

impl Canceller {
    /// Cancels the run: requests in flight are dropped, and the run ends as
    /// [`Stopped`](ziggurat_core::Outcome::Stopped) with what was finished. Cancelling twice, or a run
    /// that has ended, does nothing.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}
