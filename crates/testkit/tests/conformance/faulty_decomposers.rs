//! The suite of decomposers finds faults: each one here breaks one promise, and the behaviour that says so
//! panics.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use ziggurat_core::{
    CallContext, ChatRequest, DecomposeError, Decomposer, Delivery, Document, Message, Model, Plan,
    Subtask, Task, WorkerCount,
};
use ziggurat_testkit::Turn;
use ziggurat_testkit::conformance::{DecomposerSubject, decomposer};

/// Which promise is broken.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    NoSubtasks,
    AlwaysThree,
    Silent,
    Blank,
    Counts,
    NoMethod,
    NotesWithEscapes,
    Mixes,
    InventsDocuments,
    AltersTexts,
    ForgetsDocuments,
    OneTitle,
    FailsWithoutMaterial,
    FailsForMany,
    RunsOn,
    HidesFailures,
    MakesPlansUp,
    AsksAlone,
}

struct Faulty {
    fault: Fault,
    model: Model,
    plans: AtomicUsize,
}

impl Faulty {
    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// What the model says.
    async fn answer(&self, cx: &CallContext, task: &Task) -> Result<String, DecomposeError> {
        let cx = if self.has(Fault::AsksAlone) { CallContext::default() } else { cx.clone() };
        let (model, text) = (self.model.clone(), task.text().to_owned());
        let call = async move {
            let request = ChatRequest::new("", [Message::user(text)]);
            model.call(&cx, request, Delivery::Whole).await
        };
        let answer = match self.fault {
            Fault::RunsOn => tokio::spawn(call).await.unwrap(),
            _ => call.await,
        };
        match answer {
            Err(_) if self.has(Fault::HidesFailures) => Ok("Do it all.".to_owned()),
            Ok(answer) if answer.text().trim().is_empty() && self.has(Fault::MakesPlansUp) => {
                Ok("Do it all.".to_owned())
            }
            answer => Ok(answer?.text()),
        }
    }

    fn documents(&self, task: &Task, worker: usize) -> Vec<Arc<Document>> {
        let mut documents = task.documents().to_vec();
        match self.fault {
            Fault::InventsDocuments => documents.push(Arc::new(Document::new("more.md", "More."))),
            Fault::ForgetsDocuments => drop(documents.pop()),
            Fault::AltersTexts => {
                let short = |d: Arc<Document>| Document::new(&d.id, d.text.to_uppercase());
                documents = documents.into_iter().map(short).map(Arc::new).collect();
            }
            Fault::OneTitle => {
                let piece = |d: Arc<Document>| {
                    let text: String = d.text.chars().take(worker + 1).collect();
                    Document::new(&d.id, text)
                };
                documents = documents.into_iter().map(piece).map(Arc::new).collect();
            }
            _ => {}
        }
        documents
    }

    fn workers(&self, asked: WorkerCount) -> usize {
        match asked {
            _ if self.has(Fault::NoSubtasks) => 0,
            _ if self.has(Fault::AlwaysThree) => 3,
            WorkerCount::Auto => 2,
            WorkerCount::Exactly(number) => (number.get() as usize).min(5),
        }
    }

    fn refuses(&self, task: &Task, asked: WorkerCount) -> bool {
        let many = matches!(asked, WorkerCount::Exactly(number) if number.get() > 100);
        (self.has(Fault::FailsWithoutMaterial) && task.documents().is_empty())
            || (self.has(Fault::FailsForMany) && many)
    }
}

#[async_trait]
impl Decomposer for Faulty {
    async fn decompose(
        &self,
        cx: &CallContext,
        task: &Task,
        asked: WorkerCount,
    ) -> Result<Plan, DecomposeError> {
        if self.refuses(task, asked) {
            return Err(DecomposeError::custom("no"));
        }
        let begun = self.plans.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        let mut instruction = self.answer(cx, task).await?;
        let ended = self.plans.load(Ordering::SeqCst);
        if instruction.trim().is_empty() {
            return Err(DecomposeError::NoSubtasks("the answer is empty".to_owned()));
        }
        match self.fault {
            Fault::Blank => instruction = "\n".to_owned(),
            Fault::Counts => instruction = format!("{instruction} {begun}"),
            Fault::Mixes if ended > begun + 1 => instruction.push_str(" And the other."),
            _ => {}
        }
        let subtasks = (0..self.workers(asked))
            .map(|worker| Subtask::new(&instruction).with_documents(self.documents(task, worker)));
        let method = if self.has(Fault::NoMethod) { "" } else { "faulty" };
        let plan = Plan::new(method, subtasks);
        Ok(match self.fault {
            Fault::Silent => plan,
            Fault::NotesWithEscapes => plan.noting("\u{1b}[31mfewer"),
            // Too much is said rather than too little, but for failures.
            Fault::HidesFailures | Fault::MakesPlansUp => plan,
            _ => plan.noting("as many as there is to do"),
        })
    }
}

fn faulty(fault: Fault) -> DecomposerSubject {
    let answer = |_: &ChatRequest| Turn::text("Look at it.");
    DecomposerSubject::with_model(answer, move |model| Faulty {
        fault,
        model,
        plans: AtomicUsize::new(0),
    })
}

macro_rules! found {
    ($($name:ident: $fault:ident, $behaviour:ident;)*) => {
        $(
            #[tokio::test(start_paused = true)]
            #[should_panic]
            async fn $name() {
                decomposer::$behaviour(&faulty(Fault::$fault)).await;
            }
        )*
    };
}

found! {
    plans_of_nothing: NoSubtasks, a_plan_has_a_subtask;
    three_whatever_was_asked: AlwaysThree, no_more_workers_than_asked_for;
    one_worker_is_three: AlwaysThree, one_worker_can_do_it_all;
    fewer_without_a_word: Silent, fewer_workers_than_asked_for_are_noted;
    blank_instructions: Blank, no_instruction_is_blank;
    another_plan_each_time: Counts, the_same_task_gives_the_same_plan;
    plans_of_no_method: NoMethod, a_plan_names_its_method_and_its_notes_are_lines;
    notes_with_escapes: NotesWithEscapes, a_plan_names_its_method_and_its_notes_are_lines;
    plans_that_are_mixed_up: Mixes, tasks_at_once_do_not_mix;
    documents_from_nowhere: InventsDocuments, documents_are_those_of_the_task;
    texts_that_are_altered: AltersTexts, documents_are_those_of_the_task;
    documents_that_are_lost: ForgetsDocuments, every_document_is_read_or_named;
    pieces_of_one_title: OneTitle, a_title_means_one_text;
    an_odd_refusal_without_material: FailsWithoutMaterial, a_task_without_material_is_planned_or_refused;
    too_many_for_it: FailsForMany, five_hundred_workers_can_be_asked_for;
    calls_that_run_on: RunsOn, dropping_it_leaves_nothing_running;
    failures_that_are_hidden: HidesFailures, a_model_that_fails_is_told_of;
    plans_that_are_made_up: MakesPlansUp, a_model_that_says_nothing_is_told_of;
    a_context_of_its_own: AsksAlone, a_model_is_asked_in_the_call_s_context;
}
