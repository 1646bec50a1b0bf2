//! What a recording says of models and of tokens. Unlike answers these are not used up: the latest holds,
//! however often it is asked for.

use std::collections::HashMap;

use ziggurat_core::ModelInfo;
use ziggurat_core::chat::RequestHash;

use super::{Asked, Ended, Exchange, Recording};

/// Places in the recording.
#[derive(Default)]
pub(super) struct Facts {
    models: HashMap<(String, String), usize>,
    lists: HashMap<String, usize>,
    counts: HashMap<(String, RequestHash), usize>,
}

impl Facts {
    pub(super) fn of(recording: &Recording) -> Self {
        let told = |call: &Exchange| !matches!(call.ended, Ended::Abandoned { .. });
        let calls = recording.exchanges().iter().enumerate().filter(|(_, call)| told(call));
        let mut facts = Self::default();
        // A model may have been asked for by another name than its own, and is known by both.
        for (at, call) in calls.clone() {
            if let Ended::Model(info) = &call.ended {
                facts.models.insert((call.provider.clone(), info.id.clone()), at);
            }
        }
        for (at, call) in calls {
            let provider = call.provider.clone();
            match (&call.asked, call.hash) {
                (Asked::Model(model), _) => {
                    facts.models.insert((provider, model.clone()), at);
                }
                (Asked::Models, _) => {
                    facts.lists.insert(provider, at);
                }
                (Asked::CountTokens(_), Some(hash)) => {
                    facts.counts.insert((provider, hash), at);
                }
                _ => {}
            }
        }
        facts
    }

    /// What was said when somebody asked about the model.
    pub(super) fn model<'a>(
        &self,
        calls: &'a [Exchange],
        provider: &str,
        model: &str,
    ) -> Option<&'a Ended> {
        let at = self.models.get(&(provider.to_owned(), model.to_owned()))?;
        Some(&calls[*at].ended)
    }

    /// What was said when somebody asked for all models.
    pub(super) fn list<'a>(&self, calls: &'a [Exchange], provider: &str) -> Option<&'a Ended> {
        self.lists.get(provider).map(|at| &calls[*at].ended)
    }

    /// What was said when somebody asked how many tokens the request has.
    pub(super) fn count<'a>(
        &self,
        calls: &'a [Exchange],
        provider: &str,
        hash: RequestHash,
    ) -> Option<&'a Ended> {
        self.counts.get(&(provider.to_owned(), hash)).map(|at| &calls[*at].ended)
    }

    /// What is known of a model, from whatever was said.
    pub(super) fn known(&self, calls: &[Exchange], provider: &str, model: &str) -> ModelInfo {
        if let Some(Ended::Model(info)) = self.model(calls, provider, model) {
            return ModelInfo::clone(info);
        }
        let listed = match self.list(calls, provider) {
            Some(Ended::Models(models)) => models.iter().find(|info| info.id == model).cloned(),
            _ => None,
        };
        listed.unwrap_or_else(|| ModelInfo::unknown(provider, model))
    }
}
