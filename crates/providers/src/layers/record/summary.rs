//! What is in a recording, for whoever has to choose from it.

use std::collections::BTreeMap;
use std::fmt;

use ziggurat_core::ModelName;

use super::{Ended, Exchange, Recording};

impl Recording {
    /// The names of the providers that were asked, in order of the alphabet.
    pub fn providers(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.exchanges.iter().map(|call| call.provider.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The models that were asked for answers, the one asked most often first.
    pub fn models(&self) -> Vec<ModelName> {
        let name = |((provider, model), _): ((&str, &str), usize)| ModelName {
            provider: provider.to_owned(),
            model: Some(model.to_owned()),
        };
        self.asked().into_iter().map(name).collect()
    }

    /// The models and how often each was asked for an answer.
    fn asked(&self) -> Vec<((&str, &str), usize)> {
        let mut counts = BTreeMap::new();
        for call in self.exchanges.iter().filter(|call| call.is_answer_asked()) {
            if let Some(model) = call.model() {
                *counts.entry((call.provider.as_str(), model)).or_insert(0) += 1;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, calls)| std::cmp::Reverse(*calls));
        counts
    }
}

impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count =
            |is: fn(&Exchange) -> bool| self.exchanges.iter().filter(|call| is(call)).count();
        let answers = count(Exchange::is_answer_asked);
        let failed = count(|call| matches!(call.ended, Ended::Failed { .. }));
        let given_up = count(|call| matches!(call.ended, Ended::Abandoned { .. }));
        let models = self.asked().into_iter();
        let models = models.map(|((provider, model), calls)| format!("{provider}/{model} {calls}"));
        write!(f, "calls for answers: {answers}")?;
        if answers > 0 {
            write!(f, " ({})", models.collect::<Vec<_>>().join(", "))?;
        }
        let other = self.exchanges.len() - answers;
        write!(f, "; other calls: {other}; failed: {failed}; given up: {given_up}")?;
        match self.cut() {
            Some(cut) => write!(f, "; {cut}"),
            None => Ok(()),
        }
    }
}
