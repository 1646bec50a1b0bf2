//! Messages of a conversation. Instructions of the system are not among them: they are a field of the
//! request, so that nothing untrusted can be put there by mistake.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ToolCall, ToolResult};
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
    /// A document: data, fenced by the adapter.
    Document(Arc<Document>),
    /// A call the assistant made.
    ToolCall(ToolCall),
    /// A tool's answer.
    ToolResult(ToolResult),
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
    /// A user's message of one text.
    pub fn user(text: impl Into<String>) -> Self {
        Self { role: Role::User, content: vec![ContentPart::Text { text: text.into() }] }
    }

    /// An assistant's message of one text.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self { role: Role::Assistant, content: vec![ContentPart::Text { text: text.into() }] }
    }

    /// The same message with these documents after what it had.
    pub fn with_documents<D: Into<Arc<Document>>>(
        mut self,
        documents: impl IntoIterator<Item = D>,
    ) -> Self {
        self.content.extend(documents.into_iter().map(|d| ContentPart::Document(d.into())));
        self
    }

    /// The text parts, joined by blank lines; documents and tools are left out.
    pub fn text(&self) -> String {
        let texts = self.content.iter().filter_map(|part| match part {
            ContentPart::Text { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n\n")
    }

    /// The documents of the message, in order.
    pub fn documents(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.content.iter().filter_map(|part| match part {
            ContentPart::Document(document) => Some(document),
            _ => None,
        })
    }
}
