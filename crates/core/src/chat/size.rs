//! How large a request is, before anybody has counted: a guess for planning and a bound for money.

use super::{ChatRequest, ContentPart, Message};

/// What a message or a part takes beside its words: its role, its fence, the marks of a chat template.
/// Generous, since it stands in a bound.
const FRAME: u64 = 256;

impl ChatRequest {
    /// A rough number of input tokens: UTF-8 bytes / 4, rounded up, the field's rule of thumb for
    /// English. For planning, not for billing; pictures are not counted.
    pub fn estimated_input_tokens(&self) -> u64 {
        self.bytes().div_ceil(4)
    }

    /// A number of input tokens that no tokenizer exceeds: none makes a token of less than a byte. `None`
    /// if there are pictures, which are counted by rules of their own, or [`extra`](Self::extra) fields,
    /// which may add anything.
    pub fn max_input_tokens(&self) -> Option<u64> {
        if !self.extra.is_empty() {
            return None;
        }
        let mut parts = self.messages.iter().flat_map(|message| &message.content);
        if parts.any(|part| matches!(part, ContentPart::Image(_))) {
            return None;
        }
        let parts: usize = self.messages.iter().map(|message| 1 + message.content.len()).sum();
        let frames = 1 + parts as u64 + self.tools.len() as u64;
        Some(self.bytes() + FRAME * frames)
    }

    /// The bytes of all that a model reads as words.
    fn bytes(&self) -> u64 {
        let system = self.system.as_ref().map_or(0, String::len);
        let messages: usize = self.messages.iter().map(message).sum();
        let tools = self.tools.iter().map(|tool| {
            tool.name.len() + tool.description.len() + tool.parameters.to_string().len()
        });
        let schema = self.response_schema.as_ref();
        let schema = schema.map_or(0, |schema| schema.name.len() + schema.schema.to_string().len());
        (system + messages + tools.sum::<usize>() + schema) as u64
    }
}

fn message(message: &Message) -> usize {
    message.content.iter().map(part).sum()
}

fn part(part: &ContentPart) -> usize {
    match part {
        ContentPart::Text { text } => text.len(),
        ContentPart::Document(document) => {
            document.id.len() + document.title.len() + document.text.len()
        }
        ContentPart::Reasoning(thought) => {
            thought.text.len() + len(&thought.id) + len(&thought.signature)
        }
        ContentPart::ToolCall(call) => {
            call.id.len() + call.name.len() + call.arguments.len() + len(&call.signature)
        }
        ContentPart::ToolResult(result) => result.call_id.len() + result.text.len(),
        ContentPart::Image(_) => 0,
    }
}

fn len(text: &Option<String>) -> usize {
    text.as_ref().map_or(0, String::len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;
    use crate::chat::{Image, ToolSpec};

    #[test]
    fn all_that_is_read_is_counted() {
        let bare = ChatRequest::new("m", [Message::user("12345678")]);
        assert_eq!(bare.estimated_input_tokens(), 2);
        let document = Document::new("a", "1234567890");
        let full = ChatRequest::new("m", [Message::user("12345678").with_documents([document])])
            .with_system("1234")
            .with_tools([ToolSpec::new("add", "adds", serde_json::json!({}))]);
        // 8 + 1 + 1 + 10 + 4 + 3 + 4 + 2
        assert_eq!(full.estimated_input_tokens(), 9);
        assert!(full.max_input_tokens() >= Some(33));
    }

    #[test]
    fn pictures_have_no_bound() {
        let image = Image::from_bytes("image/png", b"png");
        let request = ChatRequest::new("m", [Message::user("What?").with_images([image])]);
        assert_eq!(request.max_input_tokens(), None);
        let request = ChatRequest::new("m", [Message::user("What?")]).with_extra("n", 8);
        assert_eq!(request.max_input_tokens(), None, "it may mean anything");
    }
}
