//! Words as the ranking compares them: case folded, stemmed, interned to numbers.
//!
//! English words are stemmed (Snowball), so `opened` answers `opening`; words of other languages pass
//! through the same function, which changes question and source alike and so harms no match. Stop
//! words come from the list of the question's own language. The list is NLTK's, not ISO's: the latter
//! holds `cause`, `changes`, `opened`, `number` and `system`, which are what people ask for.
//!
//! The maps here are only looked up, never walked, so nothing depends on their order.

use std::collections::{HashMap, HashSet};

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

/// Tried in this order; the first with the most hits is the question's language.
const LANGUAGES: [&str; 12] =
    ["en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "ru"];

/// Months and days: what an answer to "when" has if it has no digit.
const DATES: [&str; 19] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Numbers people write as words.
const NUMBERS: [&str; 29] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
];

/// A word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// The interned stem.
    pub(crate) stem: u32,
    pub(crate) stop: bool,
    /// Begins with a capital or a digit.
    pub(crate) capital: bool,
    pub(crate) number: bool,
    pub(crate) date: bool,
}

/// Interns stems; one per answer.
pub(crate) struct Vocabulary {
    stemmer: Stemmer,
    stop_words: HashSet<&'static str>,
    words: HashMap<String, Token>,
    stems: HashMap<String, u32>,
}

impl Vocabulary {
    /// With the stop words of the language `question` is written in (English if none fits better).
    pub(crate) fn new(question: &str) -> Self {
        let stop_words = stop_words(question);
        let stemmer = Stemmer::create(Algorithm::English);
        Self { stemmer, stop_words, words: HashMap::new(), stems: HashMap::new() }
    }

    /// Every word of `text`, stop words too: a cue such as `because` may be one.
    pub(crate) fn tokens(&mut self, text: &str) -> Vec<Token> {
        words(text).map(|word| self.token(word)).collect()
    }

    /// The token of one word as it stands in a text.
    pub(crate) fn token(&mut self, word: &str) -> Token {
        if let Some(token) = self.words.get(word) {
            return *token;
        }
        let lower = word.to_lowercase().replace('’', "'");
        let base = lower.strip_suffix("'s").unwrap_or(&lower);
        let number = base.contains(char::is_numeric) || NUMBERS.contains(&base);
        let token = Token {
            stem: self.stem(base),
            stop: self.stop_words.contains(base) || self.stop_words.contains(lower.as_str()),
            capital: word.starts_with(|c: char| c.is_uppercase() || c.is_numeric()),
            number,
            date: DATES.contains(&base),
        };
        self.words.insert(word.to_owned(), token);
        token
    }

    /// The number of a word's stem.
    pub(crate) fn stem(&mut self, word: &str) -> u32 {
        let stem = self.stemmer.stem(word);
        if let Some(id) = self.stems.get(stem.as_ref()) {
            return *id;
        }
        let id = u32::try_from(self.stems.len()).unwrap_or(u32::MAX);
        self.stems.insert(stem.into_owned(), id);
        id
    }
}

/// The words of a text; an underscore is a border, so that file names have words.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.unicode_words().flat_map(|word| word.split('_')).filter(|word| !word.is_empty())
}

fn stop_words(question: &str) -> HashSet<&'static str> {
    let lower = question.to_lowercase();
    let asked: HashSet<&str> = words(&lower).collect();
    let mut best: (usize, &[&str]) = (0, &[]);
    for language in LANGUAGES {
        let list = stop_words::lookup(language).unwrap_or_default();
        let hits = list.iter().filter(|word| asked.contains(**word)).count();
        if hits > best.0 || best.1.is_empty() {
            best = (hits, list);
        }
    }
    best.1.iter().copied().collect()
}
