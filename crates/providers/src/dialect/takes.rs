//! What each key of a row may hold. It is said in place of serde's own message, which repeats what was
//! written: that may be a secret in a wrong place.

const NAME: &str = "the name of a variable (letters, digits and `_`), never the key itself";
const TEXT: &str = "a text";
const BOOLEAN: &str = "true or false (expected a boolean)";

/// What a key of a row takes; `None` if what reads it says so itself.
pub(super) fn of_row(key: &str) -> Option<String> {
    let takes = match key {
        "api" => {
            "one of `openai-chat`, `openai-responses`, `anthropic-messages`, `gemini`, `ollama`"
        }
        "base_url" => "an address, as text (expected a string)",
        "base_url_env" => NAME,
        "key_env" => {
            "the name of a variable (letters, digits and `_`), or several in brackets, never the key \
             itself"
        }
        "key_file" => "the path of a file",
        "key_command" => "a program and its arguments, written as a list: [\"op\", \"read\", …]",
        "default_model" | "vendor" => TEXT,
        "free" | "json_schema" => BOOLEAN,
        "rpm" => "a number of requests a minute, at least 1",
        "tpm" => "a number of tokens a minute, at least 1",
        "auth" => "\"bearer\" or { header = \"NAME\" }",
        "allow_hosts" => "a list of hosts: [\"10.0.0.7\", \"models.internal\"]",
        "headers" => {
            "a table of texts, written as { name = \"value\" }, and no header that bears a key \
             (authorization, x-api-key, …): name the key's place in key_env, key_file or key_command, \
             and the header in auth"
        }
        "query" => "a table of texts, written as { name = \"value\" }",
        "quirks" => return None,
        _ => "something else",
    };
    Some(takes.to_owned())
}

/// What a quirk takes.
pub(super) fn of_quirks(key: &str) -> Option<String> {
    let takes = match key {
        "token_limit" => "\"max_completion_tokens\" or \"max_tokens\"",
        "temperature" | "stream_usage" | "encrypted_reasoning" | "strict" | "partial_list" => {
            BOOLEAN
        }
        "reasoning_effort" => "\"reasoning_effort\" or \"reasoning\"",
        "efforts" => {
            "a list of \"none\", \"minimal\", \"low\", \"medium\", \"high\", \"xhigh\" and \"max\""
        }
        "reasoning_history" => "\"reasoning_content\", \"reasoning\" or \"reasoning_details\"",
        "system_role" => "\"system\" or \"developer\"",
        "required_tool_choice" => TEXT,
        "seed" => "\"seed\" or \"random_seed\"",
        "response_schema" => "\"json_schema\" or \"json_object\"",
        "extra" => "a table",
        _ => "something else",
    };
    Some(takes.to_owned())
}
