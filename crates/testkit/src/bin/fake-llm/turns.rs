//! A turn of a script as it is written in a file: what it does, and what shapes it.

use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::Value;
use ziggurat_core::Usage;
use ziggurat_core::chat::{FinishReason, Reasoning};
use ziggurat_testkit::Turn;

use crate::values;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TurnEntry {
    // What it does: exactly one of these, but for `text` beside tool calls.
    text: Option<String>,
    tool_calls: Option<Vec<Call>>,
    refusal: Option<String>,
    error: Option<u16>,
    cut: Option<String>,
    reset: Option<String>,
    stall: Option<String>,
    malformed: Option<String>,
    body: Option<String>,
    hang: bool,
    html: bool,
    #[serde(deserialize_with = "time")]
    delay: Option<Duration>,
    // What shapes it.
    message: Option<String>,
    #[serde(deserialize_with = "time")]
    retry_after: Option<Duration>,
    in_stream: bool,
    status: Option<u16>,
    content_type: Option<String>,
    reasoning: Option<String>,
    finish: Option<String>,
    usage: Option<Tokens>,
    #[serde(deserialize_with = "time")]
    after: Option<Duration>,
    #[serde(deserialize_with = "time")]
    pace: Option<Duration>,
    #[serde(deserialize_with = "time")]
    drip: Option<Duration>,
    pieces: Option<usize>,
    cut_after: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    name: String,
    #[serde(default)]
    arguments: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tokens {
    input: u64,
    output: u64,
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(from)?;
    values::time(&text).map(Some).map_err(D::Error::custom)
}

impl TurnEntry {
    /// The turn, or what is wrong with it, in words.
    pub(crate) fn turn(mut self) -> Result<Turn, String> {
        let (status, content_type) = (self.status.take(), self.content_type.take());
        let turn = self.does(content_type.as_deref())?;
        let turn = status.into_iter().fold(turn, Turn::status);
        let turn = match content_type {
            Some(content_type) if self.body.is_none() => turn.content_type(content_type),
            _ => turn,
        };
        let turn = self.retry_after.into_iter().fold(turn, Turn::retry_after);
        let turn = self.after.into_iter().fold(turn, Turn::after);
        let turn = self.pace.into_iter().fold(turn, Turn::paced);
        let turn = self.drip.into_iter().fold(turn, Turn::dripping);
        let turn = self.pieces.into_iter().fold(turn, Turn::in_pieces);
        let turn = self.cut_after.into_iter().fold(turn, Turn::cut_after);
        let turn = if self.in_stream { turn.in_stream() } else { turn };
        Ok(self.says(turn))
    }

    /// The rest of what is said, and of what is known once it is.
    fn says(self, turn: Turn) -> Turn {
        let reasoning = self.reasoning.map(Reasoning::new);
        let turn = reasoning.into_iter().fold(turn, Turn::with_reasoning);
        let usage = self.usage.map(|tokens| Usage::new(tokens.input, tokens.output));
        let turn = usage.into_iter().fold(turn, Turn::with_usage);
        self.finish.map(finish).into_iter().fold(turn, Turn::finish)
    }

    fn does(&mut self, content_type: Option<&str>) -> Result<Turn, String> {
        let calls = self.tool_calls.take().map(|calls| {
            let turn = Turn::tool_calls(calls.into_iter().map(|call| (call.name, call.arguments)));
            self.text.take().into_iter().fold(turn, Turn::saying)
        });
        let message = self.message.take().unwrap_or_else(|| "the script says so".to_owned());
        let kind = content_type.unwrap_or("application/json");
        let all = [
            calls,
            self.text.take().map(Turn::text),
            self.refusal.take().map(Turn::refusal),
            self.error.map(|status| Turn::http_error(status, message)),
            self.cut.take().map(Turn::cut),
            self.reset.take().map(|text| Turn::text(text).then_reset()),
            self.stall.take().map(Turn::stall),
            self.malformed.take().map(|text| Turn::text(text).then_malformed()),
            self.body.as_ref().map(|body| Turn::body(kind, body)),
            self.hang.then(Turn::hang),
            self.html.then(Turn::html),
            self.delay.map(Turn::delay),
        ];
        let mut all = all.into_iter().flatten();
        match (all.next(), all.next()) {
            (Some(turn), None) => Ok(turn),
            (None, _) => Err(format!("a turn does one of these: {KINDS}")),
            _ => Err(format!("a turn does only one of these: {KINDS}")),
        }
    }
}

const KINDS: &str = "text, tool_calls, refusal, error, cut, reset, stall, malformed, body, hang, html, \
                     delay";

fn finish(text: String) -> FinishReason {
    match text.as_str() {
        "stop" => FinishReason::Stop,
        "length" => FinishReason::Length,
        "tool_calls" => FinishReason::ToolCalls,
        "content_filter" => FinishReason::ContentFilter,
        "refusal" => FinishReason::Refusal,
        _ => FinishReason::Other(text),
    }
}
