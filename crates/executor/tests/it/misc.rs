//! What the types promise.

use std::error::Error as _;

use ziggurat_executor::{Clock, Concurrency, Executor, Job, JobError, JobSet};

use crate::support::lasting;

#[test]
fn everything_crosses_threads() {
    fn sent<T: Send>(_: &T) {}
    let executor = Executor::default();
    sent(&JobSet::<u32, String, std::io::Error>::new(Concurrency::DEFAULT));
    sent(&JobSet::<u32, String, std::io::Error>::new(Concurrency::DEFAULT).observe(|_, _| {}));
    sent(&lasting(1));
    sent(&executor.run([lasting(1)]));
    sent(&executor.map([1], |n| async move { Ok::<u64, String>(n) }));
}

/// A key or a value that is neither `Clone` nor `Unpin` will do.
#[tokio::test(start_paused = true)]
async fn keys_and_values_may_be_of_any_type() {
    struct Odd(std::marker::PhantomPinned);
    let mut set = JobSet::new(Concurrency::DEFAULT);
    set.push(
        Odd(std::marker::PhantomPinned),
        Job::new(|| async { Ok::<_, Odd>(Odd(std::marker::PhantomPinned)) }),
    );
    let Odd(_) = set.next().await.unwrap().key;
}

#[tokio::test(start_paused = true)]
async fn a_future_is_made_when_it_starts() {
    let executor = Executor::new(Concurrency::new(1).unwrap());
    let made = std::cell::Cell::new(0);
    let jobs = (0..3).map(|n| {
        made.set(made.get() + 1);
        lasting(n)
    });
    drop(executor.run(jobs));
    assert_eq!(made.get(), 0, "a run that is not awaited does nothing");
    assert!(executor.run(Vec::<Job<'_, (), ()>>::new()).await.is_empty());
}

#[test]
fn errors_say_what_happened_and_keep_their_source() {
    let failed = JobError::Failed(std::io::Error::other("disk"));
    assert_eq!(failed.to_string(), "the job failed");
    assert_eq!(failed.source().unwrap().to_string(), "disk");
    let timed_out =
        JobError::<String>::TimedOut { clock: Clock::Attempt, after: crate::support::millis(1500) };
    assert_eq!(timed_out.to_string(), "the job did not finish within 1.5s");
    for (clock, said) in [
        (Clock::Queue, "the job did not start within 2s"),
        (Clock::Job, "the job did not finish, all attempts together, within 2s"),
        (Clock::Run, "the batch did not finish within 2s"),
    ] {
        let after = crate::support::secs(2);
        assert_eq!(JobError::<String>::TimedOut { clock, after }.to_string(), said);
    }
    let panicked = JobError::<String>::Panicked { message: "oh".into() };
    assert_eq!(panicked.to_string(), "the job panicked: oh");
}

#[test]
fn debug_output_is_short() {
    let mut set = JobSet::new(Concurrency::new(2).unwrap());
    set.push(1, lasting(1).priority(3));
    let shown = format!("{set:?}");
    assert_eq!(shown, "JobSet { limit: Concurrency(2), running: 0, queued: 1, .. }");
    let shown = format!("{:?}", lasting(1));
    assert_eq!(shown, "Job { priority: 0, timeout: None, retried: false }");
}
