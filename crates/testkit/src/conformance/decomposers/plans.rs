//! What every plan is: subtasks with instructions, the same again for the same task.

use std::sync::Arc;

use futures::future::join;
use ziggurat_core::{Decomposer, WorkerCount};

use super::DecomposerSubject;
use super::subject::decompose;
use super::tasks::{bare, jobs, notes};

/// "A plan has at least one subtask", and a task with a few notes has a plan.
pub async fn a_plan_has_a_subtask(subject: &DecomposerSubject) {
    let notes = decompose(&*subject.working(), &notes(), WorkerCount::Auto).await;
    assert!(notes.is_ok(), "{notes:?}");
    for made in subject.plans().await {
        assert!(!made.plan.subtasks.is_empty(), "{}", made.job.name());
    }
}

/// "No instruction is blank", nor is a specialization.
pub async fn no_instruction_is_blank(subject: &DecomposerSubject) {
    for made in subject.plans().await {
        for subtask in &made.plan.subtasks {
            assert!(!subtask.instruction.trim().is_empty(), "{}", made.job.name());
            let specialization = subtask.specialization.as_deref();
            assert!(specialization.is_none_or(|name| !name.trim().is_empty()), "{subtask:?}");
        }
    }
}

/// The plan says what made it, and its notes are lines that people read on a terminal.
pub async fn a_plan_names_its_method_and_its_notes_are_lines(subject: &DecomposerSubject) {
    for made in subject.plans().await {
        let method = made.plan.method.trim();
        assert!(!method.is_empty(), "{}: a plan of no method", made.job.name());
        for line in made.plan.notes.iter().map(String::as_str).chain([method]) {
            let is_line = !line.trim().is_empty() && !line.contains(char::is_control);
            assert!(is_line, "{}: {line:?}", made.job.name());
        }
    }
}

/// "Without a model the same task gives the same plan"; with one, the same answers do.
pub async fn the_same_task_gives_the_same_plan(subject: &DecomposerSubject) {
    let (one, other) = (subject.working(), subject.working());
    for job in jobs() {
        let first = decompose(&*one, &job.task, job.workers).await.map_err(|error| error.reason());
        for decomposer in [&one, &other] {
            let again = decompose(&**decomposer, &job.task, job.workers).await;
            assert_eq!(again.map_err(|error| error.reason()), first, "{}", job.name());
        }
    }
}

/// Tasks at once do not mix: each gets the plan that it gets alone.
pub async fn tasks_at_once_do_not_mix(subject: &DecomposerSubject) {
    let decomposer: Arc<dyn Decomposer> = subject.working();
    let reasons = |plan: Result<_, ziggurat_core::DecomposeError>| plan.map_err(|e| e.reason());
    let (notes, bare) = (notes(), bare());
    let plan = |task| decompose(&*decomposer, task, WorkerCount::Auto);
    let alone = (reasons(plan(&notes).await), reasons(plan(&bare).await));
    let (first, second) = join(plan(&notes), plan(&bare)).await;
    assert_eq!((reasons(first), reasons(second)), alone);
}
