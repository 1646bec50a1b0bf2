//! Our vocabulary in the words of chat completions, as this server speaks them.

use std::borrow::Cow;

use ziggurat_core::ChatRequest;
use ziggurat_core::chat::{JsonSchema, ReasoningEffort, ToolChoice, ToolSpec};

use super::wire::request::{
    Effort, Message, Named, Request, ResponseFormat, Schema, StreamOptions, Tool, ToolFunction,
};
use super::{effort, messages, wire};
use crate::api::Fault;
use crate::fence::Fence;
use crate::{EffortField, Quirks, SchemaField, SeedField, SystemRole, TokenLimit};

/// What stands before a schema that is only told to the model.
const SCHEMA_NOTE: &str = "Answer with one JSON object that obeys this JSON schema, and with nothing \
else:";

/// A server's way to speak: its quirks, and whether it is OpenAI's own.
#[derive(Debug, Clone)]
pub(super) struct Speech {
    pub(super) quirks: Quirks,
    pub(super) official: bool,
}

impl Speech {
    /// The request as it is sent.
    pub(super) fn request<'a>(
        &'a self,
        request: &'a ChatRequest,
        streamed: bool,
    ) -> Result<Request<'a>, Fault> {
        if request.temperature.is_some() && self.quirks.temperature == Some(false) {
            return Err(Fault::unsupported("it takes no temperature"));
        }
        let bound = |spelling| request.max_tokens.filter(|_| self.limit() == spelling);
        let seed = |field| request.seed.filter(|_| self.quirks.seed == field);
        let (reasoning_effort, reasoning) = self.effort(request)?;
        let ask_usage = streamed && self.quirks.stream_usage != Some(false);
        Ok(Request {
            model: &request.model,
            messages: self.messages(request)?,
            tools: request.tools.iter().map(|spec| self.tool(spec)).collect(),
            tool_choice: request.tool_choice.as_ref().map(|c| self.tool_choice(c)).transpose()?,
            parallel_tool_calls: request.parallel_tool_calls,
            max_tokens: bound(TokenLimit::MaxTokens),
            max_completion_tokens: bound(TokenLimit::MaxCompletionTokens),
            temperature: request.temperature,
            top_p: request.top_p,
            seed: seed(SeedField::Seed),
            random_seed: seed(SeedField::RandomSeed),
            stop: &request.stop,
            reasoning_effort,
            reasoning,
            response_format: request.response_schema.as_ref().map(|schema| self.format(schema)),
            stream: streamed.then_some(true),
            stream_options: ask_usage.then_some(StreamOptions { include_usage: true }),
        })
    }

    fn limit(&self) -> TokenLimit {
        let usual = match self.official {
            true => TokenLimit::MaxCompletionTokens,
            false => TokenLimit::MaxTokens,
        };
        self.quirks.token_limit.unwrap_or(usual)
    }

    fn effort(
        &self,
        request: &ChatRequest,
    ) -> Result<(Option<&'static str>, Option<Effort>), Fault> {
        let Some(asked) = request.reasoning else { return Ok((None, None)) };
        let level = || effort::level(asked, &request.model, &self.quirks, self.official);
        Ok(match (self.quirks.reasoning_effort, asked) {
            (EffortField::Reasoning, ReasoningEffort::Budget(tokens)) => {
                (None, Some(Effort::MaxTokens(tokens)))
            }
            (EffortField::Reasoning, _) => (None, Some(Effort::Effort(level()?))),
            (EffortField::ReasoningEffort, _) => (Some(level()?), None),
        })
    }

    fn messages<'a>(&self, request: &'a ChatRequest) -> Result<Vec<Message<'a>>, Fault> {
        let fence = Fence::of(request);
        let mut sent = Vec::with_capacity(request.messages.len() + 1);
        sent.extend(self.system(request));
        for message in &request.messages {
            sent.extend(messages::messages(message, &fence, self.quirks.reasoning_history)?);
        }
        Ok(sent)
    }

    fn system<'a>(&self, request: &'a ChatRequest) -> Option<Message<'a>> {
        let told = |schema: &JsonSchema| format!("{SCHEMA_NOTE}\n{}", schema.schema);
        let downgraded = self.quirks.response_schema == SchemaField::JsonObject;
        let schema = request.response_schema.as_ref().filter(|_| downgraded).map(told);
        let content = match (request.system.as_deref(), schema) {
            (None, None) => return None,
            (Some(system), None) => Cow::Borrowed(system),
            (None, Some(schema)) => Cow::Owned(schema),
            (Some(system), Some(schema)) => Cow::Owned(format!("{system}\n\n{schema}")),
        };
        Some(match self.quirks.system_role {
            SystemRole::System => Message::System { content },
            SystemRole::Developer => Message::Developer { content },
        })
    }

    fn strict(&self, strict: Option<bool>) -> Option<bool> {
        strict.filter(|_| self.quirks.strict != Some(false))
    }

    fn tool<'a>(&self, spec: &'a ToolSpec) -> Tool<'a> {
        let function = ToolFunction {
            name: &spec.name,
            description: &spec.description,
            parameters: &spec.parameters,
            strict: self.strict(spec.strict),
        };
        Tool { r#type: "function", function }
    }

    fn tool_choice<'a>(
        &'a self,
        choice: &'a ToolChoice,
    ) -> Result<wire::request::ToolChoice<'a>, Fault> {
        use wire::request::ToolChoice::{Tool, Word};
        Ok(match choice {
            ToolChoice::Auto => Word("auto"),
            ToolChoice::None => Word("none"),
            ToolChoice::Required => {
                Word(self.quirks.required_tool_choice.as_deref().unwrap_or("required"))
            }
            ToolChoice::Tool(name) => Tool { r#type: "function", function: Named { name } },
            other => return Err(Fault::unsupported(format!("it takes no tool choice {other:?}"))),
        })
    }

    fn format<'a>(&self, schema: &'a JsonSchema) -> ResponseFormat<'a> {
        match self.quirks.response_schema {
            SchemaField::JsonObject => ResponseFormat::JsonObject,
            SchemaField::JsonSchema => {
                let JsonSchema { name, schema } = schema;
                let strict = self.strict(Some(true));
                ResponseFormat::JsonSchema { json_schema: Schema { name, strict, schema } }
            }
        }
    }
}
