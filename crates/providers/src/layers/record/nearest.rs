//! The recorded request that is most like one that was not recorded: whoever changed a prompt wants to see
//! that change, not a hash.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use ziggurat_core::ChatRequest;

use super::diff::readable;
use super::{Exchange, Recording};

/// The lines of all recorded requests, as hashes: a run that misses once may miss often.
pub(super) struct Nearest {
    entries: Vec<Entry>,
}

struct Entry {
    at: usize,
    lines: Lines,
}

impl Nearest {
    pub(super) fn of(recording: &Recording) -> Self {
        let mut seen = HashSet::new();
        let calls = recording.exchanges().iter().enumerate();
        let first = calls.filter(|(_, call)| {
            call.is_answer_asked() && seen.insert((call.provider.as_str(), call.hash))
        });
        let entry = |(at, call): (usize, &Exchange)| {
            Some(Entry { at, lines: Lines::of(&readable(call.request()?)) })
        };
        Self { entries: first.filter_map(entry).collect() }
    }

    /// The nearest request to the same provider; to another, if that one was never asked.
    pub(super) fn to<'a>(
        &self,
        calls: &'a [Exchange],
        provider: &str,
        request: &ChatRequest,
    ) -> Option<&'a Exchange> {
        let lines = Lines::of(&readable(request));
        let likeness = |entry: &Entry| {
            let same = calls[entry.at].provider == provider;
            (same, lines.shared_with(&entry.lines))
        };
        let mut best: Option<((bool, f64), usize)> = None;
        for entry in &self.entries {
            let likeness = likeness(entry);
            if best.is_none_or(|(most, _)| likeness > most) {
                best = Some((likeness, entry.at));
            }
        }
        best.map(|(_, at)| &calls[at])
    }
}

/// The lines of a text, by their hashes and in their order, with their lengths.
struct Lines(Vec<(u64, usize)>);

impl Lines {
    fn of(text: &str) -> Self {
        let hash = |line: &str| {
            let mut hasher = DefaultHasher::new();
            line.hash(&mut hasher);
            hasher.finish()
        };
        let mut lines: Vec<_> =
            text.lines().map(str::trim).map(|line| (hash(line), line.len())).collect();
        lines.sort_unstable();
        Self(lines)
    }

    /// The share of text that two have in common, from 0 to 1, wherever it stands.
    fn shared_with(&self, other: &Self) -> f64 {
        let (mut shared, mut a, mut b) = (0, 0, 0);
        while let (Some((x, length)), Some((y, _))) = (self.0.get(a), other.0.get(b)) {
            shared += if x == y { *length } else { 0 };
            a += usize::from(x <= y);
            b += usize::from(y <= x);
        }
        let both = self.length() + other.length();
        if both == 0 { 1.0 } else { 2.0 * shared as f64 / both as f64 }
    }

    fn length(&self) -> usize {
        self.0.iter().map(|(_, length)| length).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_is_the_share_of_common_text() {
        let likeness = |a: &str, b: &str| Lines::of(a).shared_with(&Lines::of(b));
        assert_eq!(likeness("one\ntwo", "two\none"), 1.0);
        assert_eq!(likeness("one\ntwo", "six\nten"), 0.0);
        assert_eq!(likeness("one\ntwo", "one\nten"), 0.5);
        assert_eq!(likeness("one\none", "one\nten"), 0.5);
        assert!(likeness("a\nlong line", "b\nlong line") > likeness("a\nlong line", "a\nother"));
    }
}
