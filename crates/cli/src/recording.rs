//! `--record` and `--replay`: a run that is kept, and a run on what was kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ziggurat::Provider;
use ziggurat::providers::layers::{RecordLayer, Replay};
use ziggurat::providers::{Env, KeySource, ProviderOptions, Registry, SelectionError};

use crate::args::RunArgs;
use crate::error::UsageError;

/// Where answers go to, or come from, beside the models.
#[derive(Clone)]
pub(crate) enum Tape {
    None,
    Record(Record),
    Replay(Replay),
}

/// A recording that is being made.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) layer: RecordLayer,
    path: PathBuf,
}

impl Tape {
    /// Opens the files that the flags name.
    pub(crate) fn open(
        run: &RunArgs,
        registry: &Registry,
        env: Env<'_>,
    ) -> Result<Self, UsageError> {
        let args = &run.calls;
        let failed = |path: &Path| {
            let path = path.to_owned();
            |source| UsageError::Recording { path, source: Box::new(source) }
        };
        if let Some(path) = &args.replay {
            return Replay::open(path).map(Self::Replay).map_err(failed(path));
        }
        let Some(path) = &args.record else { return Ok(Self::None) };
        let layer = RecordLayer::to_file(path).map_err(failed(path))?;
        let layer = layer.redacting(keys(run, registry, env));
        Ok(Self::Record(Record { layer, path: path.clone() }))
    }

    /// The providers that a run can have: on a recording those that are in it.
    pub(crate) fn providers(&self, registry: Registry) -> Registry {
        let Self::Replay(replay) = self else { return registry };
        let mut recorded = Registry::empty();
        for provider in replay.providers() {
            let name = provider.name().to_owned();
            recorded.register(name, None, move |_| Ok(Arc::clone(&provider)));
        }
        recorded
    }

    /// What may not be as it was meant, in lines.
    pub(crate) fn warnings(&self) -> Vec<String> {
        match self {
            Self::Replay(replay) => {
                replay.recording().cut().iter().map(ToString::to_string).collect()
            }
            Self::None | Self::Record(_) => Vec::new(),
        }
    }

    /// The error as it is meant where only what was recorded can be asked.
    pub(crate) fn explain(&self, error: UsageError) -> UsageError {
        match (self, error) {
            (
                Self::Replay(replay),
                UsageError::Selection(SelectionError::UnknownProvider { name, .. }),
            ) => {
                let models = replay.recording().models();
                let models = models.iter().map(ToString::to_string).collect();
                UsageError::NotRecorded { provider: name, models }
            }
            (_, error) => error,
        }
    }

    /// Forgets a recording that no run has begun, so that the next try may have its name.
    pub(crate) fn discard(self) {
        if let Self::Record(record) = self {
            // The run's own error is what matters.
            fs::remove_file(&record.path).ok();
        }
    }

    /// The end of the run: everything is written, or an error says why not. Gives what is good to know.
    pub(crate) async fn finish(&self) -> Result<Vec<String>, UsageError> {
        match self {
            Self::None => Ok(Vec::new()),
            Self::Record(record) => match record.layer.finish().await {
                Ok(()) => Ok(vec![format!("recording: {}", record.path.display())]),
                Err(source) => Err(UsageError::Recording {
                    path: record.path.clone(),
                    source: Box::new(source),
                }),
            },
            Self::Replay(replay) => Ok(leftovers(replay)),
        }
    }
}

/// What a replay did otherwise than the recorded run.
fn leftovers(replay: &Replay) -> Vec<String> {
    let mut lines = Vec::new();
    let missing = replay.misses();
    if let Some(first) = missing.first() {
        lines.push(format!(
            "note: calls that were not recorded: {}; the first: {first}",
            missing.len()
        ));
    }
    let unused = replay.unused().len();
    if unused > 0 {
        lines.push(format!("note: recorded calls that were not made: {unused}"));
    }
    lines
}

/// The keys that this machine has for any provider, so that none is written even if a server repeats it. A
/// program that prints a key is only run for a provider that is named, since only such a one is used.
fn keys(args: &RunArgs, registry: &Registry, env: Env<'_>) -> Vec<secrecy::SecretString> {
    // Where a key comes from does not depend on the address, which may be missing.
    let options = ProviderOptions::new(env).with_base_url("http://127.0.0.1");
    let is_wanted = |name: &str, key: &KeySource| match key {
        KeySource::Command(_) => args.models().any(|model| model.provider == name),
        _ => true,
    };
    let sources = registry.names().filter_map(|name| {
        let key = registry.endpoint(name, &options)?.key?;
        is_wanted(name, &key).then_some(key)
    });
    sources.filter_map(|source| source.read(env).ok()).collect()
}
