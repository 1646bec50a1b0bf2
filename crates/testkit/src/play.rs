//! How a turn becomes an answer. A whole answer is its stream, collected, so that a script means the
//! same to a caller that streams and to one that does not.

use std::collections::VecDeque;
use std::future;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fastrand::Rng;
use futures::stream::{self, StreamExt};
use ziggurat_core::chat::{self, ChatDelta, ChatEnd, ChatResponse, ChatStream};
use ziggurat_core::{CallContext, ErrorKind, ProviderError, RateLimits, Signal};

use crate::ledger::InFlight;
use crate::pieces::Cutting;
use crate::turn::Ending;
use crate::{Latency, Turn, lock, pieces};

/// A turn, about to be played for one call.
pub(crate) struct Play {
    pub(crate) provider: String,
    pub(crate) model: String,
    pub(crate) turn: Turn,
    pub(crate) call: InFlight,
    /// What the server says of its limits once it answers, and to whom.
    pub(crate) told: Option<(CallContext, RateLimits)>,
    /// How long until the first piece, beside what the turn says.
    pub(crate) latency: Duration,
    pub(crate) pace: Pace,
}

/// How long before every piece but the first: what the turn says, and what every call takes.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    pub(crate) of_turn: Duration,
    pub(crate) of_all: Option<(Latency, Arc<Mutex<Rng>>)>,
}

impl Pace {
    const NONE: Self = Self { of_turn: Duration::ZERO, of_all: None };

    fn next(&self) -> Duration {
        let of_all = self.of_all.as_ref().map(|(pace, rng)| pace.sample(&mut lock(rng)));
        self.of_turn.saturating_add(of_all.unwrap_or_default())
    }
}

/// What comes after the pieces.
enum Last {
    End(Box<ChatEnd>),
    Error(ProviderError),
    Silence,
}

/// A stream under way. It holds the call, so that dropping the one drops the other.
struct Pieces {
    left: VecDeque<ChatDelta>,
    last: Last,
    pace: Pace,
    stamped: bool,
    begun: bool,
    call: InFlight,
}

impl Play {
    /// The whole answer.
    pub(crate) async fn whole(mut self) -> Result<ChatResponse, ProviderError> {
        self.pace = Pace::NONE;
        self.turn.stamped = false;
        if self.turn.sent.is_none() {
            // How it is cut does not show.
            self.turn.cutting = Cutting::Pieces(1);
        }
        let provider = self.provider.clone();
        chat::collect(&provider, self.stream().await?, |_| {}).await
    }

    /// The answer in pieces.
    #[expect(clippy::panic, reason = "the script asks for it")]
    pub(crate) async fn stream(self) -> Result<ChatStream, ProviderError> {
        let Self { provider, model, turn, call, told, latency, mut pace } = self;
        wait(turn.delay.saturating_add(latency)).await;
        if let Some((cx, told)) = told {
            cx.signal(Signal::RateLimits(told));
        }
        pace.of_turn = pace.of_turn.max(turn.drip);
        let error = |kind, message: &str| {
            let mut error = ProviderError::new(&provider, kind, message);
            if let Some(status) = turn.status {
                error = error.with_status(status);
            }
            error.with_retry_after(turn.retry_after)
        };
        let end = ChatEnd::new(model, turn.finish.clone()).with_usage(turn.usage);
        let left = pieces::of(&turn);
        let last = match &turn.ending {
            Ending::Answer => Last::End(Box::new(end)),
            Ending::Silence => Last::Silence,
            Ending::Cut => {
                Last::Error(error(ErrorKind::Interrupted, "the connection broke (scripted)"))
            }
            Ending::Reset => {
                Last::Error(error(ErrorKind::Interrupted, "the connection was reset (scripted)"))
            }
            Ending::Malformed | Ending::Body { .. } => {
                Last::Error(error(turn.nonsense(), "the answer makes no sense (scripted)"))
            }
            Ending::Error(kind, message) => Last::Error(error(*kind, message)),
            Ending::Delay => {
                let message = "the script ends in a delay: put a turn after it";
                Last::Error(error(ErrorKind::InvalidRequest, message))
            }
            Ending::Panic => {
                call.end();
                panic!("the script asks for a panic");
            }
        };
        match last {
            // An error before the first piece is returned, not streamed: the provider's contract.
            Last::Error(error) if left.is_empty() => {
                call.end();
                Err(error)
            }
            Last::Silence if left.is_empty() => future::pending().await,
            last => Ok(Pieces { left, last, pace, stamped: turn.stamped, begun: false, call }
                .into_stream()),
        }
    }
}

impl Pieces {
    fn into_stream(self) -> ChatStream {
        stream::unfold(Some(self), |pieces| async { pieces?.step().await }).boxed()
    }

    /// The next item, and what is left after it; nothing is left after the last.
    async fn step(mut self) -> Option<(Result<ChatDelta, ProviderError>, Option<Self>)> {
        if self.begun {
            wait(self.pace.next()).await;
        }
        self.begun = true;
        if let Some(piece) = self.left.pop_front() {
            let piece = if self.stamped { stamped(piece) } else { piece };
            return Some((Ok(piece), Some(self)));
        }
        let item = match self.last {
            Last::End(end) => Ok(ChatDelta::End(*end)),
            Last::Error(error) => Err(error),
            Last::Silence => future::pending().await,
        };
        self.call.end();
        Some((item, None))
    }
}

/// A piece that says when it is sent, in place of any other text.
fn stamped(piece: ChatDelta) -> ChatDelta {
    match piece {
        ChatDelta::Text(_) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            ChatDelta::Text(format!("{:016} ", now.as_micros()))
        }
        other => other,
    }
}

/// Without a delay no clock is touched, so that such a script needs no runtime.
async fn wait(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}
