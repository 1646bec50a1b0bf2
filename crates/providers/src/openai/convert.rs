//! Between our vocabulary and the wire's, both ways, for whole answers.

use ziggurat_core::chat::ToolCall;
use ziggurat_core::{ChatRequest, ChatResponse, ContentPart, Message, Role, Usage};

use super::finish::finish;
use super::wire;
use crate::TokenLimit;
use crate::api::Cut;
use crate::fence::Fence;

/// The request as it is sent.
pub(super) fn request(
    request: &ChatRequest,
    limit: TokenLimit,
    streamed: bool,
) -> wire::Request<'_> {
    let fence = Fence::of(request);
    let system = request.system.as_deref();
    let system = system.map(|content| wire::RequestMessage::System { content });
    let spoken = request.messages.iter().flat_map(|message| messages(message, &fence));
    let bound = |spelling| request.max_tokens.filter(|_| limit == spelling);
    wire::Request {
        model: &request.model,
        messages: system.into_iter().chain(spoken).collect(),
        tools: request.tools.iter().map(tool).collect(),
        max_tokens: bound(TokenLimit::MaxTokens),
        max_completion_tokens: bound(TokenLimit::MaxCompletionTokens),
        temperature: request.temperature,
        response_format: request.response_schema.as_ref().map(|schema| wire::ResponseFormat {
            r#type: "json_schema",
            json_schema: wire::SchemaFormat {
                name: &schema.name,
                strict: true,
                schema: &schema.schema,
            },
        }),
        stream: streamed.then_some(true),
        stream_options: streamed.then_some(wire::StreamOptions { include_usage: true }),
    }
}

fn tool(spec: &ziggurat_core::chat::ToolSpec) -> wire::Tool<'_> {
    wire::Tool {
        r#type: "function",
        function: wire::ToolFunction {
            name: &spec.name,
            description: &spec.description,
            parameters: &spec.parameters,
        },
    }
}

/// One of our messages can be several on the wire: there, each tool's result is a message, and
/// documents are always the user's.
fn messages<'a>(message: &'a Message, fence: &Fence) -> Vec<wire::RequestMessage<'a>> {
    let mut sent = Vec::new();
    let mut calls = Vec::new();
    for part in &message.content {
        match part {
            ContentPart::ToolResult(result) => sent.push(wire::RequestMessage::Tool {
                tool_call_id: &result.call_id,
                content: &result.text,
            }),
            ContentPart::ToolCall(call) => calls.push(self::call(call)),
            _ => {}
        }
    }
    let by_model = message.role == Role::Assistant;
    if by_model && (!calls.is_empty() || has_text(message)) {
        let content = has_text(message).then(|| message.text());
        sent.push(wire::RequestMessage::Assistant { content, tool_calls: calls });
    }
    let rest = if by_model { documents(message) } else { message.content.clone() };
    let content = fence.render(&rest);
    if !content.is_empty() || (message.role == Role::User && sent.is_empty()) {
        sent.push(wire::RequestMessage::User { content });
    }
    sent
}

fn has_text(message: &Message) -> bool {
    message.content.iter().any(|part| matches!(part, ContentPart::Text { .. }))
}

fn documents(message: &Message) -> Vec<ContentPart> {
    message.documents().cloned().map(ContentPart::Document).collect()
}

fn call(call: &ToolCall) -> wire::RequestCall<'_> {
    let ToolCall { id, name, arguments, .. } = call;
    wire::RequestCall {
        id,
        r#type: "function",
        function: wire::RequestFunction { name, arguments },
    }
}

/// A whole answer, from the choice that was asked for; or why it is none.
pub(super) fn response(
    answer: wire::Answer,
    choice: wire::Choice,
    asked: &ChatRequest,
) -> Result<ChatResponse, Cut> {
    let message = choice.message.unwrap_or_default();
    let refusal = message.refusal.unwrap_or_default();
    let finish = finish(choice.finish_reason.as_deref(), !refusal.is_empty())?;
    let mut text = message.content.map(wire::Content::into_text).unwrap_or_default();
    text.push_str(&refusal);
    let calls = message.tool_calls.unwrap_or_default().into_iter().enumerate().map(|(i, call)| {
        let function = call.function.unwrap_or_default();
        let id = call.id.filter(|id| !id.is_empty()).unwrap_or_else(|| call_id(i));
        let arguments = wire::Function::arguments_text(function.arguments);
        ToolCall::new(id, function.name.unwrap_or_default(), arguments)
    });
    let response = ChatResponse::new(answer.model.unwrap_or_else(|| asked.model.clone()), text)
        .with_usage(answer.usage.map_or(Usage::UNKNOWN, usage))
        .with_id(answer.id)
        .with_tool_calls(calls)
        .with_finish(finish);
    Ok(response)
}

/// The id of a call that came without one, so that its result can name it.
pub(super) fn call_id(index: usize) -> String {
    format!("call_{index}")
}

/// The counts that were reported; the others stay unknown.
pub(super) fn usage(wire: wire::Usage) -> Usage {
    let mut usage = Usage::UNKNOWN;
    usage.input_tokens = wire.prompt_tokens;
    usage.output_tokens = wire.completion_tokens;
    let cached = wire.prompt_tokens_details.and_then(|details| details.cached_tokens);
    usage.cached_input_tokens = cached.or(wire.prompt_cache_hit_tokens);
    usage.reasoning_tokens =
        wire.completion_tokens_details.and_then(|details| details.reasoning_tokens);
    usage
}
