//! Sentences that answer nothing: business prose, talk about the things asked for, facts about others.

use super::chance::Chance;
use super::corpus::{Thing, put};
use super::facts::ATTRIBUTES;

const WHO: [&str; 14] = [
    "The committee",
    "Our regional office",
    "A small working group",
    "The finance team",
    "Management",
    "The board",
    "A consultant from the north",
    "The works council",
    "Procurement",
    "The archive",
    "The press office",
    "An external reviewer",
    "Every department",
    "The night shift",
];
const DID: [&str; 14] = [
    "discussed",
    "postponed",
    "welcomed",
    "reviewed",
    "questioned",
    "summarised",
    "circulated",
    "approved",
    "rejected",
    "rewrote",
    "compared",
    "overlooked",
    "commented on",
    "defended",
];
const WHAT: [&str; 16] = [
    "the draft of the annual plan",
    "several proposals for a new canteen",
    "the minutes of the last session",
    "a list of open questions",
    "the travel policy",
    "the results of the survey",
    "the maintenance calendar",
    "a memo about parking",
    "the outline of the training course",
    "two complaints from neighbours",
    "the schedule for the summer",
    "an offer from an insurer",
    "the wording of the contract",
    "the layout of the newsletter",
    "the tender documents",
    "the rules for visitors",
];
const TAIL: [&str; 14] = [
    "without reaching a conclusion",
    "before the holidays",
    "in a friendly tone",
    "at some length",
    "because the deadline was close",
    "although nobody had asked for it",
    "with only minor changes",
    "after a long lunch",
    "as is usual at this time",
    "and promised to return to it",
    "while the others listened",
    "for the third time",
    "with the help of volunteers",
    "to the relief of the secretary",
];
const PLAIN: [&str; 16] = [
    "It remains to be seen whether this will matter in the long run.",
    "There was coffee, and there were questions.",
    "They agreed to meet again when the figures are complete.",
    "This was noted with thanks.",
    "A copy of the letter is kept in the blue folder.",
    "Nobody could say who had ordered the chairs.",
    "In 2014 the form was replaced by a longer one.",
    "The lift was out of order on 3 March, so the meeting took place downstairs.",
    "Attendance was good, with seventeen people in the room.",
    "He thanked everybody and closed the meeting at four.",
    "Her report will be sent to all branches.",
    "Costs are under review, and a budget for stationery has been requested.",
    "The person in charge of the keys is on leave until Monday.",
    "The opening hours of the reception have not changed since 2011.",
    "Such projects need time, patience and a good archive.",
    "Some say that the best ideas come on the train.",
];
/// Mentions of a thing that tell nothing about it.
const MENTIONS: [&str; 14] = [
    "{e} was mentioned twice at the quarterly meeting.",
    "Visitors often ask about {e}, but the leaflet is out of print.",
    "The budget of {e} will be discussed next month.",
    "Who will lead {e} in the future is an open question.",
    "A photograph of {e} hangs in the corridor.",
    "We received two letters about {e} and answered both.",
    "The costs of {e} are a delicate subject.",
    "{e} has its admirers and its critics.",
    "The report on {e} runs to eleven pages.",
    "Nothing new was heard from {e} this week.",
    "The staff of {e} took part in the survey as well.",
    "The opening of {e} was a great day for everybody.",
    "Plans for {e} are kept in the archive.",
    "Some compare it with {e}, which is unfair.",
];

fn plain(chance: &mut Chance) -> String {
    if chance.one_in(5) {
        return chance.pick(&PLAIN).to_owned();
    }
    let [who, did, what, tail] = [&WHO[..], &DID, &WHAT, &TAIL].map(|list| chance.pick(list));
    format!("{who} {did} {what} {tail}.")
}

/// A sentence of a document. `others` are things nobody asks for.
pub(crate) fn sentence(chance: &mut Chance, things: &[Thing], others: &[Thing]) -> String {
    match chance.below(12) {
        0 => {
            let mention = chance.pick(&MENTIONS);
            put(mention, &things[chance.below(things.len())], "")
        }
        1 => {
            let attribute = &ATTRIBUTES[chance.below(ATTRIBUTES.len())];
            let (told, value) = (chance.pick(attribute.told), attribute.value.make(chance));
            put(told, &others[chance.below(others.len())], &value)
        }
        _ => plain(chance),
    }
}

const LOREM: [&str; 40] = [
    "lorem",
    "ipsum",
    "dolor",
    "amet",
    "consectetur",
    "adipiscing",
    "elit",
    "sed",
    "eiusmod",
    "tempor",
    "incididunt",
    "labore",
    "magna",
    "aliqua",
    "enim",
    "minim",
    "veniam",
    "quis",
    "nostrud",
    "ullamco",
    "laboris",
    "nisi",
    "aliquip",
    "commodo",
    "consequat",
    "duis",
    "aute",
    "irure",
    "voluptate",
    "velit",
    "esse",
    "cillum",
    "fugiat",
    "nulla",
    "pariatur",
    "sint",
    "occaecat",
    "cupidatat",
    "proident",
    "culpa",
];

/// A sentence of random words.
pub(crate) fn lorem(chance: &mut Chance) -> String {
    let words: Vec<&str> = (0..chance.between(6, 16)).map(|_| chance.pick(&LOREM)).collect();
    let text = words.join(" ");
    format!("{}{}.", text[..1].to_uppercase(), &text[1..])
}
