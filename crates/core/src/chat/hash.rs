//! The canonical hash of a request: what a recording, a cache and a journal know it by. It must not
//! depend on the order in which a map happened to be filled, nor on the process.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::ChatRequest;

/// The SHA-256 of everything a request holds, the fields of every object by name. Written as
/// 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestHash([u8; 32]);

/// A text that is no hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no hash of a request: 64 hexadecimal digits")]
pub struct RequestHashError(String);

impl RequestHash {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl ChatRequest {
    /// The canonical hash of everything that is asked, the model's name included. Two requests that are
    /// equal have the same one, in every process and on every machine.
    ///
    /// ```
    /// use ziggurat_core::{ChatRequest, Message};
    /// let ask = |text: &str| ChatRequest::new("m", [Message::user(text)]);
    /// assert_eq!(ask("Why?").canonical_hash(), ask("Why?").canonical_hash());
    /// assert_ne!(ask("Why?").canonical_hash(), ask("How?").canonical_hash());
    /// ```
    pub fn canonical_hash(&self) -> RequestHash {
        let mut hasher = Sha256::new();
        // A request has no map with keys other than strings, which is all that can fail.
        let value = serde_json::to_value(self).unwrap_or(Value::Null);
        feed(&value, &mut hasher);
        RequestHash(hasher.finalize().into())
    }
}

/// Maps may be kept in any order (it depends on a feature of `serde_json`), so they are sorted here.
fn feed(value: &Value, hasher: &mut Sha256) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            hasher.update(b"{");
            for (name, field) in fields {
                feed(&Value::from(name.as_str()), hasher);
                hasher.update(b":");
                feed(field, hasher);
                hasher.update(b",");
            }
            hasher.update(b"}");
        }
        Value::Array(items) => {
            hasher.update(b"[");
            for item in items {
                feed(item, hasher);
                hasher.update(b",");
            }
            hasher.update(b"]");
        }
        plain => hasher.update(plain.to_string()),
    }
}

impl fmt::Display for RequestHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RequestHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for RequestHash {
    type Err = RequestHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || RequestHashError(text.to_owned());
        if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(refused());
        }
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| refused())?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for RequestHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RequestHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Message;
    use serde_json::json;

    fn ask() -> ChatRequest {
        ChatRequest::new("m", [Message::user("Why?")]).with_temperature(0.7)
    }

    #[test]
    fn the_hash_is_the_same_everywhere() {
        // Changing it makes every recording, cache and journal unreadable.
        let known = "d488d49f43799d27bb47b9720eb78cbffcf343449a71479f666e7c16c018e965";
        assert_eq!(ask().canonical_hash().to_string(), known);
    }

    #[test]
    fn the_order_of_fields_does_not_matter_and_their_values_do() {
        let with = |fields: [(&str, i32); 2]| {
            fields.into_iter().fold(ask(), |ask, (name, value)| ask.with_extra(name, value))
        };
        let hash = |fields| with(fields).canonical_hash();
        assert_eq!(hash([("a", 1), ("b", 2)]), hash([("b", 2), ("a", 1)]));
        assert_ne!(hash([("a", 1), ("b", 2)]), hash([("a", 2), ("b", 1)]));
        let nested = |value: Value| ask().with_extra("x", value).canonical_hash();
        assert_ne!(nested(json!(["ab", "c"])), nested(json!(["a", "bc"])));
        assert_ne!(nested(json!([["a"], "b"])), nested(json!([["a", "b"]])));
    }

    #[test]
    fn it_survives_being_written() {
        let hash = ask().canonical_hash();
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(serde_json::from_value::<RequestHash>(json!(hash)).unwrap(), hash);
        for text in ["", "0", &"g".repeat(64), &"é".repeat(32)] {
            assert!(text.parse::<RequestHash>().is_err(), "{text}");
        }
    }
}
