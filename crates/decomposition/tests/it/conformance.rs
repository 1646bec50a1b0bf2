//! The lines of `Decomposer`'s contract, run on every implementation here.

use std::sync::Arc;

use ziggurat_core::{DecomposeError, Decomposer, Subtask, WorkerCount};
use ziggurat_decomposition::{
    DocumentPartition, Fallback, ModelDecomposer, Specialized, StaticPlan, TemplateDecomposer,
};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::{exactly, plan, task};

/// At least one subtask, never more than asked for, no blank instruction, a note if there are fewer, and the
/// same plan again.
fn conforms(name: &str, decomposer: &impl Decomposer) {
    let task = task([("a.md", "One.\n\nTwo.\n\nThree."), ("b.md", "Four.\n\n# Five\n\nSix.")]);
    for workers in [WorkerCount::Auto, exactly(1), exactly(2), exactly(3), exactly(7), exactly(500)]
    {
        let made = match plan(decomposer, &task, workers) {
            Ok(made) => made,
            Err(DecomposeError::TooFewWorkers { .. }) if name == "static" => continue,
            Err(error) => panic!("{name}, {workers:?}: {error}"),
        };
        assert!(!made.subtasks.is_empty(), "{name}, {workers:?}");
        for subtask in &made.subtasks {
            assert!(!subtask.instruction.trim().is_empty(), "{name}, {workers:?}");
        }
        if let WorkerCount::Exactly(asked) = workers {
            let asked = asked.get() as usize;
            assert!(made.subtasks.len() <= asked, "{name}, {workers:?}");
            assert!(made.subtasks.len() == asked || !made.notes.is_empty(), "{name}, {workers:?}");
        }
        assert_eq!(made, plan(decomposer, &task, workers).unwrap(), "{name}, {workers:?}");
    }
}

fn model() -> ModelDecomposer {
    let list: String = (1..=8).map(|n| format!("{n}. Look at aspect number {n}\n")).collect();
    ModelDecomposer::new(ScriptedProvider::new().otherwise(Turn::text(list)).handle("m"))
}

#[test]
fn every_decomposer_keeps_the_contract() {
    conforms("document_partition", &DocumentPartition);
    conforms("template", &TemplateDecomposer);
    conforms("model", &model());
    conforms("static", &StaticPlan::new([Subtask::new("List."), Subtask::new("Rank.")]).unwrap());
    conforms("fallback", &Fallback::new(model(), TemplateDecomposer));
    conforms("specialized", &Specialized::new(model(), ["research"]).unwrap());
    let erased: Arc<dyn Decomposer> = Arc::new(TemplateDecomposer);
    conforms("erased", &Specialized::new(Fallback::new(erased.clone(), erased), ["x"]).unwrap());
}

#[test]
fn whose_plan_it_is() {
    let task = task([("a.md", "One.")]);
    let method = |decomposer: &dyn Decomposer| {
        let made = futures::executor::block_on(decomposer.decompose(
            &ziggurat_core::CallContext::default(),
            &task,
            WorkerCount::Auto,
        ));
        made.unwrap().method
    };
    assert_eq!(method(&DocumentPartition), "document_partition");
    assert_eq!(method(&TemplateDecomposer), "template");
    assert_eq!(method(&model()), "model");
    assert_eq!(method(&StaticPlan::new([Subtask::new("List.")]).unwrap()), "static");
    assert_eq!(method(&Fallback::new(model(), TemplateDecomposer)), "model");
}
