//! Providers by name.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use ziggurat_core::chat::JsonSchema;
use ziggurat_core::{CallContext, Delivery, Model, Price};
use ziggurat_providers::{Catalog, Extractive, ProviderOptions, Registry, SelectionError};

use crate::support::server::{self, Server};
use crate::support::{CANARY, request};

fn create(name: &str, options: &ProviderOptions<'_>) -> Result<Model, SelectionError> {
    Registry::builtin().create(&name.parse().unwrap(), options)
}

fn no_env(_: &str) -> Option<String> {
    None
}

fn with_key(variable: &str) -> Option<String> {
    (variable == "OPENAI_API_KEY").then(|| "sk-test".to_owned())
}

#[test]
fn openai_itself_needs_a_key_and_other_servers_may_not() {
    let options = ProviderOptions::new(&no_env);
    let message = create("openai", &options).unwrap_err().to_string();
    assert!(message.contains("no key: set OPENAI_API_KEY"), "{message}");
    assert!(create("openai/m", &options.with_base_url("http://127.0.0.1:9/v1")).is_ok());
}

#[test]
fn builtin_names_and_defaults() {
    let registry = Registry::builtin();
    let names: Vec<_> = registry.names().collect();
    assert_eq!(names, ["extractive", "llamacpp", "lmstudio", "ollama", "openai"]);
    let options = ProviderOptions::new(&with_key);
    assert_eq!(create("openai", &options).unwrap().info().name(), "openai/gpt-5.4-mini");
    assert_eq!(create("extractive", &options).unwrap().info().name(), "extractive/bm25");
    let ollama = create("ollama/llama3", &options).unwrap();
    assert_eq!(ollama.info().name(), "ollama/llama3");
    assert_eq!(ollama.info().price, Some(Price::FREE));
}

#[tokio::test]
async fn models_that_obey_schemas_are_known_and_get_them() {
    let options = ProviderOptions::new(&with_key);
    for name in ["openai", "openai/gpt-4o-mini", "ollama/m", "llamacpp/m", "lmstudio/m"] {
        let model = create(name, &options).unwrap();
        assert_eq!(model.info().json_schema, Some(true), "{name}");
    }
    let answer = r#"{"choices":[{"message":{"content":"{}"},"finish_reason":"stop"}]}"#;
    let server = Server::start([server::json(200, answer)]).await;
    let base_url = server.base_url();
    let options = options.with_base_url(base_url.as_str());
    assert_eq!(create("openai/m", &options).unwrap().info().json_schema, None);
    let model = create("llamacpp/m", &options).unwrap();
    let schema = JsonSchema { name: "plan".into(), schema: json!({"type": "object"}) };
    let request = request().with_response_schema(schema);
    model.call(&CallContext::default(), request, Delivery::Whole).await.unwrap();
    let body: Value = serde_json::from_str(&server.received()[0].body).unwrap();
    assert_eq!(body["response_format"]["json_schema"]["name"], "plan", "{body}");
}

#[test]
fn what_is_wrong_is_told_with_what_would_be_right() {
    let options = ProviderOptions::new(&no_env);
    let told = |name: &str| create(name, &options).unwrap_err().to_string();
    assert_eq!(
        told("olama/llama3"),
        "no provider is named `olama`; did you mean ollama, llamacpp?; there are: extractive, \
         llamacpp, lmstudio, ollama, openai"
    );
    assert_eq!(told("ollama"), "`ollama` has no default model: write ollama/MODEL");
    let options = options.with_base_url("ftp://h");
    let told = |name: &str| create(name, &options).unwrap_err().to_string();
    assert_eq!(
        told("openai/m"),
        "openai: base URL `ftp://h`: it must begin with http:// or https://"
    );
    let expected = "extractive: extractive runs in this process and takes no base URL";
    assert_eq!(told("extractive"), expected);
}

#[test]
fn a_key_that_no_header_can_carry_is_told_by_its_variable() {
    let env = |name: &str| (name == "OPENAI_API_KEY").then(|| format!("{CANARY}\u{1}"));
    let error = create("openai", &ProviderOptions::new(&env)).unwrap_err();
    assert!(error.to_string().contains("the key in OPENAI_API_KEY"), "{error}");
    assert!(!format!("{error:?}").contains(CANARY));
    let padded = |name: &str| (name == "OPENAI_API_KEY").then(|| format!(" {CANARY}\n"));
    assert!(create("openai", &ProviderOptions::new(&padded)).is_ok());
}

#[test]
fn a_program_adds_its_own_and_may_replace_ours() {
    let mut registry = Registry::empty();
    registry.register("mine", Some("one"), |options| {
        assert_eq!(options.idle_timeout, Some(Duration::from_secs(1)));
        Ok(Arc::new(Extractive))
    });
    let options = ProviderOptions::new(&no_env).with_idle_timeout(Duration::from_secs(1));
    let model = registry.create(&"mine".parse().unwrap(), &options).unwrap();
    assert_eq!(model.info().id, "one");
    assert_eq!(registry.default_model("mine"), Some("one"));
    let error = registry.provider("openai", &options).err().unwrap();
    assert!(matches!(error, SelectionError::UnknownProvider { .. }), "{error}");
}

#[test]
fn limits_and_prices_are_those_of_the_catalogue_unless_another_one_is_given() {
    let options = ProviderOptions::new(&with_key);
    let builtin = create("openai/gpt-5.4-mini-2026-03-17", &options).unwrap();
    assert_eq!(builtin.info().max_output_tokens, Some(128_000));
    let price = builtin.info().price.unwrap();
    assert_eq!((price.rates.output * 1_000_000).to_string(), "4.5");
    assert_eq!(create("openai/gpt-unheard-of", &options).unwrap().info().price, None);
    let entry = r#"{"usd_per_million": {"input": "1", "output": "2"}}"#;
    let entries = [("openai/gpt-5.4-mini", serde_json::from_str(entry).unwrap())];
    let own = Arc::new(Catalog::builtin().with_entries(entries).unwrap());
    let options = options.with_catalog(&own).with_base_url("http://127.0.0.1:9/v1");
    let model = create("openai/gpt-5.4-mini", &options).unwrap();
    assert_eq!((model.info().price.unwrap().rates.output * 1_000_000).to_string(), "2");
    assert_eq!(model.info().max_output_tokens, Some(128_000));
    assert_eq!((model.info().tools, model.info().temperature), (None, None));
}
