//! Who watches is told everything, and can break nothing.

use std::sync::{Arc, Mutex};

use tokio::time::{sleep, timeout};
use ziggurat_executor::{Clock, Counts, Executor, Job, JobError, JobErrorKind, JobSet};
use ziggurat_executor::{Progress, Retry, Verdict};

use crate::support::{Census, TestJob, at_once, lasting, outcomes, secs};

type Told = Arc<Mutex<Vec<String>>>;

fn line<K: std::fmt::Display>(progress: &Progress<'_, K>, counts: Counts) -> String {
    let Counts { queued, running, finished } = counts;
    let said = match progress {
        Progress::Started { key, attempt } => format!("{key} starts {attempt}"),
        Progress::Retrying { key, attempt, error, pause } => {
            format!("{key} retries {attempt} {error:?} in {pause:?}")
        }
        Progress::Finished { key, error: None, attempts, elapsed } => {
            format!("{key} done {attempts} {elapsed:?}")
        }
        Progress::Finished { key, error: Some(error), attempts, elapsed } => {
            format!("{key} {error:?} {attempts} {elapsed:?}")
        }
    };
    format!("{said} | {queued} {running} {finished}")
}

fn flaky() -> TestJob<'static> {
    let attempts = std::sync::atomic::AtomicU64::new(0);
    Job::retrying(Retry::new(1, |_| Verdict::After(secs(3))), move || {
        let attempt = attempts.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        async move {
            sleep(secs(1)).await;
            if attempt == 0 { Err("busy".into()) } else { Ok(attempt) }
        }
    })
}

#[tokio::test(start_paused = true)]
async fn starts_retries_and_ends_are_told_in_order_with_their_counts() {
    let told = Told::default();
    let inner = Arc::clone(&told);
    let executor = Executor::new(at_once(2))
        .observe(move |progress, counts| inner.lock().unwrap().push(line(&progress, counts)));
    let late = Census::default().endless().timeout(secs(2));
    executor.run([flaky(), late, lasting(1).queue_timeout(secs(1)), lasting(4)]).await;
    let expected = [
        "0 starts 1 | 2 2 0",
        "1 starts 1 | 2 2 0",
        "0 retries 1 Failed in 3s | 2 2 0",
        "2 TimedOut(Queue) 0 0ns | 1 2 1",
        "1 TimedOut(Attempt) 1 2s | 1 1 2",
        "3 starts 1 | 0 2 2",
        "0 starts 2 | 0 2 2",
        "0 done 2 5s | 0 1 3",
        "3 done 1 4s | 0 0 4",
    ];
    assert_eq!(*told.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn an_observer_that_panics_harms_no_job() {
    let executor = Executor::new(at_once(1)).observe(|_, _| panic!("the observer"));
    let failing: TestJob<'_> = Job::new(|| async { Err("its own".into()) });
    let ends = executor.run([flaky(), failing, lasting(1)]).await;
    assert_eq!(ends[0].attempts, 2);
    let expected = [Ok(1), Err(JobError::Failed("its own".into())), Ok(1)];
    assert_eq!(outcomes(ends), expected);

    let mut set = JobSet::new(at_once(1)).observe(|_, _| panic!("the observer"));
    for key in 0..3 {
        set.push(key, lasting(1));
    }
    assert!(timeout(secs(0), set.next()).await.is_err());
    assert_eq!(set.cancel_where(|key| *key != 1), 2);
    for key in [0, 2, 1] {
        assert_eq!(set.next().await.unwrap().key, key);
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_that_comes_late_knows_what_is_there_and_may_borrow() {
    let told = Mutex::new(Vec::new());
    let mut set = JobSet::new(at_once(1));
    for key in 0..3 {
        let job = Job::new(|| async {
            sleep(secs(2)).await;
            Ok::<_, String>(())
        });
        set.push(key, job);
    }
    assert!(timeout(secs(1), set.next()).await.is_err());
    let mut set =
        set.observe(|progress, counts| told.lock().unwrap().push(line(&progress, counts)));
    assert_eq!(set.cancel(&2), 1);
    set.next().await.unwrap();
    set.next().await.unwrap();
    drop(set);
    let expected = ["2 Cancelled 0 0ns | 1 1 1", "0 done 1 2s | 1 0 2"];
    assert_eq!(told.into_inner().unwrap(), expected);
}

#[test]
fn kinds_say_which_of_the_four_it_is() {
    let kinds = [
        JobError::Failed("x").kind(),
        JobError::<&str>::TimedOut { clock: Clock::Run, after: secs(1) }.kind(),
        JobError::<&str>::Cancelled.kind(),
        JobError::<&str>::Panicked { message: String::new() }.kind(),
    ];
    let expected = [
        JobErrorKind::Failed,
        JobErrorKind::TimedOut(Clock::Run),
        JobErrorKind::Cancelled,
        JobErrorKind::Panicked,
    ];
    assert_eq!(kinds, expected);
}
