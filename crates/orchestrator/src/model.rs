//! The short way to a model: by name, from the built-in providers and the process's environment.

use std::sync::OnceLock;

use ziggurat_core::{Model, ModelName, ModelNameError};
use ziggurat_providers::{ProviderOptions, Registry, SelectionError, process_env};

/// Why a name leads to no model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// It is not of the form `provider/model`.
    #[error(transparent)]
    Name(#[from] ModelNameError),
    /// No provider has it, or the provider cannot be set up.
    #[error(transparent)]
    Selection(#[from] SelectionError),
}

/// A model by name: `provider/model`, or a provider alone for its default model. Keys come from the
/// environment (`OPENAI_API_KEY`). No I/O: a run asks the server about the model when it starts.
///
/// With the feature `layers` (default) the provider is within the default
/// [`Stack`](ziggurat_providers::layers::Stack): limits, retries, timeouts. All models of one provider that a
/// process makes in this way share its limits.
///
/// For providers of your own, or keys from elsewhere, use [`Registry`] or [`Model::known`].
///
/// ```
/// # #[cfg(feature = "extractive")]
/// let model = ziggurat::model("extractive")?;
/// # #[cfg(feature = "extractive")]
/// assert_eq!(model.info().name(), "extractive/bm25");
/// # Ok::<(), ziggurat::ModelError>(())
/// ```
///
/// # Errors
/// [`ModelError`] if the name is malformed or unknown, or a key cannot be sent.
pub fn model(name: &str) -> Result<Model, ModelError> {
    let name: ModelName = name.parse()?;
    Ok(registry().create(&name, &ProviderOptions::new(&process_env))?)
}

/// The built-in providers, one registry a process: what their layers share is shared by all.
fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        #[allow(unused_mut, reason = "without the feature there are no layers")]
        let mut registry = Registry::builtin();
        #[cfg(feature = "layers")]
        {
            let rows = registry.clone();
            registry.set_layers(move |name| {
                let stack = ziggurat_providers::layers::Stack::new();
                std::sync::Arc::new(stack.with_per_minute(rows.per_minute(name)))
            });
        }
        registry
    })
}
