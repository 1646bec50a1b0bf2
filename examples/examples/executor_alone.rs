//! The executor without the rest of Ziggurat: any async jobs, at most two at once, with a timeout, a
//! priority and a retry; one job's failure is its own. Nothing here knows of language models.
//!
//! `cargo run -p ziggurat-examples --example executor_alone`
#![allow(clippy::print_stdout, reason = "an example speaks to its reader")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::sleep;
use ziggurat_executor::ZeroConcurrency;
use ziggurat_executor::{Concurrency, Executor, Finished, Job, JobError, Retry, Verdict};

type Ends = Vec<Finished<usize, &'static str, &'static str>>;

/// How each job ended, in the order of the input, and the order in which they started.
pub(crate) async fn example() -> Result<(Ends, Vec<&'static str>), ZeroConcurrency> {
    let executor = Executor::new(Concurrency::new(2)?).timeout(Duration::from_millis(200));
    let started = Mutex::new(Vec::new());
    // Jobs run inside the future that drives them, so they may borrow.
    let start = |name| started.lock().unwrap_or_else(|lock| lock.into_inner()).push(name);
    let attempts = AtomicU32::new(0);

    let plain = Job::new(|| async {
        start("plain");
        sleep(Duration::from_millis(20)).await;
        Ok("done")
    });
    // Only the caller knows which errors pass; here "busy" does.
    let busy = Retry::new(3, |error: &JobError<&str>| match error {
        JobError::Failed("busy") => Verdict::After(Duration::from_millis(10)),
        _ => Verdict::Final,
    });
    let flaky = Job::retrying(busy, || async {
        start("flaky");
        match attempts.fetch_add(1, Ordering::Relaxed) {
            0 => Err("busy"),
            _ => Ok("done at the second attempt"),
        }
    });
    let endless = Job::new(|| async {
        start("endless");
        std::future::pending().await
    });
    let wrong = Job::new(|| async {
        start("wrong");
        Err("not found")
    });
    let urgent = Job::new(|| async {
        start("urgent");
        Ok("done first")
    });
    let jobs = [plain, flaky, endless, wrong, urgent.priority(1)];
    let ends = executor.run(jobs).await;
    let order = started.lock().unwrap_or_else(|lock| lock.into_inner()).clone();
    Ok((ends, order))
}

#[tokio::main]
async fn main() -> Result<(), ZeroConcurrency> {
    let (ends, order) = example().await?;
    println!("started: {}", order.join(", "));
    for end in ends {
        let attempts = end.attempts;
        match end.outcome {
            Ok(value) => println!("job {}: {value} (attempts: {attempts})", end.key),
            Err(JobError::Failed(why)) => println!("job {}: {why} (attempts: {attempts})", end.key),
            Err(error) => println!("job {}: {error} (attempts: {attempts})", end.key),
        }
    }
    Ok(())
}
