//! Documents stay typed until an adapter renders them, so that their text can be fenced as data there
//! and never travels as prose among instructions.

use serde::{Deserialize, Serialize};

/// Where a document's text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Material that the user gave.
    #[default]
    Material,
    /// The output of an agent of the tier below.
    Agent,
}

/// A titled text that is data, never instructions.
///
/// ```
/// use ziggurat_core::Document;
/// let document = Document::new("notes.md", "The pool ran out of connections.");
/// assert_eq!(document.title, "notes.md");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Document {
    /// What a source mark names: a document's name, or the id of the node that wrote it (`W3`).
    pub id: String,
    /// What a reader sees; the id unless something better is known.
    pub title: String,
    /// The text, UTF-8.
    pub text: String,
    /// Where the text comes from.
    #[serde(default)]
    pub origin: Origin,
}

impl Document {
    /// A document of the user's material, titled by its id.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        let id = id.into();
        Self { title: id.clone(), id, text: text.into(), origin: Origin::Material }
    }

    /// The same document under another title.
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The same document, marked as the output of an agent.
    pub fn from_agent(mut self) -> Self {
        self.origin = Origin::Agent;
        self
    }

    /// A rough number of tokens of the text: UTF-8 bytes / 4, rounded up, the field's rule of thumb
    /// for English. For planning sizes, not for billing.
    pub fn estimated_tokens(&self) -> u64 {
        self.text.len().div_ceil(4) as u64
    }
}
