//! Rows in a registry: what they become, where they lead and what opens them.

use super::{nothing, row};
use crate::dialect::DialectError;
use crate::{ProviderOptions, Registry};

fn with(name: &str, text: &str) -> Registry {
    let mut registry = Registry::builtin();
    registry.register_dialect(name, row(text)).unwrap();
    registry
}

#[test]
fn a_user_s_row_goes_over_ours_field_by_field() {
    let text = r#"
        default_model = "mine"
        headers = { x-team = "seven" }
    "#;
    let over = row(text).over(&row("[headers]\nx-team = 'one'\nx-other = 'kept'"), "x").unwrap();
    let headers: Vec<_> = over.row.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(headers, [("x-other", "kept"), ("x-team", "seven")]);

    let registry = with("groq", text);
    assert_eq!(registry.default_model("groq"), Some("mine"));
    let key = |name: &str| (name == "GROQ_API_KEY").then(|| "gsk".to_owned());
    let endpoint = registry.endpoint("groq", &ProviderOptions::new(&key)).unwrap();
    assert_eq!(endpoint.base_url, "https://api.groq.com/openai/v1");
    assert_eq!(endpoint.key.unwrap().to_string(), "GROQ_API_KEY");
}

#[test]
fn a_new_provider_needs_an_address_and_a_name() {
    let mut registry = Registry::builtin();
    let error = registry.register_dialect("grok", row("free = true")).unwrap_err().to_string();
    assert!(error.contains("needs a base_url; did you mean groq"), "{error}");
    for name in ["", "a/b", "a b"] {
        let error = registry.register_dialect(name, row("base_url = 'http://h'")).unwrap_err();
        assert!(matches!(error, DialectError::Name { .. }), "{error}");
    }
    registry.register_dialect("mine", row("base_url = 'http://h/v1'")).unwrap();
    assert!(registry.names().any(|name| name == "mine"));
    let listed = registry.list().find(|listed| listed.name == "mine").unwrap();
    assert_eq!(listed.description, Some("openai-chat at http://h/v1; key: MINE_API_KEY"));
}

#[test]
fn azure_s_address_is_in_the_environment() {
    let env = |name: &str| match name {
        "AZURE_OPENAI_ENDPOINT" => Some("https://res.openai.azure.com/".to_owned()),
        "AZURE_OPENAI_API_KEY" => Some("key".to_owned()),
        _ => None,
    };
    let registry = Registry::builtin();
    let error = registry.provider("azure", &ProviderOptions::new(&nothing)).err().unwrap();
    assert_eq!(
        error.to_string(),
        "azure: no address: set AZURE_OPENAI_ENDPOINT, or give one with --base-url"
    );
    let options = ProviderOptions::new(&env);
    let endpoint = registry.endpoint("azure", &options).unwrap();
    assert_eq!(endpoint.base_url, "https://res.openai.azure.com/openai/v1");
    assert!(registry.provider("azure", &options).is_ok());
}

#[test]
fn a_key_is_needed_where_a_row_says_so_and_not_where_its_user_moved_it() {
    let options = ProviderOptions::new(&nothing);
    let outcome = |registry: &Registry, name: &str| match registry.provider(name, &options) {
        Ok(_) => "made".to_owned(),
        Err(error) => error.to_string(),
    };
    let builtin = Registry::builtin();
    let no_key = "groq: no key: set GROQ_API_KEY, or GROQ_API_KEY_FILE to the name of a file that holds \
                  it, or give the address of a server that needs none with --base-url";
    assert_eq!(outcome(&builtin, "groq"), no_key);
    assert_eq!(outcome(&builtin, "vllm"), "made");
    let moved = with("groq", "base_url = 'http://127.0.0.1:9/v1'");
    assert_eq!(outcome(&moved, "groq"), "made");
    let renamed = with("groq", "key_env = ['MY_KEY', 'OTHER_KEY']");
    assert_eq!(
        outcome(&renamed, "groq"),
        no_key
            .replace("set GROQ_API_KEY", "set MY_KEY or OTHER_KEY")
            .replace("GROQ_API_KEY", "MY_KEY")
    );
    assert_eq!(outcome(&with("mine", "base_url = 'http://h/v1'"), "mine"), "made");
    let keyed = with("mine", "base_url = 'http://h/v1'\nkey_env = 'MY_KEY'");
    assert!(outcome(&keyed, "mine").contains("set MY_KEY"));
}

#[test]
fn a_key_comes_from_the_environment_first_then_from_the_file_then_from_the_command() {
    let text = "base_url = 'http://h/v1'\nkey_env = 'MY_KEY'\nkey_file = '~/key'\n\
                key_command = ['op', 'secret']";
    let source = |text: &str, set: &'static str| {
        let env = move |name: &str| match name {
            "HOME" => Some("/u".to_owned()),
            name if name == set => Some("value".to_owned()),
            _ => None,
        };
        let registry = with("mine", text);
        let endpoint = registry.endpoint("mine", &ProviderOptions::new(&env)).unwrap();
        endpoint.key.map(|key| format!("{key} {key:?}"))
    };
    let shown = |name: &str| Some(format!("{name} KeySource({name})"));
    assert_eq!(source(text, "MY_KEY"), shown("MY_KEY"));
    assert_eq!(source(text, "MY_KEY_FILE"), shown("the file that is named for it"));
    assert_eq!(source(text, ""), shown("the file /u/key"));
    assert_eq!(source(&text.replace("key_file", "#"), ""), shown("the output of `op`"));
    assert_eq!(source("base_url = 'http://h/v1'", "MINE_API_KEY"), shown("MINE_API_KEY"));
    let file_only = "base_url = 'http://h/v1'\nkey_file = '/key'";
    assert_eq!(source(file_only, "MINE_API_KEY"), shown("the file /key"));
}

#[test]
fn an_address_is_the_option_s_then_the_variable_s_then_the_row_s() {
    let registry = Registry::builtin();
    let env = |name: &str| (name == "OPENAI_BASE_URL").then(|| "http://env/v1".to_owned());
    let options = ProviderOptions::new(&env);
    let base_url = |options| registry.endpoint("openai", &options).unwrap().base_url;
    assert_eq!(base_url(options.with_base_url("http://flag/v1")), "http://flag/v1");
    assert_eq!(base_url(options), "http://env/v1");
    assert_eq!(base_url(ProviderOptions::new(&nothing)), "https://api.openai.com/v1");
}

#[test]
fn a_key_is_exposed_over_plain_http_to_another_machine_alone() {
    let registry = Registry::builtin();
    let exposed = |base_url: &str, variable: &'static str| {
        let env = move |name: &str| (name == variable).then(|| "sk".to_owned());
        let options = ProviderOptions::new(&env).with_base_url(base_url);
        registry.endpoint("groq", &options).unwrap().exposes_key_to()
    };
    for (there, host) in [
        ("http://example.com/v1", "example.com"),
        ("http://10.0.0.7:8080/v1", "10.0.0.7"),
        ("http://[2001:db8::1]/v1", "2001:db8::1"),
    ] {
        assert_eq!(exposed(there, "GROQ_API_KEY").as_deref(), Some(host));
        assert_eq!(exposed(there, "OPENAI_API_KEY"), None, "{there}");
    }
    for here in [
        "https://example.com/v1",
        "http://127.0.0.1:8080/v1",
        "http://0x7f.1/v1",
        "http://localhost/v1",
        "http://[::1]:8080/v1",
        "no address",
    ] {
        assert_eq!(exposed(here, "GROQ_API_KEY"), None, "{here}");
    }
}
