//! Our vocabulary in the words of Responses. What they have no word for is refused before it is sent.

use url::Url;
use ziggurat_core::ChatRequest;
use ziggurat_core::chat::{JsonSchema, ToolChoice, ToolSpec};

use super::input::input;
use super::wire::request::{self, Effort, Format, Request, Text, Tool};
use crate::api::Fault;
use crate::openai::{effort, families};
use crate::{Quirks, ServerConfig};

/// What brings thoughts in a form that can be sent back to a server that keeps nothing.
const ENCRYPTED: &str = "reasoning.encrypted_content";

/// What thoughts of this API are known by at OpenAI itself.
pub(super) const ORIGIN: &str = "openai-responses";

/// A server's way to speak: its quirks, and whether it is OpenAI's own.
#[derive(Debug, Clone)]
pub(super) struct Speech {
    pub(super) quirks: Quirks,
    pub(super) official: bool,
    /// What its thoughts are known by. Only the server that encrypted them can read them, so that another
    /// one's name is part of it.
    pub(super) origin: String,
}

impl Speech {
    /// The way of the server that these settings are for.
    pub(super) fn new(config: &ServerConfig) -> Self {
        let official = config.is_openai();
        let url = Url::parse(config.base_url.trim()).ok().filter(|_| !official);
        let host = url.as_ref().and_then(Url::host_str);
        let origin = host.map_or_else(|| ORIGIN.to_owned(), |host| format!("{ORIGIN}@{host}"));
        Self { quirks: config.quirks.clone(), official, origin }
    }

    /// The request as it is sent. Nothing is to be kept at the server.
    pub(super) fn request<'a>(
        &'a self,
        request: &'a ChatRequest,
        streamed: bool,
    ) -> Result<Request<'a>, Fault> {
        self.check(request)?;
        Ok(Request {
            max_output_tokens: request.max_tokens,
            temperature: request.temperature,
            top_p: request.top_p,
            store: Some(false),
            include: self.wants_encrypted(request).then_some(ENCRYPTED).into_iter().collect(),
            stream: streamed.then_some(true),
            ..self.counted(request)?
        })
    }

    /// The part of a request that is input, and that its tokens are counted by.
    pub(super) fn counted<'a>(&'a self, request: &'a ChatRequest) -> Result<Request<'a>, Fault> {
        let level = |asked| effort::level(asked, &request.model, &self.quirks, self.official);
        let effort = request.reasoning.map(level).transpose()?;
        Ok(Request {
            model: &request.model,
            instructions: request.system.as_deref(),
            input: input(request, self)?,
            tools: request.tools.iter().map(|spec| self.tool(spec)).collect(),
            tool_choice: request.tool_choice.as_ref().map(|c| self.tool_choice(c)).transpose()?,
            parallel_tool_calls: request.parallel_tool_calls,
            reasoning: effort.map(|effort| Effort { effort }),
            text: request.response_schema.as_ref().map(|schema| self.text(schema)),
            ..Request::default()
        })
    }

    fn check(&self, request: &ChatRequest) -> Result<(), Fault> {
        let refused = [
            (request.seed.is_some(), "Responses take no seed"),
            (!request.stop.is_empty(), "Responses take no texts to stop at"),
            (
                request.temperature.is_some() && self.quirks.temperature == Some(false),
                "it takes no temperature",
            ),
        ];
        let refused = refused.into_iter().find(|(asked, _)| *asked);
        refused.map_or(Ok(()), |(_, why)| Err(Fault::unsupported(why)))
    }

    /// Models that do not think refuse to be asked for encrypted thoughts.
    fn wants_encrypted(&self, request: &ChatRequest) -> bool {
        let thinks = || request.reasoning.is_some() || families::thinks(&request.model);
        self.quirks.encrypted_reasoning.unwrap_or_else(|| self.official && thinks())
    }

    fn strict(&self, strict: Option<bool>) -> Option<bool> {
        strict.filter(|_| self.quirks.strict != Some(false))
    }

    fn tool<'a>(&self, spec: &'a ToolSpec) -> Tool<'a> {
        Tool {
            r#type: "function",
            name: &spec.name,
            description: &spec.description,
            parameters: &spec.parameters,
            strict: self.strict(spec.strict),
        }
    }

    fn tool_choice<'a>(&'a self, choice: &'a ToolChoice) -> Result<request::ToolChoice<'a>, Fault> {
        use request::ToolChoice::{Tool, Word};
        Ok(match choice {
            ToolChoice::Auto => Word("auto"),
            ToolChoice::None => Word("none"),
            ToolChoice::Required => {
                Word(self.quirks.required_tool_choice.as_deref().unwrap_or("required"))
            }
            ToolChoice::Tool(name) => Tool { r#type: "function", name },
            other => return Err(Fault::unsupported(format!("it takes no tool choice {other:?}"))),
        })
    }

    fn text<'a>(&self, schema: &'a JsonSchema) -> Text<'a> {
        let JsonSchema { name, schema } = schema;
        let strict = self.strict(Some(true));
        Text { format: Format { r#type: "json_schema", name, strict, schema } }
    }
}
