//! "Dropping the future cancels the work and leaves nothing running."

use std::sync::Arc;

use ziggurat_core::{CallContext, Decomposer};

use super::DecomposerSubject;
use super::tasks::jobs;
use crate::Turn;
use crate::conformance::waiting::{settle, tasks};

/// A plan that is dropped while it is made ends: no task of it runs on, and no call of its model.
pub async fn dropping_it_leaves_nothing_running(subject: &DecomposerSubject) {
    for job in jobs() {
        let before = tasks();
        let hanging = subject.answered(Turn::hang());
        let (script, decomposer): (_, Arc<dyn Decomposer>) = match hanging {
            Some((script, decomposer)) => (Some(script), decomposer),
            None => (None, subject.working()),
        };
        let cx = CallContext::default();
        tokio::select! {
            biased;
            plan = decomposer.decompose(&cx, &job.task, job.workers) => drop(plan),
            () = settle() => {}
        }
        settle().await;
        assert_eq!(tasks(), before, "{}: tasks run on", job.name());
        if let Some(script) = script {
            assert!(!script.calls().is_empty(), "{}: its model was not asked", job.name());
            assert_eq!(script.in_flight(), 0, "{}: a call runs on", job.name());
        }
    }
}
