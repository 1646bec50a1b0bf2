//! Tolerance in what is read: servers leave fields out, send null, or send something else altogether. What is
//! usual is read straight from the bytes: a tree in between would cost more than the rest of an answer.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeOwned, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The value if it has the right type; anything else is as good as absent.
pub(crate) fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    deserializer.deserialize_any(Lenient::<T, false>(PhantomData))
}

/// The same for an object of which every field is read leniently: nothing in it can fail halfway but a field
/// that is there twice, so that it needs no tree.
#[cfg(any(test, feature = "openai"))]
pub(crate) fn lenient_object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    deserializer.deserialize_any(Lenient::<T, true>(PhantomData))
}

struct Lenient<T, const DIRECT: bool>(PhantomData<T>);

/// What of a plain value can be read as the type.
fn plain<'de, T: DeserializeOwned, E: Error>(value: impl IntoDeserializer<'de, E>) -> Option<T> {
    T::deserialize(value.into_deserializer()).ok()
}

impl<'de, T: DeserializeOwned, const DIRECT: bool> Visitor<'de> for Lenient<T, DIRECT> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<T>, E> {
        Ok(plain::<T, E>(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<T>, E> {
        Ok(plain::<T, E>(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<T>, E> {
        Ok(plain::<T, E>(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<T>, E> {
        Ok(plain::<T, E>(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Option<T>, E> {
        Ok(plain::<T, E>(value))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Option<T>, E> {
        Ok(plain::<T, E>(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Option<T>, A::Error> {
        let tree = Value::deserialize(SeqAccessDeserializer::new(items))?;
        Ok(serde_json::from_value(tree).ok())
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Option<T>, A::Error> {
        let fields = MapAccessDeserializer::new(fields);
        if DIRECT {
            return T::deserialize(fields).map(Some);
        }
        Ok(serde_json::from_value(Value::deserialize(fields)?).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Read {
        #[serde(deserialize_with = "lenient")]
        text: Option<String>,
        #[serde(deserialize_with = "lenient")]
        count: Option<u64>,
        #[serde(deserialize_with = "lenient")]
        list: Option<Vec<u64>>,
        #[serde(deserialize_with = "lenient")]
        tree: Option<Strict>,
        #[serde(deserialize_with = "lenient_object")]
        within: Option<Within>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Strict {
        name: String,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Within {
        #[serde(deserialize_with = "lenient")]
        count: Option<u64>,
    }

    #[test]
    fn what_has_another_type_is_absent_and_what_follows_it_is_read() {
        let odds =
            [json!(null), json!(true), json!(-1), json!(1.5), json!([[{}]]), json!({"a": [1]})];
        for odd in odds {
            let text = |field: &str| {
                let mut fields = json!({"text": "t", "count": 7, "list": [1], "tree": {"name": "n"},
                    "within": {"count": 3}});
                fields[field] = odd.clone();
                serde_json::from_str::<Read>(&fields.to_string()).unwrap()
            };
            let whole = || Read {
                text: Some("t".to_owned()),
                count: Some(7),
                list: Some(vec![1]),
                tree: Some(Strict { name: "n".to_owned() }),
                within: Some(Within { count: Some(3) }),
            };
            assert_eq!(text("text"), Read { text: None, ..whole() }, "{odd}");
            assert_eq!(text("count"), Read { count: None, ..whole() }, "{odd}");
            assert_eq!(text("list"), Read { list: None, ..whole() }, "{odd}");
            assert_eq!(text("tree"), Read { tree: None, ..whole() }, "{odd}");
            let within = text("within");
            assert_eq!(within.within.unwrap_or_default(), Within { count: None }, "{odd}");
            assert_eq!(within.tree, whole().tree, "{odd}");
        }
    }

    #[test]
    fn broken_text_is_no_absent_value() {
        for broken in [r#"{"text": tru}"#, r#"{"list": [1"#, r#"{"within": {"count": }}"#] {
            assert!(serde_json::from_str::<Read>(broken).is_err(), "{broken}");
        }
    }
}
