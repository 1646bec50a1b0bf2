//! Specializations from a list, for plans whose decomposer names none. A wrapper rather than a setting
//! of each decomposer: it works over custom ones as well.

use async_trait::async_trait;
use ziggurat_core::{CallContext, DecomposeError, Decomposer, Plan, Task, WorkerCount};

/// Gives each subtask that has no specialization the next one of a list, from the start again after its
/// end. Specializations that the inner decomposer chose are kept and use up none of the list.
///
/// Errors, notes, the method and cancellation are those of the inner decomposer.
///
/// ```
/// use ziggurat_decomposition::{Specialized, TemplateDecomposer};
/// let decomposer = Specialized::new(TemplateDecomposer, ["research", "analysis"])?;
/// # drop(decomposer);
/// # Ok::<(), ziggurat_decomposition::SpecializedError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Specialized<D> {
    inner: D,
    names: Vec<String>,
}

/// Why a list of specializations cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecializedError {
    /// The list is empty.
    #[error("the list of specializations is empty: name at least one, or leave the list out")]
    Empty,
    /// A name is empty or only white space.
    #[error("specialization {number} is blank")]
    BlankName {
        /// Which name, counted from 1.
        number: usize,
    },
}

impl<D: Decomposer> Specialized<D> {
    /// The plans of `inner` with these specializations, white space at their ends removed.
    ///
    /// # Errors
    /// [`SpecializedError::Empty`] without names, [`SpecializedError::BlankName`] for the first blank one.
    pub fn new(
        inner: D,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, SpecializedError> {
        let names: Vec<_> = names.into_iter().map(|name| name.into().trim().to_owned()).collect();
        if names.is_empty() {
            return Err(SpecializedError::Empty);
        }
        match names.iter().position(String::is_empty) {
            Some(index) => Err(SpecializedError::BlankName { number: index + 1 }),
            None => Ok(Self { inner, names }),
        }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<D: Decomposer> Decomposer for Specialized<D> {
    async fn decompose(
        &self,
        cx: &CallContext,
        task: &Task,
        workers: WorkerCount,
    ) -> Result<Plan, DecomposeError> {
        let mut plan = self.inner.decompose(cx, task, workers).await?;
        let open = plan.subtasks.iter_mut().filter(|subtask| subtask.specialization.is_none());
        for (subtask, name) in open.zip(self.names.iter().cycle()) {
            subtask.specialization = Some(name.clone());
        }
        Ok(plan)
    }
}
