//! How long things take, as a distribution: models answer neither at once nor evenly, and what matters of
//! a scheduler, a hedge or a timeout shows only in the tail.

use std::f64::consts::TAU;
use std::time::Duration;

use fastrand::Rng;

/// How many times its base a long-tailed latency takes at most, unless told otherwise.
const MOST: u32 = 100;

/// A span of time that differs from call to call: fixed, spread evenly, or long-tailed. A [`Duration`] is
/// a fixed one.
///
/// ```
/// use std::time::Duration;
/// use ziggurat_testkit::Latency;
/// let ms = Duration::from_millis;
/// let jittered = Latency::jittered(ms(600), ms(100));
/// assert!(jittered.samples(7).take(1_000).all(|l| ms(500) <= l && l <= ms(700)));
/// assert!(jittered.samples(7).take(9).eq(jittered.samples(7).take(9)), "the same seed, the same times");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latency {
    base: Duration,
    spread: Spread,
    most: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Spread {
    None,
    Uniform(Duration),
    LogNormal(f64),
    Pareto(f64),
}

impl Latency {
    /// No time at all.
    pub const NONE: Self = Self::fixed(Duration::ZERO);

    /// Always this long.
    pub const fn fixed(span: Duration) -> Self {
        Self { base: span, spread: Spread::None, most: Duration::MAX }
    }

    /// Anything from `middle - jitter` to `middle + jitter`, equally likely; never less than nothing.
    pub const fn jittered(middle: Duration, jitter: Duration) -> Self {
        Self { base: middle, spread: Spread::Uniform(jitter), most: Duration::MAX }
    }

    /// Log-normal: half of all are shorter than `median`, and the logarithm's standard deviation is
    /// `sigma`. With 0.5, one in a hundred takes 3.2 times the median; with 1.0, ten times. At most a
    /// hundred times the median, unless [told otherwise](Self::at_most).
    pub const fn log_normal(median: Duration, sigma: f64) -> Self {
        Self { base: median, spread: Spread::LogNormal(sigma), most: median.saturating_mul(MOST) }
    }

    /// Pareto: never shorter than `least`, and one in `x`<sup>`alpha`</sup> longer than `x` times that. With
    /// 1.5, one in a hundred takes 22 times as long. At most a hundred times the least, unless
    /// [told otherwise](Self::at_most).
    pub const fn pareto(least: Duration, alpha: f64) -> Self {
        Self { base: least, spread: Spread::Pareto(alpha), most: least.saturating_mul(MOST) }
    }

    /// The same latency, cut at this.
    pub const fn at_most(mut self, most: Duration) -> Self {
        self.most = most;
        self
    }

    /// Samples without end; the same seed gives the same ones.
    pub fn samples(self, seed: u64) -> impl Iterator<Item = Duration> {
        let mut rng = Rng::with_seed(seed);
        std::iter::repeat_with(move || self.sample(&mut rng))
    }

    pub(crate) fn sample(&self, rng: &mut Rng) -> Duration {
        let span = match self.spread {
            Spread::None => self.base,
            Spread::Uniform(jitter) => {
                let least = self.base.saturating_sub(jitter);
                let most = self.base.saturating_add(jitter);
                least.saturating_add(times(most.saturating_sub(least), rng.f64()))
            }
            Spread::LogNormal(sigma) => times(self.base, (sigma * normal(rng)).exp()),
            Spread::Pareto(alpha) => times(self.base, share(rng).powf(-1.0 / alpha)),
        };
        span.min(self.most)
    }

    pub(crate) fn is_none(&self) -> bool {
        self.base.is_zero() && !matches!(self.spread, Spread::Uniform(_))
    }
}

impl From<Duration> for Latency {
    fn from(span: Duration) -> Self {
        Self::fixed(span)
    }
}

/// A share above 0 and up to 1.
fn share(rng: &mut Rng) -> f64 {
    1.0 - rng.f64()
}

/// A number of the standard normal distribution (Box and Muller's way).
fn normal(rng: &mut Rng) -> f64 {
    (-2.0 * share(rng).ln()).sqrt() * (TAU * rng.f64()).cos()
}

/// A product that no factor overflows; a factor that is no number gives the longest time.
fn times(span: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(span.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn quantile(latency: Latency, share: f64) -> f64 {
        let mut all: Vec<_> = latency.samples(1).take(20_000).collect();
        all.sort_unstable();
        all[(20_000.0 * share) as usize].as_secs_f64()
    }

    fn near(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 0.1, "{found} is not near {expected}");
    }

    #[test]
    fn the_tails_are_as_long_as_documented() {
        near(quantile(Latency::log_normal(SECOND, 0.5), 0.5), 1.0);
        near(quantile(Latency::log_normal(SECOND, 0.5), 0.99), 3.2);
        near(quantile(Latency::log_normal(SECOND, 1.0), 0.99), 10.2);
        near(quantile(Latency::pareto(SECOND, 1.5), 0.0), 1.0);
        near(quantile(Latency::pareto(SECOND, 1.5), 0.99), 21.5);
        near(quantile(Latency::jittered(SECOND, SECOND / 2), 0.25), 0.75);
    }

    #[test]
    fn no_parameter_makes_a_time_without_bound() {
        let odd = [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e-300, 1e300];
        for parameter in odd {
            for latency in
                [Latency::log_normal(SECOND, parameter), Latency::pareto(SECOND, parameter)]
            {
                assert!(latency.samples(3).take(500).all(|span| span <= 100 * SECOND));
            }
        }
        let most = 2 * SECOND;
        let cut = Latency::pareto(SECOND, 0.5).at_most(most);
        assert_eq!(cut.samples(3).take(500).max(), Some(most));
        let jittered = Latency::jittered(SECOND, 3 * SECOND);
        assert!(jittered.samples(3).take(500).all(|span| span <= 4 * SECOND));
    }
}
