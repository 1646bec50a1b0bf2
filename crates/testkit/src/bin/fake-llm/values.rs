//! Values of options: what they may be, and what a user is told when they are something else.

use std::time::Duration;

use jiff::SignedDuration;

/// A distribution's tail and its parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Tail {
    LogNormal(f64),
    Pareto(f64),
}

/// A fault by name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    Status(u16),
    ErrorEvent,
    Reset,
    Cut,
    Hang,
    Stall,
    Malformed,
    Html,
    Type,
    Empty,
    Drip,
}

const NAMES: [(&str, Fault); 10] = [
    ("error-event", Fault::ErrorEvent),
    ("reset", Fault::Reset),
    ("cut", Fault::Cut),
    ("hang", Fault::Hang),
    ("stall", Fault::Stall),
    ("malformed", Fault::Malformed),
    ("html", Fault::Html),
    ("type", Fault::Type),
    ("empty", Fault::Empty),
    ("drip", Fault::Drip),
];

/// `200ms`, `1.5s`, `2m`; `0` needs no unit.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let span = text.parse::<SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok());
    span.ok_or_else(|| "write a number with a unit, such as 200ms, 1.5s or 2m".to_owned())
}

/// A share from 0 to 1.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| "write a share from 0 to 1, such as 0.02".to_owned())
}

/// A number from 1.
pub(crate) fn count(text: &str) -> Result<usize, String> {
    let count = text.parse::<usize>().ok().filter(|count| *count > 0);
    count.ok_or_else(|| "write a number from 1".to_owned())
}

/// What a minute allows.
pub(crate) fn limit(text: &str) -> Result<u64, String> {
    let limit = text.parse::<u64>().ok().filter(|limit| *limit > 0);
    limit.ok_or_else(|| "write a number from 1".to_owned())
}

/// The status of an error.
pub(crate) fn status(text: &str) -> Result<u16, String> {
    let status = text.parse::<u16>().ok().filter(|status| (400..=599).contains(status));
    status.ok_or_else(|| "write a status from 400 to 599".to_owned())
}

/// `log-normal:SIGMA` or `pareto:ALPHA`.
pub(crate) fn tail(text: &str) -> Result<Tail, String> {
    let (kind, number) = text.split_once(':').unwrap_or((text, ""));
    let number = number.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
    match (kind, number) {
        ("log-normal" | "lognormal", Some(sigma)) => Ok(Tail::LogNormal(sigma)),
        ("pareto", Some(alpha)) => Ok(Tail::Pareto(alpha)),
        _ => Err("write log-normal:SIGMA or pareto:ALPHA, with a number above 0".to_owned()),
    }
}

/// `NAME:RATE`.
pub(crate) fn fault(text: &str) -> Result<(Fault, f64), String> {
    let (name, share) = text.split_once(':').ok_or("write NAME:RATE, such as cut:0.01")?;
    let named = NAMES.iter().find(|(known, _)| *known == name).map(|(_, fault)| *fault);
    let fault = named.or_else(|| status(name).ok().map(Fault::Status)).ok_or_else(|| {
        let known: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
        format!("there is no fault `{name}`; there are a status and {}", known.join(", "))
    })?;
    Ok((fault, rate(share)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_bear_a_unit() {
        let known = [("0", 0), ("200ms", 200), ("1.5s", 1_500), ("2m", 120_000), ("0s", 0)];
        for (text, millis) in known {
            assert_eq!(time(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "200", "-1s", "fast", "NaN", "1 fortnight"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rates_are_shares_and_tails_have_a_number() {
        assert_eq!(rate("0.02"), Ok(0.02));
        for text in ["2", "-0.1", "NaN", "2%", ""] {
            assert!(rate(text).is_err(), "{text}");
        }
        assert_eq!(tail("pareto:1.5"), Ok(Tail::Pareto(1.5)));
        for text in ["pareto", "pareto:0", "log-normal:inf", "normal:1", ""] {
            assert!(tail(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_fault_has_a_name_or_a_status() {
        assert_eq!(fault("cut:0.5"), Ok((Fault::Cut, 0.5)));
        assert_eq!(fault("529:0.5"), Ok((Fault::Status(529), 0.5)));
        for text in ["cut", "cut:", "cut:2", "200:0.1", "quake:0.1"] {
            assert!(fault(text).is_err(), "{text}");
        }
    }
}
