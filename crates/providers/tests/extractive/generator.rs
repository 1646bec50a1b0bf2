//! A seeded corpus: facts planted in filler among distractors.

/// A small generator; the tests need repeatable, not good, randomness.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % bound
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}

pub(crate) struct Fact {
    /// The part of the question that asks for it.
    pub(crate) asks: String,
    /// The value a report must hold.
    pub(crate) value: String,
    /// What a report must hold beside it.
    pub(crate) entity: String,
    /// The sentences that state it, in order.
    pub(crate) states: String,
}

pub(crate) struct Corpus {
    /// `(name, text)`
    pub(crate) documents: Vec<(String, String)>,
    pub(crate) questions: Vec<(String, Vec<Fact>)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Case {
    Normal,
    /// The whole question in lower case: no capitals tell what is a name.
    Lower,
}

const STEMS: [&str; 40] = [
    "Aldebaran",
    "Borealis",
    "Cygnus",
    "Kestrel",
    "Harbour",
    "Meridian",
    "Orchard",
    "Falcon",
    "Juniper",
    "Granite",
    "Zorvex",
    "Quilmar",
    "Tessaly",
    "Brundok",
    "Ophelian",
    "Vantar",
    "Mirabel",
    "Drennick",
    "Solano",
    "Ekwato",
    "Plinth",
    "Anvil",
    "Lantern",
    "Marlow",
    "Sable",
    "Corvid",
    "Thistle",
    "Umbra",
    "Wexcombe",
    "Yarrow",
    "Ravel",
    "Ironwood",
    "Nimbus",
    "Pallas",
    "Hadley",
    "Fenwick",
    "Isolde",
    "Jasper",
    "Kepler",
    "Lumen",
];
const KINDS: [&str; 8] = ["Station", "Project", "Depot", "", "", "", "Programme", "Unit"];
const FIRST: [&str; 12] = [
    "Maria", "Tomas", "Ingrid", "Kwame", "Leila", "Piotr", "Hana", "Diego", "Amara", "Sven",
    "Noor", "Felix",
];
const LAST: [&str; 12] = [
    "Okafor",
    "Lindqvist",
    "Moreau",
    "Tanaka",
    "Petrov",
    "Abernathy",
    "Castellan",
    "Ruiz",
    "Novak",
    "Haddad",
    "Whitlock",
    "Iversen",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const CITIES: [&str; 14] = [
    "Bremen", "Porto", "Leeds", "Tampere", "Gdansk", "Lyon", "Aarhus", "Utrecht", "Bergen",
    "Trieste", "Cork", "Malmo", "Ghent", "Basel",
];

/// Asks, states: `{e}` the name, `{v}` the value. A `|` cuts two sentences.
const KINDS_OF_FACT: [(&[&str], &[&str]); 10] = [
    (
        &["the launch code of {e}", "what is the launch code of {e}"],
        &[
            "The launch code of {e} is {v}.",
            "{e} uses the launch code {v}.",
            "The launch code of {e} was set in the spring.|It is {v}.",
            "For {e}, operators enter {v} as the launch code.",
        ],
    ),
    (
        &["the budget of {e}", "how large is the budget of {e}", "what budget does {e} have"],
        &[
            "The budget of {e} is {v} million euros.",
            "{e} was granted {v} million euros for the year.",
            "After the review {e} received a budget of {v} million.",
            "The committee settled the budget of {e} last week.|It amounts to {v} million euros.",
        ],
    ),
    (
        &["who leads {e}", "the director of {e}", "who is in charge of {e}"],
        &[
            "{e} is led by {v}.",
            "The director of {e} is {v}.",
            "{v} has been in charge of {e} since the merger.",
            "{v} heads {e}.",
        ],
    ),
    (
        &["when did {e} open", "the opening date of {e}", "on which date did {e} open"],
        &[
            "{e} opened on {v}.",
            "{e} was inaugurated on {v} in front of a small crowd.",
            "The doors of {e} opened to staff on {v}.",
            "{e} has been in operation since {v}.",
        ],
    ),
    (
        &["how many engineers does {e} have", "the number of engineers at {e}"],
        &[
            "{e} has {v} engineers.",
            "{e} employs {v} engineers in three shifts.",
            "A total of {v} engineers work at {e}.",
            "The engineers of {e} share one floor.|They number {v}.",
        ],
    ),
    (
        &["where is {e} located", "the city in which {e} is located", "where {e} is based"],
        &[
            "{e} is located in {v}.",
            "{e} is based near {v}.",
            "The main site of {e} lies in {v}.",
            "{e} moved its headquarters to {v}.",
        ],
    ),
    (
        &["the storage capacity of {e}", "what storage capacity does {e} have"],
        &[
            "The storage capacity of {e} is {v} tonnes.",
            "{e} can store {v} tonnes.",
            "{e} has a capacity of {v} tonnes after the extension.",
        ],
    ),
    (
        &["the codename of the reactor at {e}", "what is the codename of the reactor at {e}"],
        &[
            "The reactor at {e} carries the codename {v}.",
            "Staff at {e} call their reactor {v}.",
            "The codename of the reactor at {e} is {v}.",
        ],
    ),
    (
        &["which company supplies {e} with steel", "the steel supplier of {e}"],
        &[
            "{v} supplies {e} with steel.",
            "The steel for {e} comes from {v}.",
            "{e} buys its steel from {v}.",
        ],
    ),
    (
        &["how long is the pipeline of {e}", "the length of the pipeline of {e}"],
        &[
            "The pipeline of {e} is {v} kilometres long.",
            "{e} runs a pipeline of {v} kilometres.",
            "The pipeline of {e} has a length of {v} kilometres.",
        ],
    ),
];

/// Mentions of the name without any fact.
const MENTIONS: [&str; 8] = [
    "The visitors were shown around {e} in the afternoon.",
    "Several members asked whether {e} would be part of the next review.",
    "{e} was mentioned twice during the discussion.",
    "There is no change to report about {e} this week.",
    "The launch code of {e} is kept in a safe.",
    "A request concerning {e} was postponed.",
    "The budget of {e} was discussed at length without a decision.",
    "Nobody from {e} could attend the session in {c}.",
];

const FILLER: [&str; 26] = [
    "The meeting began late because the room had been double booked.",
    "Minutes of the last session were approved without comment.",
    "Engineers checked the valves and found a little wear on the seals.",
    "The budget of the department was discussed, but no figures were agreed.",
    "A director from the parent company visited the offices on {n} {m}.",
    "The weather in {c} delayed two deliveries of spare parts.",
    "Storage in the old hall is short, and some pallets stand in the yard.",
    "A new launch procedure will be written before the end of the year.",
    "The supplier promised steel of better quality at the same price.",
    "About {n} visitors came to the open day, which was fewer than expected.",
    "The pipeline needs paint, as the inspection of {m} showed.",
    "Codes for the side entrance are changed every month.",
    "Training for new staff takes {n} days and covers safety first.",
    "The canteen offers a second vegetarian dish since {m}.",
    "Complaints about noise fell by {n} percent compared with last year.",
    "The archive was moved to {c}, where rents are lower.",
    "Nobody could say when the lift would be repaired.",
    "The company that cleans the windows raised its rates.",
    "Reactor safety was the topic of a short lecture.",
    "It was agreed to meet again in {m}.",
    "The length of the report was criticised by several members.",
    "Capacity planning remains difficult, since demand is hard to foresee.",
    "Who leads the working group will be decided in {m}.",
    "The opening hours of the library were extended to {n} hours a week.",
    "A mistake in the invoice was corrected, e.g. the wrong date and address.",
    "Dr. Weber gave a talk on materials, and v1.5 of the handbook was handed out.",
];

pub(crate) fn corpus(seed: u64, case: Case) -> Corpus {
    let mut random = Random::new(seed);
    let names = names(&mut random);
    let mut questions = Vec::new();
    for question in 0..6 {
        let facts: Vec<Fact> = (0..10)
            .map(|nth| fact(&mut random, &names[question * 10 + nth], question + nth))
            .collect();
        questions.push((ask(&facts, question, case), facts));
    }
    let mut order: Vec<usize> = (0..60).collect();
    for index in (1..60).rev() {
        order.swap(index, random.below(index + 1));
    }
    let mut documents = Vec::new();
    for index in 0..60 {
        let planted = &questions[order[index] / 10].1[order[index] % 10];
        let text = document(&mut random, planted, &names, index);
        documents.push((
            format!("{:02}-{}.md", index + 1, ["notes", "minutes", "log"][index % 3]),
            text,
        ));
    }
    Corpus { documents, questions }
}

/// Sixty names to ask for and thirty to distract.
fn names(random: &mut Random) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    while names.len() < 90 {
        let (stem, kind) = (random.pick(&STEMS), random.pick(&KINDS));
        let name = match random.below(4) {
            0 => format!("{stem}-{}", random.below(90) + 10),
            1 if kind == "Project" => format!("Project {stem}"),
            2 => format!("{stem} {}", random.pick(&STEMS)),
            _ => format!("{stem} {kind}").trim().to_owned(),
        };
        if !names.iter().any(|known| known.contains(&name) || name.contains(known)) {
            names.push(name);
        }
    }
    names
}

fn value(random: &mut Random, kind: usize) -> String {
    match kind {
        0 => format!("{}", 1000 + random.below(9000)),
        1 => format!("{}.{}", 1 + random.below(400), random.below(10)),
        2 => format!("{} {}", random.pick(&FIRST), random.pick(&LAST)),
        3 => {
            format!("{} {} {}", 1 + random.below(28), random.pick(&MONTHS), 1950 + random.below(70))
        }
        4 => format!("{}", 20 + random.below(900)),
        5 => random.pick(&CITIES).to_owned(),
        6 => format!("{},{:03}", 1 + random.below(90), random.below(1000)),
        7 => format!(
            "{} {}",
            ["Blue", "Silent", "Old"][random.below(3)],
            ["Heron", "Giant", "Widow"][random.below(3)]
        ),
        8 => format!("{} {}", random.pick(&LAST), ["Metals", "Works", "and Sons"][random.below(3)]),
        _ => format!("{}", 12 + random.below(3000)),
    }
}

fn fact(random: &mut Random, entity: &str, kind: usize) -> Fact {
    let kind = kind % KINDS_OF_FACT.len();
    let value = value(random, kind);
    let (asks, states) = KINDS_OF_FACT[kind];
    let fill = |text: &str| text.replace("{e}", entity).replace("{v}", &value).replace('|', " ");
    let (asks, states) = (fill(random.pick(asks)), fill(random.pick(states)));
    Fact { asks, states, entity: entity.to_owned(), value }
}

fn ask(facts: &[Fact], style: usize, case: Case) -> String {
    let parts: Vec<&str> = facts.iter().map(|fact| fact.asks.as_str()).collect();
    let (last, first) = parts.split_last().unwrap();
    let question = match style % 4 {
        0 => format!("What is {}, and {last}?", first.join(", ")),
        1 => format!("Answer from the documents: {}; and {last}?", first.join("; ")),
        2 => parts
            .iter()
            .map(|part| format!("{}{}? ", part[..1].to_uppercase(), &part[1..]))
            .collect(),
        _ => format!(
            "Please report the following facts.\n{}",
            parts
                .iter()
                .enumerate()
                .map(|(n, part)| format!("{}. {part}\n", n + 1))
                .collect::<String>()
        ),
    };
    if case == Case::Lower { question.to_lowercase() } else { question }
}

fn document(random: &mut Random, planted: &Fact, names: &[String], index: usize) -> String {
    let mut sentences: Vec<String> = vec![planted.states.clone()];
    for _ in 0..2 {
        sentences.push(random.pick(&MENTIONS).replace("{e}", &planted.entity));
    }
    for _ in 0..3 {
        let other = &names[random.below(60)];
        sentences.push(random.pick(&MENTIONS).replace("{e}", other));
        // A fact about a name that no question has.
        let kind = random.below(KINDS_OF_FACT.len());
        let other = &names[60 + random.below(30)].clone();
        sentences.push(fact(random, other, kind).states);
    }
    let words = |list: &[String]| list.iter().map(|text| text.split(' ').count()).sum::<usize>();
    while words(&sentences) < 600 {
        sentences.push(random.pick(&FILLER).to_owned());
    }
    for place in (1..sentences.len()).rev() {
        sentences.swap(place, random.below(place + 1));
    }
    let mut text = if index.is_multiple_of(2) {
        format!("# Notes of week {index}\n\n")
    } else {
        String::new()
    };
    for (place, sentence) in sentences.iter().enumerate() {
        let number = (1 + random.below(30)).to_string();
        let (month, city) = (random.pick(&MONTHS), random.pick(&CITIES));
        text += &sentence.replace("{n}", &number).replace("{m}", month).replace("{c}", city);
        text += match random.below(8) {
            0 if index.is_multiple_of(3) => "\n\n",
            1 => "\n",
            _ => " ",
        };
        if index.is_multiple_of(5) && place % 12 == 11 {
            text += "\n\n## Other matters\n\n";
        }
    }
    text
}
