//! Tolerance in what is read: servers leave fields out, send null, or send something else altogether.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The value if it has the right type; anything else is as good as absent.
pub(crate) fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}
