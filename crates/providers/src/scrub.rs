//! A secret in foreign text, also in the forms in which a server may repeat it: a part of it, escaped for
//! URLs or JSON, or as base64 or hexadecimal digits.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// How many of a secret's characters in a row give it away. Shorter pieces are in ordinary words too.
const RUN: usize = 8;

/// How often a text may be escaped: JSON within JSON.
const LAYERS: usize = 3;

/// The text with `mark` in place of every piece of the secret.
#[cfg(any(feature = "http", test))]
pub(crate) fn scrub(text: &str, secret: &str, mark: &str) -> String {
    Forms::of(secret).scrub(text, mark).unwrap_or_else(|| text.to_owned())
}

/// All forms of a secret, to look for in many texts.
pub(crate) struct Forms {
    needles: Vec<Needle>,
    /// The pairs of bytes that a piece may begin with; most places of a text are passed over by them.
    beginnings: Vec<bool>,
}

impl Forms {
    /// The forms of this secret, of at least two characters.
    pub(crate) fn of(secret: &str) -> Self {
        let needles = needles(secret);
        let mut beginnings = vec![false; 1 << 16];
        for piece in needles.iter().flat_map(|needle| &needle.pieces) {
            if let Some(pair) = pair(piece) {
                beginnings[pair] = true;
            }
        }
        Self { needles, beginnings }
    }

    /// The text with `mark` in place of every piece of the secret; `None` if there is none.
    pub(crate) fn scrub(&self, text: &str, mark: &str) -> Option<String> {
        let hits = self.hits(text);
        if !hits.contains(&true) {
            return None;
        }
        let mut clean = Vec::new();
        let mut within = false;
        for (byte, hit) in text.bytes().zip(hits) {
            match (hit, within) {
                (true, false) => clean.extend_from_slice(mark.as_bytes()),
                (true, true) => {}
                (false, _) => clean.push(byte),
            }
            within = hit;
        }
        Some(String::from_utf8_lossy(&clean).into_owned())
    }

    /// Whether the text holds a piece of the secret.
    #[cfg(any(feature = "http", test))]
    pub(crate) fn are_in(&self, text: &str) -> bool {
        self.hits(text).contains(&true)
    }

    /// For each byte of the text, whether it belongs to a piece of the secret.
    fn hits(&self, text: &str) -> Vec<bool> {
        let mut hits = vec![false; text.len()];
        if self.needles.iter().all(|needle| needle.run > text.len()) {
            return hits;
        }
        let mut units: Vec<_> = text.bytes().enumerate().map(Unit::plain).collect();
        for layer in 0..LAYERS {
            self.mark(&units, &mut hits);
            let unescaped = unescaped(&units);
            if layer + 1 == LAYERS || unescaped.len() == units.len() {
                break;
            }
            units = unescaped;
        }
        hits
    }

    fn mark(&self, units: &[Unit], hits: &mut [bool]) {
        let bytes: Vec<u8> = units.iter().map(|unit| unit.byte.to_ascii_lowercase()).collect();
        for at in 0..bytes.len() {
            if !pair(&bytes[at..]).is_some_and(|pair| self.beginnings[pair]) {
                continue;
            }
            for Needle { run, pieces } in &self.needles {
                let Some(window) = bytes.get(at..at + run) else { continue };
                if pieces.contains(window) {
                    hits[units[at].from..units[at + run - 1].to].fill(true);
                }
            }
        }
    }
}

fn pair(bytes: &[u8]) -> Option<usize> {
    let [first, second, ..] = bytes else { return None };
    Some(usize::from(*first) << 8 | usize::from(*second))
}

/// The pieces of one form, each so many bytes in a row.
struct Needle {
    run: usize,
    pieces: HashSet<Box<[u8]>>,
}

/// All forms, in small letters: hexadecimal digits and host names lose their case on the way.
fn needles(secret: &str) -> Vec<Needle> {
    let bytes = secret.as_bytes();
    let run = RUN.min(bytes.len());
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![(secret.to_owned(), run), (hex, 2 * run)];
    // Six bits a digit; those at both ends may be shared with other bytes.
    let digits = (8 * run - 6) / 6;
    for shift in 0..3 {
        let standard = base64(bytes, shift);
        forms.push((standard.replace('+', "-").replace('/', "_"), digits));
        forms.push((standard, digits));
    }
    let needle = |(form, run): (String, usize)| {
        let form = form.to_ascii_lowercase().into_bytes();
        Needle { run, pieces: form.windows(run).map(Box::from).collect() }
    };
    forms.into_iter().map(needle).collect()
}

/// The digits of base64 that are the secret's alone if `shift` bytes stand before it.
fn base64(secret: &[u8], shift: usize) -> String {
    let bytes = [&[0; 2][..shift], secret].concat();
    let mut digits = STANDARD_NO_PAD.encode(&bytes);
    if bytes.len() % 3 != 0 {
        digits.pop();
    }
    digits.split_off((8 * shift).div_ceil(6).min(digits.len()))
}

/// A byte, and where in the text it stands in whatever form.
#[derive(Clone, Copy)]
struct Unit {
    byte: u8,
    from: usize,
    to: usize,
}

impl Unit {
    fn plain((at, byte): (usize, u8)) -> Self {
        Self { byte, from: at, to: at + 1 }
    }
}

/// One layer of escapes taken away.
fn unescaped(units: &[Unit]) -> Vec<Unit> {
    let mut plain = Vec::with_capacity(units.len());
    let mut rest = units;
    while let Some(first) = rest.first() {
        let (byte, length) = escape(rest).unwrap_or((first.byte, 1));
        let (escape, after) = rest.split_at(length);
        let to = escape.last().map_or(first.to, |last| last.to);
        plain.push(Unit { byte, from: first.from, to });
        rest = after;
    }
    plain
}

/// The byte of the escape at the beginning, and how long that is: `%2B`, `\u002b`, `\x2b`, `\/`.
fn escape(units: &[Unit]) -> Option<(u8, usize)> {
    let byte = |at: usize| units.get(at).map(|unit| unit.byte);
    let pair = |at: usize| Some(16 * digit(byte(at)?)? + digit(byte(at + 1)?)?);
    match (byte(0)?, byte(1)?) {
        (b'%', _) => Some((pair(1)?, 3)),
        (b'\\', b'u' | b'U') if pair(2) == Some(0) => Some((pair(4)?, 6)),
        (b'\\', b'x' | b'X') => Some((pair(2)?, 4)),
        (b'\\', other @ (b'/' | b'\\' | b'"')) => Some((other, 2)),
        _ => None,
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    fn holds(text: &str, secret: &str) -> bool {
        Forms::of(secret).are_in(text)
    }

    const SECRET: &str = "sk-Canary/4f9c+2e\"x?y~";

    fn forms(secret: &str) -> Vec<String> {
        let each = |form: fn(u8) -> String| secret.bytes().map(form).collect::<String>();
        let mut forms = vec![
            secret.to_owned(),
            secret.to_uppercase(),
            url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
            each(|byte| format!("%{byte:02X}")),
            each(|byte| format!("%25{byte:02x}")),
            serde_json::to_string(secret).unwrap(),
            serde_json::to_string(&serde_json::to_string(secret).unwrap()).unwrap(),
            secret.replace('/', "\\/"),
            each(|byte| format!("\\u{byte:04x}")),
            each(|byte| format!("\\x{byte:02x}")),
            each(|byte| format!("{byte:02x}")),
            each(|byte| format!("{byte:02X}")),
        ];
        for before in ["", "u:", "user:", "Bearer "] {
            forms.push(STANDARD.encode(format!("{before}{secret}\n")));
            forms.push(URL_SAFE.encode(format!("{before}{secret}")));
            let percent = STANDARD.encode(format!("{before}{secret}")).replace('+', "%2B");
            forms.push(percent.replace('=', "%3D"));
        }
        forms
    }

    #[test]
    fn every_form_is_found_whole_and_in_halves() {
        let half = SECRET.len() / 2;
        for secret in [SECRET, &SECRET[..8], &SECRET[half..]] {
            for form in forms(secret) {
                assert!(holds(&format!("key é {form} refused"), SECRET), "{form}");
            }
        }
    }

    #[test]
    fn what_is_left_are_the_words_around_it() {
        for (text, expected) in [
            (SECRET.to_owned(), "[key]".to_owned()),
            (format!("é{SECRET}é{SECRET}"), "é[key]é[key]".to_owned()),
            (format!("key {} refused", &SECRET[..12]), "key [key] refused".to_owned()),
            ("nothing of it: é\\u00e9 %zz %4 \\".to_owned(), String::new()),
            ("sk-Cana".to_owned(), String::new()),
        ] {
            let expected = if expected.is_empty() { text.clone() } else { expected };
            assert_eq!(scrub(&text, SECRET, "[key]"), expected);
        }
    }

    #[test]
    fn a_short_secret_is_found_whole() {
        assert_eq!(scrub("pin 123456, not 12345", "123456", "[key]"), "pin [key], not 12345");
        assert!(holds(&STANDARD.encode("123456"), "123456"));
        assert!(holds("313233343536", "123456"));
    }

    #[test]
    fn a_secret_in_other_letters_leaves_whole_letters() {
        let secret = "schlüsselwort-geheim";
        let text = format!("ü{secret}ü");
        assert_eq!(scrub(&text, secret, "[key]"), "ü[key]ü");
    }
}
