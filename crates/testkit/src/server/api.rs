//! The APIs that the server speaks.

use ziggurat_core::ErrorKind;

use super::formats::{self, Format};

/// An API of a vendor of models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Api {
    /// OpenAI's chat completions: `/v1/chat/completions`.
    ChatCompletions,
    /// OpenAI's Responses: `/v1/responses`.
    Responses,
    /// Anthropic's Messages: `/v1/messages`.
    Messages,
    /// Gemini's generateContent: `/v1beta/models/…`.
    Gemini,
    /// Ollama's own: `/api/chat`.
    Ollama,
}

impl Api {
    /// The kinds of failure that the vendor tells apart, by status, code or words. The server says
    /// others with the nearest status.
    pub fn error_kinds(self) -> &'static [ErrorKind] {
        self.format().error_kinds()
    }

    /// Its name where it is counted: `chat_completions`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ChatCompletions => "chat_completions",
            Self::Responses => "responses",
            Self::Messages => "messages",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
        }
    }

    pub(super) fn format(self) -> &'static dyn Format {
        match self {
            Self::ChatCompletions => &formats::ChatCompletions,
            Self::Responses => &formats::Responses,
            Self::Messages => &formats::Messages,
            Self::Gemini => &formats::Gemini,
            Self::Ollama => &formats::Ollama,
        }
    }
}
