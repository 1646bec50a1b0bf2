//! What a model wrote, made fit to be shown and merged. Model output is untrusted: control characters
//! could drive a terminal. And a model asked for Markdown sometimes wraps all of it in a code fence,
//! which would turn the whole report into a code block. What a thinking model thought is no part of it.

use std::borrow::Cow;

use crate::thoughts;

/// The text without control characters, without thoughts before it, without a fence around all of it,
/// and without white space at its ends.
pub(crate) fn text(text: &str) -> String {
    unfenced(thoughts::without(&visible(text)).trim()).trim().to_owned()
}

/// A piece of an answer that has another one before or after it: without control characters and thoughts, and
/// else as it is, since a fence or white space at its ends may be its neighbour's.
pub(crate) fn piece(text: &str) -> String {
    thoughts::without_at_joint(&visible(text)).to_owned()
}

fn visible(text: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    // Most texts have none: beyond ASCII they begin with the byte 0xC2.
    let may_be_hidden =
        |b: u8| (b < 0x20 && !matches!(b, b'\n' | b'\t')) || matches!(b, 0x7f | 0xc2);
    match text.bytes().any(may_be_hidden) {
        true => text.replace(is_hidden, "").into(),
        false => text.into(),
    }
}

/// The inside of a text that is nothing but one fenced block of Markdown; any other text as it is.
fn unfenced(text: &str) -> &str {
    let Some((first, inside)) = text.split_once('\n') else { return text };
    let language = first.trim_start_matches('`');
    let fence = &first[..first.len() - language.len()];
    let language = language.trim();
    let markdown = ["markdown", "md"].iter().any(|name| language.eq_ignore_ascii_case(name));
    if fence.len() < 3 || !markdown {
        return text;
    }
    match closing(inside, fence) {
        // Cut at the bound on tokens: the closing fence was never written.
        None => inside,
        Some(end) if inside[end..].trim() == fence => &inside[..end],
        // The block ends before the text does, so it is an example and not a wrapper.
        Some(_) => text,
    }
}

/// Where the line starts that closes the fence. Blocks inside that name their language are stepped over,
/// though they use the same fence: models nest them so.
fn closing(inside: &str, fence: &str) -> Option<usize> {
    let (mut start, mut nested) = (0, false);
    for line in inside.split_inclusive('\n') {
        match line.trim() {
            bare if bare == fence && nested => nested = false,
            bare if bare == fence => return Some(start),
            other => nested |= other.starts_with(fence),
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_fence_around_everything_is_taken_off() {
        for wrapped in [
            "```markdown\n# A\n\nb\n```",
            "```md\n# A\n\nb\n```  \n",
            "````Markdown\r\n# A\r\n\r\nb\r\n````",
            "\n```markdown\n# A\n\nb",
        ] {
            assert_eq!(text(wrapped), "# A\n\nb", "{wrapped:?}");
        }
    }

    #[test]
    fn blocks_inside_the_fence_survive() {
        let inside = "# A\n\n```rust\nfn a() {}\n```\n\nb";
        assert_eq!(text(&format!("```markdown\n{inside}\n```")), inside);
        let cut = "# A\n\n```rust\nfn a() {}\n```";
        assert_eq!(text(&format!("```markdown\n{cut}")), cut);
    }

    #[test]
    fn a_text_that_only_begins_and_ends_with_blocks_is_left_alone() {
        for whole in [
            "```markdown\n# Example\n```\nprose\n```\ncode\n```",
            "```markdown\n# Example\n```\nprose",
            "```rust\nfn a() {}\n```",
            "```\nplain\n```",
            "`markdown`\nis a language",
            "```markdown",
            "prose\n```markdown\n# A\n```",
        ] {
            assert_eq!(text(whole), whole);
        }
    }

    #[test]
    fn thoughts_go_before_the_fence_is_looked_for() {
        assert_eq!(text("<think>\u{1b}Hm.</think>\n\n```markdown\n# A\n```"), "# A");
        assert_eq!(text("<think>Hm, # A"), "");
    }

    #[test]
    fn control_characters_go_and_lines_stay() {
        assert_eq!(text("a\u{1b}[31mb\u{7}\u{9b}\u{0}c\r\n\td\u{7f}"), "a[31mbc\n\td");
        assert_eq!(text("\u{1b}\u{0}\n "), "");
    }
}
