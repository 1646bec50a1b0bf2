//! What the user wants, checked once at the door.

use std::sync::Arc;

use crate::Document;

/// A task and the material it is about.
///
/// ```
/// use ziggurat_core::{Document, Task};
/// let task = Task::new("What caused the outages?")?
///     .with_documents([Document::new("notes.md", "The pool ran out of connections.")]);
/// assert_eq!(task.documents().len(), 1);
/// # Ok::<(), ziggurat_core::TaskError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    text: String,
    documents: Vec<Arc<Document>>,
}

/// Why a text is not a task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// The text is empty or only white space.
    #[error("the task is empty: say what should be done")]
    Empty,
}

impl Task {
    /// A task without material.
    ///
    /// # Errors
    /// [`TaskError::Empty`] if the text has nothing but white space.
    pub fn new(text: impl Into<String>) -> Result<Self, TaskError> {
        let text = text.into().trim().to_owned();
        if text.is_empty() {
            return Err(TaskError::Empty);
        }
        Ok(Self { text, documents: Vec::new() })
    }

    /// The same task with this material instead of what it had.
    pub fn with_documents<D: Into<Arc<Document>>>(
        mut self,
        documents: impl IntoIterator<Item = D>,
    ) -> Self {
        self.documents = documents.into_iter().map(Into::into).collect();
        self
    }

    /// What should be done; never empty, without white space at its ends.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The material, in the order it was given.
    pub fn documents(&self) -> &[Arc<Document>] {
        &self.documents
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_of_white_space_is_refused() {
        assert_eq!(Task::new(" \n\t"), Err(TaskError::Empty));
    }

    #[test]
    fn a_task_is_trimmed() {
        assert_eq!(Task::new("  find out \n").unwrap().text(), "find out");
    }
}
