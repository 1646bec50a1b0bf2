//! What the loops read of an answer: typed, and no more than they need.

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize;

/// Why there was no answer.
#[derive(Debug)]
pub struct Refused {
    /// How long the server asks to wait.
    pub wait: Option<Duration>,
}

impl Refused {
    /// The connection broke, or what came is no answer.
    pub const BROKEN: Self = Self { wait: None };

    /// Refused in words, with the values of `retry-after-ms` and `retry-after`.
    pub fn with_hints(ms: Option<&str>, seconds: Option<&str>) -> Self {
        let number = |text: Option<&str>| text?.trim().parse::<f64>().ok();
        let seconds = number(ms).map(|ms| ms / 1e3).or_else(|| number(seconds));
        Self { wait: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) }
    }
}

#[derive(Deserialize)]
struct Answer {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Said,
}

#[derive(Deserialize)]
struct Said {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow)]
    choices: Vec<Piece<'a>>,
}

#[derive(Deserialize)]
struct Piece<'a> {
    #[serde(borrow)]
    delta: Delta<'a>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow)]
    content: Option<Cow<'a, str>>,
}

/// The text of a whole answer.
pub fn text(body: &[u8]) -> Result<Box<str>, Refused> {
    let answer: Answer = serde_json::from_slice(body).map_err(|_| Refused::BROKEN)?;
    let choice = answer.choices.into_iter().next().ok_or(Refused::BROKEN)?;
    Ok(choice.message.content.unwrap_or_default().trim().into())
}

/// Cuts a stream into its events.
#[derive(Debug, Default)]
pub struct Events {
    rest: Vec<u8>,
}

impl Events {
    /// Takes bytes, and gives the text of each event that they complete.
    pub fn feed(&mut self, bytes: &[u8], mut said: impl FnMut(&str)) {
        self.rest.extend_from_slice(bytes);
        let mut begin = 0;
        while let Some(length) = end_of_event(&self.rest[begin..]) {
            let event = &self.rest[begin..begin + length];
            begin += length + 2;
            let Some(data) = event.strip_prefix(b"data: ") else { continue };
            let Ok(chunk) = serde_json::from_slice::<Chunk<'_>>(data) else { continue };
            if let Some(text) =
                chunk.choices.first().and_then(|piece| piece.delta.content.as_deref())
            {
                said(text);
            }
        }
        self.rest.drain(..begin);
    }
}

fn end_of_event(bytes: &[u8]) -> Option<usize> {
    bytes.windows(2).position(|pair| pair == b"\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_wherever_the_bytes_are_cut() {
        let event = |text: &str| {
            format!(
                "data: {{\"id\":\"x\",\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n"
            )
        };
        let stream = event("one") + &event("t\\nwo") + "data: [DONE]\n\n";
        for size in 1..stream.len() {
            let (mut events, mut heard) = (Events::default(), Vec::new());
            for piece in stream.as_bytes().chunks(size) {
                events.feed(piece, |text| heard.push(text.to_owned()));
            }
            assert_eq!(heard, ["one", "t\nwo"], "pieces of {size}");
        }
    }

    #[test]
    fn the_finer_hint_counts() {
        let wait = |ms, seconds| Refused::with_hints(ms, seconds).wait;
        assert_eq!(wait(Some("200"), Some("1")), Some(Duration::from_millis(200)));
        assert_eq!(wait(None, Some("1")), Some(Duration::from_secs(1)));
        assert_eq!(wait(None, Some("soon")), None);
    }
}
