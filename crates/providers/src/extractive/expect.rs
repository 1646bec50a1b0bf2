//! What kind of thing a part of the question asks for.
//!
//! "The launch code of Aldebaran is kept in a safe" has every word of the question and no answer. What it
//! lacks is a number that the question does not have, and that much can be told from "what code",
//! "when", "who" and "how many".

use super::facets::Term;
use super::material::Unit;
use super::terms::Token;

const QUANTITIES: [&str; 18] = [
    "number",
    "code",
    "codes",
    "budget",
    "cost",
    "price",
    "amount",
    "percentage",
    "population",
    "length",
    "height",
    "depth",
    "weight",
    "size",
    "capacity",
    "duration",
    "headcount",
    "funding",
];

/// What people and places are to a thing; their names are asked for.
const ROLES: [&str; 16] = [
    "who",
    "whom",
    "whose",
    "where",
    "name",
    "leader",
    "head",
    "director",
    "manager",
    "engineer",
    "architect",
    "founder",
    "owner",
    "supplier",
    "location",
    "author",
];

/// "How did it fail" asks for no number, "how many" and "how long" do.
const HOW_IN_GENERAL: [&str; 9] = ["do", "does", "did", "is", "are", "was", "should", "can", "to"];

/// What the answer to a part would contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    Anything,
    Name,
    Number,
    Date,
}

/// What a part with these words, in lower case, expects.
pub(crate) fn expects(words: &[String]) -> Expect {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let how = words.iter().position(|word| word == "how").and_then(|at| words.get(at + 1));
    let measure = how.is_some_and(|next| !HOW_IN_GENERAL.contains(&next.as_str()));
    if has(&["when", "date", "day", "year", "month"]) {
        Expect::Date
    } else if has(&ROLES) && !(has(&["where"]) && has(&["from"])) {
        Expect::Name
    } else if measure || has(&QUANTITIES) {
        Expect::Number
    } else {
        Expect::Anything
    }
}

/// Whether the unit holds what is expected and the question does not say, from 0 to 1.
pub(crate) fn fits(expects: Expect, unit: &Unit, terms: &[Term]) -> f32 {
    let new = |token: &&Token| !terms.iter().any(|term| term.stem == token.stem);
    let number = || unit.tokens.iter().filter(new).any(|token| token.number);
    let date = || unit.tokens.iter().filter(new).any(|token| token.date && token.capital);
    let name = || {
        unit.tokens
            .iter()
            .skip(1)
            .filter(new)
            .any(|token| token.capital && !token.stop && !token.number)
    };
    match expects {
        Expect::Number if number() => 1.0,
        Expect::Date if number() || date() => 1.0,
        Expect::Name if name() => 1.0,
        Expect::Anything if number() => 0.6,
        Expect::Anything if name() => 0.4,
        _ => 0.0,
    }
}
