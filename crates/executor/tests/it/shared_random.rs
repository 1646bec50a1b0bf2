//! Whatever several sets under one limit do: never more at once, every job one end, every permit
//! back.

use futures::future::join_all;
use proptest::prelude::*;
use tokio::time::{Instant, sleep, sleep_until};
use ziggurat_executor::{Job, JobSet, SharedLimit, Turn};

use crate::support::{Census, TestJob, account, at_once, millis};

#[derive(Clone, Debug)]
struct Plan {
    own_limit: usize,
    /// Pushes when there is room rather than all at the start.
    own_queue: bool,
    jobs: Vec<Spec>,
    stop: Option<(u64, Stop)>,
}

#[derive(Clone, Copy, Debug)]
enum Stop {
    /// Every second job.
    Some,
    All,
    /// The set, with whatever is in it.
    Drop,
}

#[derive(Clone, Debug)]
struct Spec {
    lasts: u64,
    panics: bool,
    priority: i32,
    timeout: Option<u64>,
    queue_timeout: Option<u64>,
}

fn spec() -> impl Strategy<Value = Spec> {
    let limit = || proptest::option::of(0..40_u64);
    (0..30_u64, any::<bool>(), -2..3, limit(), limit()).prop_map(
        |(lasts, panics, priority, timeout, queue_timeout)| Spec {
            lasts,
            panics,
            priority,
            timeout,
            queue_timeout,
        },
    )
}

fn plan() -> impl Strategy<Value = Plan> {
    let stop = prop_oneof![Just(Stop::Some), Just(Stop::All), Just(Stop::Drop)];
    let stop = proptest::option::of((0..80_u64, stop));
    let jobs = proptest::collection::vec(spec(), 0..25);
    (1..6_usize, any::<bool>(), jobs, stop).prop_map(|(own_limit, own_queue, jobs, stop)| Plan {
        own_limit,
        own_queue,
        jobs,
        stop,
    })
}

impl Spec {
    fn job(&self, census: &Census) -> TestJob<'static> {
        let (census, Self { lasts, panics, .. }) = (census.clone(), self.clone());
        let mut job = Job::new(move || async move {
            let _guard = census.enter();
            sleep(millis(lasts)).await;
            if panics {
                std::panic::resume_unwind(Box::new("as planned"));
            }
            Ok(lasts)
        })
        .priority(self.priority);
        if let Some(timeout) = self.timeout {
            job = job.timeout(millis(timeout));
        }
        match self.queue_timeout {
            Some(timeout) => job.queue_timeout(millis(timeout)),
            None => job,
        }
    }
}

impl Plan {
    /// The keys of the jobs that ended; `None` if the set was dropped.
    async fn run(&self, limit: &SharedLimit, census: &Census) -> Option<Vec<usize>> {
        let mut set = JobSet::sharing(at_once(self.own_limit), limit);
        let mut waiting = self.jobs.iter().enumerate();
        if !self.own_queue {
            waiting.by_ref().for_each(|(key, spec)| set.push(key, spec.job(census)));
        }
        let (mut ends, mut stop) = (Vec::new(), self.stop);
        let start = Instant::now();
        loop {
            let stopping = sleep_until(start + millis(stop.map_or(0, |(time, _)| time)));
            tokio::select! {
                biased;
                () = stopping, if stop.is_some() => match stop.take() {
                    Some((_, Stop::Some)) => { set.cancel_where(|key| key % 2 == 0); }
                    Some((_, Stop::All)) => { set.cancel_all(); }
                    _ => return None,
                },
                turn = set.turn(waiting.len() > 0) => match turn {
                    Some(Turn::Ended(end)) => ends.push(end.key),
                    Some(Turn::Room) => waiting.by_ref().take(1).for_each(|(key, spec)| set.push(key, spec.job(census))),
                    None => return Some(ends),
                },
            }
            assert!(set.running() <= self.own_limit);
        }
    }
}

fn check(plans: &[Plan], limit: usize) {
    let (census, account) = (Census::default(), account(limit));
    let runtime =
        { tokio::runtime::Builder::new_current_thread() }.enable_time().start_paused(true).build();
    let runs = runtime.unwrap().block_on(async {
        // Much longer than all jobs in a row: whoever is not done by then has lost a wake-up.
        let runs = join_all(plans.iter().map(|plan| plan.run(&account, &census)));
        tokio::time::timeout(millis(60_000), runs).await
    });
    for (run, plan) in runs.expect("every set ends").into_iter().zip(plans) {
        let Some(mut ends) = run else { continue };
        ends.sort_unstable();
        assert_eq!(ends, (0..plan.jobs.len()).collect::<Vec<_>>());
    }
    assert!(census.peak() <= limit, "{} at once, {limit} allowed", census.peak());
    assert_eq!((census.live(), account.in_use()), (0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn sets_under_one_limit_all_end(
        plans in proptest::collection::vec(plan(), 1..6),
        limit in 1..8_usize,
    ) {
        check(&plans, limit);
    }
}
