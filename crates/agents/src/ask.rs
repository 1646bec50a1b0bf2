//! One question to a model, the same for every tier: empty text is asked for once more, an answer that was
//! cut is continued, a refusal is an error and not a result, and what comes back is cleaned. Transport is
//! not retried here; that is a provider layer's work, and doing it twice would multiply the calls.

use ziggurat_core::chat::{ChatRequest, ChatResponse, FinishReason};
use ziggurat_core::{
    AgentError, AgentOutput, CallContext, ErrorKind, Message, Model, Reason, Signal, TokenCounter,
};

use crate::{AgentSettings, clean, continuation};

const ATTEMPTS: u32 = 2;

/// Who is asked, and how.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) cx: &'a CallContext,
    pub(crate) model: &'a Model,
    pub(crate) settings: &'a AgentSettings,
    pub(crate) counter: &'a dyn TokenCounter,
}

impl Asked<'_> {
    pub(crate) async fn call(&self, request: ChatRequest) -> Result<ChatResponse, AgentError> {
        Ok(self.model.call(self.cx, request, self.settings.delivery).await?)
    }
}

/// Asks until there is text, twice at most.
pub(crate) async fn ask(
    asked: Asked<'_>,
    system: String,
    message: Message,
) -> Result<AgentOutput, AgentError> {
    let info = asked.model.info();
    let request = ChatRequest::new(&info.id, [message])
        .with_system(system)
        .with_max_tokens(asked.settings.bound(info))
        .with_temperature(asked.settings.temperature);
    let mut attempt = 1;
    loop {
        let response = asked.call(request.clone()).await?;
        let text = text_of(&response)?;
        if !text.is_empty() {
            let author = asked.model.author(&response);
            let (text, whole) = match response.finish {
                FinishReason::Length => continuation::to_the_end(asked, &request, &response).await,
                ref finish => (text, is_whole(finish)),
            };
            return Ok(AgentOutput::new(text).by_model(author).truncated(!whole));
        }
        if attempt == ATTEMPTS {
            return Err(AgentError::EmptyOutput { attempts: ATTEMPTS });
        }
        attempt += 1;
        asked.cx.signal(Signal::Retrying { attempt, reason: empty(&response.finish) });
    }
}

/// The cleaned text of an answer; empty if it has none.
fn text_of(response: &ChatResponse) -> Result<String, AgentError> {
    let text = clean::text(&response.text());
    let calls_tools = response.tool_calls().next().is_some();
    let declined = |kind, message: &str| AgentError::Declined { kind, message: message.to_owned() };
    match response.finish {
        FinishReason::Refusal if text.is_empty() => {
            Err(declined(ErrorKind::Refusal, "the model refused without a word"))
        }
        FinishReason::Refusal => Err(declined(ErrorKind::Refusal, &text)),
        FinishReason::ContentFilter => {
            Err(declined(ErrorKind::ContentFilter, "the provider's filter cut the answer off"))
        }
        _ if text.is_empty() && calls_tools => Err(no_tools()),
        FinishReason::ToolCalls if text.is_empty() => Err(no_tools()),
        _ => Ok(text),
    }
}

/// Whether an answer with this end has all that the model had to say. An end that nobody here knows may
/// be a cut, and a text taken for whole in vain is worse than one marked in vain; a server that gives
/// no reason at all (`none`) says nothing against it.
pub(crate) fn is_whole(finish: &FinishReason) -> bool {
    match finish {
        FinishReason::Stop | FinishReason::ToolCalls => true,
        FinishReason::Other(reason) => reason == "none",
        _ => false,
    }
}

fn no_tools() -> AgentError {
    AgentError::custom("the model asked for tools instead of answering, though it was offered none")
}

fn empty(finish: &FinishReason) -> Reason {
    let message = match finish {
        FinishReason::Length => "the bound on tokens was reached before the model wrote any text",
        _ => "the model answered with empty text",
    };
    Reason::new(ErrorKind::EmptyOutput, message)
}
