//! Whatever the material, a partition loses nothing, doubles nothing, and gives every worker something.

use proptest::prelude::*;
use ziggurat_core::Task;
use ziggurat_decomposition::DocumentPartition;

use crate::{exactly, plan, task};

/// Paragraphs as people and programs write them, over-long ones among them.
fn paragraph() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Zäß,. ]{0,60}[a-z]",
        1 => "#{1,3} [a-z]{1,9}",
        1 => "```\n[a-z ]{1,20}\n\n[a-z]{1,20}\n```",
        1 => r"\| a \| b \|\n\|---\|---\|\n\| 1 \| 2 \|",
        1 => "```[a-z]{0,3}",
        1 => ("([a-zA-Z]{1,9}[ .,\n] ?){10,20}x", 10..30usize).prop_map(|(text, n)| text.repeat(n)),
        1 => ("[^\\s]{50,80}", 20..30usize).prop_map(|(text, n)| text.repeat(n)),
        1 => ("[a-z ]{1,20}\n\n[a-z]{50,99}\n", 5..30usize)
            .prop_map(|(text, n)| format!("```\n{}```", text.repeat(n))),
    ]
}

fn text() -> impl Strategy<Value = String> {
    let paragraphs = prop::collection::vec(paragraph(), 0..12);
    let gap = prop_oneof!["\n\n", "\n", "\r\n\r\n", "\n \t\n\n"];
    (paragraphs, gap).prop_map(|(paragraphs, gap)| paragraphs.join(&gap))
}

fn letters<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
}

/// Blank-line paragraphs of at most 800 bytes, which must never be cut.
fn short_paragraphs(task: &Task) -> Vec<String> {
    let texts = task.documents().iter().map(|document| document.text.replace("\r\n", "\n"));
    let paragraphs = texts.flat_map(|text| {
        let lines = text.lines().map(|line| if line.trim().is_empty() { "" } else { line });
        let folded = lines.collect::<Vec<_>>().join("\n");
        folded.split("\n\n").map(|paragraph| paragraph.trim().to_owned()).collect::<Vec<_>>()
    });
    paragraphs.filter(|paragraph| !paragraph.is_empty() && paragraph.len() <= 800).collect()
}

/// All letters are read, in order and once; every worker has something; fewer workers are said.
fn loses_nothing(task: &Task, workers: u32) -> Result<Vec<String>, TestCaseError> {
    let given = letters(task.documents().iter().map(|document| document.text.as_str()));
    let Ok(made) = plan(&DocumentPartition, task, exactly(workers)) else {
        prop_assert_eq!(given, "");
        return Ok(Vec::new());
    };
    let pieces = made.subtasks.iter().flat_map(|subtask| &subtask.documents);
    let read: Vec<_> = pieces.map(|piece| piece.text.clone()).collect();
    prop_assert_eq!(letters(read.iter().map(String::as_str)), given);
    prop_assert!(read.iter().all(|text| !text.trim().is_empty()));
    prop_assert!(made.subtasks.iter().all(|subtask| !subtask.documents.is_empty()));
    prop_assert!(made.subtasks.len() <= workers as usize);
    prop_assert!(made.subtasks.len() == workers as usize || !made.notes.is_empty());
    Ok(read)
}

/// Each short paragraph is whole in one piece, at or after the one of the paragraph before it.
fn cuts_no_short_paragraph(task: &Task, read: Vec<String>) -> Result<(), TestCaseError> {
    let mut rest = read.into_iter().map(|text| text.replace("\r\n", "\n"));
    let mut piece = rest.next().unwrap_or_default();
    for paragraph in short_paragraphs(task) {
        let at = loop {
            if let Some(at) = piece.find(&paragraph) {
                break at;
            }
            piece = match rest.next() {
                Some(next) => next,
                None => return Err(TestCaseError::fail(format!("{paragraph:?} was cut"))),
            };
        };
        piece.drain(..at + paragraph.len());
    }
    Ok(())
}

proptest! {
    #[test]
    fn nothing_is_lost(texts in prop::collection::vec(text(), 0..5), workers in 1..20u32) {
        let task = task(texts.iter().map(|text| ("d", text.as_str())));
        let read = loses_nothing(&task, workers)?;
        cuts_no_short_paragraph(&task, read)?;
    }

    #[test]
    fn any_unicode_will_do(texts in prop::collection::vec("(\\PC|[\\s\\p{Cc}]){0,400}", 0..5), workers in 1..9u32) {
        loses_nothing(&task(texts.iter().map(|text| ("d", text.as_str()))), workers)?;
    }

    #[test]
    fn as_many_parts_as_there_are_short_paragraphs(
        paragraphs in prop::collection::vec("[a-z]{1,9}( [a-z.]{1,9}){0,20}", 1..40),
        workers in 1..60u32,
    ) {
        let task = task([("d", paragraphs.join("\n\n").as_str())]);
        let made = plan(&DocumentPartition, &task, exactly(workers)).unwrap();
        prop_assert_eq!(made.subtasks.len(), paragraphs.len().min(workers as usize));
    }
}
