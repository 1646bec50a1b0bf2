//! Whatever the jobs and the limit: each gets exactly one end, and the right one.

use proptest::prelude::*;
use tokio::time::sleep;
use ziggurat_executor::{Clock, Concurrency, Executor, Finished, Job, JobError};

use crate::support::{Census, TestJob, TestOutcome, millis};

#[derive(Clone, Debug)]
struct Spec {
    lasts: u64,
    ends: Ends,
    priority: i32,
    timeout: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
enum Ends {
    Well,
    Failing,
    Panicking,
}

fn spec() -> impl Strategy<Value = Spec> {
    let ends = prop_oneof![Just(Ends::Well), Just(Ends::Failing), Just(Ends::Panicking)];
    (0..50_u64, ends, -2..3, proptest::option::of(0..50_u64))
        .prop_map(|(lasts, ends, priority, timeout)| Spec { lasts, ends, priority, timeout })
}

impl Spec {
    fn job(&self, census: &Census) -> TestJob<'static> {
        let (census, Self { lasts, ends, .. }) = (census.clone(), self.clone());
        let job = Job::new(move || async move {
            let _guard = census.enter();
            sleep(millis(lasts)).await;
            match ends {
                Ends::Well => Ok(lasts),
                Ends::Failing => Err(lasts.to_string()),
                Ends::Panicking => std::panic::resume_unwind(Box::new(lasts.to_string())),
            }
        })
        .priority(self.priority);
        match self.timeout {
            Some(timeout) => job.timeout(millis(timeout)),
            None => job,
        }
    }

    fn expected(&self) -> TestOutcome {
        match (self.timeout, self.ends) {
            (Some(timeout), _) if timeout < self.lasts => {
                Err(JobError::TimedOut { clock: Clock::Attempt, after: millis(timeout) })
            }
            (_, Ends::Well) => Ok(self.lasts),
            (_, Ends::Failing) => Err(JobError::Failed(self.lasts.to_string())),
            (_, Ends::Panicking) => Err(JobError::Panicked { message: self.lasts.to_string() }),
        }
    }
}

fn check(specs: &[Spec], limit: usize, stop: Option<u64>) {
    let census = Census::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let ends: Vec<Finished<usize, u64, String>> = runtime.block_on(async {
        let executor = Executor::new(Concurrency::new(limit).unwrap());
        let jobs = specs.iter().map(|spec| spec.job(&census));
        match stop {
            Some(stop) => executor.run_until(jobs, sleep(millis(stop))).await,
            None => executor.run(jobs).await,
        }
    });
    let keys: Vec<_> = ends.iter().map(|end| end.key).collect();
    assert_eq!(keys, (0..specs.len()).collect::<Vec<_>>());
    for (end, spec) in ends.iter().zip(specs) {
        match (&end.outcome, stop) {
            (Err(JobError::Cancelled), Some(stop)) => assert!(end.elapsed <= millis(stop)),
            (outcome, _) => {
                let clock = spec.timeout.unwrap_or(u64::MAX).min(spec.lasts);
                assert_eq!(*outcome, spec.expected());
                assert_eq!((end.elapsed, end.attempts), (millis(clock), 1));
            }
        }
    }
    assert!(census.peak() <= limit);
    assert_eq!(census.live(), 0);
    let started = ends.iter().filter(|end| end.attempts > 0).count();
    assert_eq!(census.made(), started);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn every_job_gets_its_one_end(
        specs in proptest::collection::vec(spec(), 0..60),
        limit in 1..20_usize,
        stop in proptest::option::of(0..200_u64),
    ) {
        check(&specs, limit, stop);
    }
}
