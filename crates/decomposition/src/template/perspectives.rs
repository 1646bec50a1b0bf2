//! The perspectives, as data. In the order in which they are used up: the first few must cover a task
//! by themselves (what is the case, why, what could be done, what could go wrong, what to do), the later
//! ones look closer at what those leave out.

/// One instruction each; the task's text is put below it.
pub(super) const PERSPECTIVES: [&str; 15] = [
    "Facts and background: establish what is known for certain about the subject of the task below, and \
     define the terms that matter.",
    "Causes and mechanisms: explain why things are as they are in the subject of the task below, and how \
     they work.",
    "Options: list the possible approaches or answers to the task below, each with the conditions under \
     which it fits.",
    "Risks and limits: find what could go wrong, fail or be misunderstood in the subject of the task \
     below, and how it would show.",
    "Recommendation: give a reasoned answer to the task below, with the criteria that decide it.",
    "Evidence for: collect the strongest evidence and arguments that support the answer the task below \
     suggests.",
    "Evidence against: collect the strongest counter-evidence, counter-examples and objections to the \
     answer the task below suggests.",
    "Stakeholders: identify who is affected by or decides on the subject of the task below, and what each \
     of them needs.",
    "Costs and resources: estimate the money, time, people and other means that the subject of the task \
     below takes.",
    "Comparison: compare the subject of the task below with its closest alternatives or precedents, point \
     by point.",
    "History: trace how the subject of the task below came about and which turning points changed it.",
    "Constraints: determine the rules, dependencies and technical or legal limits that bind the subject of \
     the task below.",
    "Implementation: lay out the concrete steps, in order, that carry out what the task below asks for or \
     leads to.",
    "Measurement: define how success and failure in the subject of the task below can be observed, with \
     figures where there are any.",
    "Open questions: name what is unknown, disputed or untested in the subject of the task below, and how \
     it could be found out.",
];
