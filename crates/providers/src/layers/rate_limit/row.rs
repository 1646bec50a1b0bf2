//! Which calls were refused, in the order in which they were sent. The order in which answers arrive says
//! little: refusals are prompt and answers are not, so that of a hundred calls sent together the two that
//! were refused come first, one right after the other.

/// So many of the last calls are looked at. A refusal that arrives later is one of no row.
const CALLS: u64 = u128::BITS as u64;

#[derive(Debug, Default)]
pub(super) struct Row {
    /// The last call that was refused.
    last: u64,
    /// Bit n is set if the call that was sent n calls before the last one was refused.
    refused: u128,
}

impl Row {
    /// This call was refused. In how long a row of refused ones does it stand?
    ///
    /// A call between them that is still under way ends a row: a refusal would be there by now.
    pub(super) fn refused(&mut self, call: u64) -> u32 {
        if call > self.last {
            let further = u32::try_from(call - self.last).unwrap_or(u32::MAX);
            self.refused = self.refused.checked_shl(further).unwrap_or(0);
            self.last = call;
        }
        let place = self.last - call;
        if place >= CALLS {
            return 1;
        }
        self.refused |= 1 << place;
        let before = (self.refused >> place).trailing_ones();
        let after = (self.refused << (CALLS - 1 - place)).leading_ones();
        before + after - 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_row_is_as_long_as_it_looks(calls in vec(1..CALLS, 1..200)) {
            let (mut row, mut seen) = (Row::default(), std::collections::BTreeSet::new());
            for call in calls {
                seen.insert(call);
                let before = (1..call).rev().take_while(|call| seen.contains(call)).count();
                let after = (call + 1..).take_while(|call| seen.contains(call)).count();
                prop_assert_eq!(row.refused(call) as usize, before + 1 + after);
            }
        }
    }

    #[test]
    fn what_was_sent_long_before_stands_in_no_row() {
        let mut row = Row::default();
        assert_eq!([1, 2, 3].map(|call| row.refused(call)), [1, 2, 3]);
        assert_eq!(row.refused(3 + CALLS), 1);
        assert_eq!(row.refused(3), 1, "it is one too far back");
        assert_eq!(row.refused(5), 1);
        assert_eq!([u64::MAX, u64::MAX - 1].map(|call| row.refused(call)), [1, 2]);
    }
}
