//! The suite of executors on one that spawns: it asks for what is promised, not for how it is done.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use ziggurat_testkit::conformance::{BatchExecutor, BatchJob, JobEnd};
use ziggurat_testkit::executor_conformance;

/// A task for each job that has a place.
struct Spawning;

#[async_trait]
impl BatchExecutor for Spawning {
    async fn run(&self, jobs: Vec<BatchJob>, limit: usize, time: Option<Duration>) -> Vec<JobEnd> {
        let places = Arc::new(Semaphore::new(limit));
        let (mut running, mut numbers) = (JoinSet::new(), std::collections::HashMap::new());
        for (number, job) in jobs.into_iter().enumerate() {
            let place = Arc::clone(&places).acquire_owned().await;
            let task = running.spawn(async move {
                let _place = place;
                match timeout(time.unwrap_or(Duration::MAX), job.start()).await {
                    Ok(Ok(value)) => JobEnd::Done(value),
                    Ok(Err(error)) => JobEnd::Failed(error),
                    Err(_) => JobEnd::TimedOut,
                }
            });
            numbers.insert(task.id(), number);
        }
        let mut ends = Vec::new();
        while let Some(joined) = running.join_next_with_id().await {
            let (id, end) = joined.unwrap_or_else(|error| (error.id(), JobEnd::Panicked));
            ends.push((numbers[&id], end));
        }
        ends.sort_by_key(|(number, _)| *number);
        ends.into_iter().map(|(_, end)| end).collect()
    }
}

executor_conformance!(spawning, Spawning);
