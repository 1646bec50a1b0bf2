//! The rows of this crate, and rows as users write them.

#[cfg(feature = "openai")]
mod registered;

use super::*;
use crate::{ConfigError, ProviderOptions, Registry, SelectionError};

fn row(text: &str) -> Dialect {
    toml::from_str(text).unwrap()
}

fn refused(text: &str) -> String {
    toml::from_str::<Dialect>(text).unwrap_err().message().to_owned()
}

fn nothing(_: &str) -> Option<String> {
    None
}

#[test]
fn our_rows_can_be_read() {
    let file: File = toml::from_str(include_str!("dialects.toml")).unwrap();
    assert_eq!(file.providers.len(), builtin().len());
    for (name, dialect) in builtin() {
        assert!(!dialect.written_base_url().is_empty(), "{name}");
        assert!(dialect.row.key_env.is_some(), "{name}: which variable holds its key?");
        let local = dialect.written_base_url().starts_with("http://127.0.0.1:");
        assert_eq!(dialect.row.free == Some(true), local, "{name}");
        let unencrypted = dialect.written_base_url().starts_with("http://");
        assert_eq!(unencrypted, local, "{name}: keys are sent there");
    }
}

/// A row is what the adapter for its API says of its vendor.
#[cfg(any(feature = "openai", feature = "anthropic", feature = "gemini", feature = "ollama"))]
fn assert_agrees(name: &str, vendor: crate::ServerConfig, default_model: Option<&str>) {
    let dialect = &builtin()[name];
    let config = dialect.config(name, None, &ProviderOptions::new(&nothing));
    assert_eq!(dialect.default_model(), default_model, "{name}");
    assert_eq!(config.base_url, vendor.base_url, "{name}");
    assert_eq!(config.key_variable, vendor.key_variable, "{name}");
    assert_eq!((config.auth, config.headers), (vendor.auth, vendor.headers), "{name}");
    assert_eq!((config.free, config.json_schema), (vendor.free, vendor.json_schema), "{name}");
}

#[test]
#[cfg(feature = "openai")]
fn openai_s_row_is_its_adapter_s() {
    let model = Some(crate::openai::DEFAULT_MODEL);
    assert_agrees("openai", crate::ServerConfig::openai(), model);
    let responses = crate::ServerConfig::openai().with_key_variable("OPENAI_API_KEY");
    assert_agrees("openai-responses", responses, model);
}

#[test]
#[cfg(feature = "anthropic")]
fn anthropic_s_row_is_its_adapter_s() {
    assert_agrees(
        "anthropic",
        crate::ServerConfig::anthropic(),
        Some(crate::anthropic::DEFAULT_MODEL),
    );
}

#[test]
#[cfg(feature = "gemini")]
fn gemini_s_row_is_its_adapter_s() {
    assert_agrees("gemini", crate::ServerConfig::gemini(), Some(crate::gemini::DEFAULT_MODEL));
}

#[test]
#[cfg(feature = "ollama")]
fn ollama_s_row_is_its_adapter_s() {
    assert_agrees("ollama", crate::ServerConfig::ollama(), None);
}

#[test]
fn an_unknown_key_is_told_with_the_nearest() {
    assert_eq!(
        refused(r#"base_ulr = "x""#),
        "unknown key `base_ulr`; did you mean base_url, base_url_env?"
    );
    assert!(refused(r#"zzz = 1"#).starts_with("unknown key; there are: api, base_url"));
    let message = refused("[quirks]\ntoken_limt = 1");
    assert!(message.contains("unknown key `token_limt`; did you mean token_limit"), "{message}");
}

#[test]
fn a_wrong_type_is_told_where_it_stands() {
    let error = toml::from_str::<Dialect>("free = true\nbase_url = 7\n").unwrap_err();
    assert_eq!(error.span(), Some(23..24));
    assert!(error.message().contains("`base_url` takes an address"), "{error}");
    assert!(refused("key_env = 7").contains("`key_env` takes the name of a variable"));
    assert!(refused("key_command = []").contains("`key_command` takes a program"));
    assert!(refused(r#"api = "openai""#).contains("`api` takes one of `openai-chat`"));
}

#[test]
fn quirks_go_over_quirks_one_by_one() {
    let below = row("[quirks]\ntoken_limit = 'max_completion_tokens'");
    let kept = row("free = true").over(&below, "x").unwrap();
    assert_eq!(kept.row.quirks.value, below.row.quirks.value);
    let replaced = row("[quirks]\ntoken_limit = 'max_tokens'").over(&below, "x").unwrap();
    assert_eq!(replaced.row.quirks.value.token_limit, Some(crate::TokenLimit::MaxTokens));
}

#[test]
#[cfg(feature = "extractive")]
fn what_is_code_has_no_settings() {
    let error = Registry::builtin().register_dialect("extractive", row("free = true"));
    assert!(matches!(error.unwrap_err(), DialectError::Reserved { .. }));
}

#[test]
fn a_file_is_where_the_row_that_names_it_is() {
    for (written, read) in [("key", "/etc/z/key"), ("/run/key", "/run/key"), ("~/key", "~/key")] {
        let moved = row(&format!("base_url = 'http://h/v1'\nkey_file = '{written}'"))
            .relative_to(std::path::Path::new("/etc/z"));
        assert_eq!(moved.row.key_file.unwrap().path, std::path::Path::new(read));
    }
}

#[test]
fn ollama_speaks_chat_completions_below_v1() {
    for (base_url, api) in [
        ("http://h:11434", Api::Ollama),
        ("http://h/v1/api", Api::Ollama),
        ("http://h:11434/v1", Api::OpenaiChat),
        ("http://h:11434/v1/", Api::OpenaiChat),
    ] {
        assert_eq!(Api::Ollama.at(base_url), api, "{base_url}");
        assert_eq!(Api::Gemini.at(base_url), Api::Gemini);
    }
}

#[test]
fn what_is_not_part_of_this_build_is_not_listed_and_says_so() {
    let registry = Registry::builtin();
    for (name, dialect) in builtin() {
        let (api, listed) = (dialect.api(), registry.names().any(|known| known == name));
        assert_eq!(listed, api.is_built(), "{name}");
        if !listed {
            let error = registry.provider(name, &ProviderOptions::new(&nothing)).err().unwrap();
            let expected =
                format!("{name}: this program was built without the feature `{}`", api.feature());
            assert_eq!(error.to_string(), expected);
            let SelectionError::Config { source, .. } = error else { panic!("{error}") };
            assert!(matches!(source, ConfigError::NotBuilt { .. }));
        }
    }
}

#[test]
fn a_secret_in_a_wrong_place_is_not_repeated() {
    for text in [
        "key_command = 'echo canary'",
        "key_command = ['echo', { a = 'canary' }]",
        "headers = 'canary'",
        "headers = { a = ['canary'] }",
        "query = ['canary']",
        "api_key = 'canary'",
        "sk-canary-abc = 'x'",
        "sk-canary = 'x'",
        "key_env = 'sk-canary'",
        "key_env = 'sk canary'",
        "key_env = '1canary'",
        "key_env = ''",
        "key_env = ['OK', 'sk-canary']",
        "key_env = 'gsk_canary0123456789ABCDEF'",
        "base_url_env = 'sk-canary'",
        "api = 'sk-canary'",
        "auth = 'sk-canary'",
        "auth = { sk-canary = 'x' }",
        "free = 'sk-canary'",
        "allow_hosts = 'sk-canary'",
        "quirks = 'sk-canary'",
        "quirks = { sk-canary = 1 }",
        "quirks = { response_schema = 'sk-canary' }",
        "quirks = { efforts = ['sk-canary'] }",
        "headers = { Authorization = 'Bearer canary' }",
        "headers = { X-Api-Key = 'canary' }",
    ] {
        let message = refused(text);
        assert!(!message.contains("canary"), "{message}");
        let key = text.split_once(' ').unwrap().0;
        let helps = message.contains(&format!("`{key}` takes"))
            || message.contains("unknown key")
            || key == "quirks" && message.contains("` takes \"json_schema");
        assert!(helps || message.contains("`efforts` takes a list"), "{message}");
    }
}

#[test]
fn what_every_key_takes_is_known() {
    let keys = |message: String| -> Vec<String> {
        let (_, keys) = message.split_once("there are: ").unwrap();
        keys.split(", ").map(str::to_owned).collect()
    };
    let unknown = Some("something else".to_owned());
    for key in keys(refused("zzz = 1")) {
        assert_ne!(takes::of_row(&key), unknown, "{key}");
    }
    for key in keys(refused("[quirks]\nzzz = 1")) {
        assert_ne!(takes::of_quirks(&key), unknown, "{key}");
    }
}

#[test]
fn a_variable_s_name_may_be_any_that_a_shell_takes() {
    for name in ["MY_KEY", "_k2", "my_company_gateway_api_key", "AZURE_OPENAI_API_KEY_2"] {
        assert_eq!(row(&format!("key_env = '{name}'")).key_variable("x"), name);
    }
}

#[test]
fn nothing_of_a_row_that_may_be_a_secret_is_shown() {
    let dialect = row("base_url = 'http://me:canary@h/v1'\nkey_command = ['echo', 'canary']\n\
         headers = { x-key = 'canary' }\nquery = { key = 'canary' }");
    assert!(!format!("{dialect:?} {dialect:#?}").contains("canary"), "{dialect:?}");
    assert!(!dialect.description("x").contains("canary"), "{}", dialect.description("x"));
}

#[test]
fn what_a_key_allows_is_read_and_a_row_above_has_the_say() {
    let mut registry = Registry::builtin();
    assert_eq!(registry.per_minute("groq"), crate::PerMinute::default());
    registry.register_dialect("groq", row("rpm = 30\ntpm = 6_000")).unwrap();
    registry.register_dialect("groq", row("rpm = 60")).unwrap();
    let limits = registry.per_minute("groq");
    assert_eq!(limits.requests.map(u32::from), Some(60));
    assert_eq!(limits.tokens.map(u64::from), Some(6_000));
    for text in ["rpm = 0", "tpm = -1", "rpm = \"60\"", "tpm = 0.5"] {
        assert!(refused(text).contains("a minute, at least 1"), "{}", refused(text));
    }
}
