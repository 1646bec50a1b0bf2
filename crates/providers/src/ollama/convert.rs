//! From our vocabulary to Ollama's. What Ollama has no word for is refused, not dropped.

use ziggurat_core::ChatRequest;
use ziggurat_core::chat::{ReasoningEffort, ToolChoice, ToolSpec};

use super::{messages, wire};
use crate::api::Fault;

/// The request as it is sent.
///
/// # Errors
/// [`Fault::Refused`] if it asks for what Ollama cannot do.
pub(super) fn request(request: &ChatRequest, streamed: bool) -> Result<wire::Request<'_>, Fault> {
    Ok(wire::Request {
        model: &request.model,
        messages: messages::all(request)?,
        tools: tools(request)?,
        format: request.response_schema.as_ref().map(|schema| &schema.schema),
        options: wire::Options {
            num_predict: request.max_tokens,
            temperature: request.temperature,
            top_p: request.top_p,
            seed: request.seed,
            stop: &request.stop,
        },
        think: request.reasoning.map(think).transpose()?,
        stream: streamed,
    })
}

/// Ollama leaves it to the model whether it calls tools, and how many. Without tools it calls none.
fn tools(request: &ChatRequest) -> Result<Vec<wire::Tool<'_>>, Fault> {
    match request.tool_choice {
        Some(ToolChoice::None) => return Ok(Vec::new()),
        None | Some(ToolChoice::Auto) => {}
        Some(_) => {
            let what = "Ollama leaves it to the model whether it calls a tool, and which";
            return Err(Fault::unsupported(what));
        }
    }
    if request.parallel_tool_calls == Some(false) && !request.tools.is_empty() {
        let what = "Ollama cannot keep a model from calling several tools at once";
        return Err(Fault::unsupported(what));
    }
    Ok(request.tools.iter().map(tool).collect())
}

fn tool(spec: &ToolSpec) -> wire::Tool<'_> {
    wire::Tool {
        r#type: "function",
        function: wire::ToolFunction {
            name: &spec.name,
            description: &spec.description,
            parameters: &spec.parameters,
        },
    }
}

/// The nearest that Ollama has. The usual amount is `true`: models with levels take it for the middle one,
/// and models without take nothing else on older servers.
fn think(effort: ReasoningEffort) -> Result<wire::Think, Fault> {
    Ok(match effort {
        ReasoningEffort::None | ReasoningEffort::Budget(0) => wire::Think::Flag(false),
        ReasoningEffort::Minimal | ReasoningEffort::Low => wire::Think::Level("low"),
        ReasoningEffort::Medium => wire::Think::Flag(true),
        ReasoningEffort::High | ReasoningEffort::XHigh => wire::Think::Level("high"),
        ReasoningEffort::Max => wire::Think::Level("max"),
        _ => {
            let what = "Ollama bounds no thoughts by tokens; ask for a level of reasoning";
            return Err(Fault::unsupported(what));
        }
    })
}
