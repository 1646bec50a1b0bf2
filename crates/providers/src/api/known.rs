//! What a provider knows of its models from the catalogue. Limits and prices are the model's, wherever it
//! is reached; what it can do is believed of the provider's own server alone, since another one may refuse
//! a request that uses it.

use std::sync::Arc;

use ziggurat_core::ModelInfo;

use crate::{Catalog, ServerConfig};

/// The part of the catalogue that is about a provider's models.
#[derive(Clone)]
pub(super) struct Known {
    /// The shared one if `None`, which is read when it is first needed.
    catalog: Option<Arc<Catalog>>,
    vendor: String,
    at_home: bool,
}

impl Known {
    /// `official` at the vendor's own server, however its address is written.
    pub(super) fn new(config: &ServerConfig, official: bool) -> Self {
        let vendor = config.vendor.as_ref().unwrap_or(&config.name);
        let bare = |url: &str| url.trim_end_matches('/').to_owned();
        Self {
            catalog: config.catalog.clone(),
            vendor: vendor.clone(),
            at_home: official || bare(&config.base_url) == bare(&config.home),
        }
    }

    /// Adds what the catalogue says. An entry under the provider's own name counts more than its
    /// vendor's.
    pub(super) fn tell(&self, info: &mut ModelInfo) {
        let catalog = self.catalog.clone().unwrap_or_else(Catalog::builtin);
        let own = Some(info.provider.as_str()).filter(|name| *name != self.vendor);
        let entries: Vec<_> = [Some(self.vendor.as_str()), own]
            .into_iter()
            .flatten()
            .filter_map(|provider| catalog.find(provider, &info.id))
            .collect();
        for entry in entries {
            entry.tell_figures(info);
            if self.at_home {
                entry.tell_abilities(info);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(config: ServerConfig, model: &str) -> ModelInfo {
        let mut info = ModelInfo::unknown(&config.name, model);
        Known::new(&config, false).tell(&mut info);
        info
    }

    fn vendor() -> ServerConfig {
        ServerConfig::new("mistral", "https://api.mistral.ai/v1")
    }

    #[test]
    fn elsewhere_figures_hold_and_abilities_do_not() {
        let home = known(vendor(), "mistral-large-latest");
        assert_eq!((home.tools, home.vision), (Some(true), Some(true)));
        let slash = vendor().with_base_url("https://api.mistral.ai/v1/");
        assert_eq!(known(slash, "mistral-large-latest"), home);
        let away = known(vendor().with_base_url("http://127.0.0.1:9/v1"), "mistral-large-latest");
        assert!(away.price.is_some());
        assert_eq!((away.price, away.max_input_tokens), (home.price, home.max_input_tokens));
        assert_eq!((away.tools, away.vision, away.json_schema), (None, None, None));
    }

    #[test]
    fn a_second_provider_shares_its_vendor_s_models() {
        let info = |config| known(config, "mistral-large-latest").price;
        assert_eq!(info(vendor().with_name("second")), None);
        let second = vendor().with_name("second").with_vendor("mistral");
        assert_eq!(info(second), info(vendor()));
    }

    #[test]
    fn an_entry_of_its_own_name_counts_more() {
        let entry = serde_json::from_str(r#"{"max_output_tokens": 7}"#).unwrap();
        let catalog = Catalog::builtin().with_entries([("second/mistral-large-latest", entry)]);
        let second = vendor().with_name("second").with_vendor("mistral");
        let second = second.with_catalog(Arc::new(catalog.unwrap()));
        let info = known(second, "mistral-large-latest");
        assert_eq!(info.max_output_tokens, Some(7));
        assert!(info.price.is_some());
    }
}
