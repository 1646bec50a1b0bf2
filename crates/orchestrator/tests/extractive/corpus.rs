//! Sixty documents of 600 words with sixty facts, and six questions that ask for ten of them each.

use super::chance::Chance;
use super::facts::{ATTRIBUTES, LEADER, SEVERAL};
use super::filler;

/// How a corpus is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Facts as prose in prose; every question has another form.
    Prose,
    /// Facts as list items and table rows below headings.
    Structured,
    /// "The access code of Facility Orion is 48213." among random words.
    Codes,
    /// "The zorblat of Quimby is 7714." among random words.
    Invented,
}

/// What is planted and must be told.
pub(crate) struct Fact {
    pub(crate) thing: String,
    pub(crate) value: String,
    pub(crate) told: String,
}

pub(crate) struct Question {
    pub(crate) form: &'static str,
    pub(crate) text: String,
    pub(crate) facts: Vec<Fact>,
}

pub(crate) struct Corpus {
    pub(crate) documents: Vec<(String, String)>,
    pub(crate) questions: Vec<Question>,
}

/// `the Kestrel array` or `Dunmore Lock`.
pub(crate) struct Thing {
    head: String,
    kind: &'static str,
}

impl Thing {
    /// Without an article, as it must occur in a report.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.head, self.kind)
    }

    fn spoken(&self) -> String {
        let article = if self.kind.starts_with(char::is_lowercase) { "the " } else { "" };
        format!("{article}{}", self.name())
    }
}

const STARTS: [&str; 12] =
    ["Kes", "Dun", "Mar", "Tor", "Vel", "Ost", "Bryn", "Cal", "Hex", "Lor", "Pim", "Sel"];
const ENDS: [&str; 10] =
    ["trel", "more", "wick", "gate", "andine", "holm", "ovar", "mere", "ith", "brook"];
const KINDS: [&str; 12] = [
    "array",
    "Lock",
    "viaduct",
    "Depot",
    "programme",
    "Mill",
    "laboratory",
    "Tower",
    "ferry",
    "Exchange",
    "station",
    "Hall",
];

/// A sentence about a thing, with a capital at its start.
pub(crate) fn put(template: &str, thing: &Thing, value: &str) -> String {
    let text = template.replace("{e}", &thing.spoken()).replace("{v}", value);
    format!("{}{}", text[..1].to_uppercase(), &text[1..])
}

/// `count` things to ask for and others, whose names are partly the same.
fn things(chance: &mut Chance, count: usize) -> (Vec<Thing>, Vec<Thing>) {
    let mut heads: Vec<String> = STARTS
        .iter()
        .flat_map(|start| ENDS.iter().map(move |end| format!("{start}{end}")))
        .collect();
    chance.shuffle(&mut heads);
    let asked: Vec<Thing> = heads[..count]
        .iter()
        .map(|head| Thing { head: head.clone(), kind: chance.pick(&KINDS) })
        .collect();
    let near = asked.iter().step_by(4).map(|thing| {
        let at = KINDS.iter().position(|kind| *kind == thing.kind).unwrap_or_default();
        Thing { head: thing.head.clone(), kind: KINDS[(at + 1) % KINDS.len()] }
    });
    let other = heads[count..]
        .iter()
        .enumerate()
        .map(|(nth, head)| Thing { head: head.clone(), kind: KINDS[nth % KINDS.len()] });
    let others = near.chain(other).collect();
    (asked, others)
}

pub(crate) fn corpus(seed: u64, style: Style) -> Corpus {
    let chance = &mut Chance::new(seed * 8 + style as u64);
    match style {
        Style::Prose | Style::Structured => projects(chance, style),
        Style::Codes => codes(chance),
        Style::Invented => invented(chance),
    }
}

fn joined(parts: &[String]) -> String {
    let (last, most) = parts.split_last().unwrap();
    format!("{} and {last}", most.join(", "))
}

fn fact(chance: &mut Chance, thing: &Thing, attribute: usize, style: Style) -> Fact {
    let kind = &ATTRIBUTES[attribute];
    let value = kind.value.make(chance);
    let told = match style {
        Style::Structured if chance.one_in(2) => {
            let noun = format!("{}{}", kind.noun[..1].to_uppercase(), &kind.noun[1..]);
            format!("## {}\n\n- Last visit: on a rainy day.\n- {noun}: {value}\n", thing.name())
        }
        Style::Structured => format!(
            "| Object | Property | Value |\n|---|---|---|\n| {} | {} | {value} |\n| The gate | colour | green |\n",
            thing.name(),
            kind.noun
        ),
        _ => put(chance.pick(kind.told), thing, &value),
    };
    Fact { thing: thing.name(), value, told }
}

fn projects(chance: &mut Chance, style: Style) -> Corpus {
    let (things, others) = things(chance, 60);
    let mut questions = Vec::new();
    for (nth, group) in things.chunks(10).enumerate() {
        let mut wanted: Vec<(&Thing, usize)> =
            group.iter().map(|thing| (thing, chance.below(ATTRIBUTES.len()))).collect();
        let ask = |wanted: &[(&Thing, usize)], how: fn(usize) -> &'static str| -> Vec<String> {
            wanted.iter().map(|(thing, kind)| put(how(*kind), thing, "")).collect()
        };
        let plain = |kind: usize| ATTRIBUTES[kind].question;
        let (form, text) = match nth {
            0 => {
                let nouns = wanted.iter().map(|(thing, kind)| {
                    format!("the {} of {}", ATTRIBUTES[*kind].noun, thing.spoken())
                });
                ("list", format!("Report {}.", joined(&nouns.collect::<Vec<_>>())))
            }
            1 => ("row", ask(&wanted, plain).join(" ")),
            2 => {
                let lines = ask(&wanted, plain);
                let lines: Vec<String> = lines
                    .iter()
                    .enumerate()
                    .map(|(nth, line)| format!("{}. {line}", nth + 1))
                    .collect();
                ("numbered", format!("Please answer these questions:\n\n{}", lines.join("\n")))
            }
            3 => {
                wanted.iter_mut().for_each(|(_, kind)| *kind = LEADER);
                let names: Vec<String> = group.iter().map(Thing::spoken).collect();
                let text = "For each of the following projects say who led it:";
                ("each", format!("{text} {}.", joined(&names)))
            }
            4 => {
                wanted =
                    group[..2].iter().flat_map(|thing| SEVERAL.map(|kind| (thing, kind))).collect();
                let nouns: Vec<String> =
                    SEVERAL.iter().map(|kind| format!("the {}", ATTRIBUTES[*kind].noun)).collect();
                let (one, two) = (group[0].spoken(), group[1].spoken());
                ("several", format!("Tell me about {} of {one} and of {two}.", joined(&nouns)))
            }
            _ => ("synonyms", ask(&wanted, |kind| ATTRIBUTES[kind].synonym).join(" ")),
        };
        let facts = wanted.iter().map(|(thing, kind)| fact(chance, thing, *kind, style)).collect();
        questions.push(Question { form, text, facts });
    }
    let fill = |chance: &mut Chance| filler::sentence(chance, &things, &others);
    Corpus { documents: documents(chance, &questions, &fill), questions }
}

/// A capitalised word nobody has used.
fn invent(chance: &mut Chance, known: &mut Vec<String>) -> String {
    loop {
        let mut word = String::new();
        for _ in 0..chance.between(2, 3) {
            word.push(chance.pick(&[
                'b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'p', 'q', 'r', 's', 't', 'v', 'z',
            ]));
            word.push(chance.pick(&['a', 'e', 'i', 'o', 'u']));
            word.push(chance.pick(&['l', 'm', 'n', 'r', 's', 't', 'x', 'b']));
        }
        if !known.contains(&word) {
            known.push(word.clone());
            return word;
        }
    }
}

fn capital(word: &str) -> String {
    format!("{}{}", word[..1].to_uppercase(), &word[1..])
}

fn codes(chance: &mut Chance) -> Corpus {
    let mut known = Vec::new();
    let mut questions = Vec::new();
    for _ in 0..6 {
        let names: Vec<String> =
            (0..10).map(|_| format!("Facility {}", capital(&invent(chance, &mut known)))).collect();
        let text = format!("What are the access codes of {}?", joined(&names));
        let facts = names.into_iter().map(|thing| {
            let value = chance.between(10_000, 99_999).to_string();
            let told = format!("The access code of {thing} is {value}.");
            Fact { thing, value, told }
        });
        questions.push(Question { form: "codes", facts: facts.collect(), text });
    }
    Corpus { documents: documents(chance, &questions, &filler::lorem), questions }
}

fn invented(chance: &mut Chance) -> Corpus {
    let mut known = Vec::new();
    let mut questions = Vec::new();
    for nth in 0..6 {
        let mut facts = Vec::new();
        let mut asked = Vec::new();
        for _ in 0..10 {
            let (noun, thing) = (invent(chance, &mut known), capital(&invent(chance, &mut known)));
            let value = chance.between(1000, 9999).to_string();
            let told = format!("The {noun} of {thing} is {value}.");
            asked.push(format!("the {noun} of {thing}"));
            facts.push(Fact { thing, value, told });
        }
        let text = match nth % 3 {
            0 => format!("What is {}?", joined(&asked)),
            1 => format!("Find {}.", joined(&asked)),
            _ => format!("What is {}?", asked.join("? What is ")),
        };
        questions.push(Question { form: "invented", facts, text });
    }
    Corpus { documents: documents(chance, &questions, &filler::lorem), questions }
}

/// One fact in each document, at any place.
fn documents(
    chance: &mut Chance,
    questions: &[Question],
    fill: &dyn Fn(&mut Chance) -> String,
) -> Vec<(String, String)> {
    let mut facts: Vec<&Fact> = questions.iter().flat_map(|question| &question.facts).collect();
    chance.shuffle(&mut facts);
    facts
        .into_iter()
        .enumerate()
        .map(|(nth, fact)| {
            let text = document(chance, nth, &fact.told, fill);
            (format!("notes-{:02}.md", nth + 1), text)
        })
        .collect()
}

/// Every fourth one has headings, a list and a table.
fn document(
    chance: &mut Chance,
    nth: usize,
    fact: &str,
    fill: &dyn Fn(&mut Chance) -> String,
) -> String {
    let place = chance.below(500);
    let (mut text, mut words, mut planted) = (String::new(), 0, false);
    let block = fact.contains('\n');
    let marked = nth.is_multiple_of(4);
    if marked {
        text.push_str("# Notes of the month\n\n");
    }
    while words < 600 {
        let mut paragraph: Vec<String> = Vec::new();
        for _ in 0..chance.between(2, 6) {
            if !planted && !block && words >= place {
                paragraph.push(fact.to_owned());
                planted = true;
            }
            let sentence = fill(chance);
            words += sentence.split_whitespace().count();
            paragraph.push(sentence);
        }
        match if marked { chance.below(5) } else { 9 } {
            0 => text.push_str("## From the departments\n\n"),
            1 => paragraph.iter_mut().for_each(|sentence| *sentence = format!("- {sentence}\n")),
            2 => text
                .push_str("| Day | Visitors |\n|---|---|\n| Monday | 12 |\n| Tuesday | 31 |\n\n"),
            _ => {}
        }
        text.push_str(paragraph.join(" ").replace("\n ", "\n").trim_end());
        text.push_str("\n\n");
        if block && !planted && words >= place {
            text.push_str(fact);
            text.push_str("\n## Other matters\n\n");
            planted = true;
        }
    }
    assert!(planted);
    text
}
