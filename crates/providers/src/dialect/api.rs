//! Which API a server speaks, and the adapter for it.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use ziggurat_core::Provider;

use crate::{Auth, ConfigError, ServerConfig};

/// A model API that this crate speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Api {
    /// OpenAI's chat completions, which most servers speak.
    #[default]
    OpenaiChat,
    /// OpenAI's Responses.
    OpenaiResponses,
    /// Anthropic's Messages.
    AnthropicMessages,
    /// Google's generateContent.
    Gemini,
    /// Ollama's own.
    Ollama,
}

impl Api {
    /// The feature of this crate that its adapter is behind.
    pub fn feature(self) -> &'static str {
        match self {
            Self::OpenaiChat | Self::OpenaiResponses => "openai",
            Self::AnthropicMessages => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
        }
    }

    /// Whether this build has its adapter.
    pub fn is_built(self) -> bool {
        match self {
            Self::OpenaiChat | Self::OpenaiResponses => cfg!(feature = "openai"),
            Self::AnthropicMessages => cfg!(feature = "anthropic"),
            Self::Gemini => cfg!(feature = "gemini"),
            Self::Ollama => cfg!(feature = "ollama"),
        }
    }

    /// How its vendor's own server takes the key, and most that speak the same do.
    pub(crate) fn usual_auth(self) -> Auth {
        match self {
            Self::AnthropicMessages => Auth::Header("x-api-key".to_owned()),
            Self::Gemini => Auth::Header("x-goog-api-key".to_owned()),
            Self::OpenaiChat | Self::OpenaiResponses | Self::Ollama => Auth::Bearer,
        }
    }

    /// The headers that it asks for.
    pub(crate) fn usual_headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::AnthropicMessages => &[("anthropic-version", "2023-06-01")],
            _ => &[],
        }
    }

    /// The API at an address: Ollama speaks chat completions below `/v1`.
    pub(crate) fn at(self, base_url: &str) -> Self {
        match self {
            Self::Ollama if base_url.trim_end_matches('/').ends_with("/v1") => Self::OpenaiChat,
            api => api,
        }
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenaiChat => "openai-chat",
            Self::OpenaiResponses => "openai-responses",
            Self::AnthropicMessages => "anthropic-messages",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
        })
    }
}

/// The adapter for an API.
pub(crate) fn build(api: Api, config: ServerConfig) -> Result<Arc<dyn Provider>, ConfigError> {
    match api {
        #[cfg(feature = "openai")]
        Api::OpenaiChat => Ok(Arc::new(crate::OpenAi::new(config)?)),
        #[cfg(feature = "openai")]
        Api::OpenaiResponses => Ok(Arc::new(crate::OpenAiResponses::new(config)?)),
        #[cfg(feature = "anthropic")]
        Api::AnthropicMessages => Ok(Arc::new(crate::Anthropic::new(config)?)),
        #[cfg(feature = "gemini")]
        Api::Gemini => Ok(Arc::new(crate::Gemini::new(config)?)),
        #[cfg(feature = "ollama")]
        Api::Ollama => Ok(Arc::new(crate::Ollama::new(config)?)),
        #[allow(unreachable_patterns, reason = "with every feature there is no other")]
        _ => Err(ConfigError::NotBuilt { feature: api.feature() }),
    }
}
