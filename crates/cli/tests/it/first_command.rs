//! The README's first command: offline, without a key, on real documents.

use crate::support::{events, folder, of_type, run, samples, stderr, stdout};

const QUESTION: &str = "What caused the outages, and what should change first?";

#[test]
fn the_first_command_answers_from_the_documents() {
    let output = run().arg("--input").arg(samples()).arg(QUESTION).output().unwrap();
    let (report, log) = (stdout(&output), stderr(&output));
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(report.contains(".md]"), "source marks name documents: {report}");
    assert!(report.contains("## Sources"), "{report}");
    assert!(log.contains("model: extractive/bm25: nothing else is configured"), "{log}");
    assert!(log.contains("S1 merges W1, W2"), "{log}");
    let summary = log.lines().last().unwrap();
    assert!(summary.starts_with("complete · extractive/bm25 · coverage "), "{summary}");
    assert!(summary.contains("cost $0 "), "{summary}");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let report = || {
        let output = run().arg("-q").arg("--input").arg(samples()).arg(QUESTION).output().unwrap();
        assert_eq!(stderr(&output), "", "-q leaves stderr empty on success");
        output.stdout
    };
    assert_eq!(report(), report());
}

#[test]
fn every_marked_sentence_stands_in_its_document() {
    let output = run().arg("-q").arg("--input").arg(samples()).arg(QUESTION).output().unwrap();
    let fold = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut checked = 0;
    for line in stdout(&output).lines().filter(|line| line.starts_with("- ") && line.ends_with(']'))
    {
        let (sentence, _) = line[2..].split_once(" [").expect("a mark");
        let documents = line.match_indices('[').filter_map(|(at, _)| {
            let mark = line[at + 1..].split(']').next()?;
            std::fs::read_to_string(samples().join(mark)).ok()
        });
        let found = documents.into_iter().any(|text| fold(&text).contains(&fold(sentence)));
        assert!(found, "no document named in it holds: {line}");
        checked += 1;
    }
    assert!(checked >= 5, "{checked} sentences in: {}", stdout(&output));
}

#[test]
fn any_directory_will_do_and_what_is_no_text_is_named() {
    let folder = folder(&[
        ("notes/a.md", b"# A\n\nThe pump failed because a valve was stuck."),
        ("notes/latin1.txt", b"caf\xe9"),
        ("notes/logo.png", b"\x89PNG\x00\x01"),
        ("notes/.hidden.md", b"The pump failed because of a secret."),
        ("b.txt", "\u{feff}The pump was repaired within two hours.".as_bytes()),
    ]);
    let output =
        run().arg("--input").arg(folder.path()).arg("Why did the pump fail?").output().unwrap();
    let log = stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(log.contains("skipped: notes/latin1.txt: not UTF-8"), "{log}");
    assert!(log.contains("skipped: notes/logo.png: binary"), "{log}");
    let report = stdout(&output);
    assert!(report.contains("a valve was stuck. ") && report.contains("[notes/a.md]"), "{report}");
    assert!(!report.contains("secret"), "{report}");
}

#[test]
fn a_question_the_material_does_not_answer_is_told_so() {
    let folder = folder(&[("a.md", b"The pump failed because a valve was stuck.")]);
    let output = run()
        .args(["--json", "--input"])
        .arg(folder.path())
        .arg("Who composed the symphony?")
        .output()
        .unwrap();
    let events = events(&output);
    let report = of_type(&events, "run_finished")[0]["report"].as_str().unwrap();
    assert!(report.contains("symphony"), "{report}");
    assert!(!report.contains("valve"), "{report}");
}

#[test]
fn the_report_can_go_to_a_file() {
    let folder = folder(&[("in/a.md", b"The pump failed because a valve was stuck.")]);
    let file = folder.path().join("report.md");
    std::fs::write(&file, "an older and longer report that is replaced as a whole").unwrap();
    let output = run()
        .arg("--input")
        .arg(folder.path().join("in"))
        .arg("Why did the pump fail?")
        .arg("--output")
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).ends_with(&format!("\nreport: {}\n", file.display())));
    let report = std::fs::read_to_string(&file).unwrap();
    assert!(report.contains("valve") && !report.contains("older"), "{report}");
}
