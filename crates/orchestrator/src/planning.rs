//! The decomposer a run has when it is given none: material is partitioned without a model call; a task
//! without material is decomposed by the model, and by templates if that fails.

use std::sync::Arc;

use crate::TierOptions;
use async_trait::async_trait;
use futures::executor::block_on;
use ziggurat_core::{
    CallContext, DecomposeError, Decomposer, Delivery, Model, Plan, Task, WorkerCount,
};
use ziggurat_decomposition::{DocumentPartition, Fallback, ModelDecomposer, TemplateDecomposer};

/// From this size (bytes) material is divided on a thread of its own, which takes about 10 ms a
/// megabyte: the run loop must go on listening to its user and its clock.
const LARGE: usize = 1024 * 1024;

/// Chooses by whether the task has documents.
pub(crate) struct DefaultDecomposer {
    with_documents: DocumentPartition,
    without: Arc<dyn Decomposer>,
}

/// The default decomposer over this model; without one only templates are left.
pub(crate) fn default_decomposer(
    model: Option<Model>,
    options: &TierOptions,
    delivery: Delivery,
) -> DefaultDecomposer {
    let templates = Arc::new(TemplateDecomposer);
    let without: Arc<dyn Decomposer> = match model {
        Some(model) => {
            let by_model = Arc::new(by_model(model, options, delivery));
            Arc::new(Fallback::new(by_model, templates))
        }
        None => templates,
    };
    DefaultDecomposer { with_documents: DocumentPartition, without }
}

fn by_model(model: Model, options: &TierOptions, delivery: Delivery) -> ModelDecomposer {
    let mut decomposer = ModelDecomposer::new(model).with_delivery(delivery);
    if let Some(temperature) = options.temperature {
        decomposer = decomposer.with_temperature(temperature);
    }
    if let Some(max_tokens) = options.max_tokens {
        decomposer = decomposer.with_max_tokens(max_tokens);
    }
    decomposer
}

#[async_trait]
impl Decomposer for DefaultDecomposer {
    async fn decompose(
        &self,
        cx: &CallContext,
        task: &Task,
        workers: WorkerCount,
    ) -> Result<Plan, DecomposeError> {
        if task.documents().is_empty() {
            return self.without.decompose(cx, task, workers).await;
        }
        let bytes: usize = task.documents().iter().map(|document| document.text.len()).sum();
        if bytes < LARGE {
            return self.with_documents.decompose(cx, task, workers).await;
        }
        let (partition, cx, task) = (self.with_documents, cx.clone(), task.clone());
        let divide = move || block_on(partition.decompose(&cx, &task, workers));
        let divided = tokio::task::spawn_blocking(divide).await;
        divided.map_err(|error| DecomposeError::custom(format!("the partition failed: {error}")))?
    }
}
