//! What the extractive engine says, case by case.
#![cfg(feature = "extractive")]
#![allow(clippy::unwrap_used)]

use ziggurat_providers::extractive::{Answer, AnswerKind, Kind, Limits, Source, answer};

fn from(question: &str, texts: &[(&str, &str)], kind: Kind) -> Answer {
    let sources: Vec<Source<'_>> =
        texts.iter().map(|(id, text)| Source { id, title: "", text, kind }).collect();
    answer(question, &sources, Limits::WORKER)
}

fn ask(question: &str, text: &str) -> Vec<String> {
    let found = from(question, &[("a.md", text)], Kind::Original);
    found.statements.into_iter().map(|statement| statement.sentence).collect()
}

#[test]
fn it_never_pretends() {
    let found = from("Who won the regatta?", &[("a.md", "The pool ran dry.")], Kind::Original);
    assert_eq!(found.kind, AnswerKind::NothingFound);
    assert_eq!(
        found.text,
        "The material given does not answer the question (looked for: regatta)."
    );
    assert!(found.statements.is_empty());
}

#[test]
fn a_sentence_of_the_questions_own_words_is_an_answer() {
    for (text, questions) in [
        ("The pump is red.", &["red pump", "Is the pump red?", "pump is red", "pump"][..]),
        ("The pump is red", &["red pump", "Is the pump red?"]),
        ("The pump is new. The pump is red.", &["Is the pump red?"]),
        ("The server crashed.", &["Why did the server crash?"]),
        ("Ada likes Boris.", &["Does Ada like Boris?"]),
        ("The deadline is Friday.", &["deadline Friday", "Is the deadline Friday?"]),
        ("Water boils.", &["Does water boil?"]),
    ] {
        for question in questions {
            let told = ask(question, text);
            let last = text.rsplit(". ").next().unwrap();
            assert_eq!(told.first().map(String::as_str), Some(last), "{question}");
        }
    }
}

#[test]
fn a_label_of_the_questions_own_words_is_no_answer() {
    for text in ["Aldebaran.", "# The pump is red.", "Red pump", "Is the pump red?", "Pump | Red"] {
        let found = from("Is the red pump Aldebaran?", &[("a.md", text)], Kind::Original);
        assert_eq!(found.kind, AnswerKind::NothingFound, "{}", found.text);
    }
}

#[test]
fn only_what_is_not_there_is_listed() {
    let text = "# Pumps\n\nRain fell.\n\n# Regatta\n\nTea was cold.";
    let no = "The material given does not answer the question";
    let scattered = ": its words are there, but no sentence brings them together.";
    for (question, said) in [
        ("How many pumps did the emperor get?", " (looked for: emperor)."),
        ("How much is the salary?", " (looked for: salary)."),
        ("How many pumps have a regatta?", scattered),
        ("How many pumps?", "."),
    ] {
        let found = from(question, &[("a.md", text)], Kind::Original);
        assert_eq!(found.text, format!("{no}{said}"), "{question}");
        let above = from(question, &[("W1", &found.text)], Kind::Worker);
        assert_eq!(above.text, found.text, "{question}");
    }
    let question = "How many pumps have a regatta and an emperor?";
    let one = from(question, &[("a.md", "# Pumps\n\nRain fell.")], Kind::Original).text;
    let two = from(question, &[("b.md", "# Regatta\n\nTea was cold.")], Kind::Original).text;
    let above = from(question, &[("W1", &one), ("W2", &two)], Kind::Worker);
    assert_eq!(above.text, format!("{no} (looked for: emperor)."));
}

#[test]
fn a_weak_verb_alone_answers_nothing() {
    let text = "Courier-app is getting errors. Many people sang.";
    for (question, word) in [("Who should get a bonus?", "bonus"), ("How many pumps?", "pumps")] {
        let found = from(question, &[("a.md", text)], Kind::Original);
        assert!(found.text.ends_with(&format!("(looked for: {word}).")), "{}", found.text);
    }
    assert_eq!(ask("What is Courier-app getting?", text), ["Courier-app is getting errors."]);
    assert_eq!(ask("Who gets what?", text), ["Courier-app is getting errors."]);
}

#[test]
fn no_material_is_said() {
    for texts in [&[][..], &[("a.md", "")], &[("a.md", " \n```\nlet x = 1;\n```\n***\n")]] {
        let found = from("What is x?", texts, Kind::Original);
        assert_eq!(found.kind, AnswerKind::NoMaterial);
        assert_eq!(found.text, "No material was given to answer from.");
    }
}

#[test]
fn the_answers_of_empty_handed_workers_are_dropped() {
    let nothing =
        from("Who won the regatta?", &[("a.md", "The pool ran dry.")], Kind::Original).text;
    let found = from("Who won the regatta?", &[("W1", &nothing), ("W2", &nothing)], Kind::Worker);
    assert_eq!(found.kind, AnswerKind::NothingFound);
    let told = "- Oxford won the regatta. [b.md]\n\nNot found in the material: Cam.";
    let found = from("Who won the regatta?", &[("W1", &nothing), ("W2", told)], Kind::Worker);
    assert_eq!(found.text, "- Oxford won the regatta. [W2] [b.md]");
}

#[test]
fn marks_of_upper_steps_are_kept_as_they_are() {
    let told = "## Part\n\n- Oxford won the regatta. [W2] [b.md]\nregatta without a mark";
    let found = from("Who won the regatta?", &[("S1", told)], Kind::Merge);
    assert_eq!(found.text, "- Oxford won the regatta. [W2] [b.md]");
}

#[test]
fn a_users_file_may_be_called_like_a_node() {
    let found =
        from("Who won the regatta?", &[("W3", "- Oxford won the regatta [1]")], Kind::Original);
    assert_eq!(found.text, "- Oxford won the regatta [1]  [W3]");
    let above = from("Who won the regatta?", &[("W7", &found.text)], Kind::Worker);
    assert_eq!(above.statements[0].sentence, "Oxford won the regatta [1]");
    assert_eq!(above.statements[0].marks, ["W7", "W3"]);
}

#[test]
fn the_prose_of_another_model_is_not_lost() {
    let prose = "I looked into it. Oxford won the regatta by two lengths.";
    let found = from("Who won the regatta?", &[("W2", prose)], Kind::Worker);
    assert_eq!(found.text, "- Oxford won the regatta by two lengths. [W2]");
}

#[test]
fn the_same_sentence_of_two_sources_is_one_line() {
    let texts = [("a.md", "Oxford won  the\nregatta."), ("b.md", "Rain. Oxford won the regatta.")];
    let found = from("Who won the regatta?", &texts, Kind::Original);
    assert_eq!(found.text, "- Oxford won the regatta. [a.md] [b.md]");
}

#[test]
fn a_sentence_that_refers_back_brings_the_one_before() {
    let text =
        "Rain fell. The launch code of Aldebaran was set in May. It is 42. It is not written down.";
    let told = ask("What is the launch code of Aldebaran?", text);
    assert_eq!(told[..2], ["The launch code of Aldebaran was set in May.", "It is 42."]);
    let other = "The launch code of Antares was set in June. It is 42.";
    let texts = [("a.md", text), ("b.md", other)];
    let found = from("What is the launch code of Aldebaran?", &texts, Kind::Original);
    let line = found.statements.iter().find(|told| told.sentence == "It is 42.").unwrap();
    assert_eq!(line.marks, ["a.md"], "the other It is another thing");
}

#[test]
fn a_heading_is_quoted_where_its_section_needs_it() {
    let text =
        "# Sites\n\n## Aldebaran\n\nBudget: 5 million.\n\n## Antares\n\nBudget: 9 million.\n";
    let told = ask("What is the budget of Aldebaran?", text);
    assert_eq!(told[0], "Budget: 5 million.");
    let found = from("What is the budget of Aldebaran?", &[("a.md", text)], Kind::Original);
    assert!(
        found.text.starts_with("- Aldebaran:\n  - Budget: 5 million. [a.md]"),
        "{}",
        found.text
    );
    let above = from("What is the budget of Aldebaran?", &[("W1", &found.text)], Kind::Worker);
    assert!(above.text.starts_with("- Aldebaran:\n  - Budget: 5 million. [W1] [a.md]"));
}

#[test]
fn a_table_row_is_a_statement() {
    let text = "| Site | Budget |\n|---|---|\n| Aldebaran | 5 million |\n| Antares | 9 million |\n";
    let told = ask("What is the budget of Aldebaran?", text);
    assert_eq!(told[0], "Aldebaran | 5 million");
}

#[test]
fn abbreviations_and_versions_end_no_sentence() {
    let text = "The pump of Dr. Weber, e.g. Model No. 5, runs v1.5 at 3.14 bar. Rain fell.";
    assert_eq!(
        ask("What pump?", text),
        ["The pump of Dr. Weber, e.g. Model No. 5, runs v1.5 at 3.14 bar."]
    );
}

#[test]
fn code_fences_are_skipped_and_an_open_one_hides_nothing() {
    let text = "```\nlet pump = 1;\n```\nThe pump is new.\n```\nThe pump is red.";
    assert_eq!(ask("What pump?", text), ["The pump is new.", "The pump is red."]);
}

#[test]
fn other_languages_have_sentences() {
    let german = "Der Startcode von Aldebaran lautet 4711. Das Wetter war schön.";
    assert_eq!(
        ask("Wie lautet der Startcode von Aldebaran?", german),
        ["Der Startcode von Aldebaran lautet 4711."]
    );
    let japanese = "発射コードは4711です。天気は良いです。";
    assert_eq!(ask("発射コード", japanese), ["発射コードは4711です。"]);
}

#[test]
fn a_summary_hears_every_document() {
    let texts = [
        (
            "a.md",
            "The outage of the shop was caused by a full pool of connections. Lunch was good.",
        ),
        ("b.md", "The outage of the tracker was caused by a full disk on six hosts. Tea was cold."),
    ];
    for question in ["Summarise the documents.", "Give me an overview", "What is in these files?"] {
        let found = from(question, &texts, Kind::Original);
        assert_eq!(found.kind, AnswerKind::Found, "{question}");
        for id in ["a.md", "b.md"] {
            assert!(
                found.statements.iter().any(|told| told.marks == [id]),
                "{question}: {}",
                found.text
            );
        }
    }
}

#[test]
fn names_that_are_not_in_the_material_are_listed() {
    let text = "Aldebaran opened in 1987.";
    let question = "When did Aldebaran open, when did Borealis open, and when did Cygnus open?";
    let found = from(question, &[("a.md", text)], Kind::Original);
    assert_eq!(
        found.text,
        "- Aldebaran opened in 1987. [a.md]\n\nNot found in the material: Borealis, Cygnus."
    );
}

#[test]
fn parts_of_one_sentence_share_names_and_what_is_asked() {
    let text = "Aldebaran has the code 11. Borealis has the code 22. Antares has the code 33. \
                Aldebaran opened in 1987. Borealis is old.";
    let codes = ask("What are the codes of Aldebaran, Borealis and Cygnus?", text);
    for code in ["Aldebaran has the code 11.", "Borealis has the code 22."] {
        assert!(codes.contains(&code.to_owned()), "{codes:?}");
    }
    assert!(!codes.iter().any(|told| told.contains("Antares")), "{codes:?}");
    let told = ask("What is the code of Aldebaran and when did it open?", text);
    assert!(told.contains(&"Aldebaran opened in 1987.".to_owned()), "{told:?}");
}

#[test]
fn a_limit_holds_and_one_statement_is_always_given() {
    let text: String = (0..100).map(|n| format!("Pump {n} failed because of rust. ")).collect();
    let source = Source { id: "a.md", title: "", text: &text, kind: Kind::Original };
    for words in [0, 1, 20, 50, 200] {
        let found = answer("Why did the pumps fail?", &[source], Limits { words, headings: true });
        let said = found.text.split_whitespace().count();
        assert!(said <= words || found.statements.len() == 1, "{words}: {}", found.text);
        assert!(!found.statements.is_empty());
    }
}

#[test]
fn text_without_full_stops_is_cut_at_its_lines() {
    let log: String = (0..200).map(|n| format!("09:{n:03} pump {n} restarted\n")).collect();
    assert_eq!(ask("When did pump 117 restart?", &log)[0], "09:117 pump 117 restarted");
}
