//! Scripts in files. The example is the one that the README shows.

use std::io::Write;

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::process::{FakeLlm, refused};

fn script(ending: &str, text: &str) -> NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn option(script: &NamedTempFile) -> &str {
    script.path().to_str().unwrap()
}

/// The block of TOML in the README.
fn example() -> &'static str {
    let readme = include_str!("../../README.md");
    let (_, block) = readme.split_once("```toml\n").unwrap();
    block.split_once("```").unwrap().0
}

#[test]
fn the_readme_s_example_does_what_it_says() {
    let script = script(".toml", example());
    let server = FakeLlm::start(&["--script", option(&script)]);
    assert_eq!(server.ask("Why did the courier fail?").0, 429);
    assert_eq!(server.ask("The courier again?").1, "The courier API was overloaded.");
    let body = json!({"model": "fake-large", "messages": [{"role": "user", "content": "Add."}]});
    let answer = server.exchange("POST", "/v1/messages", &body);
    let answer: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(answer["content"][0]["name"], "add");
    assert_eq!(answer["usage"]["output_tokens"], 9);
    assert_eq!(server.ask("What next?").0, 0, "a reset");
    assert_eq!(server.ask("And then?").1, "Nothing to add.");
}

#[test]
fn the_same_script_may_be_json() {
    let text =
        json!({"rules": [{"contains": "pool", "repeat": true, "turns": [{"text": "Dry."}]}]});
    let script = script(".json", &text.to_string());
    let server = FakeLlm::start(&["--script", option(&script), "--reply", "Else."]);
    for (question, answer) in [("The pool?", "Dry."), ("A pool?", "Dry."), ("The sea?", "Else.")] {
        assert_eq!(server.ask(question).1, answer);
    }
}

#[test]
fn what_is_wrong_with_a_script_is_told_with_its_place() {
    let wrong = [
        ("[[turns]]\ntext = 'a'\nerror = 429\n", "turn 1: a turn does only one of these"),
        ("[[turns]]\nafter = '1s'\n", "turn 1: a turn does one of these"),
        ("[[rules]]\ncontains = 'x'\nturns = []\n", "rule 1: it has no turns"),
        (
            "[[rules]]\nrepeat = true\nturns = [{text = 'a'}, {text = 'b'}]\n",
            "only a rule with one turn",
        ),
        ("[[turns]]\ntxt = 'a'\n", "line 2"),
        ("[[turns]]\ntext = 'a'\nafter = '5'\n", "200ms"),
        ("[[rules]]\ncontain = 'x'\nturns = [{text = 'a'}]\n", "unknown field `contain`"),
    ];
    for (text, words) in wrong {
        let script = script(".toml", text);
        let (code, said) = refused(&["--script", option(&script)]);
        assert_eq!(code, Some(2), "{text}: {said}");
        assert!(said.contains(words) && said.contains("--script"), "{text}: {said}");
    }
}
