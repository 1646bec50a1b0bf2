//! Marks of an error in place of an answer. All that counts of them is whether they are there, so that
//! nothing of them is kept.

use std::fmt;

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Whether a field says anything: it is there, and neither null nor false.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct IsThere(pub(super) bool);

/// Whether a field is the word `error`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct IsError(pub(super) bool);

impl<'de> Deserialize<'de> for IsThere {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Mark { word: None }).map(Self)
    }
}

impl<'de> Deserialize<'de> for IsError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Mark { word: Some("error") }).map(Self)
    }
}

/// Whether a value is this word, or anything at all.
struct Mark {
    word: Option<&'static str>,
}

impl<'de> Visitor<'de> for Mark {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
        Ok(value && self.word.is_none())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<bool, E> {
        Ok(self.word.is_none())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<bool, E> {
        Ok(self.word.is_none())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<bool, E> {
        Ok(self.word.is_none())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<bool, E> {
        Ok(self.word.is_none_or(|word| word == value))
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.word.is_none())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<bool, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self.word.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_but_null_and_false_is_there_and_one_word_alone_is_an_error() {
        for (value, there, error) in [
            ("null", false, false),
            ("false", false, false),
            ("true", true, false),
            ("0", true, false),
            ("-1.5", true, false),
            ("[1, {}]", true, false),
            (r#"{"message": "error"}"#, true, false),
            (r#""broken""#, true, false),
            (r#""error""#, true, true),
        ] {
            let (any, word) = (serde_json::from_str(value), serde_json::from_str(value));
            assert_eq!((any.unwrap(), word.unwrap()), (IsThere(there), IsError(error)), "{value}");
        }
    }
}
