//! Google's errors: a status by name, and details that say which quota or which key was meant.

use std::time::Duration;

use serde_json::Value;
use ziggurat_core::ErrorKind;

use crate::http::LONGEST;

/// What Google's servers add to a code and a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RpcStatus {
    /// `RESOURCE_EXHAUSTED`; empty in other vendors' errors.
    name: String,
    /// `API_KEY_INVALID`, if the details give a reason.
    reason: String,
    /// Whether a quota is used up that does not come back in a moment.
    spent: bool,
    /// Whether the server serves nobody from where the request comes.
    placeless: bool,
}

impl RpcStatus {
    pub(super) fn read(error: &Value, message: &str) -> Self {
        let text = |value: &Value, name: &str| {
            value.get(name).and_then(Value::as_str).map(str::to_owned).unwrap_or_default()
        };
        let name = text(error, "status");
        if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return Self::default();
        }
        let details = error.get("details").and_then(Value::as_array);
        let details = details.map(Vec::as_slice).unwrap_or_default();
        let reasons = details.iter().map(|detail| text(detail, "reason"));
        let reason = reasons.into_iter().find(|reason| !reason.is_empty()).unwrap_or_default();
        let spent = details.iter().any(is_spent) || is_unpaid(message);
        let placeless = message.contains("location is not supported");
        Self { name, reason, spent, placeless }
    }

    /// The most exact of the server's own words.
    pub(super) fn code(&self) -> Option<&str> {
        [&self.reason, &self.name].into_iter().find(|word| !word.is_empty()).map(String::as_str)
    }

    /// What is said more exactly than by HTTP's status.
    pub(super) fn kind(&self) -> Option<ErrorKind> {
        match (self.name.as_str(), self.reason.as_str()) {
            (_, "API_KEY_INVALID") => Some(ErrorKind::Auth),
            (_, "BILLING_DISABLED") => Some(ErrorKind::Quota),
            ("RESOURCE_EXHAUSTED", _) if self.spent => Some(ErrorKind::Quota),
            // No request from there is served, whatever it asks.
            ("FAILED_PRECONDITION", _) if self.placeless => Some(ErrorKind::Permission),
            // 499 and 501: the server broke the call off, or has no such operation.
            ("CANCELLED", _) => Some(ErrorKind::Server),
            ("UNIMPLEMENTED", _) => Some(ErrorKind::Unsupported),
            _ => None,
        }
    }

    /// What is said where there is no status of HTTP's, as in a stream.
    pub(super) fn kind_by_name(&self) -> Option<ErrorKind> {
        Some(match self.name.as_str() {
            "UNAUTHENTICATED" => ErrorKind::Auth,
            "PERMISSION_DENIED" => ErrorKind::Permission,
            "RESOURCE_EXHAUSTED" => ErrorKind::RateLimit,
            "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" | "NOT_FOUND" => {
                ErrorKind::InvalidRequest
            }
            _ => return None,
        })
    }
}

/// Whether a detail names a quota of a day, or one that is nothing at all. A day's quota may be told
/// beside a minute's, with a delay of seconds after which the day is no further: the longest decides.
fn is_spent(detail: &Value) -> bool {
    let violations = detail.get("violations").and_then(Value::as_array);
    violations.into_iter().flatten().any(|violation| {
        let text = |name: &str| violation.get(name).and_then(Value::as_str).unwrap_or_default();
        text("quotaId").contains("PerDay") || text("quotaValue") == "0"
    })
}

/// Money's end is told in words alone.
fn is_unpaid(message: &str) -> bool {
    let message = message.to_lowercase();
    message.contains("credits are depleted") || message.contains("spending cap")
}

/// The hint when to come back: `"retryDelay": "34.07s"` among the details.
pub(super) fn retry_delay(error: &Value) -> Option<Duration> {
    let details = error.get("details")?.as_array()?;
    let delay = details.iter().find_map(|detail| detail.get("retryDelay")?.as_str())?;
    let seconds: f64 = delay.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok().filter(|delay| *delay <= LONGEST)
}

#[cfg(test)]
mod tests;
