//! The models that may answer a call, and in which order they are asked.

use std::sync::Arc;

use ziggurat_core::{Model, ModelInfo, Provider};

use super::cool_down::CoolDown;

/// A model that may answer. Cheap to clone.
#[derive(Clone)]
pub(super) struct Candidate {
    provider: Arc<dyn Provider>,
    info: Arc<ModelInfo>,
    primary: bool,
}

impl Candidate {
    /// An alternative.
    pub(super) fn new(provider: Arc<dyn Provider>, info: Arc<ModelInfo>) -> Self {
        Self { provider, info, primary: false }
    }

    /// The alternative behind a handle.
    pub(super) fn of(model: &Model) -> Self {
        Self::new(Arc::clone(model.provider()), Arc::new(model.info().clone()))
    }

    /// The same model as the one that was asked for.
    pub(super) fn into_primary(mut self) -> Self {
        self.primary = true;
        self
    }

    pub(super) fn provider(&self) -> &Arc<dyn Provider> {
        &self.provider
    }

    pub(super) fn info(&self) -> &Arc<ModelInfo> {
        &self.info
    }

    pub(super) fn is_primary(&self) -> bool {
        self.primary
    }

    /// `provider/model`.
    pub(super) fn name(&self) -> String {
        self.info.name()
    }

    fn is_same(&self, other: &Self) -> bool {
        (&self.info.provider, &self.info.id) == (&other.info.provider, &other.info.id)
    }
}

/// The primary, then its alternatives; those that cool down come last. None is left out: if all others
/// fail, a refused key may have been mended.
pub(super) fn line(
    primary: &Candidate,
    alternatives: &[Candidate],
    cool_down: &CoolDown,
) -> Vec<Candidate> {
    let mut line = vec![primary.clone()];
    line.extend(others(primary, alternatives).cloned());
    line.sort_by_cached_key(|candidate| cool_down.holds(&candidate.info));
    line
}

/// The alternatives that are not the primary itself.
pub(super) fn others<'a>(
    primary: &Candidate,
    alternatives: &'a [Candidate],
) -> impl Iterator<Item = &'a Candidate> {
    alternatives.iter().filter(move |candidate| !candidate.is_same(primary))
}
