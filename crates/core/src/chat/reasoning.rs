//! What a model thinks before it answers: how much of it a caller asks for, and what comes back. Some
//! of it is proof that must be sent back unchanged, or the provider refuses the next turn.

use serde::{Deserialize, Serialize};

/// A block of thoughts.
///
/// It belongs into the conversation: [`ChatResponse::into_message`](super::ChatResponse::into_message)
/// keeps it, and an adapter sends back what its API takes back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reasoning {
    /// The thoughts in words; empty if the provider keeps them to itself.
    pub text: String,
    /// The provider's id of the block (OpenAI's Responses).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What proves or holds the thoughts, opaque: Anthropic's `signature` or redacted `data`, OpenAI's
    /// `encrypted_content`, Gemini's `thoughtSignature`. A block with a signature and no text belongs
    /// to the part before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Whether the provider withheld the words (Anthropic's `redacted_thinking`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
}

impl Reasoning {
    /// Thoughts in words.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// The same block with the provider's id of it.
    pub fn with_id(mut self, id: impl Into<Option<String>>) -> Self {
        self.id = id.into();
        self
    }

    /// The same block with its opaque proof.
    pub fn with_signature(mut self, signature: impl Into<Option<String>>) -> Self {
        self.signature = signature.into();
        self
    }

    /// The same block, marked as withheld.
    pub fn redacted(mut self) -> Self {
        self.redacted = true;
        self
    }

    /// Adds a piece: its text is appended, what else it bears replaces what was there.
    pub fn extend(&mut self, piece: Self) {
        self.text.push_str(&piece.text);
        self.id = piece.id.or(self.id.take());
        self.signature = piece.signature.or(self.signature.take());
        self.redacted |= piece.redacted;
    }
}

/// How much a model should think. Adapters translate it into what their API knows; a level that the
/// API does not have becomes the nearest that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReasoningEffort {
    /// Not at all.
    None,
    /// As little as possible.
    Minimal,
    /// A little.
    Low,
    /// The usual.
    Medium,
    /// A lot.
    High,
    /// More than that (OpenAI's `xhigh`).
    #[serde(rename = "xhigh")]
    XHigh,
    /// All that the model can (Anthropic's `max`).
    Max,
    /// At most this many tokens (Anthropic's and Gemini's budget).
    Budget(u32),
}

impl ReasoningEffort {
    /// The level's name in OpenAI's spelling; `None` for a budget.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::XHigh => "xhigh",
            Self::Max => "max",
            Self::Budget(_) => return None,
        })
    }
}
