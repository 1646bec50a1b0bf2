//! The ideal that a run is measured against: the list schedule of its pyramid, with the very latencies that
//! the server draws. Equal latencies hide a scheduler's mistakes; long-tailed ones show them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::f64::consts::TAU;
use std::time::Duration;

use fastrand::Rng;
use ziggurat::hierarchy::{End, Hierarchy, NodeId, Shape};

/// How long the server's answers take, in the order in which it is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Latencies {
    /// All as long.
    Fixed(Duration),
    /// Log-normal, as `fake-llm` draws it with the seed 0.
    LogNormal {
        /// Half of them are shorter.
        median: Duration,
        /// The standard deviation of the logarithm.
        sigma: f64,
    },
}

/// The longest latency of a long tail, in medians: `fake-llm`'s own bound.
const MOST: u32 = 100;

impl Latencies {
    /// The latencies of the first, the second and all further calls.
    pub fn samples(self) -> impl Iterator<Item = Duration> {
        let mut rng = Rng::with_seed(0);
        std::iter::repeat_with(move || match self {
            Self::Fixed(latency) => latency,
            Self::LogNormal { median, sigma } => {
                let factor = (sigma * normal(&mut rng)).exp();
                median.mul_f64(factor).min(median * MOST)
            }
        })
    }
}

/// Box and Muller's way, as the server draws.
fn normal(rng: &mut Rng) -> f64 {
    let (first, second) = (1.0 - rng.f64(), rng.f64());
    (-2.0 * first.ln()).sqrt() * (TAU * second).cos()
}

/// When the last node ends if so many run at once, each begins as soon as it may, and nothing but answers
/// takes time. Zero if the shape is none.
pub fn makespan(workers: u32, shape: Shape, concurrency: usize, latencies: Latencies) -> Duration {
    let Ok(mut hierarchy) = Hierarchy::new(workers, shape) else { return Duration::ZERO };
    let mut samples = latencies.samples();
    let mut running: BinaryHeap<Reverse<(Duration, NodeId)>> = BinaryHeap::new();
    let mut now = Duration::ZERO;
    loop {
        while running.len() < concurrency {
            let Some(node) = hierarchy.next_ready() else { break };
            running.push(Reverse((now + samples.next().unwrap_or_default(), node)));
        }
        let Some(Reverse((end, node))) = running.pop() else { return now };
        now = end;
        if hierarchy.record(node, End::Completed { tokens: 1 }).is_err() {
            return now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Workload;
    use ziggurat_testkit::Latency;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn equal_latencies_make_waves() {
        let ideal = |name| Workload::named(name).unwrap().ideal();
        // 10 workers, 2 synthesizers, 1 executive.
        assert_eq!(ideal("swarm-10-c5"), Some(4 * 600 * MS));
        assert_eq!(ideal("swarm-10-c10"), Some(3 * 600 * MS));
        assert_eq!(ideal("swarm-1000"), Some(15 * 50 * MS));
        assert_eq!(ideal("throughput"), None);
    }

    #[test]
    fn the_latencies_are_those_that_the_server_draws() {
        let ours = Latencies::LogNormal { median: 50 * MS, sigma: 0.5 };
        let theirs = Latency::log_normal(50 * MS, 0.5);
        assert!(ours.samples().take(2_000).eq(theirs.samples(0).take(2_000)));
    }

    #[test]
    fn one_at_a_time_takes_the_sum() {
        let latencies = Latencies::LogNormal { median: 50 * MS, sigma: 0.5 };
        let sum: Duration = latencies.samples().take(13).sum();
        assert_eq!(makespan(10, Shape::default(), 1, latencies), sum);
    }
}
