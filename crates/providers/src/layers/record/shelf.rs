//! The recorded answers that have not been given yet: for each request a list, in the order in which the
//! calls began.

use std::collections::HashMap;

use ziggurat_core::chat::RequestHash;

use super::{Exchange, Recording};

/// What is left. Calls are known by their place in the recording.
pub(super) struct Shelf {
    lists: HashMap<Key, List>,
    /// Requests as they are written where that is not how they were asked: a secret was in them. An answer
    /// that repeated the secret comes back without it, and so does what is asked of that answer.
    written: HashMap<Key, Key>,
}

/// Whose answer, and to which request.
type Key = (String, RequestHash);

#[derive(Default)]
struct List {
    recorded: usize,
    left: Vec<usize>,
}

/// What there is for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// This call; and whether the same node made another one of the same request after it.
    Call { at: usize, again: bool },
    /// Nothing any more.
    UsedUp { recorded: usize },
    /// Nothing at all.
    Unknown,
}

impl Shelf {
    pub(super) fn of(recording: &Recording) -> Self {
        let (mut lists, mut written) = (HashMap::<_, List>::new(), HashMap::new());
        for (at, call) in recording.exchanges().iter().enumerate() {
            if let Some(hash) = call.hash.filter(|_| call.is_answer_asked()) {
                let asked = (call.provider.clone(), hash);
                if let Some(other) = call.written_hash().filter(|written| *written != hash) {
                    written.insert((call.provider.clone(), other), asked.clone());
                }
                let list = lists.entry(asked).or_default();
                list.recorded += 1;
                list.left.push(at);
            }
        }
        Self { lists, written }
    }

    /// Takes the first that is left of the node's own; of whoever's, if it has none.
    pub(super) fn take(
        &mut self,
        calls: &[Exchange],
        provider: &str,
        hash: RequestHash,
        node: Option<&str>,
    ) -> Taken {
        let mut key = (provider.to_owned(), hash);
        if let (false, Some(asked)) = (self.lists.contains_key(&key), self.written.get(&key)) {
            key = asked.clone();
        }
        let Some(list) = self.lists.get_mut(&key) else { return Taken::Unknown };
        let of = |at: usize| calls[at].node.as_deref();
        let own = list.left.iter().position(|&at| of(at) == node);
        if list.left.is_empty() {
            return Taken::UsedUp { recorded: list.recorded };
        }
        let at = list.left.remove(own.unwrap_or(0));
        Taken::Call { at, again: list.left.iter().any(|&left| of(left) == of(at)) }
    }

    /// All that are left, in the order in which they began.
    pub(super) fn left(&self) -> Vec<usize> {
        let mut left: Vec<_> = self.lists.values().flat_map(|list| &list.left).copied().collect();
        left.sort_unstable();
        left
    }
}
