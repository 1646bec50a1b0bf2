//! Which turn answers a call. Under concurrency the order of calls is not fixed, so a turn can be bound
//! to what is asked; the queue is for tests in which order is certain.

use std::collections::VecDeque;
use std::fmt::Write as _;

use ziggurat_core::{CallContext, ChatRequest, Message, Usage};

use crate::Turn;
use crate::turn::Ending;

/// Whether a rule is for this call.
pub(crate) type Matcher = Box<dyn Fn(&CallContext, &ChatRequest) -> bool + Send + Sync>;
type Answer = Box<dyn Fn(&ChatRequest) -> Turn + Send + Sync>;

/// Rules, then the queue, then the fallback.
#[derive(Default)]
pub(crate) struct Script {
    rules: Vec<Rule>,
    queue: VecDeque<Turn>,
    fallback: Option<Answer>,
    unmatched: Vec<String>,
}

struct Rule {
    fits: Matcher,
    turns: Turns,
}

enum Turns {
    Once(VecDeque<Turn>),
    Always(Box<Turn>),
}

impl Script {
    pub(crate) fn add_rule(&mut self, fits: Matcher, turns: impl IntoIterator<Item = Turn>) {
        let turns = Turns::Once(turns.into_iter().collect());
        self.rules.push(Rule { fits, turns });
    }

    pub(crate) fn add_lasting_rule(&mut self, fits: Matcher, turn: Turn) {
        self.rules.push(Rule { fits, turns: Turns::Always(Box::new(turn)) });
    }

    pub(crate) fn enqueue(&mut self, turns: impl IntoIterator<Item = Turn>) {
        self.queue.extend(turns);
    }

    pub(crate) fn set_fallback(&mut self, answer: Answer) {
        self.fallback = Some(answer);
    }

    /// The turn for this call, or what to say if there is none.
    pub(crate) fn next(&mut self, cx: &CallContext, request: &ChatRequest) -> Result<Turn, String> {
        let rules = self.rules.iter_mut().filter(|rule| !rule.turns.is_used_up());
        let fitting = { rules }.find(|rule| (rule.fits)(cx, request));
        let turn = fitting.and_then(|rule| rule.turns.next()).or_else(|| pop(&mut self.queue));
        let turn = turn.or_else(|| self.fallback.as_ref().map(|answer| answer(request)));
        turn.ok_or_else(|| {
            let asked = asked(cx, request);
            self.unmatched.push(asked.clone());
            format!("the script has no turn for this call: {asked}")
        })
    }

    /// What the next turn for this call uses, before it is played.
    pub(crate) fn usage_of_next(&self, cx: &CallContext, request: &ChatRequest) -> Option<Usage> {
        let rules = self.rules.iter().filter(|rule| !rule.turns.is_used_up());
        let fitting = { rules }.find(|rule| (rule.fits)(cx, request));
        let next = match fitting.map(|rule| &rule.turns) {
            Some(Turns::Always(turn)) => Some(&**turn),
            Some(Turns::Once(turns)) => peek(turns),
            None => peek(&self.queue),
        };
        let made = || self.fallback.as_ref().map(|answer| answer(request).usage);
        next.map(|turn| turn.usage).or_else(made)
    }

    /// The turns that no call has played yet, and the calls that found none.
    pub(crate) fn leftovers(&self) -> (Vec<String>, &[String]) {
        let of_rules = self.rules.iter().flat_map(|rule| match &rule.turns {
            Turns::Once(turns) => turns.iter().collect::<Vec<_>>(),
            Turns::Always(_) => Vec::new(),
        });
        let unused = of_rules.chain(&self.queue).map(Turn::describe).collect();
        (unused, &self.unmatched)
    }
}

impl Turns {
    fn is_used_up(&self) -> bool {
        matches!(self, Self::Once(turns) if turns.is_empty())
    }

    fn next(&mut self) -> Option<Turn> {
        match self {
            Self::Once(turns) => pop(turns),
            Self::Always(turn) => Some(Turn::clone(turn)),
        }
    }
}

/// The next turn of a list, begun after the delays before it. A delay that nothing follows is a turn of
/// its own, and a loud one.
fn pop(turns: &mut VecDeque<Turn>) -> Option<Turn> {
    let mut turn = turns.pop_front()?;
    while turn.ending == Ending::Delay
        && let Some(next) = turns.pop_front()
    {
        turn = Turn { delay: turn.delay + next.delay, ..next };
    }
    Some(turn)
}

/// The turn that answers next, if one does.
fn peek(turns: &VecDeque<Turn>) -> Option<&Turn> {
    turns.iter().find(|turn| turn.ending != Ending::Delay)
}

/// The text parts of all messages, joined by blank lines.
pub(crate) fn text_of(request: &ChatRequest) -> String {
    request.messages.iter().map(Message::text).collect::<Vec<_>>().join("\n\n")
}

/// A call in words: who calls, what text and which documents it has.
fn asked(cx: &CallContext, request: &ChatRequest) -> String {
    let mut words = match cx.node() {
        Some(node) => format!("node {}, ", node.id),
        None => String::new(),
    };
    // Writing to a String cannot fail.
    let _ = write!(words, "model {:?}, text {:?}", request.model, text_of(request));
    let documents = request.messages.iter().flat_map(Message::documents);
    let ids: Vec<_> = documents.map(|document| document.id.as_str()).collect();
    if !ids.is_empty() {
        let _ = write!(words, ", documents {ids:?}");
    }
    words
}
