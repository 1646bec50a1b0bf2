//! A key that travels unencrypted to another machine is worth a word: whoever carries it can use it.

use ziggurat::providers::{ProviderOptions, Registry};

/// A warning if this provider's key goes over plain HTTP.
pub(crate) fn warning(
    registry: &Registry,
    provider: &str,
    options: &ProviderOptions<'_>,
) -> Option<String> {
    let endpoint = registry.endpoint(provider, options)?;
    let (key, host) = (endpoint.key.as_ref()?, endpoint.exposes_key_to()?);
    Some(format!("the key in {key} is sent to {host} unencrypted: the address is http, not https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_s_key_is_watched_wherever_its_address_comes_from() {
        let env = |name: &str| match name {
            "OPENAI_BASE_URL" => Some("http://example.com:81/v1".to_owned()),
            "OPENAI_API_KEY" | "GROQ_API_KEY" | "LLAMA_API_KEY" => Some("canary".to_owned()),
            _ => None,
        };
        let registry = Registry::builtin();
        let options = ProviderOptions::new(&env);
        let told = |provider, base_url: Option<&str>| {
            let told = warning(&registry, provider, &options.with_base_url(base_url));
            assert!(!told.as_deref().unwrap_or_default().contains("canary"), "{told:?}");
            told
        };
        let expected = "the key in OPENAI_API_KEY is sent to example.com unencrypted";
        assert!(told("openai", None).unwrap().starts_with(expected));
        let expected = "the key in GROQ_API_KEY is sent to 10.0.0.7 unencrypted";
        assert!(told("groq", Some("http://10.0.0.7/v1")).unwrap().starts_with(expected));
        assert_eq!(told("groq", None), None);
        assert_eq!(told("llamacpp", None), None, "it is this machine");
        assert_eq!(told("mistral", Some("http://10.0.0.7/v1")), None, "there is no key");
        assert_eq!(told("extractive", None), None);
    }
}
