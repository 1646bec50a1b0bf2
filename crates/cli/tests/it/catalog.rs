//! `ziggurat models`.

use std::process::Output;

use assert_cmd::Command;
use insta::{assert_snapshot, with_settings};
use serde_json::{Value, json};

use crate::support::{stderr, stdout};

fn models(args: &[&str]) -> Output {
    let mut command = Command::cargo_bin("ziggurat").unwrap();
    command.env_clear().arg("models").args(args).output().unwrap()
}

fn plainly(check: impl FnOnce()) {
    with_settings!({ prepend_module_to_snapshot => false }, { check() });
}

fn listed(args: &[&str]) -> Vec<Value> {
    let output = models(&[args, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_str(stdout(&output)).unwrap()
}

fn names(args: &[&str]) -> Vec<String> {
    listed(args).iter().map(|model| model["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_table_is_as_people_see_it() {
    let output = models(&["OpenAI/gpt-4o"]);
    assert_eq!(output.status.code(), Some(0));
    plainly(|| assert_snapshot!("models_table", stdout(&output)));
    assert_eq!(stderr(&output), "");
}

#[test]
fn what_is_not_known_is_a_question_mark_and_long_requests_have_their_prices() {
    let shown = |args: &[&str]| stdout(&models(args)).to_owned();
    let router = shown(&["azure/model-router", "--all"]);
    let row: Vec<_> = router.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(row, ["azure/model-router", "200000", "32768", "?", "?", "?", "vision"]);
    let pro = shown(&["gemini/gemini-2.5-pro", "--all"]);
    assert!(pro.contains("1.25      10   0.125"), "{pro}");
    assert!(pro.contains("(above 200000 tokens: 2.5 in, 15 out)"), "{pro}");
}

#[test]
fn json_has_all_that_is_known_exactly() {
    let model = |name: &str| listed(&[name, "--all"]).remove(0);
    let mini = json!({
        "name": "openai/gpt-5.4-mini", "provider": "openai", "model": "gpt-5.4-mini",
        "served": true, "context_tokens": null, "max_input_tokens": 272_000,
        "max_output_tokens": 128_000,
        "usd_per_million": {"input": "0.75", "output": "4.5", "cached_input": "0.075",
            "cache_write": null, "cache_write_1h": null, "long_context": null},
        "tools": true, "vision": true, "json_schema": true, "reasoning": true,
        "temperature": false, "responses_only": false, "deprecation_date": null,
        "price_agrees": true,
    });
    assert_eq!(model("openai/gpt-5.4-mini"), mini);
    let long = model("gemini/gemini-2.5-pro")["usd_per_million"]["long_context"].clone();
    let rates = json!({"above": 200_000, "input": "2.5", "output": "15", "cached_input": null,
        "cache_write": null, "cache_write_1h": null});
    assert_eq!(long, rates);
    assert_eq!(model("azure/model-router")["usd_per_million"], Value::Null);
    assert_eq!(model("cerebras/llama-3.3-70b")["json_schema"], Value::Null);
}

#[test]
fn the_list_is_sorted_and_has_what_this_program_can_reach() {
    let served = names(&[]);
    assert!(served.iter().map(|name| name.split_once('/')).is_sorted());
    assert!(served.iter().any(|name| name == "extractive/bm25"));
    assert!(!served.iter().any(|name| name.starts_with("bedrock/")));
    let all = listed(&["--all"]);
    assert!(all.len() >= 250, "{}", all.len());
    let reached = all.iter().filter(|model| model["served"] == true).count();
    assert_eq!(reached, served.len());
}

#[test]
fn filters_leave_what_is_known_to_fit() {
    let every = |args: &[&str], fits: fn(&Value) -> bool| {
        let found = listed(&[args, &["--all"]].concat());
        assert!(!found.is_empty() && found.iter().all(fits), "{args:?}");
        assert!(found.len() < listed(&["--all"]).len(), "{args:?}");
    };
    every(&["--tools"], |model| model["tools"] == true);
    every(&["--vision"], |model| model["vision"] == true);
    every(&["--json-schema"], |model| model["json_schema"] == true);
    every(&["--reasoning"], |model| model["reasoning"] == true);
    every(&["--provider", "gemini"], |model| model["provider"] == "gemini");
    every(&["HAIKU"], |model| model["name"].as_str().unwrap().contains("haiku"));
    every(&["--max-input-price", "0.075"], |model| {
        let price = model["usd_per_million"]["input"].as_str().unwrap();
        price.parse::<f64>().unwrap() <= 0.075
    });
    let cheap = names(&["--max-input-price", "0.075", "--all"]);
    assert!(cheap.iter().any(|name| name == "groq/openai/gpt-oss-20b"), "the bound is included");
    let both = names(&["--provider", "openai", "--reasoning", "nano"]);
    assert_eq!(both, ["openai/gpt-5-nano", "openai/gpt-5.4-nano"]);
}

#[test]
fn models_of_the_responses_api_are_not_offered_elsewhere() {
    let openai = listed(&["--provider", "openai"]);
    assert!(!openai.iter().any(|model| model["model"] == "gpt-5-pro"));
    let all = listed(&["--provider", "openai", "--all", "gpt-5-pro"]);
    assert_eq!((&all[0]["responses_only"], &all[0]["served"]), (&json!(true), &json!(false)));
}

#[test]
fn a_provider_that_is_not_there_is_bad_input() {
    let refused = |args: &[&str]| {
        let output = models(args);
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""));
        stderr(&output).to_owned()
    };
    let slip = refused(&["--provider", "opnai"]);
    assert!(slip.starts_with("error: no provider is named `opnai`; did you mean openai"), "{slip}");
    let unserved = refused(&["--provider", "bedrock"]);
    assert!(unserved.contains("no provider `bedrock`") && unserved.contains("--all"), "{unserved}");
    assert!(refused(&["--max-input-price", "-1"]).contains("not an amount"));
    assert!(refused(&["--max-input-price", "cheap"]).contains("not an amount"));
    assert!(!names(&["--provider", "bedrock", "--all"]).is_empty());
}

#[test]
fn nothing_found_is_said() {
    let output = models(&["no-such-model"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), ""));
    assert_eq!(stderr(&output), "no model in the catalogue matches\n");
    let output = models(&["no-such-model", "--json"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), "[]\n"));
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_ziggurat"))
        .args(["models", "--all", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Closed before or while it writes: its output is larger than a pipe.
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
}

#[test]
fn help_says_what_the_columns_mean() {
    let output = models(&["--help"]);
    plainly(|| assert_snapshot!("models_help", stdout(&output)));
}
