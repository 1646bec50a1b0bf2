//! What is to be planned: tasks of every shape, for every number of workers.

use std::num::NonZeroU32;

use ziggurat_core::{DecomposeError, Document, Task, WorkerCount};

/// A task and how many workers it is for.
pub(super) struct Job {
    pub(super) task: Task,
    pub(super) workers: WorkerCount,
}

impl Job {
    /// The number asked for, if one is.
    pub(super) fn asked(&self) -> Option<usize> {
        match self.workers {
            WorkerCount::Auto => None,
            WorkerCount::Exactly(number) => Some(number.get() as usize),
        }
    }

    /// The job in words.
    pub(super) fn name(&self) -> String {
        let title: String = self.task.text().chars().take(40).collect();
        let documents = self.task.documents().len();
        format!("{title:?}, {documents} documents, {:?}", self.workers)
    }

    /// A working decomposer may refuse two things: to divide what is not there, and to leave out some of
    /// a fixed plan.
    pub(super) fn assert_may_be_refused(&self, error: &DecomposeError) {
        let may = match (error, self.workers) {
            (DecomposeError::NoDocuments, _) => self.task.documents().is_empty(),
            (DecomposeError::TooFewWorkers { planned, asked }, WorkerCount::Exactly(number)) => {
                *asked == number.get() && *planned > *asked as usize
            }
            _ => false,
        };
        assert!(may, "{}: a plan was expected: {error:?}", self.name());
        assert!(!error.reason().message.trim().is_empty(), "an error without words: {error:?}");
    }
}

/// All of them.
pub(super) fn jobs() -> Vec<Job> {
    let counts = [None, Some(1), Some(2), Some(3), Some(7), Some(500)];
    let of = |task: Task| counts.map(|count| Job { task: task.clone(), workers: workers(count) });
    let mut jobs: Vec<_> = [notes(), bare(), many(), foreign()].into_iter().flat_map(of).collect();
    jobs.push(Job { task: huge(), workers: WorkerCount::Auto });
    jobs.push(Job { task: huge(), workers: exactly(7) });
    jobs
}

fn workers(count: Option<u32>) -> WorkerCount {
    count.map_or(WorkerCount::Auto, exactly)
}

/// Exactly this many; zero stands for one.
pub(super) fn exactly(number: u32) -> WorkerCount {
    WorkerCount::Exactly(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN))
}

/// A few notes.
pub(super) fn notes() -> Task {
    task("What caused the outages?").with_documents([
        Document::new("march.md", "# March\n\nThe pool ran dry.\n\nA node was lost."),
        Document::new("april.md", "A certificate expired.\n\n# Later\n\nNobody had been paged."),
    ])
}

/// No material at all.
pub(super) fn bare() -> Task {
    task("Plan the move to the new data centre.")
}

/// More documents than a list shows, one of them blank.
fn many() -> Task {
    let notes = (1..=30).map(|day| {
        Document::new(format!("day-{day}.md"), format!("On day {day} it rained.\n\nIt stopped."))
    });
    task("When did it rain?").with_documents(notes.chain([Document::new("blank.md", " \n\t\n")]))
}

/// Letters of more than one byte and of more than one code point, in names too.
fn foreign() -> Task {
    task("Was geschah in 東京 am Tag der Größe? 🏛️").with_documents([
        Document::new("größe-東京.md", "Zu früh: 朝六時。👩‍👩‍👧‍👦 kamen.\n\n".repeat(60)),
        Document::new("ελλάδα.md", "Ο πίνακας ήταν άδειος·".repeat(400)),
        Document::new("עברית.md", "הבריכה התרוקנה.\r\n\r\nאיש לא הוזעק."),
    ])
}

/// A megabyte of prose, and a task as long as a document.
fn huge() -> Task {
    let paragraph = "The pool of connections ran dry at noon on that day. ".repeat(20);
    let text = vec![paragraph.trim_end(); 1_000].join("\n\n");
    task(&"Find out what happened, and when. ".repeat(3_000))
        .with_documents([Document::new("log.md", text), Document::new("note.md", "See the log.")])
}

fn task(text: &str) -> Task {
    Task::new(text).unwrap_or_else(|error| panic!("the suite's task is none: {error}"))
}
