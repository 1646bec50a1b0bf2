//! How to divide a row of sizes into contiguous parts so that the largest is as small as possible. Pure
//! arithmetic on sums: no text, no documents. The least capacity is found by bisection, with a greedy cut
//! as the test; one test takes a bisection per part, so a million atoms are no more work than a thousand.
//!
//! Among the divisions of that capacity the greedy one would starve its last part. So each cut goes to the
//! place nearest to an even share of what is left, within the room that the capacity leaves. A border between
//! documents is preferred there, and for it the capacity may be exceeded by a tenth of the mean part.

/// A border between documents may cost the mean part divided by this.
const SLACK: u64 = 10;

/// Sizes as running sums, and where documents start.
pub(super) struct Row {
    /// `sums[i]`: the total of the first `i` atoms. Strictly increasing.
    sums: Vec<u64>,
    /// The atoms with which documents begin, without the first.
    borders: Vec<usize>,
}

impl Row {
    /// A row of these sizes, none of them zero, with documents that begin at these atoms.
    pub(super) fn new(sizes: impl IntoIterator<Item = u64>, borders: Vec<usize>) -> Self {
        let mut total = 0;
        let running = sizes.into_iter().map(|size| {
            total += size;
            total
        });
        let sizes = running.size_hint().0;
        let mut sums = Vec::with_capacity(sizes + 1);
        sums.push(0);
        sums.extend(running);
        Self { sums, borders }
    }

    /// The number of atoms.
    pub(super) fn len(&self) -> usize {
        self.sums.len() - 1
    }

    fn total(&self) -> u64 {
        self.sums[self.len()]
    }

    /// Where the parts of a division end; the last is the end of the row. Exactly `parts` parts, none of
    /// them empty; `parts` is from 1 to the number of atoms.
    pub(super) fn divide(&self, parts: usize) -> Vec<usize> {
        let mut capacity = self.least_capacity(parts);
        if !self.borders.is_empty() {
            capacity += self.total() / parts as u64 / SLACK;
        }
        let earliest = self.earliest_starts(parts, capacity);
        let mut ends = Vec::with_capacity(parts);
        let mut start = 0;
        for part in 0..parts {
            let left = parts - part;
            let low = earliest[part + 1].max(start + 1);
            let high = self.reach(start, capacity).min(self.len() - (left - 1));
            let share = (self.total() - self.sums[start]) / left as u64;
            start = self.cut(low, high, self.sums[start] + share, share / SLACK);
            ends.push(start);
        }
        ends
    }

    /// The least capacity with which the row fits into this many parts.
    fn least_capacity(&self, parts: usize) -> u64 {
        let largest = self.sums.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
        // With even shares and one atom more, every part can be filled beyond its share.
        let mean = self.total().div_ceil(parts as u64);
        let (mut low, mut high) = (largest.max(mean), mean + largest);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.fits(parts, middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    fn fits(&self, parts: usize, capacity: u64) -> bool {
        let mut start = 0;
        for _ in 0..parts {
            start = self.reach(start, capacity);
            if start == self.len() {
                return true;
            }
        }
        false
    }

    /// The last end of a part that starts here and is no larger than the capacity.
    fn reach(&self, start: usize, capacity: u64) -> usize {
        let most = self.sums[start] + capacity;
        self.sums.partition_point(|sum| *sum <= most) - 1
    }

    /// For each part, and for the end, the first atom at which it may start so that the parts from there
    /// on can hold the rest.
    fn earliest_starts(&self, parts: usize, capacity: u64) -> Vec<usize> {
        let mut starts = vec![self.len(); parts + 1];
        for part in (0..parts).rev() {
            let least = self.sums[starts[part + 1]].saturating_sub(capacity);
            let start = self.sums.partition_point(|sum| *sum < least);
            starts[part] = start.min(starts[part + 1].saturating_sub(1));
        }
        starts
    }

    /// The cut from `low` to `high` nearest to the sum `ideal`; a border between documents if there is
    /// one within `slack` of it.
    fn cut(&self, low: usize, high: usize, ideal: u64, slack: u64) -> usize {
        let distance = |cut: usize| self.sums[cut].abs_diff(ideal);
        let next = self.borders.partition_point(|border| self.sums[*border] < ideal);
        let around = self.borders[next.saturating_sub(1)..].iter().take(2).copied();
        let near = around.filter(|cut| (low..=high).contains(cut) && distance(*cut) <= slack);
        if let Some(border) = near.min_by_key(|cut| distance(*cut)) {
            return border;
        }
        let after = self.sums.partition_point(|sum| *sum < ideal);
        let nearest = if after > 0 && distance(after - 1) <= distance(after.min(self.len())) {
            after - 1
        } else {
            after
        };
        nearest.clamp(low, high)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(row: &Row, ends: &[usize]) -> Vec<u64> {
        let starts = [0].into_iter().chain(ends.iter().copied());
        starts.zip(ends).map(|(start, end)| row.sums[*end] - row.sums[start]).collect()
    }

    /// The smallest largest part, by trying every first cut.
    fn best(sizes: &[u64], parts: usize) -> u64 {
        if parts == 1 {
            return sizes.iter().sum();
        }
        let cuts = 1..=sizes.len() + 1 - parts;
        cuts.map(|cut| sizes[..cut].iter().sum::<u64>().max(best(&sizes[cut..], parts - 1)))
            .min()
            .unwrap()
    }

    #[test]
    fn even_sizes_give_even_parts() {
        let row = Row::new([1; 10], vec![]);
        assert_eq!(parts(&row, &row.divide(4)), [2, 2, 3, 3]);
    }

    #[test]
    fn the_last_part_is_not_starved() {
        let row = Row::new([1; 100], vec![]);
        assert!(parts(&row, &row.divide(30)).iter().all(|size| (3..=4).contains(size)));
    }

    #[test]
    fn a_border_nearby_is_preferred() {
        // Even shares are 50; the document ends at 47.
        let row = Row::new([1; 100], vec![47]);
        assert_eq!(row.divide(2), [47, 100]);
        let row = Row::new([1; 100], vec![40]);
        assert_eq!(row.divide(2), [50, 100]);
    }

    proptest! {
        #[test]
        fn no_division_is_better(
            sizes in prop::collection::vec(1..1000u64, 1..10),
            borders in prop::collection::btree_set(1..10usize, 0..4),
            wanted in 1..10usize,
        ) {
            let borders: Vec<_> = borders.into_iter().filter(|b| *b < sizes.len()).collect();
            let wanted = wanted.min(sizes.len());
            let slack = if borders.is_empty() { 0 } else { sizes.iter().sum::<u64>() / wanted as u64 / SLACK };
            let row = Row::new(sizes.clone(), borders);
            let ends = row.divide(wanted);
            let parts = parts(&row, &ends);
            prop_assert_eq!(parts.len(), wanted);
            prop_assert_eq!(ends.last(), Some(&sizes.len()));
            prop_assert!(parts.iter().all(|part| *part > 0));
            let largest = parts.into_iter().max().unwrap();
            prop_assert!(largest <= best(&sizes, wanted) + slack);
        }
    }
}
