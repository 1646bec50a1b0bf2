//! JSON in an answer: all of it, or a value in a fence or amid prose. Shapes are taken as they come: an array
//! or an object with one, of texts or of objects with one of the usual keys.

use serde_json::{Deserializer, Map, Value};

use super::{Item, SHORTEST};

/// How deep an array of subtasks may be wrapped: `{"plan": {"subtasks": []}}`.
const DEPTH: usize = 3;

/// Fields that hold the subtasks if there are several arrays.
const USUAL: [&str; 5] = ["subtasks", "tasks", "plan", "steps", "items"];

/// A specialization is one word of at most so many characters: it colours a prompt, and a sentence there would
/// be an instruction.
const LONGEST_SPECIALIZATION: usize = 32;

/// What was found, and how sure it is.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) items: Vec<Item>,
    /// Whether the answer is JSON and nothing else.
    pub(super) whole: bool,
    /// Whether the JSON begins its line.
    begins_line: bool,
}

impl Found {
    /// Whether the JSON is the answer even if there is a list as well.
    pub(super) fn prevails(&self) -> bool {
        self.whole || (self.begins_line && self.items.len() > 1)
    }
}

/// The subtasks in the JSON of a text: of the first value that has an array of them; without such a value (the
/// answer may be cut inside its array), of all objects that are subtasks themselves.
pub(super) fn find(text: &str) -> Found {
    if let Ok(value) = serde_json::from_str(text.trim()) {
        let items = subtasks(&value);
        return Found { whole: !items.is_empty(), items, begins_line: true };
    }
    let mut loose = Found::default();
    let mut position = 0;
    while let Some(offset) = text[position..].find(['{', '[']) {
        position += offset;
        let mut values = Deserializer::from_str(&text[position..]).into_iter::<Value>();
        let Some(Ok(value)) = values.next() else {
            position += 1;
            continue;
        };
        let line = text[..position].rfind('\n').map_or(0, |newline| newline + 1);
        let begins_line = text[line..position].trim().is_empty();
        if let Some(items) = array_of(&value, DEPTH) {
            return Found { items, whole: false, begins_line };
        }
        if let Some(item) = item(&value) {
            loose.begins_line |= begins_line;
            loose.items.push(item);
        }
        position += values.byte_offset();
    }
    loose
}

fn subtasks(value: &Value) -> Vec<Item> {
    array_of(value, DEPTH).or_else(|| Some(vec![item(value)?])).unwrap_or_default()
}

/// The subtasks of the first array that has any.
fn array_of(value: &Value, depth: usize) -> Option<Vec<Item>> {
    match value {
        Value::Array(values) => {
            let items: Vec<_> = values.iter().filter_map(item).collect();
            (!items.is_empty()).then_some(items)
        }
        // An object with an instruction is a subtask; arrays inside it are its details.
        Value::Object(fields) if depth > 0 && text(fields, "instruction").is_none() => {
            let named = USUAL.iter().filter_map(|key| fields.get(*key));
            named.chain(fields.values()).find_map(|value| array_of(value, depth - 1))
        }
        _ => None,
    }
}

fn item(value: &Value) -> Option<Item> {
    let item = match value {
        Value::String(text) => Item { instruction: text.trim().to_owned(), specialization: None },
        Value::Object(fields) => {
            Item { instruction: instruction(fields)?, specialization: specialization(fields) }
        }
        _ => return None,
    };
    // `["x"]` in prose is not the plan, which may come later.
    (item.instruction.chars().count() >= SHORTEST).then_some(item)
}

/// `instruction` if there is one; else what there is of a title and a description, as one text.
fn instruction(fields: &Map<String, Value>) -> Option<String> {
    let description = text(fields, "description");
    let title = ["task", "subtask", "title"].iter().find_map(|key| text(fields, key));
    match (text(fields, "instruction"), title, description) {
        (Some(instruction), _, _) => Some(instruction.to_owned()),
        (None, Some(title), Some(description)) => Some(format!("{title}: {description}")),
        (None, title, description) => title.or(description).map(str::to_owned),
    }
}

fn specialization(fields: &Map<String, Value>) -> Option<String> {
    let word = text(fields, "specialization")?;
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let short = word.chars().count() <= LONGEST_SPECIALIZATION && word.chars().all(allowed);
    // Schemas without null make models write it in words.
    let none = ["none", "null"].iter().any(|none| word.eq_ignore_ascii_case(none));
    (short && !none).then(|| word.to_owned())
}

/// A field that is a text with something in it.
fn text<'a>(fields: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    let (_, value) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?;
    value.as_str().map(str::trim).filter(|text| !text.is_empty())
}
