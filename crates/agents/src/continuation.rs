//! An answer that was cut at its bound goes on where it stopped. One more call is cheaper than a result with
//! its end missing, and cheaper than the same question with a larger bound. Whatever becomes of that
//! call, the text that is there is kept: it was paid for, and it is the larger part. Before the call it is told as
//! a draft, so that it is not lost if the agent is stopped meanwhile.

use ziggurat_core::chat::{ChatRequest, ChatResponse, FinishReason};
use ziggurat_core::{AgentOutput, Message, Signal, Usage};

use crate::ask::{Asked, is_whole};
use crate::room;
use crate::{clean, prompt};

/// The text of this answer, which was cut, and of what continues it, cleaned; and whether it has its
/// end.
pub(crate) async fn to_the_end(
    asked: Asked<'_>,
    request: &ChatRequest,
    first: &ChatResponse,
) -> (String, bool) {
    let mut text = clean::piece(&first.text());
    let mut usage = first.usage;
    for _ in 0..asked.settings.continuations {
        let next = going_on(request, &text);
        if !may_go_on(asked, &next, usage) {
            break;
        }
        let draft = AgentOutput::new(clean::text(&text)).by_model(asked.model.author(first));
        asked.cx.signal(Signal::Draft(draft.truncated(true)));
        let Ok(more) = asked.call(next).await else { break };
        let piece = clean::piece(&more.text());
        if piece.trim().is_empty() || is_declined(&more.finish) {
            break;
        }
        text.push_str(&piece);
        if more.finish != FinishReason::Length {
            return (clean::text(&text), is_whole(&more.finish));
        }
        usage = more.usage;
    }
    (clean::text(&text), false)
}

/// The conversation so far, and the wish to hear more. Thoughts do not go back: they are no part of the
/// text that goes on, and their proofs hold for whole answers alone.
fn going_on(request: &ChatRequest, text: &str) -> ChatRequest {
    let mut next = request.clone();
    next.messages.extend([Message::assistant(text), Message::user(prompt::go_on())]);
    next
}

/// A model that only quotes takes the wish for its question; another one must have the room, where it is
/// known: a call that certainly fails is not made.
fn may_go_on(asked: Asked<'_>, next: &ChatRequest, usage: Usage) -> bool {
    let info = asked.model.info();
    if info.extractive {
        return false;
    }
    // What the provider counted is exact, as far as it counts at all; the wish comes to that.
    let told = usage.input_tokens.unwrap_or(0).saturating_add(usage.output_tokens.unwrap_or(0));
    let input = room::tokens(next, asked.counter).max(told.saturating_add(room::FRAME));
    let Some(most) = room::most_input(info, asked.settings) else { return true };
    input <= most
}

fn is_declined(finish: &FinishReason) -> bool {
    matches!(finish, FinishReason::Refusal | FinishReason::ContentFilter)
}
