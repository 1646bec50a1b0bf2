//! Gemini's `generateContent`, at Google's two servers.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use ziggurat_core::chat::{
    FinishReason, JsonSchema, Reasoning, ReasoningEffort, ToolCall, ToolChoice, ToolResult,
    ToolSpec,
};
use ziggurat_core::{ChatRequest, ContentPart, Message, Role, Usage};
use ziggurat_providers::Gemini;

use super::reading::Reading;
use super::{Api, rest, without_nulls};

pub(crate) const API: Api = Api {
    name: "gemini-generate",
    count: 25,
    path: |path| {
        let method = path.split('?').next().unwrap();
        &method[method.find("/models/").unwrap()..]
    },
    provider: |config| Arc::new(Gemini::new(config).unwrap()),
    intent,
    reading,
    normal,
    said_otherwise: &[],
    read_otherwise: &[],
    retried_otherwise: &[],
};

const KNOWN: [&str; 5] =
    ["contents", "systemInstruction", "tools", "toolConfig", "generationConfig"];
const KNOWN_SETTINGS: [&str; 6] = [
    "maxOutputTokens",
    "temperature",
    "responseMimeType",
    "responseSchema",
    "responseJsonSchema",
    "thinkingConfig",
];

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn intent(body: &Value, path: &str) -> ChatRequest {
    let body = &without_nulls(body.clone());
    let model = path.rsplit_once("/models/").unwrap().1.split(':').next().unwrap();
    let mut history = History::default();
    let contents = body["contents"].as_array().unwrap();
    let settings = &body["generationConfig"];
    let schema = settings.get("responseJsonSchema").or(settings.get("responseSchema"));
    let schema = schema.map(|schema| JsonSchema { name: "any".into(), schema: lower(schema) });
    let config = &body["toolConfig"]["functionCallingConfig"];
    let mut request = ChatRequest::new(model, contents.iter().map(|c| history.message(c)))
        .with_tools(tools(body).iter().map(|tool| spec(tool, config)))
        .with_tool_choice((config["mode"] == "ANY").then_some(ToolChoice::Required))
        .with_temperature(settings["temperature"].as_f64().map(|t| t as f32))
        .with_max_tokens(settings["maxOutputTokens"].as_u64().map(|n| n.try_into().unwrap()))
        .with_reasoning(effort(&settings["thinkingConfig"]))
        .with_response_schema(schema);
    request.system =
        body.get("systemInstruction").map(|content| text(&content["parts"][0]["text"]));
    request.extra = extra(body);
    request
}

/// What our vocabulary has no word for: settings, and tools that run at the server.
fn extra(body: &Value) -> Map<String, Value> {
    let mut extra = rest(body, &KNOWN);
    let nested =
        [("generationConfig", &KNOWN_SETTINGS[..]), ("toolConfig", &["functionCallingConfig"])];
    for (name, known) in nested {
        let rest = body.get(name).map(|value| rest(value, known)).unwrap_or_default();
        if !rest.is_empty() {
            extra.insert(name.to_owned(), rest.into());
        }
    }
    let served = |tool: &Value| tool.get("functionDeclarations").is_none();
    if body["tools"].as_array().is_some_and(|tools| tools.iter().any(served)) {
        extra.insert("tools".to_owned(), body["tools"].clone());
    }
    extra
}

fn tools(body: &Value) -> Vec<Value> {
    let tools = body["tools"].as_array().into_iter().flatten();
    let declared = tools.filter_map(|tool| tool["functionDeclarations"].as_array());
    declared.flatten().cloned().collect()
}

fn spec(tool: &Value, config: &Value) -> ToolSpec {
    let schema = ["parametersJsonSchema", "parameters_json_schema", "parameters"];
    let schema = schema.iter().find_map(|name| tool.get(*name)).map(lower);
    ToolSpec::new(text(&tool["name"]), text(&tool["description"]), schema.unwrap_or_default())
        .with_strict((config["mode"] == "VALIDATED").then_some(true))
}

fn effort(config: &Value) -> Option<ReasoningEffort> {
    let budget = config.get("thinkingBudget").or(config.get("thinking_budget"))?.as_u64().unwrap();
    Some(match budget {
        0 => ReasoningEffort::None,
        tokens => ReasoningEffort::Budget(tokens.try_into().unwrap()),
    })
}

/// Calls without ids are told apart by names that the adapter would have made up.
#[derive(Default)]
struct History {
    calls: Vec<(String, String)>,
}

impl History {
    fn message(&mut self, content: &Value) -> Message {
        let parts: Vec<_> =
            content["parts"].as_array().unwrap().iter().flat_map(|part| self.part(part)).collect();
        let is_result = |part: &ContentPart| matches!(part, ContentPart::ToolResult(_));
        let role = match content["role"].as_str() {
            Some("model") => Role::Assistant,
            _ if parts.iter().all(is_result) => Role::Tool,
            _ => Role::User,
        };
        Message::new(role, parts)
    }

    fn part(&mut self, part: &Value) -> Vec<ContentPart> {
        let signature = part["thoughtSignature"].as_str().map(str::to_owned);
        if let Some(call) = part.get("functionCall") {
            let made_up = format!("gemini-call-{}", self.calls.len());
            let id = call["id"].as_str().map(str::to_owned).unwrap_or(made_up);
            self.calls.push((id.clone(), text(&call["name"])));
            let call = ToolCall::new(id, text(&call["name"]), call["args"].to_string());
            return vec![ContentPart::ToolCall(call.with_signature(signature))];
        }
        if let Some(response) = part.get("functionResponse") {
            let name = text(&response["name"]);
            let last = self.calls.iter().rev().find(|(_, called)| *called == name);
            let id = response["id"].as_str().unwrap_or_else(|| &last.unwrap().0);
            let result = ToolResult::new(id, response["response"].to_string());
            return vec![ContentPart::ToolResult(result)];
        }
        let proof = signature.map(|signature| {
            ContentPart::Reasoning(Reasoning::default().with_signature(signature.to_owned()))
        });
        [ContentPart::text(text(&part["text"]))].into_iter().chain(proof).collect()
    }
}

fn reading(result: &Value) -> Reading {
    let called = result["tool_calls"].as_array().is_some_and(|calls| !calls.is_empty());
    let finish = match (result["finish"].as_str(), result["block"].as_str()) {
        (Some("STOP"), _) if called => FinishReason::ToolCalls,
        (Some("STOP"), _) => FinishReason::Stop,
        (Some("MAX_TOKENS"), _) => FinishReason::Length,
        (None, Some(_)) => FinishReason::ContentFilter,
        other => panic!("{other:?}"),
    };
    let count = |name: &str| result["usage"][name].as_u64();
    let sum = |a: Option<u64>, b: Option<u64>| a.map(|a| a + b.unwrap_or(0)).or(b);
    let mut usage = Usage::UNKNOWN;
    usage.input_tokens = sum(count("prompt_token_count"), count("tool_use_prompt_token_count"));
    usage.output_tokens = sum(count("candidates_token_count"), count("thoughts_token_count"));
    usage.cached_input_tokens = count("cached_content_token_count");
    usage.reasoning_tokens = count("thoughts_token_count");
    Reading::of(result, finish, usage)
}

/// A schema with its types in JSON schema's own letters.
fn lower(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| match value {
                Value::String(kind) if name == "type" => (name.clone(), json!(kind.to_lowercase())),
                value => (name.clone(), lower(value)),
            });
            Value::Object(fields.collect())
        }
        Value::Array(items) => items.iter().map(lower).collect(),
        other => other.clone(),
    }
}

/// Names are spelt in two ways, and schemas in two dialects; what is the default may be left out, and
/// so may the names of all functions where any is allowed.
fn normal(body: Value) -> Value {
    let mut body = respelt(without_nulls(body));
    let declared = tools(&body);
    let names: Vec<_> = declared.iter().map(|tool| tool["name"].clone()).collect();
    let fields = body.as_object_mut().unwrap();
    if let Some(Value::Object(instruction)) = fields.get_mut("systemInstruction") {
        instruction.remove("role");
    }
    if let Some(config) =
        fields.get_mut("toolConfig").and_then(|c| c.get_mut("functionCallingConfig"))
        && config["allowedFunctionNames"] == json!(names)
    {
        config.as_object_mut().unwrap().remove("allowedFunctionNames");
    }
    fields.retain(|_, value| *value != json!({}));
    body
}

fn respelt(value: Value) -> Value {
    let Value::Object(fields) = value else {
        return match value {
            Value::Array(items) => items.into_iter().map(respelt).collect(),
            other => other,
        };
    };
    let kept =
        fields.into_iter().filter(|(name, value)| name != "thought" || *value != json!(false));
    let respelt = kept.map(|(name, value)| match name.as_str() {
        "parameters" | "parameters_json_schema" | "parametersJsonSchema" => {
            ("parametersJsonSchema".to_owned(), lower(&value))
        }
        "responseSchema" | "responseJsonSchema" => ("responseJsonSchema".to_owned(), lower(&value)),
        "thinking_budget" => ("thinkingBudget".to_owned(), value),
        _ => (name, respelt(value)),
    });
    Value::Object(respelt.collect())
}
