//! The suite of decomposers, on every implementation here.

use std::sync::Arc;

use ziggurat_core::{ChatRequest, Decomposer, Model, Subtask, WorkerCount};
use ziggurat_decomposition::{
    DocumentPartition, Fallback, ModelDecomposer, Specialized, StaticPlan, TemplateDecomposer,
};
use ziggurat_testkit::conformance::DecomposerSubject;
use ziggurat_testkit::{ScriptedProvider, Turn, decomposer_conformance};

use crate::task;

decomposer_conformance! { document_partition, DecomposerSubject::new(|| DocumentPartition), except {
    a_model_that_fails_is_told_of: "it asks no model",
    a_model_that_says_nothing_is_told_of: "it asks no model",
    a_model_is_asked_in_the_call_s_context: "it asks no model",
} }

decomposer_conformance! { template, DecomposerSubject::new(|| TemplateDecomposer), except {
    a_model_that_fails_is_told_of: "it asks no model",
    a_model_that_says_nothing_is_told_of: "it asks no model",
    a_model_is_asked_in_the_call_s_context: "it asks no model",
} }

decomposer_conformance! { static_plan, DecomposerSubject::new(of_two), except {
    one_worker_can_do_it_all: "a plan of two is not cut down to one",
    every_document_is_read_or_named: "subtasks bear documents of their own",
    a_model_that_fails_is_told_of: "it asks no model",
    a_model_that_says_nothing_is_told_of: "it asks no model",
    a_model_is_asked_in_the_call_s_context: "it asks no model",
} }

decomposer_conformance!(model, DecomposerSubject::with_model(answer, ModelDecomposer::new));

decomposer_conformance!(
    fallback,
    DecomposerSubject::with_model(answer, |model| {
        Fallback::new(ModelDecomposer::new(model), TemplateDecomposer)
    })
);

decomposer_conformance!(specialized, DecomposerSubject::with_model(answer, specialized_model));

decomposer_conformance! { erased, DecomposerSubject::new(erased_wrappers), except {
    a_model_that_fails_is_told_of: "it asks no model",
    a_model_that_says_nothing_is_told_of: "it asks no model",
    a_model_is_asked_in_the_call_s_context: "it asks no model",
} }

/// Eight subtasks, as a model names them.
fn answer(_: &ChatRequest) -> Turn {
    let list: String = (1..=8).map(|n| format!("{n}. Look at aspect number {n}\n")).collect();
    Turn::text(list)
}

fn of_two() -> StaticPlan {
    StaticPlan::new([Subtask::new("List."), Subtask::new("Rank.")]).unwrap()
}

fn specialized_model(model: Model) -> impl Decomposer {
    Specialized::new(ModelDecomposer::new(model), ["research"]).unwrap()
}

fn erased_wrappers() -> impl Decomposer {
    let erased: Arc<dyn Decomposer> = Arc::new(TemplateDecomposer);
    Specialized::new(Fallback::new(erased.clone(), erased), ["x"]).unwrap()
}

#[test]
fn whose_plan_it_is() {
    let method = |decomposer: &dyn Decomposer| {
        let made = futures::executor::block_on(decomposer.decompose(
            &ziggurat_core::CallContext::default(),
            &task([("a.md", "One.")]),
            WorkerCount::Auto,
        ));
        made.unwrap().method
    };
    let script = ScriptedProvider::new().otherwise_with(answer);
    let model = || ModelDecomposer::new(script.handle("m"));
    assert_eq!(method(&DocumentPartition), "document_partition");
    assert_eq!(method(&TemplateDecomposer), "template");
    assert_eq!(method(&model()), "model");
    assert_eq!(method(&of_two()), "static");
    assert_eq!(method(&Fallback::new(model(), TemplateDecomposer)), "model");
}
