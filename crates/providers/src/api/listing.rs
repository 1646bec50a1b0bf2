//! The list of models that a server has, in the shapes in which servers send it.

use serde_json::Value;
use ziggurat_core::ModelInfo;

/// A model as a server lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) context_tokens: Option<u64>,
    pub(crate) max_input_tokens: Option<u64>,
    pub(crate) max_output_tokens: Option<u64>,
}

impl Listed {
    /// Adds what the list says to what was known. The server's word counts more.
    pub(crate) fn tell(&self, info: &mut ModelInfo) {
        info.context_tokens = self.context_tokens.or(info.context_tokens);
        info.max_input_tokens = self.max_input_tokens.or(info.max_input_tokens);
        info.max_output_tokens = self.max_output_tokens.or(info.max_output_tokens);
    }
}

/// A server's list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    pub(crate) models: Vec<Listed>,
    /// Whether it has the shape of OpenAI's own list: what a stranger's answer is judged by.
    pub(crate) canonical: bool,
    /// Whether the server says that there is more than it sent.
    pub(crate) partial: bool,
}

/// Where servers put the size of a context. llama.cpp's `n_ctx` is what it was started with; the size
/// it was trained for can be larger.
const CONTEXT: [&str; 6] = [
    "/meta/n_ctx",
    "/meta/n_ctx_train",
    "/max_model_len",
    "/context_length",
    "/max_context_length",
    "/context_window",
];

impl Listing {
    /// The list in an answer; `None` if there is none.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let answer: Value = serde_json::from_slice(body).ok()?;
        let data = answer.get("data").and_then(Value::as_array);
        let other = || answer.get("models").and_then(Value::as_array).or(answer.as_array());
        let models: Vec<_> = data.or_else(other)?.iter().filter_map(listed).collect();
        let canonical = data.is_some() && !models.is_empty();
        let partial = answer.get("has_more").is_some_and(|more| *more == true);
        Some(Self { models, canonical, partial })
    }

    /// The entry for a model under a name that the server accepts. Ollama's names have a tag that may be
    /// left out; Gemini's have a prefix that may; routers take a suffix that says how to route
    /// (`org/model:nitro`) and list the name without it.
    pub(crate) fn find(&self, model: &str) -> Option<&Listed> {
        let named = |name: &str| self.models.iter().find(|listed| bare(&listed.id) == bare(name));
        let routed = || model.rsplit_once(':').map(|(name, _)| name);
        named(model).or_else(|| named(&format!("{model}:latest"))).or_else(|| named(routed()?))
    }

    /// Whether a model that is not in it is certainly not there. No list at all says nothing.
    pub(crate) fn is_whole(&self) -> bool {
        !self.models.is_empty() && !self.partial
    }

    /// The default if it is listed or nothing is, else the first model that can chat.
    pub(crate) fn preferred<'a>(&'a self, default: &'a str) -> &'a str {
        if self.find(default).is_some() {
            return default;
        }
        first_chat_model(self.models.iter().map(|listed| listed.id.as_str())).unwrap_or(default)
    }
}

/// The first model that can chat, judged by its name: lists name embedding models as well.
pub(crate) fn first_chat_model<'a>(mut ids: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let speechless = ["embed", "rerank", "whisper", "tts", "dall-e", "moderation"];
    ids.find(|id| {
        let id = id.to_lowercase();
        !speechless.iter().any(|word| id.contains(word))
    })
}

fn bare(id: &str) -> &str {
    id.strip_prefix("models/").unwrap_or(id)
}

fn listed(entry: &Value) -> Option<Listed> {
    let name = |field: &str| entry.get(field)?.as_str().filter(|id| !id.is_empty());
    let id = name("id").or_else(|| name("model")).or_else(|| name("name"))?;
    let context_tokens = CONTEXT.iter().find_map(|path| entry.pointer(path)?.as_u64());
    let context_tokens = context_tokens.filter(|tokens| *tokens > 0);
    Some(Listed { id: id.to_owned(), context_tokens, ..Listed::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(body: &str) -> Option<Vec<String>> {
        Some(Listing::parse(body.as_bytes())?.models.into_iter().map(|listed| listed.id).collect())
    }

    #[test]
    fn every_shape_is_read_and_strange_entries_are_left_out() {
        let expected = Some(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(ids(r#"{"data":[{"id":"a"},{"id":"b"},{"id":7},3,null]}"#), expected);
        assert_eq!(ids(r#"{"models":[{"name":"a"},{"model":"b","name":"x"}]}"#), expected);
        assert_eq!(ids(r#"[{"id":"a"},{"id":"b"}]"#), expected);
        assert_eq!(ids(r#"{"data":null}"#), None);
        assert_eq!(ids("<html>"), None);
    }

    #[test]
    fn only_openai_s_own_shape_is_canonical() {
        let canonical = |body: &str| Listing::parse(body.as_bytes()).unwrap().canonical;
        assert!(canonical(r#"{"data":[{"id":"a"}]}"#));
        for body in [r#"{"data":[]}"#, r#"{"data":[1]}"#, r#"{"models":[{"name":"a"}]}"#, "[]"] {
            assert!(!canonical(body), "{body}");
        }
    }

    #[test]
    fn the_size_of_the_context_is_found() {
        let context = |entry: &str| {
            Listing::parse(format!(r#"[{entry}]"#).as_bytes()).unwrap().models[0].context_tokens
        };
        assert_eq!(context(r#"{"id":"a","meta":{"n_ctx_train":4096}}"#), Some(4096));
        assert_eq!(context(r#"{"id":"a","meta":{"n_ctx":512,"n_ctx_train":4096}}"#), Some(512));
        assert_eq!(context(r#"{"id":"a","max_model_len":8192}"#), Some(8192));
        assert_eq!(context(r#"{"id":"a","meta":null}"#), None);
        assert_eq!(context(r#"{"id":"a","max_model_len":"big"}"#), None);
    }

    #[test]
    fn prefixes_and_suffixes_that_servers_do_without_are_no_difference() {
        let listing =
            br#"{"data":[{"id":"models/gemini-9"},{"id":"org/m"},{"id":"llama3:latest"}]}"#;
        let listing = Listing::parse(listing).unwrap();
        for (asked, listed) in [
            ("gemini-9", "models/gemini-9"),
            ("models/gemini-9", "models/gemini-9"),
            ("org/m:nitro", "org/m"),
            ("models/org/m", "org/m"),
        ] {
            assert_eq!(listing.find(asked).unwrap().id, listed);
        }
        for asked in ["gemini", "m:nitro", "org/n:nitro", "llama3:70b", "models/", ":latest"] {
            assert_eq!(listing.find(asked), None, "{asked}");
        }
    }

    #[test]
    fn a_page_of_a_list_is_no_whole_list() {
        let partial = |body: &str| Listing::parse(body.as_bytes()).unwrap().partial;
        assert!(partial(r#"{"data":[{"id":"a"}],"has_more":true}"#));
        assert!(!partial(r#"{"data":[{"id":"a"}],"has_more":false}"#));
        assert!(!partial(r#"[{"id":"a"}]"#));
    }

    #[test]
    fn a_tag_may_be_left_out_and_embeddings_do_not_chat() {
        let listing = Listing::parse(br#"{"data":[{"id":"nomic-Embed"},{"id":"llama3:latest"}]}"#);
        let listing = listing.unwrap();
        assert_eq!(listing.find("llama3").unwrap().id, "llama3:latest");
        assert!(listing.find("llama").is_none());
        let ids = listing.models.iter().map(|listed| listed.id.as_str());
        assert_eq!(first_chat_model(ids), Some("llama3:latest"));
        assert_eq!(listing.preferred("gpt"), "llama3:latest");
        assert_eq!(listing.preferred("llama3"), "llama3");
        assert_eq!(Listing::default().preferred("gpt"), "gpt");
    }
}
