//! The text engine as a provider, so that a pyramid runs for real on documents, offline, and nothing
//! above knows the difference.

mod room;

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use tokio::runtime::Handle;
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, Document, ErrorKind, Message};
use ziggurat_core::{ModelInfo, Origin, Price, Provider, ProviderError, Role, Tier, Usage};

use super::{Kind, Limits, Source, answer};
use crate::{ConfigError, Registry};
use room::Room;

const NAME: &str = "extractive";
const MODEL: &str = "bm25";

/// Material above this size, in bytes, is read on a thread of its own, so that no other task waits.
const INLINE: usize = 256 * 1024;

/// One for the process, since its processors are shared, whichever runtime asks.
static ROOM: LazyLock<Room> = LazyLock::new(Room::of_this_machine);

/// The embedded model: answers from the documents of a request by quoting them, and knows nothing else.
///
/// - The question is the text of the last message of the user that has any; the system's instructions
///   are not read. A schema and tools are ignored: [`ModelInfo`] says that it obeys and calls none.
/// - Documents of [`Origin::Agent`] are read as answers of the step below, so that their source marks
///   survive.
/// - An answer has as many words as its tier may say (300 for a worker, 600 for a synthesizer, 1000 for
///   the executive), or three quarters of `max_tokens` if that is less.
/// - Usage is zero, and that is a fact: no model reads or writes a token.
/// - The same request gives the same answer.
///
/// # Cancellation
/// Dropping the future ends the call. Material larger than 256 KiB is read on threads of the runtime, at
/// most one for each processor at a time: what has not begun is then never begun, and what has goes on to
/// its end, without effects.
///
/// # Errors
/// [`ErrorKind::InvalidRequest`] without documents, [`ErrorKind::ModelNotFound`] for any model but
/// `bm25`.
///
/// ```
/// use ziggurat_core::{CallContext, ChatRequest, Document, Message, Provider};
/// use ziggurat_providers::extractive::Extractive;
///
/// let notes = Document::new("checkout.md", "The pool ran out at 09:14. The weather was fine.");
/// let message = Message::user("When did the pool run out?").with_documents([notes]);
/// let request = ChatRequest::new("bm25", [message]);
/// # futures::executor::block_on(async {
/// let answer = Extractive.chat(&CallContext::default(), &request).await?;
/// assert_eq!(answer.text(), "- The pool ran out at 09:14. [checkout.md]");
/// # Ok::<(), ziggurat_core::ProviderError>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Extractive;

#[async_trait]
impl Provider for Extractive {
    fn name(&self) -> &str {
        NAME
    }

    fn known(&self, model: &str) -> ModelInfo {
        let mut info = ModelInfo::unknown(NAME, model);
        if model == MODEL {
            info.price = Some(Price::FREE);
            info.json_schema = Some(false);
            info.tools = Some(false);
            info.temperature = Some(false);
            info.extractive = true;
        }
        info
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        let _ = cx;
        check(model).map(|()| self.known(model))
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        let _ = cx;
        Ok(vec![self.known(MODEL)])
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        check(&request.model)?;
        let work = Work::of(cx, request)?;
        let large = work.documents.iter().map(|d| d.text.len()).sum::<usize>() > INLINE;
        let text = match Handle::try_current() {
            Ok(runtime) if large => ROOM
                .run(&runtime, move || work.answer())
                .await
                .map_err(|e| error(ErrorKind::Panic, "the text engine stopped").with_source(e))?,
            _ => work.answer(),
        };
        Ok(ChatResponse::new(MODEL, text).with_usage(Usage::ZERO))
    }
}

/// Registers it.
pub(crate) fn register(registry: &mut Registry) {
    registry.register(NAME, Some(MODEL), |options| match options.base_url {
        Some(_) => Err(ConfigError::BaseUrlUnused { provider: NAME.to_owned() }),
        None => Ok(Arc::new(Extractive)),
    });
    registry.describe(NAME, "embedded: answers from documents alone, without network");
}

fn error(kind: ErrorKind, message: &str) -> ProviderError {
    ProviderError::new(NAME, kind, message)
}

fn check(model: &str) -> Result<(), ProviderError> {
    if model == MODEL {
        return Ok(());
    }
    let message = format!("there is no model `{model}`; there is {NAME}/{MODEL}");
    Err(error(ErrorKind::ModelNotFound, &message))
}

/// What the engine is asked, owned, so that another thread can do it.
struct Work {
    question: String,
    documents: Vec<Arc<Document>>,
    limits: Limits,
}

impl Work {
    fn of(cx: &CallContext, request: &ChatRequest) -> Result<Self, ProviderError> {
        let user = || request.messages.iter().filter(|message| message.role == Role::User);
        let documents: Vec<_> = user().flat_map(Message::documents).cloned().collect();
        if documents.is_empty() {
            let message = "it answers only from documents, and the request has none: give documents \
                           with --input, or configure another model (set OPENAI_API_KEY)";
            return Err(error(ErrorKind::InvalidRequest, message));
        }
        let question = user().map(Message::text).rfind(|text| !text.trim().is_empty());
        let limits = limits(cx, &documents, request.max_tokens);
        Ok(Self { question: question.unwrap_or_default(), documents, limits })
    }

    fn answer(&self) -> String {
        let sources: Vec<_> = self.documents.iter().map(|document| source(document)).collect();
        answer(&self.question, &sources, self.limits).text
    }
}

fn limits(cx: &CallContext, documents: &[Arc<Document>], max_tokens: Option<u32>) -> Limits {
    let merges = documents.iter().any(|document| document.origin == Origin::Agent);
    let mut limits = match cx.node().map(|node| node.tier) {
        Some(Tier::Executive) => Limits::EXECUTIVE,
        Some(Tier::Synthesizer) => Limits::MERGE,
        None if merges => Limits::MERGE,
        Some(Tier::Worker | Tier::Decomposer) | None => Limits::WORKER,
    };
    if let Some(tokens) = max_tokens {
        // A word is about 4/3 of a token.
        let words = (u64::from(tokens) * 3 + 2) / 4;
        limits.words = limits.words.min(usize::try_from(words).unwrap_or(usize::MAX));
    }
    limits
}

fn source(document: &Document) -> Source<'_> {
    let Document { id, title, text, origin, .. } = document;
    let kind = match origin {
        Origin::Material => Kind::Original,
        Origin::Agent if is_worker(id) => Kind::Worker,
        Origin::Agent => Kind::Merge,
    };
    Source { id, title, text, kind }
}

/// Among agents, a worker's id is `W` and a number.
fn is_worker(id: &str) -> bool {
    let number = id.strip_prefix(Tier::Worker.letter());
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
