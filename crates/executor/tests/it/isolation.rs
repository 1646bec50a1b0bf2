//! A panic is the outcome of its job and of no other, wherever in the job it happens.

use tokio::time::sleep;
use ziggurat_executor::{Clock, Executor, Job, JobError, JobSet};

use crate::support::{TestJob, TestOutcome, lasting, outcomes, secs};

fn panicked(message: &str) -> TestOutcome {
    Err(JobError::Panicked { message: message.into() })
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

fn bomb() -> TestJob<'static> {
    Job::new(|| async {
        let _bomb = Bomb;
        std::future::pending().await
    })
}

#[tokio::test(start_paused = true)]
async fn in_the_future_before_and_after_an_await() {
    let early: TestJob<'_> = Job::new(|| async { panic!("early") });
    let late: TestJob<'_> = Job::new(|| async {
        sleep(secs(1)).await;
        panic!("after {} s", 1)
    });
    let ends = Executor::default().run([lasting(2), early, late, lasting(3)]).await;
    assert_eq!(ends[2].elapsed, secs(1));
    let expected = [Ok(2), panicked("early"), panicked("after 1 s"), Ok(3)];
    assert_eq!(outcomes(ends), expected);
}

#[tokio::test(start_paused = true)]
async fn in_the_closure_that_makes_the_future() {
    fn refuse() -> std::future::Ready<Result<u64, String>> {
        panic!("no future")
    }
    let ends = Executor::default().run([Job::new(refuse), lasting(1)]).await;
    assert_eq!(outcomes(ends), [panicked("no future"), Ok(1)]);
}

#[tokio::test(start_paused = true)]
async fn in_a_destructor_at_a_timeout() {
    let ends = Executor::default().run([bomb().timeout(secs(1)), lasting(2)]).await;
    assert_eq!(
        outcomes(ends),
        [Err(JobError::TimedOut { clock: Clock::Attempt, after: secs(1) }), Ok(2)]
    );
}

#[tokio::test(start_paused = true)]
async fn in_a_destructor_at_a_cancellation_or_a_drop() {
    let mut set = JobSet::new(ziggurat_executor::Concurrency::DEFAULT);
    for (key, job) in [("first", bomb()), ("second", bomb()), ("good", lasting(2))] {
        set.push(key, job);
    }
    assert!(tokio::time::timeout(secs(1), set.next()).await.is_err());
    assert_eq!(set.cancel(&"first"), 1);
    assert_eq!(set.next().await.unwrap().outcome, Err(JobError::Cancelled));
    assert_eq!(set.next().await.unwrap().outcome, Ok(2));
    drop(set); // with the second one running
}
