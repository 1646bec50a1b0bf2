//! Reading subtasks from a model's answer, whatever form it chose: JSON if the answer holds it, else a list.
//! A text with neither has no subtasks. In particular it is not one subtask: that would hand a worker a
//! refusal or a question as its work.

mod emphasis;
mod json;
mod line;
mod list;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

/// What is shorter is a heading or a slip, not an instruction.
const SHORTEST: usize = 10;

/// One subtask as the model named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) instruction: String,
    pub(crate) specialization: Option<String>,
}

/// What an answer holds.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The subtasks, in order, without blank, tiny and repeated ones.
    pub(crate) items: Vec<Item>,
    /// Whether the answer was cut and something of it may be missing.
    pub(crate) cut: bool,
}

/// The subtasks of an answer. Of one that was `cut` at the bound on tokens, the last item of a list is left
/// out if others remain: its end is missing.
pub(crate) fn subtasks(text: &str, cut: bool) -> Answer {
    let text = after_thoughts(text);
    let found = json::find(text);
    // A list with a bit of JSON in one of its items is a list.
    let listed = if found.whole { Vec::new() } else { list::items(text) };
    if !found.items.is_empty() && (found.prevails() || listed.is_empty()) {
        return Answer { items: clean(found.items), cut: cut && !found.whole };
    }
    let mut items =
        clean(listed.into_iter().map(|text| Item { instruction: text, specialization: None }));
    if cut && items.len() > 1 {
        items.pop();
    }
    Answer { items, cut }
}

/// What comes after a thinking model's thoughts, where its server leaves them in the text; nothing if
/// they have no end.
fn after_thoughts(text: &str) -> &str {
    match text.rsplit_once("</think>") {
        Some((_, answer)) => answer,
        None if text.trim_start().starts_with("<think>") => "",
        None => text,
    }
}

fn clean(items: impl IntoIterator<Item = Item>) -> Vec<Item> {
    let mut seen = HashSet::new();
    let items = items.into_iter().filter_map(|item| {
        let instruction = item.instruction.trim();
        let folded = instruction.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let kept = instruction.chars().count() >= SHORTEST && seen.insert(folded);
        kept.then(|| Item { instruction: instruction.to_owned(), ..item })
    });
    items.collect()
}
