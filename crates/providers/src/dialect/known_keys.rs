//! A mistyped key in a file is told with the key that was meant. Serde's own message lists all keys there
//! are, which for a row of a dozen is no help; so the keys of a structure are looked at on their way in.

use serde::de::{DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use crate::error::did_you_mean;
use crate::nearest::nearest;

/// A deserializer that refuses keys which the structure does not have, and names the nearest it has.
pub(super) struct KnownKeys<D>(pub(super) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for KnownKeys<D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        keys: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, keys, Checked { inner: visitor, keys })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// What reads the structure, its table, or one of its keys; all of them know the structure's keys.
struct Checked<T> {
    inner: T,
    keys: &'static [&'static str],
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Checked<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Checked { inner: map, keys: self.keys })
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Checked<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        self.inner.next_key_seed(Checked { inner: seed, keys: self.keys })
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(seed)
    }
}

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for Checked<K> {
    type Value = K::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<K::Value, D::Error> {
        let key = String::deserialize(deserializer)?;
        if self.keys.contains(&key.as_str()) {
            return self.inner.deserialize(key.into_deserializer());
        }
        let hint = match did_you_mean(&nearest(&key, self.keys.iter().copied())) {
            hint if hint.is_empty() => format!("; there are: {}", self.keys.join(", ")),
            hint => hint,
        };
        Err(D::Error::custom(format_args!("unknown key{}{hint}", shown(&key))))
    }
}

/// A key as it is written, unless it may be a secret that was put in its place.
fn shown(key: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || matches!(c, '_' | '-');
    match key.len() <= 24 && key.chars().all(plain) {
        true => format!(" `{key}`"),
        false => String::new(),
    }
}
