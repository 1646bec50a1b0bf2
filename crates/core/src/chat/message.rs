//! Messages of a conversation. Instructions of the system are not among them: they are a field of the
//! request, so that nothing untrusted can be put there by mistake.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Image, Reasoning, ToolCall, ToolResult};
use crate::Document;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The user, or whoever acts for one.
    User,
    /// The model.
    Assistant,
    /// A tool, answering the model's call.
    Tool,
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContentPart {
    /// Prose.
    Text {
        /// The words.
        text: String,
    },
    /// A picture.
    Image(Image),
    /// A document: data, fenced by the adapter.
    Document(Arc<Document>),
    /// What the assistant thought.
    Reasoning(Reasoning),
    /// A call the assistant made.
    ToolCall(ToolCall),
    /// A tool's answer.
    ToolResult(ToolResult),
}

impl ContentPart {
    /// Prose.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// The words, if it is prose.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            _ => None,
        }
    }
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub content: Vec<ContentPart>,
}

impl Message {
    /// A message of these parts.
    pub fn new(role: Role, content: impl IntoIterator<Item = ContentPart>) -> Self {
        Self { role, content: content.into_iter().collect() }
    }

    /// A user's message of one text.
    pub fn user(text: impl Into<String>) -> Self {
        Self::new(Role::User, [ContentPart::text(text)])
    }

    /// An assistant's message of one text.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::new(Role::Assistant, [ContentPart::text(text)])
    }

    /// The answers of tools to one answer's calls.
    pub fn tool_results(results: impl IntoIterator<Item = ToolResult>) -> Self {
        Self::new(Role::Tool, results.into_iter().map(ContentPart::ToolResult))
    }

    /// The same message with these pictures after what it had.
    pub fn with_images(mut self, images: impl IntoIterator<Item = Image>) -> Self {
        self.content.extend(images.into_iter().map(ContentPart::Image));
        self
    }

    /// The same message with these documents after what it had.
    pub fn with_documents<D: Into<Arc<Document>>>(
        mut self,
        documents: impl IntoIterator<Item = D>,
    ) -> Self {
        self.content.extend(documents.into_iter().map(|d| ContentPart::Document(d.into())));
        self
    }

    /// The text parts, joined by blank lines; everything else is left out.
    pub fn text(&self) -> String {
        let texts: Vec<_> = self.content.iter().filter_map(ContentPart::as_text).collect();
        texts.join("\n\n")
    }

    /// The documents of the message, in order.
    pub fn documents(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.content.iter().filter_map(|part| match part {
            ContentPart::Document(document) => Some(document),
            _ => None,
        })
    }
}
