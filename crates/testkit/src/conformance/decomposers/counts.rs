//! How many workers a plan has.

use super::DecomposerSubject;

/// "With `WorkerCount::Exactly` never more than asked for."
pub async fn no_more_workers_than_asked_for(subject: &DecomposerSubject) {
    for made in subject.plans().await {
        let planned = made.plan.subtasks.len();
        assert!(
            made.job.asked().is_none_or(|asked| planned <= asked),
            "{}: {planned} subtasks",
            made.job.name()
        );
    }
}

/// "Fewer than asked for is allowed and said in the plan's notes."
pub async fn fewer_workers_than_asked_for_are_noted(subject: &DecomposerSubject) {
    for made in subject.plans().await {
        let planned = made.plan.subtasks.len();
        let fewer = made.job.asked().is_some_and(|asked| planned < asked);
        assert!(
            !fewer || !made.plan.notes.is_empty(),
            "{}: {planned} subtasks and not a word of it",
            made.job.name()
        );
    }
}

/// One worker is a plan as well, where it is not a fixed plan of more.
pub async fn one_worker_can_do_it_all(subject: &DecomposerSubject) {
    let plans = subject.plans().await;
    let of_one: Vec<_> = plans.iter().filter(|made| made.job.asked() == Some(1)).collect();
    assert!(!of_one.is_empty(), "there is no plan for one worker");
    assert!(of_one.iter().all(|made| made.plan.subtasks.len() == 1));
}

/// As many workers as anybody asks for are no error, if they are not all needed.
pub async fn five_hundred_workers_can_be_asked_for(subject: &DecomposerSubject) {
    let plans = subject.plans().await;
    let of_many: Vec<_> = plans.iter().filter(|made| made.job.asked() == Some(500)).collect();
    assert!(!of_many.is_empty(), "there is no plan for 500 workers");
    for made in of_many {
        let planned = made.plan.subtasks.len();
        assert!((1..=500).contains(&planned), "{}: {planned}", made.job.name());
    }
}
