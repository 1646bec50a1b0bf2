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
    /// Which API made it, if that is known: `anthropic-messages`. Its id and its proof mean nothing to
    /// any other, so that an adapter of another API leaves them out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
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

    /// The same block, made by this API.
    pub fn with_origin(mut self, origin: impl Into<Option<String>>) -> Self {
        self.origin = origin.into();
        self
    }

    /// The same block as an adapter of this API reads it: if it bears what only its maker understands, it
    /// says who that is. Words alone are everybody's.
    ///
    /// ```
    /// use ziggurat_core::chat::Reasoning;
    /// let words = Reasoning::new("Hm.").read_from("gemini");
    /// assert_eq!(words.origin, None);
    /// let proved = words.with_signature("proof".to_owned()).read_from("gemini");
    /// assert!(proved.is_foreign_to("anthropic-messages") && !proved.is_foreign_to("gemini"));
    /// ```
    pub fn read_from(self, api: &str) -> Self {
        let is_bound = self.id.is_some() || self.signature.is_some() || self.redacted;
        match is_bound {
            true => self.with_origin(api.to_owned()),
            false => self,
        }
    }

    /// Whether another API than this one made it, so that its id and its proof mean nothing here. A block
    /// that does not say who made it is taken for one's own.
    pub fn is_foreign_to(&self, api: &str) -> bool {
        self.origin.as_deref().is_some_and(|origin| origin != api)
    }

    /// Adds a piece: its text is appended, what else it bears replaces what was there.
    pub fn extend(&mut self, piece: Self) {
        self.text.push_str(&piece.text);
        self.id = piece.id.or(self.id.take());
        self.signature = piece.signature.or(self.signature.take());
        self.redacted |= piece.redacted;
        self.origin = piece.origin.or(self.origin.take());
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_block_in_pieces_knows_its_origin_whichever_piece_bore_it() {
        let proof = || Reasoning::default().with_signature("s".to_owned()).read_from("gemini");
        for pieces in [[Reasoning::new("hm"), proof()], [proof(), Reasoning::new("hm")]] {
            let mut block = Reasoning::default();
            pieces.into_iter().for_each(|piece| block.extend(piece));
            let whole = Reasoning::new("hm").with_signature("s".to_owned()).read_from("gemini");
            assert_eq!(block, whole);
            assert_eq!(block.origin.as_deref(), Some("gemini"));
        }
    }

    #[test]
    fn whatever_only_its_maker_understands_has_an_origin() {
        let id = Reasoning::default().with_id("rs_1".to_owned());
        let signed = Reasoning::default().with_signature("s".to_owned());
        for block in [id, signed, Reasoning::default().redacted()] {
            assert!(block.clone().read_from("a").is_foreign_to("b"), "{block:?}");
            assert!(!block.is_foreign_to("b"), "nobody said whose it is: {block:?}");
        }
    }

    #[test]
    fn blocks_of_earlier_versions_are_read_and_written_without_an_origin() {
        let old = json!({"text": "hm", "signature": "s"});
        let block: Reasoning = serde_json::from_value(old.clone()).unwrap();
        assert_eq!(block.origin, None);
        assert_eq!(serde_json::to_value(&block).unwrap(), old);
        let block = block.read_from("gemini");
        let back = serde_json::from_value(serde_json::to_value(&block).unwrap()).unwrap();
        assert_eq!(block, back);
    }
}
