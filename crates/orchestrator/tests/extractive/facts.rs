//! What can be asked about a thing, and the ways in which prose says it.

use super::chance::Chance;

/// How a value is made.
#[derive(Clone, Copy)]
pub(crate) enum Value {
    Person,
    Year,
    Date,
    Money,
    Count,
    Town,
    Code,
    Length,
    Power,
    Firm,
    Volume,
}

/// Something to know about a thing. In all texts `{e}` is the thing, `{v}` the value.
pub(crate) struct Attribute {
    /// Fits "the … of {e}".
    pub(crate) noun: &'static str,
    pub(crate) question: &'static str,
    /// Asks the same in other words.
    pub(crate) synonym: &'static str,
    pub(crate) value: Value,
    pub(crate) told: &'static [&'static str],
}

pub(crate) const LEADER: usize = 0;
/// Attributes a question about one thing lists together.
pub(crate) const SEVERAL: [usize; 5] = [5, LEADER, 3, 7, 9];

pub(crate) const ATTRIBUTES: [Attribute; 14] = [
    Attribute {
        noun: "leader",
        question: "Who led {e}?",
        synonym: "Who was in charge of {e}?",
        value: Value::Person,
        told: &[
            "For most of its life {e} was led by {v}, a former naval surveyor.",
            "{v}, who had trained as a chemist, headed {e} until the merger.",
            "Few remember that {v} was in charge of {e} when the storm came.",
            "{e} changed its plans twice. It was directed by {v}, who kept a diary throughout.",
            "Under {v}, its director, {e} doubled its output within a season.",
        ],
    },
    Attribute {
        noun: "chief engineer",
        question: "Who was the chief engineer of {e}?",
        synonym: "Which engineer was responsible for {e}?",
        value: Value::Person,
        told: &[
            "The chief engineer of {e}, {v}, insisted on a second survey.",
            "{v} served as chief engineer of {e} and never gave an interview.",
            "The drawings for {e} were signed by its chief engineer, {v}, on the last possible day.",
        ],
    },
    Attribute {
        noun: "commissioning year",
        question: "When was {e} commissioned?",
        synonym: "In which year did {e} enter service?",
        value: Value::Year,
        told: &[
            "{e} was commissioned in {v} after two winters of delay.",
            "Commissioned in {v}, {e} soon became a fixture of the valley.",
            "It was in {v} that {e} was finally commissioned, to nobody's surprise.",
            "{e} took six summers to build. It was commissioned in {v}, long after the plans had yellowed.",
        ],
    },
    Attribute {
        noun: "opening date",
        question: "When did {e} open?",
        synonym: "On what date was {e} inaugurated?",
        value: Value::Date,
        told: &[
            "{e} opened to the public on {v} in pouring rain.",
            "On {v}, three weeks late, the minister opened {e}.",
            "{e} stood empty for a while. It was finally opened on {v}, without speeches.",
            "The ribbon at {e} was cut on {v}, which marked its official opening.",
        ],
    },
    Attribute {
        noun: "cost",
        question: "What did {e} cost?",
        synonym: "How expensive was {e}?",
        value: Value::Money,
        told: &[
            "{e}, which cost {v}, was paid off early.",
            "Auditors put the cost of {e} at {v}.",
            "In the end {v} had been spent on {e}, a sum that nobody had planned.",
            "The price of {e} came to {v} after the last invoice.",
        ],
    },
    Attribute {
        noun: "budget",
        question: "How large was the budget of {e}?",
        synonym: "How much funding was {e} given?",
        value: Value::Money,
        told: &[
            "The council set aside a budget of {v} for {e}.",
            "{e} was granted a budget of {v}, to be spent within two years.",
            "A budget of {v} was approved for {e} against four votes.",
            "Everybody wanted {e}. Its budget was fixed at {v}, and that was that.",
        ],
    },
    Attribute {
        noun: "number of employees",
        question: "How many people does {e} employ?",
        synonym: "What is the headcount of {e}?",
        value: Value::Count,
        told: &[
            "{e} employs {v} people, most of them part-time.",
            "A staff of {v} keeps {e} running through the night.",
            "With {v} employees, {e} outgrew its canteen long ago.",
        ],
    },
    Attribute {
        noun: "architect",
        question: "Who was the architect of {e}?",
        synonym: "Who designed {e}?",
        value: Value::Person,
        told: &[
            "{e} was designed by {v}, an admirer of plain brick.",
            "The architect of {e}, {v}, died before it was finished.",
            "{v} is remembered as the architect of {e} and of little else.",
        ],
    },
    Attribute {
        noun: "location",
        question: "Where is {e} located?",
        synonym: "In which town does {e} stand?",
        value: Value::Town,
        told: &[
            "{e} stands in {v}, on the old market square.",
            "{e} is located near {v}, an hour from the coast.",
            "Travellers who want to see {e} must go to {v}, where it is located behind the station.",
        ],
    },
    Attribute {
        noun: "inventory code",
        question: "What is the inventory code of {e}?",
        synonym: "Under which code is {e} listed in the inventory?",
        value: Value::Code,
        told: &[
            "The inventory code of {e} is {v}.",
            "In the register {e} bears the inventory code {v}.",
            "{e} (inventory code {v}) was inspected in spring.",
        ],
    },
    Attribute {
        noun: "length",
        question: "How long is {e}?",
        synonym: "What does {e} measure?",
        value: Value::Length,
        told: &[
            "{e} measures {v} from end to end.",
            "At {v}, {e} is longer than any other of its kind.",
            "The surveyors gave the length of {e} as {v}.",
        ],
    },
    Attribute {
        noun: "power source",
        question: "What powers {e}?",
        synonym: "Where does {e} get its power from?",
        value: Value::Power,
        told: &[
            "Nobody outside the lab knew that {e} had been powered by {v} since 2019.",
            "{e} draws its power from {v}, which hum at night.",
            "{e} makes no smoke. It is powered by {v}, as the leaflet proudly says.",
        ],
    },
    Attribute {
        noun: "supplier",
        question: "Who supplies {e}?",
        synonym: "From which vendor does {e} buy?",
        value: Value::Firm,
        told: &[
            "The pumps of {e} were supplied by {v}, a family firm.",
            "{v} has been the supplier of {e} since the fire.",
            "After the first tender failed, {e} chose {v} as its supplier.",
        ],
    },
    Attribute {
        noun: "capacity",
        question: "What is the capacity of {e}?",
        synonym: "How much can {e} hold?",
        value: Value::Volume,
        told: &[
            "{e} holds {v} when it is full.",
            "The capacity of {e} was raised to {v} in the spring.",
            "Because {e} has a capacity of {v}, the neighbours send their overflow there.",
        ],
    },
];

const FIRST: [&str; 24] = [
    "Ada",
    "Bruno",
    "Carys",
    "Desmond",
    "Elif",
    "Farida",
    "Gustav",
    "Hester",
    "Imre",
    "Jolanda",
    "Kenji",
    "Leonie",
    "Marek",
    "Nadia",
    "Otis",
    "Priya",
    "Quentin",
    "Rosalind",
    "Stellan",
    "Tove",
    "Ursula",
    "Viktor",
    "Wendeline",
    "Yusuf",
];
const LAST: [&str; 24] = [
    "Ashgrove",
    "Bellamy",
    "Czerny",
    "Delacourt",
    "Eriksen",
    "Fairweather",
    "Galloway",
    "Hoxton",
    "Ibarra",
    "Jarrow",
    "Kowalczyk",
    "Lindqvist",
    "Mombelli",
    "Nakagawa",
    "Oyelaran",
    "Pemberton",
    "Quigley",
    "Rhys",
    "Sandoval",
    "Thackeray",
    "Underhill",
    "Vasquez",
    "Winterbourne",
    "Zeller",
];
const TOWNS: [&str; 16] = [
    "Aldermere",
    "Brackwater",
    "Cold Ashby",
    "Drumcarrow",
    "Eastlinton",
    "Fennimore",
    "Gorsefield",
    "Hallowby",
    "Inverlay",
    "Kirkholme",
    "Lower Tansy",
    "Morvale",
    "Netherby",
    "Ollerton",
    "Pennard",
    "Ravensmoor",
];
const FIRMS: [&str; 12] = [
    "Abbott & Vane",
    "Brightwell Castings",
    "Corvo Hydraulics",
    "Deering Brothers",
    "Eastmoor Steel",
    "Falk & Daughters",
    "Grantham Valves",
    "Hollis Electric",
    "Ivory Pumps",
    "Jessop Marine",
    "Keller Works",
    "Lorimer & Co",
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
const TENS: [&str; 8] =
    ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ONES: [&str; 9] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const CELLS: [&str; 8] = [
    "thorium cells",
    "tidal turbines",
    "diesel sets",
    "peat boilers",
    "solar roofs",
    "gas engines",
    "water wheels",
    "wind rotors",
];

impl Value {
    /// A value of this kind as prose writes it.
    pub(crate) fn make(self, chance: &mut Chance) -> String {
        match self {
            Self::Person => format!("{} {}", chance.pick(&FIRST), chance.pick(&LAST)),
            Self::Year => chance.between(1921, 2018).to_string(),
            Self::Date => format!(
                "{} {} {}",
                chance.between(1, 28),
                chance.pick(&MONTHS),
                chance.between(1951, 2021)
            ),
            Self::Money if chance.one_in(3) => {
                format!("{}.{} million crowns", chance.between(2, 88), chance.between(1, 9))
            }
            Self::Money => {
                format!("{},{:03} crowns", chance.between(2, 940), chance.between(1, 999))
            }
            Self::Count if chance.one_in(2) => {
                format!("{}-{}", chance.pick(&TENS), chance.pick(&ONES))
            }
            Self::Count => chance.between(112, 980).to_string(),
            Self::Town => chance.pick(&TOWNS).to_owned(),
            Self::Code => {
                let letter = |chance: &mut Chance| char::from(b'A' + chance.below(26) as u8);
                format!("{}{}-{}", letter(chance), letter(chance), chance.between(1001, 9999))
            }
            Self::Length => format!("{} metres", chance.between(31, 899)),
            Self::Power => format!("{} {}", chance.pick(&ONES[1..]), chance.pick(&CELLS)),
            Self::Firm => chance.pick(&FIRMS).to_owned(),
            Self::Volume => {
                format!("{},{:03} litres", chance.between(1, 90), chance.between(1, 999))
            }
        }
    }
}
