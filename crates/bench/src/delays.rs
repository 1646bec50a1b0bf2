//! How long pieces of a stream take from the server to whoever reads them. The server says in each piece
//! when it sent it; both read the same clock.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// What was added to each piece, in microseconds.
#[derive(Debug, Default)]
pub struct Delays(Vec<u32>);

/// The same, in short.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How many pieces.
    pub pieces: usize,
    /// The mean, in microseconds.
    pub mean: f64,
    /// One in a hundred took longer, in microseconds.
    pub p99: f64,
}

impl Delays {
    /// Takes text that arrived just now: any number of stamps.
    pub fn hear(&mut self, text: &str) {
        self.hear_at(text, now());
    }

    fn hear_at(&mut self, text: &str, now: u64) {
        let stamps = text.split_ascii_whitespace().filter_map(|word| word.parse::<u64>().ok());
        self.0
            .extend(stamps.map(|sent| u32::try_from(now.saturating_sub(sent)).unwrap_or(u32::MAX)));
    }

    /// Adds those of another reader.
    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The summary; `None` without pieces.
    pub fn summary(mut self) -> Option<Summary> {
        self.0.sort_unstable();
        let pieces = self.0.len();
        let p99 = f64::from(*self.0.get((pieces * 99).div_ceil(100).checked_sub(1)?)?);
        let sum: u64 = self.0.iter().map(|&delay| u64::from(delay)).sum();
        Some(Summary { pieces, mean: sum as f64 / pieces as f64, p99 })
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stamp_of_a_text_counts() {
        let mut delays = Delays::default();
        for late in 1..=100 {
            delays.hear_at(&format!("{:016} ", 1_000_000), 1_000_000 + late);
        }
        let summary = delays.summary().unwrap();
        assert_eq!(summary, Summary { pieces: 100, mean: 50.5, p99: 99.0 });
        let mut two = Delays::default();
        two.hear_at("0000000000000010 0000000000000020 ", 30);
        assert_eq!(two.summary().unwrap().pieces, 2);
        assert_eq!(Delays::default().summary(), None);
    }
}
