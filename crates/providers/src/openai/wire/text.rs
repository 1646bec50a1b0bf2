//! Texts that every piece of a stream repeats, and that are read where they lie.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

type Read<'de> = Option<Cow<'de, str>>;

/// The text, if it is one; anything else is as good as absent.
pub(super) fn lenient_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Read<'de>, D::Error> {
    deserializer.deserialize_any(Text)
}

struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Read<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Read<'de>, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Read<'de>, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Read<'de>, E> {
        Ok(None)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Read<'de>, E> {
        Ok(None)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Read<'de>, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Read<'de>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Read<'de>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Read<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Read<'de>, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow, default, deserialize_with = "lenient_text")]
        name: Read<'a>,
    }

    #[test]
    fn a_text_is_read_where_it_lies_and_anything_else_is_absent() {
        let plain: Named<'_> = serde_json::from_str(r#"{"name": "n"}"#).unwrap();
        assert!(matches!(plain.name, Some(Cow::Borrowed("n"))));
        let escaped: Named<'_> = serde_json::from_str(r#"{"name": "\u006e"}"#).unwrap();
        assert_eq!(escaped.name.as_deref(), Some("n"));
        for odd in ["7", "-7", "1.5", "true", "null", "[{}, 1]", r#"{"a": [1]}"#] {
            let text = format!(r#"{{"name": {odd}, "rest": 1}}"#);
            assert!(serde_json::from_str::<Named<'_>>(&text).unwrap().name.is_none(), "{odd}");
        }
    }
}
