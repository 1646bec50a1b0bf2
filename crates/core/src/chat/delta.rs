//! An answer as it arrives. A stream that stops without its [`ChatEnd`] was cut, and a cut answer is
//! an error, never a short success: that is why the end is an item of its own.

use futures::stream::{self, BoxStream, StreamExt};

use super::{ChatResponse, FinishReason, ToolCall};
use crate::{ErrorKind, ProviderError, Usage};

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChatDelta {
    /// More text.
    Text(String),
    /// More of the tool call at `index`; `id` and `name` come with its first piece.
    ToolCall {
        /// Which call of the answer, from 0.
        index: usize,
        /// The call's id, if this piece bears it.
        id: Option<String>,
        /// The tool's name, if this piece bears it.
        name: Option<String>,
        /// More of its arguments.
        arguments: String,
    },
    /// The answer is complete. Exactly one, and last.
    End(ChatEnd),
}

/// What is known only when an answer is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatEnd {
    /// Why the model stopped.
    pub finish: FinishReason,
    /// What it cost in tokens, as far as the provider said.
    pub usage: Usage,
    /// The model that answered.
    pub model: String,
    /// The provider's id of the answer.
    pub id: Option<String>,
}

/// A stream of deltas. Dropping it closes the request's connection.
pub type ChatStream = BoxStream<'static, Result<ChatDelta, ProviderError>>;

/// A whole answer as a stream, for providers that cannot stream: its text in one piece, its tool
/// calls, then the end.
pub fn stream_of(response: ChatResponse) -> ChatStream {
    let ChatResponse { text, tool_calls, finish, usage, model, id } = response;
    let text = (!text.is_empty()).then_some(ChatDelta::Text(text));
    let calls = tool_calls.into_iter().enumerate().map(|(index, call)| ChatDelta::ToolCall {
        index,
        id: Some(call.id),
        name: Some(call.name),
        arguments: call.arguments,
    });
    let end = ChatDelta::End(ChatEnd { finish, usage, model, id });
    let deltas: Vec<_> = text.into_iter().chain(calls).chain([end]).map(Ok).collect();
    stream::iter(deltas).boxed()
}

/// The whole answer of a stream; `on_text` sees each piece of text as it arrives.
///
/// # Errors
/// The stream's own error, or [`ErrorKind::Interrupted`] if it stops without its end.
pub async fn collect(
    provider: &str,
    mut stream: ChatStream,
    mut on_text: impl FnMut(&str) + Send,
) -> Result<ChatResponse, ProviderError> {
    let mut response = ChatResponse::new("", "");
    while let Some(delta) = stream.next().await {
        match delta? {
            ChatDelta::Text(text) => {
                on_text(&text);
                response.text.push_str(&text);
            }
            ChatDelta::ToolCall { index, id, name, arguments } => {
                extend_call(&mut response.tool_calls, index, id, name, &arguments);
            }
            ChatDelta::End(end) => {
                let ChatEnd { finish, usage, model, id } = end;
                return Ok(ChatResponse { finish, usage, model, id, ..response });
            }
        }
    }
    Err(ProviderError::new(provider, ErrorKind::Interrupted, "the stream stopped before its end"))
}

fn extend_call(
    calls: &mut Vec<ToolCall>,
    index: usize,
    id: Option<String>,
    name: Option<String>,
    arguments: &str,
) {
    // An index comes from outside: one beyond the next call would otherwise size the vector.
    let index = index.min(calls.len());
    if index == calls.len() {
        calls.push(ToolCall { id: String::new(), name: String::new(), arguments: String::new() });
    }
    let call = &mut calls[index];
    if let Some(id) = id {
        call.id = id;
    }
    if let Some(name) = name {
        call.name = name;
    }
    call.arguments.push_str(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;

    fn answer() -> ChatResponse {
        let call =
            |id: &str| ToolCall { id: id.into(), name: "add".into(), arguments: "{}".into() };
        ChatResponse::new("m", "two calls")
            .with_usage(Usage::new(3, 4))
            .with_tool_calls([call("a"), call("b")])
            .with_id(Some("r1".to_owned()))
    }

    #[test]
    fn a_response_survives_the_way_through_a_stream() {
        let back = block_on(collect("p", stream_of(answer()), |_| {})).unwrap();
        assert_eq!(back, answer());
    }

    #[test]
    fn a_stream_without_its_end_is_interrupted() {
        let cut = stream::iter([Ok(ChatDelta::Text("half".into()))]).boxed();
        let error = block_on(collect("p", cut, |_| {})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
    }

    #[test]
    fn a_call_index_from_nowhere_does_not_size_memory() {
        let mut calls = Vec::new();
        extend_call(&mut calls, usize::MAX, Some("x".into()), None, "{");
        assert_eq!(calls.len(), 1);
    }
}
