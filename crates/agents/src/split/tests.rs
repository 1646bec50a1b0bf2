//! Every byte of a text is in exactly one part, whatever the text is.

use proptest::prelude::*;
use ziggurat_core::{HeuristicCounter, TokenCounter};

use super::{mark_around, parts};

/// A token is a byte, so that a test can say where a text is cut.
struct Bytes;

impl TokenCounter for Bytes {
    fn count(&self, text: &str) -> u64 {
        text.len() as u64
    }
}

/// A counter that finds more in the whole than in its pieces.
struct Superadditive;

impl TokenCounter for Superadditive {
    fn count(&self, text: &str) -> u64 {
        (text.len() as u64).pow(2)
    }
}

#[test]
fn a_text_that_fits_stays_whole() {
    assert_eq!(parts("One.\n\nTwo.", 10, &Bytes), ["One.\n\nTwo."]);
    assert_eq!(parts("", 0, &Bytes), [""; 0]);
}

#[test]
fn the_coarsest_boundary_that_will_do_is_taken() {
    for (text, room, expected) in [
        ("One.\n\nTwo.\n\nThree.", 12, vec!["One.\n\nTwo.\n\n", "Three."]),
        ("One.\r\n\r\nTwo.", 8, vec!["One.\r\n\r\n", "Two."]),
        ("- one\n- two\n- three", 12, vec!["- one\n- two\n", "- three"]),
        ("It ran out. It did! Did it?", 20, vec!["It ran out. It did! ", "Did it?"]),
        ("池が尽きた。それだけ。", 18, vec!["池が尽きた。", "それだけ。"]),
        ("out of connections", 8, vec!["out of ", "conne", "ctions"]),
        ("a\n\nlong line here\n\nb", 10, vec!["a\n\n", "long line ", "here\n\n", "b"]),
    ] {
        assert_eq!(parts(text, room, &Bytes), expected, "{text:?}");
    }
}

#[test]
fn a_mark_is_kept_whole_and_with_its_sentence() {
    for (text, room, expected) in [
        ("It ran out. [W3] It did.", 18, vec!["It ran out. [W3] ", "It did."]),
        ("It ran out. [W3] It did so.", 21, vec!["It ran out. [W3] ", "It did so."]),
        ("It ran out [W3]. It did.", 18, vec!["It ran out [W3]. ", "It did."]),
        ("out [my notes.md] again", 18, vec!["out [my notes.md] ", "again"]),
        ("see [the (old) notes. v2.md] now", 29, vec!["see [the (old) notes. v2.md] ", "now"]),
        ("aaaa[W3]aaaa", 7, vec!["aaaa", "[W3]", "aaaa"]),
        ("[W1][W2][W3]", 5, vec!["[W1]", "[W2]", "[W3]"]),
    ] {
        assert_eq!(parts(text, room, &Bytes), expected, "{text:?}");
    }
}

#[test]
fn a_character_is_never_cut_whatever_the_room() {
    assert_eq!(parts("né🔥", 0, &Bytes), ["n", "é", "🔥"]);
    assert_eq!(parts("[W3]", 0, &Bytes), ["[", "W", "3", "]"]);
}

#[test]
fn brackets_that_do_not_pair_are_no_mark() {
    assert_eq!(mark_around("a [b c] d", 5), Some(2..7));
    assert_eq!(mark_around("a [b [c d] e] f", 8), Some(2..13));
    for (text, at) in [("a [b c", 5), ("a b] c", 2), ("[a] b [c]", 4), ("[a\nb]", 3), ("[a]", 0)] {
        assert_eq!(mark_around(text, at), None, "{text:?}");
    }
}

#[test]
fn hostile_texts_take_no_longer_than_others() {
    let begun = std::time::Instant::now();
    for unit in ["[ ", "] ", "[ ] ", "[[ ]] ", "a", " ", "\n", ". "] {
        let text = unit.repeat(200_000 / unit.len());
        assert_eq!(parts(&text, 1_000, &HeuristicCounter).concat(), text);
    }
    let nested = format!("{}{}", "[ ".repeat(50_000), "] ".repeat(50_000));
    assert_eq!(parts(&nested, 1_000, &HeuristicCounter).concat(), nested);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

const COUNTERS: [&dyn TokenCounter; 3] = [&Bytes, &HeuristicCounter, &Superadditive];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z]{1,12}",
        ".{0,4}",
        prop::sample::select(vec![
            " ",
            ". ",
            "\n",
            "\n\n",
            "\r\n",
            "[W3]",
            "[my notes.md]",
            "[",
            "]",
            "池。",
            "🔥",
            "é",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..200).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn every_byte_is_in_exactly_one_part_and_every_part_fits(
        text in text(), room in 0_u64..200, counter in 0..COUNTERS.len(),
    ) {
        let counter = COUNTERS[counter];
        let parts = parts(&text, room, counter);
        prop_assert_eq!(parts.concat(), text.as_str());
        for part in parts {
            prop_assert!(!part.is_empty());
            prop_assert!(counter.count(part) <= room || part.chars().count() == 1, "{:?}", part);
        }
    }

    #[test]
    fn no_part_begins_within_a_mark_that_has_room(text in text(), room in 40_u64..200) {
        let mut at = 0;
        for part in parts(&text, room, &Bytes) {
            let inside = mark_around(&text, at).filter(|mark| mark.len() as u64 <= room / 2);
            prop_assert_eq!(inside, None, "at {} of {:?}", at, text);
            at += part.len();
        }
    }
}
