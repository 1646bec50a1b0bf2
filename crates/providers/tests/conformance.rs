//! The conformance suite of providers over loopback, for every adapter, and as far as it fits for the
//! embedded model.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::provider_conformance;

#[cfg(feature = "http")]
use {secrecy::SecretString, ziggurat_providers::ServerConfig, ziggurat_testkit::server::Api};

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

#[cfg(feature = "openai")]
fn responses() -> Subject {
    use ziggurat_providers::OpenAiResponses;
    Subject::http(Api::Responses, |url| {
        OpenAiResponses::new(at(ServerConfig::openai(), format!("{url}/v1"))).unwrap()
    })
}

#[cfg(feature = "openai")]
provider_conformance! { responses, responses(), except {
    texts_to_stop_at_are_sent: "Responses has no word for it",
    tokens_are_counted: "only OpenAI's own server is known to count",
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

#[cfg(feature = "gemini")]
fn gemini() -> Subject {
    use ziggurat_providers::Gemini;
    Subject::http(Api::Gemini, |url| {
        Gemini::new(at(ServerConfig::gemini(), format!("{url}/v1beta"))).unwrap()
    })
}

#[cfg(feature = "gemini")]
provider_conformance! { gemini, gemini(), except {
    a_refusal_is_told_apart: "Gemini has no word for it",
    the_id_of_the_request_is_kept: "Gemini sends none",
} }

#[cfg(feature = "ollama")]
fn ollama() -> Subject {
    use ziggurat_providers::Ollama;
    Subject::http(Api::Ollama, |url| {
        Ollama::new(at(ServerConfig::ollama(), url.to_owned())).unwrap()
    })
}

#[cfg(feature = "ollama")]
provider_conformance! { ollama, ollama(), except {
    a_filtered_answer_says_so: "Ollama filters nothing",
    a_refusal_is_told_apart: "Ollama has no word for it",
    the_id_of_the_request_is_kept: "Ollama sends none",
    cached_and_reasoning_tokens_are_told: "Ollama counts neither apart",
    tokens_are_counted: "Ollama has no endpoint that counts",
} }

#[cfg(feature = "extractive")]
fn extractive() -> Subject {
    use ziggurat_core::{ChatRequest, Document, Message};
    let ask = |question: &str| {
        let notes = Document::new("notes.md", "The pool ran out at 09:14. Nobody had been paged.");
        ChatRequest::new("bm25", [Message::user(question).with_documents([notes])])
    };
    Subject::in_process(|_| ziggurat_providers::Extractive).asked(ask)
}

#[cfg(feature = "extractive")]
provider_conformance! { extractive, extractive(), only {
    a_stream_adds_up_to_the_whole_answer,
    a_stream_ends_once_and_last,
    an_arc_of_it_is_the_same_provider,
    its_name_can_stand_before_a_slash,
    what_is_known_is_known_without_io,
    looking_around_costs_nothing,
    tokens_are_never_estimated,
} "it quotes documents and plays no script" }
