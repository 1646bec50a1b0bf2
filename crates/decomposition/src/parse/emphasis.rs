//! Markdown's bold around a number or a title, which is decoration there.

/// A text without the bold at its beginning: `**Title**: text` becomes `Title: text`. Bold further inside is
/// left as it is.
pub(super) fn without_leading_bold(text: &str) -> String {
    for mark in ["***", "**", "__"] {
        let Some(rest) = text.strip_prefix(mark) else { continue };
        if let Some((bold, after)) = rest.split_once(mark) {
            return format!("{bold}{after}");
        }
    }
    text.to_owned()
}
