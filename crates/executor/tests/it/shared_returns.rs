//! A permit comes back whatever happens, and goes to whoever waits.

use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use tokio::time::timeout;
use ziggurat_executor::{Executor, Job, JobSet, Permit, Retry, SharedLimit, Verdict};

use crate::support::{Census, TestJob, account, at_once, lasting, secs};

type Set = JobSet<'static, u64, u64, String>;

/// A set that was polled once with one job in it.
async fn polled(limit: &SharedLimit, job: TestJob<'static>) -> Set {
    let mut set = JobSet::sharing(at_once(4), limit);
    set.push(0, job);
    assert!(timeout(secs(0), set.next()).await.is_err());
    set
}

fn failing() -> TestJob<'static> {
    Job::new(|| async { Err("refused".into()) })
}

fn panicking() -> TestJob<'static> {
    Job::new(|| async { panic!("a bug") })
}

fn endless() -> TestJob<'static> {
    Census::default().endless()
}

/// Panics when its future is dropped.
fn bomb() -> TestJob<'static> {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    Job::new(|| async {
        let _bomb = Bomb;
        pending().await
    })
}

fn of_every_end() -> [TestJob<'static>; 8] {
    let retry = Retry::new(2, |_| Verdict::After(secs(1)));
    [
        lasting(1),
        failing(),
        panicking(),
        endless().timeout(secs(2)),
        endless().total_timeout(secs(2)),
        bomb().timeout(secs(2)),
        Job::retrying(retry, || async { Err("again".into()) }),
        lasting(1).queue_timeout(secs(0)).priority(-1),
    ]
}

#[tokio::test(start_paused = true)]
async fn after_every_end() {
    for limit in [1, 3, 100] {
        let account = account(limit);
        let mut set = JobSet::sharing(at_once(50), &account);
        for (key, job) in (0..).zip(of_every_end()) {
            set.push(key, job);
        }
        for told in 0..8 {
            assert!(set.next().await.is_some(), "{told} of 8");
            // One may be on its way to the job that is next.
            assert!(account.in_use() <= set.running() + usize::from(set.queued() > 0));
        }
        assert_eq!((set.is_empty(), account.in_use()), (true, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn when_jobs_are_cancelled() {
    let account = account(3);
    let mut set = JobSet::sharing(at_once(50), &account);
    for (key, job) in (0..).zip([endless(), bomb(), endless(), endless(), lasting(1)]) {
        set.push(key, job);
    }
    assert!(timeout(secs(1), set.next()).await.is_err());
    assert_eq!(account.in_use(), 3);
    set.cancel_where(|key| *key < 2);
    // One of the two was passed on at once, to this very set, which still waits.
    assert_eq!((account.in_use(), set.running(), set.queued()), (2, 1, 2));
    set.cancel_all();
    assert_eq!(account.in_use(), 0);
}

#[tokio::test(start_paused = true)]
async fn when_a_set_is_dropped_or_its_run_is_late() {
    let account = account(2);
    for job in [endless, bomb] {
        let set = polled(&account, job()).await;
        let other = polled(&account, job()).await;
        let waiting = polled(&account, job()).await;
        assert_eq!(account.in_use(), 2);
        drop((set, other, waiting));
        assert_eq!(account.in_use(), 0);
        let executor = Executor::default().sharing(&account).run_timeout(secs(1));
        executor.run([job(), job(), job()]).await;
        assert_eq!(account.in_use(), 0);
        let run = Executor::default().sharing(&account).run([job(), job(), job()]);
        assert!(timeout(secs(1), run).await.is_err());
        assert_eq!(account.in_use(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_in_its_pause_keeps_its_permit() {
    let account = account(1);
    let retry = Retry::new(1, |_| Verdict::After(secs(5)));
    let mut pausing =
        polled(&account, Job::retrying(retry, || async { Err("again".into()) })).await;
    let mut other = polled(&account, lasting(1)).await;
    assert!(timeout(secs(4), other.next()).await.is_err());
    assert_eq!(account.in_use(), 1);
    assert_eq!(pausing.next().await.unwrap().attempts, 2);
    assert!(other.next().await.unwrap().is_ok());
}

/// Two sets wait for one permit; the first is given it and does not come for it.
async fn two_wait(limit: &SharedLimit) -> (Set, Set) {
    let held = limit.acquire().await;
    let first = polled(limit, lasting(1)).await;
    let second = polled(limit, lasting(1)).await;
    drop(held);
    assert_eq!(limit.in_use(), 1, "it is the first one's");
    (first, second)
}

#[tokio::test(start_paused = true)]
async fn a_set_that_goes_away_passes_on_what_it_was_given() {
    let account = account(1);
    let (first, mut second) = two_wait(&account).await;
    assert!(timeout(secs(60), second.next()).await.is_err(), "it is not its turn");
    // The wake-up reaches the second while it is awaited.
    let leaving = async {
        tokio::time::sleep(secs(5)).await;
        drop(first);
    };
    let (end, ()) = futures::future::join(second.next(), leaving).await;
    assert!(end.unwrap().is_ok());
    assert_eq!(account.in_use(), 0);

    let (mut first, mut second) = two_wait(&account).await;
    first.cancel_all();
    assert!(second.next().await.unwrap().is_ok());

    let (first, second) = two_wait(&account).await;
    drop(second);
    drop(first);
    assert_eq!(account.in_use(), 0);
}

/// A waker may be the last owner of a task that owns a permit of the same limit.
#[test]
fn no_lock_is_held_while_a_waker_is_dropped_or_woken() {
    struct Owner(Mutex<Option<Permit>>);
    impl Wake for Owner {
        fn wake(self: Arc<Self>) {
            self.0.lock().unwrap().take();
        }
    }
    let account = account(2);
    let (first, second) = (got(&mut pin!(account.acquire())), got(&mut pin!(account.acquire())));
    let owner = |permit| Waker::from(Arc::new(Owner(Mutex::new(Some(permit)))));
    let mut waiting = pin!(account.acquire());
    let waker = owner(first);
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    // The waker in the line is the last one of its task now, and is replaced.
    let mut noop = Context::from_waker(Waker::noop());
    assert!(waiting.as_mut().poll(&mut noop).is_pending());
    let first = got(&mut waiting); // the one that the task had

    // Woken by the release of one permit, it releases another.
    let mut waiting = pin!(account.acquire());
    let waker = owner(second);
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(first);
    assert_eq!(account.in_use(), 1);
}

/// The permit that is there.
fn got(waiting: &mut Pin<&mut impl Future<Output = Permit>>) -> Permit {
    match waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(permit) => permit,
        Poll::Pending => panic!("there is no permit"),
    }
}
