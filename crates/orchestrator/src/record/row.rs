//! One node as it is kept: 64 bytes, whatever it was called, read and merged.

use std::sync::Arc;
use std::time::Duration;

use ziggurat_core::{AgentState, Cost, Reason, Usage, Usd};

/// How one node fares.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    pub(crate) state: AgentState,
    pub(crate) truncated: bool,
    /// The model that wrote the output, by its place in the book's list, from 1.
    pub(super) model: u16,
    micros: u64,
    pub(crate) output: Option<Arc<str>>,
    pub(crate) reason: Option<Box<Reason>>,
    spent: Spent,
}

/// Tokens and cost. Nearly every node makes one call whose counts are small.
#[derive(Debug, Clone, Default)]
enum Spent {
    #[default]
    Nothing,
    Little(Little),
    Much(Box<(Usage, Cost)>),
}

/// Counts below 2³², details that are zero or unknown, and an amount below 2⁶⁴.
#[derive(Debug, Clone, Copy)]
struct Little {
    input: u32,
    output: u32,
    cost: u64,
    unknown_calls: u16,
    /// Which details are known to be zero.
    zeros: [bool; 4],
}

impl Row {
    pub(crate) fn spent(&self) -> (Usage, Cost) {
        match &self.spent {
            Spent::Nothing => (Usage::ZERO, Cost::ZERO),
            Spent::Little(little) => little.written_out(),
            Spent::Much(much) => **much,
        }
    }

    /// Adds a call.
    pub(super) fn spend(&mut self, usage: Usage, cost: Cost) {
        let (before, paid) = self.spent();
        let (usage, cost) = (before + usage, paid + cost);
        self.spent = match Little::of(usage, cost) {
            Some(little) => Spent::Little(little),
            None => Spent::Much(Box::new((usage, cost))),
        };
    }

    pub(crate) fn elapsed(&self) -> Duration {
        Duration::from_micros(self.micros)
    }

    pub(super) fn took(&mut self, elapsed: Duration) {
        self.micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    }
}

impl Little {
    fn of(usage: Usage, cost: Cost) -> Option<Self> {
        let details = details(&usage);
        if details.iter().flatten().any(|&count| count > 0) {
            return None;
        }
        Some(Self {
            input: u32::try_from(usage.input_tokens?).ok()?,
            output: u32::try_from(usage.output_tokens?).ok()?,
            cost: u64::try_from(cost.known.picos()).ok()?,
            unknown_calls: u16::try_from(cost.unknown_calls).ok()?,
            zeros: details.map(|detail| detail.is_some()),
        })
    }

    fn written_out(self) -> (Usage, Cost) {
        let detail = |place: usize| self.zeros[place].then_some(0);
        let mut usage = Usage::new(self.input.into(), self.output.into());
        usage.cached_input_tokens = detail(0);
        usage.cache_write_tokens = detail(1);
        usage.cache_write_1h_tokens = detail(2);
        usage.reasoning_tokens = detail(3);
        let mut cost = Cost::known(Usd::from_picos(self.cost.into()));
        cost.unknown_calls = self.unknown_calls.into();
        (usage, cost)
    }
}

fn details(usage: &Usage) -> [Option<u64>; 4] {
    [
        usage.cached_input_tokens,
        usage.cache_write_tokens,
        usage.cache_write_1h_tokens,
        usage.reasoning_tokens,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> Usd {
        text.parse().unwrap()
    }

    #[test]
    fn a_row_is_small() {
        assert!(size_of::<Row>() <= 64, "{}", size_of::<Row>());
    }

    #[test]
    fn what_was_spent_is_kept_to_the_last_digit() {
        let mut detailed = Usage::new(3, 4);
        detailed.reasoning_tokens = Some(2);
        let mut unknown_details = Usage::new(5, 6);
        unknown_details.cached_input_tokens = None;
        let calls = [
            (Usage::new(u64::from(u32::MAX), 1), Cost::known(usd("0.000000000001"))),
            (Usage::new(1, 1), Cost::UNKNOWN),
            (unknown_details, Cost::known(usd("18446744.073709551616"))),
            (detailed, Cost::known(usd("99999999999999"))),
            (Usage::UNKNOWN, Cost::UNKNOWN),
        ];
        for first in 0..calls.len() {
            let (mut row, mut usage, mut cost) = (Row::default(), Usage::ZERO, Cost::ZERO);
            for (used, paid) in &calls[first..] {
                row.spend(*used, *paid);
                usage += *used;
                cost += *paid;
                assert_eq!(row.spent(), (usage, cost));
            }
        }
    }
}
