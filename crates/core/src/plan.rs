//! A plan is what a decomposer makes of a task: one subtask per worker, in a fixed order.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Document;

/// What one worker is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Subtask {
    /// The instruction, self-contained: a worker sees the task, its subtask, and nothing of its siblings.
    pub instruction: String,
    /// The specialization that colours the worker's prompt, for example `research`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specialization: Option<String>,
    /// The material this worker reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Arc<Document>>,
}

impl Subtask {
    /// A subtask without specialization and material.
    pub fn new(instruction: impl Into<String>) -> Self {
        Self { instruction: instruction.into(), specialization: None, documents: Vec::new() }
    }

    /// The same subtask with this specialization.
    pub fn specialized(mut self, specialization: impl Into<String>) -> Self {
        self.specialization = Some(specialization.into());
        self
    }

    /// The same subtask with this material.
    pub fn with_documents<D: Into<Arc<Document>>>(
        mut self,
        documents: impl IntoIterator<Item = D>,
    ) -> Self {
        self.documents = documents.into_iter().map(Into::into).collect();
        self
    }
}

/// The subtasks of a run and how they were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// One per worker, in plan order; worker `W1` gets the first.
    pub subtasks: Vec<Subtask>,
    /// What made the plan: `document_partition`, `static`, `model`, `template`, or a custom name.
    pub method: Cow<'static, str>,
    /// The model that made it (`provider/model`), if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What the user should know about how the plan came about: fewer workers than asked for, a
    /// fallback that was taken and why. Empty when there is nothing to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Plan {
    /// A plan without notes.
    pub fn new(
        method: impl Into<Cow<'static, str>>,
        subtasks: impl IntoIterator<Item = Subtask>,
    ) -> Self {
        Self {
            subtasks: subtasks.into_iter().collect(),
            method: method.into(),
            model: None,
            notes: Vec::new(),
        }
    }

    /// The same plan, made by this model (`provider/model`).
    pub fn by_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// The same plan with one more note.
    pub fn noting(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}
