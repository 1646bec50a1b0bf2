//! A single input that is larger than the model's context. It is read in parts that fit, each is condensed
//! by a call of its own, and the answers take the place of the text; if they do not fit either, the same
//! again.
//!
//! Nothing is cut: the parts are all of the text, and each that is not blank is asked about, or the whole
//! fails.
//!
//! It ends: a round that is followed by another one has left at most three quarters of what it was given,
//! so of `n` tokens there are at most log(n) / log(4/3) rounds; the parts of a round are finitely many, since
//! none is empty; and a part is asked about as often as any question is.

use std::sync::Arc;

use ziggurat_core::{AgentError, CallContext, Contribution, Document, Message, Signal, Task};

use crate::ask::{Asked, ask};
use crate::{prompt, room, split};

/// The least room for a part, in tokens. With less, a text would be read in crumbs, at a call each.
const LEAST: u64 = 128;

/// An input that fits.
pub(crate) struct Condensed {
    pub(crate) input: Contribution,
    /// Whether an answer on the way was cut before its end.
    pub(crate) truncated: bool,
}

/// The input, condensed as often as it takes to have at most this size.
pub(crate) async fn to_fit(
    asked: Asked<'_>,
    task: &Task,
    input: &Contribution,
    capacity: u64,
) -> Result<Condensed, AgentError> {
    let quiet = quiet(asked.cx);
    let asked = Asked { cx: &quiet, ..asked };
    let room = room_for_a_part(asked, task, input);
    let mut size = input.size(asked.counter);
    if room.min(capacity) < LEAST {
        return Err(too_large(size, capacity, "and there is no room to read it in parts"));
    }
    let mut condensed = Condensed { input: input.clone(), truncated: false };
    while size > capacity {
        condensed = round(asked, task, condensed, room).await?;
        let left = condensed.input.size(asked.counter);
        if left > capacity && left.saturating_mul(4) > size.saturating_mul(3) {
            let why = format!("and condensing it, from {size}, did not shrink it by a quarter");
            return Err(too_large(left, capacity, &why));
        }
        size = left;
    }
    Ok(condensed)
}

/// The same context without the pieces of answers: those about parts are no part of the agent's own.
fn quiet(cx: &CallContext) -> CallContext {
    let outer = cx.clone();
    cx.clone().with_observer(Arc::new(move |signal: Signal| {
        if !matches!(signal, Signal::Text(_)) {
            outer.signal(signal);
        }
    }))
}

/// What one call for a part leaves for the part's text.
fn room_for_a_part(asked: Asked<'_>, task: &Task, input: &Contribution) -> u64 {
    let longest = prompt::condense(usize::MAX, usize::MAX, u64::MAX);
    let beside = asked.counter.count(&longest) + asked.counter.count(task.text());
    let all = room::for_documents(asked.model.info(), asked.settings, beside);
    let bare = Contribution { text: Arc::from(""), ..input.clone() };
    all.unwrap_or(u64::MAX).saturating_sub(bare.size(asked.counter))
}

/// Each part in turn, and the answers in place of the text.
async fn round(
    asked: Asked<'_>,
    task: &Task,
    before: Condensed,
    room: u64,
) -> Result<Condensed, AgentError> {
    let Condensed { input, mut truncated } = before;
    let mut texts = split::parts(&input.text, room, asked.counter);
    texts.retain(|text| !text.trim().is_empty());
    let parts = texts.len();
    let mut answers = Vec::with_capacity(parts);
    for (part, text) in (1..).zip(texts) {
        let document = Document::new(&input.id, text).titled(&input.title).from_agent();
        let message = Message::user(task.text()).with_documents([document]);
        let system = prompt::condense(part, parts, words(asked, text));
        let failed = |source| AgentError::Part { part, parts, source: Box::new(source) };
        let answer = ask(asked, system, message).await.map_err(failed)?;
        truncated |= answer.truncated;
        answers.push(answer.text);
    }
    Ok(Condensed { input: Contribution { text: answers.join("\n\n").into(), ..input }, truncated })
}

/// How long an answer about a part is asked to be: half of the part or of the bound, whichever is less, in
/// words of two tokens, as for every answer.
fn words(asked: Asked<'_>, text: &str) -> u64 {
    let half = asked.counter.count(text) / 2;
    let bound = asked.settings.bound(asked.model.info()).map_or(half, u64::from);
    (half.min(bound) / 2).max(1)
}

fn too_large(size: u64, capacity: u64, why: &str) -> AgentError {
    let message = format!(
        "an input of about {size} tokens does not fit the {capacity} that the model has room for, {why}"
    );
    AgentError::TooLarge { message }
}
