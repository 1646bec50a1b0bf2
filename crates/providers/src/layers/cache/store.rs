//! What is kept, for how long, and which answers are worth it.

use std::sync::Arc;
use std::time::Duration;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use ziggurat_core::chat::{AnswerSource, FinishReason, RequestHash};
use ziggurat_core::{ChatResponse, ContentPart};

/// The longest time to live; the cache's clock refuses what is beyond a thousand years.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// What an answer takes beside its words: its place in the cache, its fields, its names.
const FRAME: usize = 512;

/// What an answer is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) provider: Arc<str>,
    pub(super) request: RequestHash,
}

/// The answers.
pub(super) struct Store {
    answers: Cache<Key, Arc<ChatResponse>>,
    max_bytes: u64,
}

impl Store {
    pub(super) fn new(max_bytes: u64, time_to_live: Duration) -> Self {
        let answers = Cache::builder()
            .max_capacity(max_bytes)
            .weigher(|_: &Key, answer: &Arc<ChatResponse>| weight(answer))
            .eviction_policy(EvictionPolicy::lru())
            .time_to_live(time_to_live.min(FOR_EVER))
            .build();
        Self { answers, max_bytes }
    }

    /// The answer as a hit.
    pub(super) fn get(&self, key: &Key) -> Option<ChatResponse> {
        let answer = self.answers.get(key)?;
        Some(ChatResponse::clone(&answer).with_source(AnswerSource::Cache))
    }

    /// Keeps the answer, if it is worth it and not larger than all there is room for.
    pub(super) fn keep(&self, key: Key, answer: ChatResponse) {
        if is_wanted_again(&answer) && u64::from(weight(&answer)) <= self.max_bytes {
            self.answers.insert(key, Arc::new(answer));
        }
    }
}

/// An empty answer is none: whoever gets one asks again, and must not get it again.
fn is_wanted_again(answer: &ChatResponse) -> bool {
    let ended = matches!(answer.finish, FinishReason::Stop | FinishReason::ToolCalls);
    let says = |part: &ContentPart| match part {
        ContentPart::Text { text } => !text.trim().is_empty(),
        ContentPart::ToolCall(_) => true,
        _ => false,
    };
    ended && answer.content.iter().any(says)
}

/// In bytes; more than 4 GiB is as large as that.
fn weight(answer: &ChatResponse) -> u32 {
    let words: usize = answer.content.iter().map(bytes).sum();
    u32::try_from(FRAME + words).unwrap_or(u32::MAX)
}

fn bytes(part: &ContentPart) -> usize {
    let opaque = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let words = match part {
        ContentPart::Text { text } => text.len(),
        ContentPart::Reasoning(thought) => {
            thought.text.len() + opaque(&thought.id) + opaque(&thought.signature)
        }
        ContentPart::ToolCall(call) => {
            call.id.len() + call.name.len() + call.arguments.len() + opaque(&call.signature)
        }
        // Models do not answer with any other part.
        _ => 0,
    };
    words + size_of::<ContentPart>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ziggurat_core::{ChatRequest, Message};

    fn key(number: usize) -> Key {
        let request = ChatRequest::new("m", [Message::user(number.to_string())]);
        Key { provider: "p".into(), request: request.canonical_hash() }
    }

    fn kept(store: &Store) -> Vec<usize> {
        store.answers.run_pending_tasks();
        (0..8).filter(|number| store.get(&key(*number)).is_some()).collect()
    }

    #[test]
    fn what_was_used_longest_ago_goes_first_and_the_bytes_stay_within_their_bound() {
        let answer = || ChatResponse::new("m", "x".repeat(1000));
        let each = u64::from(weight(&answer()));
        assert!(each > 1000);
        let store = Store::new(3 * each + each / 2, Duration::from_secs(3600));
        for number in 0..3 {
            store.keep(key(number), answer());
        }
        assert_eq!(kept(&store), [0, 1, 2]);
        store.keep(key(3), answer());
        assert_eq!(kept(&store), [1, 2, 3]);
        assert!(store.answers.weighted_size() <= store.max_bytes);
        store.keep(key(4), ChatResponse::new("m", "x".repeat(10_000)));
        assert_eq!(kept(&store), [1, 2, 3], "larger than all there is room for");
    }

    #[test]
    fn no_time_to_live_panics_and_none_keeps_nothing() {
        for (time_to_live, found) in [(Duration::MAX, true), (Duration::ZERO, false)] {
            let store = Store::new(1 << 20, time_to_live);
            store.keep(key(0), ChatResponse::new("m", "fine"));
            assert_eq!(store.get(&key(0)).is_some(), found, "{time_to_live:?}");
        }
    }
}
