//! A script in a file: turns bound to what a request contains, turns in the order of calls, and an answer
//! for all the rest.

use std::path::Path;

use serde::Deserialize;
use ziggurat_core::ChatRequest;
use ziggurat_testkit::ScriptedProvider;

use crate::turns::TurnEntry;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    turns: Vec<TurnEntry>,
    otherwise: Option<TurnEntry>,
}

/// Turns for requests that have all of these.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    contains: Option<String>,
    system_contains: Option<String>,
    model: Option<String>,
    turns: Vec<TurnEntry>,
    /// Whether its one turn is played as often as asked.
    #[serde(default)]
    repeat: bool,
}

/// The script with what stands in this file; or what is wrong with it, in words.
pub(crate) fn add(path: &Path, script: ScriptedProvider) -> Result<ScriptedProvider, String> {
    let named = |words: String| format!("--script {}: {}", path.display(), words.trim_end());
    let text = std::fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
    let file = read(path, &text).map_err(named)?;
    play(file, script).map_err(named)
}

fn read(path: &Path, text: &str) -> Result<File, String> {
    if path.extension().is_some_and(|extension| extension == "json") {
        return serde_json::from_str(text).map_err(|error| error.to_string());
    }
    toml::from_str(text).map_err(|error| error.to_string())
}

fn play(file: File, mut script: ScriptedProvider) -> Result<ScriptedProvider, String> {
    for (rule, number) in file.rules.into_iter().zip(1..) {
        script = add_rule(rule, script).map_err(|words| format!("rule {number}: {words}"))?;
    }
    for (entry, number) in file.turns.into_iter().zip(1..) {
        script = script.turn(entry.turn().map_err(|words| format!("turn {number}: {words}"))?);
    }
    Ok(match file.otherwise {
        Some(entry) => {
            script.otherwise(entry.turn().map_err(|words| format!("otherwise: {words}"))?)
        }
        None => script,
    })
}

fn add_rule(rule: Rule, script: ScriptedProvider) -> Result<ScriptedProvider, String> {
    let Rule { contains, system_contains, model, turns, repeat } = rule;
    let turns: Result<Vec<_>, _> = turns.into_iter().map(TurnEntry::turn).collect();
    let turns = turns?;
    let fits = move |request: &ChatRequest| {
        is_said(request, contains.as_deref())
            && is_in(request.system.as_deref(), system_contains.as_deref())
            && model.as_ref().is_none_or(|model| *model == request.model)
    };
    match (repeat, turns.as_slice()) {
        (_, []) => Err("it has no turns".to_owned()),
        (false, _) => Ok(script.when(fits, turns)),
        (true, [turn]) => Ok(script.whenever(fits, turn.clone())),
        (true, _) => Err("only a rule with one turn can repeat it".to_owned()),
    }
}

fn is_said(request: &ChatRequest, needle: Option<&str>) -> bool {
    let said = |needle| request.messages.iter().any(|message| message.text().contains(needle));
    needle.is_none_or(said)
}

fn is_in(text: Option<&str>, needle: Option<&str>) -> bool {
    needle.is_none_or(|needle| text.is_some_and(|text| text.contains(needle)))
}
