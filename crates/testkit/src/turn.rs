//! One answer of the script. A turn is data, not a closure, so that a test reads as a list of what
//! happens and a failure can name the turn.

use std::iter;
use std::time::Duration;

use ziggurat_core::chat::{FinishReason, Reasoning, ToolCall};
use ziggurat_core::{ErrorKind, Usage};

use crate::pieces::Cutting;

mod faults;

/// What a [`ScriptedProvider`](crate::ScriptedProvider) does when it is called.
///
/// A turn alone serves wherever a list of turns is asked for.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a turn does nothing until a script has it"]
pub struct Turn {
    pub(crate) said: Said,
    pub(crate) ending: Ending,
    pub(crate) delay: Duration,
    pub(crate) pace: Duration,
    pub(crate) usage: Usage,
    pub(crate) finish: FinishReason,
    pub(crate) status: Option<u16>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) cutting: Cutting,
    /// Whether each streamed piece says when it was sent.
    pub(crate) stamped: bool,
    /// The pieces that are sent before the end, if not all.
    pub(crate) sent: Option<usize>,
    /// The time that a byte on the wire takes.
    pub(crate) drip: Duration,
    pub(crate) in_stream: bool,
    pub(crate) content_type: Option<String>,
}

/// What the model says, in this order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Said {
    pub(crate) reasoning: Option<Reasoning>,
    pub(crate) text: String,
    pub(crate) calls: Vec<ToolCall>,
}

/// What happens once all is said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ending {
    Answer,
    Error(ErrorKind, String),
    Cut,
    Reset,
    Malformed,
    Body {
        content_type: String,
        body: String,
    },
    Silence,
    Panic,
    /// Nothing was said, and the turn after it in the same list answers.
    Delay,
}

impl Turn {
    fn new(ending: Ending) -> Self {
        Self {
            said: Said::default(),
            ending,
            delay: Duration::ZERO,
            pace: Duration::ZERO,
            usage: Usage::UNKNOWN,
            finish: FinishReason::Stop,
            status: None,
            retry_after: None,
            cutting: Cutting::default(),
            stamped: false,
            sent: None,
            drip: Duration::ZERO,
            in_stream: false,
            content_type: None,
        }
    }

    /// Answers with this text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Ending::Answer).saying(text)
    }

    /// Answers, but says nothing.
    pub fn empty() -> Self {
        Self::text("")
    }

    /// Refuses in these words.
    pub fn refusal(text: impl Into<String>) -> Self {
        Self::text(text).finish(FinishReason::Refusal)
    }

    /// Asks for one tool call with these arguments; its id is `call_1`.
    pub fn tool_call(name: impl Into<String>, arguments: serde_json::Value) -> Self {
        Self::tool_calls([(name, arguments)])
    }

    /// Asks for these tool calls; their ids are `call_1`, `call_2` and so on.
    pub fn tool_calls<N: Into<String>>(
        calls: impl IntoIterator<Item = (N, serde_json::Value)>,
    ) -> Self {
        let calls = calls.into_iter().zip(1..).map(|((name, arguments), number)| {
            ToolCall::new(format!("call_{number}"), name, arguments.to_string())
        });
        let mut turn = Self::new(Ending::Answer).finish(FinishReason::ToolCalls);
        turn.said.calls = calls.collect();
        turn
    }

    /// Fails before the first piece.
    pub fn error(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::empty().then_error(kind, message)
    }

    /// Never answers. Only a timeout or dropping the call ends it.
    pub fn hang() -> Self {
        Self::stall("")
    }

    /// Streams this text, then neither goes on nor ends. A call that is not streamed hangs.
    pub fn stall(text: impl Into<String>) -> Self {
        Self::text(text).then_stall()
    }

    /// Streams this text, then the connection breaks ([`ErrorKind::Interrupted`]). A call that is not
    /// streamed sees only the error.
    pub fn cut(text: impl Into<String>) -> Self {
        Self::text(text).then_cut()
    }

    /// Only waits this long (tokio's time, so paused time works); the turn after it in the same list
    /// answers. [`after`](Self::after) says the same of a turn at hand.
    ///
    /// ```
    /// use std::time::Duration;
    /// use ziggurat_testkit::{ScriptedProvider, Turn};
    /// let provider = ScriptedProvider::new()
    ///     .turns([Turn::delay(Duration::from_secs(2)), Turn::text("The pool ran out.")]);
    /// ```
    pub fn delay(delay: Duration) -> Self {
        Self::new(Ending::Delay).after(delay)
    }

    /// Panics, as a faulty provider might.
    pub fn panic() -> Self {
        Self::new(Ending::Panic)
    }

    /// The same turn with this text before its tool calls, in place of any other.
    pub fn saying(mut self, text: impl Into<String>) -> Self {
        self.said.text = text.into();
        self
    }

    /// The same turn with these thoughts before all else.
    pub fn with_reasoning(mut self, reasoning: Reasoning) -> Self {
        self.said.reasoning = Some(reasoning);
        self
    }

    /// The same turn, but it fails once all is said. A call that is not streamed sees only the error.
    pub fn then_error(mut self, kind: ErrorKind, message: impl Into<String>) -> Self {
        self.ending = Ending::Error(kind, message.into());
        self
    }

    /// The same turn, but the connection breaks once its text is said, or within its last tool call: the
    /// last piece of the arguments is missing. A call that is not streamed sees only the error.
    pub fn then_cut(mut self) -> Self {
        self.ending = Ending::Cut;
        self
    }

    /// The same turn, begun only after this long (tokio's time, so paused time works).
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The same turn with this long before every piece of a stream but the first. A call that is not
    /// streamed takes no longer by it.
    pub fn paced(mut self, pace: Duration) -> Self {
        self.pace = pace;
        self
    }

    /// The same turn, its text streamed in about as many pieces of one size. Default: pieces of eight
    /// characters.
    pub fn in_pieces(mut self, pieces: usize) -> Self {
        self.cutting = Cutting::Pieces(pieces);
        self
    }

    /// The same turn, its text streamed in pieces of as many characters.
    pub fn in_pieces_of(mut self, chars: usize) -> Self {
        self.cutting = Cutting::Chars(chars);
        self
    }

    /// The same turn, each piece of its text replaced, when it is streamed, by the time at which it is
    /// sent: microseconds since 1970 in 16 digits, and a blank. Whoever reads the stream on the same machine
    /// can tell how long each piece took to arrive.
    pub fn stamped(mut self) -> Self {
        self.stamped = true;
        self
    }

    /// The same turn with these token counts; unknown unless given.
    pub fn with_usage(mut self, usage: Usage) -> Self {
        self.usage = usage;
        self
    }

    /// The same turn with this reason for its end. Default: `Stop`, and `ToolCalls` for tool calls.
    pub fn finish(mut self, finish: FinishReason) -> Self {
        self.finish = finish;
        self
    }

    /// The same turn; its error bears this HTTP status.
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The same turn; its error bears this hint when to try again.
    pub fn retry_after(mut self, retry_after: Duration) -> Self {
        self.retry_after = Some(retry_after);
        self
    }

    /// How a failed test names the turn.
    pub(crate) fn describe(&self) -> String {
        let said = self.said.describe();
        match &self.ending {
            Ending::Answer => said,
            Ending::Error(kind, message) if self.said == Said::default() => {
                format!("error {kind} {message:?}")
            }
            Ending::Error(kind, message) => format!("error {kind} {message:?} after {said}"),
            Ending::Cut => format!("cut after {said}"),
            Ending::Reset => format!("reset after {said}"),
            Ending::Malformed => format!("malformed after {said}"),
            Ending::Body { content_type, .. } => format!("body of {content_type}"),
            Ending::Silence if self.said == Said::default() => "hang".to_owned(),
            Ending::Silence => format!("stall after {said}"),
            Ending::Panic => "panic".to_owned(),
            Ending::Delay => format!("delay of {:?}", self.delay),
        }
    }
}

impl Said {
    pub(crate) fn is_nothing(&self) -> bool {
        self.reasoning.is_none() && self.text.is_empty() && self.calls.is_empty()
    }

    fn describe(&self) -> String {
        let names: Vec<_> = self.calls.iter().map(|call| call.name.as_str()).collect();
        match (self.text.as_str(), names.as_slice()) {
            (text, []) => format!("text {text:?}"),
            ("", names) => format!("tool calls {}", names.join(", ")),
            (text, names) => format!("text {text:?} and tool calls {}", names.join(", ")),
        }
    }
}

impl IntoIterator for Turn {
    type Item = Turn;
    type IntoIter = iter::Once<Turn>;

    fn into_iter(self) -> Self::IntoIter {
        iter::once(self)
    }
}
