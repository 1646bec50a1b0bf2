//! What a user entered in the catalogue, laid over a provider that does not look there itself: one that
//! was registered from code. A limit or a price in a file must hold for it as for any other, or a budget
//! would count nothing.

use std::sync::Arc;

use async_trait::async_trait;
use ziggurat_core::chat::{ChatRequest, ChatResponse, ChatStream};
use ziggurat_core::{CallContext, ModelInfo, Provider, ProviderError};

use crate::{Catalog, CatalogEntry};

/// A provider with the user's entries where it knows nothing itself.
pub(crate) struct UserEntries {
    inner: Arc<dyn Provider>,
    /// The name it is registered under, which is the one in the catalogue.
    name: String,
    catalog: Arc<Catalog>,
}

impl UserEntries {
    /// The provider with the entries of this catalogue that are not the built-in one's; without any, the
    /// provider as it is.
    pub(crate) fn over(
        inner: Arc<dyn Provider>,
        name: &str,
        catalog: Option<&Arc<Catalog>>,
    ) -> Arc<dyn Provider> {
        match catalog.filter(|catalog| catalog.providers().any(|provider| provider == name)) {
            Some(catalog) => {
                Arc::new(Self { inner, name: name.to_owned(), catalog: Arc::clone(catalog) })
            }
            None => inner,
        }
    }

    fn entry(&self, model: &str) -> Option<&CatalogEntry> {
        let entry = self.catalog.find(&self.name, model)?;
        // Ours is of the vendor's own server, and whose this one is nobody knows.
        (Catalog::builtin().find(&self.name, model) != Some(entry)).then_some(entry)
    }

    fn told(&self, mut info: ModelInfo) -> ModelInfo {
        if let Some(entry) = self.entry(&info.id) {
            entry.fill(&mut info);
        }
        info
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Provider for UserEntries {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.told(self.inner.known(model))
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        Ok(self.told(self.inner.model(cx, model).await?))
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        let models = self.inner.models(cx).await?;
        Ok(models.into_iter().map(|info| self.told(info)).collect())
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        self.inner.count_tokens(cx, request).await
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        self.inner.chat(cx, request).await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        self.inner.stream(cx, request).await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{ProviderOptions, Registry};

    /// Knows nothing but how much a model reads.
    struct Gateway;

    #[async_trait]
    impl Provider for Gateway {
        fn name(&self) -> &str {
            "gateway"
        }

        fn known(&self, model: &str) -> ModelInfo {
            let mut info = ModelInfo::unknown("gateway", model);
            info.max_input_tokens = Some(1000);
            info
        }

        async fn chat(
            &self,
            _: &CallContext,
            request: &ChatRequest,
        ) -> Result<ChatResponse, ProviderError> {
            Ok(ChatResponse::new(&request.model, "done"))
        }
    }

    #[tokio::test]
    async fn a_price_in_a_file_reaches_a_provider_from_code_and_stays_when_its_model_is_asked_for()
    {
        let entries: BTreeMap<String, CatalogEntry> = serde_json::from_str(
            r#"{"gateway/m": {"max_input_tokens": 7, "max_output_tokens": 9, "tools": true,
                "usd_per_million": {"input": "1", "output": "2"}}}"#,
        )
        .unwrap();
        let mut registry = Registry::empty();
        registry.register("gateway", None, |_| Ok(Arc::new(Gateway)));
        registry.set_catalog(Arc::new(Catalog::builtin().with_entries(entries).unwrap()));
        let nothing = |_: &str| None;
        let model = registry
            .create(&"gateway/m".parse().unwrap(), &ProviderOptions::new(&nothing))
            .unwrap();
        for model in [model.clone(), model.refreshed(&CallContext::default()).await.unwrap()] {
            let info = model.info();
            assert_eq!(info.price.unwrap().rates.output * 1_000_000, "2".parse().unwrap());
            assert_eq!((info.max_output_tokens, info.tools), (Some(9), Some(true)));
            assert_eq!(info.max_input_tokens, Some(1000), "what it says itself stays");
        }
    }

    #[test]
    fn what_we_know_of_a_vendor_s_models_is_not_laid_over_code_of_its_name() {
        let mut registry = Registry::empty();
        registry.register("openai", None, |_| Ok(Arc::new(Gateway)));
        registry.set_catalog(Catalog::builtin());
        let nothing = |_: &str| None;
        let name = "openai/gpt-5.4-mini".parse().unwrap();
        let model = registry.create(&name, &ProviderOptions::new(&nothing)).unwrap();
        assert_eq!((model.info().price, model.info().tools), (None, None));
    }
}
