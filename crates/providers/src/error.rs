//! What can be wrong before any model is asked: a provider's configuration, and the choice of one.

use ziggurat_core::BoxError;

/// Why a provider could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The base URL is not one that requests can be sent to.
    #[cfg(feature = "http")]
    #[error("base URL `{url}`: {problem}")]
    BaseUrl {
        /// The URL as it was given, without what might be a password.
        url: String,
        /// What is wrong with it.
        #[source]
        problem: crate::BaseUrlProblem,
    },
    /// A host that should be allowed is none.
    #[cfg(feature = "http")]
    #[error("the allowed host `{host}`: {problem}")]
    AllowedHost {
        /// The host as it was given, without what might be a password.
        host: String,
        /// What is wrong with it.
        #[source]
        problem: crate::AllowedHostProblem,
    },
    /// The provider has no server, so a base URL makes no sense.
    #[error("{provider} runs in this process and takes no base URL")]
    BaseUrlUnused {
        /// The provider's name.
        provider: String,
    },
    /// The key cannot be sent in an HTTP header.
    #[error("the key in {variable} has characters that no key has; was it copied whole?")]
    Key {
        /// The environment variable that holds it.
        variable: String,
    },
    /// A header's name or value cannot be sent.
    #[error("the header `{name}` cannot be sent: check its name and its value")]
    Header {
        /// The header's name.
        name: String,
    },
    /// Quirks of OpenAI's APIs were set for a server that speaks another one, where they mean nothing.
    #[error(
        "the quirks of {provider} are of OpenAI's APIs, which it does not speak; partial_list alone is of all"
    )]
    Quirks {
        /// The provider's name.
        provider: String,
    },
    /// A header that bears keys was set as such.
    #[error(
        "the header `{name}` is for a key: give the key as the key, and name the header with auth"
    )]
    KeyHeader {
        /// The header's name.
        name: String,
    },
    /// The provider needs a key, and there is none.
    #[error(
        "no key: set {variable}, or {}_FILE to the name of a file that holds it, or give the address of \
         a server that needs none with --base-url",
        .variable.split(' ').next().unwrap_or_default()
    )]
    NoKey {
        /// The environment variable that should hold it, or several (`A or B`).
        variable: String,
    },
    /// The file that should hold the key does not.
    #[cfg(feature = "http")]
    #[error("{}: {problem}", key_file(.path))]
    KeyFile {
        /// The file; empty if what was written is no path by its looks, and may be the key itself.
        path: std::path::PathBuf,
        /// What is wrong with it.
        #[source]
        problem: crate::KeyFileProblem,
    },
    /// The command that should print the key does not.
    #[cfg(feature = "http")]
    #[error("the key command `{program}`: {problem}")]
    KeyCommand {
        /// The program, without its arguments.
        program: String,
        /// What is wrong with it.
        #[source]
        problem: crate::KeyCommandProblem,
    },
    /// The provider's address depends on a variable that is not set.
    #[error("no address: set {variable}, or give one with --base-url")]
    NoBaseUrl {
        /// The environment variable.
        variable: String,
    },
    /// The provider's adapter is not part of this build.
    #[error("this program was built without the feature `{feature}`")]
    NotBuilt {
        /// The feature of this crate.
        feature: &'static str,
    },
    /// The HTTP client could not be set up, for example for want of the system's certificates.
    #[error("the HTTP client could not be set up")]
    Client(#[source] BoxError),
    /// A failure of a provider that was registered from outside.
    #[error(transparent)]
    Other(BoxError),
}

/// Why no model could be chosen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SelectionError {
    /// No provider has this name.
    #[error("no provider is named `{name}`{}; there are: {}", did_you_mean(.nearest), .names.join(", "))]
    UnknownProvider {
        /// The name that was asked for.
        name: String,
        /// What may be meant: models of this name, or registered names that look like it, nearest first.
        nearest: Vec<String>,
        /// All registered names.
        names: Vec<String>,
    },
    /// The provider has no default model.
    #[error(
        "`{provider}` has no default model: write {provider}/MODEL, or {provider}/auto for whichever its \
         server lists"
    )]
    NoDefaultModel {
        /// The provider's name.
        provider: String,
    },
    /// The provider could not be set up.
    #[error("{provider}: {source}")]
    Config {
        /// The provider's name.
        provider: String,
        /// What is wrong.
        source: ConfigError,
    },
    /// Nothing is configured, no local server answers, and there is no material to answer from.
    #[error(
        "no model is configured: set OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY or another \
         provider's key, or start a local server (Ollama, llama.cpp, LM Studio), or pass --base-url \
         for an OpenAI-compatible one, or give documents with --input so that the embedded \
         extractive model can answer from them"
    )]
    NothingConfigured,
}

/// The file that should hold the key, as it may be shown.
#[cfg(feature = "http")]
fn key_file(path: &std::path::Path) -> String {
    match path.as_os_str().is_empty() {
        true => "the file named in key_file or in the variable with _FILE".to_owned(),
        false => format!("the key file {}", path.display()),
    }
}

/// `; did you mean …?`, or nothing.
pub(crate) fn did_you_mean(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return String::new();
    }
    format!("; did you mean {}?", nearest.join(", "))
}
