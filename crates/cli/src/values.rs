//! Values of flags: what they may be, and what a user is told when they are something else.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use ziggurat::hierarchy::{ExecutiveMode, Grouping};
use ziggurat::{Concurrency, ModelName, Preset, Usd, WorkerCount};

/// The longest time a flag takes: a year. Longer ones are typing errors, and overflow clocks.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// `90`, `1.5`, `90s`, `10m`, `1h30m`: seconds unless a unit says otherwise.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds >= 0.0);
    let from_seconds = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let with_unit = || text.parse::<SignedDuration>().ok().and_then(|d| Duration::try_from(d).ok());
    let duration = from_seconds
        .or_else(with_unit)
        .ok_or("write seconds, or a number with a unit such as 90s, 10m or 1h30m")?;
    match duration {
        Duration::ZERO => Err("it must be more than 0 s".to_owned()),
        long if long > LONGEST => Err("it must be at most 365 days".to_owned()),
        duration => Ok(duration),
    }
}

/// `auto`, or a number from 1.
pub(crate) fn workers(text: &str) -> Result<WorkerCount, String> {
    if text == "auto" {
        return Ok(WorkerCount::Auto);
    }
    let count = text.parse::<NonZeroU32>();
    count.map(WorkerCount::Exactly).map_err(|_| "write auto, or a number from 1".to_owned())
}

/// How much a minute.
pub(crate) fn per_minute<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| "write a number from 1".to_owned())
}

/// How many agents work at once.
pub(crate) fn concurrency(text: &str) -> Result<Concurrency, String> {
    let number = text.parse::<u32>().map_err(|_| "write a number from 1")?;
    Concurrency::new(number as usize).map_err(|error| error.to_string())
}

/// `conservative`, `moderate` or `aggressive`.
pub(crate) fn profile(text: &str) -> Result<Concurrency, String> {
    match text {
        "conservative" => Ok(Concurrency::CONSERVATIVE),
        "moderate" => Ok(Concurrency::MODERATE),
        "aggressive" => Ok(Concurrency::AGGRESSIVE),
        _ => Err("there are conservative (4 at once), moderate (8) and aggressive (16)".to_owned()),
    }
}

/// `auto`, `always` or `never`.
pub(crate) fn executive(text: &str) -> Result<ExecutiveMode, String> {
    match text {
        "auto" => Ok(ExecutiveMode::Auto),
        "always" => Ok(ExecutiveMode::Always),
        "never" => Ok(ExecutiveMode::Never),
        _ => Err("write auto, always or never".to_owned()),
    }
}

/// `plan` or `completed`.
pub(crate) fn grouping(text: &str) -> Result<Grouping, String> {
    match text {
        "plan" => Ok(Grouping::PlanOrder),
        "completed" => Ok(Grouping::AsCompleted),
        _ => Err("write plan or completed".to_owned()),
    }
}

/// A preset by name.
pub(crate) fn preset(text: &str) -> Result<Preset, String> {
    text.parse::<Preset>().map_err(|error| error.to_string())
}

/// `PROVIDER/MODEL`, or a provider alone.
pub(crate) fn model(text: &str) -> Result<ModelName, String> {
    text.parse::<ModelName>().map_err(|error| error.to_string())
}

/// An amount of US dollars.
pub(crate) fn usd(text: &str) -> Result<Usd, String> {
    text.parse::<Usd>().map_err(|error| error.to_string())
}

/// 0.0 to 2.0.
pub(crate) fn temperature(text: &str) -> Result<f32, String> {
    let number = text.parse::<f32>().ok().filter(|t| (0.0..=2.0).contains(t));
    number.ok_or_else(|| "write a number from 0.0 to 2.0".to_owned())
}

/// A name in a list of specializations.
pub(crate) fn specialization(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() {
        Err("a name in the list is blank".to_owned())
    } else {
        Ok(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds_or_bear_a_unit() {
        for (text, seconds) in
            [("90", 90.0), ("1.5", 1.5), ("90s", 90.0), ("10m", 600.0), ("1h30m", 5400.0)]
        {
            assert_eq!(duration(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        for text in
            ["", "0", "0s", "-1", "-5m", "NaN", "inf", "1e300", "10 parsecs", "366d", "99999999h"]
        {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_start_at_one() {
        assert_eq!(workers("auto"), Ok(WorkerCount::Auto));
        for text in ["0", "-3", "1.5", "many", "99999999999"] {
            assert!(workers(text).is_err(), "{text}");
            assert!(concurrency(text).is_err(), "{text}");
        }
    }

    #[test]
    fn temperatures_have_a_range() {
        assert_eq!(temperature("0.7"), Ok(0.7));
        for text in ["-0.1", "2.1", "NaN", "hot"] {
            assert!(temperature(text).is_err(), "{text}");
        }
    }
}
