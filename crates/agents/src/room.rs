//! How much of a model's context is whose. The answer's share is taken first: a request that fills the
//! context leaves nothing to answer with.

use ziggurat_core::chat::{ChatRequest, ContentPart};
use ziggurat_core::{ModelInfo, TokenCounter};

use crate::AgentSettings;

/// What a request takes beside its words, in tokens: the template of the chat, and the note before the
/// documents.
pub(crate) const FRAME: u64 = 256;

/// The share of the input that is left free, since counts are guesses and templates differ: a twentieth.
const MARGIN: u64 = 20;

/// How many tokens one call to this model may read, so that there is room for the answer; `None` if no limit
/// is known.
pub(crate) fn most_input(info: &ModelInfo, settings: &AgentSettings) -> Option<u64> {
    let beside_answer =
        info.context_tokens.map(|context| context.saturating_sub(answer(info, settings, context)));
    [beside_answer, info.max_input_tokens].into_iter().flatten().min()
}

/// The tokens of the answer. Without a bound of ours it is the model's own, at most half of the context, for
/// some models may write as much as they may read; if that is not known, a quarter.
fn answer(info: &ModelInfo, settings: &AgentSettings, context: u64) -> u64 {
    match (settings.bound(info), info.max_output_tokens) {
        (Some(bound), _) => u64::from(bound),
        (None, Some(most)) => most.min(context / 2),
        (None, None) => context / 4,
    }
}

/// How many tokens of documents one call may read beside so many of instructions and task.
pub(crate) fn for_documents(
    info: &ModelInfo,
    settings: &AgentSettings,
    beside: u64,
) -> Option<u64> {
    let most = most_input(info, settings)?;
    Some(most.saturating_sub(beside + FRAME + most / MARGIN))
}

/// The input tokens of a request of texts and documents.
pub(crate) fn tokens(request: &ChatRequest, counter: &dyn TokenCounter) -> u64 {
    let system = request.system.as_deref().map_or(0, |system| counter.count(system));
    let parts = request.messages.iter().flat_map(|message| &message.content);
    let parts: u64 = parts.map(|part| part_tokens(part, counter)).sum();
    system + parts + FRAME
}

fn part_tokens(part: &ContentPart, counter: &dyn TokenCounter) -> u64 {
    match part {
        ContentPart::Text { text } => counter.count(text),
        ContentPart::Document(document) => {
            let fields = [&document.id, &document.title, &document.text];
            fields.into_iter().map(|field| counter.count(field)).sum()
        }
        _ => 0,
    }
}
