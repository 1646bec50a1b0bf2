//! What the model is asked. Instructions are trusted files of this crate; the task is the user's message and
//! stays out of them.

use serde_json::json;
use ziggurat_core::Task;
use ziggurat_core::chat::{ChatRequest, JsonSchema, Message};

use super::ModelDecomposer;

const PLAN: &str = include_str!("../../prompts/plan.md");
const ANSWER_JSON: &str = include_str!("../../prompts/answer_json.md");
const ANSWER_LIST: &str = include_str!("../../prompts/answer_list.md");

/// The bound on an answer with few subtasks, the seed's.
const LEAST_TOKENS: usize = 1_000;

/// Three sentences and the JSON around them.
const TOKENS_PER_SUBTASK: usize = 80;

impl ModelDecomposer {
    pub(super) fn request(&self, task: &Task, workers: usize) -> ChatRequest {
        let schema = (self.model.info().json_schema == Some(true)).then(schema);
        let form = if schema.is_some() { ANSWER_JSON } else { ANSWER_LIST };
        let system = format!("{}\n{form}", PLAN.replace("{workers}", &workers.to_string()));
        ChatRequest::new(&self.model.info().id, [Message::user(task.text())])
            .with_system(system.trim_end())
            .with_temperature(self.temperature)
            .with_max_tokens(self.bound(workers))
            .with_response_schema(schema)
    }

    fn bound(&self, workers: usize) -> u32 {
        let needed = workers.saturating_mul(TOKENS_PER_SUBTASK).max(LEAST_TOKENS);
        let asked = self.max_tokens.unwrap_or(u32::try_from(needed).unwrap_or(u32::MAX));
        // A bound beyond what the model can write is refused by some providers.
        let most = self.model.info().max_output_tokens.and_then(|most| u32::try_from(most).ok());
        most.map_or(asked, |most| asked.min(most))
    }
}

/// Obeys the strict dialects: no other properties, and all of them required.
fn schema() -> JsonSchema {
    let subtask = json!({
        "type": "object",
        "properties": {
            "instruction": { "type": "string" },
            "specialization": { "type": "string" },
        },
        "required": ["instruction", "specialization"],
        "additionalProperties": false,
    });
    let schema = json!({
        "type": "object",
        "properties": { "subtasks": { "type": "array", "items": subtask } },
        "required": ["subtasks"],
        "additionalProperties": false,
    });
    JsonSchema { name: "plan".to_owned(), schema }
}
