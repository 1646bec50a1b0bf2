//! What a turn asks of the wire, told apart from what it says. In process the same turn ends in an error;
//! over HTTP the client is to find that out by itself.

use std::time::Duration;

use hyper::{Response, StatusCode};

use crate::Turn;
use crate::server::body::{self, Body};
use crate::turn::Ending;

/// How a reply behaves, beside what it says.
pub(super) struct Manner {
    /// What is broken about it, if anything is.
    pub(super) broken: Option<Broken>,
    /// Whether something is said before it breaks.
    pub(super) speaks: bool,
    /// Whether its error comes after the status of a success.
    pub(super) in_stream: bool,
    /// The name of the fault as it is counted; errors are counted by their status instead.
    pub(super) fault: Option<&'static str>,
    drip: Duration,
    content_type: Option<String>,
}

/// What is broken about a reply.
pub(super) enum Broken {
    Cut,
    Reset,
    Malformed,
    Body { status: StatusCode, content_type: String, body: String },
}

impl Manner {
    /// The manner of a turn. What the server does by itself is taken from the turn.
    pub(super) fn take(turn: &mut Turn) -> Self {
        let fault = fault(turn);
        let broken = match &turn.ending {
            Ending::Cut => Some(Broken::Cut),
            Ending::Reset => Some(Broken::Reset),
            Ending::Malformed => Some(Broken::Malformed),
            Ending::Body { content_type, body } => {
                let status = turn.status.and_then(|status| StatusCode::from_u16(status).ok());
                let (content_type, body) = (content_type.clone(), body.clone());
                Some(Broken::Body { status: status.unwrap_or_default(), content_type, body })
            }
            _ => None,
        };
        Self {
            broken,
            speaks: !turn.said.is_nothing(),
            in_stream: turn.in_stream,
            fault,
            drip: std::mem::take(&mut turn.drip),
            content_type: turn.content_type.take(),
        }
    }

    /// The reply, in this manner.
    pub(super) fn onto(self, mut response: Response<Body>) -> Response<Body> {
        if let Some(content_type) = &self.content_type {
            body::set_type(&mut response, content_type);
        }
        if self.drip.is_zero() { response } else { body::dripping(response, self.drip) }
    }
}

/// The fault's name: that of `fake-llm`'s option, where it has one.
fn fault(turn: &Turn) -> Option<&'static str> {
    Some(match &turn.ending {
        Ending::Cut => "cut",
        Ending::Reset => "reset",
        Ending::Malformed => "malformed",
        Ending::Body { content_type, .. } if content_type.starts_with("text/html") => "html",
        Ending::Body { .. } => "body",
        Ending::Silence if turn.said.is_nothing() => "hang",
        Ending::Silence => "stall",
        Ending::Panic => "panic",
        Ending::Error(..) | Ending::Delay => return None,
        Ending::Answer if turn.content_type.is_some() => "type",
        Ending::Answer if !turn.drip.is_zero() => "drip",
        Ending::Answer if turn.said.is_nothing() => "empty",
        Ending::Answer => return None,
    })
}

/// Where a text of JSON ends that lacks its last third.
pub(super) fn most_of(text: &str) -> usize {
    let end = text.len() - text.len() / 3;
    (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
