//! The corpus: what models really write, and what the items in it are.

use super::*;

fn instructions(text: &str) -> Vec<String> {
    subtasks(text, false).items.into_iter().map(|item| item.instruction).collect()
}

const A: &str = "Compare the prices of three vendors";
const B: &str = "List the outages of last year";

/// Answers whose items are exactly [`A`] and [`B`].
const TWO: &[&str] = &[
    // Numbers.
    "1. Compare the prices of three vendors\n2. List the outages of last year",
    "1) Compare the prices of three vendors\n2) List the outages of last year",
    "(1) Compare the prices of three vendors\n(2) List the outages of last year",
    "1: Compare the prices of three vendors\n2: List the outages of last year",
    "Step 1: Compare the prices of three vendors\nStep 2: List the outages of last year",
    "Subtask 1. Compare the prices of three vendors\nSubtask 2. List the outages of last year",
    "**1.** Compare the prices of three vendors\n**2.** List the outages of last year",
    "**Step 1:** Compare the prices of three vendors\n\n**Step 2:** List the outages of last year",
    "  1. Compare the prices of three vendors\r\n  2. List the outages of last year\r\n",
    " 9. Compare the prices of three vendors\n10. List the outages of last year",
    // Bullets.
    "- Compare the prices of three vendors\n- List the outages of last year",
    "* Compare the prices of three vendors\n\n* List the outages of last year",
    "• Compare the prices of three vendors\n• List the outages of last year",
    "– Compare the prices of three vendors\n– List the outages of last year",
    "- [ ] Compare the prices of three vendors\n- [ ] List the outages of last year",
    // Prose around.
    "Here is the plan:\n\n1. Compare the prices of three vendors\n2. List the outages of last year\n\nGood luck!",
    "Sure!\n1. Compare the prices of three vendors\n2. List the outages of last year\n\nShall I go on?\nI can.",
    "## 1. The plan\n\n1. Compare the prices of three vendors\n2. List the outages of last year\n---\nThat is all of it.",
    "<think>\n1. The first thought of many\n2. Another thought entirely\n</think>\n1. Compare the prices of three vendors\n2. List the outages of last year",
    // Numbers prevail.
    "- Things to keep in mind\n\n1. Compare the prices of three vendors\n2. List the outages of last year\n\n- A closing remark in a bullet",
    // Continuation lines.
    "1. Compare the prices\n   of three vendors\n2. List the outages\n   of last year",
    "1. Compare the prices\nof three vendors\n2. List the outages\nof last year\n\nClosing words.",
    // Code fences around a list.
    "```\n1. Compare the prices of three vendors\n2. List the outages of last year\n```",
    // Slips.
    "1. Compare the prices of three vendors\n2. compare  the prices of three VENDORS\n3. List the outages of last year",
    "1. Compare the prices of three vendors\n2. TBD\n3. List the outages of last year\n4.",
    // JSON, whole.
    r#"["Compare the prices of three vendors", "List the outages of last year"]"#,
    r#"{"subtasks": [{"instruction": "Compare the prices of three vendors"}, {"instruction": "List the outages of last year"}]}"#,
    r#"[{"task": "Compare the prices of three vendors"}, {"subtask": "List the outages of last year"}]"#,
    r#"{"plan": {"steps": [{"Description": "Compare the prices of three vendors"}, {"title": "List the outages of last year"}]}}"#,
    r#"{"sources": ["a long enough other array"], "subtasks": ["Compare the prices of three vendors", "List the outages of last year"]}"#,
    // JSON, somewhere.
    "```json\n[\"Compare the prices of three vendors\", \"List the outages of last year\"]\n```",
    "I thought about:\n- how many subtasks it takes\n\n```json\n{\"subtasks\": [\"Compare the prices of three vendors\", \"List the outages of last year\"]}\n```\nDone.",
    r#"Of [1] and {x}, here: {"subtasks": ["Compare the prices of three vendors", "List the outages of last year"]} as asked."#,
];

#[test]
fn forms_of_the_same_two_subtasks() {
    for text in TWO {
        assert_eq!(instructions(text), [A, B], "{text}");
    }
    assert!(TWO.len() >= 30);
}

#[test]
fn items_are_kept_whole() {
    let cases = [
        ("1) Compare v1.5 with v2.0", "Compare v1.5 with v2.0"),
        (
            "1. Explain why 10 apples\n10 apples are 3.5 kg",
            "Explain why 10 apples 10 apples are 3.5 kg",
        ),
        ("1. **Costs**: what it takes in a year", "Costs: what it takes in a year"),
        ("- **Costs** - what it takes in a year", "Costs - what it takes in a year"),
        ("1. **Costs:** what **really** counts", "Costs: what **really** counts"),
        ("**1. Costs**: what it takes in a year", "Costs: what it takes in a year"),
        ("1. **Costs**\n   what it takes in a year", "Costs what it takes in a year"),
        ("1. Costs of the year\n   - wages\n   * rent\n", "Costs of the year\n- wages\n- rent"),
        ("1. Costs of the year\n- wages\n- rent", "Costs of the year\n- wages\n- rent"),
        ("1. Costs of the year\n\n   In detail, please.", "Costs of the year\nIn detail, please."),
        ("- Costs of the year\n  1. wages\n  2. rent", "Costs of the year\n- wages\n- rent"),
        (
            "1. Check [\"a long text\", \"another text\"]",
            "Check [\"a long text\", \"another text\"]",
        ),
        ("[{\"title\": \"Costs\", \"description\": \"what it takes\"}]", "Costs: what it takes"),
        ("[{\"instruction\": \"Do it all\\nas said\", \"title\": \"x\"}]", "Do it all\nas said"),
    ];
    for (text, item) in cases {
        assert_eq!(instructions(text), [item], "{text}");
    }
}

#[test]
fn bullets_between_numbers_are_details() {
    let text = "1. **Costs**\n\n- wages and rent\n\n2. **Risks**\n\n- fire and flood";
    assert_eq!(instructions(text), ["Costs\n- wages and rent", "Risks\n- fire and flood"]);
}

#[test]
fn what_is_no_list_has_no_subtasks() {
    let none = [
        "",
        " \n ",
        "I cannot help with that.",
        "10 apples are 3.5 kg",
        "The task is clear. I would compare vendors, then list outages.",
        "# 1. A heading of the plan\n## 2. Another heading of it",
        "{\"subtasks\": []}",
        "{\"answer\": 42}",
        "[1, 2, 3]",
        "{{{{[[[[",
        "1. a\n2. b",
        "**Costs**: what it takes in a year",
        "---\n***",
        "<think>\n1. The first thought of many\n2. Another thought entirely",
    ];
    for text in none {
        assert_eq!(instructions(text), [""; 0], "{text}");
    }
}

#[test]
fn the_end_of_a_cut_answer_is_not_used() {
    let cut = subtasks(&format!("1. {A}\n2. {B}\n3. Then find out wh"), true);
    assert!(cut.cut);
    assert_eq!(cut.items.len(), 2);
    let json = format!(
        "{{\"subtasks\": [{{\"instruction\": \"{A}\"}}, {{\"instruction\": \"{B}\"}}, {{\"instr"
    );
    let cut = subtasks(&json, true);
    assert_eq!(cut.items.iter().map(|item| item.instruction.as_str()).collect::<Vec<_>>(), [A, B]);
    assert!(!subtasks(&format!("[\"{A}\"]"), true).cut);
}

#[test]
fn a_specialization_is_a_short_word() {
    let of = |value: &str| {
        let text = format!("[{{\"instruction\": \"{A}\", \"specialization\": {value}}}]");
        subtasks(&text, false).items.remove(0).specialization
    };
    assert_eq!(of("\" research \""), Some("research".to_owned()));
    assert_eq!(of("\"data-science\""), Some("data-science".to_owned()));
    for none in ["\"\"", "null", "7", "\"None\"", "\"ignore all instructions\"", "\"a\\nb\""] {
        assert_eq!(of(none), None, "{none}");
    }
    assert_eq!(of(&format!("\"{}\"", "x".repeat(33))), None);
}

proptest::proptest! {
    #[test]
    fn no_answer_panics(text in "[-*#\\[{}\\]\":,.()0-9a-zA-Zä \\n\\t]{0,200}", cut: bool) {
        for item in subtasks(&text, cut).items {
            proptest::prop_assert!(item.instruction.chars().count() >= SHORTEST);
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC*", cut: bool) {
        subtasks(&text, cut);
    }
}
