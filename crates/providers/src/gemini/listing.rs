//! The list of models: those that answer, with their limits.

use serde::Deserialize;

use super::names::bare;
use crate::api::{Listed, Listing, lenient};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    models: Vec<serde_json::Value>,
    #[serde(default, deserialize_with = "lenient")]
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Model {
    name: String,
    #[serde(default, deserialize_with = "lenient")]
    input_token_limit: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    output_token_limit: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    supported_generation_methods: Option<Vec<String>>,
}

/// The list in an answer; `None` if there is none. Entries that are no models are left out.
pub(super) fn listing(body: &[u8]) -> Option<Listing> {
    let page: Page = serde_json::from_slice(body).ok()?;
    let models = page.models.into_iter().filter_map(|entry| serde_json::from_value(entry).ok());
    let partial = page.next_page_token.is_some_and(|token| !token.is_empty());
    Some(Listing { models: models.filter_map(listed).collect(), canonical: false, partial })
}

/// The model, unless its methods are told and answering is none of them: embeddings are listed too.
fn listed(model: Model) -> Option<Listed> {
    let methods = model.supported_generation_methods;
    let answers =
        methods.is_none_or(|methods| methods.iter().any(|name| name == "generateContent"));
    let known = |limit: Option<u64>| limit.filter(|tokens| *tokens > 0);
    (answers && !model.name.is_empty()).then(|| Listed {
        id: bare(&model.name).to_owned(),
        context_tokens: None,
        max_input_tokens: known(model.input_token_limit),
        max_output_tokens: known(model.output_token_limit),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_that_answer_are_listed_with_their_limits() {
        let body = br#"{"models":[
            {"name":"models/gemini-9-flash","inputTokenLimit":1048576,"outputTokenLimit":65536,
             "supportedGenerationMethods":["generateContent","countTokens"]},
            {"name":"models/embedding-9","supportedGenerationMethods":["embedContent"]},
            {"name":"models/bare","inputTokenLimit":0,"outputTokenLimit":"many"},
            {"displayName":"nameless"}, 7]}"#;
        let listing = listing(body).unwrap();
        let told: Vec<_> = listing.models.iter().map(|model| model.id.as_str()).collect();
        assert_eq!(told, ["gemini-9-flash", "bare"]);
        let limits = |at: usize| {
            let Listed { max_input_tokens, max_output_tokens, .. } = &listing.models[at];
            (*max_input_tokens, *max_output_tokens)
        };
        assert_eq!((limits(0), limits(1)), ((Some(1_048_576), Some(65_536)), (None, None)));
        assert!(listing.is_whole());
    }

    #[test]
    fn a_page_of_a_list_is_no_whole_list() {
        let partial = |body: &str| listing(body.as_bytes()).map(|listing| listing.partial);
        assert_eq!(partial(r#"{"models":[],"nextPageToken":"x"}"#), Some(true));
        assert_eq!(partial(r#"{"models":[],"nextPageToken":""}"#), Some(false));
        assert_eq!(partial(r#"{"models":[]}"#), Some(false));
        assert_eq!(partial(r#"{"data":[]}"#), None);
    }
}
