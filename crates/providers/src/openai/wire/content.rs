//! What a message says: a text, or (Mistral, and servers that repeat what they were sent) its parts. Read by
//! hand, since a choice between the two by trial would keep a copy of every text to try again.

use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::api::lenient;

#[derive(Debug)]
pub(in crate::openai) enum Content {
    Text(String),
    Parts(Vec<Part>),
}

/// A part of a content: of what is said, or (Mistral) of what is thought.
#[derive(Debug, Deserialize)]
pub(in crate::openai) struct Part {
    #[serde(default, deserialize_with = "lenient")]
    pub text: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub thinking: Option<Content>,
}

impl Content {
    pub(in crate::openai) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Parts(parts) => parts.into_iter().filter_map(|part| part.text).collect(),
        }
    }

    pub(super) fn take_thoughts(&mut self) -> String {
        let Self::Parts(parts) = self else { return String::new() };
        let thoughts = parts.iter_mut().filter_map(|part| part.thinking.take());
        thoughts.map(Self::into_text).collect()
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or its parts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Content, E> {
        Ok(Content::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Content, E> {
        Ok(Content::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, parts: A) -> Result<Content, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(parts)).map(Content::Parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn content_may_come_in_parts() {
        let parts = json!([{"type": "thinking", "thinking": [{"text": "h"}, {"text": "m"}]},
            {"type": "text", "text": "a"}, {"text": "b"}]);
        let mut content: Content = serde_json::from_value(parts).unwrap();
        assert_eq!((content.take_thoughts(), content.into_text()), ("hm".into(), "ab".into()));
    }
}
