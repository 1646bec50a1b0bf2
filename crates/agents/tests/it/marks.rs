//! Which brackets are marks.

use std::collections::BTreeSet;

use ziggurat_agents::marks::{cited, unknown_nodes};

fn known() -> BTreeSet<String> {
    [
        "W1",
        "W2",
        "W3",
        "S1",
        "notes.md",
        "my notes.md",
        "a, b; c.md",
        "app/[slug].tsx",
        "a].md",
        "x_y.md",
    ]
    .map(String::from)
    .into()
}

#[track_caller]
fn finds(text: &str, expected: &[&str]) {
    assert_eq!(cited(text, &known()), expected, "{text}");
}

#[test]
fn marks_come_once_and_in_order_of_first_appearance() {
    finds("The pool [notes.md] [W3]. The disk [W1] [notes.md].", &["notes.md", "W3", "W1"]);
    finds("", &[]);
}

#[test]
fn grouped_and_adjacent_marks_count_each() {
    finds("a [W1, W3] b [W2; notes.md]", &["W1", "W3", "W2", "notes.md"]);
    finds("a [W1][W2][S1]", &["W1", "W2", "S1"]);
    finds("a [W1,W3;my notes.md]", &["W1", "W3", "my notes.md"]);
    finds("a [see W1, W3]", &["W3"]);
}

#[test]
fn names_may_hold_spaces_commas_and_brackets() {
    finds("a [my  notes.md] b [ W1 ]", &["my notes.md", "W1"]);
    finds("a [a, b; c.md]", &["a, b; c.md"]);
    finds("a [app/[slug].tsx]", &["app/[slug].tsx"]);
    finds("a [a).md]", &["a].md"]);
}

#[test]
fn markdown_escapes_do_not_hide_a_mark() {
    finds(r"a [x\_y.md] b \[W1\]", &["x_y.md", "W1"]);
}

#[test]
fn other_brackets_are_no_marks() {
    finds("- [x] done\n- [ ] open\n[1] [^1] [text](url) [w1] [W1.] [WW1] [W 1]", &[]);
    finds("[W1](https://example.org/) ![notes.md](a.png)", &[]);
    finds("[W1 \n W2] [W1\n]", &[]);
    finds("W1 notes.md ]W1[ [W1", &[]);
}

#[test]
fn a_mark_inside_other_brackets_is_found() {
    finds("(see [W1]) [as [W2] says]", &["W1", "W2"]);
}

#[test]
fn invented_nodes_are_told() {
    let unknown = |text| unknown_nodes(text, &known());
    assert_eq!(unknown("[W1] [W12] [S3] [W12] [S1, W9; notes.md]"), ["W12", "S3", "W9"]);
    assert!(unknown("[x] [1] [W] [S] [Wx] [E1] [W-1] [other.md] [W9](url) [W²]").is_empty());
}

#[test]
fn a_document_may_be_named_like_a_node() {
    let known = BTreeSet::from(["S3".to_owned()]);
    assert_eq!(cited("[S3]", &known), ["S3"]);
    assert!(unknown_nodes("[S3]", &known).is_empty());
}

#[test]
fn hostile_brackets_take_linear_time() {
    for text in ["[".repeat(2_000_000), "[".repeat(500_000) + &"]".repeat(500_000)] {
        finds(&text, &[]);
    }
}
