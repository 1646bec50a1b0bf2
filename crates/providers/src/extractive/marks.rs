//! Source marks: `[W3] [2026-03-checkout.md]` at the end of a statement's line.
//!
//! A step reads what the step below wrote, so writing and reading must be exact inverses. The trap is
//! a sentence which itself ends in brackets, `as shown in [1]`: its line would read like two
//! marks. A statement holds no two spaces in a row (white space is folded), so such a sentence is
//! set apart from its marks by two, and the last double space of a line is always the border.
//! Brackets inside a mark pair up (`[[slug].tsx]`); in the rare id where they do not, they are written
//! as parentheses.
//!
//! A statement that needs the heading it stood under is written below it, one step further in: `- Aldebaran:`,
//! then `  - Budget: 5 million. [a.md]`. The label bears no mark, since a heading says nothing by itself.

use super::sentences::fold;

/// Writes one statement as a line of a Markdown list.
pub(crate) fn line(sentence: &str, marks: &[String]) -> String {
    let mut line = format!("- {sentence}");
    if sentence.ends_with(']') {
        line.push(' ');
    }
    for mark in marks {
        line.push_str(" [");
        line.push_str(mark);
        line.push(']');
    }
    line
}

/// Writes what the statements below it stand under.
pub(crate) fn label(text: &str) -> String {
    format!("- {}:", text.trim_end_matches(':'))
}

/// Reads a label; whether it is one shows only by a nested line below it.
pub(crate) fn parse_label(line: &str) -> Option<&str> {
    line.strip_prefix("- ")?.trim_end().strip_suffix(':')
}

/// An id as it stands inside a mark.
pub(crate) fn mark(id: &str) -> String {
    let id = fold(id);
    let mut depth = 0_usize;
    let pairs = id.chars().all(|c| match c {
        '[' => {
            depth += 1;
            true
        }
        ']' => depth.checked_sub(1).map(|less| depth = less).is_some(),
        _ => true,
    });
    match (pairs && depth == 0, id.is_empty()) {
        (_, true) => "unnamed".to_owned(),
        (true, _) => id,
        (false, _) => id.replace('[', "(").replace(']', ")"),
    }
}

/// Reads a line that [`line`] wrote; `None` for anything else (headings, unmarked sentences).
pub(crate) fn parse(line: &str) -> Option<(&str, Vec<String>)> {
    let mut rest = line.trim_end().strip_prefix("- ")?;
    let mut marks = Vec::new();
    while let Some(start) = last_bracket(rest) {
        let Some(before) = rest[..start].strip_suffix(' ') else { break };
        marks.push(rest[start + 1..rest.len() - 1].to_owned());
        rest = before;
        if let Some(sentence) = rest.strip_suffix(' ') {
            rest = sentence;
            break;
        }
    }
    marks.reverse();
    let said = rest.chars().any(char::is_alphanumeric);
    (said && !marks.is_empty()).then_some((rest, marks))
}

/// Where the bracket opens that closes at the very end of `text`, if something stands in it.
fn last_bracket(text: &str) -> Option<usize> {
    if !text.ends_with(']') || text.ends_with("[]") {
        return None;
    }
    let mut depth = 0_usize;
    for (index, c) in text.char_indices().rev() {
        match c {
            ']' => depth += 1,
            '[' if depth == 1 => return Some(index),
            '[' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_back_as_it_was_written() {
        for sentence in
            ["It ran out.", "See [1]", "As in [note] [2]", "[all]", "a ] b [ c]", "x [W3]"]
        {
            for ids in
                [&["a.md"][..], &["W3", "a b.md"], &["[slug].tsx"], &["a]b"], &["", "W1", "x[1]"]]
            {
                let marks: Vec<String> = ids.iter().map(|id| mark(id)).collect();
                let line = line(sentence, &marks);
                assert_eq!(parse(&line), Some((sentence, marks)), "{line}");
            }
        }
    }

    #[test]
    fn other_lines_are_no_statements() {
        for line in
            ["", "## Findings", "- no marks", "- [a.md]", "Not found: x. [a]", "- x []", "- x]"]
        {
            assert_eq!(parse(line), None, "{line}");
        }
    }

    #[test]
    fn a_mark_keeps_an_id_that_pairs_its_brackets() {
        assert_eq!(mark("app/[slug]/page.tsx"), "app/[slug]/page.tsx");
        assert_eq!(mark("a[1"), "a(1");
        assert_eq!(mark("two  spaces\n"), "two spaces");
    }
}
