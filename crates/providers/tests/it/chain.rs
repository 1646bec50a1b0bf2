//! Which model answers when none was named.

use std::slice;
use std::time::{Duration, Instant};

use ziggurat_core::{CallContext, Price};
use ziggurat_providers::{Choice, LocalServer, Registry, SelectionError, choose};

use crate::support::request;
use crate::support::server::{Act, Received, Script, Server, json};

const LIST: &str = r#"{"data":[{"id":"nomic-embed-text"},{"id":"llama3:latest"}]}"#;

#[derive(Default)]
struct Situation<'a> {
    env: &'a [(&'a str, &'a str)],
    base_url: Option<&'a str>,
    material: bool,
    servers: Vec<LocalServer>,
}

impl Situation<'_> {
    async fn choose(self) -> Result<Choice, SelectionError> {
        let pairs: Vec<(String, String)> =
            self.env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let env = move |name: &str| {
            pairs.iter().find(|(variable, _)| variable == name).map(|(_, value)| value.clone())
        };
        let registry = Registry::builtin();
        let chosen = choose(&registry, &env, self.base_url, self.material, &self.servers);
        // The CLI runs it on any runtime: the future must be Send.
        fn is_send<T: Send>(value: T) -> T {
            value
        }
        is_send(chosen).await
    }

    /// The reason, and the model after the server was asked.
    async fn resolved(self) -> (String, String) {
        let choice = self.choose().await.unwrap();
        let model = choice.model.refreshed(&CallContext::default()).await.unwrap();
        (choice.why, model.info().id.clone())
    }

    async fn why(self) -> String {
        self.choose().await.unwrap().why
    }
}

async fn local(name: &str, script: Script) -> (Server, LocalServer) {
    let server = Server::start([script]).await;
    let entry = LocalServer::new(name, &server.base_url()).unwrap();
    (server, entry)
}

#[tokio::test]
async fn an_address_comes_first_and_its_first_model_that_can_chat_is_taken() {
    let (server, _) = local("x", json(200, LIST)).await;
    let base_url = server.base_url();
    let env = [("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")];
    let flag = Situation { base_url: Some(&base_url), env: &env, ..Default::default() };
    let expected = |why: &str| (format!("openai/auto: {why}"), "llama3:latest".to_owned());
    assert_eq!(flag.resolved().await, expected("--base-url is given"));
    let env = [("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", base_url.as_str())];
    let variable = Situation { env: &env, ..Default::default() };
    assert_eq!(variable.resolved().await, expected("OPENAI_BASE_URL is set"));
    let with_key = |request: &Received| request.head.to_lowercase().contains("authorization");
    let requests: Vec<_> = server.received().iter().map(with_key).collect();
    assert_eq!(requests, [true, false, true, false], "once a run, and once more without the key");
    assert!(server.received().iter().all(|request| request.line.starts_with("GET /v1/models ")));
}

#[tokio::test]
async fn an_address_without_a_list_or_with_the_default_in_it_means_the_default() {
    let listed = r#"{"data":[{"id":"gpt-4"},{"id":"gpt-5.4-mini"}]}"#;
    for script in [json(404, "{}"), json(200, "{}"), json(200, listed)] {
        let (server, _) = local("x", script).await;
        let base_url = server.base_url();
        let flag = Situation { base_url: Some(&base_url), ..Default::default() };
        assert_eq!(flag.resolved().await.1, "gpt-5.4-mini");
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_an_error() {
    let flag = Situation { base_url: Some("localhost:8080"), ..Default::default() };
    let error = flag.choose().await.unwrap_err();
    assert!(matches!(error, SelectionError::Config { .. }), "{error}");
    assert!(error.to_string().contains("http://"), "{error}");
}

#[tokio::test]
async fn a_key_means_openai_and_no_server_is_asked() {
    let (server, entry) = local("ollama", json(200, LIST)).await;
    let env = [("OPENAI_API_KEY", "k")];
    let keyed = Situation { env: &env, servers: vec![entry], ..Default::default() };
    assert_eq!(keyed.why().await, "openai/gpt-5.4-mini: OPENAI_API_KEY is set");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn keys_count_in_a_fixed_order() {
    let order = [
        ("ANTHROPIC_API_KEY", "anthropic/"),
        ("GEMINI_API_KEY", "gemini/"),
        ("GOOGLE_API_KEY", "gemini/"),
        ("DEEPSEEK_API_KEY", "deepseek/"),
        ("GROQ_API_KEY", "groq/"),
        ("MISTRAL_API_KEY", "mistral/"),
        ("XAI_API_KEY", "xai/"),
    ];
    // Each with all that come after it.
    for (at, (variable, model)) in order.into_iter().enumerate() {
        let env: Vec<_> = order[at..].iter().rev().map(|(variable, _)| (*variable, "k")).collect();
        let why = Situation { env: &env, material: true, ..Default::default() }.why().await;
        assert!(why.starts_with(model) && why.ends_with(&format!(": {variable} is set")), "{why}");
    }
    let env = [("GROQ_API_KEY", "k"), ("OPENAI_API_KEY", "k"), ("CEREBRAS_API_KEY", "k")];
    let why = Situation { env: &env, ..Default::default() }.why().await;
    assert_eq!(why, "openai/gpt-5.4-mini: OPENAI_API_KEY is set");
}

#[tokio::test]
async fn a_user_s_own_row_counts_after_all_others() {
    let row = r#"{"base_url": "https://models.example.com/v1", "key_env": "GATEWAY_KEY",
        "default_model": "ours"}"#;
    let mut registry = Registry::builtin();
    registry.register_dialect("gateway", serde_json::from_str(row).unwrap()).unwrap();
    let own = |name: &str| (name == "GATEWAY_KEY").then(|| "k".to_owned());
    let choice = choose(&registry, &own, None, true, &[]).await.unwrap();
    assert_eq!(choice.why, "gateway/ours: GATEWAY_KEY is set");
    let both = |name: &str| ["GATEWAY_KEY", "XAI_API_KEY"].contains(&name).then(|| "k".to_owned());
    let choice = choose(&registry, &both, None, true, &[]).await.unwrap();
    assert!(choice.why.starts_with("xai/"), "{}", choice.why);
}

#[tokio::test]
async fn a_key_in_a_file_counts_and_its_place_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let path = path.to_str().unwrap();
    let env = [("GROQ_API_KEY_FILE", path)];
    let missing = Situation { env: &env, ..Default::default() }.choose().await.unwrap_err();
    assert!(missing.to_string().contains("cannot be read"), "{missing}");
    std::fs::write(path, "k\n").unwrap();
    let why = Situation { env: &env, ..Default::default() }.why().await;
    assert_eq!(why, format!("groq/openai/gpt-oss-120b: its key is in the file {path}"));
}

#[tokio::test]
async fn azure_needs_more_than_a_key() {
    let env = [("AZURE_OPENAI_API_KEY", "k"), ("AZURE_OPENAI_ENDPOINT", "https://r.azure.com")];
    let error = Situation { env: &env, ..Default::default() }.choose().await.unwrap_err();
    assert!(matches!(error, SelectionError::NothingConfigured), "which of its deployments?");
}

#[tokio::test]
async fn a_blank_key_is_none() {
    let env = [("OPENAI_API_KEY", " "), ("OPENAI_BASE_URL", "")];
    let blank = Situation { env: &env, material: true, ..Default::default() };
    assert_eq!(
        blank.why().await,
        "extractive/bm25: nothing else is configured; it answers from the documents"
    );
}

#[tokio::test]
async fn the_first_local_server_in_order_is_taken_and_probed_without_a_key() {
    let (first, a) = local("llamacpp", json(200, LIST)).await;
    let (second, b) = local("ollama", json(200, LIST)).await;
    let env = [("LLAMA_API_KEY", "secret"), ("OLLAMA_API_KEY", "secret")];
    let found = Situation { env: &env, servers: vec![a, b], material: true, ..Default::default() };
    let choice = found.choose().await.unwrap();
    let why = format!("llamacpp/llama3:latest: a local server answers at {}", first.base_url());
    assert_eq!(choice.why, why);
    assert_eq!(choice.model.info().price, Some(Price::FREE));
    for request in [first.received(), second.received()].concat() {
        assert!(request.line.starts_with("GET /v1/models "), "{}", request.line);
        assert!(!request.head.contains("secret"), "{}", request.head);
        assert!(request.body.is_empty());
    }
}

#[tokio::test]
async fn the_local_server_that_was_chosen_gets_its_key_and_no_other_does() {
    let env = [("LLAMA_API_KEY", "secret"), ("OLLAMA_API_KEY", "other")];
    for (name, sent) in [("llamacpp", true), ("vllm", false)] {
        let server = Server::start([json(200, LIST), json(401, "{}")]).await;
        let entry = LocalServer::new(name, &server.base_url()).unwrap();
        let found = Situation { env: &env, servers: vec![entry], ..Default::default() };
        let choice = found.choose().await.unwrap();
        assert_eq!(choice.model.info().price, Some(Price::FREE), "{name}");
        let (cx, provider) = (CallContext::default(), choice.model.provider());
        let error = provider.chat(&cx, &request()).await.unwrap_err();
        let received = server.received();
        let [probe, call] = &received[..] else { panic!("{received:?}") };
        assert!(!probe.head.to_lowercase().contains("authorization"), "{}", probe.head);
        let head = call.head.to_lowercase();
        assert_eq!(head.contains("authorization: bearer secret"), sent, "{head}");
        assert!(!head.contains("other"), "{head}");
        let refused = "the key in LLAMA_API_KEY was refused";
        assert_eq!(error.message() == refused, sent, "{error}");
    }
}

#[tokio::test]
async fn an_ollama_that_is_found_where_it_usually_is_is_asked_in_its_own_api() {
    let (server, entry) = local("ollama", json(200, LIST)).await;
    let row = format!("base_url = '{}'", server.base_url().trim_end_matches("/v1"));
    let mut moved = Registry::builtin();
    moved.register_dialect("ollama", toml::from_str(&row).unwrap()).unwrap();
    let why = format!("ollama/llama3:latest: a local server answers at {}", server.base_url());
    for (registry, base_url, path) in [
        (moved, None, "POST /api/chat "),
        (Registry::builtin(), Some(server.base_url()), "POST /v1/chat/completions "),
    ] {
        let env = |_: &str| None;
        let choice = choose(&registry, &env, None, false, slice::from_ref(&entry)).await.unwrap();
        assert_eq!((&choice.why, choice.base_url), (&why, base_url));
        let provider = choice.model.provider();
        provider.chat(&CallContext::default(), &request()).await.unwrap_err();
        let last = server.received().last().unwrap().line.clone();
        assert!(last.starts_with(path), "{last}");
    }
}

#[tokio::test]
async fn a_local_server_s_entry_that_makes_no_sense_is_told() {
    let (_server, entry) = local("extractive", json(200, LIST)).await;
    let error = Situation { servers: vec![entry], ..Default::default() }.choose().await;
    assert!(matches!(error.unwrap_err(), SelectionError::Config { .. }));
}

#[tokio::test]
async fn whatever_does_not_answer_like_a_model_server_is_passed_over() {
    let only_embeddings = r#"{"data":[{"id":"nomic-embed-text"}]}"#;
    let scripts = [
        json(200, "<html>"),
        json(200, "{}"),
        json(200, r#"{"data":[]}"#),
        json(200, r#"{"data":[{"name":7}]}"#),
        json(200, r#"{"models":[{"name":"a"}]}"#),
        json(200, only_embeddings),
        json(401, "{}"),
        json(302, ""),
        vec![Act::Hang],
        vec![Act::Reset],
    ];
    let mut servers = Vec::new();
    for script in scripts {
        servers.push(local("x", script).await);
    }
    servers.push(local("lmstudio", json(200, LIST)).await);
    let entries = servers.iter().map(|(_, entry)| entry.clone()).collect();
    let began = Instant::now();
    let found = Situation { servers: entries, ..Default::default() };
    assert!(found.why().await.starts_with("lmstudio/llama3:latest: a local server answers at"));
    assert!(began.elapsed() < Duration::from_secs(3), "they are asked at once");
}

#[tokio::test]
async fn with_nothing_the_message_says_what_to_do() {
    let error = Situation::default().choose().await.unwrap_err();
    assert!(matches!(error, SelectionError::NothingConfigured), "{error}");
    let message = error.to_string();
    for hint in [
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "GEMINI_API_KEY",
        "Ollama",
        "llama.cpp",
        "LM Studio",
        "--base-url",
        "--input",
    ] {
        assert!(message.contains(hint), "{message}");
    }
}

#[tokio::test]
async fn a_row_of_the_user_s_own_with_a_key_and_a_default_model_comes_after_ours() {
    let mut registry = Registry::builtin();
    for (name, row) in [
        ("a-command", r#"{"default_model": "m", "key_command": ["false"]}"#),
        ("b-modelless", r#"{"free": false}"#),
        ("gateway", r#"{"default_model": "m"}"#),
        ("office", r#"{"default_model": "m", "key_env": "MY_KEY"}"#),
    ] {
        let row = row.replacen('{', r#"{"base_url": "https://models.example.com/v1", "#, 1);
        registry.register_dialect(name, serde_json::from_str(&row).unwrap()).unwrap();
    }
    let why = async |set: &'static [&'static str]| {
        let env = move |name: &str| set.contains(&name).then(|| "k".to_owned());
        choose(&registry, &env, None, true, &[]).await.unwrap().why
    };
    let all = &["MY_KEY", "B_MODELLESS_API_KEY", "GATEWAY_API_KEY", "XAI_API_KEY"];
    assert!(why(all).await.ends_with("XAI_API_KEY is set"));
    assert_eq!(why(&all[..3]).await, "gateway/m: GATEWAY_API_KEY is set");
    assert_eq!(why(&all[..2]).await, "office/m: MY_KEY is set");
    assert!(why(&[]).await.starts_with("extractive/"));
}
