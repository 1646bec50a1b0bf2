//! The driver's own work grows with what happens, not with how much runs.

use std::future::{Future, poll_fn};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::time::sleep;
use ziggurat_executor::{Concurrency, Executor, Job};

use crate::support::secs;

/// A job that counts how often it is asked.
fn counted<'a>(
    polls: &'a AtomicUsize,
    future: impl Future<Output = ()> + Send + 'a,
) -> Job<'a, (), String> {
    Job::new(move || async move {
        let mut future = std::pin::pin!(future);
        poll_fn(|cx| {
            polls.fetch_add(1, SeqCst);
            future.as_mut().poll(cx)
        })
        .await;
        Ok(())
    })
}

#[tokio::test(start_paused = true)]
async fn a_wake_polls_one_job() {
    let (idle, busy) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut jobs: Vec<_> = (0..99).map(|_| counted(&idle, std::future::pending())).collect();
    jobs.push(counted(&busy, async {
        for _ in 0..500 {
            sleep(secs(1)).await;
        }
    }));
    let executor = Executor::new(Concurrency::new(100).unwrap());
    executor.run_until(jobs, sleep(secs(1000))).await;
    assert_eq!((idle.into_inner(), busy.into_inner()), (99, 501));
}

/// Tokio lets a task advance 128 times a turn. The rest must wait, not ask again in each turn.
#[tokio::test(start_paused = true)]
async fn thousands_that_wake_together_cost_linear_work() {
    let polls = AtomicUsize::new(0);
    let jobs = (0..5000).map(|_| counted(&polls, async { sleep(secs(1)).await }));
    Executor::new(Concurrency::new(5000).unwrap()).run(jobs).await;
    let polls = polls.into_inner();
    assert!((10_000..12_000).contains(&polls), "{polls}");
}
