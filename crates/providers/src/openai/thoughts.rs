//! Which block of thoughts a piece of an answer belongs to, whole or streamed. Servers put thoughts in
//! one of three places: a text of its own (`reasoning_content`, `reasoning`), parts of the content
//! (Mistral), or OpenRouter's `reasoning_details`, blocks with a number, a type, and what proves them.

use serde_json::{Map, Value};
use ziggurat_core::ChatDelta;
use ziggurat_core::chat::Reasoning;

use super::{ORIGIN, wire};

/// The blocks of an answer so far, each with its number and type if it has them.
#[derive(Debug, Default)]
pub(super) struct Thoughts {
    begun: Vec<Option<(u64, String)>>,
}

impl Thoughts {
    /// How many blocks there are.
    pub(super) fn len(&self) -> usize {
        self.begun.len()
    }

    /// The thoughts in a piece as deltas, under our own numbers. Details say the same as the text
    /// beside them, and more.
    pub(super) fn deltas(&mut self, message: &mut wire::Message) -> Vec<ChatDelta> {
        let details = message.reasoning_details.take().unwrap_or_default();
        let words = message.take_thoughts();
        let blocks: Vec<_> = details.into_iter().map(block).collect();
        let told = blocks.iter().any(|(_, piece)| !piece.text.is_empty());
        let plain = Some(words).filter(|words| !words.is_empty() && !told);
        let plain = plain.map(|words| (None, Reasoning::new(words)));
        let pieces = plain.into_iter().chain(blocks);
        let some = |piece: &Reasoning| !piece.text.is_empty() || piece.signature.is_some();
        pieces.filter(|(_, piece)| some(piece)).map(|(key, piece)| self.delta(key, piece)).collect()
    }

    fn delta(&mut self, key: Option<(u64, String)>, piece: Reasoning) -> ChatDelta {
        let index = self.begun.iter().rposition(|begun| *begun == key).unwrap_or_else(|| {
            self.begun.push(key);
            self.begun.len() - 1
        });
        ChatDelta::Reasoning { index, piece }
    }
}

/// A detail as a block. One with a proof keeps all of itself but its words as its signature, since it
/// must be sent back as it was.
fn block(mut detail: Map<String, Value>) -> (Option<(u64, String)>, Reasoning) {
    let words = [detail.remove("text"), detail.remove("summary")];
    let text = words.iter().flatten().find_map(Value::as_str).unwrap_or_default();
    let mut piece = Reasoning::new(text);
    let r#type = detail.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let key = detail.get("index").and_then(Value::as_u64).map(|index| (index, r#type));
    let proof = |name: &str| detail.get(name).is_some_and(Value::is_string);
    if proof("data") {
        piece = piece.redacted();
    }
    if proof("data") || proof("signature") {
        piece.signature = Some(Value::Object(detail).to_string());
    }
    (key, piece.read_from(ORIGIN))
}

/// A block as the detail that it was. Of what another API made, the words.
pub(super) fn detail(block: &Reasoning) -> Option<Value> {
    let proof = block.signature.as_deref().filter(|_| !block.is_foreign_to(ORIGIN));
    let proof = proof.and_then(|proof| serde_json::from_str(proof).ok());
    let mut detail: Map<String, Value> = proof.unwrap_or_default();
    let r#type = detail.entry("type").or_insert_with(|| "reasoning.text".into());
    let field = if *r#type == "reasoning.summary" { "summary" } else { "text" };
    if !block.text.is_empty() {
        detail.insert(field.to_owned(), block.text.as_str().into());
    }
    // With nothing but a type it would say nothing.
    (detail.len() > 1).then_some(Value::Object(detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pieces(messages: &[Value]) -> Vec<(usize, Reasoning)> {
        let mut thoughts = Thoughts::default();
        let deltas = messages.iter().flat_map(|message| {
            thoughts.deltas(&mut serde_json::from_value(message.clone()).unwrap())
        });
        let piece = |delta| match delta {
            ChatDelta::Reasoning { index, piece } => (index, piece),
            other => panic!("{other:?}"),
        };
        deltas.map(piece).collect()
    }

    #[test]
    fn all_spellings_are_thoughts() {
        for message in [
            json!({"reasoning_content": "hm"}),
            json!({"reasoning": "hm", "reasoning_content": ""}),
            json!({"reasoning": "hm", "reasoning_details": [
                {"type": "reasoning.text", "text": "hm", "index": 0, "format": null}]}),
            json!({"reasoning": null, "reasoning_details": [
                {"type": "reasoning.summary", "summary": "hm", "index": 0}]}),
            json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]}),
        ] {
            assert_eq!(pieces(&[message]), [(0, Reasoning::new("hm"))]);
        }
        assert_eq!(pieces(&[json!({"reasoning": "", "reasoning_details": []})]), []);
    }

    #[test]
    fn details_are_told_apart_by_number_and_type_and_come_back_as_they_were() {
        let whole = json!({"type": "reasoning.text", "text": "hm", "signature": "s", "index": 0,
            "format": "anthropic-claude-v1"});
        let hidden = json!({"type": "reasoning.encrypted", "data": "d", "id": "r", "index": 0});
        let first = json!({"reasoning_details": [
            {"type": "reasoning.text", "text": "h", "index": 0},
            {"type": "reasoning.text", "text": "m", "index": 0}]});
        let then = json!({"reasoning_details": [
            {"type": "reasoning.text", "signature": "s", "index": 0,
                "format": "anthropic-claude-v1"}, hidden]});
        let mut blocks = [Reasoning::default(), Reasoning::default()];
        for (index, piece) in pieces(&[first, then]) {
            blocks[index].extend(piece);
        }
        assert_eq!((blocks[0].text.as_str(), blocks[1].redacted), ("hm", true));
        assert!(blocks.iter().all(|block| block.origin.as_deref() == Some(ORIGIN)));
        assert_eq!([detail(&blocks[0]), detail(&blocks[1])], [Some(whole), Some(hidden)]);
    }

    #[test]
    fn thoughts_of_other_origin_come_back_as_words_or_not_at_all() {
        let foreign = Reasoning::new("hm").with_signature(Some("c2ln".to_owned()));
        let words = json!({"type": "reasoning.text", "text": "hm"});
        assert_eq!(detail(&foreign), Some(words.clone()));
        let like_ours = json!({"type": "reasoning.encrypted", "data": "d"}).to_string();
        let foreign = Reasoning::new("hm").with_signature(like_ours).read_from("gemini");
        assert_eq!(detail(&foreign), Some(words));
        assert_eq!(detail(&Reasoning::default()), None);
    }
}
