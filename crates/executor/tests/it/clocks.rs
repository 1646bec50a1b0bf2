//! The clocks beside the attempt's: of the queue, of the job over its attempts, of the run.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use ziggurat_executor::{Clock, Executor, Job, JobError, JobSet, Retry, Verdict};

use crate::support::{Census, account, at_once, lasting, late, millis, outcomes, secs};

#[tokio::test(start_paused = true)]
async fn a_job_that_waited_too_long_ends_without_a_start_though_nothing_else_happens() {
    let census = Census::default();
    let mut set = JobSet::new(at_once(1));
    set.push("endless", census.endless());
    set.push("waiting", census.endless().queue_timeout(secs(2)));
    let start = Instant::now();
    let end = set.next().await.unwrap();
    assert_eq!(start.elapsed(), secs(2));
    assert_eq!((end.key, end.outcome), ("waiting", late(Clock::Queue, 2)));
    assert_eq!((end.elapsed, end.attempts), (secs(0), 0));
    assert_eq!((set.running(), set.queued(), census.made()), (1, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_started_in_time_runs_as_long_as_it_takes() {
    // The second finds its place at the very instant that its time is over.
    let jobs = [2, 9].map(|n| lasting(n).queue_timeout(secs(2)));
    let ends = Executor::new(at_once(1)).run(jobs).await;
    assert_eq!(outcomes(ends), [Ok(2), Ok(9)]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_late_when_its_driver_comes_back_does_not_start() {
    let census = Census::default();
    let mut set = JobSet::new(at_once(1));
    set.push(0, lasting(1));
    set.push(1, census.endless().queue_timeout(secs(5)));
    assert_eq!(set.next().await.unwrap().key, 0);
    sleep(secs(5)).await; // its place is free all the while, and nobody polls
    assert_eq!(set.next().await.unwrap().outcome, late(Clock::Queue, 5));
    assert_eq!(census.made(), 0);
}

#[tokio::test(start_paused = true)]
async fn jobs_with_and_without_a_queue_timeout_stand_in_one_line() {
    let mut set = JobSet::new(at_once(1));
    let priorities = [0, 2, 1, 0, 2, 1, 0, 1, 2, 0];
    for (key, priority) in priorities.into_iter().enumerate() {
        let job = lasting(1).priority(priority);
        set.push(key, if key % 3 == 0 { job } else { job.queue_timeout(secs(100)) });
    }
    assert_eq!(set.cancel_where(|key| [2, 6].contains(key)), 2);
    let mut started = Vec::new();
    while let Some(end) = set.next().await {
        started.extend(end.is_ok().then_some(end.key));
    }
    assert_eq!(started, [1, 4, 8, 5, 7, 0, 3, 9]);
}

#[tokio::test(start_paused = true)]
async fn each_of_a_thousand_deadlines_is_kept_to_the_millisecond() {
    let start = Instant::now();
    let mut set = JobSet::new(at_once(1));
    set.push(0, Census::default().endless().priority(9));
    for key in 1..=1000_u64 {
        let wait = millis(key * 389 % 1009); // each another one, in no order
        set.push(key, lasting(1).priority((key % 7) as i32).queue_timeout(wait));
    }
    assert_eq!(set.cancel_where(|key| *key != 0 && key % 10 == 0), 100);
    let (mut late, mut last) = (0, secs(0));
    while late < 900 {
        let end = set.next().await.unwrap();
        let JobError::TimedOut { clock: Clock::Queue, after } = end.outcome.unwrap_err() else {
            continue; // one of those cancelled
        };
        assert_eq!((after, after), (start.elapsed(), millis(end.key * 389 % 1009)));
        assert!(after > last);
        (late, last) = (late + 1, after);
    }
    assert_eq!((set.running(), set.queued()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_jobs_clock_runs_over_attempts_and_pauses() {
    let retry = Retry::new(10, |_| Verdict::After(secs(3)));
    let census = Census::default();
    let inner = census.clone();
    // Attempts at 0-2, 5-7 and from 10 on.
    let stuck = Job::retrying(retry, move || {
        let guard = inner.enter();
        async move {
            let _guard = guard;
            std::future::pending::<Result<u64, String>>().await
        }
    });
    let ends = Executor::default().run([stuck.timeout(secs(2)).total_timeout(secs(11))]).await;
    assert_eq!((ends[0].elapsed, ends[0].attempts), (secs(11), 3));
    assert_eq!(outcomes(ends), [late(Clock::Job, 11)]);
    assert_eq!((census.made(), census.live()), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn the_jobs_clock_is_final_and_starts_with_the_job() {
    let asked = Retry::new(9, |_| -> Verdict { panic!("nobody is to be asked") });
    let job = Job::retrying(asked, || async {
        sleep(secs(100)).await;
        Ok(0)
    });
    let executor = Executor::new(at_once(1)).total_timeout(secs(4));
    let ends = executor.run([lasting(3), job, lasting(9).total_timeout(secs(9))]).await;
    assert_eq!((ends[1].elapsed, ends[1].attempts), (secs(4), 1));
    assert_eq!(outcomes(ends), [Ok(3), late(Clock::Job, 4), Ok(9)]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_no_attempt_could_follow_is_not_begun() {
    let failing = |pause| {
        Job::retrying(Retry::new(1, move |_| Verdict::After(secs(pause))), || async {
            sleep(secs(1)).await;
            Err::<u64, _>("down".to_owned())
        })
        .total_timeout(secs(5))
    };
    let ends = Executor::default().run([failing(3), failing(4), failing(100)]).await;
    let took: Vec<_> = ends.iter().map(|end| (end.attempts, end.elapsed)).collect();
    assert_eq!(took, [(2, secs(5)), (1, secs(1)), (1, secs(1))]);
    assert_eq!(outcomes(ends), vec![Err(JobError::Failed("down".into())); 3]);
}

#[tokio::test(start_paused = true)]
async fn a_run_ends_in_time_with_what_exists() {
    let census = Census::default();
    let jobs = [1, 9, 4, 9, 1].map(|n| census.lasting(secs(n)));
    let run = Executor::new(at_once(2)).run_timeout(secs(5)).run(jobs);
    sleep(secs(60)).await; // the run is not awaited yet, so its clock does not run
    let start = Instant::now();
    let ends = run.await;
    assert_eq!(start.elapsed(), secs(5));
    assert_eq!(ends.iter().map(|end| end.attempts).collect::<Vec<_>>(), [1, 1, 1, 1, 0]);
    let cut = || late(Clock::Run, 5);
    // The third is done at the very instant.
    assert_eq!(outcomes(ends), [Ok(1000), cut(), Ok(4000), cut(), cut()]);
    assert_eq!((census.live(), census.made()), (0, 4));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_waits_for_others_ends_in_time_too() {
    let account = account(1);
    let held = account.acquire().await;
    let executor = Executor::default().sharing(&account).run_timeout(secs(5));
    let ends = executor.clone().queue_timeout(secs(2)).run([lasting(1), lasting(1)]).await;
    assert_eq!(outcomes(ends), vec![late(Clock::Queue, 2); 2]);
    let ends = executor.run([lasting(1), lasting(1)]).await;
    assert_eq!(outcomes(ends), vec![late(Clock::Run, 5); 2]);
    assert_eq!(account.in_use(), 1);
    drop(held);
    assert_eq!(account.in_use(), 0, "nobody waits any more");
}

#[tokio::test(start_paused = true)]
async fn what_is_pushed_after_the_end_of_a_run_ends_at_once() {
    let mut set = Executor::default().run_timeout(secs(2)).stream([lasting(9)]);
    assert_eq!(set.next().await.unwrap().outcome, late(Clock::Run, 2));
    assert!(set.next().await.is_none());
    let start = Instant::now();
    set.push(1, lasting(0));
    assert_eq!(set.next().await.unwrap().outcome, late(Clock::Run, 2));
    assert_eq!(start.elapsed(), secs(0));
}

/// The clock of a run that never waits is seen between two jobs.
#[tokio::test(start_paused = true)]
async fn a_run_of_jobs_that_are_always_ready_ends_in_time() {
    tokio::spawn(tokio::time::advance(secs(3)));
    let jobs = (0..100_000).map(|n| Job::new(move || async move { Ok::<_, String>(n) }));
    let ends = outcomes(Executor::default().run_timeout(secs(2)).run(jobs).await);
    let done = ends.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(done > 0 && done < 1000, "{done}");
    assert_eq!(ends.len(), 100_000);
}

#[tokio::test(start_paused = true)]
async fn clocks_without_end() {
    let ever = Duration::MAX;
    let executor = Executor::new(at_once(1)).run_timeout(ever).queue_timeout(ever);
    let jobs = [lasting(1), lasting(2).queue_timeout(ever)];
    let ends = executor.total_timeout(ever).run(jobs).await;
    assert_eq!(outcomes(ends), [Ok(1), Ok(2)]);
}

#[tokio::test(start_paused = true)]
async fn the_executors_queue_timeout_yields_to_the_jobs_own() {
    let executor = Executor::new(at_once(1)).queue_timeout(secs(2));
    let ends = executor.run([lasting(4), lasting(1), lasting(1).queue_timeout(secs(9))]).await;
    assert_eq!(outcomes(ends), [Ok(4), late(Clock::Queue, 2), Ok(1)]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_next_keeps_the_clocks() {
    let mut set = JobSet::new(at_once(1));
    set.push(0, Census::default().endless());
    set.push(1, lasting(1).queue_timeout(millis(2500)));
    for _ in 0..2 {
        assert!(timeout(secs(1), set.next()).await.is_err());
    }
    let start = Instant::now();
    set.next().await.unwrap();
    assert_eq!(start.elapsed(), millis(500));
}

#[tokio::test(start_paused = true)]
async fn a_later_job_with_less_patience_ends_first() {
    let mut set = JobSet::new(at_once(1));
    set.push("endless", Census::default().endless());
    set.push("patient", lasting(1).queue_timeout(secs(10)));
    assert!(timeout(secs(1), set.next()).await.is_err());
    set.push("impatient", lasting(1).queue_timeout(secs(2)));
    let start = Instant::now();
    for (key, at) in [("impatient", 2), ("patient", 9)] {
        assert_eq!((set.next().await.unwrap().key, start.elapsed()), (key, secs(at)));
    }
}
