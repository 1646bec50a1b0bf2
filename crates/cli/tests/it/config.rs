//! The user's file of settings: what it changes, and what is said of one that is wrong.

use std::path::Path;

use assert_cmd::Command;

use crate::support::server::{Reply, Server};
use crate::support::{folder, run, stderr, stdout};

const CANARY: &str = "sk-canary-3f1c9a7d";

/// One call to a model of a provider in this file; gives the code, the log and the server.
fn with_file(text: &str, model: &str) -> (Option<i32>, String, Server) {
    let server = Server::chat(|_| Reply::text("It was the pump."));
    let text = text.replace("$URL", &server.url).replace("$KEY", CANARY);
    let folder = folder(&[("z.toml", text.as_bytes()), ("key", CANARY.as_bytes())]);
    let output = run()
        .args(["--workers", "1", "--model", model, "Why?", "--config"])
        .arg(folder.path().join("z.toml"))
        .output()
        .unwrap();
    let (out, log) = (stdout(&output), stderr(&output));
    assert!(!out.contains(CANARY) && !log.contains(CANARY), "the key is shown: {out}{log}");
    let log = log.replace(folder.path().to_str().unwrap(), "$DIR");
    (output.status.code(), log, server)
}

/// The lowercase heads of the calls.
fn heads(server: &Server) -> Vec<String> {
    server.calls().iter().map(|call| call.headers.to_ascii_lowercase()).collect()
}

#[test]
fn a_row_alone_makes_a_provider_usable() {
    let row = "[providers.gateway]\nbase_url = '$URL'\ndefault_model = 'fake'\n";
    let keys = ["", "key_file = 'key'\n", "key_command = ['printf', '$KEY']\n"];
    for (model, key) in ["gateway", "gateway/fake", "gateway/fake"].into_iter().zip(keys) {
        let (code, log, server) = with_file(&format!("{row}{key}"), model);
        assert_eq!(code, Some(0), "{log}");
        assert!(log.contains("model: gateway/fake: --model is given"), "{log}");
        let bearer = format!("authorization: bearer {CANARY}");
        let heads = heads(&server);
        assert!(!heads.is_empty(), "{log}");
        assert!(heads.iter().all(|head| head.contains(&bearer) != key.is_empty()), "{heads:?}");
    }
}

#[test]
fn a_row_goes_over_one_that_is_built_in() {
    let row = "[providers.groq]\nbase_url = '$URL'\nauth = { header = 'api-key' }\n\
               headers = { x-team = 'seven' }\n";
    let (code, log, server) = with_file(row, "groq/fake");
    assert_eq!(code, Some(0), "{log}");
    assert!(heads(&server).iter().all(|head| head.contains("x-team: seven")));
    let (code, log, _) = with_file("[providers.groq]\nkey_env = 'MY_KEY'", "groq/fake");
    assert_eq!(code, Some(2), "{log}");
    assert!(log.contains("groq: no key: set MY_KEY"), "{log}");
}

#[test]
fn a_model_s_price_is_the_one_in_the_file() {
    let text = "[providers.mine]\nbase_url = '$URL'\n\
                [models.'mine/fake']\nusd_per_million = { input = '1000', output = '1000' }\n";
    let (code, log, _) = with_file(text, "mine/fake");
    assert!(code == Some(0) && log.contains("tokens 200 in, 20 out · cost $0.22 "), "{log}");
    let folder = folder(&[("z.toml", text.as_bytes())]);
    let mut models = Command::cargo_bin("ziggurat").unwrap();
    models.env_clear().env("ZIGGURAT_CONFIG", folder.path().join("z.toml"));
    let output = models.args(["models", "mine/"]).output().unwrap();
    assert!(stdout(&output).contains("mine/fake"), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn what_is_wrong_with_it_is_told_with_its_line_and_nothing_is_called() {
    let provider = "[providers.mine]\nbase_url = '$URL'\n";
    for (text, words) in [
        ("[providers.mine\n", &["line 1", "unclosed table"][..]),
        ("\n[provider.mine]\n", &["line 2", "unknown field: expected", "`providers`"]),
        (&format!("{provider}defaultmodel = 'x'"), &["line 3", "defaultmodel", "default_model"]),
        (&format!("{provider}free = 'yes'"), &["line 3", "expected a boolean"]),
        (
            &format!("{provider}[providers.mine.quirks]\nx = 1"),
            &["line 3", "provider `mine`: unknown key; there are"],
        ),
        (&format!("{provider}key_command = 'echo $KEY'"), &["line 3", "as a list"]),
        ("[providers.grok]\nfree = true", &["`grok` is not built in", "base_url", "groq"]),
        ("[providers.extractive]\nfree = true", &["`extractive` has no settings"]),
        ("[models.'fake']\ntools = true", &["`fake` names no model", "PROVIDER/MODEL"]),
        ("[models.'mine/fake']\ntools = 1", &["line 2", "expected a boolean"]),
        ("[models.'mine/fake']\ntools = '$KEY'", &["line 2", "expected a boolean"]),
        ("[models.'mine/fake']\n$KEY = 1", &["line 2", "unknown field: expected one of"]),
        ("$KEY = 1", &["line 1", "unknown field: expected `providers`"]),
        (&format!("{provider}key_env = '$KEY'"), &["line 3: provider `mine`: `key_env` takes"]),
        (&format!("{provider}api = '$KEY'"), &["line 3: provider `mine`: `api` takes one of"]),
        (&format!("{provider}auth = '$KEY'"), &["line 3: provider `mine`: `auth` takes"]),
        (&format!("{provider}free = '$KEY'"), &["line 3: provider `mine`: `free` takes"]),
        (&format!("{provider}$KEY = 1"), &["line 3: provider `mine`: unknown key; there are"]),
        (
            &format!("{provider}quirks = {{ response_schema = '$KEY' }}"),
            &["line 3: provider `mine`: `response_schema` takes \"json_schema\" or"],
        ),
        (
            &format!("{provider}key_env = 'OK'\nheaders = {{ Authorization = '$KEY' }}"),
            &["line 4: provider `mine`: `headers` takes", "key_env", "auth"],
        ),
        (&format!("{provider}key_file = '$KEY'"), &["the file named in key_file", "No such file"]),
        ("[providers.mine]\nbase_url = 'host/v1'", &["mine: base URL `host/v1`"]),
        (&format!("{provider}key_file = 'gone'"), &["the file named in key_file", "No such file"]),
        (&format!("{provider}key_file = './gone'"), &["the key file $DIR/./gone", "No such file"]),
        (
            &format!("{provider}key_command = ['sh', '-c', 'echo $KEY >&2; exit 7']"),
            &["the key command `sh`", "exit status: 7"],
        ),
    ] {
        let (code, log, server) = with_file(text, "mine/fake");
        assert_eq!(code, Some(2), "{text}: {log}");
        assert_eq!(server.requests().len(), 0, "{text}");
        for word in words {
            assert!(log.contains(word), "{text} should say `{word}`:\n{log}");
        }
    }
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let named = |mut command: Command| {
        let output = command.args(["--model", "openai/fake", "Why?"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr(&output)
                .contains("the settings in /nowhere/z.toml cannot be read: No such file"),
            "{}",
            stderr(&output)
        );
    };
    let mut flag = run();
    flag.args(["--config", "/nowhere/z.toml"]);
    named(flag);
    let mut variable = run();
    variable.env("ZIGGURAT_CONFIG", "/nowhere/z.toml");
    named(variable);
}

#[test]
fn the_usual_file_is_read_if_it_is_there_and_one_in_a_project_never() {
    let broken = b"[providers.mine]\n";
    let folder = folder(&[
        ("home/.config/ziggurat/ziggurat.toml", broken),
        ("xdg/ziggurat/ziggurat.toml", broken),
        ("project/ziggurat.toml", broken),
        ("project/.config/ziggurat/ziggurat.toml", broken),
        ("project/a.md", b"The pump failed because a valve was stuck."),
    ]);
    let told = |variable: &str, place: &Path| {
        let output = run()
            .env(variable, place)
            .current_dir(folder.path().join("project"))
            .args(["--input", "a.md", "Why did the pump fail?"])
            .output()
            .unwrap();
        (output.status.code(), stderr(&output).to_owned())
    };
    for (variable, place) in [("HOME", "home"), ("XDG_CONFIG_HOME", "xdg")] {
        let (code, log) = told(variable, &folder.path().join(place));
        assert!(code == Some(2) && log.contains("ziggurat/ziggurat.toml"), "{log}");
        let (code, log) = told(variable, &folder.path().join("nowhere"));
        assert_eq!(code, Some(0), "{log}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_key_of_any_provider_that_travels_unencrypted_is_told() {
    let server = Server::chat(|_| Reply::text("It was the pump."));
    // Where Linux connects to itself, without being a loopback address.
    let elsewhere = server.url.replace("127.0.0.1", "0.0.0.0");
    let row = format!(
        "[providers.mine]\nbase_url = '{elsewhere}'\nallow_hosts = ['0.0.0.0']\nkey_file = 'key'\n"
    );
    let folder = folder(&[("z.toml", row.as_bytes()), ("key", CANARY.as_bytes())]);
    let output = run()
        .args(["--workers", "1", "--executive", "always", "--model", "mine/fake"])
        .args(["--worker-model", "mine/fake", "Why?", "--config"])
        .arg(folder.path().join("z.toml"))
        .output()
        .unwrap();
    let log = stderr(&output);
    assert_eq!(log.matches("/key is sent to 0.0.0.0 unencrypted").count(), 1, "{log}");
    assert!(!log.contains(CANARY), "{log}");
}

#[test]
fn an_entry_for_a_provider_that_is_not_there_is_warned_of() {
    let text = "[providers.gateway]\nbase_url = '$URL'\nvendor = 'corp'\n\
                [models.'gatwey/m']\ntools = true\n[models.'corp/m']\ntools = true\n";
    let warning = "warning: [models.\"gatwey/m\"] in the settings: no provider is named `gatwey`; did \
                   you mean gateway?";
    let (code, log, _) = with_file(text, "gateway/fake");
    assert!(code == Some(0) && log.contains(warning), "{log}");
    assert_eq!(log.matches("warning: ").count(), 1, "{log}");
    let folder = folder(&[("z.toml", text.as_bytes())]);
    let mut models = Command::cargo_bin("ziggurat").unwrap();
    models.env_clear().args(["models", "gatwey", "--config"]).arg(folder.path().join("z.toml"));
    assert!(stderr(&models.output().unwrap()).contains(warning));
}
