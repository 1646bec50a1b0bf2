//! An answer as it arrives. A stream that stops without its [`ChatEnd`] was cut, and a cut answer is
//! an error, never a short success: that is why the end is an item of its own.

use futures::stream::{self, BoxStream, StreamExt};

use super::{AnswerSource, ChatResponse, ContentPart, FinishReason, Reasoning, ToolCall};
use crate::{ErrorKind, ProviderError, Usage};

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChatDelta {
    /// More text.
    Text(String),
    /// More of the block of thoughts at `index`.
    Reasoning {
        /// Which block of the answer, from 0.
        index: usize,
        /// What is added to it, as [`Reasoning::extend`] does.
        piece: Reasoning,
    },
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
        /// Its opaque proof, if this piece bears it.
        signature: Option<String>,
    },
    /// The answer is complete. Exactly one, and last.
    End(ChatEnd),
}

/// What is known only when an answer is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChatEnd {
    /// Why the model stopped.
    pub finish: FinishReason,
    /// The text it stopped at, if the provider tells and that was the reason.
    pub stop_sequence: Option<String>,
    /// What it cost in tokens, as far as the provider said.
    pub usage: Usage,
    /// The model that answered.
    pub model: String,
    /// The provider's id of the answer.
    pub id: Option<String>,
    /// The provider's id of the request, for its support.
    pub request_id: Option<String>,
    /// Where the answer came from.
    pub source: AnswerSource,
    /// The model that answered in place of the one that was asked, as `provider/model`.
    pub answered_by: Option<String>,
}

impl ChatResponse {
    /// What it says, and what is known at its end.
    fn into_parts(self) -> (Vec<ContentPart>, ChatEnd) {
        let Self { finish, stop_sequence, usage, model, id, request_id, source, .. } = self;
        let answered_by = self.answered_by;
        let end =
            ChatEnd { finish, stop_sequence, usage, model, id, request_id, source, answered_by };
        (self.content, end)
    }

    fn from_parts(content: Vec<ContentPart>, end: ChatEnd) -> Self {
        let ChatEnd { finish, stop_sequence, usage, model, id, request_id, source, answered_by } =
            end;
        Self { content, finish, stop_sequence, usage, model, id, request_id, source, answered_by }
    }
}

impl ChatEnd {
    /// The end of an answer by this model, its usage unknown.
    pub fn new(model: impl Into<String>, finish: FinishReason) -> Self {
        Self {
            finish,
            stop_sequence: None,
            usage: Usage::UNKNOWN,
            model: model.into(),
            id: None,
            request_id: None,
            source: AnswerSource::Model,
            answered_by: None,
        }
    }

    /// The same end with this usage.
    pub fn with_usage(mut self, usage: Usage) -> Self {
        self.usage = usage;
        self
    }
}

/// A stream of deltas. Dropping it closes the request's connection.
pub type ChatStream = BoxStream<'static, Result<ChatDelta, ProviderError>>;

/// A whole answer as a stream, for providers that cannot stream: each part in one piece, then the end.
pub fn stream_of(response: ChatResponse) -> ChatStream {
    let (content, end) = response.into_parts();
    let (mut thoughts, mut calls) = (0.., 0..);
    let parts = content.into_iter().filter_map(move |part| match part {
        ContentPart::Text { text } => Some(ChatDelta::Text(text)),
        ContentPart::Reasoning(piece) => {
            thoughts.next().map(|index| ChatDelta::Reasoning { index, piece })
        }
        ContentPart::ToolCall(call) => calls.next().map(|index| ChatDelta::ToolCall {
            index,
            id: Some(call.id),
            name: Some(call.name),
            arguments: call.arguments,
            signature: call.signature,
        }),
        _ => None,
    });
    let deltas: Vec<_> = parts.chain([ChatDelta::End(end)]).map(Ok).collect();
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
    let mut answer = PartialResponse::default();
    while let Some(delta) = stream.next().await {
        match delta? {
            ChatDelta::End(end) => return Ok(answer.end(end)),
            delta => {
                if let ChatDelta::Text(text) = &delta {
                    on_text(text);
                }
                answer.add(delta);
            }
        }
    }
    Err(ProviderError::new(provider, ErrorKind::Interrupted, "the stream stopped before its end"))
}

/// An answer that is put together from its deltas.
///
/// ```
/// use ziggurat_core::chat::{ChatDelta, ChatEnd, FinishReason, PartialResponse};
/// let mut answer = PartialResponse::default();
/// answer.add(ChatDelta::Text("to".to_owned()));
/// answer.add(ChatDelta::Text("wer".to_owned()));
/// assert_eq!(answer.end(ChatEnd::new("m", FinishReason::Stop)).text(), "tower");
/// ```
#[derive(Debug, Default)]
pub struct PartialResponse {
    content: Content,
}

impl PartialResponse {
    /// Adds a piece. An end adds nothing: it is what [`end`](Self::end) takes.
    pub fn add(&mut self, delta: ChatDelta) {
        match delta {
            ChatDelta::Text(text) => self.content.text(text),
            ChatDelta::Reasoning { index, piece } => self.content.reasoning(index).extend(piece),
            ChatDelta::ToolCall { index, id, name, arguments, signature } => {
                let call = self.content.call(index);
                call.id = id.unwrap_or(std::mem::take(&mut call.id));
                call.name = name.unwrap_or(std::mem::take(&mut call.name));
                call.arguments.push_str(&arguments);
                call.signature = signature.or(call.signature.take());
            }
            ChatDelta::End(_) => {}
        }
    }

    /// The whole answer.
    pub fn end(self, end: ChatEnd) -> ChatResponse {
        ChatResponse::from_parts(self.content.into_parts(), end)
    }
}

/// An answer so far. Indices come from outside: one far beyond the next would otherwise size a list.
#[derive(Debug, Default)]
struct Content {
    order: Vec<Slot>,
    thoughts: Vec<Reasoning>,
    calls: Vec<ToolCall>,
}

/// What stands at a place of the answer: a text, or the next of the thoughts or calls.
#[derive(Debug)]
enum Slot {
    Text(String),
    Thought,
    Call,
}

impl Content {
    /// Text goes on with the last part if that is text.
    fn text(&mut self, more: String) {
        match self.order.last_mut() {
            Some(Slot::Text(text)) => text.push_str(&more),
            _ => self.order.push(Slot::Text(more)),
        }
    }

    fn reasoning(&mut self, index: usize) -> &mut Reasoning {
        let index = index.min(self.thoughts.len());
        if index == self.thoughts.len() {
            self.thoughts.push(Reasoning::default());
            self.order.push(Slot::Thought);
        }
        &mut self.thoughts[index]
    }

    fn call(&mut self, index: usize) -> &mut ToolCall {
        let index = index.min(self.calls.len());
        if index == self.calls.len() {
            self.calls.push(ToolCall::new("", "", ""));
            self.order.push(Slot::Call);
        }
        &mut self.calls[index]
    }

    fn into_parts(self) -> Vec<ContentPart> {
        let (mut thoughts, mut calls) = (self.thoughts.into_iter(), self.calls.into_iter());
        let part = |slot| match slot {
            Slot::Text(text) => Some(ContentPart::Text { text }),
            Slot::Thought => thoughts.next().map(ContentPart::Reasoning),
            Slot::Call => calls.next().map(ContentPart::ToolCall),
        };
        self.order.into_iter().filter_map(part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;

    fn answer() -> ChatResponse {
        let call = |id: &str| ToolCall::new(id, "add", "{}");
        let thought = Reasoning::new("hm").with_signature(Some("proof".to_owned()));
        let thought = thought.read_from("gemini");
        let parts = [ContentPart::Reasoning(thought), ContentPart::text("two calls")];
        ChatResponse::of("m", parts)
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
    fn pieces_of_several_calls_may_come_mixed_and_parts_stand_in_the_order_they_began() {
        let call = |index, id: Option<&str>, arguments: &str| ChatDelta::ToolCall {
            index,
            id: id.map(str::to_owned),
            name: id.map(|_| "f".to_owned()),
            arguments: arguments.to_owned(),
            signature: None,
        };
        let deltas = [
            call(0, Some("a"), ""),
            ChatDelta::Text("t".into()),
            call(1, Some("b"), "{"),
            call(0, None, "{}"),
            call(1, None, "}"),
            ChatDelta::End(ChatEnd::new("m", FinishReason::ToolCalls)),
        ];
        let answer = block_on(collect("p", stream::iter(deltas.map(Ok)).boxed(), |_| {})).unwrap();
        let expected = [
            ContentPart::ToolCall(ToolCall::new("a", "f", "{}")),
            ContentPart::text("t"),
            ContentPart::ToolCall(ToolCall::new("b", "f", "{}")),
        ];
        assert_eq!(answer.content, expected);
    }

    #[test]
    fn a_call_index_from_nowhere_does_not_size_memory() {
        let mut content = Content::default();
        content.call(usize::MAX).id.push('x');
        content.reasoning(usize::MAX).text.push('y');
        assert_eq!((content.calls.len(), content.thoughts.len()), (1, 1));
    }
}
