//! A request in the API's words.

use ziggurat_core::ChatRequest;
use ziggurat_core::chat::{ToolChoice, ToolSpec};

use super::contents::contents;
use super::{thinking, wire};
use crate::api::Fault;

/// The request as it is sent.
pub(super) fn request(request: &ChatRequest) -> Result<wire::Request<'_>, Fault> {
    if request.parallel_tool_calls == Some(false) && !request.tools.is_empty() {
        return Err(Fault::unsupported("Gemini's API cannot forbid several tool calls at once"));
    }
    let system = request.system.as_deref().map(|text| wire::Content {
        role: None,
        parts: vec![wire::Payload::Text(text.into()).into()],
    });
    Ok(wire::Request {
        contents: contents(request)?,
        system_instruction: system,
        tools: tools(&request.tools),
        tool_config: tool_config(request)?,
        generation_config: generation_config(request)?,
    })
}

fn tools(specs: &[ToolSpec]) -> Vec<wire::Tools<'_>> {
    let declarations = specs.iter().map(|spec| wire::FunctionDeclaration {
        name: &spec.name,
        description: &spec.description,
        parameters_json_schema: &spec.parameters,
    });
    match specs {
        [] => Vec::new(),
        _ => vec![wire::Tools { function_declarations: declarations.collect() }],
    }
}

/// Arguments are bound to their schemas by the mode; where a call is forced they are anyway.
fn tool_config(request: &ChatRequest) -> Result<Option<wire::ToolConfig<'_>>, Fault> {
    let strict = request.tools.iter().any(|spec| spec.strict == Some(true));
    let (mode, allowed_function_names) = match &request.tool_choice {
        None | Some(ToolChoice::Auto) if strict => (wire::Mode::Validated, None),
        None => return Ok(None),
        Some(ToolChoice::Auto) => (wire::Mode::Auto, None),
        Some(ToolChoice::None) => (wire::Mode::None, None),
        Some(ToolChoice::Required) => (wire::Mode::Any, None),
        Some(ToolChoice::Tool(name)) => (wire::Mode::Any, Some([name.as_str()])),
        Some(_) => {
            return Err(Fault::unsupported("Gemini's API has no word for this choice of tools"));
        }
    };
    let function_calling_config = wire::FunctionCallingConfig { mode, allowed_function_names };
    Ok(Some(wire::ToolConfig { function_calling_config }))
}

fn generation_config(request: &ChatRequest) -> Result<wire::GenerationConfig<'_>, Fault> {
    let seed = request.seed.map(i32::try_from).transpose();
    let seed =
        seed.map_err(|_| Fault::unsupported("Gemini's API takes no seed beyond 2147483647"))?;
    let schema = request.response_schema.as_ref().map(|schema| &schema.schema);
    Ok(wire::GenerationConfig {
        max_output_tokens: request.max_tokens,
        temperature: request.temperature,
        top_p: request.top_p,
        seed,
        stop_sequences: &request.stop,
        response_mime_type: schema.map(|_| "application/json"),
        response_json_schema: schema,
        thinking_config: request
            .reasoning
            .and_then(|effort| thinking::config(&request.model, effort)),
    })
}
