//! Which inputs of a merge go together when all of them are too large for one call.
//!
//! Neighbours are packed as full as a call can take. An input that fills more than half a call goes alone
//! and is condensed by it, once. So every split leaves fewer inputs, or as many of which fewer can be
//! condensed: there is an end to it, and where neither is possible the merge says so instead.

use std::ops::Range;

/// One input of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Input {
    /// How much of a call it takes, in tokens.
    pub(crate) size: u64,
    /// Whether it was condensed already.
    pub(crate) condensed: bool,
}

/// What becomes of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fit {
    /// One call takes all of its inputs. (A single one is condensed in parts by whoever takes it.)
    Fits,
    /// These positions are merged first, each range by a call of its own.
    Split(Vec<Range<u32>>),
    /// No two fit together, and none can be made smaller.
    TooLarge,
}

/// Whether these inputs fit a call that takes so many tokens of them, and what to do if not.
pub(crate) fn fit(inputs: &[Input], capacity: u64) -> Fit {
    let whole = inputs.iter().fold(0_u64, |sum, input| sum.saturating_add(input.size));
    if whole <= capacity || inputs.len() < 2 {
        return Fit::Fits;
    }
    let groups: Vec<_> = packs(inputs, capacity)
        .into_iter()
        .filter(|pack| match &inputs[pack.clone()] {
            [alone] => !alone.condensed && alone.size > capacity / 2,
            _ => true,
        })
        .map(|pack| pack.start as u32..pack.end as u32)
        .collect();
    if groups.is_empty() { Fit::TooLarge } else { Fit::Split(groups) }
}

/// All inputs in order, as many in each pack as fit; one that does not fit is a pack of its own.
fn packs(inputs: &[Input], capacity: u64) -> Vec<Range<usize>> {
    let mut packs = Vec::new();
    let (mut start, mut filled) = (0, 0_u64);
    for (place, input) in inputs.iter().enumerate() {
        let with = filled.saturating_add(input.size);
        if place > start && with > capacity {
            packs.push(start..place);
            (start, filled) = (place, input.size);
        } else {
            filled = with;
        }
    }
    packs.push(start..inputs.len());
    packs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sizes(sizes: &[u64]) -> Vec<Input> {
        sizes.iter().map(|&size| Input { size, condensed: false }).collect()
    }

    #[test]
    fn neighbours_go_together_and_large_ones_alone() {
        assert_eq!(fit(&sizes(&[5, 5]), 10), Fit::Fits);
        assert_eq!(fit(&sizes(&[99]), 10), Fit::Fits, "it is condensed in parts");
        assert_eq!(fit(&sizes(&[4, 5, 3, 3, 3, 2]), 10), Fit::Split(vec![0..2, 2..5]));
        assert_eq!(fit(&sizes(&[8, 8, 30]), 10), Fit::Split(vec![0..1, 1..2, 2..3]));
        let condensed = Input { size: 8, condensed: true };
        assert_eq!(fit(&[condensed, condensed], 10), Fit::TooLarge);
    }

    proptest! {
        /// Models answer with anything up to twice what half a call takes.
        #[test]
        fn splitting_comes_to_an_end(
            mut inputs in prop::collection::vec(1_u64..40_000, 1..300).prop_map(|all| sizes(&all)),
            capacity in 1_u64..20_000,
            answers in prop::collection::vec(1_u64..20_000, 1..40),
        ) {
            let mut answers = answers.into_iter().cycle().map(|answer| 1 + answer % capacity);
            let mut rounds = 0;
            while let Fit::Split(groups) = fit(&inputs, capacity) {
                rounds += 1;
                prop_assert!(rounds <= 2 * 300, "no end after {rounds} rounds");
                for group in groups.into_iter().rev() {
                    let (start, end) = (group.start as usize, group.end as usize);
                    let sum: u64 = inputs[start..end].iter().map(|input| input.size).sum();
                    prop_assert!(end - start == 1 || sum <= capacity);
                    let merged = Input { size: answers.next().unwrap(), condensed: end - start == 1 };
                    inputs.splice(start..end, [merged]);
                }
            }
        }
    }
}
