//! One limit over several sets: kept, used to the full, and fair.

use std::sync::Mutex;

use futures::future::{join, join_all};
use tokio::time::{Instant, sleep};
use ziggurat_executor::{Executor, Job, JobSet, SharedLimit};

use crate::support::{Census, account, at_once, lasting, millis, outcomes, secs};

#[tokio::test(start_paused = true)]
async fn sets_together_reach_the_limit_and_never_exceed_it() {
    for (own, shared) in [(4, 5), (2, 10), (3, 1), (8, 6)] {
        let (account, all) = (account(shared), Census::default());
        let runs = (0..3).map(|_| {
            let (all, each) = (all.clone(), Census::default());
            let jobs = (0..40).map({
                let (all, each) = (all.clone(), each.clone());
                move |n| {
                    let (all, each) = (all.clone(), each.clone());
                    Job::new(move || async move {
                        let _guards = (all.enter(), each.enter());
                        sleep(millis(1 + n % 7)).await;
                        Ok::<_, String>(n)
                    })
                }
            });
            let run = Executor::new(at_once(own)).sharing(&account).run(jobs);
            async move { (run.await.len(), each.peak()) }
        });
        for (ended, peak) in join_all(runs).await {
            assert_eq!(ended, 40);
            assert!(peak <= own, "{peak} in one set, {own} allowed");
        }
        assert_eq!(all.peak(), shared.min(3 * own));
        assert_eq!((account.in_use(), all.live()), (0, 0));
    }
}

/// Which set each job that starts belongs to.
type Starts = Mutex<Vec<char>>;

async fn run(name: char, jobs: u64, limit: &SharedLimit, starts: &Starts) -> Instant {
    let jobs = (0..jobs).map(|n| {
        Job::new(move || async move {
            starts.lock().unwrap().push(name);
            sleep(secs(1)).await;
            Ok::<_, String>(n)
        })
    });
    Executor::default().sharing(limit).run(jobs).await;
    Instant::now()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_jobs_do_not_starve_five() {
    let (account, starts, start) = (account(1), Starts::default(), Instant::now());
    let (large, small) =
        join(run('L', 1000, &account, &starts), run('s', 5, &account, &starts)).await;
    assert_eq!(large - start, secs(1005), "no place was idle");
    // The large set was first in the circle, and each serves one of the other in between.
    assert_eq!(small - start, secs(11));
    let order: String = starts.into_inner().unwrap().iter().take(14).collect();
    assert_eq!(order, "LLsLsLsLsLsLLL");
}

#[tokio::test(start_paused = true)]
async fn sets_that_wait_are_served_in_a_circle() {
    let (account, starts) = (account(2), Starts::default());
    let runs = [('a', 6), ('b', 3), ('c', 6)];
    join_all(runs.map(|(name, jobs)| run(name, jobs, &account, &starts))).await;
    // Both places were the first one's when the others came. From then on each in its turn: a, b,
    // c, again and again, as long as it has jobs. Two start every second, in either order.
    let seconds: Vec<String> = (starts.into_inner().unwrap().chunks_mut(2))
        .map(|names| {
            names.sort_unstable();
            names.iter().collect()
        })
        .collect();
    assert_eq!(seconds, ["aa", "ab", "ac", "bc", "ab", "ac", "cc", "c"]);
}

#[tokio::test(start_paused = true)]
async fn priorities_decide_inside_a_set() {
    let account = account(1);
    let held = account.acquire().await;
    let mut set = JobSet::sharing(at_once(4), &account);
    for priority in [0, 2, 1] {
        set.push(priority, lasting(1).priority(priority));
    }
    assert!(tokio::time::timeout(secs(1), set.next()).await.is_err());
    set.push(3, lasting(1).priority(3));
    drop(held);
    for expected in [3, 2, 1, 0] {
        assert_eq!(set.next().await.unwrap().key, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_to_acquire_waits_in_the_same_circle() {
    let account = account(1);
    let executor = Executor::default().sharing(&account);
    let start = Instant::now();
    let outsider = async {
        let permit = account.acquire().await;
        let waited = start.elapsed();
        sleep(secs(5)).await;
        drop(permit);
        waited
    };
    let (ends, waited) = join(executor.run([1, 1, 1].map(lasting)), outsider).await;
    assert_eq!((outcomes(ends), waited), (vec![Ok(1); 3], secs(2)));
    assert_eq!((start.elapsed(), account.in_use()), (secs(8), 0));
}

/// Real threads, each with a runtime of its own, and nothing that would wake a set but a permit.
#[test]
fn sets_on_several_threads_share_a_limit() {
    let (account, census) = (account(3), Census::default());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (account, census) = (account.clone(), census.clone());
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = { runtime }.enable_time().build().unwrap();
                let jobs = (0..2000).map(|n| {
                    let census = census.clone();
                    Job::new(move || async move {
                        let _guard = census.enter();
                        tokio::task::yield_now().await;
                        Ok::<u64, String>(n)
                    })
                });
                let run = async { Executor::default().sharing(&account).run(jobs).await };
                runtime.block_on(async { tokio::time::timeout(secs(60), run).await })
            })
        })
        .collect();
    for thread in threads {
        let ends = thread.join().unwrap().unwrap_or_default();
        assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 2000, "a wake-up was lost");
    }
    assert!(census.peak() <= 3);
    assert_eq!((census.made(), account.in_use()), (8000, 0));
}
