//! What workers read: documents of the task and nothing else, and none of them forgotten in silence.

use std::collections::HashMap;
use std::sync::Arc;

use ziggurat_core::{Document, Plan, WorkerCount};

use super::DecomposerSubject;
use super::subject::{Made, decompose};
use super::tasks::{Job, bare};

fn read(plan: &Plan) -> impl Iterator<Item = &Arc<Document>> {
    plan.subtasks.iter().flat_map(|subtask| &subtask.documents)
}

/// The task's document of this id.
fn original<'a>(made: &'a Made, id: &str) -> Option<&'a Arc<Document>> {
    made.job.task.documents().iter().find(|document| document.id == id)
}

/// Every document of a plan is one of the task's, or a piece of one: its id is known, and its text stands
/// there, to the letter.
pub async fn documents_are_those_of_the_task(subject: &DecomposerSubject) {
    for made in subject.plans().await {
        for document in read(&made.plan) {
            let Some(original) = original(&made, &document.id) else {
                panic!("{}: there is no document {:?}", made.job.name(), document.id)
            };
            let stands_there = original.text.contains(&document.text);
            assert!(stands_there, "{}: {:?} is altered", made.job.name(), document.title);
            assert_eq!(document.origin, original.origin);
        }
    }
}

/// Every document that has text is read by somebody, or named in the notes.
pub async fn every_document_is_read_or_named(subject: &DecomposerSubject) {
    for made in subject.plans().await {
        let notes = made.plan.notes.join("\n");
        for document in made.job.task.documents() {
            let is_read = read(&made.plan).any(|read| read.id == document.id);
            let named = notes.contains(&document.title) || notes.contains(&document.id);
            assert!(is_read || named, "{}: {:?} is lost", made.job.name(), document.id);
        }
    }
}

/// Documents and pieces have titles, and a title means one text: a reader can tell pieces apart.
pub async fn a_title_means_one_text(subject: &DecomposerSubject) {
    for made in subject.plans().await {
        let mut texts = HashMap::new();
        for Document { id, title, text, .. } in read(&made.plan).map(|document| &**document) {
            assert!(!title.trim().is_empty(), "{}: {id:?} has no title", made.job.name());
            let known = texts.entry((id, title)).or_insert(text);
            assert_eq!(*known, text, "{}: two texts are called {title:?}", made.job.name());
        }
    }
}

/// Without material there is a plan all the same, or the error that says so.
pub async fn a_task_without_material_is_planned_or_refused(subject: &DecomposerSubject) {
    let job = Job { task: bare(), workers: WorkerCount::Auto };
    match decompose(&*subject.working(), &job.task, job.workers).await {
        Ok(plan) => {
            assert!(!plan.subtasks.is_empty());
            assert_eq!(read(&plan).count(), 0, "there is no document to read");
        }
        Err(error) => job.assert_may_be_refused(&error),
    }
}
