//! Source marks in Markdown: `[W3]`, `[notes.md]`, and several in one, `[W1, notes.md]`.
//!
//! Models write brackets for many things, so a mark is only what names something known: a checkbox, a
//! footnote `[1]` or a link `[text](url)` is none. Whoever turns marks into a list of sources can rely
//! on every entry to exist.

use std::collections::{BTreeSet, HashMap, HashSet};

/// Brackets within brackets beyond this depth are not looked into, so that the time is linear in the
/// text whatever it holds.
const DEPTH: usize = 8;

/// The known ids that the text cites, each once, in order of first appearance.
///
/// An id whose brackets do not pair up is also found with parentheses in their place, since no mark
/// could hold it otherwise. White space counts as one space.
///
/// ```
/// use ziggurat_agents::marks::cited;
/// let known = ["W1", "W3", "my notes.md"].map(String::from).into();
/// let text = "- [x] Done [1] [my notes.md]. Agreed [W3; W1] but [W9] and [W1](url).";
/// assert_eq!(cited(text, &known), ["my notes.md", "W3", "W1"]);
/// ```
pub fn cited<'a>(text: &str, known: &'a BTreeSet<String>) -> Vec<&'a str> {
    let forms = forms(known);
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for mark in brackets(text) {
        for name in names(mark, |name| forms.contains_key(name)) {
            found.extend(forms.get(name.as_str()).filter(|id| seen.insert(**id)));
        }
    }
    found
}

/// What looks like the mark of a worker or synthesizer (`[W12]`, `[S3]`) and is not known: most
/// likely invented. Each once, in order of first appearance.
///
/// ```
/// use ziggurat_agents::marks::unknown_nodes;
/// let known = ["W1".to_owned()].into();
/// assert_eq!(unknown_nodes("Known [W1], invented [W12] and [W1, S3]; [x] is none.", &known), ["W12", "S3"]);
/// ```
pub fn unknown_nodes(text: &str, known: &BTreeSet<String>) -> Vec<String> {
    let forms = forms(known);
    let mut seen = HashSet::new();
    let names = brackets(text)
        .into_iter()
        .flat_map(|mark| names(mark, |name| forms.contains_key(name)))
        .filter(|name| names_a_node(name) && !forms.contains_key(name.as_str()));
    names.filter(|name| seen.insert(name.clone())).collect()
}

fn names_a_node(name: &str) -> bool {
    let number = name.strip_prefix(['W', 'S']).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

/// How each id stands inside a mark.
fn forms(known: &BTreeSet<String>) -> HashMap<String, &str> {
    known.iter().map(|id| (form(id), id.as_str())).collect()
}

fn form(id: &str) -> String {
    let folded = fold(id);
    let depth = folded.chars().try_fold(0_usize, |depth, c| match c {
        '[' => Some(depth + 1),
        ']' => depth.checked_sub(1),
        _ => Some(depth),
    });
    if depth == Some(0) { folded } else { folded.replace('[', "(").replace(']', ")") }
}

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands between paired brackets of one line, links left out, in order of the closing bracket.
fn brackets(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut open = Vec::new();
    let mut from = 0;
    while let Some(at) = next(text, from, open.is_empty()) {
        from = at + 1;
        match text.as_bytes()[at] {
            b'[' => {
                if open.len() == DEPTH {
                    open.remove(0);
                }
                open.push(at + 1);
            }
            b']' => {
                let link = text.as_bytes().get(at + 1) == Some(&b'(');
                found.extend(open.pop().filter(|_| !link).map(|start| &text[start..at]));
            }
            b'\n' => open.clear(),
            _ => {}
        }
    }
    found
}

/// Where the next byte is that matters; outside of brackets that is an opening one, which is found fast.
fn next(text: &str, from: usize, outside: bool) -> Option<usize> {
    let rest = &text.as_bytes()[from..];
    let at = match outside {
        true => text[from..].find('['),
        false => rest.iter().position(|byte| matches!(byte, b'[' | b']' | b'\n')),
    };
    at.map(|at| from + at)
}

/// The names in a mark: all of it if that is known (names may hold commas), else its parts between
/// semicolons, else theirs between commas.
fn names(mark: &str, is_known: impl Fn(&str) -> bool) -> Vec<String> {
    let whole = name(mark, &is_known);
    if is_known(&whole) {
        return vec![whole];
    }
    let mut names = Vec::new();
    for part in mark.split(';') {
        let whole = name(part, &is_known);
        if is_known(&whole) {
            names.push(whole);
        } else {
            names.extend(part.split(',').map(|part| name(part, &is_known)));
        }
    }
    names
}

/// A name as it was meant: models escape `_` and brackets as Markdown allows.
fn name(part: &str, is_known: impl Fn(&str) -> bool) -> String {
    let name = fold(part);
    if is_known(&name) || !name.contains('\\') { name } else { fold(&name.replace('\\', "")) }
}
