//! Words that answer a question's word without sharing its stem.
//!
//! "What caused it?" is answered by "because", "due to", "root"; "who leads it?" by "director". A model
//! knows that; an extractive engine must be told. The groups are short, general and count for
//! less than the asked word itself ([`STRENGTH`]), so that they break ties and never beat a real hit.

use super::terms::Vocabulary;

/// What a cue counts, where the word itself counts 1.
pub(crate) const STRENGTH: f32 = 0.55;

/// Any word of a group stands for any other one.
const GROUPS: [&str; 28] = [
    "cause why reason because due root trigger result led lead origin contribute source",
    "change fix improve recommend recommendation should action must need prevent propose proposal \
     remedy replace introduce next follow-up suggest",
    "first priority urgent immediately before most important",
    "outage incident downtime failure failed fail unavailable down disruption crash",
    "problem issue bug fault error defect trouble difficulty",
    "impact effect affect consequence lose lost loss damage customer",
    "lead led leader head direct director manage manager chief chair run charge ceo oversee supervise command \
     responsible boss captain president principal",
    "open begin start inaugurate inauguration launch establish commission enter service found founded founder create set \
     unveil public operation commission door since",
    "close end finish shut stop cease retire decommission conclude",
    "build built construct erect complete completion finish architect",
    "when date day year time schedule deadline",
    "where located location place site base headquarter situate stand city town address seat lie",
    "cost price fee pay paid expense spend spent charge worth expensive bill",
    "budget fund funding finance allocate allot allocation money grant spend expenditure",
    "employ employee staff worker people personnel team crew workforce headcount",
    "code password passcode key pin cipher combination",
    "phone telephone call extension dial hotline",
    "name call title known nickname codename",
    "win won award prize honour honor receive",
    "write wrote written author pen compose publish",
    "invent inventor discover discoverer design designer devise develop creator",
    "live inhabit inhabitant population resident reside people",
    "big large size area measure square",
    "long length measure tall height high deep depth wide width far distance kilometre metre mile",
    "heavy weigh weight mass ton tonne kilogram",
    "buy bought purchase acquire acquisition sell sold supplier supply vendor deliver",
    "power source energy drive fuel draw run",
    "capacity hold accommodate seat store room contain maximum",
];

/// The groups as stems of one vocabulary.
pub(crate) struct Cues(Vec<Vec<u32>>);

impl Cues {
    pub(crate) fn new(vocabulary: &mut Vocabulary) -> Self {
        let stems =
            |group: &str| group.split_whitespace().map(|word| vocabulary.stem(word)).collect();
        Self(GROUPS.iter().copied().map(stems).collect())
    }

    /// The stems that stand for `stem`, in a fixed order; `stem` itself may be among them.
    pub(crate) fn stand_ins(&self, stem: u32) -> impl Iterator<Item = u32> {
        self.0.iter().filter(move |group| group.contains(&stem)).flatten().copied()
    }
}
