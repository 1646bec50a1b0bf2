//! A mistyped key in a file is told with the key that was meant, and a value that does not fit with what
//! its key takes. Serde's own messages repeat what is written there, which may be a secret in a wrong
//! place; so the keys of a structure and their values are looked at on their way in.

use serde::de::{DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use crate::error::did_you_mean;
use crate::nearest::nearest;

/// What a key takes, in words; `None` if the error of whatever reads it may be shown as it is.
pub(super) type Takes = fn(&str) -> Option<String>;

/// A deserializer that refuses keys which the structure does not have, and names the nearest it has.
pub(super) struct KnownKeys<D> {
    inner: D,
    takes: Takes,
}

impl<D> KnownKeys<D> {
    pub(super) fn new(inner: D, takes: Takes) -> Self {
        Self { inner, takes }
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for KnownKeys<D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        keys: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Structure { inner: visitor, keys, takes: self.takes };
        self.inner.deserialize_struct(name, keys, visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// What reads the structure.
struct Structure<V> {
    inner: V,
    keys: &'static [&'static str],
    takes: Takes,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Structure<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let Self { inner, keys, takes } = self;
        inner.visit_map(Entries { inner: map, keys, takes, key: "" })
    }
}

/// The structure's table.
struct Entries<A> {
    inner: A,
    keys: &'static [&'static str],
    takes: Takes,
    /// The key whose value comes next.
    key: &'static str,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        self.inner.next_key_seed(Key { inner: seed, keys: self.keys, found: &mut self.key })
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Value { inner: seed, key: self.key, takes: self.takes })
    }
}

/// One of its keys.
struct Key<'a, K> {
    inner: K,
    keys: &'static [&'static str],
    found: &'a mut &'static str,
}

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for Key<'_, K> {
    type Value = K::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<K::Value, D::Error> {
        let key = String::deserialize(deserializer)?;
        if let Some(known) = self.keys.iter().find(|known| **known == key) {
            *self.found = known;
            return self.inner.deserialize(known.into_deserializer());
        }
        let near = nearest(&key, self.keys.iter().copied());
        Err(D::Error::custom(match near.is_empty() {
            // What resembles no key may be a secret that was put in its place.
            true => format!("unknown key; there are: {}", self.keys.join(", ")),
            false => format!("unknown key `{key}`{}", did_you_mean(&near)),
        }))
    }
}

/// The value of a key.
struct Value<S> {
    inner: S,
    key: &'static str,
    takes: Takes,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Value<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(deserializer).map_err(|error| match (self.takes)(self.key) {
            Some(takes) => D::Error::custom(format_args!("`{}` takes {takes}", self.key)),
            None => error,
        })
    }
}
