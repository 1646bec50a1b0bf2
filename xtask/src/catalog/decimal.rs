//! A number's text as a plain decimal, digit by digit.

/// `0.30`, `1e-05` or `12.0` as `0.3`, `0.00001` and `12`; `None` if it is no number from zero upwards.
pub(super) fn plain(text: &str) -> Option<String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    // Beyond any price; here so that no exponent can ask for gigabytes of zeros.
    if !(-30..=30).contains(&point) {
        return None;
    }
    Some(trimmed(&digits, point))
}

/// The digits with a point after so many of them.
fn trimmed(digits: &str, point: i32) -> String {
    let before = usize::try_from(point).unwrap_or(0);
    let zeros = "0".repeat(usize::try_from(-point).unwrap_or(0));
    let padded = format!("{zeros}{digits:0<before$}");
    let (whole, fraction) = padded.split_at(before);
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// Whether it has at most six decimals, so that a millionth of it is a whole number of picodollars.
pub(super) fn is_price(decimal: &str) -> bool {
    decimal.split_once('.').is_none_or(|(_, fraction)| fraction.len() <= 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_number_becomes_one() {
        for (text, decimal) in [
            ("0", "0"),
            ("0.0", "0"),
            ("10.0", "10"),
            ("0.30", "0.3"),
            ("007", "7"),
            ("15.625", "15.625"),
            ("1e-05", "0.00001"),
            ("2.5E-7", "0.00000025"),
            ("1e3", "1000"),
            ("1.25e+1", "12.5"),
            ("1.25e2", "125"),
            ("12.5e-1", "1.25"),
            ("100e-2", "1"),
        ] {
            assert_eq!(plain(text).as_deref(), Some(decimal), "{text}");
        }
    }

    #[test]
    fn what_is_no_price_is_none() {
        for text in ["", "-1", "NaN", "e5", ".", "1e", "1e99", "1e-99", "1.2.3", "0x1"] {
            assert_eq!(plain(text), None, "{text}");
        }
        assert!(is_price("0.000001") && is_price("12"));
        assert!(!is_price("0.0000001"));
    }
}
