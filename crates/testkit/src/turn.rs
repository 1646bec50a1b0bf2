//! One answer of the script. A turn is data, not a closure, so that a test reads as a list of what
//! happens and a failure can name the turn.

use std::iter;
use std::time::Duration;

use ziggurat_core::chat::{FinishReason, ToolCall};
use ziggurat_core::{ErrorKind, Usage};

/// What a [`ScriptedProvider`](crate::ScriptedProvider) does when it is called.
///
/// A turn alone serves wherever a list of turns is asked for.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a turn does nothing until a script has it"]
pub struct Turn {
    pub(crate) act: Act,
    pub(crate) delay: Duration,
    pub(crate) pace: Duration,
    pub(crate) usage: Usage,
    pub(crate) finish: FinishReason,
    pub(crate) status: Option<u16>,
    pub(crate) retry_after: Option<Duration>,
}

/// What happens once the delay is over.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Act {
    Text(String),
    Tools(Vec<ToolCall>),
    Error(ErrorKind, String),
    Cut(String),
    Stall(String),
    Panic,
    /// Only waits; the turn after it in the same list answers.
    Delay,
}

impl Turn {
    fn new(act: Act) -> Self {
        Self {
            act,
            delay: Duration::ZERO,
            pace: Duration::ZERO,
            usage: Usage::UNKNOWN,
            finish: FinishReason::Stop,
            status: None,
            retry_after: None,
        }
    }

    /// Answers with this text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Act::Text(text.into()))
    }

    /// Answers, but says nothing.
    pub fn empty() -> Self {
        Self::text("")
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
        Self::new(Act::Tools(calls.collect())).finish(FinishReason::ToolCalls)
    }

    /// Fails before the first piece.
    pub fn error(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::new(Act::Error(kind, message.into()))
    }

    /// Never answers. Only a timeout or dropping the call ends it.
    pub fn hang() -> Self {
        Self::stall("")
    }

    /// Streams this text, then neither goes on nor ends. A call that is not streamed hangs.
    pub fn stall(text: impl Into<String>) -> Self {
        Self::new(Act::Stall(text.into()))
    }

    /// Streams this text, then the connection breaks ([`ErrorKind::Interrupted`]). A call that is not
    /// streamed sees only the error.
    pub fn cut(text: impl Into<String>) -> Self {
        Self::new(Act::Cut(text.into()))
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
        Self::new(Act::Delay).after(delay)
    }

    /// Panics, as a faulty provider might.
    pub fn panic() -> Self {
        Self::new(Act::Panic)
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
        match &self.act {
            Act::Text(text) => format!("text {text:?}"),
            Act::Tools(calls) => {
                let names: Vec<_> = calls.iter().map(|call| call.name.as_str()).collect();
                format!("tool calls {}", names.join(", "))
            }
            Act::Error(kind, message) => format!("error {kind} {message:?}"),
            Act::Cut(text) => format!("cut after {text:?}"),
            Act::Stall(text) if text.is_empty() => "hang".to_owned(),
            Act::Stall(text) => format!("stall after {text:?}"),
            Act::Panic => "panic".to_owned(),
            Act::Delay => format!("delay of {:?}", self.delay),
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
