//! Answers of a given size. What they say follows from the request alone, so that whoever checks them
//! need not have kept what was sent.

use ziggurat_core::chat::{ContentPart, ToolResult};
use ziggurat_core::{ChatRequest, Usage};

use crate::Turn;
use crate::pieces::Cutting;

/// Bytes of a token: the rule of thumb that
/// [`estimated_input_tokens`](ChatRequest::estimated_input_tokens) goes by.
const TOKEN: usize = 4;

/// A power of two, each followed by a blank: a word takes a few bits of chance.
const WORDS: [&str; 32] = [
    "amber ", "basalt ", "cedar ", "delta ", "ember ", "fjord ", "granite ", "harbor ", "island ",
    "juniper ", "kiln ", "lantern ", "meadow ", "north ", "opal ", "prairie ", "quartz ", "river ",
    "summit ", "timber ", "umber ", "valley ", "willow ", "xenon ", "yarrow ", "zenith ", "arch ",
    "brick ", "column ", "dome ", "gate ", "tower ",
];

/// Makes an answer from any request: a given text, or words in no order of a given size, always the same
/// for the same request.
///
/// ```
/// # use ziggurat_core::{CallContext, ChatRequest, Message, Provider};
/// use ziggurat_testkit::{Reply, ScriptedProvider};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ziggurat_core::ProviderError> {
/// let reply = Reply::bytes(400).in_pieces(10);
/// let provider = ScriptedProvider::new().generating(reply.clone());
/// let request = ChatRequest::new("any", [Message::user("Why?")]);
/// let answer = provider.chat(&CallContext::default(), &request).await?;
/// assert_eq!(answer.text(), reply.text(&request));
/// assert_eq!((answer.text().len(), answer.usage.output_tokens), (400, Some(100)));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    says: Says,
    cutting: Cutting,
    stamped: bool,
    usage: Option<Usage>,
}

#[derive(Debug, Clone, PartialEq)]
enum Says {
    Bytes(usize),
    This(String),
}

impl Reply {
    fn new(says: Says) -> Self {
        Self { says, cutting: Cutting::default(), stamped: false, usage: None }
    }

    /// This text, whatever is asked.
    pub fn saying(text: impl Into<String>) -> Self {
        Self::new(Says::This(text.into()))
    }

    /// As many bytes of text, which is ASCII.
    pub fn bytes(bytes: usize) -> Self {
        Self::new(Says::Bytes(bytes))
    }

    /// As many tokens of text, at four bytes each.
    pub fn tokens(tokens: usize) -> Self {
        Self::bytes(tokens.saturating_mul(TOKEN))
    }

    /// The same reply, streamed in about as many pieces, as [`Turn::in_pieces`] cuts them.
    pub fn in_pieces(mut self, pieces: usize) -> Self {
        self.cutting = Cutting::Pieces(pieces);
        self
    }

    /// The same reply, streamed in pieces of as many characters.
    pub fn in_pieces_of(mut self, chars: usize) -> Self {
        self.cutting = Cutting::Chars(chars);
        self
    }

    /// The same reply, its streamed pieces replaced by the times at which they are sent, as
    /// [`Turn::stamped`] says it.
    pub fn stamped(mut self) -> Self {
        self.stamped = true;
        self
    }

    /// The same reply with these token counts. Default: the request's estimated ones, and a token for
    /// every four bytes of text, rounded up.
    pub fn with_usage(mut self, usage: Usage) -> Self {
        self.usage = Some(usage);
        self
    }

    /// What it says to this request.
    pub fn text(&self, request: &ChatRequest) -> String {
        match &self.says {
            Says::Bytes(bytes) => words(fingerprint(request), *bytes),
            Says::This(text) => text.clone(),
        }
    }

    /// The turn that says it.
    pub fn turn(&self, request: &ChatRequest) -> Turn {
        let text = self.text(request);
        let written = text.len().div_ceil(TOKEN) as u64;
        let usage =
            self.usage.unwrap_or_else(|| Usage::new(request.estimated_input_tokens(), written));
        let mut turn = Turn::text(text).with_usage(usage);
        turn.cutting = self.cutting;
        turn.stamped = self.stamped;
        turn
    }
}

fn words(mut state: u64, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 8);
    while text.len() < bytes {
        state = state.wrapping_add(GOLDEN);
        let mut drawn = mixed(state);
        // Five bits a word, twelve words a draw.
        for _ in 0..12 {
            text.push_str(WORDS[(drawn % 32) as usize]);
            drawn /= 32;
        }
    }
    text.truncate(bytes);
    text
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A number of a request's model and words: cheaper than its canonical hash, which a server under load
/// would spend most of its time on.
fn fingerprint(request: &ChatRequest) -> u64 {
    let parts = request.messages.iter().flat_map(|message| &message.content);
    let said = parts.filter_map(|part| match part {
        ContentPart::Text { text } | ContentPart::ToolResult(ToolResult { text, .. }) => Some(text),
        ContentPart::Document(document) => Some(&document.text),
        _ => None,
    });
    let texts = [Some(&request.model), request.system.as_ref()].into_iter().flatten().chain(said);
    texts.fold(GOLDEN, |hash, text| fold(hash, text.as_bytes()))
}

fn fold(hash: u64, bytes: &[u8]) -> u64 {
    bytes.chunks(8).fold(hash ^ bytes.len() as u64, |hash, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        (hash ^ u64::from_le_bytes(word)).wrapping_mul(GOLDEN).rotate_left(29)
    })
}

/// The mixing step of SplitMix64, spelt out so that no library's next version changes what replies say.
fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ziggurat_core::Message;

    fn ask(text: &str) -> ChatRequest {
        ChatRequest::new("m", [Message::user(text)])
    }

    #[test]
    fn a_reply_is_the_same_everywhere_and_another_for_another_request() {
        let text = |request: &ChatRequest| Reply::bytes(40).text(request);
        // What it says is part of what users check: a change here is a change for them.
        assert_eq!(text(&ask("Why?")), text(&ask("Why?")));
        assert_ne!(text(&ask("Why?")), text(&ask("How?")));
        assert_ne!(text(&ask("Why?")), text(&ask("Why?").with_system("Be short.")));
        assert_ne!(text(&ask("12345678")), text(&ask("12345678\0")));
    }

    #[test]
    fn a_reply_has_the_size_asked_for() {
        for bytes in [0, 1, 7, 400, 10_000] {
            assert_eq!(Reply::bytes(bytes).text(&ask("Why?")).len(), bytes);
        }
        assert_eq!(Reply::tokens(100).text(&ask("Why?")).len(), 400);
    }
}
