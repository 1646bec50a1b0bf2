//! The conformance suite of providers over loopback, for every adapter, and as far as it fits for the
//! embedded model.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::provider_conformance;

#[cfg(feature = "http")]
use {
    secrecy::SecretString, ziggurat_providers::ServerConfig, ziggurat_testkit::server::Api,
};

/// An adapter with a key, at a server on this machine.
#[cfg(feature = "http")]
fn at(config: ServerConfig, base_url: String) -> ServerConfig {
    config.with_base_url(base_url).with_key(SecretString::from("suite-key-7c1e9a"))
}

#[cfg(feature = "openai")]
fn openai() -> Subject {
    use ziggurat_providers::OpenAi;
    Subject::http(Api::ChatCompletions, |url| {
        OpenAi::new(at(ServerConfig::openai(), format!("{url}/v1"))).unwrap()
    })
}

#[cfg(feature = "openai")]
provider_conformance! { openai, openai(), except {
    tokens_are_counted: "chat completions has no endpoint that counts",
} }

#[cfg(feature = "anthropic")]
fn anthropic() -> Subject {
    use ziggurat_providers::Anthropic;
    Subject::http(Api::Messages, |url| {
        Anthropic::new(at(ServerConfig::anthropic(), url.to_owned())).unwrap()
    })
}

#[cfg(feature = "anthropic")]
provider_conformance! { anthropic, anthropic(), except {
    a_filtered_answer_says_so: "Messages has no word for it",
    no_bound_is_sent_unless_it_is_set: "Messages demands a bound",
} }
