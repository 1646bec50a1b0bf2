//! Providers by name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use ziggurat_core::chat::JsonSchema;
use ziggurat_core::{CallContext, Delivery, Layer, Model, Price, Provider};
use ziggurat_providers::{Catalog, Extractive, ProviderOptions, Registry, SelectionError};

use crate::support::server::{self, Received, Server};
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
    for name in ["extractive", "groq", "llamacpp", "lmstudio", "ollama", "openai", "vllm"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    assert!(names.is_sorted());
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
    let unknown = told("olama/llama3");
    let nearest = "no provider is named `olama`; did you mean ollama?";
    assert!(unknown.starts_with(nearest), "{unknown}");
    assert!(unknown.contains("; there are: ") && unknown.contains("openai"), "{unknown}");
    assert_eq!(
        told("ollama"),
        "`ollama` has no default model: write ollama/MODEL, or ollama/auto for whichever its server lists"
    );
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

#[tokio::test]
async fn a_row_alone_makes_a_provider() {
    let listed = r#"{"data":[{"id":"llama-3.3-70b"}]}"#;
    let server = Server::start([server::json(200, listed)]).await;
    let row = format!(
        "base_url = '{}'\nkey_command = ['printf', '{CANARY}']\ndefault_model = 'llama-3.3-70b'\n\
         auth = {{ header = 'api-key' }}\nheaders = {{ x-team = 'seven' }}\n\
         query = {{ api-version = '1' }}",
        server.base_url()
    );
    let mut registry = Registry::builtin();
    registry.register_dialect("mine", toml::from_str(&row).unwrap()).unwrap();
    let options = ProviderOptions::new(&no_env);
    for model in ["mine/llama-3.3-70b", "mine", "mine/auto"] {
        let model = registry.create(&model.parse().unwrap(), &options).unwrap();
        let model = model.refreshed(&CallContext::default()).await.unwrap();
        assert_eq!(model.info().name(), "mine/llama-3.3-70b");
        assert_eq!(model.info().price, None, "what is not known to be free has no price");
    }
    let sent = |part: &str| {
        let has = |request: &&Received| request.head.to_lowercase().contains(part);
        server.received().iter().filter(has).count()
    };
    assert_eq!(sent(&format!("api-key: {CANARY}")), 3, "and each list once more without the key");
    assert_eq!((sent("x-team: seven"), sent("authorization")), (6, 0));
    assert!(server.received().iter().all(|request| request.line.contains("?api-version=1 ")));
}

#[tokio::test]
async fn a_row_s_quirks_are_how_its_server_is_spoken_to() {
    let done = r#"{"choices":[{"message":{"content":"{}"},"finish_reason":"stop"}]}"#;
    let server = Server::start([server::json(200, done)]).await;
    let base_url = server.base_url();
    let options = ProviderOptions::new(&no_env).with_base_url(base_url.as_str());
    let schema = JsonSchema { name: "plan".into(), schema: json!({"type": "object"}) };
    let request = request().with_max_tokens(7).with_seed(3).with_response_schema(schema);
    let mut sent = BTreeMap::new();
    for name in ["mistral", "groq", "deepseek", "openrouter"] {
        let provider = Registry::builtin().provider(name, &options).unwrap();
        let stream = provider.stream(&CallContext::default(), &request).await.unwrap();
        ziggurat_core::chat::collect(name, stream, |_| {}).await.unwrap();
        let body = server.received().last().unwrap().body.clone();
        sent.insert(name, serde_json::from_str::<Value>(&body).unwrap());
    }
    let has = |name: &str, field: &str| sent[name].get(field).is_some();
    assert!(has("mistral", "random_seed") && !has("mistral", "seed"));
    assert!(!has("mistral", "stream_options") && has("groq", "stream_options"));
    assert!(has("groq", "max_completion_tokens") && has("mistral", "max_tokens"));
    assert_eq!(sent["deepseek"]["response_format"], json!({"type": "json_object"}));
    assert_eq!(sent["openrouter"]["response_format"]["type"], "json_schema");
}

#[tokio::test]
async fn a_refused_key_is_told_by_its_source() {
    let server = Server::start([server::json(401, "{}")]).await;
    let row = format!("base_url = '{}'\nkey_command = ['echo', '{CANARY}']", server.base_url());
    let mut registry = Registry::builtin();
    registry.register_dialect("mine", toml::from_str(&row).unwrap()).unwrap();
    let provider = registry.provider("mine", &ProviderOptions::new(&no_env)).unwrap();
    let error = provider.models(&CallContext::default()).await.unwrap_err();
    assert_eq!(error.message(), "the key in the output of `echo` was refused");
    assert!(!format!("{registry:?} {error:?}").contains(CANARY));
}

#[test]
fn a_list_of_providers_says_what_each_is() {
    let mut registry = Registry::builtin();
    let groq = registry.list().find(|registered| registered.name == "groq").unwrap();
    assert_eq!(
        (groq.default_model, groq.description),
        (
            Some("openai/gpt-oss-120b"),
            Some("openai-chat at https://api.groq.com/openai/v1; key: GROQ_API_KEY")
        )
    );
    let undescribed: Vec<_> = registry.list().filter(|entry| entry.description.is_none()).collect();
    assert!(undescribed.is_empty(), "{undescribed:?}");
    registry.register("mine", None, |_| Ok(Arc::new(Extractive)));
    registry.describe("mine", "ours");
    let mine = registry.list().find(|registered| registered.name == "mine").unwrap();
    assert_eq!((mine.default_model, mine.description), (None, Some("ours")));
}

#[test]
#[cfg(feature = "anthropic")]
fn a_model_without_its_provider_is_told_with_it() {
    let registry = Registry::builtin();
    let nothing = |_: &str| None;
    let create = |name: &str| {
        let name = name.parse().unwrap();
        registry.create(&name, &ProviderOptions::new(&nothing)).unwrap_err().to_string()
    };
    let message = create("claude-haiku-4-5");
    assert!(message.contains("did you mean anthropic/claude-haiku-4-5?"), "{message}");
    assert!(create("ANTHROPIC").contains("did you mean anthropic?"));
    assert!(!create("nope").contains("did you mean"));
}

#[test]
fn providers_of_one_name_share_their_layers_and_those_of_another_have_their_own() {
    /// Says whose it is, and forgets.
    struct Named(String, Arc<Mutex<Vec<String>>>);

    impl Layer for Named {
        fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
            self.1.lock().unwrap().push(format!("{} around {}", self.0, inner.name()));
            inner
        }
    }

    let (made, used) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
    let (log, uses) = (Arc::clone(&made), Arc::clone(&used));
    let mut registry = Registry::builtin();
    registry.set_layers(move |name| {
        log.lock().unwrap().push(name.to_owned());
        Arc::new(Named(name.to_owned(), Arc::clone(&uses)))
    });
    let options = ProviderOptions::new(&no_env);
    for name in ["ollama", "extractive", "ollama"] {
        registry.clone().provider(name, &options).unwrap();
    }
    assert_eq!(*made.lock().unwrap(), ["ollama", "extractive"], "asked once for each name");
    let around = ["ollama around ollama", "extractive around extractive", "ollama around ollama"];
    assert_eq!(*used.lock().unwrap(), around);
}
