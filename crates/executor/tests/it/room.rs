//! Drivers with a queue of their own, under a shared limit and without.

use futures::future::join;
use tokio::time::{Instant, sleep, timeout};
use ziggurat_executor::{JobSet, SharedLimit, Turn};

use crate::support::{Census, account, at_once, lasting, secs};

type Set = JobSet<'static, u64, u64, String>;

fn sharing(limit: &SharedLimit) -> Set {
    JobSet::sharing(at_once(2), limit)
}

#[tokio::test(start_paused = true)]
async fn there_is_room_only_with_a_permit_in_hand() {
    let account = account(2);
    let mut set = sharing(&account);
    assert!(!set.has_room(), "another set could take it");
    set.room().await;
    assert!(set.has_room());
    assert_eq!(account.in_use(), 1);
    set.room().await; // one is enough
    assert_eq!(account.in_use(), 1);
    set.push(0, lasting(1));
    assert!(!set.has_room());
    assert!(timeout(secs(0), set.next()).await.is_err());
    assert_eq!((set.running(), account.in_use()), (1, 1));
    set.room().await;
    set.push(1, lasting(9));
    assert!(timeout(secs(0), set.next()).await.is_err());
    // Its own limit is reached.
    assert!(timeout(secs(0), set.room()).await.is_err());
    assert_eq!((set.running(), account.in_use()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn room_that_is_not_needed_is_given_back() {
    let account = account(1);
    let (mut first, mut second) = (sharing(&account), sharing(&account));
    first.room().await;
    assert!(timeout(secs(1), second.room()).await.is_err());
    assert!(timeout(secs(0), first.next()).await.unwrap().is_none());
    assert!(first.has_room(), "an empty set keeps what it was asked to fetch");
    first.release_room();
    assert!(!first.has_room());
    timeout(secs(0), second.room()).await.unwrap();
    // A turn is given up as well.
    assert!(timeout(secs(1), first.room()).await.is_err());
    first.release_room();
    drop(second);
    assert_eq!(account.in_use(), 0);
    first.room().await;
    drop(first);
    assert_eq!(account.in_use(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_keeps_its_turn() {
    let account = account(1);
    let held = account.acquire().await;
    let (mut first, mut second) = (sharing(&account), sharing(&account));
    assert!(timeout(secs(1), first.room()).await.is_err());
    assert!(timeout(secs(1), second.room()).await.is_err());
    assert!(timeout(secs(1), first.room()).await.is_err());
    drop(held);
    assert!(timeout(secs(1), second.room()).await.is_err());
    timeout(secs(0), first.room()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_queued_job_goes_before_room_and_is_not_robbed_of_its_turn() {
    let account = account(1);
    let held = account.acquire().await;
    let mut set = sharing(&account);
    set.push(0, lasting(1));
    assert!(timeout(secs(1), set.room()).await.is_err());
    set.release_room();
    drop(held);
    let start = Instant::now();
    set.room().await;
    assert_eq!(start.elapsed(), secs(1), "when the job before it is done");
    assert_eq!(set.next().await.unwrap().outcome, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn jobs_advance_while_their_driver_waits_for_room() {
    let census = Census::default();
    let mut set = JobSet::new(at_once(2));
    let start = Instant::now();
    for key in 0..6 {
        set.room().await;
        set.push(key, census.lasting(secs(1 + key % 2)));
        assert!(set.running() + set.queued() <= 2);
    }
    assert_eq!((start.elapsed(), census.peak()), (secs(3), 2));
    let mut told = Vec::new();
    while let Some(end) = set.next().await {
        told.push(end.key);
    }
    assert_eq!(told, [0, 1, 2, 4, 3, 5], "every end was kept, in order");
}

/// Jobs that start at the last moment, ends as they come, and something else beside both.
async fn drive(set: &mut Set, census: &Census, mut jobs: u64) -> (Vec<u64>, u32) {
    let (mut ends, mut ticks) = (Vec::new(), 0);
    let mut tick = std::pin::pin!(sleep(secs(1)));
    loop {
        tokio::select! {
            biased;
            () = &mut tick => {
                ticks += 1;
                tick.set(sleep(secs(1)));
            }
            turn = set.turn(jobs > 0) => match turn {
                Some(Turn::Ended(end)) => ends.push(end.key),
                Some(Turn::Room) => {
                    set.push(jobs, census.lasting(secs(2)));
                    jobs -= 1;
                }
                None => return (ends, ticks),
            },
        }
        assert!(set.queued() <= 1, "what is pushed starts at once");
    }
}

#[tokio::test(start_paused = true)]
async fn two_drivers_share_a_limit_and_use_it_to_the_full() {
    let (account, census, start) = (account(3), Census::default(), Instant::now());
    let (mut first, mut second) = (sharing(&account), sharing(&account));
    let ((some, ticks), (others, _)) =
        join(drive(&mut first, &census, 30), drive(&mut second, &census, 15)).await;
    assert_eq!((some.len(), others.len()), (30, 15));
    assert_eq!(census.peak(), 3);
    // 45 jobs of 2 s, three at once while both have some; then the first is alone with its two.
    assert!(start.elapsed() <= secs(34), "{:?}", start.elapsed());
    assert!(ticks >= 30);
    assert_eq!(account.in_use(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_end_is_told_before_room_and_without_a_limit_to_share_too() {
    let mut set = JobSet::new(at_once(1));
    assert_eq!(set.turn(true).await, Some(Turn::Room));
    set.push(7, lasting(1));
    let Some(Turn::Ended(end)) = set.turn(true).await else { panic!("there is no room before") };
    assert_eq!(end.key, 7);
    assert_eq!(set.turn(true).await, Some(Turn::Room));
    assert_eq!(set.turn(false).await, None);
}
