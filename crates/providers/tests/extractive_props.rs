//! Whatever the text: no panic, quotes are quotes, and the step above reads what the step below wrote.
#![cfg(feature = "extractive")]
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use ziggurat_providers::extractive::{Answer, AnswerKind, Kind, Limits, Source, answer};

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text made of what the reader has rules for.
fn markdown() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "# ",
        "## ",
        "- ",
        "* ",
        "1. ",
        "> ",
        "| ",
        " | ",
        "|---|",
        "```",
        "~~~",
        "---",
        "===",
        "\n",
        "\n\n",
        " ",
        "  ",
        "[1]",
        "[a.md]",
        " [W3]",
        "]",
        "[",
        ". ",
        "? ",
        ": ",
        "e.g. ",
        "Dr. ",
        "3.14",
        "v1.5",
        "It ",
        "is ",
        "42",
        "pool ",
        "Aldebaran ",
        "The code ",
        "and ",
        ", ",
        "日本。",
        "\u{a0}",
        "\u{2028}",
        "é",
        "\t",
        "\r",
        "Budget: 5",
        "x_y",
        "*",
        "_",
        "’s ",
        "because ",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![markdown(), any::<String>(), ".{0,400}"]
}

fn question() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "What is the code of Aldebaran, the budget of Borealis, and the pool of Cygnus?",
        "Why is it 42?",
        "Summarise the documents.",
        "",
    ]);
    prop_oneof![fixed.prop_map(str::to_owned), text()]
}

fn read(question: &str, texts: &[(String, Kind)], limits: Limits) -> Answer {
    let ids: Vec<String> = (0..texts.len()).map(|nth| format!("n{nth} [x].md")).collect();
    let sources: Vec<Source<'_>> = texts
        .iter()
        .zip(&ids)
        .map(|((text, kind), id)| Source { id, title: "a title", text, kind: *kind })
        .collect();
    answer(question, &sources, limits)
}

proptest! {
    #[test]
    fn quotes_are_quotes(question in question(), texts in prop::collection::vec(text(), 0..4), words in 0..400_usize) {
        let limits = Limits { words, headings: words % 2 == 0 };
        let sources: Vec<_> = texts.iter().map(|text| (text.clone(), Kind::Original)).collect();
        let found = read(&question, &sources, limits);
        prop_assert_eq!(found.kind == AnswerKind::Found, !found.statements.is_empty());
        for statement in &found.statements {
            prop_assert!(!statement.marks.is_empty());
            for mark in &statement.marks {
                let nth: usize = mark[1..mark.find(' ').unwrap()].parse().unwrap();
                prop_assert!(fold(&texts[nth]).contains(&statement.sentence), "{:?}", statement);
            }
        }
    }

    #[test]
    fn the_step_above_reads_what_the_step_below_wrote(question in question(), text in text()) {
        let below = read(&question, &[(text, Kind::Original)], Limits::WORKER);
        let worker = [(below.text.clone(), Kind::Worker)];
        for limits in [Limits::MERGE, Limits::EXECUTIVE] {
            let above = read(&question, &worker, limits);
            for statement in &above.statements {
                let (node, documents) = statement.marks.split_first().unwrap();
                prop_assert_eq!(node, "n0 [x].md");
                let same = |told: &&ziggurat_providers::extractive::Statement| {
                    told.sentence == statement.sentence && told.marks == documents
                };
                prop_assert!(below.statements.iter().any(|told| same(&told)), "{:?}", statement);
            }
        }
    }

    #[test]
    fn nothing_makes_it_panic(question in question(), texts in prop::collection::vec((text(), 0..3_u8), 0..4)) {
        let kinds = [Kind::Original, Kind::Worker, Kind::Merge];
        let sources: Vec<_> =
            texts.into_iter().map(|(text, kind)| (text, kinds[usize::from(kind)])).collect();
        let limits = Limits::EXECUTIVE;
        prop_assert_eq!(read(&question, &sources, limits), read(&question, &sources, limits));
    }
}
