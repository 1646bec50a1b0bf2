//! Plans that need no model, and decomposers around others.

use std::sync::Arc;

use ziggurat_core::{DecomposeError, Decomposer, ErrorKind, Subtask, WorkerCount};
use ziggurat_decomposition::{
    DocumentPartition, Fallback, ModelDecomposer, Specialized, SpecializedError, StaticPlan,
    StaticPlanError, TemplateDecomposer,
};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::{exactly, plan, task};

fn failing(kind: ErrorKind) -> (ScriptedProvider, ModelDecomposer) {
    let provider = ScriptedProvider::new().otherwise(Turn::error(kind, "no"));
    let decomposer = ModelDecomposer::new(provider.handle("m"));
    (provider, decomposer)
}

#[test]
fn a_static_plan_is_checked_once() {
    assert_eq!(StaticPlan::new([]).unwrap_err(), StaticPlanError::Empty);
    let error = StaticPlan::new([Subtask::new("List."), Subtask::new(" \n")]).unwrap_err();
    assert_eq!(error, StaticPlanError::BlankInstruction { number: 2 });
    assert!(error.to_string().contains("subtask 2"));
}

#[test]
fn a_static_plan_is_handed_out_whole_or_not_at_all() {
    let subtasks = [Subtask::new("List.").specialized("x"), Subtask::new("Rank.")];
    let fixed = StaticPlan::new(subtasks.clone()).unwrap();
    let task = task([("a.md", "A.")]);
    for (workers, notes) in [(WorkerCount::Auto, 0), (exactly(2), 0), (exactly(3), 1)] {
        let made = plan(&fixed, &task, workers).unwrap();
        assert_eq!((made.subtasks.as_slice(), made.notes.len()), (subtasks.as_slice(), notes));
    }
    let error = plan(&fixed, &task, exactly(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(error.to_string(), "the plan has 2 subtasks, more than the workers asked for (1)");
}

#[test]
fn templates_name_the_task_and_never_repeat() {
    let task = task([("a.md", "A.")]);
    let made = plan(&TemplateDecomposer, &task, exactly(40)).unwrap();
    assert_eq!(made.subtasks.len(), 15);
    assert_eq!(made.notes, ["asked for 40 workers, there are only 15 templates: 15 workers"]);
    for subtask in &made.subtasks {
        assert!(subtask.instruction.contains(task.text()));
        assert!(Arc::ptr_eq(&subtask.documents[0], &task.documents()[0]));
    }
    assert_eq!(plan(&TemplateDecomposer, &task, WorkerCount::Auto).unwrap().subtasks.len(), 5);
    let alone = plan(&TemplateDecomposer, &task, exactly(1)).unwrap();
    assert_eq!(alone.subtasks[0].instruction, task.text());
}

#[test]
fn a_fallback_says_why_and_who() {
    let (_, model) = failing(ErrorKind::Timeout);
    let made = plan(&Fallback::new(model, TemplateDecomposer), &task([]), exactly(20)).unwrap();
    assert_eq!(made.method, "template");
    assert_eq!(
        made.notes[0],
        "the model's plan failed (timeout: scripted: no): template plan used"
    );
    assert_eq!(made.notes.len(), 2);
    let made = plan(&Fallback::new(DocumentPartition, TemplateDecomposer), &task([]), exactly(2));
    let notes = made.unwrap().notes;
    assert!(notes[0].starts_with("the first plan failed (no_input: "), "{notes:?}");
}

#[test]
fn a_fallback_hides_nothing_fatal() {
    let kinds = [
        ErrorKind::Auth,
        ErrorKind::Permission,
        ErrorKind::Quota,
        ErrorKind::ModelNotFound,
        ErrorKind::Cancelled,
        ErrorKind::Deadline,
        ErrorKind::Stopped,
    ];
    for kind in kinds {
        let (provider, model) = failing(kind);
        let (unasked, second) = failing(ErrorKind::Server);
        let error = plan(&Fallback::new(model, second), &task([]), exactly(2)).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!((provider.calls().len(), unasked.calls().len()), (1, 0));
    }
    let fixed = StaticPlan::new([Subtask::new("List."), Subtask::new("Rank.")]).unwrap();
    let error = plan(&Fallback::new(fixed, TemplateDecomposer), &task([]), exactly(1)).unwrap_err();
    assert!(matches!(error, DecomposeError::TooFewWorkers { .. }));
}

#[test]
fn if_both_fail_the_error_is_the_one_to_act_on() {
    let kind = |first, second| {
        let both = Fallback::new(failing(first).1, failing(second).1);
        plan(&both, &task([]), exactly(2)).unwrap_err().kind()
    };
    assert_eq!(kind(ErrorKind::Timeout, ErrorKind::Server), ErrorKind::Timeout);
    assert_eq!(kind(ErrorKind::Timeout, ErrorKind::Auth), ErrorKind::Auth);
}

#[test]
fn specializations_go_round_and_spare_those_there_are() {
    let subtasks = ["One.", "Two.", "Three.", "Four."].map(Subtask::new);
    let [one, two, three, four] = subtasks;
    let fixed = StaticPlan::new([one, two.specialized("law"), three, four]).unwrap();
    let made = Specialized::new(fixed, [" research ", "coding"]).unwrap();
    let made = plan(&made, &task([]), WorkerCount::Auto).unwrap();
    let names: Vec<_> =
        made.subtasks.iter().map(|s| s.specialization.as_deref().unwrap()).collect();
    assert_eq!(names, ["research", "law", "coding", "research"]);
    assert_eq!(made.method, "static");
}

#[test]
fn lists_of_specializations_are_checked() {
    let error = |names: &[&str]| {
        Specialized::new(TemplateDecomposer, names.iter().copied()).map(drop).unwrap_err()
    };
    assert_eq!(error(&[]), SpecializedError::Empty);
    assert_eq!(error(&["x", " "]), SpecializedError::BlankName { number: 2 });
}

#[test]
fn wrappers_work_over_erased_decomposers() {
    let erased: Arc<dyn Decomposer> = Arc::new(TemplateDecomposer);
    let wrapped: Arc<dyn Decomposer> =
        Arc::new(Specialized::new(Fallback::new(erased.clone(), erased), ["x"]).unwrap());
    assert_eq!(plan(&wrapped, &task([]), exactly(2)).unwrap().subtasks.len(), 2);
}
