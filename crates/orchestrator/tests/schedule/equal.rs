//! Calls that all take the same time: then a run takes as many waves of calls as Hu's bound allows, and no
//! schedule takes fewer. And what no barrier between steps means.

use crate::list::Span;
use crate::pyramid::Form;
use crate::timed::run;

const WAVE: u64 = 600;

/// The fewest waves that any schedule takes: what is at least so far from the summit needs its share of
/// places, and as many waves follow as there are steps above it.
fn fewest_waves(form: &Form) -> u64 {
    let widths = form.widths();
    let bound = |top: usize| {
        let farther: usize = widths[..=top].iter().sum();
        farther.div_ceil(form.concurrency) + (widths.len() - 1 - top)
    };
    (0..widths.len()).map(bound).max().unwrap() as u64
}

async fn waves(form: &Form) -> u64 {
    let (makespan, _) = run(form, |_| WAVE).await;
    assert_eq!(makespan % WAVE, 0, "{form:?}");
    makespan / WAVE
}

#[tokio::test(start_paused = true)]
async fn ten_workers_at_five_take_four_waves_and_at_ten_three() {
    for (concurrency, expected) in [(5, 4), (10, 3)] {
        let form = Form::new(10, concurrency);
        assert_eq!(form.widths(), [10, 2, 1]);
        assert_eq!((waves(&form).await, fewest_waves(&form)), (expected, expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_workers_at_a_hundred_take_fifteen_waves() {
    let form = Form::new(1000, 100);
    assert_eq!(form.widths(), [1000, 200, 40, 8, 1]);
    assert_eq!((waves(&form).await, fewest_waves(&form)), (15, 15));
}

/// Below the bound on unmerged results nothing stands between a run and the optimum.
#[tokio::test(start_paused = true)]
async fn no_schedule_of_equal_calls_is_shorter() {
    for concurrency in [1, 2, 3, 5, 7, 10, 16, 33, 64] {
        for workers in (1..=120).filter(|workers| *workers <= 8 * concurrency) {
            let form = Form::new(workers, concurrency);
            assert_eq!(waves(&form).await, fewest_waves(&form), "{form:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_merge_that_does_not_need_the_slowest_worker_ends_before_it() {
    let form = Form::new(50, 10);
    assert_eq!(form.widths(), [50, 10, 2, 1]);
    let slow = |id: &str| if id == "W50" { 1000 * WAVE } else { WAVE };
    let (makespan, spans) = run(&form, slow).await;
    let span = |id: &str| spans.iter().find(|span| span.id == id).unwrap();
    let slowest = span("W50");
    let waits = |span: &&Span| span.start >= slowest.end;
    let waiting: Vec<_> = spans.iter().filter(waits).map(|span| span.id.as_str()).collect();
    assert_eq!(waiting, ["S10", "S12", "E1"], "its own path to the summit, and nothing else");
    assert!(span("S11").end < slowest.end, "a second step over a first one under way");
    assert_eq!(makespan, slowest.end + 3 * WAVE);
}
