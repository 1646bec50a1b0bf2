//! What a partition of documents looks like, case by case.

use std::sync::Arc;

use ziggurat_core::{DecomposeError, Plan, WorkerCount};
use ziggurat_decomposition::DocumentPartition;

use crate::{exactly, plan, task};

fn partition<'a>(
    documents: impl IntoIterator<Item = (&'a str, &'a str)>,
    workers: WorkerCount,
) -> Plan {
    plan(&DocumentPartition, &task(documents), workers).unwrap()
}

/// Per worker, titles and texts.
fn read(plan: &Plan) -> Vec<Vec<(&str, &str)>> {
    let documents = plan.subtasks.iter().map(|subtask| subtask.documents.iter());
    documents.map(|d| d.map(|d| (d.title.as_str(), d.text.as_str())).collect()).collect()
}

#[test]
fn pieces_say_which_they_are_and_keep_their_id() {
    let made = partition([("n.md", "Aaa.\n\nBbb.\n\nCcc.\n")], exactly(3));
    let titles = ["n.md (part 1 of 3)", "n.md (part 2 of 3)", "n.md (part 3 of 3)"];
    assert_eq!(read(&made), [[(titles[0], "Aaa.")], [(titles[1], "Bbb.")], [(titles[2], "Ccc.")]]);
    assert!(made.subtasks.iter().all(|subtask| subtask.documents[0].id == "n.md"));
    assert!(made.subtasks.iter().all(|subtask| subtask.instruction == "What caused the outages?"));
    assert!(made.notes.is_empty());
}

#[test]
fn a_whole_document_is_the_document_itself() {
    let task = task([("a.md", "\nAaa.\n"), ("b.md", "Bbb."), ("c.md", "Ccc.")]);
    let made = plan(&DocumentPartition, &task, exactly(2)).unwrap();
    let shared: Vec<_> = made.subtasks.iter().flat_map(|subtask| &subtask.documents).collect();
    assert_eq!(shared.len(), 3);
    assert!(shared.iter().zip(task.documents()).all(|(a, b)| Arc::ptr_eq(a, b)));
}

#[test]
fn fewer_paragraphs_than_workers_are_said() {
    let made = partition([("a.md", "One.\n\nTwo."), ("b.md", "Three.")], exactly(10));
    assert_eq!(made.subtasks.len(), 3);
    assert_eq!(made.notes, ["asked for 10 workers, the material has only 3 paragraphs: 3 workers"]);
}

#[test]
fn empty_documents_are_left_out_and_said() {
    let made = partition([("a.md", "One."), ("b.md", " \n"), ("c.md", "")], WorkerCount::Auto);
    assert_eq!(read(&made), [[("a.md", "One.")]]);
    assert_eq!(made.notes, ["left out 2 empty documents: b.md, c.md"]);
    for nothing in [vec![], vec![("a.md", "\n \t")]] {
        let error = plan(&DocumentPartition, &task(nothing), exactly(2)).unwrap_err();
        assert!(matches!(error, DecomposeError::NoDocuments));
    }
}

#[test]
fn auto_is_one_worker_per_document_up_to_ten() {
    let workers = |text: &str, documents: usize| {
        let made = partition(vec![("d.md", text); documents], WorkerCount::Auto);
        assert!(made.notes.is_empty());
        made.subtasks.len()
    };
    let page = "A paragraph of fifty bytes, its blank line too.\n\n".repeat(40);
    assert_eq!([1, 2, 10, 11, 30].map(|n| workers(&page, n)), [1, 2, 10, 10, 10]);
    // Notes share workers: 500 tokens are worth one.
    assert_eq!([1, 2, 10, 300].map(|n| workers("Aaa.\n\nBbb.", n)), [1, 1, 1, 2]);
}

#[test]
fn auto_grows_with_the_material_to_a_hundred() {
    let paragraph = "word ".repeat(200); // 1,000 bytes with the mark of the paragraph
    let text = |paragraphs: usize| vec![paragraph.trim_end(); paragraphs].join("\n\n");
    let of =
        |paragraphs: usize| partition([("d.md", text(paragraphs).as_str())], WorkerCount::Auto);
    // 16 of 999 bytes are just below 4,000 tokens.
    assert_eq!(of(16).subtasks.len(), 1);
    assert_eq!(of(17).subtasks.len(), 2);
    assert_eq!(of(160).subtasks.len(), 10);
    let large = of(3_200);
    assert_eq!(large.subtasks.len(), 100);
    assert!(large.notes[0].contains("about 7992 tokens"), "{:?}", large.notes);
}

#[test]
fn small_documents_stay_whole_where_it_costs_little() {
    let text = |words: usize| vec!["word word word."; words].join("\n\n");
    let texts = [20, 21, 19, 20, 21].map(text);
    let made = partition(texts.iter().map(|text| ("d.md", text.as_str())), exactly(5));
    assert!(read(&made).iter().all(|part| part.len() == 1 && part[0].0 == "d.md"));
}

#[test]
fn an_overlong_paragraph_is_cut_at_sentences() {
    let sentence = "The pool of connections ran dry at noon on that day. ";
    let text = sentence.repeat(100);
    let made = partition([("d.md", text.trim_end())], exactly(4));
    assert_eq!(made.subtasks.len(), 4);
    for part in read(&made) {
        let (_, text) = part[0];
        assert!(text.starts_with("The pool") && text.ends_with("that day."), "{text:?}");
        assert_eq!(text.matches("noon").count(), 25);
    }
    assert!(made.notes.is_empty());
}

#[test]
fn an_overlong_word_is_cut_too() {
    let text = "ä".repeat(10_000);
    let made = partition([("d.md", text.as_str())], exactly(7));
    let parts = read(&made);
    assert_eq!(parts.len(), 7);
    assert_eq!(parts.iter().map(|part| part[0].1).collect::<String>(), text);
    assert!(parts.iter().all(|part| part[0].1.len() < 20_000 / 7 + 400));
}

#[test]
fn a_word_far_from_another_is_no_trouble() {
    let text = format!("a{}b", " ".repeat(100_000));
    let made = partition([("d.md", text.as_str())], exactly(5));
    assert_eq!(made.subtasks.len(), 2);
    assert_eq!(
        made.notes,
        ["asked for 5 workers, the material is enough for only 2 parts: 2 workers"]
    );
}
