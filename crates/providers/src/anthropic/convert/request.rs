//! A request as it is sent.

use serde_json::{Map, Value};
use ziggurat_core::ChatRequest;
use ziggurat_core::chat::{ToolChoice, ToolSpec};

use super::messages::turns;
use super::thinking::Plan;
use crate::anthropic::wire;
use crate::api::{Fault, encode};

/// Fields beside ours that count where tokens are counted; it refuses all others.
const COUNTED: [&str; 9] = [
    "cache_control",
    "messages",
    "model",
    "output_config",
    "speed",
    "system",
    "thinking",
    "tool_choice",
    "tools",
];

/// The request for an answer.
pub(in crate::anthropic) fn request(request: &ChatRequest, streamed: bool) -> wire::Request<'_> {
    let plan = Plan::of(request);
    wire::Request {
        max_tokens: plan.max_tokens,
        temperature: plan.temperature,
        top_p: plan.top_p,
        stop_sequences: &request.stop,
        stream: streamed.then_some(true),
        prompt: prompt(request, &plan),
    }
}

/// The request for a count of tokens.
pub(in crate::anthropic) fn counted(request: &ChatRequest) -> Result<Vec<u8>, Fault> {
    let fields = request.extra.iter().filter(|(name, _)| COUNTED.contains(&name.as_str()));
    let extra: Map<String, Value> =
        fields.map(|(name, value)| (name.clone(), value.clone())).collect();
    encode(&prompt(request, &Plan::of(request)), &extra)
}

fn prompt<'a>(request: &'a ChatRequest, plan: &Plan) -> wire::Prompt<'a> {
    wire::Prompt {
        model: &request.model,
        system: request.system.as_deref().filter(|system| !system.is_empty()),
        messages: turns(request),
        tools: request.tools.iter().map(tool).collect(),
        tool_choice: tool_choice(request),
        thinking: plan.thinking,
        output_config: output_config(request, plan),
    }
}

fn tool(spec: &ToolSpec) -> wire::Tool<'_> {
    let ToolSpec { name, description, parameters, strict, .. } = spec;
    wire::Tool { name, description, input_schema: parameters, strict: *strict }
}

/// Whether calls may come in parallel is part of the choice, which must then be spelt out. The API
/// takes neither without tools, which may be among the extra fields.
fn tool_choice(request: &ChatRequest) -> Option<wire::ToolChoice<'_>> {
    let has_tools = !request.tools.is_empty() || request.extra.contains_key("tools");
    let parallel = request.parallel_tool_calls.filter(|_| has_tools);
    let choice = request.tool_choice.as_ref().or(parallel.map(|_| &ToolChoice::Auto))?;
    let (r#type, name) = match choice {
        ToolChoice::None => ("none", None),
        ToolChoice::Required => ("any", None),
        ToolChoice::Tool(name) => ("tool", Some(name.as_str())),
        _ => ("auto", None),
    };
    let parallel = parallel.filter(|_| *choice != ToolChoice::None);
    let disable_parallel_tool_use = parallel.map(|parallel| !parallel);
    Some(wire::ToolChoice { r#type, name, disable_parallel_tool_use })
}

fn output_config<'a>(request: &'a ChatRequest, plan: &Plan) -> Option<wire::OutputConfig<'a>> {
    let format = request.response_schema.as_ref();
    let format =
        format.map(|schema| wire::Format { r#type: "json_schema", schema: &schema.schema });
    let is_set = plan.effort.is_some() || format.is_some();
    is_set.then_some(wire::OutputConfig { effort: plan.effort, format })
}
