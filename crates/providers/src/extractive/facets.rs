//! The parts of a question, each with the words that would answer it.
//!
//! Somebody who asks for ten facts at once asks ten questions, and a step of the pyramid that holds
//! six documents of sixty can answer one or two of them. Ranking sentences by the whole question
//! would favour those which touch many parts vaguely. So the question is cut at commas, semicolons,
//! question marks and "and", and each part is ranked by itself.
//!
//! Within a part **names** matter most (capitals and digits inside the sentence): "the launch code of
//! Antares" shares two words of three with "the launch code of Aldebaran" and answers nothing. How rare
//! a word is in the material says this too, but a worker with four documents cannot know it.

use super::blocks::blocks;
use super::expect::{Expect, expects};
use super::lend::{cross, lend_attributes, lend_names};
use super::sentences::{fold, sentences};
use super::terms::{Token, Vocabulary, words};

/// More parts than this are a pasted text, not a question; the rest joins the last part.
const MOST_FACETS: usize = 64;

/// Words of the request rather than of its subject; they count little ([`TermUse::weight`]).
const REQUEST: &str = "answer question document documents material source sources file files text texts \
     folder following please report list give find tell describe explain state identify mention cite \
     say says contain contains summarise summarize summary summaries overview key point points main \
     finding findings highlight highlights gist recap outline takeaway takeaways theme themes provide \
     write short brief detail details fact facts attached attachment know known according use using \
     based include show";

/// Words that say nothing of what is asked; that they are not in the material is no news.
const FILLER: &str = "many much lot ever also still yet kind sort exactly really actually please someone \
     somebody something anyone anybody anything everyone everybody everything is are was were be been do \
     does did done have has had get gets got gotten getting make makes made making give gives gave given \
     giving take takes took taken taking";

/// Marks a wish for the whole rather than for a fact.
const WHOLE: [&str; 20] = [
    "summaris",
    "summariz",
    "summary",
    "summaries",
    "overview",
    "key point",
    "main point",
    "key finding",
    "main finding",
    "takeaway",
    "main theme",
    "main idea",
    "highlights",
    "the gist",
    "tl;dr",
    "tldr",
    "recap",
    "zusammenfass",
    "überblick",
    "résum",
];

/// What a word counts that cannot answer a part by itself.
const WEAK: f32 = 0.3;

const JOINTS: [&str; 7] = ["and", "or", "und", "oder", "et", "y", "&"];

const POINTERS: [&str; 3] = ["following", "these", "those"];

const PRONOUNS: [&str; 10] =
    ["it", "its", "they", "their", "them", "he", "she", "his", "her", "there"];

/// A word of a part.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TermUse {
    /// Index into [`Question::terms`].
    pub(crate) term: usize,
    pub(crate) name: bool,
    /// 1, or less for words of the request, filler and words borrowed from another part.
    pub(crate) weight: f32,
}

/// One part of the question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Facet {
    /// As it stands in the question.
    pub(crate) text: String,
    pub(crate) terms: Vec<TermUse>,
    pub(crate) expects: Expect,
    /// Its words refer back ("when did *it* open").
    pub(crate) pronoun: bool,
    /// The sentence of the question it belongs to.
    pub(crate) sentence: usize,
}

/// A content word of the question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) stem: u32,
    pub(crate) surface: String,
    /// Of the request or [`FILLER`]: nothing to look for.
    pub(crate) filler: bool,
}

/// A question, understood.
#[derive(Debug, PartialEq)]
pub(crate) struct Question {
    pub(crate) terms: Vec<Term>,
    pub(crate) facets: Vec<Facet>,
    /// It asks for the whole of the material rather than for facts in it.
    pub(crate) summary: bool,
}

impl Facet {
    pub(crate) fn named(&self) -> bool {
        self.terms.iter().any(|term| term.name)
    }
}

impl Question {
    /// So many parts with names of their own that each asks for one fact, and a part whose names the
    /// material lacks is simply answered elsewhere.
    pub(crate) fn asks_for_facts(&self) -> bool {
        self.facets.iter().filter(|facet| facet.named()).count() >= 3
    }
}

/// Cuts a question into its parts.
pub(crate) fn parse(question: &str, vocabulary: &mut Vocabulary) -> Question {
    let request: Vec<u32> = REQUEST.split_whitespace().map(|word| vocabulary.stem(word)).collect();
    let filler: Vec<u32> = FILLER.split_whitespace().map(|word| vocabulary.stem(word)).collect();
    let mut parser = Parser { vocabulary, request, filler, terms: Vec::new(), facets: Vec::new() };
    let asked = blocks(question);
    for (index, sentence) in asked.iter().flat_map(|block| sentences(&block.lines)).enumerate() {
        parser.sentence(&sentence, index);
    }
    let Parser { request, terms, mut facets, .. } = parser;
    let parts = facets.len();
    cross(&mut facets, MOST_FACETS);
    lend_names(&mut facets[..parts]);
    lend_attributes(&mut facets[..parts]);
    let lower = question.to_lowercase();
    let subject = terms.iter().any(|term| !request.contains(&term.stem));
    let mut question = Question { terms, facets, summary: false };
    let whole = WHOLE.iter().any(|cue| lower.contains(cue)) && !question.asks_for_facts();
    question.summary = whole || !subject;
    if question.summary {
        let terms = &question.terms;
        question.facets.iter_mut().for_each(|facet| {
            facet.terms.retain(|part| !request.contains(&terms[part.term].stem));
        });
        question.facets.retain(|facet| !facet.terms.is_empty());
    }
    question
}

struct Parser<'a> {
    vocabulary: &'a mut Vocabulary,
    request: Vec<u32>,
    filler: Vec<u32>,
    terms: Vec<Term>,
    facets: Vec<Facet>,
}

impl Parser<'_> {
    fn sentence(&mut self, sentence: &str, index: usize) {
        // A headline in Capitals Throughout says nothing about what is a name.
        let shouted = words(sentence).skip(1).any(|word| {
            let token = self.vocabulary.token(word);
            token.stop && word.len() > 1 && token.capital
        });
        for (nth, part) in parts(sentence).into_iter().enumerate() {
            self.part(&part, index, nth == 0, shouted);
        }
    }

    fn part(&mut self, part: &str, sentence: usize, first: bool, shouted: bool) {
        let found: Vec<(&str, Token)> =
            words(part).map(|word| (word, self.vocabulary.token(word))).collect();
        let content: Vec<(usize, &str, Token)> = found
            .iter()
            .enumerate()
            .filter(|(_, (word, token))| is_content(word, token))
            .map(|(index, (word, token))| (index, *word, *token))
            .collect();
        if content.is_empty() {
            return;
        }
        let bare = !first && is_bare_name(&found, &content);
        let only_names = content.iter().all(|(_, _, token)| token.capital);
        let mut uses: Vec<TermUse> = Vec::new();
        for (index, word, token) in &content {
            // "For each of the following projects" names a class, not a thing.
            let class =
                index.checked_sub(1).is_some_and(|before| POINTERS.contains(&found[before].0));
            let asks = class || self.request.contains(&token.stem);
            let begins = first && *index == 0 && !(only_names && found.len() == content.len());
            let owner = word.ends_with("'s") || word.ends_with("’s");
            let name = !shouted && !asks && (bare || token.capital && (!begins || owner));
            let term = self.term(word, token.stem);
            match uses.iter_mut().find(|known| known.term == term) {
                Some(known) => known.name |= name,
                None => uses.push(TermUse { term, name, weight: if asks { WEAK } else { 1.0 } }),
            }
        }
        demote(&mut uses, &self.terms);
        // "Who should get a bonus" is not answered by whoever gets something else.
        let weak = |part: &TermUse| !part.name && self.terms[part.term].filler;
        if uses.iter().any(|part| !weak(part)) {
            uses.iter_mut().filter(|part| weak(part)).for_each(|part| part.weight = WEAK);
        }
        let lower: Vec<String> = found.iter().map(|(word, _)| word.to_lowercase()).collect();
        let facet = Facet {
            text: fold(part),
            terms: uses,
            expects: expects(&lower),
            pronoun: lower.iter().any(|word| PRONOUNS.contains(&word.as_str())),
            sentence,
        };
        self.add(facet, content.iter().all(|(_, word, _)| word.chars().all(char::is_numeric)));
    }

    /// A part of digits alone is the rest of a date or an amount.
    fn add(&mut self, facet: Facet, rest: bool) {
        let full = self.facets.len() >= MOST_FACETS;
        let known = self.facets.iter().any(|known| known.terms == facet.terms);
        match self.facets.last_mut() {
            Some(last) if full || (rest && last.sentence == facet.sentence) => {
                for part in facet.terms {
                    if !last.terms.iter().any(|known| known.term == part.term) {
                        last.terms.push(part);
                    }
                }
            }
            _ if known => {}
            _ => self.facets.push(facet),
        }
    }

    fn term(&mut self, word: &str, stem: u32) -> usize {
        if let Some(index) = self.terms.iter().position(|term| term.stem == stem) {
            return index;
        }
        let filler = self.request.contains(&stem) || self.filler.contains(&stem);
        self.terms.push(Term { stem, surface: word.to_owned(), filler });
        self.terms.len() - 1
    }
}

/// `the Kestrel array`, one of a list: what follows the capital belongs to the name.
fn is_bare_name(found: &[(&str, Token)], content: &[(usize, &str, Token)]) -> bool {
    let before = found.iter().take_while(|(word, _)| ["the", "of", "for"].contains(word)).count();
    let owner = |word: &str| word.ends_with("'s") || word.ends_with("’s");
    let starts =
        |(at, word, token): &(usize, &str, Token)| *at == before && token.capital && !owner(word);
    content.len() <= 3
        && content.len() + before == found.len()
        && content.first().is_some_and(starts)
}

fn is_content(word: &str, token: &Token) -> bool {
    let letter = word.len() == 1 && word.starts_with(|c: char| c.is_ascii_lowercase());
    !token.stop && !letter
}

/// Cuts at punctuation and joints. A comma inside a number is none.
fn parts(sentence: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for word in sentence.split_whitespace() {
        let bare = word.trim_end_matches([',', ';', '?', '!']);
        if JOINTS.contains(&bare.to_lowercase().as_str()) {
            out.push(String::new());
            continue;
        }
        let mut pieces = bare.split(['、', '，', '；', '？', ';', '?']);
        for (nth, piece) in pieces.by_ref().enumerate() {
            if nth > 0 {
                out.push(String::new());
            }
            if let Some(part) = out.last_mut() {
                part.push(' ');
                part.push_str(piece);
            }
        }
        if bare.len() < word.len() {
            out.push(String::new());
        }
    }
    out
}

/// `CEO` is what is asked of a name if the part has another name; a number alone is no name at all.
fn demote(uses: &mut [TermUse], terms: &[Term]) {
    let number = |part: &TermUse| terms[part.term].surface.chars().all(char::is_numeric);
    let acronym = |part: &TermUse| {
        let word = &terms[part.term].surface;
        word.len() <= 4 && word.chars().all(char::is_uppercase)
    };
    let named = uses.iter().any(|part| part.name && !acronym(part) && !number(part));
    let acronyms = uses.iter().any(|part| part.name && acronym(part));
    for part in uses {
        let lesser = (named && acronym(part)) || (!named && !acronyms && number(part));
        part.name &= !lesser;
    }
}
