//! The order of starts, and the order of results.

use std::sync::Mutex;

use futures::StreamExt as _;
use tokio::time::sleep;
use ziggurat_executor::{Concurrency, Executor, Job, JobError, JobSet};

use crate::support::{lasting, outcomes, secs};

#[tokio::test(start_paused = true)]
async fn high_priority_first_and_equals_in_their_order() {
    let started = Mutex::new(Vec::new());
    let priorities = [0, 5, -1, 5, 0, i32::MAX, i32::MIN, 5];
    let jobs = priorities.iter().enumerate().map(|(index, priority)| {
        let started = &started;
        Job::new(move || async move {
            started.lock().unwrap().push(index);
            sleep(secs(1)).await;
            Ok::<_, String>(index)
        })
        .priority(*priority)
    });
    let ends = Executor::new(Concurrency::new(1).unwrap()).run(jobs).await;
    assert_eq!(*started.lock().unwrap(), [5, 1, 3, 7, 0, 4, 2, 6]);
    // The results do not care.
    let values: Vec<_> = ends.into_iter().map(|end| end.outcome.unwrap()).collect();
    assert_eq!(values, [0, 1, 2, 3, 4, 5, 6, 7]);
}

/// A stable sort by priority is the specification.
#[tokio::test(start_paused = true)]
async fn a_long_queue_starts_like_a_stable_sort() {
    let mut jobs: Vec<(u32, i32)> =
        (0..500).map(|n| (n, [2, 0, 3, 0, 1, 2, 1][n as usize % 7])).collect();
    let mut set = JobSet::new(Concurrency::new(1).unwrap());
    for (key, priority) in &jobs {
        set.push(*key, lasting(1).priority(*priority));
    }
    // Taking some out of the middle leaves the order of the rest.
    jobs.retain(|(key, _)| key % 5 != 0);
    assert_eq!(set.cancel_where(|key| key % 5 == 0), 100);
    jobs.sort_by_key(|(_, priority)| -priority);
    let started: Vec<_> =
        set.filter(|end| std::future::ready(end.is_ok())).map(|end| end.key).collect().await;
    assert_eq!(started, jobs.into_iter().map(|(key, _)| key).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_late_job_of_high_priority_overtakes_the_queue_but_not_what_runs() {
    let mut set = JobSet::new(Concurrency::new(1).unwrap());
    set.push("running", lasting(2));
    set.push("waiting", lasting(1));
    tokio::select! {
        _ = set.next() => unreachable!("nothing ends within 1 s"),
        () = sleep(secs(1)) => {}
    }
    set.push("urgent", lasting(1).priority(1));
    let order: Vec<_> = set.map(|end| end.key).collect().await;
    assert_eq!(order, ["running", "urgent", "waiting"]);
}

#[tokio::test(start_paused = true)]
async fn results_keep_the_order_of_the_input_with_failures_beside_them() {
    let jobs = [4, 1, 3, 2].map(|n| {
        Job::new(move || async move {
            sleep(secs(n)).await;
            if n == 3 { Err("three".to_owned()) } else { Ok(n) }
        })
    });
    let ends = Executor::default().run(jobs).await;
    assert_eq!(ends.iter().map(|end| end.key).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(ends[2].elapsed, secs(3));
    assert!(ends[0].is_ok() && !ends[2].is_ok());
    let expected = [Ok(4), Ok(1), Err(JobError::Failed("three".into())), Ok(2)];
    assert_eq!(outcomes(ends), expected);
}

#[tokio::test(start_paused = true)]
async fn a_stream_yields_ends_as_they_come() {
    let ends = Executor::default().stream([3, 1, 2].map(lasting));
    let order: Vec<_> = ends.map(|end| (end.key, end.elapsed)).collect().await;
    assert_eq!(order, [(1, secs(1)), (2, secs(2)), (0, secs(3))]);
}

#[tokio::test(start_paused = true)]
async fn map_keeps_order_and_may_borrow() {
    let offset = 10;
    let ends = Executor::default()
        .map(1..=3_u64, |n| async move {
            sleep(secs(4 - n)).await;
            Ok(n + offset)
        })
        .await;
    assert_eq!(outcomes(ends), [Ok(11), Ok(12), Ok(13)]);
}
