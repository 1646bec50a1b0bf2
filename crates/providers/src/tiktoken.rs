//! Exact counts for the models whose tokenizer is public. Behind a feature, since its tables are
//! megabytes and most contexts have room for a guess.

use std::fmt;

use tiktoken_rs::tokenizer::{Tokenizer, get_tokenizer};
use tiktoken_rs::{CoreBPE, cl100k_base_singleton, o200k_base_singleton};
use ziggurat_core::TokenCounter;

/// The longest run, in bytes, that the tokenizer is given at once.
const LONGEST_RUN: usize = 4096;

/// Counts the tokens of a text as OpenAI's tokenizers cut it.
///
/// The count is exact for the text alone; what a chat template adds is not in it. In a run of more than
/// 4,096 bytes without white space, or of nothing but white space, it is a little too large: such runs are
/// counted in pieces, for their time and memory would grow faster than they do, and beyond a length the
/// tokenizer's patterns give up.
///
/// The tables are read once per process, at the first counter of each kind: some tens of megabytes
/// and up to half a second.
///
/// ```
/// use ziggurat_core::TokenCounter;
/// use ziggurat_providers::TiktokenCounter;
/// let counter = TiktokenCounter::for_model("gpt-5.4-mini").ok_or("unknown")?;
/// assert_eq!(counter.count("The pool ran out of connections."), 7);
/// assert!(TiktokenCounter::for_model("claude-haiku-5-5").is_none());
/// # Ok::<(), &'static str>(())
/// ```
#[derive(Clone, Copy)]
pub struct TiktokenCounter {
    name: &'static str,
    tables: &'static CoreBPE,
}

impl TiktokenCounter {
    /// By `o200k_base`: GPT-4o, 4.1, 5, the o series, and gpt-oss.
    pub fn o200k() -> Self {
        Self { name: "o200k_base", tables: o200k_base_singleton() }
    }

    /// By `cl100k_base`: GPT-4 and GPT-3.5.
    pub fn cl100k() -> Self {
        Self { name: "cl100k_base", tables: cl100k_base_singleton() }
    }

    /// By the tokenizer of this model, `None` if it is neither of these two or not known. A name with
    /// slashes counts from the last one: servers put the vendor's name first.
    pub fn for_model(model: &str) -> Option<Self> {
        let name = model.rsplit('/').next().unwrap_or(model);
        match get_tokenizer(name)? {
            Tokenizer::O200kBase | Tokenizer::O200kHarmony => Some(Self::o200k()),
            Tokenizer::Cl100kBase => Some(Self::cl100k()),
            _ => None,
        }
    }
}

impl TokenCounter for TiktokenCounter {
    fn count(&self, text: &str) -> u64 {
        pieces(text).into_iter().map(|piece| self.tables.count_ordinary(piece) as u64).sum()
    }
}

impl fmt::Debug for TiktokenCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TiktokenCounter").field(&self.name).finish()
    }
}

/// The text, cut where a run would become too long, and nowhere else.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut run, mut blank) = (0, 0, false);
    for (at, c) in text.char_indices() {
        if c.is_whitespace() != blank {
            (run, blank) = (at, !blank);
        } else if at + c.len_utf8() - run > LONGEST_RUN {
            pieces.push(&text[start..at]);
            (start, run) = (at, at);
        }
    }
    pieces.push(&text[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_runs_are_cut_and_nothing_is_lost() {
        let plain = "The pool ran out.\n\n    It had ten connections. ".repeat(1_000);
        assert_eq!(pieces(&plain), [plain.as_str()]);
        for long in
            ["a".repeat(10_000), " ".repeat(10_000), "ü€".repeat(3_000), "é \u{2003}".repeat(9_000)]
        {
            let text = format!("before {long} after");
            let cut = pieces(&text);
            assert_eq!(cut.concat(), text);
            let runs = cut.iter().flat_map(|piece| piece.split(char::is_whitespace));
            assert!(runs.into_iter().all(|run| run.len() <= LONGEST_RUN));
        }
        assert_eq!(pieces(&"a".repeat(10_000)).len(), 3);
        assert_eq!(pieces(&" ".repeat(10_000)).len(), 3);
        assert_eq!(pieces(""), [""]);
    }
}
